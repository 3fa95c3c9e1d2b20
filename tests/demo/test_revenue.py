"""Council tax, benefits, housing, the electoral register and the registrars: what they write agrees with the world, and an advance adds what is new."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl

from borough.demo.plan import Plan
from borough.demo.services.people.chances import Chances
from borough.demo.services.revenue.liability import occupations
from borough.demo.world import World

SERVICES = ("council_tax", "benefits", "housing", "electoral", "customer_account", "blue_badges", "freedom_passes", "registrars")
PLAN = Plan(scale=0.01)
EARLIER, UNTIL = dt.date(2026, 2, 28), dt.date(2026, 10, 31)
DATABASES = {"council_tax": 7, "housing": 3}
APPENDED = {
    "benefits/money_advice": ("Appt Ref", ",", "Date Keyed", "%d/%m/%Y"),
    "customer_account/contacts": ("caseReference", ",", "lastModified", "%d %b %Y"),
    "customer_account/moved_in": ("Form No", ";", "Submitted", "%d/%m/%Y"),
    "blue_badges/badges": ("Badge Number", ",", "Last Update", "%d-%b-%Y"),
    "registrars/births": ("ENTRY_NO", ",", "DATE_REG", "%d.%m.%Y"),
    "registrars/deaths": ("ENTRY_NO", ",", "DATE_REG", "%d.%m.%Y"),
}
"""Feeds that append: their key, separator, day of entry and its layout."""


def rows(root: Path, database: str, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(root / f"data/{database}.sqlite")) as connection:
        return connection.execute(sql).fetchall()


def register(root: Path, year: int) -> pl.DataFrame:
    text = (root / f"data/electoral/register_{year}-12-01.csv").read_bytes().decode("cp1252")
    return pl.read_csv(text.encode(), infer_schema=False).with_columns(pl.all().replace("", None)).unique("Elector ID", maintain_order=True)


def told(root: Path, feed: str) -> pl.DataFrame:
    return pl.read_parquet(root / f"truth/records/{feed}" / "*.parquet").unique("key")


def test_every_home_has_one_open_liability(world: World, whole: Path) -> None:
    open_now = rows(whole, "council_tax", "SELECT property_ref, count(*) FROM occupation WHERE occ_end IS NULL GROUP BY 1")
    homes = world.ground.properties.filter(pl.col("is_dwelling") & (pl.col("first_day").fill_null(dt.date(1900, 1, 1)) <= UNTIL) & pl.col("last_day").is_null())
    assert {count for _, count in open_now} == {1}
    assert abs(len(open_now) - homes.height) <= 0.01 * homes.height + 2  # homes that are just built, or about to go
    references = {reference for (reference,) in rows(whole, "council_tax", "SELECT property_ref FROM property")}
    assert {reference for reference, _ in open_now} <= references


def test_property_references_follow_the_gazetteers_rule(whole: Path) -> None:
    true = told(whole, "council_tax.properties")
    expected = [f"CT{uprn * 37 % 10**9:09d}" for uprn in true["uprn"]]
    assert true["key"].to_list() == expected


def test_periods_of_a_home_follow_each_other(world: World) -> None:
    held = occupations(world, Chances(PLAN.seed, "council_tax")).sort("uprn", "started", "occupation")
    following = pl.col("started").shift(-1).over("uprn")
    assert held.filter(following.is_not_null() & (pl.col("ended") != following)).is_empty()
    assert held.filter(pl.col("end_entered").is_null() & following.is_not_null()).is_empty()
    assert held["occupation"].is_unique().all()


def test_rented_homes_change_hands_more_often(world: World) -> None:
    held = occupations(world, Chances(PLAN.seed, "council_tax")).filter(pl.col("started") >= dt.date(2021, 11, 1))
    changes = held.group_by("uprn").len()
    last = world.lives.spells.filter(pl.col("tenure") != "void").unique("uprn", keep="last", maintain_order=True).sort("start")
    kinds = last.select("uprn", kind=pl.when(pl.col("hmo")).then(pl.lit("hmo")).when(pl.col("tenure") == "private").then(pl.lit("let")).otherwise(pl.lit("other")))
    mean = dict(kinds.join(changes, on="uprn", how="left").group_by("kind").agg(pl.col("len").fill_null(0).mean()).iter_rows())
    assert mean["hmo"] > 1.5 * mean["other"]
    assert mean["let"] > 1.5 * mean["other"]


def test_single_persons_are_alone_but_for_some_false_claims(world: World, whole: Path) -> None:
    true = told(whole, "council_tax.exemptions").filter(pl.col("key").str.ends_with("0"))  # the code's place
    lately = true.filter(pl.col("on") > dt.date(2023, 1, 1))
    stays = world.lives.stays.join(world.lives.people.select("person", "born"), on="person")
    adults = lately.select("key", "uprn", day=pl.col("on").dt.offset_by("45d")).join(stays, on="uprn")
    there = (pl.col("start") <= pl.col("day")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("day"))) & (pl.col("born").dt.offset_by("18y") <= pl.col("day"))
    counts = adults.filter(there).group_by("key").len()["len"]
    assert 0.6 < (counts == 1).mean() < 0.99


def test_trailers_count_the_records(whole: Path) -> None:
    for path in sorted((whole / "data/benefits").glob("*.dat")):
        lines = path.read_bytes().decode("cp1252").splitlines()
        assert lines[0].startswith("H")
        assert lines[-1] == f"T{len(lines) - 2:09d}", path.name
        assert len({len(line) for line in lines[1:-1]}) == 1, path.name


def test_social_homes_are_let_or_void_as_they_are(world: World, whole: Path) -> None:
    found = dict(rows(whole, "housing", "SELECT occ_status, count(*) FROM property GROUP BY 1"))
    assert set(found) <= {"OCC", "VOI", "CLO"}
    open_tenancies = rows(whole, "housing", "SELECT count(*) FROM tenancy WHERE end_date IS NULL")[0][0]
    assert abs(int(str(found["OCC"])) - int(str(open_tenancies))) <= 2
    council = world.lives.spells.filter((pl.col("tenure") == "council") & (pl.col("start") <= UNTIL) & (pl.col("end").is_null() | (pl.col("end") > UNTIL))).height
    kept = rows(whole, "housing", "SELECT count(*) FROM property WHERE landlord = 'LBN' AND occ_status = 'OCC'")[0][0]
    assert abs(int(str(kept)) - council) <= 0.06 * council + 2


def test_electors_are_of_age_and_voters(world: World, whole: Path) -> None:
    day = dt.date(2025, 12, 1)
    roll = register(whole, 2025)
    true = told(whole, "electoral.register").join(roll.select(key="Elector ID"), on="key").join(world.lives.people.select("person", "born", "voter"), on="person")
    assert true.height == roll.height
    assert true["voter"].all()
    assert true.filter(pl.col("born").dt.offset_by("16y") > day).is_empty()
    comes = true.filter(pl.col("born").dt.offset_by("18y") > day)["key"]
    assert set(roll.filter(pl.col("Date of Attainment").is_not_null())["Elector ID"]) == set(comes)
    hidden = roll.filter(pl.col("Anonymous") == "Y")
    assert hidden.select(pl.col("Elector Surname", "Elector Forename", "Address 1", "Post Code", "UPRN").null_count()).sum_horizontal().sum() == 5 * hidden.height


def test_shared_homes_show_many_surnames(world: World, whole: Path) -> None:
    parts = [register(whole, year).select(key="Elector ID", surname="Elector Surname") for year in range(2021, 2026)]
    every = pl.concat(parts).unique().join(told(whole, "electoral.register"), on="key")
    names = every.group_by("uprn").agg(names=pl.col("surname").n_unique())
    shared = world.lives.spells.filter("hmo").select("uprn").unique()
    several = names.join(shared, on="uprn", how="semi")["names"].mean()
    others = names.join(shared, on="uprn", how="anti")["names"].mean()
    assert isinstance(several, float)
    assert isinstance(others, float)
    assert several > 2 * others


def test_births_and_deaths_are_those_of_residents(world: World, whole: Path) -> None:
    people = world.lives.people.select("person", "born", "died")
    born = told(whole, "registrars.births").join(people, on="person")
    died = told(whole, "registrars.deaths").join(people, on="person")
    assert (born["on"] == born["born"]).all()
    assert (died["on"] == died["died"]).all()
    expected = people.filter(pl.col("died").is_between(dt.date(2021, 11, 1), dt.date(2026, 6, 30))).height
    assert died.height >= 0.9 * expected


def test_passes_are_for_the_old_and_the_disabled(world: World, whole: Path) -> None:
    true = told(whole, "freedom_passes.passes").join(world.lives.people.select("person", "born", "disabled"), on="person")
    old = pl.col("born").dt.offset_by("66y") <= pl.col("on")
    assert true.filter(~old & ~pl.col("disabled")).is_empty()
    badges = told(whole, "blue_badges.badges").join(world.lives.people.select("person", "disabled"), on="person")
    assert badges["disabled"].all()


def test_an_advance_brings_databases_to_where_a_whole_delivery_has_them(whole: Path, advanced: Path) -> None:
    for database, count in DATABASES.items():
        tables = [str(name) for (name,) in rows(whole, database, "SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert len(tables) == count
        for table in tables:
            sql = f'SELECT * FROM "{table}"'  # noqa: S608  # a name that the database gave
            assert set(rows(whole, database, sql)) == set(rows(advanced, database, sql)), f"{database}.{table}"


def test_an_advance_writes_files_with_what_is_new(whole: Path, advanced: Path) -> None:
    for feed, (key, separator, entered, layout) in APPENDED.items():
        new = pl.read_csv(advanced / f"data/{feed}_{UNTIL}.csv", separator=separator, infer_schema=False, encoding="utf8-lossy")
        days = new[entered].str.to_date(layout)
        assert days.is_between(EARLIER + dt.timedelta(days=1), UNTIL).all(), feed
        year = pl.read_csv(whole / f"data/{feed}_{UNTIL}.csv", separator=separator, infer_schema=False, encoding="utf8-lossy")
        later = year.filter(pl.col(entered).str.to_date(layout) > EARLIER)
        assert later.sort(key).rows() == new.sort(key).rows(), feed
    for path in sorted((advanced / "data/electoral").iterdir()):
        assert path.read_bytes() == (whole / "data/electoral" / path.name).read_bytes()


def test_claims_have_their_layout_and_end_once(whole: Path) -> None:
    seen: set[str] = set()
    ended: set[str] = set()
    for path in sorted((whole / "data/benefits").glob("claims_*.dat")):
        for line in path.read_bytes().decode("cp1252").splitlines()[1:-1]:
            assert re.match(r"[ACD]\d{9}(HB|CR|HC)[157]H\d{9}", line)
            assert line[1:10] not in ended
            seen.add(line[1:10])
            if line[12] == "5":
                ended.add(line[1:10])
    assert len(seen) > 100
    assert 0.1 * len(seen) < len(ended) < 0.9 * len(seen)


def test_nobody_was_billed_before_there_was_council_tax(whole: Path) -> None:
    for table, day in {"account": "opened_date", "occupation": "occ_start", "liability_person": "liab_start", "exemption": "start_date"}.items():
        ((first,),) = rows(whole, "council_tax", f'SELECT min({day}) FROM "{table}"')
        assert str(first) == "1993-04-01", table
