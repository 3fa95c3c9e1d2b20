"""A run, measured against the truth: what became of the records of each feed, and whether their property is the right one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from borough.demo.files.notes import FAULTS, TRUTH


@dataclass(frozen=True)
class Measured:
    """A feed's records: how many there truly are, how many the dataset has now, and those to be refused (by faults that were put in).

    Of those found that are about a property: how many have no UPRN, the right one, that of the building instead of the flat, another one.
    """

    feed: str
    records: int
    found: int
    to_refuse: int
    about_a_property: int
    uprn_missing: int
    uprn_right: int
    uprn_parent: int
    uprn_wrong: int


WHOLE = ("header_repeated", "totals_row")
"""Kinds that are lines of a file, and no record's."""


@dataclass(frozen=True)
class Broken:
    """What became of the records that have a fault of a kind: those that the datasets have now, and those in quarantine.

    ``expect`` is what should become of them (``borough demo faults``); a record may have faults of other kinds too, which may have cost it.
    """

    kind: str
    expect: str
    records: int
    found: int
    refused: int


def feeds(project: Path) -> list[str]:
    """The feeds of which the truth of records was written."""
    folder = project / TRUTH
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def measure(project: Path, feed: str, current: pl.DataFrame) -> Measured:
    """Measure a feed. ``current``: the dataset as it is now, a text ``key`` (its columns joined by ``|``) and, where it has one, ``uprn``."""
    truth = pl.read_parquet(project / TRUTH / feed / "*.parquet").unique("key", keep="last", maintain_order=True)
    found = truth.join(current.unique("key", keep="first", maintain_order=True), on="key", how="inner", suffix="_given", maintain_order="left")
    placed = found.filter(pl.col("uprn").is_not_null())
    given = pl.col("uprn_given") if "uprn_given" in found.columns else pl.lit(None, pl.Int64)
    if "uprn_given" not in found.columns:
        placed = placed.clear()
    parents = pl.read_parquet(project / "truth" / "properties" / "*.parquet", columns=["uprn", "parent_uprn"])
    judged = placed.join(parents, on="uprn", how="left", maintain_order="left").select(
        missing=given.is_null(), right=given == pl.col("uprn"), parent=(given == pl.col("parent_uprn")) & (given != pl.col("uprn"))
    )
    missing, right, parent = (int(judged[name].fill_null(value=False).sum()) for name in ("missing", "right", "parent"))
    return Measured(feed, truth.height, found.height, _to_refuse(project, feed), placed.height, missing, right, parent, placed.height - missing - right - parent)


def broken(project: Path, feed: str, current: pl.DataFrame, refused: pl.DataFrame) -> list[Broken]:
    """What became of a feed's faulty records, by kind. ``current`` and ``refused`` have the keys of the dataset and of the quarantine, as text in ``key``."""
    faults = _faults(project, feed).filter(~pl.col("kind").is_in(WHOLE)).unique(["kind", "key"], keep="first", maintain_order=True)
    judged = faults.with_columns(found=pl.col("key").is_in(current["key"].implode()), refused=pl.col("key").is_in(refused["key"].implode()))
    kinds = judged.group_by("kind", "expect", maintain_order=True).agg(pl.len().alias("records"), pl.col("found", "refused").sum())
    return [Broken(*row) for row in kinds.rows()]


def together(parts: Iterable[Broken]) -> list[Broken]:
    """The same over several feeds, in order of kind."""
    sums: dict[tuple[str, str], Broken] = {}
    for part in parts:
        sum_ = sums.get((part.kind, part.expect), Broken(part.kind, part.expect, 0, 0, 0))
        sums[part.kind, part.expect] = Broken(part.kind, part.expect, sum_.records + part.records, sum_.found + part.found, sum_.refused + part.refused)
    return [sums[name] for name in sorted(sums)]


def _faults(project: Path, feed: str) -> pl.DataFrame:
    source, name = feed.split(".")
    files = sorted((project / FAULTS).glob("*.parquet"))
    if not files:
        return pl.DataFrame(schema=dict.fromkeys(("kind", "key", "expect", "delivered"), pl.String))
    return pl.scan_parquet(files).filter((pl.col("source") == source) & (pl.col("feed") == name)).collect()


def _to_refuse(project: Path, feed: str) -> int:
    """Rows that faults should have cost: of differing copies both, of others one, however many faults it has."""
    faults = _faults(project, feed).filter(pl.col("expect") == "refused")
    twice = faults.filter(pl.col("kind") == "double_differing")["key"].n_unique()
    each = faults.filter(pl.col("kind") != "double_differing").group_by("kind", "key", "delivered").len()
    whole = int(each.filter(pl.col("kind").is_in(WHOLE))["len"].sum())
    return 2 * twice + each.filter(~pl.col("kind").is_in(WHOLE))["key"].n_unique() + whole
