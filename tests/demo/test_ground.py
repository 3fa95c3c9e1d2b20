"""The ground of the synthetic borough: areas without gaps, places in their areas, addresses that are told apart."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from borough.demo.ground.make import make
from borough.demo.plan import REDRAWN, START, UNTIL, District, Plan
from borough.demo.world import Ground

Floats = npt.NDArray[np.float64]
FLAT_KINDS = ("conversion", "block_flat", "estate_flat", "above_shop")


@cache
def ground(scale: float = 0.1, district: int = 0, seed: int = 7) -> Ground:
    """A district of 22 wards, of a borough at this scale or of one of several such boroughs beside each other."""
    return make(Plan(scale=scale, seed=seed), District(district, 22, round(5000 * scale)))


def rings(shape: str) -> list[Floats]:
    """All rings of a shape: outlines counter-clockwise, holes clockwise."""
    geometry = json.loads(shape)
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [np.array(ring) for polygon in polygons for ring in polygon]


def area(shape: str) -> float:
    """In square degrees."""
    near = [ring - (1.0, 54.4) for ring in rings(shape)]  # small numbers, for the differences of products
    return float(sum((ring[:-1, 0] @ ring[1:, 1] - ring[1:, 0] @ ring[:-1, 1]) / 2 for ring in near))


def inside(shape: str, x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    """By the crossings of a ray, over outlines and holes alike."""
    found = np.zeros(len(x), dtype=np.bool_)
    for ring in rings(shape):
        for (x1, y1), (x2, y2) in pairwise(ring):
            crosses = (y1 > y) != (y2 > y)
            if crosses.any():
                found ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return found


def members(areas: pl.DataFrame, x: Floats, y: Floats) -> npt.NDArray[np.int64]:
    """How many of the areas each point lies in."""
    found: npt.NDArray[np.int64] = np.sum([inside(shape, x, y) for shape in areas["shape"]], axis=0)
    return found


def mean(values: pl.Series) -> float:
    return float(values.to_numpy().mean())


def present(made: Ground) -> pl.DataFrame:
    return made.wards.filter(pl.col("ward") < 1000)


def former(made: Ground) -> pl.DataFrame:
    return made.wards.filter(pl.col("ward") >= 1000)


def homes(made: Ground) -> pl.DataFrame:
    return made.properties.filter(pl.col("is_dwelling") & (pl.col("logical_status") == 1))


def test_a_borough_has_its_wards_of_before_and_after_and_its_small_areas() -> None:
    made = ground()
    assert (present(made).height, former(made).height, made.lsoas.height) == (22, 20, 146)
    assert set(present(made)["valid_from"]) == {REDRAWN}
    assert present(made)["valid_to"].null_count() == 22
    assert former(made)["valid_to"].null_count() == 0
    assert set(former(made)["valid_to"]) == {REDRAWN - dt.timedelta(days=1)}
    codes = pl.concat([made.wards["ward_code"], made.lsoas["lsoa_code"]])
    assert codes.n_unique() == len(codes)
    assert codes.str.contains("^N0[15][0-9]{6}$").all()


def test_areas_tile_the_borough() -> None:
    made = ground()
    whole = sum(map(area, made.lsoas["shape"]))
    assert sum(map(area, present(made)["shape"])) == pytest.approx(whole, rel=1e-9)
    assert sum(map(area, former(made)["shape"])) == pytest.approx(whole, rel=1e-9)
    for ward, shape in present(made).select("ward", "shape").iter_rows():
        parts = made.lsoas.filter(pl.col("ward") == ward)["shape"]
        assert area(shape) == pytest.approx(sum(map(area, parts)), rel=1e-9)
    chance = np.random.default_rng(1)
    corners = np.concatenate([ring for shape in made.lsoas["shape"] for ring in rings(shape)])
    x, y = (chance.uniform(corners[:, n].min(), corners[:, n].max(), 4000) for n in (0, 1))
    within = members(made.lsoas, x, y)
    assert within.max() == 1  # no overlaps
    assert 0.6 < within.mean() < 1
    assert (members(present(made), x, y) == within).all()
    assert (members(former(made), x, y) == within).all()


def test_a_district_is_39_square_kilometres_and_each_area_is_in_one_piece() -> None:
    made = ground()
    metres = 111_320.0**2 * np.cos(np.radians(54.42))
    assert sum(map(area, made.lsoas["shape"])) * metres == pytest.approx(39e6, rel=0.08)
    for shape in [*made.lsoas["shape"], *made.wards["shape"]]:
        assert sum(1 for ring in rings(shape) if area(json.dumps({"type": "Polygon", "coordinates": [ring.tolist()]})) > 0) == 1


def test_neighbouring_districts_share_their_border_and_no_ground() -> None:
    first, second = ground(0.02, 0), ground(0.02, 1)
    ours, theirs = ({tuple(point) for shape in made.lsoas["shape"] for ring in rings(shape) for point in ring} for made in (first, second))
    assert len(ours & theirs) > 40
    inner = second.properties.sample(400, seed=1)
    assert members(first.lsoas, inner["longitude"].to_numpy(), inner["latitude"].to_numpy()).max() == 0


def test_every_property_lies_in_its_areas() -> None:
    made = ground()
    for areas, number in ((made.lsoas, "lsoa"), (present(made), "ward"), (former(made).rename({"ward": "old_ward"}), "old_ward")):
        for value, shape in areas.select(number, "shape").iter_rows():
            there = made.properties.filter(pl.col(number) == value)
            assert there.height > 0
            assert inside(shape, there["longitude"].to_numpy(), there["latitude"].to_numpy()).all()


@pytest.mark.parametrize("scale", [0.01, 0.1])
def test_an_address_is_one_home(scale: float) -> None:
    made = ground(scale)
    assert homes(made)["address"].n_unique() == homes(made).height
    assert made.properties["uprn"].n_unique() == made.properties.height
    assert (made.properties["uprn"] > 99_900_000_000).all()
    assert made.properties["address"].str.to_uppercase().equals(made.properties["address"], check_names=False)
    assert made.streets["street_name"].n_unique() == made.streets.height


def test_flats_have_shells_and_houses_are_no_shells() -> None:
    made = ground()
    flats = made.properties.filter(pl.col("kind").is_in(["conversion", "block_flat", "estate_flat"]))
    assert flats["parent_uprn"].null_count() == 0
    shells = made.properties.filter(pl.col("kind") == "shell")
    assert set(flats["parent_uprn"]) == set(shells["uprn"])
    assert not shells["is_dwelling"].any()
    beside = flats.join(shells, left_on="parent_uprn", right_on="uprn", suffix="_shell")
    assert (beside["street_name"] == beside["street_name_shell"]).all()
    assert (beside["postcode"] == beside["postcode_shell"]).all()


def test_dwellings_are_of_the_kinds_and_number_that_were_asked_for() -> None:
    made = ground(1.0)
    dwellings = made.properties.filter("is_dwelling")
    assert dwellings.height == pytest.approx(110_000, rel=0.05)
    share = dict(dwellings.group_by("kind").agg(pl.len() / dwellings.height).iter_rows())
    expected = {"terrace": 0.38, "semi": 0.14, "detached": 0.03, "conversion": 0.16, "block_flat": 0.18, "estate_flat": 0.08, "above_shop": 0.03}
    for kind, usual in expected.items():
        assert share[kind] == pytest.approx(usual, rel=0.3), kind
    wards = dwellings.group_by("ward").len()["len"]
    assert wards.is_between(0.6 * 5000, 1.4 * 5000).all()
    assert not wards.is_between(0.9 * 5000, 1.1 * 5000).all()
    assert 4_500 < made.properties.filter(~pl.col("is_dwelling") & (pl.col("kind") != "shell")).height < 7_500
    assert 8 < mean(dwellings.group_by("postcode").len()["len"]) < 22


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_wards_are_as_different_as_the_census_says(seed: int) -> None:
    wards = present(ground(0.1, seed=seed))
    assert wards.select(pl.sum_horizontal("private", "social", "owned"))["private"].to_list() == pytest.approx([1.0] * 22)
    assert 0.24 < mean(wards["private"]) < 0.30
    assert wards["private"].is_between(0.12, 0.43).all()
    assert wards["social"].is_between(0.08, 0.40).all()
    assert wards["private"].is_between(0.24, 0.30).mean() != 1  # they differ
    assert wards.select(pl.corr("private", "churn")).item() > 0.5
    assert wards.select(pl.corr("social", "deprivation")).item() > 0.5


def test_homes_come_and_go_while_the_borough_is_watched() -> None:
    made = ground(1.0).properties.filter("is_dwelling")
    built = made.filter(pl.col("first_day") > START)
    gone = made.filter(pl.col("last_day").is_not_null())
    assert 0.01 < built.height / made.height < 0.06
    assert 0.003 < gone.height / made.height < 0.03
    assert (gone["last_day"] >= START).all()
    assert (made["last_day"].fill_null(UNTIL.replace(year=2100)) >= made["first_day"]).all()
    houses = gone.filter(pl.col("kind") == "terrace").select("address", "last_day")
    flats = built.filter(pl.col("kind") == "conversion")
    assert flats.height > 100  # houses that became flats: their old addresses are historic
    assert houses.height > 100


def test_a_place_of_work_is_classed_as_what_it_is_called() -> None:
    places = ground().properties.filter(pl.col("organisation").is_not_null())
    for ending, code in (("Pharmacy", "CR08"), ("Cafe", "CR07"), ("Primary School", "CE03"), ("Allotments", "LL"), ("Garages", "RG02")):
        of_it = places.filter(pl.col("organisation").str.ends_with(ending))
        assert set(of_it["class_code"]) == {code}, ending


def test_numbers_of_rooms_bands_and_energy_belong_to_dwellings_alone() -> None:
    made = ground().properties
    inside_of = ("rooms", "bedrooms", "area_m2", "tax_band", "energy_score", "energy_band")
    for column in inside_of:
        assert (made[column].is_not_null() == made["is_dwelling"]).all(), column
    dwellings = made.filter("is_dwelling")
    assert (dwellings["rooms"] > dwellings["bedrooms"]).all()
    assert dwellings["tax_band"].value_counts(sort=True)["tax_band"].to_list()[:2] in (["C", "D"], ["D", "C"])
    newer = dwellings.group_by(pl.col("built") > 1980).agg(pl.col("energy_score").mean()).sort("built")["energy_score"].to_list()
    assert newer[1] > newer[0] + 5


def test_the_same_seed_gives_the_same_ground_and_another_another() -> None:
    plan = Plan(scale=0.01)
    again = make(plan, plan.districts()[0])
    for name in ("wards", "lsoas", "streets", "properties"):
        assert getattr(again, name).equals(getattr(ground(0.01), name)), name
    assert not ground(0.01, seed=8).properties["address"].equals(again.properties["address"])


def test_districts_have_nothing_in_common() -> None:
    first, last = ground(0.02, 0), ground(0.02, 1)
    for table, column in (("wards", "ward"), ("wards", "ward_code"), ("lsoas", "lsoa"), ("lsoas", "lsoa_code"), ("streets", "usrn"), ("properties", "uprn"), ("properties", "postcode")):
        assert not set(getattr(first, table)[column]) & set(getattr(last, table)[column]), column
    assert not set(present(first)["ward_name"]) & set(present(last)["ward_name"])


def test_a_borough_and_a_half_has_a_smaller_second_district() -> None:
    made = make(Plan(scale=1.5), District(1, 11, 50))
    assert present(made).height == 11
    assert former(made).height == 10
    assert sum(map(area, made.lsoas["shape"])) < 0.7 * sum(map(area, ground(0.02, 1).lsoas["shape"]))


def test_the_last_district_of_london_has_names_codes_and_postcodes_too() -> None:
    districts = Plan(scale=33).districts()
    assert len(districts) == 33
    made = make(Plan(scale=33), replace(districts[-1], dwellings_per_ward=200))
    assert made.properties["postcode"].str.contains("^NM[1-9][0-9]? [0-9][A-Z]{2}$").all()
    assert made.properties["postcode"].str.extract("^NM([0-9]+)").cast(pl.Int64).max() == 99
    assert present(made)["ward_name"].n_unique() == 22
    assert former(made)["ward_name"].n_unique() == 20
    assert made.properties["latitude"].is_between(54.3, 55).all()
