"""What is known of a job: its declaration, its owner, its SQL without literals."""

from __future__ import annotations

from openlineage.client.facet_v2 import JobFacet, documentation_job, job_type_job, ownership_job, source_code_location_job, sql_job

from borough.compile.programme import Programme
from borough.pipeline.openlineage_facets import told
from borough.project.specs import DatasetSpec, ReportSpec, SourceSpec


def job_facets(programme: Programme, job: str) -> dict[str, JobFacet]:
    """The facets of a job: ``run``, a node's name, ``FEED.receive`` or ``DATASET.quality``."""
    kind, declared, name = _declaration(programme, job)
    facets: dict[str, JobFacet] = {"jobType": job_type_job.JobTypeJobFacet(processingType="BATCH", integration="BOROUGH", jobType=kind)}
    file = programme.project.place(declared, name).file
    facets["sourceCodeLocation"] = source_code_location_job.SourceCodeLocationJobFacet(type="git", url=f"file:{file}", path=file)
    spec = _spec(programme, declared, name)
    if spec is not None and (text := told(spec)):
        facets["documentation"] = documentation_job.DocumentationJobFacet(description=text)
    if spec is not None and spec.owner:
        facets["ownership"] = ownership_job.OwnershipJobFacet(owners=[ownership_job.Owner(name=spec.owner, type="OWNER")])
    if kind == "REPORT":
        facets["sql"] = sql_job.SQLJobFacet(query=programme.reports[job].redacted, dialect="duckdb")
    return facets


def _declaration(programme: Programme, job: str) -> tuple[str, str, str]:
    """A job's kind, and the kind and name of what declares it."""
    node = programme.node(job)
    if node is not None and node.kind == "report":
        return "REPORT", "report", job
    if node is not None and node.kind == "area":
        return "AREA", "dataset", job.split("@")[0]
    if node is not None:
        return "FEED", "source", job.split(".")[0]
    first, _, last = job.rpartition(".")
    if last == "receive":
        return "RECEIPT", "source", first.split(".")[0]
    return ("QUALITY", "dataset", first) if last == "quality" else ("RUN", "borough", "")


def _spec(programme: Programme, declared: str, name: str) -> SourceSpec | DatasetSpec | ReportSpec | None:
    project = programme.project
    if declared == "source":
        return project.sources.get(name)
    return project.datasets.get(name) if declared == "dataset" else project.reports.get(name)
