"""Which school a child goes to, and when: of the residents, and of those who come from outside."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.chance import Shares
from borough.demo.plan import HORIZON, START
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.people.homes import people, strangers
from borough.demo.world import World

PHASES = {"nursery": (-1, -1), "primary": (0, 6), "secondary": (7, 13)}
"""First and last year group of each phase; reception is 0."""
SIXTH_FORM, ELSEWHERE, NURSERY, FROM_OUTSIDE = 0.55, 0.06, 0.45, 0.03
"""Shares: who stays at school after year 11, who is educated privately or at home, who goes to a school's nursery, who comes from outside."""
_SALT = 41_000_271


def first_september(born: pl.Expr) -> pl.Expr:
    """The calendar year in which a child comes to reception."""
    return born.dt.year() + pl.when(born.dt.month() < 9).then(4).otherwise(5)


def numbers(person: pl.Series) -> pl.DataFrame:
    """``pupil_id`` and ``upn`` of each child: the same in every system that has them."""
    figures = code(person, 12, _SALT)
    letters = pl.Series([chr(65 + n) for n in range(26) if chr(65 + n) not in "ISO"], dtype=pl.String)
    check = letters.gather(person.cast(pl.Int64) % len(letters))
    return pl.DataFrame([("4" + code(person, 10, _SALT)).alias("pupil_id"), (check + figures).alias("upn")])


def schools(world: World) -> pl.DataFrame:
    """The district's schools: ``name dfe phase x y``, at least one of each phase."""
    found = world.ground.properties.filter((pl.col("kind") == "school") & pl.col("last_day").is_null()).sort("uprn")
    if found.height < 2:
        found = world.ground.properties.sort("uprn").head(2).with_columns(organisation=pl.col("street_name") + " SCHOOL")
    title = pl.coalesce("organisation", pl.col("street_name") + " SCHOOL").str.to_titlecase()
    found = found.with_row_index("n").select("x", "y", "n", name=title, older=title.str.contains("(?i)secondary|high school|academy|college|upper"))
    if found["older"].all() or not found["older"].any():
        found = found.with_columns(older=pl.col("n") % 5 == 0)
    # by their names in the gazetteer some teach fewer years: here each teaches all of its phase
    high = pl.col("name").str.replace("(?i)(primary|infant|junior|nursery) school$", "High School")
    young = pl.col("name").str.replace("(?i)infant school$", "Infant and Junior School").str.replace("(?i)junior school$", "Junior and Infant School")
    found = found.with_columns(name=pl.when("older").then(high).otherwise(young.str.replace("Infant and Junior and Infant", "Infant and Junior").str.replace("(?i)nursery school$", "Nursery and Primary School")))
    number = pl.format("{}/{}", 430 + world.district.number, pl.when("older").then(4000).otherwise(2000) + pl.col("n"))
    return found.select("name", "x", "y", dfe=number, phase=pl.when("older").then(pl.lit("secondary")).otherwise(pl.lit("primary")))


def enrolments(world: World, chances: Chances) -> pl.DataFrame:
    """A row for each child and phase at a school: ``person enrolment phase intake since until known_left school dfe …`` with the person's columns.

    ``since`` is the first day at the school and ``until`` the last (null: beyond HORIZON), of which the council knows on ``known_left``.
    Who comes from outside has the columns of an address too.
    """
    oldest, youngest = START.year - 20, HORIZON.year - 2
    residents = people(world).filter(pl.col("born").dt.year().is_between(oldest, youngest))
    outside = strangers(world, chances, FROM_OUTSIDE, born=(oldest, youngest)).with_columns(arrived=pl.lit(dt.date(2000, 1, 1)), left=pl.lit(None, pl.Date))
    children = pl.concat([residents, outside], how="diagonal")
    parts = [_phase(children, name, chances) for name in PHASES]
    rows = pl.concat(parts).sort("person", "since", maintain_order=True)
    return _at_school(world, rows, chances)


def _phase(children: pl.DataFrame, name: str, chances: Chances) -> pl.DataFrame:
    first, last = PHASES[name]
    away = chances.happens("elsewhere", children["person"], ELSEWHERE)
    if name == "nursery":
        away = away | ~chances.happens("nursery", children["person"], NURSERY)
    row = children.filter(~away).with_columns(intake=first_september(pl.col("born")), phase=pl.lit(name))
    ids = row["person"]
    stays_on = pl.lit(chances.happens("sixth form", ids, SIXTH_FORM)) if name == "secondary" else pl.lit(True)
    row = row.with_columns(
        since=pl.max_horizontal(pl.date(pl.col("intake") + first, 9, 2), later(row["arrived"], chances.number(f"settling {name}", ids, 3, 30))),
        until=pl.min_horizontal(
            pl.date(pl.col("intake") + pl.when(stays_on).then(last).otherwise(11 if name == "secondary" else last) + 1, 7, 20),
            later(row["left"], chances.number(f"leaving {name}", ids, -10, 20)),
        ),
    )
    row = row.with_columns(enrolment=pl.col("person") * 4 + list(PHASES).index(name))
    row = row.with_columns(known_left=later(row["until"], chances.lag("told", row["enrolment"], 14, 120)))
    return row.filter((pl.col("since") < pl.col("until")) & (pl.col("known_left") >= START))


def _at_school(world: World, rows: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """With the school: mostly the nearest of the home where the child lived when it came, for some the second, the third or any."""
    choice = schools(world)
    where = world.lives.stays.select("person", "uprn", "start")
    first = rows.select("enrolment", "person", "since").join(where, on="person", how="inner", maintain_order="left").filter(pl.col("start") <= pl.col("since"))
    first = first.sort("enrolment", "start", maintain_order=True).unique("enrolment", keep="last", maintain_order=True)
    points = rows.select("enrolment").join(world.at(first, "x", "y"), on="enrolment", how="left", maintain_order="left")
    rank = np.searchsorted(np.array([0.62, 0.82, 0.92]), chances.share("which school", rows["enrolment"]), side="right")
    anywhere = chances.share("any school", rows["enrolment"])
    parts = []
    for phase in ("primary", "secondary"):
        of = choice.filter(pl.col("phase") == phase)
        mask = (rows["phase"] == "secondary").to_numpy() == (phase == "secondary")
        at = points.filter(pl.Series(mask)).select(pl.col("x", "y").cast(pl.Float64)).to_numpy()
        place = _ranked(at, of.select(pl.col("x", "y").cast(pl.Float64)).to_numpy(), rank[mask], anywhere[mask])
        parts.append(rows.filter(pl.Series(mask)).with_columns(of[pl.Series(place)].select(pl.col("name").alias("school"), "dfe")))
    return pl.concat(parts).sort("person", "since", maintain_order=True)


def _ranked(at: Shares, schools: Shares, rank: npt.NDArray[np.int64], anywhere: Shares) -> npt.NDArray[np.int64]:
    """For each point the place of the school that is so near (0: nearest, 3: any)."""
    found = np.floor(anywhere * len(schools)).astype(np.int64)
    near = np.flatnonzero((rank < 3) & ~np.isnan(at).any(axis=1))
    for part in np.array_split(near, max(1, len(near) // 20_000)):
        distance = np.hypot(at[part, :1] - schools[None, :, 0], at[part, 1:] - schools[None, :, 1])
        order = np.argsort(distance, axis=1, kind="stable")
        found[part] = order[np.arange(len(part)), np.minimum(rank[part], len(schools) - 1)]
    return found


def on_roll(rows: pl.DataFrame, day: dt.date, before: dt.date) -> pl.DataFrame:
    """Who is on a school's roll on a day, or was known to have left it since a day before: one row for each child."""
    known = rows.filter((pl.col("since") <= day) & (pl.col("known_left") > before))
    known = known.unique("person", keep="last", maintain_order=True)
    gone = pl.col("known_left") <= day
    year = pl.col("on_year") - pl.col("intake")
    return known.with_columns(on_year=pl.lit(day.year if day.month >= 9 else day.year - 1)).with_columns(
        gone=gone, left_on=pl.when(gone).then("until"),
        year_group=pl.when(year < 0).then(pl.lit("N2")).when(year == 0).then(pl.lit("R")).when(year > 14).then(pl.lit("X")).otherwise(year.cast(pl.String)),
    )  # fmt: skip
