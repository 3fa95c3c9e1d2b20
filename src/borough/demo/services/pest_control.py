"""Pest control: a workbook for each year, kept by hand, with titles above and the takings at the end."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.place.callers import located, occupant, told, truly
from borough.demo.services.place.happenings import Kind, Office, alike, happened, numbered, recorded
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "pest_control"
KINDS = {"home": Kind(0, "pests"), "anybody": Kind(1, "pests_anybody", alike(12)), "shop": Kind(2, where="shop", yearly=6)}
OFFICE = Office(SERVICE, worst=0.9, reported=4, entered=0.2, down=(dt.date(2023, 8, 7), dt.date(2023, 8, 20)))
PESTS = {
    "winter": {"rats": 38, "mice": 40, "bed bugs": 9, "cockroaches": 9, "fleas": 2, "squirrels": 2},
    "summer": {"rats": 24, "mice": 18, "bed bugs": 10, "cockroaches": 9, "wasps": 22, "ants": 12, "fleas": 4, "squirrels": 1},
}
WRITTEN = {
    "rats": {"Rats": 60, "rats": 14, "Rat": 8, "RATS": 6, "rats in garden": 7, "Rat - under floor": 5},
    "mice": {"Mice": 62, "mice": 16, "mouse": 10, "MICE": 5, "mice in kitchen": 7},
    "bed bugs": {"Bed bugs": 60, "bedbugs": 25, "Bed Bugs (2 beds)": 15},
    "cockroaches": {"Cockroaches": 60, "cockroach": 20, "roaches": 12, "German cockroach": 8},
    "wasps": {"Wasps": 70, "wasp nest": 30}, "ants": {"Ants": 70, "pharaoh ants": 15, "ants": 15}, "fleas": {"Fleas": 80, "fleas (cat)": 20},
    "squirrels": {"Squirrels": 70, "squirrel in loft": 30},
}  # fmt: skip
PRICES = {"rats": 145.0, "mice": 145.0, "bed bugs": 265.0, "cockroaches": 198.0, "wasps": 78.0, "ants": 92.0, "fleas": 118.0, "squirrels": 210.0}
OUTCOMES = {
    "treated, all clear": 30, "Treated": 16, "bait laid, revisit in 2 wks": 14, "proofing advised": 9, "no access": 8, "NO ACCESS - card left": 4, "treated x3, done": 8,
    "cust cancelled": 4, "rubbish in rear garden, advised landlord": 4, "holes behind units - LL to fix": 3,
}  # fmt: skip


def write(world: World, period: Period, yard: Yard) -> None:
    """The workbooks that were saved in the period: of each year that had ended by then, and of the present year so far, if there is a new job."""
    jobs = _jobs(world)
    for year in range(START.year if period.first else period.since.year, period.until.year + 1):
        saved = min(dt.date(year, 12, 31), period.until)
        book = jobs.filter(pl.col("opened").dt.year() == year, pl.col("opened") <= saved)
        if saved >= period.since and (book["opened"] >= period.since).any() | ((book["treated"] >= period.since) & (book["treated"] <= saved)).any():
            _put(world, yard, year, saved, book)


def _jobs(world: World) -> pl.DataFrame:
    chances = Chances(world.plan.seed, SERVICE)
    jobs = numbered(recorded(world, happened(world, SERVICE, KINDS), OFFICE), block=10_000, district=world.district.number, by_year=True)
    summer = jobs["on"].dt.month().is_between(5, 9)
    pest = chances.pick("pest", jobs["id"], PESTS["summer"]).zip_with(summer, chances.pick("pest", jobs["id"], PESTS["winter"]))
    number = pl.col("serial").cast(pl.String).str.zfill(4)
    return jobs.with_columns(
        pl.format("PC{}-{}", pl.col("opened").dt.strftime("%y"), number).alias("job"), pest.alias("pest"),
        later(jobs["opened"], 1 + chances.lag("treated", jobs["id"], 5, 40)).alias("treated"),
    )


def _put(world: World, yard: Yard, year: int, saved: dt.date, jobs: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, SERVICE)
    ids = jobs["id"]
    jobs = located(world, jobs.with_columns(occupant(world, jobs, chances).alias("person")))
    people = told(world, jobs)
    mess = mess_of(world.plan, yard, SERVICE, "jobs", jobs["job"], ids)
    place = mess.address(jobs, "line", column="Address", lines=1)
    customer = mess.name(people, column="Customer", on=jobs["reported"])
    done = jobs["treated"] <= saved
    frame = pl.DataFrame({
        "Job No": jobs["job"], "Booked": jobs["opened"], "Customer": customer.fill_null(jobs["organisation"].str.to_titlecase()),
        "Tel": mess.contact(people["phone"], "phone", column="Tel"), "Address": mess.text(place["address_1"], column="Address"), "P/code": place["postcode"],
        "Pest": _written(jobs, chances), "1st visit": jobs["treated"].zip_with(done, pl.Series([None], dtype=pl.Date)),
        "Price": _price(world, jobs, chances), "Paid": chances.pick("paid", ids, {"Y": 84, "N": 10, "y": 6}),
        "Outcome": chances.pick("outcome", ids, OUTCOMES).zip_with(done, pl.Series([None], dtype=pl.String)),
    })  # fmt: skip
    path = f"data/pest_control/Pest jobs {year} - saved {saved:%Y-%m-%d}.xlsx"
    districts = len(world.plan.districts())
    price = f"{frame['Price'].sum():.2f}" if districts == 1 else ""  # of all of them nobody here knows it
    last = world.district.number == districts - 1
    total = [["Total", "{rows} jobs", "", "", "", "", "", "", price]] if last and mess.file("totals_row", path, "Total") else []
    titles = [["Northmere Commercial Services"], [f"PEST CONTROL JOBS {year}", "", "", "do not sort this sheet"], []]
    yard.sheet(path, mess.doubled(frame), sheet="Jobs", above=titles, below=total)
    yard.truth(SERVICE, "jobs", truly(jobs, "job"))


def _written(jobs: pl.DataFrame, chances: Chances) -> pl.Series:
    """The pest, as whoever took the call wrote it."""
    drawn = jobs.select("pest").with_columns(chances.pick(f"written.{pest}", jobs["id"], ways).alias(pest) for pest, ways in WRITTEN.items())
    said = pl.coalesce(pl.when(pl.col("pest") == pest).then(pest) for pest in WRITTEN)
    return drawn.select(said.alias("written")).to_series()


def _price(world: World, jobs: pl.DataFrame, chances: Chances) -> pl.Series:
    """The tariff of the pest: half of it for who has benefits, nothing for the council's own tenants, here and there a discount."""
    price = jobs["pest"].replace_strict(PRICES, return_dtype=pl.Float64)
    spells = world.lives.spells.filter(pl.col("tenure").cast(pl.String) == "council").select("spell", "uprn", "start", "end")
    own = (
        jobs.select("id", "uprn", "on").join(spells, on="uprn", maintain_order="left")
        .filter(pl.col("start") <= pl.col("on"), pl.col("end").is_null() | (pl.col("end") >= pl.col("on"))).select("id").unique(maintain_order=True)
    )  # fmt: skip
    free = jobs["id"].is_in(own["id"].implode())
    poor = world.of(jobs.select("person"), "benefits")["benefits"].cast(pl.Boolean).fill_null(False)
    share = chances.share("discount", jobs["id"])
    paid = pl.when(pl.lit(free)).then(0.0).when(pl.lit(poor)).then(pl.lit(price) / 2).when(pl.lit(pl.Series(share)) < 0.06).then(pl.lit(price) - 20).otherwise(pl.lit(price))
    return jobs.select(paid.alias("price")).to_series()
