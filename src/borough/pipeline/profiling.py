"""The profiles of a run: brought up to date for whom the run or a day touched, or made anew."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from borough.catalogue.contracts import feeds_of, log_table
from borough.catalogue.dna import kept_table, profile_name, profile_table
from borough.catalogue.rows import read_rows
from borough.compile.attributes.derived import completed
from borough.compile.attributes.due import Passed
from borough.compile.attributes.model import APPEARANCE, Profile, kept_columns, profile_columns
from borough.compile.entities import peopled
from borough.compile.programme import Programme
from borough.compile.relations import Relations
from borough.dna.appearances import gather
from borough.dna.building import builder
from borough.dna.renewing import Renewing
from borough.dna.touching import LATE, Touching, records_of
from borough.lake.logs import LONDON
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.keeping import keep_touched, keep_whole
from borough.pipeline.touching import MOVED

APPEARANCES, _SOME, _TOUCHED, _KEPT, _RECORDS = "profile_appearances", "profile_some", "profile_touched", "profile_kept", "profile_records"
MOST = 0.3
"""The share of the entities above which all of them are looked at anew."""


def profile_day(now: dt.datetime) -> dt.date:
    """The day as of which a run at this instant makes profiles: that of Europe/London."""
    return now.astimezone(LONDON).date()


def make_profile(run: Run, programme: Programme, entity: str) -> int:
    """Bring one entity's profile up to date. Returns the entities that were looked at."""
    profile, today = programme.profiles[entity], profile_day(run.now)
    remembered: dict[str, Any] = run.record.setdefault("profiles", {}).setdefault(entity, {})
    stamp = profile_fingerprint(run, profile)
    last = dt.date.fromisoformat(remembered["day"]) if "day" in remembered else None
    # A run that left profiles out, or failed in one, wrote rows that the next would take for old.
    followed = run.writer.last is not None and remembered.get("run") == run.writer.last.number
    anew = remembered.get("stamp") != stamp or last is None or last > today or not run.files(kept_table(entity)) or not followed
    if not anew and last == today and not run.changed & _reads(run, profile):
        remembered["run"] = run.writer.number
        return 0
    looked = None if anew or last is None else _advance(run, programme, profile, Passed(run.writer.number, last, today))
    if looked is None:
        looked = _make_anew(run, profile, today)
    _complete(run, profile, today)
    remembered.update(stamp=stamp, run=run.writer.number, day=today.isoformat(), fingerprint=declared_fingerprint(profile))
    run.changed.add(profile_name(entity))
    return looked


def declared_fingerprint(profile: Profile) -> str:
    """Identifies what a profile's declarations say, the words for people apart."""
    prose = {"title", "meaning", "unit", "owner", "purposes", "sensitivity"}
    said = [[a.name, a.type, a.source.__dict__ if a.source else a.lacks, a.spec.model_dump(mode="json", exclude=prose), a.on.sql() if a.on else None] for a in profile.attributes]
    population = profile.population
    who = [population.source.__dict__, population.where.sql() if population.where else None] if population else None
    return hashlib.sha256(json.dumps(["1", profile.key_type, said, who], sort_keys=True, default=str).encode()).hexdigest()[:16]


def profile_fingerprint(run: Run, profile: Profile) -> str:
    """Identifies what a profile is made by: its declarations, and how the datasets that it reads are made."""
    stamps = {d: [list(feeds_of(run.project, d)), [run.properties(log_table(d)).get(k) for k in ("shape", "first")]] for d in sorted(_datasets(run, profile))}
    identity = {d: [getattr(run.project.datasets[d], k) for k in ("address", "addresses", "person", "people", "true", "known")] for d in sorted(_datasets(run, profile))}
    return hashlib.sha256(json.dumps([declared_fingerprint(profile), stamps, identity], sort_keys=True, default=_plain).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def _datasets(run: Run, profile: Profile) -> set[str]:
    """The datasets that a profile is made from."""
    own = {s.dataset for s in profile.sources if s.dataset != APPEARANCE}
    return own | (set(peopled(run.project)) if any(s.dataset == APPEARANCE for s in profile.sources) else set())


def _reads(run: Run, profile: Profile) -> set[str]:
    """What makes a difference to a profile when a run changed it; datasets that rows refer to included."""
    found = _datasets(run, profile)
    for dataset in list(found):
        found |= _referred(run, dataset, found)
    return found | {"property", "person", "landlord", "household_member"}


def _referred(run: Run, dataset: str, seen: set[str]) -> set[str]:
    targets = {c.references.partition(".")[0] for c in run.project.datasets[dataset].columns.values() if c.references} - seen
    return targets.union(*(_referred(run, t, seen | targets) for t in targets if t in run.project.datasets))


def _make_anew(run: Run, profile: Profile, day: dt.date) -> int:
    run.progress.step(profile_name(profile.entity), f"all as of {day}")
    appearances = _all_appearances(run, day) if any(s.dataset == APPEARANCE for s in profile.sources) else None
    with builder(run.engine, run.relations, profile, appearances=appearances) as made:
        made.kept(day, _KEPT)
    keep_whole(run, kept_table(profile.entity), kept_columns(profile), f"SELECT * FROM {_KEPT}", order="entity")
    return _count(run, _KEPT)


def _all_appearances(run: Run, day: dt.date) -> str:
    """All appearances as a temp table: read once in a run, for all entities."""
    if APPEARANCES not in run.made:
        gather(run.engine, run.relations, APPEARANCES, day=day)
        run.made.add(APPEARANCES)
    return APPEARANCES


def _kept(run: Run, profile: Profile) -> str:
    table = kept_table(profile.entity)
    return read_rows(run.engine, table, run.state(table), kept_columns(profile))


def _touch(run: Run, programme: Programme, passed: Passed) -> None:
    """Find whom the run or the days touched, for all profiles at once: they read the same appearances."""
    last = run.writer.last
    if _TOUCHED in run.made or last is None:
        return
    run.made.add(_TOUCHED)
    before = Relations(run.project, run.engine, lambda name: run.lake.table(name, last))
    touching = Touching(run.engine, run.relations, before, passed, MOVED if MOVED in run.made else None)
    some = [p for p in programme.profiles.values() if _can_advance(run, p) == passed.last]
    touching.prepare(some)
    asked: dict[str, list[str]] = {}
    for profile in some:
        touching.touch(profile, _touched(profile))
        if not _is_appearing(profile):
            Renewing(run.engine, run.relations, profile, _touched(profile), _kept(run, profile)).newcomers(passed.today)
        for i, source in enumerate(profile.sources):
            if source.dataset == APPEARANCE:
                asked.setdefault(source.by, []).append(f"SELECT entity FROM {_touched(profile)} WHERE source = {i}")
    if asked:
        records = records_of(run.engine, run.relations, {by: " UNION ALL ".join(selects) for by, selects in asked.items()})
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_RECORDS} AS {records}")
        gather(run.engine, run.relations, _SOME, day=passed.today, records=_RECORDS, late=LATE)
    for profile in (p for p in some if _is_appearing(p)):
        Renewing(run.engine, run.relations, profile, _touched(profile), _kept(run, profile), _SOME).newcomers(passed.today)


def _is_appearing(profile: Profile) -> bool:
    """Are its entities those who appear?"""
    return profile.population is not None and profile.population.source.dataset == APPEARANCE


def _touched(profile: Profile) -> str:
    return f"{_TOUCHED}_{profile.entity}"


def _can_advance(run: Run, profile: Profile) -> dt.date | None:
    """The day as of which a profile is kept, where it can be brought up to date from there."""
    remembered = run.record.get("profiles", {}).get(profile.entity, {})
    known = remembered.get("stamp") == profile_fingerprint(run, profile) and run.files(kept_table(profile.entity))
    return dt.date.fromisoformat(remembered["day"]) if known else None


def _advance(run: Run, programme: Programme, profile: Profile, passed: Passed) -> int | None:
    """Look at those whom the run or the days touched. Returns how many; None where all must be looked at."""
    run.progress.step(profile_name(profile.entity), "finding whom the run touched")
    _touch(run, programme, passed)
    into = _touched(profile)
    ((touched,),) = run.engine.rows(f"SELECT count(DISTINCT entity) FROM {into}")
    if touched > MOST * int(run.properties(kept_table(profile.entity)).get("rows", 0)):
        return None
    run.progress.step(profile_name(profile.entity), f"{touched:,} as of {passed.today}")
    Renewing(run.engine, run.relations, profile, into, _kept(run, profile), _SOME).renew(passed.today, _KEPT)
    keep_touched(run, kept_table(profile.entity), kept_columns(profile), f"SELECT * FROM {_KEPT}", f"(SELECT entity FROM {into})", order="entity")
    return int(touched)


def _complete(run: Run, profile: Profile, day: dt.date) -> None:
    """Make the whole profile of what is kept."""
    table, columns = profile_table(profile.entity), profile_columns(profile)
    files = run.engine.copy(f"SELECT * FROM {completed(profile, _kept(run, profile), day)} ORDER BY 1", run.writer.new_file(table))
    run.writer.replace(table, files, [Column(name, kind) for name, kind in columns], app=table)
    for made in (_KEPT, _touched(profile)):
        run.engine.execute(f"DROP TABLE IF EXISTS {made}")


def _count(run: Run, table: str) -> int:
    ((count,),) = run.engine.rows(f"SELECT count(*) FROM {table}")
    return int(count)
