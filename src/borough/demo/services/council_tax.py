"""Council tax: the tables of the system, as its last changes left them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.mess.mess import Mess
from borough.demo.plan import Period, Plan
from borough.demo.services.people import versions
from borough.demo.services.people.chances import Chances, code
from borough.demo.services.revenue import recovery
from borough.demo.services.revenue.liability import joint, occupations
from borough.demo.services.revenue.reductions import reductions
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "council_tax"
_BEGAN = pl.date(1993, 4, 1)
"""When council tax did."""


def write(world: World, period: Period, yard: Yard) -> None:
    """Write what changed in the tables."""
    chances = Chances(world.plan.seed, SOURCE)
    held = occupations(world, chances)
    _properties(world, period, yard)
    _accounts(world, period, yard, chances, held)
    _occupations(period, yard, held)
    _liable(world, period, yard, chances, held)
    _reductions(world, period, yard, chances, held)
    taken = recovery.steps(world, chances, held)
    _recovery(period, yard, taken)
    _arrears(period, yard, chances, taken)


def property_ref(uprn: str = "uprn") -> pl.Expr:
    """The system's own number of a property: the gazetteer's cross-references have it."""
    return pl.format("CT{}", (pl.col(uprn) * 37 % 10**9).cast(pl.String).str.zfill(9))


def stated(frame: pl.DataFrame, period: Period, end: Sequence[str] = ("ended", "end_entered")) -> pl.DataFrame:
    """Records of ``entered`` and ``end_entered`` that changed in the period, as they stood at its end, with ``last_updated``."""
    shown = frame.filter(pl.col("entered") <= period.until)
    over = pl.col("end_entered").is_not_null() & (pl.col("end_entered") <= period.until)
    shown = shown.with_columns(pl.when(over).then(name).alias(name) for name in end)
    shown = shown.with_columns(last_updated=pl.max_horizontal("entered", "end_entered"))
    return shown if period.first else shown.filter(pl.col("last_updated") >= period.since)


def unnamed(plan: Plan) -> Plan:
    """The plan for a system in which the world itself says who is billed as the occupier, and which firms are."""
    return replace(plan, rates={**plan.rates, "name_occupier": 0.0})


def _since_it_began(frame: pl.DataFrame) -> pl.DataFrame:
    """With no day before there was council tax: who lived there already was billed from its first day."""
    days = pl.col(pl.Date)
    return frame.with_columns(pl.when(days < _BEGAN).then(_BEGAN).otherwise(days).name.keep())


def _properties(world: World, period: Period, yard: Yard) -> None:
    homes = world.ground.properties.filter("is_dwelling").with_columns(started=pl.max_horizontal(pl.col("first_day").fill_null(_BEGAN), _BEGAN), ended=pl.col("last_day"))
    homes = homes.with_columns(entered="started", end_entered=pl.col("ended").dt.offset_by("10d"), property_ref=property_ref())
    rows = stated(homes, period).sort("uprn")
    mess = mess_of(world.plan, yard, SOURCE, "properties", rows["property_ref"], rows["uprn"])
    address = mess.address(rows, "upper", lines=4, column="address")
    frame = rows.select(
        "property_ref", uprn=mess.uprn(rows["uprn"], rows["parent_uprn"], column="uprn", patchy=0.04),
        **{f"addr{n}": address[f"address_{n}"] for n in (1, 2, 3, 4)}, postcode=address["postcode"], band="tax_band", effective_date="started", deleted_date="ended", created_date="entered", last_updated="last_updated",
    )  # fmt: skip
    yard.table(SOURCE, "property", frame, key="property_ref")
    yard.truth(SOURCE, "properties", rows.select(key="property_ref", uprn="uprn", on="started"))


def _accounts(world: World, period: Period, yard: Yard, chances: Chances, held: pl.DataFrame) -> None:
    known = stated(held, period=Period(period.until))
    live = pl.col("end_entered").is_null().any()
    rows = known.group_by("account", maintain_order=True).agg(
        pl.col("person", "owner", "party_type").first(), pl.col("uprn").last(), started=pl.col("started").min(), entered=pl.col("entered").min(),
        ended=pl.when(~live).then(pl.col("ended").max()), end_entered=pl.when(~live).then(pl.col("end_entered").max()), last_updated=pl.col("last_updated").max(),
    ).sort("account")  # fmt: skip
    if not period.first:
        rows = rows.filter(pl.col("last_updated") >= period.since)
    rows = named(world, rows)
    refs = code(rows["account"], 10)
    mess = mess_of(unnamed(world.plan), yard, SOURCE, "accounts", refs, rows["account"])
    paid = chances.pick("pays", rows["account"], {"DD": 62, "BC": 22, "CA": 9, "SO": 7})
    elsewhere = pl.col("payer").is_not_null()  # an owner, or a resident who lets homes
    frame = rows.select(
        account_ref=refs, lead_party_ref=party(), lead_name=called(mess, rows), status=pl.when(pl.col("ended").is_null()).then(pl.lit("L")).otherwise(pl.lit("C")), pay_method=paid,
        corr_address=pl.when(elsewhere).then("address"), corr_postcode=mess.postcode(rows.select(pl.when(elsewhere).then("postcode"))["postcode"], column="correspondence_postcode"),
        email=mess.contact(rows["email"], "email", column="email"), tel_no=mess.contact(rows["phone"], "phone", column="phone"),
        opened_date="started", closed_date="ended", created_date="entered", closed_input_date="end_entered", last_updated="last_updated",
    )  # fmt: skip
    yard.table(SOURCE, "account", _since_it_began(frame), key="account_ref")
    yard.truth(SOURCE, "accounts", rows.select("person", key=refs, uprn="uprn", on="started"))


def named(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a ``person`` or an ``owner``, with the columns of people and of owners (``owner_name``, and the ``address postcode`` they are written to)."""
    owners = world.lives.owners.select(payer="owner", address="address", postcode="postcode", owner_name="name")
    lets = world.lives.people.select("person", lets="owner")
    rows = rows.join(lets, on="person", how="left", maintain_order="left").with_columns(payer=pl.coalesce("owner", "lets"))
    known = world.of(rows, "title", "first", "middle", "surname", "birth_surname", "surname_from", "nickname", "died", "email", "phone")
    return known.join(owners, on="payer", how="left", maintain_order="left")


def called(mess: Mess, rows: pl.DataFrame) -> pl.Series:
    """The names of parties: people as ``SURNAME, MR First``, firms as they write themselves, EXORS OF the dead, or THE OCCUPIER."""
    people = mess.name(rows, "surname_first", column="name", on=rows["last_updated"])
    firm = (pl.col("party_type") == "C") & pl.col("owner_name").str.contains(r"(?i)\b(ltd|limited|plc|llp)\b")
    firms = mess.organisation(rows.select(pl.when(firm).then("owner_name"))["owner_name"], column="name")
    title, first, last = (pl.col("owner_name").str.extract(r"^(?i)((?:mrs?|ms|miss|dr)\.?) (\S+) (.+)$", n) for n in (1, 2, 3))
    owners = rows.select(pl.when(~firm).then(pl.coalesce(pl.concat_str(last.str.to_uppercase(), pl.lit(", "), title.str.to_uppercase(), pl.lit(" "), first), "owner_name")).alias("name"))
    estates = rows.select(pl.when(pl.col("party_type") == "E").then(pl.lit("EXORS OF ")).otherwise(pl.lit("")) + pl.lit(owners["name"]))
    return people.fill_null(firms).fill_null(estates.to_series()).fill_null("THE OCCUPIER").alias("name")


def party() -> pl.Expr:
    """The reference of an account's lead party."""
    return pl.format("P{}", pl.col("account"))


def _occupations(period: Period, yard: Yard, held: pl.DataFrame) -> None:
    rows = stated(held, period).with_columns(occupation_id=pl.col("occupation").cast(pl.String))
    frame = rows.select(
        "occupation_id", account_ref=code(rows["account"], 10), property_ref=property_ref(), occ_type="class",
        occ_start="started", occ_end="ended", created_date="entered", end_input_date="end_entered", last_updated="last_updated",
    )  # fmt: skip
    yard.table(SOURCE, "occupation", _since_it_began(frame), key="occupation_id")
    yard.truth(SOURCE, "occupations", rows.select("uprn", "person", key="occupation_id", on="started"))


def _liable(world: World, period: Period, yard: Yard, chances: Chances, held: pl.DataFrame) -> None:
    lead = held.with_columns(order=pl.lit(1, pl.Int64), liable=pl.col("account"))
    beside = joint(world, chances, held).rename({"person": "other"}).join(held, on="occupation", how="left", maintain_order="left")
    beside = beside.with_columns(order=pl.int_range(2, pl.len() + 2).over("occupation").cast(pl.Int64), liable=pl.col("other"), person=pl.col("other"), owner=pl.lit(None, pl.Int64), party_type=pl.lit("P"))
    every = pl.concat([lead, beside.select(lead.columns)]).sort("occupation", "order").with_columns(number=pl.col("occupation") * 10 + pl.col("order"))
    rows = named(world, stated(every, period))
    keys = rows["number"].cast(pl.String)
    mess = mess_of(unnamed(world.plan), yard, SOURCE, "liability_persons", keys, rows["number"])
    frame = rows.select(
        liability_id=keys, occupation_id=pl.col("occupation").cast(pl.String), account_ref=code(rows["account"], 10), party_ref=pl.format("P{}", "liable"), property_ref=property_ref(),
        full_name=called(mess, rows), party_type="party_type", liab_order="order",
        liab_start="started", liab_end="ended", created_date="entered", end_input_date="end_entered", last_updated="last_updated",
    )  # fmt: skip
    yard.table(SOURCE, "liability_person", _since_it_began(frame), key="liability_id")
    yard.truth(SOURCE, "liability_persons", rows.select("uprn", "person", key=keys, on="started"))


def _reductions(world: World, period: Period, yard: Yard, chances: Chances, held: pl.DataFrame) -> None:
    rows = stated(reductions(world, chances, held), period).sort("reduction")
    keys = rows["reduction"].cast(pl.String)
    frame = rows.select(
        exemption_id=keys, account_ref=code(rows["account"], 10), property_ref=property_ref(), class_code="code", percentage="percentage",
        start_date="started", end_date="ended", created_date="entered", end_input_date="end_entered", last_updated="last_updated",
    )  # fmt: skip
    yard.table(SOURCE, "exemption", _since_it_began(frame), key="exemption_id")
    yard.truth(SOURCE, "exemptions", rows.select("uprn", "person", key=keys, on="started"))


def _recovery(period: Period, yard: Yard, taken: pl.DataFrame) -> None:
    rows = versions.table(taken, period, "recovery").sort("recovery")
    keys = rows["recovery"].cast(pl.String)
    frame = rows.select(
        recovery_id=keys, account_ref=code(rows["account"], 10), property_ref=property_ref(), stage="stage", issue_date="on", amount="amount", costs="costs", created_date="entered", last_updated="entered"
    )
    yard.table(SOURCE, "summons", frame, key="recovery_id")
    yard.truth(SOURCE, "summonses", rows.select("uprn", "person", "on", key=keys))


def _arrears(period: Period, yard: Yard, chances: Chances, taken: pl.DataFrame) -> None:
    rows = versions.table(recovery.arrears(chances, taken), period, "row").sort("row")
    rows = rows.with_columns(account_ref=code(rows["account"], 10), property_ref=property_ref())
    frame = rows.select("account_ref", "property_ref", "fin_year", "charged", "paid", balance=(pl.col("charged") - pl.col("paid")).round(2), last_updated="entered")
    yard.table(SOURCE, "arrears", frame, key=["account_ref", "property_ref", "fin_year"])
    yard.truth(SOURCE, "arrears", rows.select("uprn", "person", key=pl.format("{}|{}|{}", "account_ref", "property_ref", "fin_year"), on="entered"))
