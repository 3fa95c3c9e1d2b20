"""Energy performance certificates: the public register's download, with its own column names. Made for lets, sales and grants; tenure is what the assessor was told."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.place.callers import PLACE
from borough.demo.services.place.months import monthly
from borough.demo.services.place.titles import FLATS, hexadecimal, ownerships
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "epc"
REGISTER = dt.date(2011, 1, 1)
"""How far back the download goes."""
VALID = 3652
HAD = {"private": 0.72, "council": 0.58, "association": 0.64, "owned": 0.30, "mortgaged": 0.42, "void": 0.5}
"""Homes that had a certificate at START, by how they were held."""
AGAIN = 0.12
"""Lets and sales for which a new one is made although the old one is still valid."""
TENURES = {"owned": "Owner-occupied", "mortgaged": "Owner-occupied", "private": "Rented (private)", "council": "Rented (social)", "association": "Rented (social)"}
OLD_TENURES = {"Owner-occupied": "owner-occupied", "Rented (private)": "rental (private)", "Rented (social)": "rental (social)"}
UNTOLD = {"NO DATA!": 40, "unknown": 35, "Not defined - use in the case of a new dwelling for which the intended tenure in not known. It is not to be used for an existing dwelling": 25}
BANDS = (("A", 92), ("B", 81), ("C", 69), ("D", 55), ("E", 39), ("F", 21), ("G", 1))
FORMS = {"detached": "Detached", "bungalow": "Detached", "semi": "Semi-Detached", "terrace": "Mid-Terrace"}
AGES = ((1900, "England and Wales: before 1900"), (1930, "England and Wales: 1900-1929"), (1950, "England and Wales: 1930-1949"), (1967, "England and Wales: 1950-1966"), (1976, "England and Wales: 1967-1975"), (1983, "England and Wales: 1976-1982"), (1991, "England and Wales: 1983-1990"), (1996, "England and Wales: 1991-1995"), (2003, "England and Wales: 1996-2002"), (2007, "England and Wales: 2003-2006"), (2012, "England and Wales: 2007-2011"), (9999, "England and Wales: 2012 onwards"))  # fmt: skip
_SAID = ("area_m2", "rooms", "kind", "built", "energy_score", "first_day", "last_day")


def write(world: World, period: Period, yard: Yard) -> None:
    """The certificates that the register published in the period."""
    for day, part in monthly(_certificates(world), period, "key", entered="lodged") if period.days() else ():
        _put(world, yard, f"data/epc/certificates_{day:%Y-%m-%d}.csv", part)


def _certificates(world: World) -> pl.DataFrame:
    """All that are lodged to the horizon: ``id key uprn lodged why tenure``."""
    chances = Chances(world.plan.seed, SERVICE)
    backlog = _backlog(world, chances)
    asked = _asked(world, chances).join(backlog.select("uprn", pl.col("lodged").alias("had")), on="uprn", how="left", maintain_order="left")
    lasts = (pl.col("lodged") - pl.col("had")).dt.total_days() < VALID
    asked = asked.with_columns(needy=~lasts.fill_null(False)).sort("uprn", "lodged", "id")
    first = pl.col("needy") & pl.col("needy").cast(pl.Int64).cum_sum().over("uprn").eq(1)
    kept = asked.filter((first & pl.lit(chances.happens("complies", asked["id"], 0.9))) | pl.lit(chances.happens("again", asked["id"], AGAIN)))
    every = pl.concat([backlog, kept.select(backlog.columns)]).filter(pl.col("lodged") >= REGISTER)
    alive = world.at(every.select("uprn"), "first_day", "last_day")
    every = every.filter((alive["first_day"].is_null() | (every["lodged"] >= alive["first_day"])) & (alive["last_day"].is_null() | (every["lodged"] <= alive["last_day"])))
    return every.with_columns(hexadecimal(world.plan.seed, "epc.key", every["id"], 64).alias("key"))


def _backlog(world: World, chances: Chances) -> pl.DataFrame:
    """Certificates from before START: of homes as they were held then."""
    spells = world.lives.spells.filter(pl.col("start") < START, pl.col("end").is_null() | (pl.col("end") >= START))
    spells = spells.select("uprn", pl.col("tenure").cast(pl.String), "start").sort("uprn").unique("uprn", keep="first", maintain_order=True)
    had = chances.happens("had", spells["uprn"], spells["tenure"].replace_strict(HAD, default=0.5, return_dtype=pl.Float64))
    held = spells.filter(had)
    back = 1 + (chances.share("back", held["uprn"]) ** 1.2 * (START - REGISTER).days).astype(np.int64)
    lodged = later(pl.Series([START], dtype=pl.Date).new_from_index(0, held.height), pl.Series(-back))
    why = chances.pick("why", held["uprn"], {"sale": 45, "grant": 20, "other": 35})
    let = held["tenure"] == "private"
    return held.select(
        (pl.col("uprn") * 4).alias("id"), "uprn", pl.lit(lodged).alias("lodged"), pl.when(pl.lit(let)).then(pl.lit("let")).otherwise(pl.lit(why)).alias("why"), "tenure"
    )


def _asked(world: World, chances: Chances) -> pl.DataFrame:
    """Lets and sales since START, and insulation paid for by a grant."""
    spells = world.lives.spells.select("spell", "uprn", "start", pl.col("tenure").cast(pl.String)).filter(pl.col("start") >= START)
    lets = spells.filter(pl.col("tenure").is_in(["private", "council", "association"]))
    sales = ownerships(world).filter(pl.col("turn") > 0, pl.col("since") >= START, pl.col("kind") != "council")
    let = lets.select((pl.col("spell") * 4 + 1).alias("id"), "uprn", _before(lets, "start", 50, chances).alias("lodged"), pl.lit("let").alias("why"), "tenure")
    sold = sales.select((pl.col("spell") * 4 + 2).alias("id"), "uprn", _before(sales, "since", 200, chances).alias("lodged"), pl.lit("sale").alias("why"), pl.lit("owned").alias("tenure"))
    return pl.concat([let, sold]).filter(pl.col("lodged") >= START)


def _before(frame: pl.DataFrame, day: str, longest: int, chances: Chances) -> pl.Series:
    """When the assessor came: some days or weeks before."""
    return later(frame[day], -1 - chances.number("before", frame["spell"], 0, longest))


def _put(world: World, yard: Yard, path: str, certificates: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, SERVICE)
    ids = certificates["id"]
    homes = world.at(certificates, *PLACE, *_SAID)
    mess = mess_of(world.plan, yard, SERVICE, "certificates", homes["key"], ids, expects={"LODGEMENT_DATE.date_unknown": "refused"})
    place = mess.address(homes, "lines", column="ADDRESS1", lines=3)
    score = (homes["energy_score"].cast(pl.Int64).fill_null(62) + chances.number("score", ids, -6, 6)).clip(1, 100)
    area = homes["area_m2"].cast(pl.Float64).fill_null(70.0) * pl.Series(0.96 + 0.08 * chances.share("area", ids))
    rooms = (homes["rooms"].cast(pl.Int64).fill_null(4) + chances.pick("rooms", ids, {"0": 86, "1": 7, "-1": 7}).cast(pl.Int64)).clip(1)
    kind, flat = homes["kind"].cast(pl.String), homes["kind"].cast(pl.String).is_in(list(FLATS))
    untold = chances.happens("no_rooms", ids, 0.07)
    frame = pl.DataFrame({
        "LMK_KEY": homes["key"], "ADDRESS1": place["address_1"], "ADDRESS2": place["address_2"], "ADDRESS3": place["address_3"], "POSTCODE": place["postcode"],
        "BUILDING_REFERENCE_NUMBER": "1" + code(homes["uprn"], 10), "CURRENT_ENERGY_RATING": _band(score), "POTENTIAL_ENERGY_RATING": _band((score + chances.number("potential", ids, 4, 24)).clip(1, 100)),
        "CURRENT_ENERGY_EFFICIENCY": score.cast(pl.String),
        "PROPERTY_TYPE": pl.Series(["House"]).new_from_index(0, homes.height).zip_with(~flat, pl.Series(["Flat"]).new_from_index(0, homes.height)).zip_with(kind != "bungalow", pl.Series(["Bungalow"]).new_from_index(0, homes.height)),
        "BUILT_FORM": kind.replace_strict(FORMS, default="NO DATA!", return_dtype=pl.String),
        "INSPECTION_DATE": later(homes["lodged"], -chances.lag("inspected", ids, 2, 40)).dt.strftime("%Y-%m-%d"),
        "LOCAL_AUTHORITY_LABEL": pl.Series(["Northmere"]).new_from_index(0, homes.height), "LODGEMENT_DATE": homes["lodged"].dt.strftime("%Y-%m-%d"),
        "TRANSACTION_TYPE": _reason(homes, chances), "TOTAL_FLOOR_AREA": area.round(1).cast(pl.String),
        "FLOOR_LEVEL": homes.select(pl.when(pl.lit(flat)).then(pl.col("floor").cast(pl.Int64).cast(pl.String).str.zfill(2).replace("00", "Ground")).otherwise(pl.lit("NODATA!")).alias("f")).to_series(),
        "NUMBER_HABITABLE_ROOMS": rooms.cast(pl.String).zip_with(~untold, pl.Series([None], dtype=pl.String)), "NUMBER_HEATED_ROOMS": rooms.cast(pl.String).zip_with(~untold, pl.Series([None], dtype=pl.String)),
        "POSTTOWN": homes["town"].str.to_uppercase(), "CONSTRUCTION_AGE_BAND": _age(homes["built"]), "TENURE": _tenure(homes, chances),
        "UPRN": mess.uprn(homes["uprn"], homes["parent_uprn"], column="UPRN"), "UPRN_SOURCE": chances.pick("source", ids, {"Address Matched": 78, "Energy Assessor": 22}),
        "LODGEMENT_DATETIME": homes["lodged"].dt.strftime("%Y-%m-%d 00:00:00"),
    })  # fmt: skip
    yard.csv(path, mess.doubled(frame), quote="always", line_end="\n")
    yard.truth(SERVICE, "certificates", homes.select(pl.col("key"), "uprn", pl.col("lodged").alias("on")))


def _band(score: pl.Series) -> pl.Series:
    x = pl.col("x")
    return score.alias("x").to_frame().select(pl.coalesce(pl.when(x >= low).then(pl.lit(band)) for band, low in BANDS)).to_series()


def _age(built: pl.Series) -> pl.Series:
    x = pl.col("x").cast(pl.Int64)
    return built.alias("x").to_frame().select(pl.coalesce(*(pl.when(x < year).then(pl.lit(said)) for year, said in AGES), pl.lit("NO DATA!"))).to_series()


def _reason(homes: pl.DataFrame, chances: Chances) -> pl.Series:
    """Assessors word the reason in the fashion of the year."""
    old = pl.col("lodged") < dt.date(2019, 1, 1)
    social = pl.col("tenure").is_in(["council", "association"])
    other = pl.lit(chances.pick("other_reason", homes["id"], {"none of the above": 60, "assessment for green deal": 15, "non marketed sale": 25}))
    let = pl.when(social).then(pl.lit("rental (social)")).when(old).then(pl.lit("rental (private)")).otherwise(pl.lit("rental"))
    said = pl.when(pl.col("why") == "let").then(let).when(pl.col("why") == "sale").then(pl.lit("marketed sale")).when(pl.col("why") == "grant").then(pl.lit("ECO assessment"))
    new = (pl.col("lodged") - pl.col("first_day")).dt.total_days() < 200
    return homes.select(pl.when(new.fill_null(False)).then(pl.lit("new dwelling")).otherwise(said.otherwise(other)).alias("r")).to_series()


def _tenure(homes: pl.DataFrame, chances: Chances) -> pl.Series:
    """What the assessor was told: not always, not always rightly, and in two spellings."""
    ids = homes["id"]
    true = homes["tenure"].replace_strict(TENURES, default="Owner-occupied", return_dtype=pl.String)
    wrong = chances.pick("wrong_tenure", ids, {"Owner-occupied": 60, "Rented (private)": 40})
    said = wrong.zip_with(chances.happens("tenure_is_wrong", ids, 0.06), true)
    said = said.replace(OLD_TENURES).zip_with((homes["lodged"] < dt.date(2020, 9, 1)) | chances.happens("old_words", ids, 0.1), said)
    return chances.pick("untold", ids, UNTOLD).zip_with(chances.happens("tenure_untold", ids, 0.09), said)
