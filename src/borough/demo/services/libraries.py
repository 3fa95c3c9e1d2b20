"""Libraries, parks and halls: members as they stand in a month, and hires."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later, named
from borough.demo.services.people.homes import OUTSIDE, believed, outsiders, people, residents, settled, strangers, truly
from borough.demo.services.people.layout import laid_out
from borough.demo.services.people.versions import files
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "libraries"
JOINS, CHILD_JOINS, FROM_OUTSIDE, SECOND_CARD = 0.5, 0.68, 0.012, 0.04
HIRES = 2_000
"""In a year of a borough at scale 1."""
DWELLINGS = 110_000
PAGE = 5_000
"""Rows after which the report has its header again."""
_BRANCHES = ("Central Library", "Harbour Library", "Heron Lane Library", "Northgate Library", "Saltings Library", "The Hub at Mill Street")
_VENUES = {
    "Beacon Park": ("park", 60, 900), "Priory Meadow": ("park", 40, 600), "Longreach Playing Fields": ("sports pitch", 30, 140), "Sedge Lane Pitches": ("sports pitch", 28, 120),
    "Assembly Hall": ("hall", 180, 1400), "Chestnut Community Hall": ("hall", 24, 210), "The Foundry Arts Centre": ("arts centre", 90, 1100), "Plot Keepers' Room": ("allotment room", 10, 40),
}  # fmt: skip
_USES = {"Birthday party": 24.0, "Five-a-side league": 16.0, "Community meeting": 14.0, "Faith group": 10.0, "Dance class": 10.0, "Wedding reception": 7.0, "Rehearsal": 7.0, "Fun day": 5.0, "Film shoot": 2.0, "Car boot sale": 5.0}


def write(world: World, period: Period, yard: Yard) -> None:
    """Write the latest month's members, and the hires booked in the period."""
    chances = Chances(world.plan.seed, SOURCE)
    for day in period.last(6):
        _members(world, yard, chances, day)
    _hires(world, period, yard, chances)


def _cards(world: World, chances: Chances) -> pl.DataFrame:
    """Every card: who joined, when, and until when it was renewed. Some lost a card and have two."""
    outside = strangers(world, chances, FROM_OUTSIDE, born=(1935, 2018)).with_columns(arrived=pl.lit(dt.date(2000, 1, 1)), left=pl.lit(None, pl.Date))
    everyone = pl.concat([people(world), outside], how="diagonal")
    share = pl.when(pl.col("born") > dt.date(START.year - 14, 1, 1)).then(CHILD_JOINS).otherwise(JOINS)
    ids = everyone["person"]
    joins = (pl.lit(chances.share("joins", ids)) < share) | (pl.col("person") >= OUTSIDE)
    soonest = pl.max_horizontal("arrived", pl.col("born").dt.offset_by("3y"), pl.lit(START) - pl.duration(days=pl.lit(chances.number("years", ids, 0, 3300))))
    first = everyone.with_columns(since=soonest + pl.duration(days=pl.lit(chances.lag("joined", ids, 420, 2500))), n=pl.lit(0)).filter(joins)
    again = first.filter(chances.happens("second", first["person"], SECOND_CARD))
    again = again.with_columns(since=later(again["since"], chances.number("lost", again["person"], 90, 1500)), n=pl.lit(1))
    cards = pl.concat([first, again]).with_columns(id=pl.col("person") * 2 + pl.col("n"))
    gone = pl.min_horizontal("left", "died")
    faithful = chances.lag("faithful", cards["id"], 1600, 9000)
    used_until = pl.min_horizontal(gone, pl.col("since") + pl.duration(days=pl.lit(faithful)))
    return cards.with_columns(used_until=used_until, card="2" + code(cards["id"], 13, 30_021)).filter(gone.is_null() | (pl.col("since") < gone)).sort("id")


def _members(world: World, yard: Yard, chances: Chances, day: dt.date) -> None:
    cards = _cards(world, chances).filter(pl.col("since") <= day)
    ids = cards["id"]
    last = pl.min_horizontal("used_until", pl.lit(day))
    terms = (last - pl.col("since")).dt.total_days() // 730 + 1
    cards = cards.with_columns(expires=pl.col("since") + pl.duration(days=terms * 730), last_used=pl.max_horizontal("since", last - pl.duration(days=pl.lit(chances.lag("quiet", ids, 45, 700)))))
    cards = cards.filter(pl.col("expires") > day - dt.timedelta(days=365))
    years = (pl.col("last_used") - pl.col("since")).dt.total_days() / 365
    inside = believed(world, residents(cards), day, chances, learns=0.35)
    full = settled(world, inside, outsiders(cards)).sort("id")
    ids = full["id"]
    trouble = chances.pick("trouble", ids, {"OK": 90, "DELINQUENT": 7, "BLOCKED": 2.6, "BARRED": 0.4})
    age = (pl.lit(day) - pl.col("born")).dt.total_days() // 365
    kind = pl.when(age < 12).then(pl.lit("JUNIOR")).when(age < 18).then(pl.lit("TEEN")).when(age >= 65).then(pl.lit("SENIOR")).when(pl.col("student").fill_null(False)).then(pl.lit("STUDENT")).otherwise(pl.lit("ADULT"))
    mess = mess_of(named(world.plan), yard, SOURCE, "members", full["card"], ids, expects={"date_impossible": "counted"})
    address = mess.address(full, "upper", column="address")
    online = chances.happens("email", ids, 0.72)
    frame = full.select(
        USER_ID="card", USER_NAME=mess.name(full.drop("died"), "surname_first", column="name", on=full["since"]), BIRTH_DATE=mess.date(full["born"], "%-d/%-m/%Y", column="date_of_birth", unknown="NEVER"),
        USER_STREET=address["address_1"], USER_ZIP=address["postcode"], USER_EMAIL=mess.contact(full.select(pl.when(online).then("email")).to_series(), "email", column="email"),
        USER_PHONE=mess.contact(full["phone"], "phone", column="phone"), USER_PROFILE=kind, LIBRARY=pl.lit(chances.pick("branch", ids, dict.fromkeys(_BRANCHES, 1.0))),
        USER_STATUS=pl.when(pl.col("expires") < day).then(pl.lit("EXPIRED")).otherwise(trouble),
        CHARGES_TOTAL=(years * 30 * pl.lit(chances.share("reads", ids)) ** 3).floor().cast(pl.Int64).cast(pl.String),
        PRIV_GRANTED=pl.col("since").dt.strftime("%-d/%-m/%Y"), PRIV_EXPIRES=pl.col("expires").dt.strftime("%-d/%-m/%Y"), LAST_ACTIVITY=pl.col("last_used").dt.strftime("%-d/%-m/%Y"),
    )  # fmt: skip
    path = f"data/{SOURCE}/users_{day:%Y%m%d}.csv"
    report = mess.doubled(frame, differing="LIBRARY")
    pages = mess.file("header_repeated", path, "USER_ID", times=(report.height - 1) // PAGE)
    yard.csv(path, report, encoding="cp1252", header_every=PAGE if pages else None)
    yard.truth(SOURCE, "members", full.select(truly(), "uprn", key="card", on=pl.lit(day)))


def _hires(world: World, period: Period, yard: Yard, chances: Chances) -> None:
    """Hires, booked weeks ahead; some are cancelled, and come again."""
    a_year = max(3, round(HIRES * world.district.wards * world.district.dwellings_per_ward / DWELLINGS))
    years = HORIZON.year - START.year
    ids = pl.Series("id", range(a_year * years), dtype=pl.Int64) + world.district.number * 1_000_000
    hired = later(pl.Series([START]).new_from_index(0, len(ids)), chances.number("hired", ids, 0, (HORIZON - START).days))
    hirers = world.lives.people.filter(pl.col("online") & (pl.col("born") < dt.date(START.year - 20, 1, 1))).sort("person")
    hirers = hirers[chances.number("hirer", ids, 0, hirers.height - 1)]
    venue = chances.pick("venue", ids, dict.fromkeys(_VENUES, 1.0))
    kinds = pl.DataFrame([(name, *rest) for name, rest in _VENUES.items()], schema=["venue", "venue_type", "low", "high"], orient="row")
    rows = hirers.with_columns(
        id=ids, key="BK" + code(ids, 8, 1_000_003), hired=hired, venue=venue, use=chances.pick("use", ids, _USES), fee_share=pl.Series(chances.share("fee", ids)), hours=chances.number("hours", ids, 1, 9)
    ).join(kinds, on="venue", how="left", maintain_order="left")
    booked = later(hired, -chances.lag("ahead", ids, 35, 300))
    dropped = later(booked, chances.number("dropped", ids, 1, 20))
    rows = rows.with_columns(fee=(pl.col("low") + pl.col("fee_share") * (pl.col("high") - pl.col("low"))).round(0), entered=booked, status=pl.lit(chances.pick("status", ids, {"Confirmed": 92, "Provisional": 8})))
    cancelled = rows.with_columns(entered=dropped, status=pl.lit("Cancelled")).filter(chances.happens("cancelled", ids, 0.07) & (dropped < hired))
    for day, part in files(pl.concat([rows, cancelled]), period, "key"):
        mess = mess_of(named(world.plan), yard, SOURCE, "hires", part["key"], part["id"])
        team = chances.pick("team", part["id"], {"": 70, "Northmere Rovers FC": 6, "Harbour Players": 5, "Saltings Residents' Association": 8, "Sunrise Fellowship": 6, "Stepping Out Dance": 5}).replace("", None)
        frame = laid_out(part, {
        "Booking #": pl.col("key"), "Venue": pl.col("venue"), "Category": pl.col("venue_type").str.to_titlecase(), "Hirer": mess.name(part, column="hirer"), "Organisation": mess.text(team, column="organisation"),
        "Hirer Email": mess.contact(part["email"], "email", column="email"), "Purpose of hire": pl.col("use"), "Hire Date": pl.col("hired").dt.strftime("%d %B %Y"), "Hours": pl.col("hours").cast(pl.String),
        "Price inc VAT": pl.format("£{}0", pl.col("fee").cast(pl.Float64)), "Status": pl.col("status"), "Booked On": pl.col("entered").dt.strftime("%d %B %Y"),
    })  # fmt: skip
        yard.csv(f"data/{SOURCE}/hires_{day}.csv", mess.doubled(frame))
        yard.truth(SOURCE, "hires", part.select(truly(), "key", on="hired"))
