"""CCTV: the log of incidents that operators keep. It has cameras, times and places; no images, and nobody's name."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.chance import keyed
from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.kerb.spots import happened, placed, streets_of
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.people.versions import files, steps
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE, FEED = "cctv", "incidents"
YEARLY = 110.0
WEEKDAYS = (0.85, 0.85, 0.9, 1.0, 1.3, 1.4, 0.9)
PER_CAMERA = 600
"""Dwellings for each camera."""
CATEGORIES = {
    "ASB-GRP": 21, "ASB-ALC": 11, "DRUGS": 10, "ASSAULT": 8, "ROBBERY": 5, "THEFT": 10, "VEH-CRIME": 6, "FLY-TIP": 9, "SUSPICIOUS": 8, "MISSING": 4, "RTC": 4, "WEAPON": 2, "ALARM": 2,
}  # fmt: skip
RESULTS = {"Monitored": 46, "Police attended": 28, "Arrest": 5, "Passed to enforcement": 9, "No trace": 9, "Footage saved": 3}
OPERATORS = {"JM": 5, "SK": 5, "TO": 4, "RB": 4, "AH": 3, "DP": 2}


def write(world: World, period: Period, yard: Yard) -> None:
    """The incidents logged, or put under another heading, in the period."""
    chances = Chances(world.plan.seed, SERVICE)
    for day, part in files(_versions(world, chances), period, "log"):
        _put(world, yard, f"data/cctv/incident_log_{day:%Y-%m-%d}.txt", part, chances)


def _versions(world: World, chances: Chances) -> pl.DataFrame:
    seen = placed_by_cameras(world, happened(world, SERVICE, YEARLY, WEEKDAYS))
    ids = seen["id"]
    again = chances.happens("recoded", ids, 0.07)
    seen = seen.with_columns(
        pl.format("CC{}", pl.col("id").cast(pl.String).str.zfill(8)).alias("log"), chances.pick("category", ids, CATEGORIES).alias("category"),
        later(seen["on"], chances.lag("logged", ids, 0.15, 10)).alias("opened"),
    )  # fmt: skip
    recoded = pl.when(again).then(later(seen["opened"], 1 + chances.lag("recoded_after", ids, 5, 60)))
    seen = seen.with_columns(recoded.alias("recoded"), pl.when(again).then(chances.pick("recoded_as", ids, CATEGORIES)).alias("category_then"))
    return steps(seen.with_columns(pl.col("recoded").alias("changed")), ("opened", "changed"), {"changed": ("category_then", "recoded")})


def placed_by_cameras(world: World, events: pl.DataFrame) -> pl.DataFrame:
    """Events with the camera that saw them: cameras stand where there is most to see, and some see far more than others."""
    count = max(6, round(int(world.ground.properties["is_dwelling"].sum()) / PER_CAMERA))
    numbers = world.district.number * 1000 + 1 + np.arange(count)
    seed = world.plan.seed
    cameras = pl.DataFrame({"id": numbers, "a": keyed(seed, "cctv.street", numbers), "b": keyed(seed, "cctv.along", numbers)})
    cameras = placed(streets_of(world), cameras).select(pl.format("NMC{}", pl.col("id").cast(pl.String).str.zfill(4)).alias("camera"), "street_name", "easting", "northing")
    weight = (0.1 - np.log1p(-keyed(seed, "cctv.busy", numbers))).cumsum()
    at = np.searchsorted(weight, events["a"].to_numpy() * weight[-1], side="right").clip(0, count - 1)
    return events.hstack(cameras[pl.Series(at.astype(np.uint32))])


def _put(world: World, yard: Yard, path: str, part: pl.DataFrame, chances: Chances) -> None:
    ids = part["id"]
    mess = mess_of(world.plan, yard, SERVICE, FEED, part["log"], ids, expects={"date_unknown": "refused"})
    # Evenings are busiest.
    minute = pl.Series("m", (600 + 1020 * (chances.share("minute", ids) + chances.share("later", ids)) / 2) % 1440).cast(pl.Int64)
    off = chances.number("off", ids, -35, 35)
    rows = part.with_columns(minute, off.alias("off"), mess.date(part["on"], "%d-%b-%Y", column="INC_DATE").alias("date")).select(
        pl.col("log").alias("LOG_NO"), pl.col("camera").alias("CAM"), pl.col("street_name").str.to_uppercase().alias("CAM_LOCATION"),
        pl.format("E{} N{}", pl.col("easting") + pl.col("off"), pl.col("northing") - pl.col("off")).alias("GRID"), pl.col("date").alias("INC_DATE"),
        pl.format("{}{}", (pl.col("m") // 60).cast(pl.String).str.zfill(2), (pl.col("m") % 60).cast(pl.String).str.zfill(2)).alias("INC_TIME"),
        pl.coalesce("category_then", "category").alias("CODE"), chances.pick("result", ids, RESULTS).alias("RESULT"),
        pl.when(chances.happens("cad", ids, 0.36)).then(pl.format("CAD {}", chances.number("cad_no", ids, 100, 9899))).alias("POLICE_REF"),
        chances.pick("operator", ids, OPERATORS).alias("OPERATOR"), pl.col("opened").dt.strftime("%d-%b-%Y").alias("LOGGED"), pl.col("entered").dt.strftime("%d-%b-%Y").alias("AMENDED"),
    )  # fmt: skip
    yard.csv(path, mess.doubled(rows), encoding="cp1252", separator="|")
    yard.truth(SERVICE, FEED, part.select(key="log", on="on"))
