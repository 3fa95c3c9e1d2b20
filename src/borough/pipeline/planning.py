"""The plan: what a run would do, why, and at what cost; with the SQL. Nothing is written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot

from borough.catalogue.contracts import DELIVERIES, area_table
from borough.catalogue.deliveries import Deliveries, read_deliveries
from borough.compile.areas import area_side_table
from borough.compile.entities import entity_fingerprint
from borough.compile.mapping import MappedFeed, Stamp
from borough.compile.nodes import Node
from borough.compile.programme import report_fingerprint
from borough.engine.duckdb import DuckDBEngine
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.pipeline.context import Options
from borough.pipeline.survey import Survey, survey
from borough.project.load import Project


@dataclass(frozen=True)
class Planned:
    """A node of the plan.

    ``size`` in bytes of new files; ``rows`` already in bronze that would be derived again; ``refused`` files wait to be mended.
    """

    name: str
    kind: str
    would: str
    reads: Sequence[str]
    writes: Sequence[str]
    files: int
    size: int
    rows: int
    sql: str
    refused: int = 0

    @property
    def idle(self) -> bool:
        return self.would.startswith("nothing")


def plan_project(project: Project, engine: DuckDBEngine, lake: Lake, options: Options, now: dt.datetime) -> list[Planned]:
    """What a run would do, in its order. Raises DeclarationError, UsageError."""
    seen = survey(project, engine, lake, options, now)
    published = lake.published()
    table = lake.table(DELIVERIES, published) if published else None
    deliveries = read_deliveries(engine, table.files) if table else Deliveries({})
    planned: list[Planned] = []
    dirty: set[str] = set()
    for node in seen.nodes:
        one = _feed(seen, node, published, deliveries) if node.kind == "feed" else _gold(seen, node, published, dirty)
        if not one.idle:
            dirty.update(node.writes)
        planned.append(one)
    return planned


def _feed(seen: Survey, node: Node, published: Published | None, deliveries: Deliveries) -> Planned:
    what = seen.waiting[node.name]
    mapped = seen.programme.feeds.get(node.name)
    record = published.record if published else {}
    remembered = record.get("feeds", {}).get(node.name, {})
    stale = node.name in seen.stale
    corrected = node.name in record.get("corrected", [])
    rows = sum(d.counted for d in deliveries.live(node.name)) if stale or corrected else 0
    size = sum(f.size for f in what.found)
    would = []
    if what.away is not None:
        would.append(f"fail: {what.away.message}")
    elif what.nothing_matches and not deliveries.of(node.name):
        would.append("fail: no file matches")
    elif what.found:
        would.append("receive and standardise" if mapped else "receive")
    if stale:
        would.append("derive again: the declaration changed" if remembered else "derive what was received before")
    elif corrected:
        would.append("derive again: rows were corrected")
    elif node.name in record.get("pending", []) and not would:
        would.append("derive what failed before")
    held = len(remembered.get("held", []))
    if held and not would:
        would.append(f"nothing: {held} extract{'s are' if held > 1 else ' is'} held")
    sql = mapping_sql(mapped) if mapped else ""
    told = " and ".join(would) or "nothing"
    return Planned(node.name, "feed", told, node.reads, node.writes, len(what.found), size, rows, sql, len(what.refused))


def mapping_sql(mapped: MappedFeed) -> str:
    """A feed's statement, laid out to be read; ``bronze`` stands for its received rows, with their position."""
    stamp = Stamp(0, dt.datetime(1970, 1, 1), "delivery", "m._position")
    sql = mapped.stage_sql("bronze", stamp)
    for target in mapped.references.values():
        dataset, column = target.split(".")
        sql = sql.replace("{" + target + "}", f'(SELECT DISTINCT "{column}" AS v FROM "{dataset}")')
    return pretty(sql)


_DEEP = re.compile(r"\n {13,}(?=\S)")


def pretty(sql: str) -> str:
    """SQL laid out over lines. What nests deeply (the replacements of ``text()``) stays on one."""
    return _DEEP.sub(" ", str(sqlglot.transpile(sql, read="duckdb", write="duckdb", pretty=True)[0]))


def _gold(seen: Survey, node: Node, published: Published | None, dirty: set[str]) -> Planned:
    record = published.record if published else {}
    programme = seen.programme
    touched = bool(dirty & set(node.reads))
    if node.kind == "area":
        dataset, area = node.name.split("@")
        fresh = area_table(dataset, area) in record.get("areas", {})
        sql = pretty(area_side_table("points", "boundaries", crs=programme.project.datasets[dataset].areas[area].crs))
        would = "place points" if touched or not fresh else "nothing"
    elif node.kind == "entity":
        fresh = record.get("entities", {}).get(node.name, {}).get("fingerprint") == entity_fingerprint(programme.project, node.name)
        sql, would = "", "link" if touched or not fresh else "nothing"
    else:
        bound = programme.reports[node.name]
        fresh = record.get("reports", {}).get(node.name) == report_fingerprint(bound)
        sql = pretty(bound.sql)
        would = "make" if touched or not fresh else "nothing"
    return Planned(node.name, node.kind, would, node.reads, node.writes, 0, 0, 0, sql)


