"""Datasets as relations: the SQL that reads a dataset from its log, its areas and its feeds' precedence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from borough.catalogue.contracts import area_columns, area_table, contract_types, current_table, feeds_of, log_table, logical_columns
from borough.catalogue.identity import ADDRESS_COLUMNS, ADDRESSES, LINK_COLUMNS, LINKS
from borough.catalogue.rows import read_rows
from borough.catalogue.tables import Columns
from borough.compile.links import with_people, with_properties
from borough.compile.mapping import known_sql
from borough.engine.port import Engine
from borough.engine.quoting import quoted
from borough.lake.logs import LOG_COLUMNS, Log, end_of_day, instant, names, winners
from borough.project.load import Project
from borough.project.roles import link_columns, person_column, property_column, property_columns
from borough.project.specs import AreaOfSpec, DatasetSpec

AREA_COLUMNS: tuple[tuple[str, str], ...] = (("x", "double"), ("y", "double"), ("day", "date"), ("code", "string"), ("label", "string"))


class Stored(Protocol):
    """What relations need of a table's state: its exact files and what the writer noted about it."""

    @property
    def files(self) -> tuple[str, ...]: ...

    @property
    def properties(self) -> Mapping[str, Any]: ...


Tables = Callable[[str], Stored | None]


@dataclass(frozen=True)
class Relations:
    """Builds the SQL of datasets over one consistent set of tables (a published run, or a run's own head)."""

    project: Project
    engine: Engine
    tables: Tables
    only: Mapping[str, str] = field(default_factory=dict)
    """Dataset → relation of all rows of its log for some keys: only these are read."""
    answered: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """What ``answers`` gives, where it is at hand as a table."""

    def log(self, dataset: str) -> Log | None:
        """The dataset's log, None before anything was logged."""
        contract = self.project.datasets[dataset]
        stored = self.tables(log_table(dataset))
        if stored is None:
            return None
        if dataset in self.only:
            return Log(self.only[dataset], tuple(contract.key))
        columns = (*logical_columns(contract), *LOG_COLUMNS)
        log = self.engine.scan(stored.files, columns)
        through, kind = int(stored.properties.get("through", 0)), stored.properties.get("base")
        base = None
        if kind == "log":
            base = f"(SELECT * FROM {log} WHERE _run <= {through})"
        elif kind == "current":
            current = self.tables(current_table(dataset))
            base = None if current is None else self.engine.scan(current.files, columns)
        settled = base is not None and int(stored.properties.get("last", 0)) <= through
        return Log(log, tuple(contract.key), log if settled and kind == "log" else base, through, settled)

    def dataset(self, name: str, *, as_of: dt.date | None = None, areas: bool = True, links: bool = True, people: bool = True, system: bool = False) -> str:
        """SQL of a dataset's rows (one per key), with its area columns and those of who and where; as known at the end of a day if asked.

        ``people`` says whether the columns of who come with those of where. ``system`` adds the log's own columns (feed, file, row, known …), for lineage and inspection.
        """
        contract = self.project.datasets[name]
        rows = self._rows(name, as_of)
        columns = names(list(contract.columns), "d")
        linked = [c for c in link_columns(contract) if people or c in property_columns(contract)]
        if links and linked:
            rows = self.linked(name, rows, people=people, as_of=as_of)
            columns += ", " + names(linked, "d")
        extra = ", " + names([n for n, _ in LOG_COLUMNS], "d") if system else ""
        joins, added = self._areas(name, contract) if areas else ("", "")
        return f"(SELECT {columns}{added}{extra} FROM {rows} d{joins})"

    def unlinked(self, name: str, *, as_of: dt.date | None = None) -> str:
        """SQL of a dataset for readers who ask for nobody's property or person: these columns are null, and cost nothing."""
        nothing = "".join(f", CAST(NULL AS BIGINT) AS {quoted(c)}" for c in link_columns(self.project.datasets[name]))
        return f"(SELECT *{nothing} FROM {self.dataset(name, as_of=as_of, links=False)})"

    def holding(self, name: str, columns: Collection[str]) -> str:
        """SQL of a dataset for readers of some columns: what areas, addresses and people add is null where nobody asks for it, and costs nothing."""
        contract, wanted = self.project.datasets[name], set(columns)
        placed, linked = area_columns(self.project, contract), link_columns(contract)
        where = set(property_columns(contract))
        areas, people, links = bool(wanted & set(placed)), bool(wanted & (set(linked) - where)), bool(wanted & set(linked))
        absent = [(c, "VARCHAR") for c in placed if not areas] + [(c, "BIGINT") for c in linked if not links or (c not in where and not people)]
        nothing = "".join(f", CAST(NULL AS {kind}) AS {quoted(c)}" for c, kind in absent)
        return f"(SELECT *{nothing} FROM {self.dataset(name, areas=areas, links=links, people=people)})"

    def standing(self, name: str) -> str:
        """SQL of a dataset's rows with the log's own columns, and nothing joined to them."""
        return self._rows(name, None)

    def _rows(self, name: str, as_of: dt.date | None) -> str:
        """The rows of a dataset, one per key, with the log's own columns."""
        contract = self.project.datasets[name]
        log = self.log(name)
        if log is None:
            rows = self.engine.scan([], (*logical_columns(contract), *LOG_COLUMNS))
        else:
            rows = log.as_of(as_of) if as_of is not None else log.current()
            feeds = feeds_of(self.project, name)
            # A feed that no longer fills the dataset keeps its history, but shows no rows.
            filling = ", ".join(f"'{feed}'" for feed in feeds) or "NULL"
            rows = f"(SELECT * FROM {rows} WHERE _feed IN ({filling}))"
            if len(feeds) > 1:
                rows = winners(rows, contract.key, feeds)
        return self._known_columns(contract, rows, as_of)

    def linked(self, name: str, rows: str, *, people: bool = True, as_of: dt.date | None = None) -> str:
        """Rows of a dataset with the columns that its addresses add, and those of its people."""

        def others(target: str, column: str, kind: str) -> str:
            return self.answers(target, column, kind, as_of)

        rows = with_properties(self.project.datasets[name], rows, self._side(ADDRESSES, ADDRESS_COLUMNS), others)
        return with_people(self.project, name, rows, self._side(LINKS, LINK_COLUMNS), others) if people else rows

    def _side(self, table: str, columns: Columns) -> str:
        return read_rows(self.engine, table, self.tables(table), columns)

    def answers(self, target: str, column: str, kind: str, as_of: dt.date | None = None) -> str:
        """The property or the person of another dataset's rows, by a column that others refer to: one each, the least where several rows share the value."""
        if as_of is None and (target, column, kind) in self.answered:
            return self.answered[target, column, kind]
        found = property_column("address") if kind == "property" else person_column("person")
        rows = self.linked(target, self._rows(target, as_of), people=kind == "person", as_of=as_of)
        return f"(SELECT {quoted(column)} AS key, min({quoted(found)}) AS {kind} FROM {rows} WHERE {quoted(found)} IS NOT NULL GROUP BY 1)"

    def versions(self, name: str) -> str:
        """SQL of every version (one per assertion) of the rows that stand: what the dataset's records say, and said before."""
        contract, log = self.project.datasets[name], self.log(name)
        if log is None:
            return self.engine.scan([], (*logical_columns(contract), *LOG_COLUMNS))
        filling = ", ".join(f"'{feed}'" for feed in feeds_of(self.project, name)) or "NULL"
        if log.settled and log.base == log.sql:
            return f"(SELECT * FROM {log.sql} WHERE _feed IN ({filling}))"
        by = ", ".join(quoted(c) for c in log.identity)
        return f"(SELECT v.* FROM {log.sql} v SEMI JOIN {log.current()} c USING ({by}) WHERE v._op <> 'delete' AND v._feed IN ({filling}))"

    def _known_columns(self, contract: DatasetSpec, rows: str, as_of: dt.date | None) -> str:
        """Rows as of a day, whose columns with a ``known:`` of their own read null before it."""
        known = {name: spec.known for name, spec in contract.columns.items() if spec.known is not None}
        if as_of is None or not known:
            return rows
        end, types = instant(end_of_day(as_of)), contract_types(contract)
        cells = (f"CASE WHEN {known_sql(when, types)} < {end} THEN {quoted(name)} END AS {quoted(name)}" for name, when in known.items())
        return f"(SELECT * REPLACE ({', '.join(cells)}) FROM {rows})"

    def _areas(self, name: str, contract: DatasetSpec) -> tuple[str, str]:
        joins, columns = "", ""
        added = area_columns(self.project, contract)
        for i, (area, where) in enumerate(contract.areas.items()):
            stored = self.tables(area_table(name, area))
            side = self.engine.scan(stored.files if stored else [], AREA_COLUMNS)
            a, (x, y) = f"a{i}", where.point
            day = f"d.{quoted(where.on)}" if where.on else "CAST(NULL AS DATE)"
            joins += f" LEFT JOIN {side} {a} ON {a}.x = d.{quoted(x)} AND {a}.y = d.{quoted(y)} AND {a}.day IS NOT DISTINCT FROM {day}"
            columns += f", {a}.code AS {quoted(area + '_code')}"
            columns += f", {a}.label AS {quoted(area + '_name')}" if f"{area}_name" in added else ""
        return joins, columns

    def points(self, name: str, where: AreaOfSpec) -> str:
        """SQL of the distinct (x, y, day) that any row of a dataset's log ever had."""
        log = self.log(name)
        x, y = (quoted(c) for c in where.point)
        day = quoted(where.on) if where.on else "CAST(NULL AS DATE)"
        rows = log.sql if log is not None else self.engine.scan([], logical_columns(self.project.datasets[name]))
        return f"(SELECT DISTINCT {x} AS x, {y} AS y, {day} AS day FROM {rows} WHERE {x} IS NOT NULL AND {y} IS NOT NULL)"

    def boundaries(self, area: str) -> str:
        """SQL of an area dataset's polygons: code, label, shape, valid_from, valid_to."""
        contract = self.project.datasets[area]
        spec = contract.area
        if spec is None:
            raise ValueError(f"{area} is not an area")
        label = quoted(spec.label) if spec.label else "CAST(NULL AS VARCHAR)"
        first = quoted(spec.valid_from) if spec.valid_from else "CAST(NULL AS DATE)"
        last = quoted(spec.valid_to) if spec.valid_to else "CAST(NULL AS DATE)"
        return (
            f"(SELECT CAST({quoted(spec.code)} AS VARCHAR) AS code, {label} AS label, {quoted(spec.shape)} AS shape, "
            f"{first} AS valid_from, {last} AS valid_to FROM {self.dataset(area, areas=False)})"
        )
