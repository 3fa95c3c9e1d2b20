"""``borough demo truth``: a run, measured against what is really so."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from borough.cli.context import JsonOption, Opened, ProjectOption, opened, print_json, wants_json
from borough.cli.read import ask, need_run

if TYPE_CHECKING:
    import polars as pl

    from borough.cli.truth_links import Links
    from borough.demo.door import Demo
    from borough.demo.truth.ceiling import Ceiling
    from borough.demo.truth.measure import Broken, Measured
    from borough.governance.gate import Answer


def truth(
    context: typer.Context,
    ceiling: Annotated[bool, typer.Option("--ceiling", help="Also how well unlicensed homes could be told at best, had every home's true outcome been known; makes the borough again, some seconds to a minute.")] = False,
    faults: Annotated[bool, typer.Option("--faults", help="Also what became of the records with each kind of fault.")] = False,
    addresses: Annotated[bool, typer.Option("--addresses", help="Also the properties of addresses, by feed, flats and addresses without a postcode apart.")] = False,
    people: Annotated[bool, typer.Option("--people", help="Also the people linked, by feed, and how far those of each name's origin, age, tenure and length of stay are served alike.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the last run against the hidden truth: records found, refused, given the right property and linked to the right person.

    Reads datasets through the gate, each for a purpose that may see its key. A record that is not found was refused, deleted since, or never arrived.
    """
    from borough.cli import show
    from borough.demo import door
    from borough.errors import UsageError

    with opened(context, project) as o:
        need_run(o)
        try:
            demo = door.read(o.project.root)
        except ValueError as error:
            raise UsageError(str(error), advice="borough demo generate DIR makes a demo anew") from error
        if demo is None or demo.until is None:
            raise UsageError(f"{o.project.root} holds no demo, so there is no truth to measure against", advice="borough demo generate DIR makes one")
        run = _measured(o)
        measured, broken = run.records, run.broken
        refused = {feed: int(n) for feed, n in ask(o, "SELECT feed, sum(quarantined) AS n FROM ledger GROUP BY feed").rows()}
        limit = _ceiling(o.project.root, demo) if ceiling else None
    if wants_json(context, as_json):
        print_json({"feeds": [{**asdict(m), "quarantined": refused.get(m.feed, 0)} for m in measured], "faults": [asdict(b) for b in broken], **run.links.as_json(), "ceiling": limit and {**asdict(limit), "day": limit.day.isoformat()}})
        return
    headings = ("feed", "records", "found", "refused", "to be refused", "about a property", "right", "no UPRN", "of the building", "wrong")
    show.table(headings, [_line(m, refused.get(m.feed, 0)) for m in measured])
    about, right = sum(m.about_a_property for m in measured), sum(m.uprn_right for m in measured)
    if about:
        typer.echo(f"{right / about:.1%} of {about:,} records about a property have the right UPRN as they came")
    run.links.show(addresses=addresses, people=people)
    if faults:
        typer.echo()
        show.table(("fault", "records with it", "in the dataset", "in quarantine", "what should become of them"), [(b.kind, b.records, b.found, b.refused, b.expect) for b in broken])
    if limit is not None:
        typer.echo(
            f"as of {limit.day}: {limit.share:.1%} of {limit.homes:,} homes need a licence and have none; "
            f"ROC-AUC at best {limit.auc:.2f} (the ceiling), by ward alone {limit.ward_auc:.2f}"
        )


def _line(m: Measured, refused: int) -> tuple[object, ...]:
    def share(n: int) -> str:
        return f"{n / m.about_a_property:.1%}" if m.about_a_property else "–"

    return (m.feed, m.records, m.found, refused, m.to_refuse, m.about_a_property, share(m.uprn_right), share(m.uprn_missing), share(m.uprn_parent), share(m.uprn_wrong))


@dataclass
class _Run:
    """What is measured of a run."""

    records: list[Measured]
    broken: list[Broken]
    links: Links


def _measured(o: Opened) -> _Run:
    from borough.cli.truth_links import Links
    from borough.demo.truth import measure

    run = _Run([], [], Links(o.project.root))
    for feed in measure.feeds(o.project.root):
        dataset = _dataset(o, feed)
        if dataset is not None:
            current, refused = _rows(o, feed, dataset)
            run.records.append(measure.measure(o.project.root, feed, current))
            run.broken += measure.broken(o.project.root, feed, current, refused)
            run.links.add(feed, o.project.datasets[dataset], current)
    run.broken = measure.together(run.broken)
    return run


def _dataset(o: Opened, feed: str) -> str | None:
    source, name = feed.split(".")
    declared = o.project.sources.get(source)
    return declared.feeds[name].to if declared and name in declared.feeds else None


def _rows(o: Opened, feed: str, dataset: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Key, UPRN and links of a feed's dataset as it is now, and the keys of its quarantine, for the first purpose that may see them.

    Where nobody may see the links, the others alone.
    """
    import polars as pl

    from borough.compile.published import quarantine_relation
    from borough.errors import AccessDeniedError

    spec = o.project.datasets[dataset]
    keys = list(spec.key)
    placed = ["uprn"] if "uprn" in spec.columns and "uprn" not in keys else []
    quarantine = quarantine_relation(o.project, o.engine, o.lake, o.published, dataset)
    from borough.cli.truth_links import LINKS, link_cells

    linked = link_cells(spec, feed)
    for cells in dict.fromkeys((linked, ())):
        for purpose in (o.project.borough.purpose, *o.project.sources[feed.split(".")[0]].purposes):
            try:
                found = _frame(ask(o, f"SELECT {', '.join([*keys, *placed, *cells])} FROM {dataset}", purpose=purpose))
                refused = _frame(ask(o, f"SELECT key FROM quarantine WHERE feed = '{feed}'", purpose=purpose, extra=(quarantine,)))
            except AccessDeniedError:
                continue
            key = pl.concat_str([pl.col(k).cast(pl.String) for k in keys], separator="|").alias("key")
            return found.select(key, *([pl.col("uprn").cast(pl.Int64)] if "uprn" in found.columns else []), *LINKS.intersection(found.columns)), refused
    return pl.DataFrame(schema={"key": pl.String}), pl.DataFrame(schema={"key": pl.String})


def _frame(answer: Answer) -> pl.DataFrame:
    import polars as pl

    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "answer.parquet"
        answer.copy(file)
        return pl.read_parquet(file)


def _ceiling(root: Path, demo: Demo) -> Ceiling:
    from borough.demo.build import world
    from borough.demo.truth.ceiling import ceiling, day_before
    from borough.demo.truth.traces import written

    assert demo.until is not None
    # The first district: of a larger borough, the others are made by the same processes.
    return ceiling(world(demo.plan, demo.plan.districts()[0]), written(root / "truth"), day_before(demo.until))
