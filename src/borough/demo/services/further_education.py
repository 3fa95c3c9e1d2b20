"""Further education: learners and their courses, as the providers' records export them (XML)."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later, named
from borough.demo.services.people.homes import OUTSIDE, believed, outsiders, people, residents, settled, strangers, truly
from borough.demo.services.people.schooling import SIXTH_FORM, first_september
from borough.demo.services.people.versions import files, steps
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "further_education"
ADULTS, FROM_OUTSIDE = 0.042, 0.05
"""Adults who begin a course in a year, and people from outside who do."""
SUMMER = (7, 31)
"""The end of the providers' year."""
_COURSES = {
    "60310125": ("ESOL Entry Level", "E"), "60342461": ("Functional Skills Mathematics", "1"), "60342473": ("Functional Skills English", "1"), "50104992": ("Certificate in Hairdressing", "2"),
    "60145347": ("Diploma in Plumbing", "2"), "60171103": ("Extended Diploma in Health and Social Care", "3"), "50117895": ("Access to Higher Education: Nursing", "3"), "60146212": ("AAT Accounting", "3"),
    "60174372": ("Diploma in Electrical Installation", "3"), "ZPROG001": ("Apprenticeship, Adult Care Worker", "2"), "60305063": ("Introduction to Digital Skills", "E"), "Z0007850": ("Community Learning: Café Français", "E"),
}  # fmt: skip
_TAGS = ("LearnAimRecord", "LearnAimRef", "Title", "Level", "LearnStartDate", "LearnPlanEndDate", "LearnActEndDate", "CompStatus", "LastChanged")
_LEARNER = ("LearnRefNumber", "ULN", "FamilyName", "GivenNames", "DateOfBirth", "AddLine1", "Postcode", "Email")


def write(world: World, period: Period, yard: Yard) -> None:
    """Write the courses begun or ended in the period."""
    chances = Chances(world.plan.seed, SOURCE)
    rows = _courses(world, chances)
    for day, part in files(steps(rows, ["made", "shut"], {"shut": ("ended", "result")}), period, "key", ends=SUMMER):
        _extract(world, yard, chances, day, part)


def _courses(world: World, chances: Chances) -> pl.DataFrame:
    """A course a year at most for each learner: the young who left school after year 11, and adults of all ages."""
    outside = strangers(world, chances, FROM_OUTSIDE, born=(START.year - 55, START.year - 12)).with_columns(arrived=pl.lit(dt.date(2000, 1, 1)), left=pl.lit(None, pl.Date))
    everyone = pl.concat([people(world), outside], how="diagonal").filter(pl.col("born") < dt.date(HORIZON.year - 16, 1, 1))
    rows = pl.concat([_of_year(everyone, year, chances) for year in range(START.year, HORIZON.year)])
    ids = rows["course"]
    aim = chances.pick("aim", ids, dict.fromkeys(_COURSES, 1.0))
    titles = pl.DataFrame([(ref, *rest) for ref, rest in _COURSES.items()], schema=["aim", "title", "level"], orient="row")
    length = chances.number("length", ids, 1, 3) * 95
    result = chances.pick("result", ids, {"2": 78, "3": 19, "6": 3})
    rows = rows.with_columns(aim=aim, length=length, result=result).rename({"title": "_title"}).join(titles, on="aim", how="left", maintain_order="left")
    planned = pl.col("begins") + pl.duration(days=pl.col("length"))
    share = pl.Series(chances.share("when", ids))
    ended = pl.when(pl.col("result") == "2").then(planned + pl.duration(days=pl.lit((share * 20).floor()) - 10)).otherwise(pl.col("begins") + pl.duration(days=(pl.col("length") * pl.lit(share)).floor() + 1))
    rows = rows.with_columns(planned=planned, ended=ended, key="LA" + code(ids, 12, 71_717), made=later(rows["begins"], chances.entry("typed", ids, 12, 90)))
    rows = rows.with_columns(shut=later(rows["ended"], chances.entry("shut", ids, 18, 120)))
    return rows.with_columns(shut=pl.max_horizontal("made", "shut"))


def _of_year(everyone: pl.DataFrame, year: int, chances: Chances) -> pl.DataFrame:
    ids = everyone["person"] * 100 + year % 100
    school_year = pl.lit(year) - first_september(pl.col("born"))
    young = school_year.is_in([12, 13]) & pl.lit(~at_sixth_form(everyone, chances))
    share = pl.when(pl.col("person") >= OUTSIDE).then(0.3).when(young).then(0.8).when(school_year > 13).then(ADULTS).otherwise(0.0)
    autumn = chances.happens("autumn", ids, 0.7)
    offset = chances.number("late", ids, 0, 28).zip_with(autumn, chances.number("spring", ids, 110, 230))
    begins = later(pl.Series([dt.date(year, 9, 6)]).new_from_index(0, everyone.height), offset)
    rows = everyone.with_columns(course=ids, begins=begins, since=begins).filter(pl.lit(chances.share("learns", ids)) < share)
    return rows.filter((pl.col("begins") >= pl.col("arrived")) & (pl.col("left").is_null() | (pl.col("begins") < pl.col("left"))))


def at_sixth_form(everyone: pl.DataFrame, chances: Chances) -> pl.Series:
    """Who is at a school's sixth form: as the schools say."""
    return Chances(chances.seed, "schools").happens("sixth form", everyone["person"], SIXTH_FORM)


def _extract(world: World, yard: Yard, chances: Chances, day: dt.date, part: pl.DataFrame) -> None:
    inside = residents(part)
    full = settled(world, believed(world, inside, "begins", chances), outsiders(part)).sort("key")
    mess = mess_of(named(world.plan), yard, SOURCE, "learners", full["key"], full["course"], expects={"date_impossible": "counted"})
    name = mess.names(full.drop("died").with_columns(title=pl.col("_title")), columns=("given", "family"), on=full["begins"])
    address = mess.address(full, "line", column="address")
    over = pl.col("ended").is_not_null()
    numbered = pl.when(chances.happens("has number", full["course"], 0.97)).then(pl.lit(code(full["person"], 10, 8_080)))
    told = full.select(
        LearnAimRecord="key", LearnAimRef="aim", Title=mess.text(full["title"], column="course"), Level="level", LearnStartDate=_iso("begins"), LearnPlanEndDate=_iso("planned"), LearnActEndDate=_iso("ended"),
        CompStatus=pl.when(over).then("result").otherwise(pl.lit("1")), LastChanged=_iso("entered"), LearnRefNumber="L" + code(full["person"], 11, 606), ULN=numbered,
        FamilyName=name["family"], GivenNames=name["given"], DateOfBirth=mess.date(full["born"], "%Y-%m-%d", column="date_of_birth"), AddLine1=address["address_1"], Postcode=address["postcode"],
        Email=mess.contact(full["email"], "email", column="email"),
    )  # fmt: skip
    yard.lines(f"data/further-education/ILR-{day:%Y%m%d}-{world.district.number:02}.xml", _document(told, day))
    yard.truth(SOURCE, "learners", full.select(truly(), "uprn", "key", on="begins"))


def _iso(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d")


def _document(records: pl.DataFrame, day: dt.date) -> pl.Series:
    """The lines of the document: an element for each course, its learner inside; what is null has none."""
    safe = records.with_columns(pl.all().cast(pl.String).str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"]))
    own, learner = ([pl.format(f"<{tag}>{{}}</{tag}>", tag).fill_null("") for tag in tags] for tags in (_TAGS, _LEARNER))
    lines = safe.select(pl.concat_str(pl.lit("  <LearningDelivery>"), *own, pl.lit("<Learner>"), *learner, pl.lit("</Learner></LearningDelivery>"))).to_series()
    head = ['<?xml version="1.0" encoding="utf-8"?>', '<Message xmlns="ESFA/ILR/export">', f"  <Header><DateTime>{day}</DateTime></Header>"]
    return pl.concat([pl.Series(head), lines, pl.Series(["</Message>"])])
