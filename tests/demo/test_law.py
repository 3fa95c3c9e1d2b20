"""Licensing: the rules to the day, who has which licence, who was visited; and how hard it is to tell who has none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from borough.demo import build
from borough.demo.law.make import make
from borough.demo.plan import HORIZON, REDRAWN, START, Plan
from borough.demo.truth.ceiling import UNLICENSED_SHARE, day_before, unlicensed
from borough.demo.truth.traces import homes_on
from borough.demo.world import Ground, Law, Lives, World

PLAN = Plan(scale=0.06)
UNTIL = dt.date(2026, 10, 31)
OTHER = ("hmo_unlicensed", "single_let_unlicensed")


def _hamlet(lets: Sequence[dict[str, Any]]) -> tuple[Ground, Lives]:
    """Ten wards of one street each, redrawn into ten others; ward 0 has most private letting, ward 9 least. A home for each let."""
    wards = pl.concat([
        pl.DataFrame({"ward": range(10), "ward_code": [f"N{n}" for n in range(10)], "valid_from": [REDRAWN] * 10}),
        pl.DataFrame({"ward": range(1000, 1010), "ward_code": [f"O{n}" for n in range(10)], "valid_from": [dt.date(2002, 5, 2)] * 10}),
    ])  # fmt: skip
    lsoas = pl.DataFrame(
        {
            "lsoa": range(10),
            "ward": range(10),
            "old_ward": range(1000, 1010),
            "private": [0.4 - n / 40 for n in range(10)],
            "deprivation": [0.4] * 10,
        }
    )
    homes = [
        {
            "uprn": 99900000001 + n, "is_dwelling": True, "kind": let.get("kind", "terrace"), "usrn": let["ward"], "lsoa": let["ward"], "ward": let["ward"],
            "old_ward": 1000 + let["ward"], "first_day": dt.date(1950, 1, 1), "last_day": None, "rooms": 5, "bedrooms": 3, "area_m2": 80.0,
        }
        for n, let in enumerate(lets)
    ]  # fmt: skip
    spells = [
        {
            "spell": n, "uprn": 99900000001 + n, "start": let.get("start", dt.date(2016, 1, 1)), "end": let.get("end"), "tenure": let.get("tenure", "private"),
            "letting": "family", "hmo": let.get("people", 1) > 2, "households": let.get("people", 1), "occupants": let.get("people", 2), "owner": n, "managed": 0.7,
        }
        for n, let in enumerate(lets)
    ]  # fmt: skip
    owners = [{"owner": n, "kind": "landlord", "homes": 1, "agent": None} for n in range(len(lets))]
    dates = {"first_day": pl.Date, "last_day": pl.Date}
    none = pl.DataFrame()
    return (
        Ground(wards, lsoas, none, pl.DataFrame(homes, schema_overrides=dates)),
        Lives(
            none,
            pl.DataFrame(owners, schema_overrides={"agent": pl.String}),
            pl.DataFrame(spells, schema_overrides={"end": pl.Date}),
            none,
            none,
        ),
    )


def _needs(day: str, **let: Any) -> str | None:
    """What one let needs on a day."""
    plan = Plan(scale=0.01)
    # The wards' order is by letting, so a home in each ward makes no difference to the rules; one let is enough.
    law = make(plan, plan.districts()[0], *_hamlet([let]))
    on = dt.date.fromisoformat(day)
    found = law.status.filter((pl.col("first_day") <= on) & (pl.col("last_day") >= on))
    assert found.height == 1
    needs: str | None = found["needs"].item()
    return needs


EVERYWHERE, SPARED = 0, 9


@pytest.mark.parametrize(
    ("ward", "people", "day", "needs"),
    [
        (EVERYWHERE, 1, "2017-03-31", None),  # before the first scheme
        (EVERYWHERE, 1, "2017-04-01", "selective"),
        (SPARED, 1, "2022-03-31", "selective"),  # the first scheme was everywhere
        (EVERYWHERE, 1, "2022-04-01", None),  # a month without a scheme
        (EVERYWHERE, 1, "2022-04-30", None),
        (EVERYWHERE, 1, "2022-05-01", "selective"),
        (EVERYWHERE, 1, "2022-05-05", "selective"),  # wards were redrawn: the scheme goes on
        (SPARED, 1, "2022-05-01", None),  # the second was not
        (EVERYWHERE, 1, "2027-04-30", "selective"),
        (EVERYWHERE, 1, "2027-05-01", None),
        (EVERYWHERE, 4, "2020-03-31", "selective"),  # a small HMO before additional licensing comes under part 3
        (EVERYWHERE, 4, "2020-04-01", "additional"),
        (EVERYWHERE, 4, "2022-04-15", "additional"),  # the gap is of selective licensing only
        (SPARED, 4, "2022-04-15", None),  # additional licensing was not everywhere at first
        (SPARED, 4, "2025-03-31", None),
        (SPARED, 4, "2025-04-01", "additional"),
        (EVERYWHERE, 5, "2018-09-30", "selective"),  # storeys still mattered
        (EVERYWHERE, 5, "2018-10-01", "mandatory"),
        (SPARED, 5, "2022-04-15", "mandatory"),
        (SPARED, 5, "2027-12-31", "mandatory"),
    ],
)
def test_the_law_to_the_day(ward: int, people: int, day: str, needs: str | None) -> None:
    assert _needs(day, ward=ward, people=people) == needs


@pytest.mark.parametrize(
    ("kind", "needs"),
    [("block_flat", "additional"), ("estate_flat", "additional"), ("conversion", "mandatory"), ("above_shop", "mandatory")],
)
def test_a_flat_in_a_purpose_built_block_needs_no_mandatory_licence(kind: str, needs: str) -> None:
    assert _needs("2024-06-01", ward=EVERYWHERE, people=6, kind=kind) == needs


@pytest.mark.parametrize("tenure", ["owned", "mortgaged", "council", "association", "void"])
def test_only_private_lets_need_a_licence(tenure: str) -> None:
    assert _needs("2024-06-01", ward=EVERYWHERE, tenure=tenure) is None


def test_designations_name_the_wards_that_were_in_force() -> None:
    plan = Plan(scale=0.01)
    schemes = make(plan, plan.districts()[0], *_hamlet([{"ward": 0}])).designations
    wards = {row["designation"]: row["wards"] for row in schemes.to_dicts()}
    assert {code[0] for d in ("SEL-2017", "ADD-2020", "SEL-2022") for code in wards[d]} == {"O"}
    assert {code[0] for code in wards["ADD-2025"]} == {"N"}
    assert len(wards["SEL-2017"]) == 10 and "O9" not in wards["SEL-2022"]
    assert (schemes["last_day"] < schemes["first_day"].dt.offset_by("5y")).all()


@pytest.fixture(scope="module")
def world() -> World:
    return build.world(PLAN, PLAN.districts()[0])


@pytest.fixture(scope="module")
def law(world: World) -> Law:
    return world.law


def test_the_same_seed_gives_the_same_law(world: World, law: Law) -> None:
    again = make(world.plan, world.district, world.ground, world.lives)
    assert again.licences.equals(law.licences) and again.visits.equals(law.visits) and again.status.equals(law.status)


def test_intervals_of_a_home_follow_each_other(world: World, law: Law) -> None:
    ordered = law.status.sort("uprn", "first_day").with_columns(following=pl.col("first_day").shift(-1).over("uprn"))
    assert ordered.filter(pl.col("first_day") > pl.col("last_day")).is_empty()
    assert ordered.filter(pl.col("following") <= pl.col("last_day")).is_empty()
    spells = world.lives.spells.filter(pl.col("start") < HORIZON)
    assert set(spells["spell"]) == set(law.status["spell"])
    assert ordered["last_day"].max() == HORIZON


def test_licences_are_in_order(law: Law) -> None:
    granted = law.licences.filter(pl.col("outcome") == "granted")
    assert law.licences["licence"].is_unique().all()
    assert law.licences.filter(pl.col("decided") < pl.col("applied")).is_empty()
    assert granted.filter((pl.col("starts") > pl.col("expires")) | (pl.col("starts") < pl.col("decided"))).is_empty()
    assert granted.filter((pl.col("expires") - pl.col("starts")).dt.total_days() > 5 * 366).is_empty()
    assert granted.filter((pl.col("ended") < pl.col("starts")) | (pl.col("ended") > pl.col("expires"))).is_empty()
    assert (
        law.licences.filter(pl.col("outcome") != "granted")["starts"].null_count()
        == law.licences.filter(pl.col("outcome") != "granted").height
    )
    shares = dict(law.licences.filter(pl.col("applied") < UNTIL).group_by("outcome").len().iter_rows())
    assert 0.85 < shares["granted"] / sum(shares.values()) < 0.98
    assert min(shares[o] for o in ("refused", "withdrawn")) > 0


def test_selective_licences_end_with_their_scheme(law: Law) -> None:
    selective = law.licences.filter((pl.col("kind") == "selective") & (pl.col("outcome") == "granted"))
    in_gap = selective.filter((pl.col("starts") <= dt.date(2022, 4, 30)) & (pl.col("expires") >= dt.date(2022, 4, 1)))
    assert in_gap.is_empty()
    assert selective.filter(pl.col("starts") >= dt.date(2022, 5, 1)).height > 100


def test_who_is_licensed_has_a_licence_in_force(law: Law) -> None:
    day = dt.date(2025, 6, 1)
    licensed = law.status.filter((pl.col("first_day") <= day) & (pl.col("last_day") >= day) & pl.col("licensed")).select("uprn", "needs")
    valid = law.licences.filter(
        (pl.col("outcome") == "granted") & (pl.col("starts") <= day) & (pl.min_horizontal("expires", "ended") >= day)
    )
    assert set(licensed["uprn"]) <= set(valid["uprn"])
    assert licensed["needs"].null_count() == 0
    # Some licences stand in the register although the holder sold, or the home is let otherwise now.
    assert len(set(valid["uprn"]) - set(licensed["uprn"])) > 0.02 * valid.height


def test_amateurs_and_bad_managers_comply_less(world: World, law: Law) -> None:
    day = dt.date(2025, 6, 1)
    facts = world.lives.spells.select("spell", "owner", "managed").join(world.lives.owners.select("owner", "kind"), on="owner")
    on = law.status.filter((pl.col("first_day") <= day) & (pl.col("last_day") >= day) & pl.col("needs").is_not_null()).join(
        facts, on="spell"
    )
    shares = dict(on.group_by("kind").agg(pl.col("licensed").mean()).iter_rows())
    assert shares["company"] > shares["landlord"] + 0.02
    apart = on.filter((pl.col("managed") > 0.7) | (pl.col("managed") < 0.45))
    kept = dict(apart.group_by(pl.col("managed") > 0.6).agg(pl.col("licensed").mean()).iter_rows())
    assert kept[True] > kept[False] + 0.1
    assert on.filter("hmo")["licensed"].mean() < on.filter(~pl.col("hmo"))["licensed"].mean()  # type: ignore[operator]  # shares of rows that there are


@pytest.mark.parametrize("until", [dt.date(2024, 10, 31), dt.date(2025, 10, 31), UNTIL])
def test_a_few_homes_in_a_hundred_are_unlicensed(world: World, until: dt.date) -> None:
    share = unlicensed(world, homes_on(world, until), until).mean()
    assert UNLICENSED_SHARE[0] <= share <= UNLICENSED_SHARE[1]


def _visited(law: Law) -> pl.DataFrame:
    return law.visits.filter(pl.col("on").is_between(START, UNTIL))


def test_as_many_visits_as_a_team_can_make(world: World, law: Law) -> None:
    years = (UNTIL - START).days / 365.25
    assert _visited(law).height / years == pytest.approx(2_500 * PLAN.scale, rel=0.15)
    assert law.visits.filter(pl.col("on").dt.weekday() > 5).is_empty()
    assert set(law.visits["uprn"]) <= set(world.ground.properties.filter("is_dwelling")["uprn"])


def test_the_random_arm_is_random_and_the_others_are_not(world: World, law: Law) -> None:
    homes = world.ground.properties.filter("is_dwelling").height
    tenures = law.status.filter((pl.col("first_day") <= dt.date(2024, 6, 1)) & (pl.col("last_day") >= dt.date(2024, 6, 1)))
    private = tenures.filter(pl.col("tenure") == "private").height / homes
    let = pl.col("true_status").is_in(["licensed", "exempt", *OTHER])
    by = {reason: (n, share) for reason, n, share in law.visits.group_by("reason").agg(pl.len(), let.mean().alias("share")).iter_rows()}
    drawn, share = by["random"]
    assert 0.10 <= drawn / law.visits.height <= 0.16
    assert abs(share - private) < 3.5 * (private * (1 - private) / drawn) ** 0.5
    assert by["complaint"][1] > 2 * private


def test_the_chance_of_a_visit_is_what_it_says(law: Law) -> None:
    visited = law.visits.select("uprn", year=pl.col("on").dt.year()).unique()
    chances = law.chances.join(visited.with_columns(seen=pl.lit(1.0)), on=["uprn", "year"], how="left").with_columns(
        pl.col("seen").fill_null(0.0)
    )
    for low, high in ((0.0, 0.02), (0.02, 0.05), (0.05, 1.0)):
        band = chances.filter(pl.col("chance").is_between(low, high, closed="left"))
        expected = float(band["chance"].sum())
        assert abs(float(band["seen"].sum()) - expected) < 4 * expected**0.5
    assert (
        law.visits.select("uprn", "chance", year=pl.col("on").dt.year())
        .join(law.chances, on=["uprn", "year", "chance"], how="anti")
        .is_empty()
    )


def test_what_is_recorded_is_sometimes_wrong(law: Law) -> None:
    seen = law.visits.filter(~pl.col("found").is_in(["no_access", "wrong_address"]))
    assert 0.16 < law.visits.filter(pl.col("found") == "no_access").height / law.visits.height < 0.24
    assert 0.005 < law.visits.filter(pl.col("found") == "wrong_address").height / law.visits.height < 0.04
    assert 0.04 < seen.filter(pl.col("found") != pl.col("true_status")).height / law.visits.height < 0.09


def test_who_is_found_unlicensed_often_applies(law: Law) -> None:
    told = law.visits.filter(pl.col("true_status").is_in(OTHER) & pl.col("found").is_in(OTHER) & (pl.col("on") < UNTIL)).select(
        "uprn", "on"
    )
    soon = told.join(law.licences.select("uprn", "applied"), on="uprn").filter(
        (pl.col("applied") - pl.col("on")).dt.total_days().is_between(0, 120)
    )
    assert 0.3 < soon["uprn"].n_unique() / told["uprn"].n_unique() < 0.85


def test_the_day_that_a_borough_is_judged_by() -> None:
    assert day_before(UNTIL) == dt.date(2025, 10, 31)
