"""The borough is no easier than life: what plain methods find of its addresses and people. Outside the ranges the generator is wrong."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pytest
import systems

from borough.demo.ground.make import make as make_ground
from borough.demo.lives.make import make as make_lives
from borough.demo.plan import Plan
from borough.demo.truth import anchors

pytestmark = pytest.mark.slow
PLAN = Plan(scale=0.03)
SOME = 3000


@dataclass(frozen=True)
class Borough:
    """What is true, and what four systems say."""

    gazetteer: pl.DataFrame
    addresses: pl.DataFrame
    people: pl.DataFrame


@pytest.fixture(scope="module")
def borough() -> Borough:
    district = PLAN.districts()[0]
    ground = make_ground(PLAN, district)
    lives = make_lives(PLAN, district, ground)
    homes = ground.properties.filter("is_dwelling")
    codes = ground.properties.select("uprn", "postcode")
    stays = lives.stays.join(codes, on="uprn", how="left", maintain_order="left")
    today = stays.filter((pl.col("start") <= systems.DAY) & (pl.col("end").is_null() | (pl.col("end") > systems.DAY)))
    folk = lives.people.join(today.select("person", "uprn", "postcode"), on="person", how="inner", maintain_order="left")
    return Borough(
        anchors.gazetteer_lines(ground.properties),
        systems.addresses(PLAN, homes),
        systems.people(PLAN, systems.whole_homes(folk, 750), stays.select("person", "start", "end", "postcode")),
    )


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Both libraries say a lot, and warn of what Python is going to change."""
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    logging.getLogger("uk_address_matcher").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_how_many_addresses_are_the_gazetteers_to_the_letter(borough: Borough) -> None:
    said = borough.addresses
    low, high = anchors.EXACT_ADDRESS_RECALL
    by_system = [anchors.exact_recall(part, borough.gazetteer) for part in said.partition_by("system")]
    assert low <= sum(by_system) / len(by_system) <= high
    assert all(0.55 < recall < 0.85 for recall in by_system)


def test_how_many_homes_that_plain_uk_address_matcher_finds_are_the_right_ones(borough: Borough) -> None:
    import duckdb
    from uk_address_matcher import AddressMatcher

    code = r", ([A-Z0-9]+ [0-9][A-Z]{2})$"
    lines = borough.gazetteer.select(unique_id=pl.col("uprn").cast(pl.String), address_concat=pl.col("address").str.replace(code, ""), postcode=pl.col("address").str.extract(code))
    some = borough.addresses.gather_every(max(1, borough.addresses.height // SOME)).head(SOME)
    with duckdb.connect() as connection:
        said = connection.from_arrow(some.select(unique_id="record", address_concat="said", postcode="postcode").to_arrow())
        matcher = AddressMatcher(canonical_addresses=connection.from_arrow(lines.to_arrow()), addresses_to_match=said, con=connection)
        found = matcher.match().matches().pl()
    homes = found.select(record="unique_id", uprn=pl.col("resolved_canonical_id").cast(pl.Int64))
    score = anchors.judged_homes(homes, some.select("record", "uprn"))
    low, high = anchors.MATCHER_PRECISION
    assert low <= score.precision <= high, score
    assert score.recall > 0.8, "it finds nearly all of them"


def test_how_well_plain_splink_tells_who_is_who(borough: Borough) -> None:
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds("dob", 1),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[block_on("first_name", "postcode"), block_on("surname")],
    )
    records = borough.people.select("record", "first_name", "surname", "dob", "postcode", "email")
    linker = Linker(records.to_arrow(), settings, db_api=DuckDBAPI())
    linker.training.estimate_probability_two_random_records_match([block_on("first_name", "surname", "dob"), block_on("email")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    pairs = linker.inference.predict(threshold_match_probability=0.5).as_duckdbpyrelation().pl().select(left="record_l", right="record_r")
    score = anchors.judged_pairs(pairs, borough.people)
    low, high = anchors.LINKER_F1
    assert low <= score.f1 <= high, score


def test_the_measures_themselves() -> None:
    lines = pl.DataFrame({"uprn": [1, 2, 3, 4], "address": ["1 HERON ROAD, NM1 1AA", "FLAT 2, 1 HERON ROAD, NM1 1AA", "3 EBB, NM1 1AA", "3 EBB, NM1 1AA"]})
    said = pl.DataFrame({"uprn": [1, 1, 2, 3], "address": ["1, Heron Road NM1 1AA", "1 Heron Rd NM1 1AA", "1 Heron Road, NM1 1AA", "3 Ebb, NM1 1AA"]})
    assert anchors.exact_recall(said, lines) == 0.25, "neither another home's line counts nor one that two homes have"
    truth = pl.DataFrame({"record": ["a", "b", "c", "d"], "uprn": [1, 1, 2, 2], "person": [7, 7, 7, 8]})
    found = pl.DataFrame({"record": ["a", "b", "c", "d"], "uprn": [1, 2, None, 2]})
    assert anchors.judged_homes(found, truth) == anchors.Score(2 / 3, 0.5)
    assert anchors.judged_pairs(pl.DataFrame({"left": ["a", "c"], "right": ["b", "d"]}), truth) == anchors.Score(0.5, 1 / 3)
    assert anchors.Score(0.5, 0.5).f1 == 0.5
    assert anchors.Score(0.0, 0.0).f1 == 0.0
