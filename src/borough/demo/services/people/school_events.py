"""What happens round a school place: applications and offers, claims for free meals, attendance and exclusions."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.mess.mess import Mess
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later, named
from borough.demo.services.people.homes import believed, heads, residents, settled, strained, truly
from borough.demo.services.people.layout import laid_out
from borough.demo.services.people.schooling import numbers, schools
from borough.demo.services.people.versions import files, steps
from borough.demo.world import World
from borough.demo.yard import Expect, Yard

SOURCE = "schools"
_DOB: dict[str, Expect] = {"date_impossible": "counted"}
_PARENT = ("title", "first", "middle", "surname", "birth_surname", "surname_from", "nickname", "email", "phone", "nino")
_ACTIONS = {"SUSP": 46.0, "PN": 34.0, "NTI": 9.0, "PEX": 1.2, "PROS": 2.5, "CME": 5.0, "SAO": 1.0, "ESO": 1.3}
_REASONS = {
    "SUSP": {"Persistent disruptive behaviour": 52.0, "Physical assault against a pupil": 18.0, "Verbal abuse or threatening behaviour against an adult": 16.0, "Damage": 6.0, "Drug and alcohol related": 8.0},
    "PEX": {"Persistent disruptive behaviour": 50.0, "Physical assault against an adult": 25.0, "Use or threat of use of an offensive weapon": 25.0},
    "": {"Unauthorised term-time leave": 60.0, "Persistent unauthorised absence": 30.0, "Severe absence": 10.0},
}  # fmt: skip
DAY = pl.col("_day")


def _with_parents(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with a ``household``, and the parent who answers for it in the columns ``p_…``."""
    parents = world.lives.people.select("person", *_PARENT).rename({"person": "adult"} | {name: f"p_{name}" for name in _PARENT})
    known = rows.join(heads(world).select("household", "adult"), on="household", how="left", maintain_order="left")
    return known.join(parents, on="adult", how="left", maintain_order="left")


def _parent_name(mess: Mess, rows: pl.DataFrame, style: str, column: str) -> pl.Series:
    parents = rows.select(pl.col(f"p_{name}").alias(name) for name in _PARENT)
    return mess.name(parents, "surname_first" if style == "surname_first" else "spoken", column=column)


def _residents(world: World, rows: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """Rows of residents with home and household as believed on their day (``_day``), and the parent."""
    own = residents(rows)
    return _with_parents(world, settled(world, believed(world, own, "_day", chances)))


def _applications(world: World, rows: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """Every application with the days on which it was made and decided: in the round for who was here in time, else during the year."""
    asked = rows.filter(pl.col("phase") != "nursery")
    ids = asked["enrolment"]
    year = pl.col("intake") + pl.when(pl.col("phase") == "secondary").then(7).otherwise(0)
    term = pl.date(year, 9, 2)
    in_time = pl.col("since") <= term
    early, soon = chances.number("early", ids, 0, 115), chances.number("soon", ids, 5, 25)
    deadline = pl.when(pl.col("phase") == "primary").then(pl.date(year, 1, 15)).otherwise(pl.date(year - 1, 10, 31))
    offers = pl.when(pl.col("phase") == "primary").then(pl.date(year, 4, 16)).otherwise(pl.date(year, 3, 1))
    asked = asked.with_columns(
        _year=pl.when(in_time).then(year).otherwise(pl.col("since").dt.year()),
        round=pl.when(~in_time).then(pl.lit("IY")).when(pl.col("phase") == "primary").then(pl.lit("R")).otherwise(pl.lit("S7")),
        _day=pl.when(in_time).then(deadline - pl.duration(days=pl.lit(early))).otherwise(pl.col("since") - pl.duration(days=pl.lit(soon))),
        decided=pl.when(in_time).then(offers).otherwise(pl.col("since") - pl.duration(days=pl.lit(soon // 2))),
    )
    asked = asked.with_columns(_day=pl.max_horizontal("_day", pl.col("arrived") + pl.duration(days=1)))
    asked = asked.with_columns(decided=pl.max_horizontal("decided", pl.col("_day") + pl.duration(days=3)))
    return _preferences(world, asked.filter(DAY >= START), chances)


def _preferences(world: World, asked: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    choice, ids = schools(world), asked["enrolment"]
    first = chances.happens("first preference", ids, 0.78)
    others = [choice["name"].gather(chances.number(f"preference {n}", ids, 0, choice.height - 1)) for n in (1, 2)]
    outcome = chances.pick("outcome", ids, {"OFF": 94, "REF": 3, "WDN": 3})
    return asked.with_columns(
        pref1=pl.when(pl.lit(first)).then("school").otherwise(pl.lit(others[0])), pref2=pl.when(pl.lit(first)).then(pl.lit(others[0])).otherwise("school"),
        pref3=pl.lit(others[1]), final=outcome, application="A" + code(ids, 10, 77),
    ).with_columns(offer=pl.when(pl.col("final") == "OFF").then("school"), pending=pl.lit("PEN"))  # fmt: skip


def admissions(world: World, period: Period, yard: Yard, chances: Chances, rows: pl.DataFrame) -> None:
    """Applications as they are made, and again as they are decided."""
    asked = _residents(world, _applications(world, rows, chances), chances)
    made = asked.with_columns(
        made=later(asked["_day"], chances.entry("typed", asked["enrolment"], 3, 40)), settled=pl.col("decided") + pl.duration(days=1)
    ).with_columns(settled=pl.max_horizontal("made", "settled"))
    for day, part in files(steps(made, ["made", "settled"], {"settled": ("final", "offer", "decided")}), period, "application", ends=(8, 31)):
        ids = part["enrolment"]
        mess = mess_of(named(world.plan), yard, SOURCE, "admissions", part["application"], ids, expects=_DOB)
        address = mess.address(part, "line", column="address")
        frame = part.select(
            APP_REF="application", ROUND="round", ENTRY_YR=pl.col("_year").cast(pl.String),
            CHILD_NAME=mess.name(part.with_columns(died=pl.lit(None, pl.Date)), column="pupil_name"), CHILD_DOB=mess.date(part["born"], "%d-%b-%Y", column="date_of_birth"),
            APPLICANT=_parent_name(mess, part, "spoken", "applicant_name"), HOME_UPRN=mess.uprn(part["uprn"], part["parent_uprn"], column="uprn"),
            HOME_ADDRESS=address["address_1"], HOME_PCODE=address["postcode"],
            EMAIL=mess.contact(part["p_email"], "email", column="email"), TEL=mess.contact(part["p_phone"], "phone", column="phone"),
            PREF1="pref1", PREF2="pref2", PREF3="pref3", OFFER_SCHOOL="offer", OUTCOME=pl.col("final").fill_null(pl.col("pending")),
            RECD=DAY.dt.strftime("%d/%m/%Y"), OFFER_DATE=pl.col("decided").dt.strftime("%d/%m/%Y"), UPDATED=pl.col("entered").dt.strftime("%d/%m/%Y"),
        )  # fmt: skip
        yard.csv(f"data/{SOURCE}/admissions_{day:%Y%m%d}.csv", mess.doubled(frame, differing="PREF3"), encoding="cp1252", separator="|")
        yard.truth(SOURCE, "admissions", part.select(truly(), "uprn", key="application", on=DAY))


def meals(world: World, period: Period, yard: Yard, chances: Chances, rows: pl.DataFrame) -> None:
    """Claims for free meals: of most households on benefits when a child comes to a school, and of some others."""
    asked = rows.with_columns(_day=later(rows["since"], chances.lag("claims", rows["enrolment"], 40, 300)))
    asked = _residents(world, asked.filter((DAY >= START) & (DAY <= HORIZON)), chances).join(strained(world), on="household", how="left", maintain_order="left")
    entitled = pl.col("claims").fill_null(False)
    asked = asked.filter(pl.lit(chances.share("claim", asked["enrolment"])) < pl.when(entitled).then(0.9).otherwise(0.06)).filter(pl.col("adult").is_not_null())
    ids = asked["enrolment"]
    made = asked.with_columns(
        claim="FSM" + code(ids, 10, 901), made=later(asked["_day"], chances.entry("typed claim", ids, 2, 30)),
        outcome=pl.when(entitled).then(pl.lit("Eligible")).otherwise(pl.lit("Not eligible")),
        benefit=chances.pick("benefit", ids, {"Universal Credit": 78, "Income Support": 6, "Child Tax Credit": 8, "Guarantee Pension Credit": 2, "Asylum support": 6}),
    ).with_columns(settled=pl.col("made") + pl.duration(days=pl.lit(chances.number("decides", ids, 0, 16))), begins=pl.when(entitled).then(DAY + pl.duration(days=7)))
    made = made.with_columns(ends=pl.when(entitled & (pl.col("until") > pl.col("begins"))).then("until"))
    made = made.with_columns(over=pl.when(pl.col("ends").is_not_null()).then(pl.max_horizontal("known_left", "settled")))
    shows = {"settled": ("outcome", "begins"), "over": ("ends",)}
    for day, part in files(steps(made, ["made", "settled", "over"], shows), period, "claim"):
        mess = mess_of(named(world.plan), yard, SOURCE, "meals", part["claim"], part["enrolment"], expects=_DOB)
        shown = part.select(
            "claim", numbers(part["person"])["pupil_id"], "benefit", pl.col("outcome").fill_null("Pending"),
            child=mess.name(part.with_columns(died=pl.lit(None, pl.Date)), column="pupil_name"), dob=mess.date(part["born"], "%Y-%m-%d", column="date_of_birth"),
            parent=_parent_name(mess, part, "surname_first", "claimant_name"), ni=mess.nino(part["p_nino"], column="nino"),
            code=mess.postcode(part["postcode"], column="postcode"), got=DAY.dt.strftime("%Y-%m-%d"), begins=pl.col("begins").dt.strftime("%Y-%m-%d"),
            ends=pl.col("ends").dt.strftime("%Y-%m-%d"), changed=pl.col("entered").dt.strftime("%Y-%m-%d"),
        )  # fmt: skip
        records = shown.select(
            claimReference="claim", received="got", lastChanged="changed", child=pl.struct(studentId="pupil_id", name="child", dateOfBirth="dob"),
            claimant=pl.struct(name="parent", niNumber="ni", postcode="code", qualifyingBenefit="benefit"),
            decision=pl.struct(pl.col("begins").alias("from"), pl.col("ends").alias("to"), outcome="outcome"),
        )  # fmt: skip
        yard.json(f"data/{SOURCE}/fsm_claims_{day}.json", mess.doubled(records), envelope="claims", about={"extract": "Free school meals", "made": day.isoformat()})
        yard.truth(SOURCE, "meals", part.select(truly(), "uprn", key="claim", on=DAY))


def _acted(rows: pl.DataFrame, year: int, chances: Chances) -> pl.DataFrame:
    """The actions of an academic year: about one pupil in nine has one, more of the older ones."""
    first = dt.date(year, 9, 8)
    ids = rows["enrolment"] * 100 + year % 100
    row = rows.with_columns(act=ids, _day=pl.Series([first]).new_from_index(0, rows.height))
    row = row.with_columns(_day=later(row["_day"], chances.number("acted on", ids, 0, 305)))
    share = pl.when(pl.col("phase") == "secondary").then(0.15).when(pl.col("phase") == "primary").then(0.06).otherwise(0.0)
    row = row.filter((pl.lit(chances.share("acted", ids)) < share) & DAY.is_between("since", "until"))
    return row.with_columns(_day=DAY - pl.duration(days=(DAY.dt.weekday() - 5).clip(0)))


def actions(world: World, period: Period, yard: Yard, chances: Chances, rows: pl.DataFrame) -> None:
    """Attendance and exclusion cases."""
    acted = pl.concat([_acted(rows, year, chances) for year in range(START.year, HORIZON.year)]).filter(DAY >= START)
    acted = _residents(world, acted, chances)
    ids = acted["act"]
    kind = chances.pick("action", ids, _ACTIONS)
    reason = pl.when(kind == "SUSP").then(chances.pick("reason", ids, _REASONS["SUSP"])).when(kind == "PEX").then(chances.pick("reason", ids, _REASONS["PEX"])).otherwise(chances.pick("reason", ids, _REASONS[""]))
    acted = acted.with_columns(
        key="EA" + code(ids, 12, 13), kind=kind, reason=reason, days=pl.when(kind == "SUSP").then(chances.number("days", ids, 1, 10) / 2),
        entered=later(acted["_day"], chances.entry("entered", ids, 9, 200)), amount=pl.when(kind == "PN").then(pl.when(DAY.ge(dt.date(2024, 8, 19))).then(80).otherwise(60)),
    )
    for day, part in files(acted, period, "key"):
        mess = mess_of(named(world.plan), yard, SOURCE, "actions", part["key"], part["act"], expects=_DOB)
        address = mess.address(part, "line", column="address")
        frame = laid_out(part, {
        "Case/Action No": pl.col("key"), "Student Id": numbers(part["person"])["pupil_id"], "Student": mess.name(part.with_columns(died=pl.lit(None, pl.Date)), "surname_first", column="pupil_name"),
        "D.O.B.": mess.date(part["born"], "%d.%m.%Y", column="date_of_birth"), "Parent/Carer": _parent_name(mess, part, "spoken", "parent_name"),
        "Address": address["address_1"], "Postcode": address["postcode"],
        "Action Code": pl.col("kind"), "Reason": mess.text(part["reason"], column="reason"), "Days": pl.col("days").cast(pl.String), "Penalty": pl.format("£{}.00", "amount"),
        "Action Date": DAY.dt.strftime("%d/%m/%Y"), "Input Date": pl.col("entered").dt.strftime("%d/%m/%Y"),
    })  # fmt: skip
        yard.csv(f"data/{SOURCE}/ews_actions_{day}.csv", mess.doubled(frame, differing="Action Code"))
        yard.truth(SOURCE, "actions", part.select(truly(), "uprn", "key", on=DAY))
