"""Penalty charge notices, as the enforcement system's nightly export has them: issued, then with the keeper, then settled."""

from __future__ import annotations

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.kerb.drivers import drivers, home_on, strangers
from borough.demo.services.kerb.spots import happened, placed, streets_of
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.people.versions import files, steps
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE, FEED = "parking", "penalty_charges"
YEARLY = 1390.0
WEEKDAYS = (1.0, 1.05, 1.05, 1.1, 1.15, 1.2, 0.6)
BY_CAMERA = {"31J": 26, "34J": 18, "50R": 12, "52M": 10, "53J": 34}
BY_OFFICER = {
    "01": 24, "02": 3, "05": 9, "06": 4, "11": 12, "12": 18, "16": 5, "19": 2, "21": 2, "23": 3, "25": 4, "27": 5, "30": 5, "40": 3, "45": 1, "47": 2, "48": 1, "62": 5,
}  # fmt: skip
TEXTS = {
    "01": "Parked in a restricted street", "02": "Loading in a restricted street", "05": "Parked after the expiry of paid for time", "06": "Without clearly displaying a valid ticket",
    "11": "Parked without payment", "12": "Residents' place without a valid permit", "16": "Permit space without a valid permit", "19": "Invalid permit displayed",
    "21": "Suspended bay", "23": "Not designated for that class of vehicle", "25": "Loading place without loading", "27": "Dropped footway", "30": "Longer than permitted",
    "40": "Disabled person's place without a badge", "45": "Taxi rank", "47": "Bus stop", "48": "School entrance markings", "62": "Footway parking",
    "31J": "Entering and stopping in a box junction", "34J": "Being in a bus lane", "50R": "Performing a prohibited turn", "52M": "Failing to comply with a prohibition",
    "53J": "School street or pedestrian zone",
}  # fmt: skip
LOWER = ["05", "06", "11", "19", "30"]
FATES = {"Paid at discount": 55, "Paid in full": 12, "Cancelled": 14, "Warrant": 13, "Written off": 6}
NOTES = {"": 62, "O/S NO": 22, "OPP NO": 10, "JCT": 4, "S/RD": 2}
MAKES = {"Ford": 14, "Vauxhall": 10, "Volkswagen": 10, "Toyota": 11, "BMW": 8, "Mercedes": 9, "Audi": 7, "Nissan": 7, "Honda": 5, "Hyundai": 4, "Kia": 5, "Peugeot": 5, "Tesla": 3, "Other": 2}
DAY = "%d/%m/%Y"


def put_fines(world: World, period: Period, yard: Yard) -> None:
    """The notices issued or changed in the period."""
    chances = Chances(world.plan.seed, "parking.pcn")
    for day, part in files(_versions(world, chances), period, "pcn"):
        _put(world, yard, f"data/parking/pcn_{day:%Y-%m-%d}.csv", part, chances)


def _versions(world: World, chances: Chances) -> pl.DataFrame:
    issued = happened(world, "pcn", YEARLY, WEEKDAYS)
    ids = issued["id"]
    camera = chances.happens("camera", ids, 0.27)
    frame = placed(streets_of(world), issued).hstack(drivers(world, issued, "parking")).with_columns(
        pl.format("NT{}", pl.col("id").cast(pl.String).str.zfill(8)).alias("pcn"),
        camera.alias("camera"),
        pl.when(camera).then(chances.pick("camera_code", ids, BY_CAMERA)).otherwise(chances.pick("code", ids, BY_OFFICER)).alias("code"),
        chances.pick("fate", ids, FATES).alias("fate"),
        later(issued["on"], pl.select(pl.when(camera).then(2 + chances.lag("reviewed", ids, 2.5, 14)).otherwise(chances.lag("uploaded", ids, 0.12, 6))).to_series()).alias("opened"),
    )  # fmt: skip
    return _fates(frame, chances)


def _fates(frame: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    ids, fate = frame["id"], frame["fate"]
    waits = {"Paid at discount": (0, 5.0, 13), "Cancelled": (6, 24.0, 200), "Paid in full": (15, 28.0, 200), "Warrant": (105, 35.0, 300), "Written off": (190, 60.0, 400)}
    wait = pl.coalesce([pl.when(fate == name).then(low + chances.lag(f"settled.{name}", ids, mean, longest)) for name, (low, mean, longest) in waits.items()])
    frame = frame.with_columns(wait.alias("wait")).with_columns((pl.max_horizontal("on", "opened") + pl.duration(days="wait")).alias("settled"))
    keeper = later(frame["opened"], 29 + chances.lag("keeper", ids, 4, 40))
    frame = frame.with_columns(keeper.alias("keeper"), later(frame["settled"], chances.lag("posted", ids, 0.7, 30)).alias("closed"))
    frame = frame.with_columns(pl.when(pl.col("keeper") < pl.col("closed")).then("keeper").alias("keeper"))
    higher = pl.when("camera").then(pl.when(pl.col("on").dt.year() < 2025).then(130).otherwise(160)).when(pl.col("code").is_in(LOWER)).then(pl.when(pl.col("on").dt.year() < 2025).then(80).otherwise(110))
    frame = frame.with_columns(higher.otherwise(pl.when(pl.col("on").dt.year() < 2025).then(130).otherwise(160)).alias("amount"))
    paid = pl.when(pl.col("fate") == "Paid at discount").then(pl.col("amount") / 2).when(pl.col("fate") == "Paid in full").then(pl.col("amount").cast(pl.Float64)).otherwise(0.0)
    frame = frame.with_columns(paid.alias("paid"), pl.col("keeper").alias("enquired"), pl.col("closed").alias("updated"))
    return steps(frame, ("opened", "enquired", "updated"), {"enquired": ("keeper",), "updated": ("fate", "settled", "paid", "closed")})


def _put(world: World, yard: Yard, path: str, part: pl.DataFrame, chances: Chances) -> None:
    ids = part["id"]
    mess = mess_of(world.plan, yard, SERVICE, FEED, part["pcn"], ids)
    minute = pl.Series("m", (chances.share("minute", ids) + chances.share("minute2", ids)) / 2 * 900 + 420).cast(pl.Int64)
    note, number = chances.pick("note", ids, NOTES), chances.number("note_number", ids, 1, 180)
    status = pl.when(pl.col("fate").is_not_null()).then("fate").when(pl.col("keeper").is_not_null()).then(pl.lit("Notice to Owner")).otherwise(pl.lit("Issued"))
    written = part.hstack(_keepers(world, yard, part, chances)).with_columns(
        minute, note.alias("note"), number.alias("number"), chances.pick("make", ids, MAKES).alias("make"), chances.number("badge", ids, 201, 268).alias("badge"),
        mess.text(part["street_name"], column="Street").alias("street"),
    )  # fmt: skip
    clock = pl.format("{}:{}", (pl.col("m") // 60).cast(pl.String).str.zfill(2), (pl.col("m") % 60).cast(pl.String).str.zfill(2))
    place = pl.when(pl.col("note") == "").then(pl.lit("")).when(pl.col("note").is_in(["O/S NO", "OPP NO"])).then(pl.format("{} {}", "note", "number")).otherwise("note")
    rows = written.select(
        pl.col("pcn").alias("PCN Number"), pl.col("vrm").str.replace(" ", "").alias("VRM"), pl.col("make").alias("Make"),
        pl.col("on").dt.strftime(DAY).alias("Issue Date"), clock.alias("Issue Time"), pl.col("code").alias("Contravention Code"),
        pl.col("code").replace_strict(TEXTS, return_dtype=pl.String).alias("Contravention"), pl.col("street").alias("Street"), place.alias("Location Note"),
        pl.col("easting").alias("Easting"), pl.col("northing").alias("Northing"), pl.format("NM{}", pl.col("ward") % 22 + 1).alias("Zone"),
        pl.when("camera").then(pl.lit("CCTV")).otherwise(pl.format("CEO{}", "badge")).alias("Issued By"), pl.format("{}.00", "amount").alias("Amount"),
        status.alias("Status"), pl.format("{}", pl.col("paid").round(2)).alias("Paid"), pl.when(pl.col("paid") > 0).then(pl.col("settled").dt.strftime(DAY)).alias("Paid Date"),
        "Keeper Name", "Keeper Address", "Keeper Postcode", pl.col("opened").dt.strftime(DAY).alias("Created"), pl.col("entered").dt.strftime(DAY).alias("Last Updated"),
    )  # fmt: skip
    yard.csv(path, mess.doubled(rows))
    yard.truth(SERVICE, FEED, part.select(key="pcn", uprn=home_on(world, part), person="person", on="on"))


def _keepers(world: World, yard: Yard, part: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """Names and addresses of keepers, once the licensing agency has given them: its records are a home behind, now and then."""
    rows = part.with_row_index("row").filter(pl.col("keeper").is_not_null())
    mess = mess_of(world.plan, yard, SERVICE, FEED, rows["pcn"], rows["id"])
    homes = rows.select(pl.Series("uprn", home_on(world, rows)), "visitor", "person")
    visitors = strangers(world, homes["visitor"], chances)
    people = world.of(homes.select("person"))
    of_here = pl.Series(homes["uprn"].is_not_null())
    mixed = people.select(pl.when(of_here).then(people[name]).otherwise(visitors[name]).alias(name) for name in people.columns if name != "person")
    names = mess.name(mixed, "surname_first", column="Keeper Name", on=rows["on"])
    places = mess.address(world.at(homes.select("uprn")), "upper", column="Keeper Address")
    known = rows.select("row").with_columns(
        names.alias("Keeper Name"),
        pl.when(of_here).then(places["address_1"]).otherwise(visitors["address"].str.to_uppercase()).alias("Keeper Address"),
        pl.when(of_here).then(places["postcode"]).otherwise(visitors["postcode"]).alias("Keeper Postcode"),
    )
    return part.select("id").with_row_index("row").join(known, on="row", how="left", maintain_order="left").drop("row", "id")
