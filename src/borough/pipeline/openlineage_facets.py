"""The tables of the lake as OpenLineage datasets: names, and what is known of each. Names, types and counts only, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    DatasetFacet,
    InputDatasetFacet,
    OutputDatasetFacet,
    column_lineage_dataset,
    data_quality_assertions_dataset,
    data_quality_metrics_input_dataset,
    dataset_type_dataset,
    dataset_version_dataset,
    datasource_dataset,
    documentation_dataset,
    input_statistics_input_dataset,
    lifecycle_state_change_dataset,
    output_statistics_output_dataset,
    ownership_dataset,
    schema_dataset,
    storage_dataset,
    tags_dataset,
)

from borough.catalogue.contracts import logical_columns
from borough.compile.origins import Origin, Origins
from borough.compile.relations import AREA_COLUMNS
from borough.governance.ways import MAKING
from borough.pipeline.context import Run
from borough.pipeline.receive import received_columns
from borough.project.specs import DatasetSpec, ReportSpec, SourceSpec

Score = Mapping[str, Any]

_QUOTED = re.compile(r"(?<!\w)(['\"`]).*?\1(?!\w)|‘.*?’|“.*?”", re.DOTALL)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_LONG_NUMBER = re.compile(r"\d(?:[ ,.]?\d){4,}")


@dataclass(frozen=True)
class Written:
    """What a node wrote to a table: rows, and bytes and files where they can be told. ``change``: CREATE, OVERWRITE, or None for an append."""

    table: str
    rows: int
    files: int
    size: int | None
    change: str | None = None


def without_values(text: str) -> str:
    """A message without what it may quote of the data: quoted texts, and numbers of five digits and more."""
    return _LONG_NUMBER.sub("…", _QUOTED.sub("‘…’", text))[:500]


def without_literals(expression: str) -> str:
    """A declared expression without its texts and long numbers."""
    return _LONG_NUMBER.sub("…", _LITERAL.sub("'…'", expression))


def dataset_name(table: str) -> str:
    """The name of a table of the lake as a dataset: a log and all that belongs to it go by ``silver/DATASET``."""
    return table.removesuffix("/log")


def source_name(feed: str) -> str:
    """The name of what a source delivers, as a dataset."""
    return "source/" + feed.replace(".", "/")


class Datasets:
    """Makes the datasets of one run's events."""

    def __init__(self, run: Run, namespace: str) -> None:
        self._run, self._project, self.namespace = run, run.project, namespace
        self._base = namespace if "://" in namespace else f"borough:{quote(namespace)}"

    def read(self, table: str) -> InputDataset:
        """A table that a node reads."""
        return InputDataset(self.namespace, dataset_name(table), facets=self._known(table))

    def source(self, feed: str, rows: int, size: int, files: int) -> InputDataset:
        """What a source delivered of a feed."""
        statistics = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(rowCount=rows, size=size, fileCount=files)
        facets = self._known(source_name(feed))
        return InputDataset(self.namespace, source_name(feed), facets=facets, inputFacets={"inputStatistics": statistics})

    def written(self, one: Written, origins: Origins) -> OutputDataset:
        """A table that a node wrote to, with its column lineage."""
        facets = self._known(one.table)
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=str(self._run.writer.number))
        if one.change is not None:
            change = lifecycle_state_change_dataset.LifecycleStateChange(one.change)
            facets["lifecycleStateChange"] = lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(lifecycleStateChange=change)
        if origins.columns:
            facets["columnLineage"] = self._lineage(origins)
        statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=one.rows, size=one.size, fileCount=one.files)
        outputs: dict[str, OutputDatasetFacet] = {"outputStatistics": statistics}
        return OutputDataset(self.namespace, dataset_name(one.table), facets=facets, outputFacets=outputs)

    def judged(self, dataset: str, scores: Sequence[Score]) -> InputDataset:
        """A dataset whose rows were checked, and what came of it."""
        checks: dict[str, InputDatasetFacet] = {
            "dataQualityAssertions": data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(assertions=[_assertion(s) for s in scores]),
            "dataQualityMetrics": _metrics(scores),
        }
        return InputDataset(self.namespace, f"silver/{dataset}", facets=self._known(f"silver/{dataset}/log"), inputFacets=checks)

    def _lineage(self, origins: Origins) -> column_lineage_dataset.ColumnLineageDatasetFacet:
        fields = {name: column_lineage_dataset.Fields(inputFields=self._fields(made)) for name, made in origins.columns.items()}
        return column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields, dataset=self._fields(origins.rows))

    def _fields(self, made: Iterable[Origin]) -> list[column_lineage_dataset.InputField]:
        by: dict[tuple[str, str], list[column_lineage_dataset.Transformation]] = {}
        for one in sorted(set(made), key=lambda o: (o.table, o.column, o.way)):
            column = self._spelt(one.table, one.column)
            if column is None:
                continue
            how = column_lineage_dataset.Transformation(
                type="DIRECT" if one.way.subtype in MAKING else "INDIRECT",
                subtype=one.way.subtype,
                description=without_literals(one.by) if one.by else None,
                masking=one.way.hides,
            )
            by.setdefault((dataset_name(one.table), column), []).append(how)
        return [column_lineage_dataset.InputField(self.namespace, table, column, transformations=hows) for (table, column), hows in by.items()]

    def _spelt(self, table: str, column: str) -> str | None:
        """A received column as its files spell it: mappings need not mind upper and lower case. None for an alternative that no file has."""
        if not table.startswith(("bronze/", "source/")):
            return column
        received = self.columns(table)
        return next((name for name in received if name.casefold() == column.casefold()), None if received else column)

    def _known(self, table: str) -> dict[str, DatasetFacet]:
        """What is known of a table beside what one run did to it."""
        zone, _, rest = table.partition("/")
        spec = self._declared(table)
        source = zone == "source"
        name = rest.split("/")[0] if source else "lake"
        facets: dict[str, DatasetFacet] = {
            "dataSource": datasource_dataset.DatasourceDatasetFacet(name=name, uri=f"{self._base}/{'source/' if source else ''}{name}"),
            "datasetType": dataset_type_dataset.DatasetTypeDatasetFacet(datasetType="FILE" if source else "TABLE"),
        }
        if not source:
            facets["storage"] = storage_dataset.StorageDatasetFacet(storageLayer="delta", fileFormat="parquet")
        if fields := self._schema(table):
            facets["schema"] = schema_dataset.SchemaDatasetFacet(fields=fields)
        if spec is not None and spec.owner:
            facets["ownership"] = ownership_dataset.OwnershipDatasetFacet(owners=[ownership_dataset.Owner(name=spec.owner, type="OWNER")])
        if spec is not None and (text := told(spec)):
            facets["documentation"] = documentation_dataset.DocumentationDatasetFacet(description=text)
        if tags := list(_classified(spec)) if table.endswith("/log") and isinstance(spec, DatasetSpec) else []:
            facets["tags"] = tags_dataset.TagsDatasetFacet(tags=tags)
        return facets

    def _declared(self, table: str) -> SourceSpec | DatasetSpec | ReportSpec | None:
        zone, name, *rest = table.split("/")
        if zone in ("bronze", "source"):
            return self._project.sources.get(name)
        if zone == "gold":
            return self._project.reports.get(name)
        return self._project.datasets.get(rest[1] if rest[:1] == ["area"] else name)

    def _schema(self, table: str) -> list[schema_dataset.SchemaDatasetFacetFields]:
        spec = self._declared(table)
        told_of = spec.columns if isinstance(spec, DatasetSpec) and table.endswith("/log") else {}
        return [
            schema_dataset.SchemaDatasetFacetFields(
                name=name, type=kind, description=told(told_of[name]) if name in told_of else None, ordinal_position=i
            )
            for i, (name, kind) in enumerate(self.columns_typed(table), 1)
        ]

    def columns(self, table: str) -> list[str]:
        """Names of the columns of a table."""
        return [name for name, _ in self.columns_typed(table)]

    def columns_typed(self, table: str) -> list[tuple[str, str]]:
        """Columns with logical types: without Borough's own."""
        zone, name, *rest = table.split("/")
        if zone == "silver":
            return list(AREA_COLUMNS if rest[:1] == ["area"] else logical_columns(self._project.datasets[name]))
        state = self._run.writer.state("bronze/" + "/".join((name, *rest)) if zone == "source" else table)
        if state is None:
            return []
        return [(c, "string") for c in received_columns(state.columns)] if zone != "gold" else [(c.name, c.type) for c in state.columns]


def told(spec: Any) -> str | None:
    """Title and description of what is declared."""
    return ". ".join(text.strip().rstrip(".") for text in (spec.title, spec.description) if text) or None


def _classified(contract: DatasetSpec) -> Iterator[tags_dataset.TagsDatasetFacetFields]:
    for name, column in contract.columns.items():
        value = column.classification or contract.classification
        yield tags_dataset.TagsDatasetFacetFields(key="classification", value=value, source="BOROUGH", field=name)


_KINDS = {"required": "not_null", "unique": "unique", "values": "accepted_values", "references": "relationships"}


def _assertion(score: Score) -> data_quality_assertions_dataset.Assertion:
    """One line of the scorecard. It holds when no row failed, whatever its severity."""
    column, rule = score["column_name"], score["rule"]
    kind = rule.removeprefix(f"{column}_") if column else rule if rule == "duplicate_key" else "expression"
    params = {"rows": score["rows"], "failed": score["failed"], "score": round(score["score"], 6), "dimension": score["dimension"]}
    return data_quality_assertions_dataset.Assertion(
        assertion={"duplicate_key": "unique", **_KINDS}.get(kind, kind),
        success=score["failed"] == 0,
        column=column,
        severity="warn" if score["severity"] == "warn" else "error",
        name=rule,
        description=f"rows of {score['feed']}" if score["feed"] else None,
        expected="0",
        actual=str(score["failed"]),
        params=params | ({"feed": score["feed"]} if score["feed"] else {}),
    )


def _metrics(scores: Sequence[Score]) -> data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet:
    """How many rows were checked, and in how many of them a required column was missing."""
    rows: dict[str | None, int] = {}
    nulls: dict[str, int] = {}
    for score in scores:
        rows[score["feed"]] = max(rows.get(score["feed"], 0), score["rows"])
        if score["column_name"] and score["rule"] == f"{score['column_name']}_required":
            nulls[score["column_name"]] = nulls.get(score["column_name"], 0) + score["failed"]
    of_feeds = {feed: count for feed, count in rows.items() if feed is not None} or rows
    metrics = {name: data_quality_metrics_input_dataset.ColumnMetrics(nullCount=count) for name, count in nulls.items()}
    return data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(columnMetrics=metrics, rowCount=sum(of_feeds.values()))
