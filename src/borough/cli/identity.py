"""Commands about who and where: identity show, find, explain, review, decide, story, train, relink."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.cli.context import JsonOption, Opened, ProjectOption, civil_date, clock, load_project, opened, print_json, user, wants_json
from borough.cli.read import Purpose, ask_of, need_run
from borough.cli.run import Now

if TYPE_CHECKING:
    from borough.pipeline.reviewing import Linkages


class Word(StrEnum):
    """What may be said of two records."""

    same = "same"
    different = "different"
    unsure = "unsure"
    withdrawn = "withdrawn"


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Who and where: how records are linked to properties and people, and what people decide of it.")
    group.command("show", epilog="Examples: `borough identity show` · `borough identity show --json`")(show)
    group.command("find", epilog='Examples: `borough identity find "Flat 2, 14 Brookside, NM1 2AB" --why` · `borough identity find --name "Ana Silva" --born 1990-03-05`')(find)
    group.command("review", epilog="Examples: `borough identity review` · `borough identity review --limit 50 --purpose safeguarding`")(review)
    group.command("explain", epilog="Example: `borough identity explain elector:10012957 library_member:L0042`")(explain)
    group.command("decide", epilog='Examples: `borough identity decide elector:10012957 library_member:L0042 same --why "same signature"` · `borough identity decide A B withdrawn --why "a slip"`')(decide)
    group.command("story", epilog="Example: `borough identity story 4711`")(story)
    group.command("train", epilog="Example: `borough identity train` then `borough run`")(train)
    group.command("relink", epilog="Example: `borough identity relink` then `borough run`")(relink)
    app.add_typer(group, name="identity")


def _linkages(o: Opened, purpose: str | None) -> Linkages:
    from borough.pipeline.reviewing import Linkages

    return Linkages(o.project, o.engine, o.lake, need_run(o), purpose or o.project.borough.purpose)


def show(context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Tell how far records are linked: addresses by the way they were matched, people, households, landlords, the linkage."""
    from borough.cli.show import heading, table
    from borough.pipeline.identity_summary import summary

    with opened(context, project) as o:
        told = summary(_linkages(o, None))
        if wants_json(context, as_json):
            print_json(told)
            return
        for title, rows in told.items():
            heading(title)
            table(tuple(rows[0]) if rows else ("nothing yet",), [tuple(row.values()) for row in rows])


def find(
    context: typer.Context,
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="An address, as somebody writes it.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="A person's name, in any order.", show_default=False)] = None,
    born: Annotated[str | None, typer.Option("--born", help="Their date of birth.", show_default=False)] = None,
    postcode: Annotated[str | None, typer.Option("--postcode", help="A postcode: of the address, or of where the person lives.", show_default=False)] = None,
    why: Annotated[bool, typer.Option("--why", help="Show the homes that come nearest to an address, and what of it they agree with.")] = False,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Find the property of an address, or people by name and date of birth.

    What only the slow matcher could tell is `pending`: the next run settles it. Exit code 2 if neither is asked.
    """
    from borough.cli.show import table
    from borough.errors import UsageError
    from borough.pipeline.finding import address_candidates, find_address, find_people

    if why and address is None:
        raise UsageError("--why is of an address", advice="borough identity story PERSON shows a person's records, borough identity explain RECORD OTHER why two are one")
    if (address is None) == (name is None):
        raise UsageError("one thing at a time: an address, or a person's --name", advice='borough identity find "14 Brookside, NM1 2AB", or borough identity find --name "Ana Silva"')
    with opened(context, project) as o:
        links = _linkages(o, purpose)
        if address is None:
            relation = find_people(links, str(name), civil_date(born, "--born"), postcode)
        else:
            relation = address_candidates(links, address, postcode) if why else find_address(links, address, postcode)
        answer = ask_of(o, relation, f"SELECT * EXCLUDE (place) FROM {relation.name} ORDER BY place", purpose)
        names, rows = [n for n, _ in answer.columns], answer.rows()
        if wants_json(context, as_json):
            print_json([dict(zip(names, row, strict=True)) for row in rows])
            return
        if not rows:
            typer.echo("nobody is found" if name else "nothing is found")
            return
        table(names, rows)


def review(
    context: typer.Context,
    project: ProjectOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="At most this many links.", min=1)] = 20,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """List the doubtful links between records of people, most useful first.

    Records that the purpose may not see are not there, nor anything that hangs on them alone.
    """
    from borough.cli.show import count, table

    with opened(context, project) as o:
        relation = _linkages(o, purpose).doubts(limit)
        answer = ask_of(o, relation, "SELECT * FROM review ORDER BY worth DESC, left_record, right_record", purpose)
        names, rows = [n for n, _ in answer.columns], answer.rows()
        if wants_json(context, as_json):
            print_json([dict(zip(names, row, strict=True)) for row in rows])
            return
        if not rows:
            typer.echo("no link is in doubt")
            return
        table(("record", "other", "says", "other says", "bits", "probability", "why"), [row[:7] for row in rows])
        typer.echo(f"{count(len(rows), 'link')}; borough identity explain RECORD OTHER shows the evidence, borough identity decide RECORD OTHER same|different settles it")


Left = Annotated[str, typer.Argument(metavar="RECORD", help="A record: DATASET:KEY, or DATASET.ROLE:KEY.")]
Right = Annotated[str, typer.Argument(metavar="OTHER", help="Another record.")]


def explain(context: typer.Context, left: Left, right: Right, project: ProjectOption = None, purpose: Purpose = None, as_json: JsonOption = False) -> None:
    """Show why two records are one person, or not: the evidence field by field, in bits, as a waterfall."""
    from borough.cli.show import table
    from borough.governance.classification import ColumnAccess, Relation
    from borough.identity.people.explaining import UNKNOWN

    with opened(context, project) as o:
        links = _linkages(o, purpose)
        told = links.evidence(left, right)
        # Asked through the gate, so that the look is permitted and recorded.
        ask_of(o, Relation("explained", "(SELECT '' AS left_record)", (ColumnAccess("left_record", "string", "personal"),), "entity"), "SELECT left_record FROM explained", purpose).rows()
        model, _ = links.model()
        verdict = "one person" if told.total >= model.match_above else "for a person to decide" if told.total >= model.review_above else "two people"
        if wants_json(context, as_json):
            steps = [{"field": e.field, "level": e.level, "left": e.left, "right": e.right, "bits": e.bits} for e in told.evidence]
            print_json({"prior": told.prior, "evidence": steps, "total": told.total, "verdict": verdict, "match_above": model.match_above, "review_above": model.review_above})
            return
        running, rows = told.prior, [("before anything is known", "", "", "", told.prior, _bar(0, told.prior))]
        for e in told.evidence:
            if e.level == UNKNOWN:
                continue
            rows.append((e.field, e.level, _text(e.left), _text(e.right), e.bits, _bar(running, running + e.bits)))
            running += e.bits
        table(("field", "agreement", left, right, "bits", f"{'against':<14}│{'for':>14}"), rows)
        unknown = ", ".join(e.field for e in told.evidence if e.level == UNKNOWN)
        if unknown:
            typer.echo(f"not known of both: {unknown}")
        typer.echo(f"together {told.total:+.1f} bits: {verdict} (one person from {model.match_above:+.1f}, review from {model.review_above:+.1f})")
        typer.echo("a pair's own weight: whom each record ends up with depends on all records that hang together with them")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _bar(start: float, end: float, scale: float = 2.5, half: int = 14) -> str:
    """The step of a waterfall from one sum of bits to another, around zero."""
    at = [max(-half, min(half, round(x / scale))) for x in (start, end)]
    cells = [" "] * (2 * half + 1)
    for i in range(min(at), max(at) + 1):
        cells[i + half] = "█" if end >= start else "░"
    cells[half] = "│" if cells[half] == " " else cells[half]
    return "".join(cells)


def decide(
    context: typer.Context,
    left: Left,
    right: Right,
    word: Annotated[Word, typer.Argument(metavar="WORD", help="same, different, unsure, or withdrawn to undo what was said.")],
    why: Annotated[str, typer.Option("--why", help="The reason, kept with the decision.", prompt="Why")],
    project: ProjectOption = None,
    purpose: Purpose = None,
    now: Now = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether two records are one person. It holds from the next run on, whatever the linkage makes of them."""
    from borough.errors import UsageError
    from borough.pipeline.judgements import record_judgement

    if not why.strip():
        raise UsageError("a decision needs a reason", advice='--why "what showed it"')
    with opened(context, project) as o:
        links = _linkages(o, purpose)
        for record in (left, right):
            links.node_of(record)  # a record that is not there, or that the purpose may not see, is refused
        run = record_judgement(o.project, o.engine, o.lake, [(left, right)], word.value, why=why.strip(), who=user(), now=clock(now))
    if wants_json(context, as_json):
        print_json({"run": run, "left": left, "right": right, "judgement": word.value})
        return
    typer.echo(f"noted in run {run}: {left} and {right} are {word.value}; borough run links accordingly" if word is not Word.withdrawn else f"noted in run {run}: withdrawn; borough run links as before")


def story(
    context: typer.Context,
    person: Annotated[int, typer.Argument(metavar="PERSON", help="A person's id.")],
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how a person came to be: their records, and the merges and splits, run by run."""
    from borough.cli.show import heading, table
    from borough.errors import UsageError
    from borough.pipeline.finding import person_story

    with opened(context, project) as o:
        records, chapters = person_story(_linkages(o, purpose), person)
        answer = ask_of(o, records, "SELECT record, says FROM story ORDER BY record", purpose).rows()
        if not answer:
            raise UsageError(f"no person {person} is known, or none that may be seen for this purpose", advice="borough identity find --name shows people")
        if wants_json(context, as_json):
            print_json({"records": [dict(zip(("record", "says"), row, strict=True)) for row in answer], "story": chapters})
            return
        heading(f"person {person}")
        table(("record", "says"), answer)
        heading("how they came to be")
        table(("run", "what", "from or to person", "distinct records"), [tuple(c.values()) for c in chapters])


def train(context: typer.Context, project: ProjectOption = None, now: Now = None, as_json: JsonOption = False) -> None:
    """Train the linkage on the council's own records, and on what people decided. The next run links everybody by it."""
    from borough.pipeline.retraining import train_linkage

    with opened(context, project) as o:
        _linkages(o, None)
        told = train_linkage(o.project, o.engine, o.lake, who=user(), now=clock(now))
    if wants_json(context, as_json):
        print_json({"version": told.version, "records": told.records, "decided": told.decided})
        return
    typer.echo(f"version {told.version} of the linkage is trained on {told.records:,} distinct records and {told.decided:,} decisions; borough run links by it")


def relink(context: typer.Context, project: ProjectOption = None, now: Now = None, as_json: JsonOption = False) -> None:
    """Freeze the linkage anew in the next run, with today's frequencies, and link everybody again. Ids stay with their people."""
    from borough.pipeline.retraining import ask_relink

    loaded = load_project(context, project)
    ask_relink(loaded, now=clock(now))
    if wants_json(context, as_json):
        print_json({"pending": ["person"]})
        return
    typer.echo("the next run freezes the linkage anew and links everybody again: borough run")
