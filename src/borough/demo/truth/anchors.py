"""How hard the borough is: measures that hold it to life. Outside their ranges the generator is wrong.

Where one needs a library that the demo does not import (an address matcher, a record linker), only the judging is here; tests do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

EXACT_ADDRESS_RECALL = (0.65, 0.75)
"""Of addresses as services write them: the share that is, letter for letter once normalised, the right home's line in the gazetteer."""
MATCHER_PRECISION = (0.91, 0.95)
"""Of the homes that plain uk_address_matcher finds: the share that is right."""
LINKER_F1 = (0.75, 0.88)
"""Of the pairs of records that plain Splink, with its tutorial's settings, takes for one person."""


@dataclass(frozen=True)
class Score:
    """Of what was found, the share that is right; of what there is, the share that was found."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def normalised(lines: pl.Series) -> pl.Series:
    """Addresses in capitals, without punctuation and without more blanks than one."""
    bare = lines.fill_null("").str.to_uppercase().str.replace_all(r"[^A-Z0-9]+", " ")
    return bare.str.strip_chars()


def gazetteer_lines(properties: pl.DataFrame) -> pl.DataFrame:
    """The approved addresses: uprn and address."""
    return properties.filter(pl.col("logical_status") == 1).select("uprn", "address")


def exact_recall(records: pl.DataFrame, gazetteer: pl.DataFrame) -> float:
    """The share of ``records`` (address with postcode, uprn) whose normalised address is the right one's and no other's in the ``gazetteer``."""
    known = gazetteer.select("uprn", line=normalised(gazetteer["address"])).unique("line", keep="none", maintain_order=True)
    said = records.select("uprn", line=normalised(records["address"]))
    found = said.join(known, on="line", how="inner", maintain_order="left").filter(pl.col("uprn") == pl.col("uprn_right"))
    return found.height / max(1, records.height)


def judged_homes(found: pl.DataFrame, records: pl.DataFrame) -> Score:
    """Of homes ``found`` for records (record, uprn; null where none) against the truth of ``records`` (record, uprn)."""
    made = found.drop_nulls().join(records, on="record", how="inner", suffix="_true", maintain_order="left")
    right = made.filter(pl.col("uprn") == pl.col("uprn_true")).height
    return Score(right / max(1, made.height), right / max(1, records.height))


def judged_pairs(pairs: pl.DataFrame, records: pl.DataFrame) -> Score:
    """Of ``pairs`` of records (left, right) against who they are (record, person): all pairs of one person's records count, found or not."""
    who = records.select("record", "person")
    named = pairs.join(who, left_on="left", right_on="record", how="inner", maintain_order="left")
    named = named.join(who, left_on="right", right_on="record", how="inner", suffix="_right", maintain_order="left")
    right = named.filter(pl.col("person") == pl.col("person_right")).height
    sizes = records.group_by("person", maintain_order=True).len()["len"].cast(pl.Int64)
    there = int((sizes * (sizes - 1) // 2).sum())
    return Score(right / max(1, named.height), right / max(1, there))
