"""The entities of a run: property, person, household, landlord, each made again when what it is made from changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from borough.catalogue.identity import APPEARANCE_COLUMNS, APPEARANCES, LINK_COLUMNS, LINKS, SIGNATURE_COLUMNS, SIGNATURES
from borough.compile.appearances import appearances_sql
from borough.compile.entities import entity_fingerprint, peopled
from borough.engine.quoting import quoted
from borough.lake.model import Column
from borough.pipeline.context import Run

NOW = "appearances_now"


def make(run: Run, entity: str) -> int:
    """Bring one entity up to date. Returns how many addresses or records were linked, or how many of the entity there are."""
    remembered = run.record.setdefault("entities", {}).setdefault(entity, {})
    declared = entity_fingerprint(run.project, entity)
    waiting = run.writer.last.record.get("pending", []) if run.writer.last else []
    rows = _MAKERS[entity](run, remembered.get("fingerprint") != declared or entity in waiting)
    remembered["fingerprint"] = declared
    return rows


def _property(run: Run, anew: bool) -> int:
    from borough.pipeline.whereabouts import match_addresses

    return match_addresses(run, anew=anew)


def _person(run: Run, anew: bool) -> int:
    from borough.pipeline.linking import link_people

    linked = link_people(run, anew=anew)
    run.notices.extend(("person", "", what) for what in linked.told)
    if "person" in run.changed:
        _appear(run)
    return linked.records


def _appear(run: Run) -> None:
    """Where everybody appears today, kept as a table."""
    appearances(run)
    columns = ", ".join(quoted(name) for name, _ in APPEARANCE_COLUMNS)
    files = run.engine.copy(f"SELECT {columns} FROM {NOW} ORDER BY dataset, role, record", run.writer.new_file(APPEARANCES))
    run.writer.replace(APPEARANCES, files, [Column(name, kind) for name, kind in APPEARANCE_COLUMNS], app=APPEARANCES)


def appearances(run: Run) -> str:
    """A temp table of everybody's appearances in the datasets as they stand in this run, with what the records say."""
    if NOW in run.made:
        return NOW
    signatures = run.engine.scan(run.files(SIGNATURES), SIGNATURE_COLUMNS)
    people = run.engine.scan(run.files(LINKS), LINK_COLUMNS)
    links = f"(SELECT s.signature, s.node, s.kind, p.person FROM {signatures} s LEFT JOIN {people} p ON p.signature = s.signature)"
    selects = []
    for dataset in peopled(run.project):
        rows = run.relations.linked(dataset, run.relations.standing(dataset), people=False)
        selects.extend(appearances_sql(run.project, dataset, rows, links))
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {NOW} AS {' UNION ALL BY NAME '.join(selects)}")
    run.made.add(NOW)
    return NOW


def _household(run: Run, anew: bool) -> int:
    from borough.pipeline.households import make_households

    return make_households(run, appearances(run)) if anew or run.changed & {"person", "property"} else 0


def _landlord(run: Run, anew: bool) -> int:
    from borough.pipeline.households import make_landlords

    return make_landlords(run, appearances(run)) if anew or run.changed & {"person", "property"} else 0


_MAKERS: Mapping[str, Callable[[Run, bool], int]] = {"property": _property, "person": _person, "household": _household, "landlord": _landlord}
