"""Births, deaths and marriages, as they were registered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.mess.mess import Mess
from borough.demo.plan import START, Period, Plan
from borough.demo.services.people import versions
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.revenue.roll import PEOPLE, PLACE
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "registrars"
_HOSPITAL = "Northmere General Hospital"
_VENUES = {"Register Office, Town Hall, Northmere": 55, "St Brannoc's Church, Northmere": 12, "Assembly Rooms, Northmere": 14, "The Old Granary, Northmere": 12, "Lockside Hall, Northmere": 7}
_KIN = {"partner": "Widow or widower", "child": "Son or daughter", "adult": "Son or daughter", "parent": "Present at the death"}


def write(world: World, period: Period, yard: Yard) -> None:
    """Write what was registered in the period."""
    chances = Chances(world.plan.seed, SOURCE)
    for day, rows in versions.files(_births(world, chances), period, "person"):
        _write_births(world, yard, chances, rows, day)
    for day, rows in versions.files(_deaths(world, chances), period, "person"):
        _write_deaths(world, yard, chances, rows, day)
    for day, rows in versions.files(_marriages(world, chances), period, "person"):
        _write_marriages(world, yard, chances, rows, day)


def careful(plan: Plan) -> Plan:
    """The plan for registers: names and addresses are read back to the informant, so that few are wrong."""
    low = {"name_typo": 0.004, "name_nickname": 0.0, "name_maiden": 0.0, "name_swapped": 0.001, "name_middle_missing": 0.02, "name_occupier": 0.0, "name_company": 0.0, "name_exors": 0.0, "date_unknown": 0.0, "date_swapped": 0.002}
    return replace(plan, rates={**plan.rates, **{kind: min(rate, plan.rates.get(kind, 1.0)) for kind, rate in low.items()}})


def _beside(world: World, events: pl.DataFrame, day: str) -> pl.DataFrame:
    """Who lived with people on a day: ``person other role_of sex born_of``."""
    stays = world.lives.stays.select("person", "household", "uprn", "role", since="start", until="end")
    own = events.select("person", day).join(stays, on="person", how="inner", maintain_order="left")
    own = own.filter((pl.col("since") <= pl.col(day)) & (pl.col("until").is_null() | (pl.col("until") >= pl.col(day)))).unique("person", keep="first", maintain_order=True)
    others = stays.select("household", other="person", role_of="role", others_since="since", others_until="until")
    pairs = own.select("person", "household", "uprn", day, role_own="role").join(others, on="household", how="inner", maintain_order="left")
    there = (pl.col("others_since") <= pl.col(day)) & (pl.col("others_until").is_null() | (pl.col("others_until") >= pl.col(day)))
    pairs = pairs.filter(there & (pl.col("person") != pl.col("other")))
    people = world.lives.people.select(other="person", sex_of="sex", born_of="born")
    return pairs.join(people, on="other", how="left", maintain_order="left").sort("person", "other")


def _homes(world: World, rows: pl.DataFrame, day: str) -> pl.DataFrame:
    """People with the home that they had on a day."""
    stays = world.lives.stays.select("person", "uprn", since="start", until="end")
    found = rows.join(stays, on="person", how="inner", maintain_order="left")
    found = found.filter((pl.col("since") <= pl.col(day)) & (pl.col("until").is_null() | (pl.col("until") >= pl.col(day))))
    return found.sort("person", "since").unique("person", keep="last", maintain_order=True).drop("since", "until")


def _births(world: World, chances: Chances) -> pl.DataFrame:
    """Children born to residents: ``person born entered mother father uprn``."""
    born = world.lives.people.select("person", "born").filter(pl.col("born") >= START)
    born = _homes(world, born, "born")
    beside = _beside(world, born, "born").filter(pl.col("role_of").is_in(["head", "partner", "adult", "sharer"]))
    age = (pl.col("born") - pl.col("born_of")).dt.total_days() / 365.25
    adults = beside.filter(age.is_between(15, 60))
    mothers = adults.filter(pl.col("sex_of") == "F").unique("person", keep="first", maintain_order=True).select("person", mother="other")
    fathers = adults.filter((pl.col("sex_of") == "M") & pl.col("role_of").is_in(["head", "partner"])).unique("person", keep="first", maintain_order=True).select("person", father="other")
    rows = born.join(mothers, on="person", how="left", maintain_order="left").join(fathers, on="person", how="left", maintain_order="left")
    # Without a mother in the home nobody registers the birth here.
    rows = rows.filter(pl.col("mother").is_not_null())
    return rows.with_columns(entered=later(rows["born"], chances.lag("registered", rows["person"], 19, 75)))


def _deaths(world: World, chances: Chances) -> pl.DataFrame:
    """Residents who died: ``person died entered informant role_of uprn``."""
    died = world.lives.people.select("person", "died").filter(pl.col("died") >= START)
    died = _homes(world, died, "died")
    kin = _beside(world, died, "died").filter((pl.col("died") - pl.col("born_of")).dt.total_days() > 6575).unique("person", keep="first", maintain_order=True)
    kin = kin.with_columns(role_of=pl.when((pl.col("role_own") == "partner") & (pl.col("role_of") == "head")).then(pl.lit("partner")).otherwise("role_of"))
    rows = died.join(kin.select("person", "role_of", informant="other"), on="person", how="left", maintain_order="left")
    coroner = pl.lit(chances.share("coroner", rows["person"])) < 0.12
    usual, long = later(rows["died"], chances.lag("registered", rows["person"], 5, 40)), later(rows["died"], chances.number("inquest", rows["person"], 20, 240))
    return rows.with_columns(entered=pl.when(coroner).then(pl.lit(long)).otherwise(pl.lit(usual)))


def _marriages(world: World, chances: Chances) -> pl.DataFrame:
    """Weddings of those who took another name: ``person married entered spouse uprn``, married in the district."""
    named = world.lives.people.select("person", "surname_from").filter(pl.col("surname_from") >= START)
    rows = _homes(world, named, "surname_from")
    spouse = _beside(world, rows, "surname_from").filter(pl.col("role_of").is_in(["head", "partner"]) & pl.col("role_own").is_in(["head", "partner"])).unique("person", keep="first", maintain_order=True)
    rows = rows.join(spouse.select("person", spouse="other"), on="person", how="inner", maintain_order="left").rename({"surname_from": "married"})
    return rows.with_columns(entered=later(rows["married"], chances.number("registered", rows["person"], 0, 6)))


def _person(world: World, mess: Mess, people: pl.Series, on: pl.Series, name: str) -> pl.DataFrame:
    """Forenames and surname of people, by the columns' name."""
    known = world.of(people.alias("person").to_frame(), *PEOPLE).with_columns(died=pl.lit(None, pl.Date))
    said = mess.names(known, columns=(f"{name}_FORENAMES", f"{name}_SURNAME"), on=on)
    forenames = pl.concat_str(pl.lit(said[f"{name}_FORENAMES"]), known["middle"], separator=" ", ignore_nulls=True).replace("", None)
    return said.with_columns(known.select(forenames.alias(f"{name}_FORENAMES"))).with_columns(born=known["born"], maiden=known["birth_surname"])


def _spoken(said: pl.DataFrame, name: str) -> pl.Series:
    return said.select(pl.concat_str(f"{name}_FORENAMES", f"{name}_SURNAME", separator=" ", ignore_nulls=True).replace("", None).alias("spoken"))["spoken"]


def _write_births(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    ids = rows["person"]
    keys = rows.select(pl.format("B{}", pl.lit(code(ids, 9))).alias("k"))["k"]
    mess = mess_of(careful(world.plan), yard, SOURCE, "births", keys, ids, expects={"date_unknown": "refused"})
    on = rows["born"]
    child, mother, father = (_person(world, mess, rows[who], on, name) for who, name in (("person", "CHILD"), ("mother", "MOTHER"), ("father", "FATHER")))
    address = mess.address(world.at(rows, *PLACE), "line", column="INF_ADDRESS")
    place = pl.Series([_HOSPITAL]).new_from_index(0, rows.height).zip_with(pl.Series(chances.share("at home", ids) >= 0.03), pl.Series(["At home"]).new_from_index(0, rows.height))
    sex = world.of(rows.select("person"), "sex")["sex"].replace({"M": "1", "F": "2"})
    frame = pl.DataFrame([
        keys.alias("ENTRY_NO"), rows["entered"].dt.strftime("%d.%m.%Y").alias("DATE_REG"), mess.date(rows["born"], "%d.%m.%Y", column="DOB"), place.alias("PLACE_BIRTH"), child["CHILD_FORENAMES"], child["CHILD_SURNAME"], sex.alias("SEX"),
        mother["MOTHER_FORENAMES"], mother["MOTHER_SURNAME"], mother["maiden"].alias("MOTHER_MAIDEN"), father["FATHER_FORENAMES"], father["FATHER_SURNAME"], _spoken(mother, "MOTHER").alias("INFORMANT"),
        address["address_1"].alias("INF_ADDRESS"), address["postcode"].alias("INF_PCODE"),
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/births_{day}.csv", frame, encoding="cp1252")
    yard.truth(SOURCE, "births", rows.select("uprn", "person", key=keys, on="born"))


def _write_deaths(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    ids = rows["person"]
    keys = rows.select(pl.format("D{}", pl.lit(code(ids, 9))).alias("k"))["k"]
    mess = mess_of(careful(world.plan), yard, SOURCE, "deaths", keys, ids, expects={"date_unknown": "refused", "DOB.date_unknown": "unknown", "DOB.date_impossible": "counted"})
    gone, kin = _person(world, mess, ids, rows["died"], "DEAD"), _person(world, mess, rows["informant"], rows["died"], "INF")
    address = mess.address(world.at(rows, *PLACE), "line", column="USUAL_ADDRESS")
    at_home = pl.lit(chances.share("at home", ids)) < 0.3
    sex = world.of(rows.select("person"), "sex")["sex"].replace({"M": "1", "F": "2"})
    with_kin = pl.col("informant").is_not_null()
    said = rows.select(
        PLACE_DEATH=pl.when(at_home).then(pl.lit("At home")).otherwise(pl.lit(_HOSPITAL)),
        INF_QUALIFICATION=pl.when(with_kin).then(pl.col("role_of").replace_strict(_KIN, default="Present at the death", return_dtype=pl.String)).otherwise(pl.lit("Arranged the funeral")),
        INF_ADDRESS=pl.when(with_kin).then(pl.lit(address["address_1"])).otherwise(pl.lit("Tidewater Funeral Directors, Northmere")),
    )  # fmt: skip
    frame = pl.DataFrame([
        keys.alias("ENTRY_NO"), rows["entered"].dt.strftime("%d.%m.%Y").alias("DATE_REG"), mess.date(rows["died"], "%d.%m.%Y", column="DOD"), said["PLACE_DEATH"],
        gone["DEAD_FORENAMES"].alias("FORENAMES"), gone["DEAD_SURNAME"].alias("SURNAME"), gone["maiden"].alias("MAIDEN_NAME"), sex.alias("SEX"), mess.date(gone["born"], "%d.%m.%Y", column="DOB"),
        address["address_1"].alias("USUAL_ADDRESS"), address["postcode"].alias("USUAL_PCODE"), _spoken(kin, "INF").alias("INFORMANT"), said["INF_QUALIFICATION"], said["INF_ADDRESS"],
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/deaths_{day}.csv", frame, encoding="cp1252")
    yard.truth(SOURCE, "deaths", rows.select("uprn", "person", key=keys, on="died"))


def _write_marriages(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    ids = rows["person"]
    keys = rows.select(pl.format("M{}", pl.lit(code(ids, 9))).alias("k"))["k"]
    mess = mess_of(careful(world.plan), yard, SOURCE, "marriages", keys, ids, expects={"date_unknown": "refused", "P1_DOB.date_impossible": "counted", "P2_DOB.date_impossible": "counted", "P1_DOB.date_unknown": "unknown", "P2_DOB.date_unknown": "unknown"})
    before = later(rows["married"], pl.Series([-1]).new_from_index(0, rows.height))
    one, two = _person(world, mess, ids, before, "P1"), _person(world, mess, rows["spouse"], before, "P2")
    home = mess.address(world.at(rows, *PLACE), "line", postcode=False, column="P1_RESIDENCE")["address_1"]
    frame = pl.DataFrame([
        keys.alias("ENTRY_NO"), rows["entered"].dt.strftime("%d.%m.%Y").alias("DATE_REG"), mess.date(rows["married"], "%d.%m.%Y", column="DATE_MARRIAGE"), chances.pick("venue", ids, _VENUES).alias("VENUE"),
        one["P1_FORENAMES"], one["P1_SURNAME"], mess.date(one["born"], "%d.%m.%Y", column="P1_DOB"), home.alias("P1_RESIDENCE"),
        two["P2_FORENAMES"], two["P2_SURNAME"], mess.date(two["born"], "%d.%m.%Y", column="P2_DOB"), home.alias("P2_RESIDENCE"),
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/marriages_{day}.csv", frame, encoding="cp1252")
    yard.truth(SOURCE, "marriages", rows.select("uprn", "person", key=keys, on="married"))
