"""Fitting a model: its outcomes are split, it is fitted and judged, fitted again on all of them, and kept in the lake."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version as installed
from typing import Any

import numpy as np

from borough.catalogue.models import FITTED, FITTED_COLUMNS, rating_name
from borough.compile.attributes.model import Profile
from borough.compile.models.fitted import Fitted, FittedStage
from borough.compile.models.model import REGISTER, Model, rating_columns
from borough.compile.models.scoring import added_sql, chance_sql, scored_sql
from borough.compile.models.terms import Term, signal_sql, terms
from borough.compile.published_dna import rating_sql
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import quoted
from borough.engine.values import records_sql
from borough.errors import UsageError
from borough.governance.classification import ColumnAccess, Relation
from borough.lake.lake import Lake
from borough.lake.model import Column, Published
from borough.pipeline.disk import full_disk_told
from borough.pipeline.outcomes import ROWS, Outcomes, column, design
from borough.pipeline.profiles import Profiles
from borough.project.load import Project
from borough.risk.drift import baseline
from borough.risk.fitting import Made, Rows, fit_model
from borough.risk.inference import factors, proxies
from borough.risk.judging import Judged, differences, judge
from borough.risk.measures import Flags
from borough.risk.regression import Reals

POPULATION = "model_population"
Say = Callable[[str], None]


@dataclass
class Modelling:
    """Fits one model over a published run, as of a day."""

    project: Project
    engine: DuckDBEngine
    lake: Lake
    published: Published
    profile: Profile
    model: Model
    as_of: dt.date
    say: Say

    def fit(self, version: int, now: dt.datetime) -> Fitted:
        """Fit, judge, and fit again on all outcomes; arithmetic on one thread, so that the same data give the same document. Raises UsageError where they tell too little."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            return self._fit(version, now)

    def _fit(self, version: int, now: dt.datetime) -> Fitted:
        from borough.risk.challenger import boosted, matrix
        from borough.risk.visits import weights

        model = self.model
        self.say(f"reading outcomes as of {self.as_of}")
        outcomes = Outcomes(self.project, self.engine, self.lake, self.published, self.profile, model, self.as_of)
        rows = outcomes.gather()
        data = outcomes.fingerprint()
        judged_by, split = self._split(rows)
        usable = np.isfinite(rows.outcome)
        self.say(f"fitting on {int((usable & ~judged_by).sum()):,} outcomes, to be judged by {int((usable & judged_by).sum()):,}")
        tried = self._fitted(fit_model(model, rows, ~judged_by, lambda _: None), version, data, now)
        self.say("fitting the challenger")
        test, train = usable & judged_by, usable & ~judged_by
        values = matrix(rows.raw)
        rival = boosted(values[train], rows.outcome[train], values[test])
        self.say("reading everybody who is rated")
        self.populate(outcomes)
        weight = np.ones(len(rows.outcome))
        if model.reason is not None:
            self.say("weighing who was visited")
            plain = self._plain_terms(tried.stages[0])
            weight = weights(rows.design(plain), design(self.engine, POPULATION, plain, quoted(model.entity)))
        report = judge(model, self._judged(rows, test, tried, rival, weight, split))
        self.say("fitting on all outcomes")
        made = fit_model(model, rows, np.ones(len(rows.outcome), dtype=bool), self.say)
        final = self._usual(self._fitted(made, version, data, now))
        self.say("telling which factors matter")
        report |= {"split": split, "factors": self._factors(rows, final), "rows": {"outcomes": len(rows.outcome), "usable": int(usable.sum()), "random": int((usable & rows.random).sum())}}
        report["differences"] = differences(report["fairness"])
        plain = [t for t in self._plain_terms(final.stages[0]) if t.label == "value"]
        report["proxies"] = proxies({t.feature: v for t, v in zip(plain, rows.design(plain).T, strict=True)}, self._groups(np.ones(len(rows.outcome), dtype=bool)))
        report |= baseline(self.engine, model, final, POPULATION)
        return replace(final, report=report, notes=(*outcomes.notes, *made.notes))

    def populate(self, outcomes: Outcomes) -> None:
        """Make the table ``POPULATION``: everybody who is rated, with attributes as of the day and what the register says."""
        model, reader = self.model, outcomes.reader
        whole = reader.kept(model.entity).sql if reader.day(model.entity) == self.as_of else _as_of(reader, self.profile.only(model.reads), self.as_of)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {POPULATION} AS SELECT * FROM {whole} p{f' WHERE coalesce({model.population.sql()}, false)' if model.population is not None else ''}")
        if model.ways:
            said = outcomes.register(f"(SELECT {quoted(model.entity)} AS entity FROM {POPULATION})", self.as_of)
            cells = ", ".join(f"r.{quoted(REGISTER + way)}" for way in model.ways)
            self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {POPULATION} AS SELECT p.*, {cells} FROM {POPULATION} p LEFT JOIN {said} r ON r.entity = p.{quoted(model.entity)}")

    def _split(self, rows: Rows) -> tuple[Flags, dict[str, Any]]:
        """The outcomes that are held out: the latest where they are of several days, else those of some groups."""
        spec, days = self.model.spec.split, rows.day.astype("datetime64[D]")
        if spec.by is None and len(np.unique(days)) > 1:
            ((since,),) = self.engine.rows(f"SELECT DATE '{days.max()}' - INTERVAL {spec.last}") if spec.last else [(np.sort(days)[int(len(days) * (1 - spec.share))].item(),)]
            first = np.datetime64(str(since)[:10])
            held = days > first
            if held.all() or not held.any():
                raise UsageError(f"{self.model.name}: {'all' if held.all() else 'no'} outcomes are later than {first}", advice="`split:` says how much of the time is held out")
            return held, {"kind": "time", "after": str(first), "until": str(days.max()), "weeks": float((days.max() - first).astype(int) / 7)}
        groups = rows.entity
        if spec.by is not None:
            groups = np.unique(self.engine.arrays(f"SELECT coalesce(CAST({quoted(spec.by)} AS VARCHAR), '') AS v FROM {ROWS} ORDER BY _n")["v"].astype(str), return_inverse=True)[1]
        unique, place = np.unique(groups, return_inverse=True)
        out = np.random.default_rng(0).permutation(len(unique)) < spec.share * len(unique)
        return out[place], {"kind": "groups", "by": spec.by or self.model.entity, "share": spec.share, "weeks": 4.0}

    def _judged(self, rows: Rows, test: Flags, tried: Fitted, rival: Reals, weight: Reals, split: Mapping[str, Any]) -> Judged:
        from borough.risk.measures import Wrong

        chance = column(self.engine, ROWS, chance_sql(self.model, tried))[test]
        spared = self.engine.arrays(f"SELECT _spared AS v FROM {ROWS} ORDER BY _n")["v"].astype(bool)[test]
        return Judged(
            rows.outcome[test], chance, rival, rows.reason[test], rows.random[test], weight[test], spared, self._groups(test), self._areas(test),
            Wrong(tried.false_yes, tried.false_no), split["weeks"],
        )  # fmt: skip

    def _groups(self, chosen: Flags) -> dict[str, Any]:
        names = self.model.spec.fairness
        if not names:
            return {}
        found = self.engine.arrays(f"SELECT {', '.join(f'CAST({quoted(n)} AS VARCHAR) AS g{i}' for i, n in enumerate(names))} FROM {ROWS} ORDER BY _n")
        return {n: found[f"g{i}"].astype(object)[chosen] for i, n in enumerate(names)}

    def _areas(self, chosen: Flags) -> Any:
        return self.engine.arrays(f"SELECT _area AS v FROM {ROWS} ORDER BY _n")["v"].astype(object)[chosen] if self.model.area is not None else None

    def _fitted(self, made: Made, version: int, data: str, now: dt.datetime) -> Fitted:
        return Fitted(
            self.model.name, version, str(self.as_of), now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), installed("borough"), declared(self.model), data, made.stages, made.believed,
            made.wrong.false_yes, made.wrong.false_no, made.notes,
        )  # fmt: skip

    def _usual(self, fitted: Fitted) -> Fitted:
        """With what each feature adds on average among those who are rated."""
        stages = []
        for stage in fitted.stages:
            added = added_sql(stage)
            row = self.engine.rows(f"SELECT {', '.join(f'avg(CAST({sql} AS DECIMAL(38, 12)))' for sql in added.values()) or '0'} FROM {POPULATION}")[0]
            stages.append(replace(stage, usual={name: float(f"{float(v or 0):.8g}") for name, v in zip(added, row, strict=False)}))
        return replace(fitted, stages=tuple(stages))

    def _plain_terms(self, stage: FittedStage) -> list[Term]:
        """One number for each feature, of texts one for each of their values."""
        listed = []
        for encoding in stage.encodings:
            if encoding.transform == "categories":
                listed += [t for t in terms(replace(encoding, flag=False))]
            else:
                listed.append(Term(encoding.name, "value", signal_sql(encoding)))
        return listed

    def _factors(self, rows: Rows, fitted: Fitted) -> dict[str, Any]:
        told = {}
        for stage in fitted.stages:
            own = np.isfinite(rows.labels[stage.name])
            listed = self._plain_terms(stage)
            names = [t.feature if t.label == "value" else f"{t.feature}: {t.label}" for t in listed]
            arms = np.column_stack([(rows.reason[own] == name).astype(np.float64) for name in stage.reasons]) if stage.reasons else np.zeros((int(own.sum()), 0))
            told[stage.name] = factors(names, rows.design(listed)[own], rows.labels[stage.name][own], rows.entity[own], arms)
        return told


def score_all(work: Modelling, fitted: Fitted) -> Relation:
    """The ratings of everybody, as they were known on the day of ``work``."""
    model = work.model
    work.populate(Outcomes(work.project, work.engine, work.lake, work.published, work.profile, model, work.as_of))
    rows = f"(SELECT *, {quoted(model.entity)} AS entity, '' AS inputs FROM {POPULATION})"
    work.engine.execute(f"CREATE OR REPLACE TEMP TABLE model_scored AS SELECT * FROM {scored_sql(model, fitted, rows)}")
    access = tuple(ColumnAccess(name, kind, model.classification, model.spec.purposes, bool(model.spec.purposes)) for name, kind in rating_columns(model))
    return Relation(rating_name(model.name), rating_sql(model, "model_scored", str(work.as_of)), access, "entity")


def monitored(work: Modelling, fitted: Fitted) -> dict[str, Any]:
    """How inputs and ratings have moved since a model was fitted, and what outcomes since then found beside what it predicted."""
    from borough.risk.drift import drift, shares
    from borough.risk.measures import share

    model = work.model
    outcomes = Outcomes(work.project, work.engine, work.lake, work.published, work.profile, model, work.as_of)
    work.populate(outcomes)
    moved = drift(fitted.report["baseline"], shares(work.engine, model, fitted, POPULATION))
    rows = outcomes.gather()
    chance = column(work.engine, ROWS, chance_sql(model, fitted))
    later = (rows.day > np.datetime64(fitted.as_of)) & np.isfinite(rows.outcome)
    area = work._areas(np.ones(len(later), dtype=bool))
    areas = area if area is not None else np.full(len(later), "all", dtype=object)
    quarters = np.array([f"{d.year}-Q{(d.month - 1) // 3 + 1}" for d in rows.day.astype("datetime64[D]").astype(object)], dtype=object)
    told: dict[str, Any] = {"as_of": str(work.as_of), "drift": moved, "reasons": [], "calibration": []}
    for reason in sorted({str(r) for r in rows.reason[later] if r is not None}):
        own = later & (rows.reason == reason)
        told["reasons"].append({"reason": reason, "predicted": round(float(chance[own].mean()), 5), **share(rows.outcome[own])})
    for quarter, place in sorted({(str(q), str(a)) for q, a in zip(quarters[later], areas[later], strict=True)}):
        own = later & (quarters == quarter) & (areas == place)
        told["calibration"].append({"quarter": quarter, "area": place, "predicted": round(float(chance[own].mean()), 5), **share(rows.outcome[own])})
    return told


def _as_of(reader: Profiles, profile: Profile, day: dt.date) -> str:
    """SQL of the profile of everybody as of a day."""
    return replace(reader, profiles={profile.entity: profile}).as_of(profile.entity, day).sql


def declared(model: Model) -> str:
    """Identifies what a model's declaration says, the words for people apart."""
    prose = {"title", "meaning", "owner", "contact", "decision", "purposes", "capacity", "fairness", "margin", "area"}
    return hashlib.sha256(json.dumps(model.spec.model_dump(mode="json", exclude=prose), sort_keys=True).encode()).hexdigest()[:16]


def keep(project: Project, engine: DuckDBEngine, lake: Lake, fitted: Fitted, *, who: str, now: dt.datetime) -> int:
    """Keep a fitted model in the lake: a run of its own. The next run rates by it. Returns the run's number. Raises LakeError, LeaseHeldError."""
    with full_disk_told(project), lake.writer(now=now, holder="borough model fit") as writer:
        record = {
            "model": fitted.model, "version": fitted.version, "as_of": dt.date.fromisoformat(fitted.as_of), "code": fitted.code, "declared": fitted.declared, "data": fitted.data,
            "document": fitted.to_json(), "who": who, "run": writer.number, "recorded": now.astimezone(dt.UTC).replace(tzinfo=None),
        }  # fmt: skip
        files = engine.copy(records_sql([record], FITTED_COLUMNS), writer.new_file(FITTED))
        writer.append(FITTED, files, [Column(name, kind) for name, kind in FITTED_COLUMNS], app=FITTED)
        published = dict(writer.last.record) if writer.last else {}
        published["pending"] = sorted({*published.get("pending", []), f"{fitted.model}_rating"})
        # Nothing was written that profiles are made from: they stand, as of this run too.
        published["profiles"] = {entity: {**made, "run": writer.number} if writer.last and made.get("run") == writer.last.number else made for entity, made in published.get("profiles", {}).items()}
        published["summary"] = {"cause": "model", "model": fitted.model, "version": fitted.version}
        writer.publish(published)
        return writer.number


def fitted_models(engine: DuckDBEngine, lake: Lake, published: Published, name: str | None = None) -> list[dict[str, Any]]:
    """Every fitted model that is kept, in order: what is known of it, and its document."""
    state = lake.table(FITTED, published)
    where = f" WHERE model = '{name}'" if name else ""
    names = [c for c, _ in FITTED_COLUMNS]
    rows = engine.rows(f"SELECT {', '.join(names)} FROM {engine.scan(state.files if state else [], FITTED_COLUMNS)}{where} ORDER BY model, version")
    return [dict(zip(names, row, strict=True)) for row in rows]


