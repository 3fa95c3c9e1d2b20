"""One pass of the pipeline: from what is new at the sources to a published run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from borough.catalogue.contracts import DECISIONS, DELIVERIES, DRIFT, LEDGER, SCORECARD, bronze_table, log_table
from borough.catalogue.deliveries import Deliveries, Delivery, read_deliveries
from borough.catalogue.tables import DECISION_COLUMNS, DELIVERY_COLUMNS, DRIFT_COLUMNS, LEDGER_COLUMNS, SCORECARD_COLUMNS
from borough.compile.mapping import MappedFeed, map_feed, shape
from borough.compile.nodes import Node
from borough.compile.programme import Programme
from borough.engine.duckdb import DuckDBEngine
from borough.errors import DeclarationError, EngineError, FeedError
from borough.ingest.drift import OTHER_LAYOUT
from borough.lake.lake import Lake
from borough.pipeline import entities, gold, profiling, rating
from borough.pipeline.booking import book, book_refused_file
from borough.pipeline.contacting import note
from borough.pipeline.context import Failure, Options, Progress, Run, open_record
from borough.pipeline.disk import disk_full, full_disk_told
from borough.pipeline.feeds import derive_feed, rewrite_current, tidy, work_for
from borough.pipeline.later import leave_for_later, show
from borough.pipeline.openlineage import Recorder, recorder
from borough.pipeline.plain import keep_plain_tables
from borough.pipeline.receive import receive, received_columns
from borough.pipeline.scoring_areas import keep_area_scores
from borough.pipeline.survey import Survey, open_engine, open_lake, survey
from borough.project.load import Project
from borough.project.resolve import ResolvedFeed, resolve_feed


@dataclass(frozen=True)
class Summary:
    """What a run did. ``number`` is None when there was nothing to do (nothing was committed)."""

    number: int | None
    ledger: tuple[Mapping[str, Any], ...]
    reports: tuple[tuple[str, int], ...]
    failures: tuple[Failure, ...]
    held: tuple[Mapping[str, Any], ...]
    drifts: tuple[Mapping[str, Any], ...]
    notices: tuple[tuple[str, str, str], ...]
    deliveries: int
    restored: tuple[str, ...] = ()
    outstanding: tuple[str, ...] = ()  # files that an earlier run refused and told, and nobody has mended

    @property
    def exit_code(self) -> int:
        return 3 if self.failures or self.held else 0


def run_project(project: Project, *, now: dt.datetime, options: Options, progress: Progress) -> Summary:
    """Run a project once and publish. Raises BoroughError when nothing could be published; a feed that fails alone does not stop the others."""
    with full_disk_told(project), _opened_engine(project) as engine:
        lake = open_lake(project)
        before = lake.published()
        seen = survey(project, engine, lake, options, now)
        if seen.idle:
            return _noted(project, seen, _idle(lake, seen), now)
        with lake.writer(now=now, holder="borough run") as writer:
            if (writer.last and writer.last.number) != (before and before.number):
                # Another run was published between our look and our lease: what it took in is not new any more.
                seen = survey(project, engine, lake, options, now)
                if seen.idle:
                    return _idle(lake, seen)
            deliveries_state = writer.state(DELIVERIES)
            deliveries = read_deliveries(engine, deliveries_state.files) if deliveries_state else Deliveries({})
            run = Run(project, engine, lake, writer, now, options, progress, deliveries, open_record(writer.last))
            with recorder(run, seen.programme) as events:
                summary = _noted(project, seen, _conduct(run, seen, events), now)
                return replace(summary, notices=(*summary.notices, *events.published()))


def _noted(project: Project, seen: Survey, summary: Summary, now: dt.datetime) -> Summary:
    """How sources on other machines were reached is noted; that this can't be done is told."""
    return replace(summary, notices=(*summary.notices, *note(project, seen.waiting, summary.failures, now)))


@contextmanager
def _opened_engine(project: Project) -> Iterator[DuckDBEngine]:
    engine = open_engine(project)
    try:
        yield engine
    finally:
        engine.close()


def _idle(lake: Lake, seen: Survey) -> Summary:
    published = lake.published()
    record = published.record if published else {}
    failures = [Failure(n, "no file matches " + seen.feeds[n].origin) for n, w in seen.waiting.items() if w.nothing_matches]
    held = _held(record)
    return Summary(None, (), (), tuple(failures), held, (), (), 0, outstanding=outstanding(seen))


def outstanding(seen: Survey) -> tuple[str, ...]:
    """Files that were refused whole in an earlier run and still wait to be mended, a line for each feed and reason."""
    return tuple(
        f"{feed}: {some_files([d.file for d in refused])}, refused by run {max(d.run for d in refused)}: {problem}"
        for feed, what in seen.waiting.items()
        for problem, refused in _by_text((d.problem, d) for d in what.refused).items()
    )


def some_files(files: Sequence[str]) -> str:
    """The first file and how many more there are."""
    return files[0] + (f" and {len(files) - 1:,} more" if len(files) > 1 else "")


def _by_text(pairs: Iterable[tuple[str | None, Delivery]]) -> dict[str, list[Delivery]]:
    groups: dict[str, list[Delivery]] = {}
    for text, delivery in pairs:
        groups.setdefault(text or "", []).append(delivery)
    return groups


def _held(record: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple({"feed": feed, **h} for feed, memory in sorted(record.get("feeds", {}).items()) for h in memory.get("held", []))


def _conduct(run: Run, seen: Survey, events: Recorder) -> Summary:
    run.progress.begin(len(seen.nodes) + 1)  # and the publication
    _decide(run, seen.released)
    show(run)
    reports: list[tuple[str, int]] = []
    fed: dict[str, MappedFeed] = {}
    nodes = _with_whole_datasets(run, seen)
    for node in nodes:
        rows = 0
        events.begin(node)
        with _failing_alone(run, node.name):
            if node.kind == "feed":
                rows = _feed(run, seen, node.name, fed)
            else:
                _before_gold(run, fed)
                rows = _gold(run, seen, node, reports)
        events.end(node)
        run.progress.done(node.name, rows)
    _before_gold(run, fed)
    for dataset in sorted(run.changed & set(run.project.datasets)):
        gold.dataset_checks(run, seen.programme, dataset)
    with _failing_alone(run, "other engines"):
        keep_plain_tables(run)
    leave_for_later(run, seen.programme, {n.name for n in nodes})
    return replace(_publish(run, reports), outstanding=outstanding(seen))


def _gold(run: Run, seen: Survey, node: Node, reports: list[tuple[str, int]]) -> int:
    """One area, entity, profile or report. Returns the points placed, what was linked or looked at, or the rows of the report."""
    if node.kind == "area":
        dataset, name = node.name.split("@")
        return gold.area(run, dataset, name)
    if node.kind == "entity":
        return entities.make(run, node.name)
    if node.kind == "dna":
        return profiling.make_profile(run, seen.programme, node.name.removesuffix("_dna"))
    if node.kind == "rating":
        return rating.make_rating(run, seen.programme, node.name.removesuffix("_rating"))
    rows = gold.report(run, seen.programme, node.name)
    if rows is not None:
        reports.append((node.name, rows))
    return rows or 0


def _with_whole_datasets(run: Run, seen: Survey) -> tuple[Node, ...]:
    """A dataset whose columns changed gets a new log: all its feeds take part, selected or not."""
    changed = {
        mapped.dataset
        for mapped in seen.programme.feeds.values()
        if (stored := run.properties(log_table(mapped.dataset))) and stored.get("shape") != shape(mapped.contract)
    }
    chosen = {n.name for n in seen.nodes}
    return tuple(n for n in seen.programme.nodes if n.name in chosen or (n.kind == "feed" and n.name in seen.programme.feeds and seen.programme.feeds[n.name].dataset in changed))


def _decide(run: Run, released: Sequence[str]) -> None:
    """Note what a person released, so that a rebuild decides the same."""
    decisions = [
        {"feed": feed, "position": h["position"], "decision": "release", "who": run.options.who, "run": run.writer.number, "recorded": run.recorded}
        for feed in released
        for h in run.feed_record(feed).get("held", [])
    ]
    run.noted = bool(decisions)
    if not decisions:
        run.notices.extend((word, "", "nothing is held") for word in run.options.release)
    run.append_records(DECISIONS, decisions, DECISION_COLUMNS)


@contextmanager
def _failing_alone(run: Run, name: str) -> Iterator[None]:
    """What goes wrong in one node is told, and the others go on. A lake that can't be written stops the run."""
    try:
        yield
    except (FeedError, EngineError, DeclarationError) as error:
        if disk_full(error):
            raise  # no fault of this node: the others would fail too
        run.failures.append(Failure(name, error.message, error.advice))
        run.unfinished.add(name)


def _feed(run: Run, seen: Survey, name: str, fed: dict[str, MappedFeed]) -> int:
    """Receive and derive one feed. Returns the rows read."""
    feed = seen.feeds.get(name) or resolve_feed(run.project, *name.split("."))
    what = seen.waiting.get(name)
    if what is not None and what.away is not None:
        raise what.away
    if what is not None and what.nothing_matches and not run.deliveries.of(name):
        raise FeedError(f"no file matches {feed.origin}", advice="check connect.files in the source, and the environment that it uses")
    needed = _needed(seen.programme, name)
    if what is not None and what.found:
        run.progress.step(name, _receiving(feed, len(what.found)))
        receive(run, feed, what, needed, seen.fingerprints[name])
        _tell_refused(run, name)
    if name not in seen.programme.feeds:
        return 0
    mapped, columns = _bound(run, feed, needed)
    work = work_for(run, feed, mapped)
    fed[name] = mapped
    if work is None:
        return 0
    run.progress.step(name, "standardising" if not work.mends else f"deriving again ({work.cause})")
    derived = derive_feed(run, feed, mapped, work, columns)
    book(run, mapped, work, derived)
    tidy(run, mapped)
    return sum(t.read for t in derived.tallies)


def _way_out(run: Run, name: str, problem: str) -> str:
    if not problem.startswith(OTHER_LAYOUT):
        return "mend the files or the feed"
    source, feed = name.split(".")
    place = run.project.place("source", source, "feeds", feed, "map")
    return f"where both layouts come, name both in `map:` ({place.file}:{place.line}), such as `\"Old name\" | \"New name\"`, or ask for the usual extract,"


def _receiving(feed: ResolvedFeed, count: int) -> str:
    return f"receiving {count:,} file{'s' if count != 1 else ''}" if feed.reach == "files" else f"receiving from {feed.origin}"


def _needed(programme: Programme, name: str) -> tuple[tuple[str, ...], ...]:
    mapped = programme.feeds.get(name)
    return mapped.needed if mapped is not None else ()


def _bound(run: Run, feed: ResolvedFeed, needed: Sequence[Sequence[str]]) -> tuple[MappedFeed, tuple[str, ...]]:
    """The feed bound to the columns that bronze has. A needed one that no file has had is a mistake, unless absent means null."""
    state = run.writer.state(bronze_table(feed.name))
    have = received_columns(state.columns) if state is not None else ()
    if feed.missing_is_null or not have:
        have += _absent(have, needed)
    mapped, mistakes = map_feed(run.project, feed.name, have)
    if mapped is None:
        raise DeclarationError(mistakes)
    return mapped, have


def _absent(have: Sequence[str], needed: Sequence[Sequence[str]]) -> tuple[str, ...]:
    folded = {c.casefold() for c in have}
    return tuple(group[0] for group in needed if not any(c.casefold() in folded for c in group))


def _tell_refused(run: Run, name: str) -> None:
    """Files that could not be taken in, and what was seen in the others: told once for all files with the same trait."""
    own = [d for d in run.new_deliveries if d.feed == name]
    refused = [d for d in own if d.status == "refused"]
    for problem, files in _by_text((d.problem, d) for d in refused).items():
        advice = f"nothing of {'this file' if len(files) == 1 else 'these files'} was taken in; {_way_out(run, name, problem)} and run again"
        run.failures.append(Failure(name, f"{some_files([d.file for d in files])}: {problem}", advice))
    for d in refused:
        book_refused_file(run, name, d.position, d.counted, d.problem)
    for d in own:
        if d.status != "refused" and d.notices:
            run.notices.extend((name, d.file, notice) for notice in d.notices.split("; "))


def _before_gold(run: Run, fed: dict[str, MappedFeed]) -> None:
    """Once all feeds are in, before anything reads datasets: current tables that outgrew their log are rewritten."""
    for dataset in sorted({mapped.dataset for mapped in fed.values()}):
        rewrite_current(run, dataset)
    fed.clear()


def _publish(run: Run, reports: list[tuple[str, int]]) -> Summary:
    number, stamp = run.writer.number, {"run": run.writer.number, "recorded": run.recorded}
    held = _held(run.record)
    summary = Summary(
        number, tuple(run.ledger), tuple(reports), tuple(run.failures), held, tuple(run.drifts), tuple(run.notices),
        len(run.new_deliveries), run.writer.restored,
    )  # fmt: skip
    if not (run.ledger or run.new_deliveries or reports or run.changed or run.noted):
        return replace(summary, number=None)
    run.append_records(DELIVERIES, [d.__dict__ for d in _as_last_recorded(run)], DELIVERY_COLUMNS)
    run.append_records(LEDGER, run.ledger, LEDGER_COLUMNS)
    run.append_records(SCORECARD, [{**s, **stamp} for s in run.scores], SCORECARD_COLUMNS)
    keep_area_scores(run)
    run.append_records(DRIFT, [{**d, **stamp} for d in run.drifts], DRIFT_COLUMNS)
    run.record["pending"] = sorted(run.unfinished)
    run.record["summary"] = {
        "cause": "run", "failures": [_struck(run, f) for f in run.failures], "reports": reports, "deliveries": len(run.new_deliveries),
        "rows_read": sum(line["read"] for line in run.ledger), "now": run.now.isoformat(),
    }  # fmt: skip
    run.progress.step("publish", f"run {number}")
    run.writer.publish(run.record)
    run.progress.done("publish", 0)
    return summary


def _struck(run: Run, failure: Failure) -> dict[str, str | None]:
    """A failure as the lake keeps it: patterns may hold secrets of the environment."""
    problem, advice = failure.problem, failure.advice
    for secret in run.project.secret_values():
        problem, advice = problem.replace(secret, "***"), advice and advice.replace(secret, "***")
    return {"name": failure.name, "problem": problem, "advice": advice}


def _as_last_recorded(run: Run) -> list[Any]:
    return list({d.id: d for d in run.new_deliveries}.values())

