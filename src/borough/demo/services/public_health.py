"""Public health: programmes as the providers tell them, pseudonymised, and counts by area without the small ones."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.people.homes import people
from borough.demo.services.people.versions import files
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "public_health"
SMALL = 5
"""Counts below this are not given."""
_PROGRAMMES = {"SSS": (18, 80, 0.006), "NHSHC": (40, 74, 0.055), "FLU": (65, 120, 0.62), "MMR": (1, 1, 0.83)}
"""Ages from and to, and the share that has it in a year."""
_OUTCOMES = {
    "SSS": {"Quit at 4 weeks": 48.0, "Not quit": 27.0, "Lost to follow-up": 25.0}, "NHSHC": {"Completed": 78.0, "Referred on": 22.0},
    "FLU": {"Completed": 97.0, "Declined": 3.0}, "MMR": {"Completed": 98.0, "Declined": 2.0},
}  # fmt: skip


def write(world: World, period: Period, yard: Yard) -> None:
    """Write what the providers told in the period: a month's activity on the 21st of the next, its counts a month after that."""
    chances = Chances(world.plan.seed, SOURCE)
    everyone = people(world).select("person", "born", "arrived", "left")
    rows = pl.concat([_of_year(everyone, year, chances) for year in range(START.year - 1, HORIZON.year + 1)])
    rows = _at_home(world, rows)
    for day, part in files(rows, period, "record_id"):
        frame = part.select("record_id", "pseudo_id", "lsoa11_or_21", "age_band", "programme", "outcome", activity_month=pl.col("month").dt.strftime("%Y-%m"))
        yard.csv(f"data/public-health/interventions_{day}.csv", frame)
        yard.truth(SOURCE, "interventions", part.select("person", "uprn", key="record_id", on="month"))
    for day, part in files(_counts(rows), period, "key"):
        yard.csv(f"data/public-health/uptake_{day}.csv", part.select(**{"LSOA code": pl.col("lsoa11_or_21"), "Programme": pl.col("programme"), "Month": pl.col("month").dt.strftime("%Y-%m"), "Count": pl.col("count")}))


def _of_year(everyone: pl.DataFrame, year: int, chances: Chances) -> pl.DataFrame:
    """At most one of each programme for a person in a year: vaccination against flu in autumn, the others all the year."""
    age = year - pl.col("born").dt.year()
    parts = []
    for n, (name, (low, high, share)) in enumerate(_PROGRAMMES.items()):
        rows = everyone.filter(age.is_between(low, high))
        ids = rows["person"] * 1000 + (year % 100) * 10 + n
        first, days = (dt.date(year, 9, 5), 100) if name == "FLU" else (dt.date(year, 1, 1), 364)
        on = later(pl.Series([first]).new_from_index(0, rows.height), chances.number(f"{name} on", ids, 0, days))
        rows = rows.with_columns(id=ids, programme=pl.lit(name), on=on, outcome=chances.pick(f"{name} outcome", ids, _OUTCOMES[name]), _age=age)
        parts.append(rows.filter(chances.happens(name, ids, share)))
    rows = pl.concat(parts)
    rows = rows.filter((pl.col("on") > pl.col("arrived")) & (pl.col("left").is_null() | (pl.col("on") < pl.col("left"))))
    ten = pl.col("_age") // 10 * 10
    band = pl.when(pl.col("_age") < 5).then(pl.lit("0-4")).when(ten >= 80).then(pl.lit("80+")).otherwise(pl.format("{}-{}", ten, ten + 9))
    month = pl.col("on").dt.truncate("1mo")
    return rows.with_columns(
        record_id="PH" + code(rows["id"], 12, 3_003), pseudo_id=_pseudonyms(rows["person"], chances), age_band=band, month=month,
        entered=month.dt.offset_by("1mo") + pl.duration(days=20),
    )  # fmt: skip


def _pseudonyms(person: pl.Series, chances: Chances) -> pl.Series:
    """Sixteen hexadecimal figures of a person, from which nobody comes back to the person."""
    halves = [pl.Series((chances.share(f"pseudonym {n}", person) * 2**32).astype("int64")) for n in (0, 1)]
    digits = []
    for half in halves:
        for place in range(7, -1, -1):
            digits.append((half // 16**place % 16).replace_strict(dict(enumerate("0123456789abcdef")), return_dtype=pl.String))
    return pl.DataFrame([digit.alias(str(n)) for n, digit in enumerate(digits)]).select(pl.concat_str(pl.all())).to_series()


def _at_home(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """With the LSOA of the home on the day."""
    stays = world.lives.stays.select("person", "uprn", "start", "end")
    at = rows.select("id", "person", "on").join(stays, on="person", how="inner", maintain_order="left")
    at = at.filter((pl.col("start") <= pl.col("on")) & (pl.col("end").is_null() | (pl.col("on") <= pl.col("end")))).unique("id", keep="last", maintain_order=True)
    codes = world.ground.lsoas.select("lsoa", lsoa11_or_21="lsoa_code")
    homes = world.at(at.select("id", "uprn"), "lsoa").join(codes, on="lsoa", how="left", maintain_order="left").drop("lsoa")
    return rows.join(homes, on="id", how="inner", maintain_order="left")


def _counts(rows: pl.DataFrame) -> pl.DataFrame:
    """Counts by area, programme and month; those below five as a star."""
    counted = rows.group_by("lsoa11_or_21", "programme", "month", maintain_order=True).agg(pl.len().alias("people"))
    key = pl.format("{}|{}|{}", "lsoa11_or_21", "programme", pl.col("month").dt.strftime("%Y-%m-%d"))
    count = pl.when(pl.col("people") < SMALL).then(pl.lit("*")).otherwise(pl.col("people").cast(pl.String))
    return counted.with_columns(key=key, count=count, entered=pl.col("month").dt.offset_by("2mo") + pl.duration(days=20))
