"""Pairs and clusters against the truth: precision, recall, F1."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Score:
    """Of what was found, the share that is right; of what there is, the share that was found."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        return f"precision {self.precision:.4f} recall {self.recall:.4f} F1 {self.f1:.4f}"


def _pairs(frame: pl.DataFrame, by: list[str]) -> int:
    sizes = frame.group_by(by).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def pairwise(linked: pl.DataFrame) -> Score:
    """Over all pairs of records (record, person true, found; a record without ``found`` is alone)."""
    both = linked.with_columns(found=pl.coalesce(pl.col("found").cast(pl.String), pl.concat_str(pl.lit("alone "), pl.col("record").cast(pl.String))))
    right = _pairs(both, ["person", "found"])
    return Score(right / max(1, _pairs(both, ["found"])), right / max(1, _pairs(both, ["person"])))


def clusterwise(linked: pl.DataFrame) -> Score:
    """Over whole clusters: those found that are exactly a true person's records."""
    both = linked.with_columns(found=pl.coalesce(pl.col("found").cast(pl.String), pl.concat_str(pl.lit("alone "), pl.col("record").cast(pl.String))))
    true = both.group_by("person").agg(pl.col("record").sort()).with_columns(key=pl.col("record").cast(pl.List(pl.String)).list.join("|"))
    found = both.group_by("found").agg(pl.col("record").sort()).with_columns(key=pl.col("record").cast(pl.List(pl.String)).list.join("|"))
    right = true.join(found, on="key", how="semi").height
    return Score(right / max(1, found.height), right / max(1, true.height))


def halves(linked: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records of one half of the people, and those of the other: a threshold is chosen on the first and reported on the second."""
    first = pl.col("person").cast(pl.String).hash(seed=7) % 2 == 0
    return linked.filter(first), linked.filter(~first)
