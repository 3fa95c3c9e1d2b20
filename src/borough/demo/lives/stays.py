"""Who stays where from when until when, and the moves between."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from borough.demo.lives.folk import HEAD, ROLES, SHARER, Folk
from borough.demo.lives.homes import FIRST, LAST, Homes, Ints
from borough.demo.lives.luck import days_of
from borough.demo.lives.slots import ROOM, Slots
from borough.demo.mess.kinds import rates

DAY = pl.Int32


def as_dates(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Days since 1970 as dates."""
    return frame.with_columns(pl.col(columns).cast(pl.Int32).cast(pl.Date))


def stays_of(homes: Homes, slots: Slots, came_from: Ints, party: Ints, table: Folk, person: Ints) -> pl.DataFrame:
    """All stays, without ids and dates as numbers: person, row of the membership, home, spell (places in their tables), slot, start, end, role."""
    until = slots.end.copy()
    moved = np.flatnonzero(came_from >= 0)
    until[came_from[moved]] = slots.start[moved]
    places = pl.DataFrame({"party": party, "slot": np.arange(len(slots)), "spell": slots.spell, "home": slots.home, "from": slots.start, "until": until, "room": slots.kind == ROOM})
    places = places.filter((pl.col("until") > FIRST) & (pl.col("from") <= LAST))
    members = pl.DataFrame(
        {"party": table.party, "row": np.arange(len(table)), "person": person, "role": table.role, "born": table.born, "join": table.join, "leave": table.leave, "dies": table.dies}
    ).filter((pl.col("leave") > FIRST) & (pl.col("join") <= LAST))
    stays = (
        members.join(places, on="party")
        .with_columns(start=pl.max_horizontal("join", "from"), end=pl.min_horizontal("leave", "until"))
        .filter((pl.col("start") < pl.col("end")) & (pl.col("end") > FIRST) & (pl.col("start") <= LAST))
        .with_columns(dies=pl.col("dies") & (pl.col("end") == pl.col("leave")) & (pl.col("end") <= LAST))
        .with_columns(role=pl.when(pl.col("room") & (pl.col("role") == HEAD)).then(SHARER).when(~pl.col("room") & (pl.col("role") == SHARER)).then(HEAD).otherwise("role"))
        .sort("person", "start")
    )
    return stays.select("person", "row", "home", "spell", "slot", "start", "end", "role", "born", "dies", joins=pl.col("start") > pl.col("from"))


def told(starts: Ints, born: Ints, late: float, untold: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """When the council was told of stays: mostly within weeks, some before, a share months late. Second: whether it ever was (0 or 1); a share never."""
    size = len(starts)
    kind, tardy = rng.random(size), rng.random(size) < late
    prompt = np.where(kind < 1 / 6, -rng.integers(0, 21, size), days_of(rng, 1.2, 20, size))
    months = np.where(kind < 2 / 3, days_of(rng, 1.3, 85, size), days_of(rng, 1.5, 260, size))
    lag = np.where(starts == born, days_of(rng, 2.0, 30, size), np.where(tardy, months, prompt))
    return starts + lag, (rng.random(size) >= untold).astype(np.int64)


def dressed(stays: pl.DataFrame, homes: Homes, spell_id: Ints, base: int, given: Mapping[str, float], rng: np.random.Generator) -> pl.DataFrame:
    """The stays as the world shows them, sorted by id. ``given``: the plan's rates of faults, two of which are about moves."""
    shares = rates(given)
    days, ever = told(stays["start"].to_numpy(), stays["born"].to_numpy(), shares["move_late"], shares["move_untold"], rng)
    frame = stays.with_columns(
        uprn=pl.Series(homes.uprn[stays["home"].to_numpy()]),
        spell=pl.Series(spell_id[stays["spell"].to_numpy()]),
        household=pl.col("slot") + base,
        stay=pl.int_range(pl.len(), dtype=pl.Int64) + base,
        role=pl.lit(pl.Series(ROLES)).gather(pl.col("role")),
        end=pl.when(pl.col("end") <= LAST).then("end"),
        told=pl.when(pl.Series(ever == 1)).then(pl.Series(days)),
    )
    return as_dates(frame, "start", "end", "told").select("stay", "person", "uprn", "spell", "household", "start", "end", "role", "told")


def moves_of(stays: pl.DataFrame, homes: Homes) -> pl.DataFrame:
    """One row for each beginning, change and end of a person's residence in the borough."""
    uprn = pl.Series("uprn", homes.uprn[stays["home"].to_numpy()])
    steps = stays.with_columns(uprn).with_columns(before=pl.col("uprn").shift().over("person"), left=pl.col("end").shift().over("person"))
    came = pl.when(pl.col("start") == pl.col("born")).then(pl.lit("born")).when("joins").then(pl.lit("joined"))
    arrivals = steps.select("person", on="start", from_uprn=pl.when(pl.col("left") == pl.col("start")).then("before"), to_uprn="uprn", why=came.otherwise(pl.lit("moved")))
    gone = steps.filter((pl.col("end") <= LAST) & (pl.col("end") != pl.col("start").shift(-1).over("person").fill_null(-1)))
    why = pl.when("dies").then(pl.lit("died")).otherwise(pl.lit("left"))
    departures = gone.select("person", on="end", from_uprn="uprn", to_uprn=pl.lit(None, dtype=pl.Int64), why=why)
    return as_dates(pl.concat([arrivals, departures]).sort("person", "on", "to_uprn", nulls_last=True), "on")
