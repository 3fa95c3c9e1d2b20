"""A run's links, measured against the truth: the property of each record, the person whom it is about, and whether all are served alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from borough.demo.files.notes import TRUTH

MAIN_PERSON = {"deposits.certificates": "tenant", "regeneration.grants": "contact"}
"""Feeds with several people, of which the truth's is not the first that is declared."""
LEAST = 200
"""A group of fewer records says too little of whether it is served as the others are."""
AGES = ((18, "under 18"), (30, "18 to 29"), (45, "30 to 44"), (65, "45 to 64"), (80, "65 to 79"), (200, "80 and over"))
STAYS = ((1, "under a year"), (3, "1 to 2 years"), (10, "3 to 9 years"), (200, "10 years and more"))
_YEAR = 365.25


@dataclass(frozen=True)
class Placed:
    """Records that have an address and are about a property: those with no property, the right one, that of the building instead of the flat, another one.

    ``group``: ``all``, ``flats`` (the right property is within a building) or ``no postcode`` (neither beside the address nor in it).
    """

    feed: str
    group: str
    records: int
    missing: int
    right: int
    parent: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """The share of the properties given that are right; None where none is given."""
        given = self.records - self.missing
        return self.right / given if given else None

    @property
    def recall(self) -> float | None:
        """The share of the records that have the right property; None where there is no record."""
        return self.right / self.records if self.records else None


@dataclass(frozen=True)
class Linked:
    """Records that are truly about someone, and how well they are put together.

    Over pairs: of two records said to be one person's, the share that are (precision), and the reverse (recall). Over clusters: of the persons,
    the share that have all the records of someone and no other (precision), and of the people the share that are such a person (recall).
    """

    records: int
    people: int
    persons: int
    unlinked: int
    pair_precision: float
    pair_recall: float
    cluster_precision: float
    cluster_recall: float

    @property
    def pair_f1(self) -> float:
        """The harmonic mean of precision and recall over pairs."""
        return _harmonic(self.pair_precision, self.pair_recall)

    @property
    def cluster_f1(self) -> float:
        """The harmonic mean of precision and recall over clusters."""
        return _harmonic(self.cluster_precision, self.cluster_recall)


@dataclass(frozen=True)
class Told:
    """A feed's records about someone: those in the cluster with most of that person's records, and those in a cluster that is mostly someone else's."""

    feed: str
    records: int
    unlinked: int
    together: int
    merged: int


@dataclass(frozen=True)
class Served:
    """How well a group's records are put together.

    ``together`` is the share of records in the cluster with most of the person's records, ``merged`` the share in a cluster that is mostly someone
    else's; ``alike`` is ``together`` with otherwise equal data: the rate of all, and by how much the group differs from what records like its own have
    on average; ``alike_named`` the same, of people with as many namesakes.
    """

    by: str
    group: str
    records: int
    together: float
    merged: float
    alike: float
    alike_named: float


# ── Properties ──────────────────────────────────────────────────────────────────────────────────


def placed(project: Path, feed: str, current: pl.DataFrame) -> list[Placed]:
    """Measure a feed's properties. ``current``: a text ``key``, ``property`` and, where it is known, ``placed`` and ``has_postcode``; nothing without ``property``."""
    if "property" not in current.columns:
        return []
    truth = _truth(project, feed).filter(pl.col("uprn").is_not_null()).select("key", "uprn")
    parents = pl.read_parquet(project / "truth" / "properties" / "*.parquet", columns=["uprn", "parent_uprn"])
    found = truth.join(current.unique("key", keep="first", maintain_order=True), on="key", how="inner").join(parents, on="uprn", how="left")
    if "placed" in found.columns:
        found = found.filter("placed")
    groups = {"all": found, "flats": found.filter(pl.col("parent_uprn").is_not_null())}
    if "has_postcode" in found.columns:
        groups["no postcode"] = found.filter(~pl.col("has_postcode"))
    return [_placed(feed, group, rows) for group, rows in groups.items() if rows.height]


def _placed(feed: str, group: str, rows: pl.DataFrame) -> Placed:
    given = pl.col("property")
    judged = rows.select(missing=given.is_null(), right=given == pl.col("uprn"), parent=(given == pl.col("parent_uprn")) & (given != pl.col("uprn")))
    missing, right, parent = (int(judged[name].fill_null(value=False).sum()) for name in ("missing", "right", "parent"))
    return Placed(feed, group, rows.height, missing, right, parent, rows.height - missing - right - parent)


def over_all(parts: Iterable[Placed]) -> list[Placed]:
    """The same over several feeds, by group."""
    sums: dict[str, Placed] = {}
    for part in parts:
        s = sums.get(part.group, Placed("all", part.group, 0, 0, 0, 0, 0))
        sums[part.group] = Placed("all", part.group, s.records + part.records, s.missing + part.missing, s.right + part.right, s.parent + part.parent, s.wrong + part.wrong)
    return list(sums.values())


# ── People ──────────────────────────────────────────────────────────────────────────────────────


def said(project: Path, feed: str, current: pl.DataFrame) -> pl.DataFrame:
    """The records of a feed that are truly about someone: feed, truth, person, on, stated.

    ``current``: a text ``key``, and ``person`` where the dataset has one; where there is ``named``, only records that name someone, or refer to one that does.
    ``stated``: a number that is the same for records that state the same fields.
    """
    truth = _truth(project, feed).filter(pl.col("person").is_not_null()).select("key", "on", truth="person")
    if "person" not in current.columns:
        return truth.clear().select(pl.lit(feed).alias("feed"), "truth", pl.lit(None, pl.Int64).alias("person"), "on", pl.lit(0, pl.Int64).alias("stated"))
    found = truth.join(current.unique("key", keep="first", maintain_order=True), on="key", how="inner", maintain_order="left")
    if "named" in found.columns:
        found = found.filter("named")
    stated = pl.col("stated").cast(pl.Int64) if "stated" in found.columns else pl.lit(0, pl.Int64)
    return found.select(pl.lit(feed).alias("feed"), "truth", pl.col("person").cast(pl.Int64), "on", stated=stated)


def linked(records: pl.DataFrame) -> Linked | None:
    """Measure how records are put together (as ``said`` gives them, of all feeds); None where there are none. A record without a person is alone."""
    if records.is_empty():
        return None
    rows = _clustered(records)
    both = rows.group_by("person", "truth").len("n")
    persons, people = rows.group_by("person").len("all_persons"), rows.group_by("truth").len("all_truths")
    together, claimed, true = _pairs(both["n"]), _pairs(persons["all_persons"]), _pairs(people["all_truths"])
    exact = both.join(persons, on="person").join(people, on="truth").filter((pl.col("n") == pl.col("all_persons")) & (pl.col("n") == pl.col("all_truths"))).height
    unlinked = records["person"].null_count()
    return Linked(
        rows.height, people.height, persons.height, unlinked, together / claimed if claimed else 1.0, together / true if true else 1.0,
        exact / persons.height, exact / people.height,
    )  # fmt: skip


def told(records: pl.DataFrame) -> list[Told]:
    """The same by feed."""
    judged = _judged(records).with_columns(unlinked=records["person"].is_null())
    sums = judged.group_by("feed").agg(pl.len().alias("records"), pl.col("unlinked", "together", "merged").sum()).sort("feed")
    return [Told(*row) for row in sums.rows()]


def _judged(records: pl.DataFrame) -> pl.DataFrame:
    """Records, with whether each is in its person's largest cluster, and whether in one that is mostly someone else's. Ties go to the lowest id."""
    rows = _clustered(records)
    both = rows.group_by("person", "truth").len("n")
    largest = both.sort("truth", "n", "person", descending=[False, True, False]).unique("truth", keep="first", maintain_order=True)
    mostly = both.sort("person", "n", "truth", descending=[False, True, False]).unique("person", keep="first", maintain_order=True)
    judged = rows.join(largest.select("truth", largest="person"), on="truth", how="left", maintain_order="left")
    judged = judged.join(mostly.select("person", mostly="truth"), on="person", how="left", maintain_order="left")
    return judged.with_columns(together=pl.col("person") == pl.col("largest"), merged=pl.col("truth") != pl.col("mostly"))


def _clustered(records: pl.DataFrame) -> pl.DataFrame:
    """Records without a person get one of their own, below zero."""
    return records.with_columns(person=pl.coalesce(pl.col("person"), -1 - pl.int_range(pl.len(), dtype=pl.Int64)))


def _pairs(sizes: pl.Series) -> int:
    sizes = sizes.cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


# ── Fairness ────────────────────────────────────────────────────────────────────────────────────


def served(project: Path, records: pl.DataFrame) -> list[Served]:
    """How well each group is served: by origin of the name, age, tenure and length of stay when the record was made.

    Only people with several records; groups of ``LEAST`` records and more. ``alike`` is the rate with otherwise equal data: compared
    with records of the same feed that state the same fields, of people with as many records (to a power of two) and homes (1, 2, 3 and more).
    ``alike_named``: and as many namesakes in the borough (first name and surname; to a power of two): what is left is no matter of common names.
    """
    if records.is_empty():
        return []
    judged = _described(project, _judged(records)).filter(pl.len().over("truth") > 1)
    judged = judged.with_columns(many=pl.len().over("truth").log(2).floor().cast(pl.Int64).clip(1, 5))
    equal = ("feed", "stated", "many", "homes")
    judged = judged.with_columns(usual=pl.col("together").mean().over(equal), usual_named=pl.col("together").mean().over(*equal, "namesakes"))
    rate = pl.col("together").mean()
    found = []
    for by in ("name", "age", "tenure", "stay"):
        rows = judged.filter(pl.col(by).is_not_null())
        every = float(rows.select(rate).item() or 0)
        alike = [(every + rate - pl.col(usual).mean()).alias(name) for usual, name in (("usual", "alike"), ("usual_named", "alike_named"))]
        groups = rows.group_by(by).agg(pl.len().alias("records"), rate, pl.col("merged").mean(), *alike).filter(pl.col("records") >= LEAST)
        found += [Served(by, *row) for row in groups.sort(by).rows()]
    return found


def gaps(groups: Iterable[Served], *, named: bool = False) -> dict[str, float]:
    """The gap between the group served best and the one served worst, with otherwise equal data, by what they are told by. ``named``: and as many namesakes."""
    rates: dict[str, list[float]] = {}
    for group in groups:
        rates.setdefault(group.by, []).append(group.alike_named if named else group.alike)
    return {by: max(values) - min(values) for by, values in rates.items()}


def _described(project: Path, records: pl.DataFrame) -> pl.DataFrame:
    """Records with the name's origin, and the age, tenure and length of stay on their day."""
    truth = project / "truth"
    people = pl.read_parquet(truth / "people" / "*.parquet", columns=["person", "group", "born", "first", "surname"]).rename({"person": "truth", "group": "name"})
    people = people.with_columns(namesakes=pl.len().over("first", "surname").log(2).floor().cast(pl.Int64)).drop("first", "surname")
    spells = pl.read_parquet(truth / "spells" / "*.parquet", columns=["spell", "tenure"])
    stays = pl.read_parquet(truth / "stays" / "*.parquet", columns=["person", "spell", "start", "end"]).join(spells, on="spell", how="left")
    stays = stays.select("start", "end", "tenure", truth="person").sort("start", "truth")
    homes = stays.group_by("truth").agg(homes=pl.len().cast(pl.Int64).clip(1, 3))
    rows = records.join(people, on="truth", how="left").join(homes, on="truth", how="left").with_columns(pl.col("homes").fill_null(0)).sort("on", nulls_last=True)
    dated = rows.filter(pl.col("on").is_not_null()).join_asof(stays, left_on="on", right_on="start", by="truth", strategy="backward", check_sortedness=False)
    there = pl.col("start").is_not_null() & (pl.col("end").is_null() | (pl.col("end") >= pl.col("on")))
    dated = dated.with_columns(
        age=_band((pl.col("on") - pl.col("born")).dt.total_days(), AGES), tenure=pl.when(there).then("tenure"),
        stay=pl.when(there).then(_band((pl.col("on") - pl.col("start")).dt.total_days(), STAYS)),
    )  # fmt: skip
    return pl.concat([dated, rows.filter(pl.col("on").is_null())], how="diagonal")


def _band(days: pl.Expr, bands: tuple[tuple[int, str], ...]) -> pl.Expr:
    said: pl.Expr = pl.lit(None, pl.String)
    for years, name in reversed(bands):
        said = pl.when(days < years * _YEAR).then(pl.lit(name)).otherwise(said)
    return said


def _truth(project: Path, feed: str) -> pl.DataFrame:
    return pl.read_parquet(project / TRUTH / feed / "*.parquet").unique("key", keep="last", maintain_order=True)
