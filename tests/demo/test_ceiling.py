"""How well the unlicensed homes can be told: with all that was written and every outcome, and by the ward alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from borough.demo import build
from borough.demo.files.yard import FilesYard
from borough.demo.plan import Period, Plan
from borough.demo.truth.ceiling import CEILING_AUC, UNLICENSED_SHARE, WARD_AUC, Ceiling, auc, ceiling, day_before, foretold, unlicensed
from borough.demo.truth.traces import features, homes_on, matrix, written
from borough.demo.world import World

PLAN = Plan(scale=0.1)
UNTIL = dt.date(2026, 10, 31)
TELLING = (
    "council_tax",
    "electoral",
    "benefits",
    "asb",
    "noise",
    "pest_control",
    "waste",
    "epc",
    "deposits",
    "land_registry",
    "enforcement",
)
"""Those services whose records tell most."""


class Listening:
    """A yard that keeps the truth and lets the rest go."""

    def __init__(self) -> None:
        self.records: list[pl.DataFrame] = []

    def truth(self, source: str, table: str, frame: pl.DataFrame) -> None:
        kinds = {"key": pl.String, "uprn": pl.Int64, "person": pl.Int64, "on": pl.Date}
        known = [pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, kind).alias(name) for name, kind in kinds.items()]
        self.records.append(frame.select(pl.lit(f"{source}.{table}").alias("feed"), *known))

    def heard(self) -> pl.DataFrame:
        return pl.concat(self.records).unique(["feed", "key"], keep="first", maintain_order=True)

    def __getattr__(self, _: str) -> object:
        return lambda *args, **options: None


@pytest.fixture(scope="module")
def world() -> World:
    return build.world(PLAN, PLAN.districts()[0])


@pytest.fixture(scope="module")
def records(world: World) -> pl.DataFrame:
    yard = Listening()
    build.deliver(world, Period(UNTIL), yard, TELLING)  # type: ignore[arg-type]  # it answers to any name
    return yard.heard()


@pytest.fixture(scope="module")
def measured(world: World, records: pl.DataFrame) -> Ceiling:
    return ceiling(world, records, day_before(UNTIL))


def test_the_ceiling_is_as_high_as_in_life(measured: Ceiling) -> None:
    assert CEILING_AUC[0] <= measured.auc <= CEILING_AUC[1]


def test_the_ward_alone_tells_little(measured: Ceiling) -> None:
    assert 0.5 < measured.ward_auc <= WARD_AUC


def test_a_few_in_a_hundred_are_unlicensed(measured: Ceiling) -> None:
    assert UNLICENSED_SHARE[0] <= measured.share <= UNLICENSED_SHARE[1]
    assert measured.sound


def test_nothing_of_the_future_is_seen(world: World, records: pl.DataFrame) -> None:
    """What is written after the day changes nothing."""
    day = dt.date(2024, 6, 30)
    homes = homes_on(world, day)
    before = records.filter(pl.col("on") <= day)
    assert 0 < before.height < records.height
    assert features(world, records, homes, day).equals(features(world, before, homes, day))


def test_visits_and_notices_are_no_signs(world: World, records: pl.DataFrame) -> None:
    day = day_before(UNTIL)
    assert records["feed"].str.starts_with("enforcement.visits").any()
    named = features(world, records, homes_on(world, day), day).columns
    assert not [name for name in named if "visits" in name or "notices" in name]


def test_streets_are_judged_by_what_was_learned_of_others() -> None:
    """What is told by the street's own number alone can't be learned."""
    chance = np.random.default_rng(5)
    streets = np.repeat(np.arange(200), 20)
    outcome = chance.random(200)[streets] < 0.2
    own = (streets[:, None] == np.arange(200)[None, :]).astype(np.float64)
    assert auc(outcome, foretold(own, outcome, streets)) < 0.6


def test_the_truth_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = Plan(scale=0.01)
    world = build.world(plan, plan.districts()[0])
    heard = Listening()
    build.deliver(world, Period(UNTIL), heard, ["noise"])  # type: ignore[arg-type]  # it answers to any name
    with FilesYard(tmp_path, UNTIL) as yard:
        build.deliver(world, Period(UNTIL), yard, ["noise"])
    read = written(tmp_path / "truth")
    assert read.sort("feed", "key").equals(heard.heard().sort("feed", "key"))
    homes = homes_on(world, UNTIL)
    assert matrix(features(world, read, homes, UNTIL)).shape[0] == homes.height == len(unlicensed(world, homes, UNTIL))
