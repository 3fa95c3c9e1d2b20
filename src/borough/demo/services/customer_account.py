"""The customer account: accounts with their preferences, what residents asked for, and notices of moving in."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.lives.traces import Rates, events
from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.housing import of_the_living
from borough.demo.services.people import versions
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.revenue.roll import PEOPLE, PLACE
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "customer_account"
ASKED = Rates(owned=560, social=1000, family=720, hmo=800, void=64, bad=1.2, deprived=1.5, uneven=0.8)
"""Requests for each 1,000 homes and year: about 80,000 a year in a whole borough."""
_REQUESTS = {
    "Council Tax|Change of address": 14, "Council Tax|Balance enquiry": 11, "Housing|Repair": 16, "Housing|Application enquiry": 6, "Benefits|Change of circumstances": 9, "Waste|New container": 9,
    "Waste|Collection enquiry": 9, "Parking|Permit": 10, "Streets|Street light": 4, "Streets|Pothole": 4, "Environmental Health|Enquiry": 3, "Planning|Enquiry": 2, "Registrars|Certificate copy": 3,
    "Libraries|Enquiry": 2, "Schools|Admissions enquiry": 4, "Adult Social Care|Enquiry": 3,
}  # fmt: skip
_TENURES = {"owned": "Owner", "mortgaged": "Owner", "council": "Council tenant", "association": "Housing association tenant", "private": "Private tenant"}


def write(world: World, period: Period, yard: Yard) -> None:
    """Write accounts that changed, requests, and notices of the period."""
    chances = Chances(world.plan.seed, SOURCE)
    states = _states(world, chances)
    for day, rows in versions.files(states, period, "person"):
        _accounts(world, yard, chances, rows, day)
    for day, rows in versions.files(_asked(world, chances, states), period, "n"):
        _contacts(yard, chances, rows, world, day)
    for day, rows in versions.files(_moved(world, chances), period, "stay"):
        _moves(world, yard, rows, day)


def _states(world: World, chances: Chances) -> pl.DataFrame:
    """Each opening, change of address and closure of an account: ``person uprn event entered opened``."""
    online = world.lives.people.filter("online").select("person", "born")
    stays = world.lives.stays.join(online, on="person", how="inner", maintain_order="left").sort("person", "start", "stay")
    reached = pl.max_horizontal("start", pl.col("born").dt.offset_by("18y"))
    stays = stays.with_columns(turn=pl.int_range(pl.len()).over("person"), reached=reached)
    soon = later(stays["reached"], chances.lag("opens", stays["person"], 420, 2500))
    stays = stays.with_columns(soon=soon).with_columns(opened=pl.col("soon").first().over("person"))
    living = pl.col("end").is_null() | (pl.col("end") > pl.col("opened"))
    stays = stays.filter(living & (pl.col("opened").dt.offset_by("-18y") >= pl.col("born")))
    stays = stays.filter((pl.int_range(pl.len()).over("person") == 0) | (pl.lit(chances.share("tells", stays["stay"])) < 0.7))
    changed = later(stays["start"], chances.lag("told", stays["stay"], 30))
    first = pl.int_range(pl.len()).over("person") == 0
    stays = stays.with_columns(event=pl.when(first).then(pl.lit("opened")).otherwise(pl.lit("changed")), entered=pl.when(first).then(pl.max_horizontal("opened", pl.lit(START))).otherwise(pl.max_horizontal(pl.lit(changed), "opened", pl.lit(START))))
    last = stays.unique("person", keep="last", maintain_order=True).filter(pl.col("end").is_not_null())
    closing = last.filter(chances.happens("closes", last["person"], 0.3))
    closed = pl.max_horizontal(pl.lit(later(closing["end"], chances.lag("closed", closing["person"], 60))), "entered").dt.offset_by("1d")
    closing = closing.with_columns(event=pl.lit("closed"), entered=closed)
    every = pl.concat([stays, closing]).select("person", "uprn", "stay", "event", "entered", "opened")
    return every.sort("entered", "person", "stay").unique(["person", "entered"], keep="last", maintain_order=True)


def customer_id(person: pl.Series) -> pl.Series:
    """The number of a person's account."""
    return "C" + code(person, 9)


def _accounts(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    rows = world.at(world.of(rows, *PEOPLE, "email", "phone"), *PLACE)
    ids, keys = rows["person"], customer_id(rows["person"])
    mess = mess_of(of_the_living(world.plan), yard, SOURCE, "accounts", keys, ids, expects={"date_impossible": "counted"})
    name = mess.names(rows, columns=("first_name", "surname"), on=rows["entered"])
    address = mess.address(rows, "line", column="address")
    given = rows["born"].zip_with(pl.Series(chances.share("gives", ids) < 0.35), pl.Series([None], dtype=pl.Date).new_from_index(0, rows.height))
    by = _reachable(chances, rows, chances.pick("by", ids, {"Email": 62, "Text message": 22, "Telephone": 11, "Letter": 5}))
    via = {"Online": 68, "Telephone": 19, "Face to face": 5, "App": 8}
    hours = rows.select(pl.format("{}T{}:{}:00Z", "entered", pl.lit(chances.number("hour", ids, 8, 21)).cast(pl.String).str.zfill(2), pl.lit(chances.number("minute", ids, 10, 59))).alias("t"))["t"]
    flat = pl.DataFrame([
        keys.alias("id"), name["first_name"].alias("given"), name["surname"].alias("family"), mess.contact(rows["email"], "email", column="email"), mess.contact(rows["phone"], "phone", column="phone"),
        mess.date(given, "%Y-%m-%d", column="dateOfBirth").alias("born_text"), rows["opened"].cast(pl.String).alias("created"), mess.uprn(rows["uprn"], rows["parent_uprn"], column="uprn").alias("uprn_text"),
        address["address_1"].alias("formatted"), address["postcode"], by.alias("contactBy"), chances.pick("via", ids, via).alias("serviceBy"),
        chances.happens("news", ids, 0.3).alias("newsletter"), rows["event"], hours.alias("occurredAt"),
    ])  # fmt: skip
    nested = flat.select(
        "event", "occurredAt",
        account=pl.struct("id", "email", "phone", "created", name=pl.struct("given", "family"), dateOfBirth="born_text"),
        address=pl.struct("formatted", "postcode", uprn="uprn_text"), preferences=pl.struct("contactBy", "serviceBy", "newsletter"),
    )  # fmt: skip
    yard.jsonl(f"data/{SOURCE}/accounts_{day}.jsonl", nested)
    yard.truth(SOURCE, "accounts", rows.select("uprn", "person", key=keys, on="opened"))


def _reachable(chances: Chances, rows: pl.DataFrame, by: pl.Series) -> pl.Series:
    """How people want to be reached: by what they have, but for a few who never said what it is."""
    no_email, no_phone = pl.col("email").is_null(), pl.col("phone").is_null()
    lacks = ((pl.lit(by) == "Email") & no_email) | (pl.lit(by).is_in(["Text message", "Telephone"]) & no_phone)
    other = pl.when(~no_phone).then(pl.lit("Telephone")).when(~no_email).then(pl.lit("Email")).otherwise(pl.lit("Letter"))
    careless = pl.lit(chances.share("careless", rows["person"])) < 0.06
    return rows.select(pl.when(lacks & ~careless).then(other).otherwise(pl.lit(by)).alias("by"))["by"]


def _asked(world: World, chances: Chances, states: pl.DataFrame) -> pl.DataFrame:
    """Requests, when they were made and when they were closed; some by customers who signed in."""
    asked = events(world, "customer contact", ASKED)
    live = states.filter(pl.col("event") != "closed").select("uprn", "person", "entered").sort("entered", "person")
    rows = asked.join_asof(live, left_on="on", right_on="entered", by="uprn", strategy="backward", check_sortedness=False).drop("entered")
    signed = pl.lit(chances.share("signed in", rows["n"])) < 0.6
    done = later(rows["on"], chances.lag("done", rows["n"], 6, 120))
    rows = rows.with_columns(person=pl.when(signed).then("person"), done=done, entered=pl.col("on"))
    finished = rows.with_columns(entered="done").filter(chances.happens("finished", rows["n"], 0.97))
    opened = rows.with_columns(done=pl.lit(None, pl.Date))
    return pl.concat([opened, finished])


def _contacts(yard: Yard, chances: Chances, rows: pl.DataFrame, world: World, day: dt.date) -> None:
    rows = world.at(rows, "parent_uprn")
    ids = rows["n"]
    keys = "CS-" + ids.cast(pl.String).str.zfill(9)
    mess = mess_of(world.plan, yard, SOURCE, "contacts", keys, ids)
    what = chances.pick("what", ids, _REQUESTS).str.split("|")
    frame = pl.DataFrame([
        keys.alias("caseReference"), rows.select(pl.when(pl.col("person").is_not_null()).then(pl.lit(customer_id(rows["person"].fill_null(0)))).alias("customerId"))["customerId"],
        what.list.get(0).alias("serviceArea"), what.list.get(1).alias("requestType"), chances.pick("channel", ids, {"Web": 46, "Telephone": 30, "Email": 14, "Face to face": 4, "App": 6}).alias("channel"),
        mess.uprn(rows["uprn"], rows["parent_uprn"], column="locationUprn", patchy=0.2), rows["on"].dt.strftime("%d %b %Y").alias("createdDate"), rows["done"].dt.strftime("%d %b %Y").alias("closedDate"),
        rows.select(pl.when(pl.col("done").is_null()).then(pl.lit("Open")).otherwise(pl.lit("Closed")).alias("status"))["status"], rows["entered"].dt.strftime("%d %b %Y").alias("lastModified"),
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/contacts_{day}.csv", mess.doubled(frame))
    yard.truth(SOURCE, "contacts", rows.select("uprn", "person", "on", key=keys))


def _moved(world: World, chances: Chances) -> pl.DataFrame:
    """Stays of which somebody told by the form: ``stay`` with the home before, the household's size and when it was told."""
    people = world.lives.people.select("person", "online", "born")
    stays = world.lives.stays.join(people, on="person", how="left", maintain_order="left").sort("person", "start", "stay")
    stays = stays.with_columns(before=pl.col("uprn").shift().over("person"), until=pl.col("end").shift().over("person"))
    grown = (pl.col("born").dt.offset_by("18y") <= pl.col("start")).sum().over("household")
    young = (pl.col("born").dt.offset_by("18y") > pl.col("start")).sum().over("household")
    stays = stays.with_columns(adults=grown, children=young)
    told = stays.filter(pl.col("role").is_in(["head", "sharer"]) & pl.col("online") & pl.col("told").is_not_null() & (pl.col("start") >= START))
    told = told.filter(chances.happens("notice", told["stay"], 0.55)).join(world.lives.spells.select("spell", "tenure"), on="spell", how="left", maintain_order="left")
    return told.with_columns(entered=pl.max_horizontal("told", pl.lit(START)))


def _moves(world: World, yard: Yard, rows: pl.DataFrame, day: dt.date) -> None:
    ids, keys = rows["stay"], "MOV" + rows["stay"].cast(pl.String)
    before = rows.select(uprn="before").join(world.ground.properties.select("uprn", "address"), on="uprn", how="left", maintain_order="left")["address"]
    rows = world.at(world.of(rows.drop("born"), *PEOPLE, "email"), *PLACE)
    mess = mess_of(of_the_living(world.plan), yard, SOURCE, "moves", keys, ids, expects={"date_unknown": "refused"})
    address = mess.address(rows, "line", column="New address")
    you = pl.col("tenure").replace_strict(_TENURES, default="Private tenant", return_dtype=pl.String)
    new = rows.select(pl.when(pl.col("before").is_null()).then(pl.lit("Yes")).otherwise(pl.lit("No")).alias("new"))["new"]
    frame = pl.DataFrame([
        keys.alias("Form No"), customer_id(rows["person"]).alias("Account"), mess.name(rows, "spoken", column="Your name", on=rows["entered"]), mess.contact(rows["email"], "email", column="Your email"),
        new.alias("New to the borough"), mess.date(rows["start"], "%d/%m/%Y", column="Date you moved in"), mess.uprn(rows["uprn"], rows["parent_uprn"], column="Property ref (UPRN)"),
        address["address_1"].alias("New address"), address["postcode"].alias("New postcode"), before.alias("Previous address"), rows["adults"].cast(pl.String).alias("Adults"), rows["children"].cast(pl.String).alias("Children"),
        rows.select(you.alias("You are"))["You are"], rows["entered"].dt.strftime("%d/%m/%Y").alias("Submitted"),
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/moved_in_{day}.csv", mess.doubled(frame), separator=";")
    yard.truth(SOURCE, "moves", rows.select("uprn", "person", key=keys, on="start"))
