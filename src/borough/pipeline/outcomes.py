"""Outcomes with what was known before each: the table that models are fitted on and judged by."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from borough.compile.appearances import record_sql
from borough.compile.attributes.model import Profile
from borough.compile.models.model import REGISTER, Model
from borough.compile.models.terms import Term, value_sql
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import quoted
from borough.errors import UsageError
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.pipeline.licensing import Licensing
from borough.pipeline.profiles import Profiles
from borough.project.load import Project
from borough.project.roles import person_column, property_column
from borough.risk.fitting import Rows
from borough.risk.regression import Reals

FOUND, ROWS = "model_outcomes", "model_rows"
CHUNK = 200
"""Terms that are computed in one statement."""


@dataclass
class Outcomes:
    """Gathers a model's outcomes from a published run, as they were known at the end of a day."""

    project: Project
    engine: DuckDBEngine
    lake: Lake
    published: Published
    profile: Profile
    model: Model
    as_of: dt.date
    notes: list[str] = field(default_factory=list)

    @property
    def reader(self) -> Profiles:
        return Profiles(self.project, self.engine, self.lake, self.published, {self.profile.entity: self.profile})

    def gather(self) -> Rows:
        """Make the table ``ROWS``, and read what fitting needs. Raises UsageError where there are no outcomes."""
        self._find()
        statuses = self._statuses(f"SELECT DISTINCT entity, day - 1 AS day FROM {FOUND}", then=True)
        self._label(statuses)
        cases = self.reader.cases(self.profile.only(self.model.reads), f"(SELECT DISTINCT entity, day - 1 AS day FROM {FOUND})")
        own = ", ".join(f"p.{quoted(name)}" for name in self.model.reads)
        said = "".join(f", o.{quoted(REGISTER + way)}" for way in self.model.ways)
        labels = "".join(f", o.{quoted('_y_' + s)}" for s in self.model.stage_names)
        population = f" WHERE coalesce({self.model.population.sql()}, false)" if self.model.population is not None else ""
        flags = ", ".join(f"p.{quoted(n + '_missing')}" for n in self.model.reads)
        area, placed = self._area()
        rows = f"SELECT o.entity, o.day, o.record, o._y, o._reason, o._random, o._spared{area}{labels}{said}, p.as_of, {own}, {flags} FROM labelled o JOIN {cases} p ON p.{quoted(self.model.entity)} = o.entity AND p.as_of = o.day - 1{placed}"
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {ROWS} AS SELECT row_number() OVER (ORDER BY entity, day, record) - 1 AS _n, * FROM ({rows}){population}")
        ((found, known, kept),) = self.engine.rows(f"SELECT (SELECT count(*) FROM labelled), (SELECT count(*) FROM ({rows})), (SELECT count(*) FROM {ROWS})")
        for number, what in ((found - known, f"of a {self.model.entity} that was not known the day before"), (known - kept, "of somebody who is not among those that are rated")):
            if number:
                self.notes.append(f"{number:,} outcomes are {what}: they are left out")
        if not kept:
            raise UsageError(f"{self.model.name}: no outcome is left to learn from: {'; '.join(self.notes)}", advice="`known:` in a dataset says since when its rows were known; without it that is when the extract was made")
        self.engine.execute(f"DROP TABLE IF EXISTS labelled; DROP TABLE IF EXISTS {cases}")
        return self._read()

    def _area(self) -> tuple[str, str]:
        """A cell with the area that an entity lies in today, and the join that brings it."""
        if self.model.area is None:
            return "", ""
        dataset, key, name = self.model.area
        areas = f"(SELECT {quoted(key)} AS entity, any_value({quoted(name)}) AS area FROM {self.reader.relations().dataset(dataset, links=False)} GROUP BY ALL)"
        return ", a.area AS _area", f" LEFT JOIN {areas} a ON a.entity = o.entity"

    def register(self, entities: str, day: dt.date) -> str:
        """A temp table (entity, licence_WAY …) of what the register says of entities on a day, as known then. ``entities``: relation (entity)."""
        return self._statuses(f"SELECT entity, DATE '{day}' AS day FROM {entities}", then=False, known=day)

    def fingerprint(self) -> str:
        """Identifies the rows: the same data give the same."""
        listed = ", ".join(f"CAST({quoted(n)} AS VARCHAR)" for n, _ in self.engine.describe(f"SELECT * FROM {ROWS}"))
        ((said,),) = self.engine.rows(f"SELECT md5(coalesce(string_agg(md5(concat_ws(chr(31), {listed})) ORDER BY _n), '')) FROM {ROWS}")
        return hashlib.sha256(str(said).encode()).hexdigest()[:16]

    def _find(self) -> None:
        model, dataset = self.model, self.model.spec.outcome.from_
        contract, source = self.project.datasets[dataset], self.model.source
        entity = {"address": property_column, "person": person_column}.get(source.via, str)(source.by)
        rows = self.reader.relations().dataset(dataset, as_of=self.as_of, areas=False)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {FOUND} AS SELECT {quoted(entity)} AS entity, CAST({model.on.sql()} AS DATE) AS day, {record_sql(contract)} AS record, r.* FROM {rows} r")
        ((every, unplaced, undated, later),) = self.engine.rows(f"SELECT count(*), count(*) FILTER (WHERE entity IS NULL), count(*) FILTER (WHERE day IS NULL), count(*) FILTER (WHERE day > DATE '{self.as_of}') FROM {FOUND}")
        for number, what in ((unplaced, f"of no {self.model.entity} that is known"), (undated, "without a day"), (later, f"dated after {self.as_of}")):
            if number:
                self.notes.append(f"{number:,} of {every:,} outcomes are {what}: they are left out")
        self.engine.execute(f"DELETE FROM {FOUND} WHERE entity IS NULL OR day IS NULL OR day > DATE '{self.as_of}'")
        if every == unplaced + undated + later or not every:
            raise UsageError(f"{model.name}: {dataset} has no outcome that was known on {self.as_of}", advice=f"borough query \"SELECT count(*) FROM {dataset}\" --as-of {self.as_of} shows what there is")

    def _statuses(self, spine: str, *, then: bool, known: dt.date | None = None) -> str:
        if not self.model.ways:
            return ""
        register = self.model.spec.register_
        licensing = Licensing(self.project, self.engine, self.lake, self.published, known if not then else self.as_of, then)
        return register_table(self.engine, licensing, self.model, spine, register.rules if register is not None else None)

    def _label(self, statuses: str) -> None:
        """Make the table ``labelled``: what each outcome says of each stage. Its columns are read before attributes of the same names come beside them."""
        model = self.model
        joined = f"SELECT f.*, {', '.join('r.' + quoted(REGISTER + w) for w in model.ways)} FROM {FOUND} f LEFT JOIN {statuses} r ON r.entity = f.entity AND r.day = f.day - 1" if statuses else f"SELECT * FROM {FOUND}"
        usable = f"coalesce({model.where.sql()}, false)" if model.where is not None else "true"
        cells = {"_y": f"CASE WHEN {usable} THEN CAST({model.yes.sql()} AS DOUBLE) END"}
        for stage in model.stages:
            where = [usable, *([f"coalesce({quoted('_y_' + stage.spec.given)} = 1, false)"] if stage.spec.given else []), *([f"coalesce({stage.where.sql()}, false)"] if stage.where is not None else [])]
            cells[f"_y_{stage.name}"] = f"CASE WHEN {' AND '.join(where)} THEN CAST({stage.yes.sql()} AS DOUBLE) END"
        cells["_reason"] = f"CAST({model.reason.sql()} AS VARCHAR)" if model.reason is not None else "CAST(NULL AS VARCHAR)"
        cells["_spared"] = f"coalesce({model.spare.sql()}, false)" if model.spare is not None else "false"
        cells["_random"] = f"coalesce({model.random.sql()}, false)" if model.random is not None else "false"
        listed = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in cells.items())
        said = "".join(f", {quoted(REGISTER + way)}" for way in model.ways)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE labelled AS SELECT entity, day, record{said}, {listed} FROM ({joined})")

    def _read(self) -> Rows:
        model = self.model
        features = {f.name: f for s in model.stages for f in s.features}
        cells = {"_y": "_y", "_entity": "dense_rank() OVER (ORDER BY entity)", "_day": "day", "_reason": "_reason", "_random": "_random", **{f"_y_{s}": quoted(f"_y_{s}") for s in model.stage_names},
                 **{f"f{i}": value_sql(f) for i, f in enumerate(features.values())}, **{f"w{i}": quoted(REGISTER + way) for i, way in enumerate(model.ways)}}  # fmt: skip
        found = self.engine.arrays(f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in cells.items())} FROM {ROWS} ORDER BY _n")
        return Rows(
            {name: found[f"f{i}"] for i, name in enumerate(features)}, {s: np.asarray(found[f"_y_{s}"], dtype=np.float64) for s in model.stage_names},
            np.asarray(found["_y"], dtype=np.float64), found["_entity"].astype(np.int64), found["_day"], found["_reason"].astype(object), found["_random"].astype(bool),
            {way: found[f"w{i}"].astype(object) for i, way in enumerate(model.ways)}, lambda listed: design(self.engine, ROWS, listed, "_n"),
        )  # fmt: skip


def register_table(engine: DuckDBEngine, licensing: Licensing, model: Model, spine: str, rules: str | None) -> str:
    """A temp table (entity, day, licence_WAY …) of what the register says of the cases of a spine (SELECT entity, day)."""
    ways = " UNION ALL ".join(f"SELECT {people} AS people, {households} AS households" for people, households in sorted(set(model.ways.values())))
    licensing.answers(f"(SELECT s.entity AS property, s.day, w.people, w.households FROM ({spine}) s, ({ways}) w)", licensing.spec(rules))
    cells = ", ".join(f"any_value(status) FILTER (WHERE people = {people} AND households = {households}) AS {quoted(REGISTER + way)}" for way, (people, households) in model.ways.items())
    engine.execute(f"CREATE OR REPLACE TEMP TABLE model_register AS SELECT property AS entity, day, {cells} FROM licensing_answers GROUP BY property, day")
    engine.execute("DROP TABLE IF EXISTS licensing_answers")
    return "model_register"


def design(engine: DuckDBEngine, table: str, listed: Sequence[Term], order: str) -> Reals:
    """The values of terms (rows × terms) over a table, in an order."""
    parts = []
    for start in range(0, len(listed), CHUNK):
        some = listed[start : start + CHUNK]
        found = engine.arrays(f"SELECT {', '.join(f'{t.sql} AS t{i}' for i, t in enumerate(some))} FROM {table} ORDER BY {order}")
        parts.append(np.column_stack([np.asarray(found[f"t{i}"], dtype=np.float64) for i in range(len(some))]))
    ((count,),) = engine.rows(f"SELECT count(*) FROM {table}")
    return np.hstack(parts) if parts else np.zeros((int(count), 0))


def column(engine: DuckDBEngine, table: str, sql: str, order: str = "_n") -> Reals:
    """One number of each row of a table, in order."""
    return np.asarray(engine.arrays(f"SELECT {sql} AS v FROM {table} ORDER BY {order}")["v"], dtype=np.float64)


