"""The ratings of a run: everybody is rated by the model that was fitted last, and again only where what the model reads has changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from borough.catalogue.dna import profile_table
from borough.catalogue.models import FITTED, FITTED_COLUMNS, rating_name, rating_table
from borough.catalogue.rows import read_rows
from borough.compile.attributes.model import profile_columns
from borough.compile.models.fitted import Fitted
from borough.compile.models.model import REGISTER, Model, kept_ratings
from borough.compile.models.scoring import scored_sql
from borough.compile.programme import Programme
from borough.engine.quoting import literal, quoted
from borough.pipeline.context import Run
from borough.pipeline.keeping import keep_touched, keep_whole
from borough.pipeline.licensing import Licensing
from borough.pipeline.modelling import declared
from borough.pipeline.outcomes import register_table
from borough.pipeline.profiling import profile_day

_ROWS, _CHANGED, _RATED = "rating_rows", "rating_changed", "rating_rated"


def make_rating(run: Run, programme: Programme, name: str) -> int:
    """Bring a model's ratings up to date. Returns how many were rated; 0 where nothing was fitted yet."""
    model = programme.models[name]
    fitted = _last_fitted(run, name)
    remembered: dict[str, Any] = run.record.setdefault("ratings", {}).setdefault(name, {})
    if fitted is None:
        return 0
    if fitted.declared != declared(model):
        run.notices.append((rating_name(name), "", f"is declared otherwise than it was fitted (version {fitted.version}): ratings stay as they were; borough model fit {name} fits it as it is now"))
        return 0
    day = profile_day(run.now)
    if not run.files(profile_table(model.entity)):
        return 0
    run.progress.step(rating_name(name), f"by version {fitted.version}")
    _read(run, programme, model, fitted, day)
    table, columns = rating_table(name), kept_ratings(model)
    kept = read_rows(run.engine, table, run.state(table), columns)
    # What is kept of another form has other columns, and says nothing of these.
    anew = not run.files(table) or remembered.get("form") != [list(c) for c in columns]
    known = "(SELECT NULL AS entity, NULL AS inputs WHERE false)" if anew else kept
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_CHANGED} AS SELECT coalesce(n.entity, k.entity) AS entity FROM (SELECT entity, inputs FROM {_ROWS}) n FULL JOIN (SELECT entity, inputs FROM {known}) k ON k.entity = n.entity WHERE n.inputs IS DISTINCT FROM k.inputs")
    ((count,),) = run.engine.rows(f"SELECT count(*) FROM {_CHANGED}")
    if count or anew:
        rows = f"(SELECT r.* FROM {_ROWS} r SEMI JOIN {_CHANGED} c ON c.entity = r.entity)"
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_RATED} AS SELECT * FROM {scored_sql(model, fitted, rows)}")
        if anew:
            keep_whole(run, table, columns, f"SELECT * FROM {_RATED}", order="entity")
        else:
            keep_touched(run, table, columns, f"SELECT * FROM {_RATED}", f"(SELECT entity FROM {_CHANGED})", order="entity")
        run.changed.add(rating_name(name))
        _tell_unseen(run, name)
    for made in (_ROWS, _CHANGED, _RATED):
        run.engine.execute(f"DROP TABLE IF EXISTS {made}")
    remembered.update(version=fitted.version, day=day.isoformat(), form=[list(c) for c in columns])
    run.noted = True
    return int(count)


def _last_fitted(run: Run, name: str) -> Fitted | None:
    models = run.engine.scan(run.files(FITTED), FITTED_COLUMNS)
    rows = run.engine.rows(f"SELECT document FROM {models} WHERE model = {literal(name)} ORDER BY version DESC LIMIT 1")
    return Fitted.from_json(str(rows[0][0])) if rows else None


def _read(run: Run, programme: Programme, model: Model, fitted: Fitted, day: dt.date) -> None:
    """Make the table ``_ROWS``: everybody who is rated with what the model reads, and the words by which it is remembered."""
    profile = programme.profiles[model.entity]
    whole = run.engine.scan(run.files(profile_table(model.entity)), profile_columns(profile))
    where = f" WHERE coalesce({model.population.sql()}, false)" if model.population is not None else ""
    named = sorted(set(model.attributes))
    people = f"(SELECT {quoted(model.entity)} AS entity, {', '.join(quoted(n) for n in named)} FROM {whole}{where})"
    cells, joined = "", ""
    if model.ways:
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE rating_people AS SELECT entity FROM {people}")
        register = model.spec.register_
        licensing = Licensing(run.project, run.engine, run.lake, None, day, own=run.relations)
        said = register_table(run.engine, licensing, model, f"SELECT entity, DATE '{day}' AS day FROM rating_people", register.rules if register is not None else None)
        cells = "".join(f", r.{quoted(REGISTER + way)}" for way in model.ways)
        joined = f" LEFT JOIN {said} r ON r.entity = p.entity"
    read = [f"CAST({quoted(n)} AS VARCHAR)" for n in named] + [quoted(REGISTER + way) for way in model.ways]
    words = f"md5(concat_ws(chr(31), {literal(str(fitted.version))}, {', '.join(f'coalesce({one}, chr(30))' for one in read)}))"
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_ROWS} AS SELECT *, {words} AS inputs FROM (SELECT p.*{cells} FROM {people} p{joined})")


def _tell_unseen(run: Run, name: str) -> None:
    for features, count in run.engine.rows(f"SELECT unseen, count(*) FROM {_RATED} WHERE unseen IS NOT NULL GROUP BY unseen ORDER BY 2 DESC LIMIT 5"):
        run.notices.append((rating_name(name), "", f"{count:,} have a value of {features} that the model was never shown: they are rated without it; borough model fit {name} learns it"))
