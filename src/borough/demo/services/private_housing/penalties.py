"""Fixed penalties: for waste outside a home, on whoever lives there; for litter and the like in a street, on whoever was met there."""

from __future__ import annotations

import polars as pl

from borough.demo.lives.traces import Rates, events
from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.people.versions import files, steps
from borough.demo.services.place.callers import occupant
from borough.demo.services.private_housing.holders import PLACE
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "enforcement"
STREET = Rates(owned=54, social=54, family=54, hmo=54, void=0, bad=1.0, deprived=1.7, uneven=0.3)
"""Offences in streets, of the people of a home: what they do there says nothing of how they live."""
AT_HOME = {"DOC": 34, "S46": 46, "FLT": 20}
IN_STREET = {"LIT": 70, "PSP": 16, "DOG": 4, "GRA": 3, "FLT": 7}
AMOUNTS = {"LIT": 150, "FLT": 400, "DOC": 200, "S46": 80, "DOG": 100, "PSP": 100, "GRA": 150}
TEXTS = {
    "LIT": "Dropping litter", "FLT": "Depositing controlled waste", "DOC": "Household waste duty of care", "S46": "Waste receptacle offence", "DOG": "Dog fouling",
    "PSP": "Breach of public spaces protection order", "GRA": "Graffiti or fly-posting",
}  # fmt: skip
FATES = {"paid": 58, "two parts": 4, "part paid": 3, "unpaid": 18, "cancelled": 7, "prosecution": 10}
OFFICERS = {f"CEO{n:03}": 1.0 for n in range(101, 119)}
METHODS = {"web": 62, "phone": 24, "counter": 4, "bank": 10}
DAY = "%d/%m/%Y"


def put_penalties(world: World, period: Period, yard: Yard) -> None:
    """The notices that were issued, paid or otherwise settled in the period."""
    chances = Chances(world.plan.seed, f"{SERVICE}.fpn")
    for day, part in files(_penalties(world, chances), period, "ref"):
        _put(world, yard, f"data/enforcement/fpn_{day:%Y-%m-%d}.json", part, chances)


def _penalties(world: World, chances: Chances) -> pl.DataFrame:
    """All notices in their versions: ``id ref uprn person on`` and what was done."""
    home, street = events(world, "fixed_penalty"), events(world, "fixed_penalty_street", STREET)
    both = pl.concat([home.with_columns(id=pl.col("n") * 2, home=True), street.with_columns(id=pl.col("n") * 2 + 1, home=False)])
    both = both.sort("on", "id").with_row_index("serial", world.district.number * 1_000_000 + 1)
    both = both.with_columns(pl.format("NM{}", pl.col("serial").cast(pl.String).str.zfill(8)).alias("ref"))
    both = both.with_columns(occupant(world, both, chances).alias("person")).filter(pl.col("person").is_not_null())
    return _settled(both, chances)


def _settled(issued: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    ids = issued["id"]
    fate = chances.pick("fate", ids, FATES)
    wait = pl.when(pl.col("home")).then(chances.lag("investigated", ids, 12, 90)).otherwise(chances.lag("met", ids, 0.4, 5))
    days = issued.with_columns(
        wait.alias("wait"),
        chances.lag("keyed", ids, 1.5, 60).alias("keying"),
        chances.lag("settled", ids, 18, 200).alias("takes"),
        fate.alias("fate"),
    )
    codes = pl.when("home").then(chances.pick("home", ids, AT_HOME)).otherwise(chances.pick("street", ids, IN_STREET))
    days = days.with_columns(codes.alias("code"), later(days["on"], days["wait"]).alias("issued"))
    days = days.with_columns(
        later(days["issued"], days["keying"]).alias("opened"), later(days["issued"], 1 + days["takes"]).alias("settled")
    )
    waits = pl.col("fate").is_in(["unpaid", "prosecution", "cancelled"])
    settled = days.with_columns(pl.when(waits).then(pl.col("settled").dt.offset_by("45d")).otherwise("settled").alias("settled"))
    settled = settled.with_columns(
        pl.max_horizontal(pl.col("settled").dt.offset_by("1d"), "opened").alias("updated"),
        pl.col("code").replace_strict(AMOUNTS, return_dtype=pl.Int64).alias("full"),
    )
    due = pl.when(pl.col("settled") <= pl.col("issued").dt.offset_by("10d")).then(pl.col("full") * 3 // 5).otherwise("full")
    paid = (
        pl.when(pl.col("fate").is_in(["paid", "two parts"]))
        .then(due)
        .when(pl.col("fate") == "part paid")
        .then(pl.col("full") // 2)
        .otherwise(0)
    )
    settled = settled.with_columns(paid.alias("total"))
    return steps(settled, ("opened", "updated"), {"updated": ("fate", "settled", "total", "updated")})


def _put(world: World, yard: Yard, path: str, notices: pl.DataFrame, chances: Chances) -> None:
    frame = world.at(notices, *PLACE)
    ids = frame["id"]
    mess = mess_of(world.plan, yard, SERVICE, "fixed_penalties", frame["ref"], ids, expects={"date_unknown": "refused"})
    place = mess.address(frame, "line", column="recipient.address.line")
    where = _where(world, frame, chances)
    parts = frame.select("ref", "code", "full", "fate", "settled", "total", "issued", "opened", "updated").hstack(where).hstack(place.select(line="address_1", postcode="postcode")).with_columns(
        mess.name(world.of(frame.select("person")), "spoken", column="recipient.name", on=frame["on"]).alias("name"),
        mess.uprn(frame["uprn"], frame["parent_uprn"], column="recipient.address.uprn", patchy=0.35).alias("uprn"),
        mess.date(frame["on"], DAY, column="offence.date").alias("date"),
        chances.pick("method", ids, METHODS).alias("method"), chances.pick("officer", ids, OFFICERS).alias("officer"),
    )  # fmt: skip
    yard.json(path, parts.select(_record()), envelope="notices", about={"system": "PermiServ", "authority": "Northmere"})
    yard.truth(SERVICE, "fixed_penalties", frame.select(key="ref", uprn="uprn", person="person", on="on"))


def _where(world: World, frame: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """Where it happened: outside the home, or somewhere in a street of the district; the point of the officer's device is some metres off."""
    homes = world.ground.properties.select("street_name", "longitude", "latitude")
    at = (pl.Series(chances.share("where", frame["id"])) * homes.height).floor().cast(pl.UInt32)
    other = homes[at].rename({"street_name": "street", "longitude": "lng", "latitude": "lat"})
    off = pl.Series(chances.share("off", frame["id"])) - 0.5
    both = frame.select("home", "street_name", "longitude", "latitude").hstack(other).with_columns(off.alias("off"))
    return both.select(
        pl.when("home").then("street_name").otherwise("street").alias("street"),
        (pl.when("home").then("longitude").otherwise("lng") + pl.col("off") * 0.0003).round(6).alias("lng"),
        (pl.when("home").then("latitude").otherwise("lat") + pl.col("off") * 0.0002).round(6).alias("lat"),
    )


def _record() -> list[pl.Expr]:
    """A notice as the system's export nests it."""

    def shown(column: str) -> pl.Expr:
        return pl.col(column).dt.strftime(DAY)

    fate = pl.col("fate")
    status = (
        pl.when(fate.is_null())
        .then(pl.lit("Issued"))
        .when(fate == "two parts")
        .then(pl.lit("Paid"))
        .otherwise(fate.str.slice(0, 1).str.to_uppercase() + fate.str.slice(1))
    )
    some = pl.col("total").fill_null(0) > 0
    half = pl.col("total") // 2
    one = pl.struct(date=shown("settled"), amount=pl.col("total").cast(pl.Float64), method="method")
    first = pl.struct(date=shown("issued"), amount=half.cast(pl.Float64), method="method")
    rest = pl.struct(date=shown("settled"), amount=(pl.col("total") - half).cast(pl.Float64), method="method")
    items = (
        pl.when(some & (fate == "two parts"))
        .then(pl.concat_list(first, rest))
        .when(some)
        .then(pl.concat_list(one))
        .otherwise(pl.concat_list(one).list.head(0))
    )
    return [
        pl.col("ref").alias("noticeNumber"),
        pl.struct(
            code="code", description=pl.col("code").replace_strict(TEXTS, return_dtype=pl.String), date="date",
            location=pl.struct(text="street", lat="lat", lng="lng"),
        ).alias("offence"),
        pl.struct(name="name", address=pl.struct(line="line", postcode="postcode", uprn="uprn")).alias("recipient"),
        pl.col("full").cast(pl.Float64).alias("amount"),
        pl.struct(total=pl.col("total").cast(pl.Float64), last=pl.when(some).then(shown("settled")), items=items).alias("payments"),
        status.alias("status"),
        pl.struct(officer="officer", date=shown("issued"), entered=shown("opened")).alias("issued"),
        shown("updated").alias("updated"),
    ]  # fmt: skip
