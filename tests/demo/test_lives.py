"""Life in the synthetic borough: nobody is in two places, nobody lives before birth or after death, and the figures are an outer borough's."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import fields

import polars as pl
import pytest

from borough.demo.build import world
from borough.demo.ground.make import make as make_ground
from borough.demo.lives.make import make
from borough.demo.plan import HORIZON, START, UNTIL, District, Plan
from borough.demo.truth.people import TABLES, read, write
from borough.demo.world import Ground, Lives

FOREVER = dt.date(9999, 1, 1)
PLAN = Plan(scale=0.05)
TINY = Plan(scale=0.01)


@pytest.fixture(scope="module")
def ground() -> Ground:
    return make_ground(PLAN, PLAN.districts()[0])


@pytest.fixture(scope="module")
def lives(ground: Ground) -> Lives:
    return make(PLAN, PLAN.districts()[0], ground)


def on(frame: pl.DataFrame, day: dt.date = UNTIL) -> pl.DataFrame:
    return frame.filter(pl.col("start") <= day, pl.col("end").is_null() | (pl.col("end") > day))


def each_day_once(frame: pl.DataFrame, whose: str) -> pl.DataFrame:
    """Rows that begin before the same one's row before has ended."""
    before = pl.col("end").fill_null(FOREVER).shift().over(whose)
    return frame.sort(whose, "start").filter(pl.col("start") < before)


def test_nobody_is_in_two_places(lives: Lives) -> None:
    assert each_day_once(lives.stays, "person").is_empty()
    assert lives.stays.filter(pl.col("end") <= pl.col("start")).is_empty()


def test_a_home_has_one_tenure_at_a_time_and_always_one(lives: Lives) -> None:
    before = pl.col("end").fill_null(FOREVER).shift().over("uprn")
    assert lives.spells.sort("uprn", "start").filter(pl.col("start") != before).is_empty()
    standing = lives.spells.filter(pl.col("start") < START)
    assert standing["uprn"].n_unique() > 0.95 * lives.spells["uprn"].n_unique()


def test_everyone_stays_within_a_spell_that_is_not_void(lives: Lives) -> None:
    both = lives.stays.join(lives.spells.select("spell", "tenure", home="uprn", first="start", last="end"), on="spell", how="left")
    inside = (pl.col("start") >= pl.col("first")) & (pl.col("end").fill_null(FOREVER) <= pl.col("last").fill_null(FOREVER)) & (pl.col("uprn") == pl.col("home"))
    assert both.filter(~inside).is_empty()
    assert both.filter(pl.col("tenure").is_null() | (pl.col("tenure") == "void")).is_empty()
    lived = on(lives.spells).filter(pl.col("tenure") != "void").join(on(lives.stays), on="uprn", how="anti")
    assert lived.height < 0.01 * on(lives.spells).height, "homes that are let or owned have somebody in them, but for rooms between two tenants"


def test_everyone_in_a_stay_is_alive(lives: Lives) -> None:
    both = lives.stays.join(lives.people.select("person", "born", "died"), on="person", how="left")
    assert both.filter(pl.col("born").is_null() | (pl.col("start") < pl.col("born"))).is_empty()
    assert both.filter(pl.col("died").is_not_null(), pl.col("end").fill_null(FOREVER) > pl.col("died")).is_empty()
    last = lives.stays.group_by("person").agg(pl.col("end").fill_null(FOREVER).max())
    dead = lives.people.filter(pl.col("died").is_not_null()).join(last, on="person", how="left")
    assert dead.height > 0 and dead.filter(pl.col("end") != pl.col("died")).is_empty()


def test_households_are_of_the_usual_size(lives: Lives) -> None:
    now = on(lives.stays)
    assert 2.45 < now.height / now["uprn"].n_unique() < 2.75
    assert now.group_by("uprn").len()["len"].max() <= 20
    assert 0.2 < (now.group_by("uprn").len()["len"] == 1).mean() < 0.36


def test_tenures_are_those_of_an_outer_borough(lives: Lives) -> None:
    for day in (dt.date(2022, 6, 1), dt.date(2024, 6, 1), UNTIL, dt.date(2027, 6, 1)):
        spells = on(lives.spells, day)
        shares = dict(spells["tenure"].value_counts(normalize=True).rows())
        assert 0.46 < shares["owned"] + shares["mortgaged"] < 0.57
        assert 0.23 < shares["private"] < 0.31
        assert 0.16 < shares["council"] + shares["association"] < 0.23
        assert 0.012 < shares["void"] < 0.035
        let = spells.filter(pl.col("tenure") == "private")
        assert 0.09 < let["hmo"].mean() < 0.2
        assert set(let["letting"].unique()) <= {"family", "sharers", "single", "students"}


def test_an_hmo_has_three_people_of_two_households(lives: Lives) -> None:
    several = lives.spells.filter("hmo")
    assert several.filter((pl.col("occupants") < 3) | (pl.col("households") < 2) | (pl.col("tenure") != "private")).is_empty()
    most = lives.spells.join(on(lives.stays).group_by("spell").agg(pl.len().alias("now"), pl.col("household").n_unique().alias("apart")), on="spell")
    assert most.filter(pl.col("now") > pl.col("occupants")).is_empty()
    assert most.filter(pl.col("hmo"), pl.col("apart") >= 2).height > 0.8 * most.filter("hmo").height


def test_hmos_are_where_they_are_in_life(ground: Ground, lives: Lives) -> None:
    """In poorer places, larger homes, and those of people who let many."""
    let = on(lives.spells).filter(pl.col("tenure") == "private").join(ground.properties.select("uprn", "bedrooms", "lsoa"), on="uprn", how="left")
    let = let.join(ground.lsoas.select("lsoa", "deprivation"), on="lsoa", how="left").join(lives.owners.select("owner", "homes"), on="owner", how="left")

    def share(which: pl.Expr) -> float:
        return float(let.filter(which)["hmo"].mean())

    middle = let["deprivation"].median()
    assert share(pl.col("deprivation") > middle) > share(pl.col("deprivation") <= middle)
    assert share(pl.col("bedrooms") >= 3) > 1.5 * share(pl.col("bedrooms") <= 2)
    assert share(pl.col("homes") >= 4) > share(pl.col("homes") == 1)


def test_ages_are_plausible(lives: Lives) -> None:
    now = on(lives.stays).join(lives.people.select("person", "born"), on="person", how="left")
    age = now.select((pl.lit(UNTIL) - pl.col("born")).dt.total_days() / 365.25).to_series()
    assert age.max() < 108
    assert 0.19 < (age < 18).mean() < 0.28 and 0.08 < (age >= 65).mean() < 0.16
    grown = lives.stays.filter(pl.col("role") != "child").join(lives.people.select("person", "born"), on="person", how="left")
    assert grown.filter(pl.col("start") < pl.col("born").dt.offset_by("18y")).is_empty()
    heads = lives.stays.filter(pl.col("role") == "head").join(lives.people.select("person", "born"), on="person").select("household", older="born")
    children = lives.stays.filter(pl.col("role") == "child").join(lives.people.select("person", "born"), on="person").join(heads, on="household")
    assert children.filter(pl.col("born") < pl.col("older").dt.offset_by("14y")).is_empty()


def test_births_deaths_and_moves_are_as_many_as_usual(lives: Lives) -> None:
    years = lives.moves.filter(pl.col("on").is_between(dt.date(2022, 1, 1), dt.date(2026, 12, 31)))
    people = on(lives.stays, dt.date(2024, 6, 30)).height * 5 / 1000
    assert 10.5 < years.filter(pl.col("why") == "born").height / people < 17
    assert 4.5 < years.filter(pl.col("why") == "died").height / people < 8
    came = years.filter(pl.col("to_uprn").is_not_null(), pl.col("why") != "born")
    assert 0.45 < came["from_uprn"].is_not_null().mean() < 0.65, "many who move in come from another home of the borough"
    assert 120 < came.height / people < 260


def test_moves_follow_from_stays(lives: Lives) -> None:
    arrivals = lives.moves.filter(pl.col("to_uprn").is_not_null())
    assert arrivals.height == lives.stays.height
    assert arrivals.join(lives.stays, left_on=["person", "on", "to_uprn"], right_on=["person", "start", "uprn"], how="anti").is_empty()
    gone = lives.moves.filter(pl.col("to_uprn").is_null())
    assert gone["person"].is_unique().all() and gone["on"].max() <= HORIZON
    assert gone.filter(pl.col("why") == "died").height == lives.people["died"].is_not_null().sum()


def test_who_moves_is_the_same_person(lives: Lives) -> None:
    """Children who leave home turn up elsewhere in the borough, so that people have histories."""
    grown = lives.stays.filter(pl.col("role") == "child").join(lives.stays.filter(pl.col("role").is_in(["sharer", "head", "partner"])), on="person", suffix="_then")
    assert grown.height > 50
    assert grown.filter(pl.col("start_then") < pl.col("end")).is_empty()


def test_the_council_is_told_late_and_sometimes_never(lives: Lives) -> None:
    told = lives.stays.select(never=pl.col("told").is_null().mean(), lag=(pl.col("told") - pl.col("start")).dt.total_days().quantile(0.9)).row(0)
    assert 0.05 < told[0] < 0.13 and 60 < told[1] < 300


def test_owners_are_of_every_kind_and_landlords_let_one_home_or_many(lives: Lives) -> None:
    owners = lives.owners
    assert set(owners["kind"].unique()) == {"council", "association", "resident", "landlord", "company", "estate"}
    assert lives.spells.join(owners, on="owner", how="anti").is_empty()
    lets = owners.filter(pl.col("kind").is_in(["landlord", "company"]))["homes"]
    assert (lets == 1).mean() > 0.4 and (lets >= 10).sum() > 3
    companies = owners.filter(pl.col("kind") == "company")
    assert companies["name"].str.ends_with(" LTD").all() and companies["company_number"].str.contains("^99[0-9]{6}$").all() and companies["company_number"].is_unique().all()
    named = owners.filter(pl.col("person").is_not_null()).join(lives.people, on="person", how="left")
    assert named.filter(pl.col("surname").is_null()).is_empty()
    assert owners.filter(pl.col("name").is_null() | pl.col("address").is_null() | pl.col("postcode").is_null()).is_empty()


def test_numbers_are_valid_unique_and_reach_nobody(lives: Lives) -> None:
    people = lives.people
    for column in ("nino", "nhs_number", "vrm"):
        assert people[column].drop_nulls().is_unique().all()
    assert people["nino"].drop_nulls().str.contains("^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]$").all()
    assert not people["nino"].drop_nulls().str.contains("^(BG|GB|NK|KN|TN|NT|ZZ)").any()
    assert people["email"].drop_nulls().str.contains(r"^[a-z0-9._]+@[a-z]+\.example\.(org|com|net)$").all()
    assert people["phone"].drop_nulls().str.contains("^(07[12][0-9]{2} [0-9]{6}|020 5[0-9]{3} [0-9]{4})$").all()
    assert people["vrm"].drop_nulls().str.contains("^[A-Y]{2}(4[0-9]|9[0-9]) [A-Z]{3}$").all()
    for number in people["nhs_number"].drop_nulls().head(500):
        digits = [int(d) for d in number]
        assert number.startswith("999") and (11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11) % 11 == digits[9]
    young = people.filter(pl.col("born") > dt.date(2011, 1, 1))
    assert young["nino"].is_null().all() and young["vrm"].is_null().all() and not young["voter"].any()


def test_names_recur_as_in_life(lives: Lives) -> None:
    people = lives.people
    assert people.select(pl.col("first", "surname", "title").is_null().any()).row(0) == (False, False, False)
    common = people["surname"].value_counts(sort=True)["count"]
    assert 0.006 < common[0] / people.height < 0.04 and common.len() > 900
    assert people.group_by("first", "surname").len()["len"].max() >= 5
    assert people["surname"].str.contains("[ '-]").any() and people["surname"].str.contains("[^ -~]").any() and people["surname"].str.starts_with("Mc").any()
    maiden = people.filter(pl.col("birth_surname").is_not_null())
    assert maiden.filter((pl.col("birth_surname") == pl.col("surname")) | pl.col("surname_from").is_null()).is_empty()
    assert maiden.filter(pl.col("surname_from").is_between(START, HORIZON)).height > 0
    assert (people["sex"].is_in(["F", "M"])).all() and people["nickname"].is_not_null().sum() > 0


def test_twins_and_fathers_and_sons_with_one_name(lives: Lives) -> None:
    household = lives.stays.join(lives.people, on="person", how="left").unique(["household", "person"])
    kids = household.filter(pl.col("role") == "child")
    assert kids.group_by("household", "born").len().filter(pl.col("len") > 1).height > 0
    older = household.filter(pl.col("role").is_in(["head", "partner"])).select("household", "first", "surname", parent="person")
    assert kids.join(older, on=["household", "first", "surname"]).height > 0


def test_services_know_a_plausible_part(lives: Lives) -> None:
    now = on(lives.stays).join(lives.people, on="person", how="left")
    adults = now.filter(pl.col("born") < dt.date(2008, 10, 31))
    ranges = {"opted_out": (0.35, 0.45), "online": (0.5, 0.72), "voter": (0.65, 0.88), "works": (0.5, 0.75)}
    for flag, (low, high) in ranges.items():
        assert low < adults[flag].mean() < high, flag
    assert 0.05 < now["disabled"].mean() < 0.11
    assert 0.01 < now["cared_for"].mean() < 0.03


def test_the_same_seed_gives_the_same_lives(ground: Ground, lives: Lives) -> None:
    again = make(PLAN, PLAN.districts()[0], ground)
    for field in fields(Lives):
        assert getattr(lives, field.name).equals(getattr(again, field.name)), field.name
    other = make(Plan(scale=PLAN.scale, seed=8), PLAN.districts()[0], ground)
    assert not other.people.equals(lives.people)


def test_ids_and_numbers_are_unique_over_districts() -> None:
    plan = Plan(scale=3)
    made = []
    for number in (0, 2):
        district = District(number, 3, 60)
        made.append(make(plan, district, make_ground(plan, district)))
    for table, column in (("people", "person"), ("people", "nino"), ("people", "nhs_number"), ("people", "vrm"), ("spells", "spell"), ("stays", "stay"), ("stays", "household"), ("owners", "owner"), ("owners", "company_number")):
        one, other = (getattr(lives, table)[column].drop_nulls().unique() for lives in made)
        assert one.len() > 0 and not one.is_in(other.implode()).any(), (table, column)


def test_the_truth_of_a_tiny_district_is_written(tmp_path) -> None:
    whole = world(TINY, TINY.districts()[0])
    assert on(whole.lives.stays).height > 2000
    write(whole, tmp_path)
    first = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*.parquet"))}
    assert {path.parent.name for path in first} == set(TABLES) and all(re.fullmatch(r"0\.parquet", path.name) for path in first)
    write(whole, tmp_path)
    assert first == {path: path.read_bytes() for path in first}
    assert read(tmp_path, "people").equals(whole.lives.people)
    assert read(tmp_path, "stays").columns == list(TABLES["stays"])
    with pytest.raises(FileNotFoundError, match="truth/people"):
        read(tmp_path / "nowhere", "people")


def test_moves_are_told_late_or_never_as_often_as_declared() -> None:
    plan = Plan(scale=0.02)
    shares = {}
    for name, rates in {"usual": {}, "none": {"move_late": 0.0, "move_untold": 0.0}, "all": {"move_late": 1.0, "move_untold": 0.5}}.items():
        given = Plan(scale=0.02, rates=rates)
        stays = make(given, given.districts()[0], make_ground(plan, plan.districts()[0])).stays
        stays = stays.join(stays.group_by("person").agg(first=pl.col("start").min()), on="person").filter(pl.col("start") > pl.col("first"))
        lag = (stays["told"] - stays["start"]).dt.total_days()
        shares[name] = ((lag > 90).mean(), stays["told"].is_null().mean())
    assert shares["none"][0] < 0.01 and shares["none"][1] == 0
    assert shares["none"][0] < shares["usual"][0] < shares["all"][0]
    assert abs(shares["usual"][1] - 0.085) < 0.015 and abs(shares["all"][1] - 0.5) < 0.03
