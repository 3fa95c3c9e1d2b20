"""What ``borough demo truth`` reads and says of the links: properties of addresses, people, and whether all are served alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from borough.engine.quoting import quoted
from borough.project.roles import ADDRESS, PERSON, addresses_of, people_of, person_column, property_column

if TYPE_CHECKING:
    import polars as pl

    from borough.demo.truth.measure_links import Linked, Placed
    from borough.project.identity_specs import PersonSpec
    from borough.project.specs import DatasetSpec

LINKS = frozenset({"property", "placed", "has_postcode", "person", "named", "stated"})
"""Columns that ``link_cells`` reads."""
_POSTCODE = "[A-Z]{1,2}[0-9][A-Z0-9]? *[0-9][A-Z]{2}"


_NAMES = ("name", "first_name", "surname", "company_number", "through")


def main_person(spec: DatasetSpec, feed: str) -> str | None:
    """Which of a dataset's people the truth of a feed is about; None where it has none."""
    from borough.demo.truth.measure_links import MAIN_PERSON

    people = people_of(spec)
    wanted = MAIN_PERSON.get(feed, PERSON)
    return wanted if wanted in people else next(iter(people), None)


def link_cells(spec: DatasetSpec, feed: str) -> tuple[str, ...]:
    """SQL of the property and person that the truth of a feed is about, and of what the row says: an address, its postcode, a name."""
    cells = []
    address = addresses_of(spec).get(ADDRESS)
    if address is not None:
        cells += [f"{quoted(property_column(ADDRESS))} AS property", f"({_any((*(address.text or ()), address.uprn, address.through))}) AS placed"]
        if address.text:
            text = f"regexp_matches(upper(concat_ws(' ', {', '.join(quoted(c) for c in address.text)})), '{_POSTCODE}')"
            cells.append(f"({text}{f' OR {quoted(address.postcode)} IS NOT NULL' if address.postcode else ''}) AS has_postcode")
    main = main_person(spec, feed)
    if main is not None:
        person = people_of(spec)[main]
        cells += [f"{quoted(person_column(main))} AS person", f"({_any(getattr(person, n) for n in _NAMES)}) AS named", f"({_stated(spec, person)}) AS stated"]
    return tuple(cells)


def _stated(spec: DatasetSpec, person: PersonSpec) -> str:
    """SQL of which fields about a person a record states, as bits of a number."""
    address = addresses_of(spec).get(person.address or ADDRESS)
    fields = [(person.date_of_birth,), (person.email,), (person.phone,), (person.nino, person.nhs_number), (person.reference,), (*(address.text or ()), address.uprn, address.through) if address else ()]
    return " + ".join(f"CASE WHEN {said} THEN {2**i} ELSE 0 END" for i, columns in enumerate(fields) if (said := _any(columns))) or "0"


def _any(columns: Iterable[str | None]) -> str:
    return " OR ".join(f"{quoted(c)} IS NOT NULL" for c in columns if c)


@dataclass
class Links:
    """The links of a run's feeds, measured as they are added. ``through`` are the feeds that have their people from other records."""

    root: Path
    through: set[str] = field(default_factory=set)
    placed: list[Placed] = field(default_factory=list)
    said: list[pl.DataFrame] = field(default_factory=list)

    def add(self, feed: str, spec: DatasetSpec, current: pl.DataFrame) -> None:
        """Measure one feed, of whose dataset ``current`` has the key and what ``link_cells`` reads."""
        from borough.demo.truth import measure_links

        main = main_person(spec, feed)
        if main is not None and people_of(spec)[main].through:
            self.through.add(feed)
        self.placed += measure_links.placed(self.root, feed, current)
        self.said.append(measure_links.said(self.root, feed, current))

    def _records(self) -> pl.DataFrame:
        import polars as pl

        return pl.concat(self.said) if self.said else pl.DataFrame(schema={"feed": pl.String, "truth": pl.Int64, "person": pl.Int64, "on": pl.Date, "stated": pl.Int64})

    def _own(self, records: pl.DataFrame) -> pl.DataFrame:
        """Those that name someone themselves."""
        import polars as pl

        return records.filter(~pl.col("feed").is_in(sorted(self.through)))

    def as_json(self) -> dict[str, Any]:
        """All that is measured."""
        from borough.demo.truth import measure_links

        records = self._records()
        own = self._own(records)
        linked, served = measure_links.linked(own), measure_links.served(self.root, own)
        return {
            "addresses": [{**asdict(p), "precision": p.precision, "recall": p.recall} for p in [*measure_links.over_all(self.placed), *self.placed]],
            "people": linked and {**asdict(linked), "pair_f1": linked.pair_f1, "cluster_f1": linked.cluster_f1, "feeds": [asdict(t) for t in measure_links.told(records)]},
            "fairness": {"groups": [asdict(s) for s in served], "gaps": measure_links.gaps(served), "gaps_named": measure_links.gaps(served, named=True)},
        }

    def show(self, *, addresses: bool, people: bool) -> None:
        """A line of each, and the tables that are asked for."""
        from borough.demo.truth import measure_links

        records = self._records()
        linked = measure_links.linked(self._own(records))
        for p in measure_links.over_all(self.placed):
            if p.recall is not None:
                typer.echo(f"addresses, {p.group}: {p.records:,} records, precision {_share(p.precision)}, recall {_share(p.recall)}")
        if linked is not None:
            typer.echo(_people(linked))
        if addresses:
            self._addresses()
        if people and linked is not None:
            self._feeds(records)
            self._fairness(self._own(records))

    def _addresses(self) -> None:
        from borough.cli import show

        typer.echo()
        headings = ("feed", "of them", "records", "precision", "recall", "no property", "right", "of the building", "wrong")
        show.table(headings, [(p.feed, p.group, p.records, _share(p.precision), _share(p.recall), p.missing, p.right, p.parent, p.wrong) for p in self.placed])

    def _feeds(self, records: pl.DataFrame) -> None:
        from borough.cli import show
        from borough.demo.truth import measure_links

        typer.echo()
        rows = [(t.feed, t.records, f"{t.unlinked / t.records:.1%}", f"{t.together / t.records:.1%}", f"{t.merged / t.records:.2%}") for t in measure_links.told(records)]
        show.table(("feed", "records about someone", "no person", "with most of theirs", "with someone else's"), rows)

    def _fairness(self, records: pl.DataFrame) -> None:
        from borough.cli import show
        from borough.demo.truth import measure_links

        served = measure_links.served(self.root, records)
        typer.echo()
        rows = [(s.by, s.group, s.records, f"{s.together:.2%}", f"{s.alike:.2%}", f"{s.alike_named:.2%}", f"{s.merged:.2%}") for s in served]
        show.table(("by", "group", "records", "with most of theirs", "data being equal", "and names as common", "with someone else's"), rows)
        said, named = (", ".join(f"{by} {100 * gap:.1f}" for by, gap in measure_links.gaps(served, named=wanted).items()) for wanted in (False, True))
        typer.echo(f"gap between the groups served best and worst, data being equal (feed, fields stated, records and homes of the person), in points: {said or 'too few records'}")
        typer.echo(f"the same, of people with as many namesakes: {named or 'too few records'}")


def _people(linked: Linked) -> str:
    return (
        f"people: {linked.records:,} records that name one of {linked.people:,} people, as {linked.persons:,} persons ({linked.unlinked:,} alone for want of a link); "
        f"pairs: precision {linked.pair_precision:.4f}, recall {linked.pair_recall:.4f}, F1 {linked.pair_f1:.4f}; "
        f"clusters: precision {linked.cluster_precision:.3f}, recall {linked.cluster_recall:.3f}, F1 {linked.cluster_f1:.3f}"
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
