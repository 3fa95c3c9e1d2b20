"""What befalls homes and streets, and how much of it a service's people write down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from borough.demo.chance import stream
from borough.demo.lives.traces import Rates, events
from borough.demo.plan import HORIZON, START
from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World

KINDS = 16
"""A service has fewer kinds than this: an event's id is its number among its kind, times this, and the kind."""
BLOCK = 10_000_000
"""Events of a kind in a district are fewer than this."""


@dataclass(frozen=True)
class Kind:
    """A kind of event of a service: what homes leave (``trace``, with ``rates`` where the table of traces has none), or what
    happens beside streets or in shops (``yearly`` for each 1,000 dwellings) and belongs to no home.
    """

    number: int
    trace: str = ""
    rates: Rates | None = None
    where: Literal["home", "street", "shop"] = "home"
    yearly: float = 0.0


def alike(yearly: float) -> Rates:
    """Rates that tell nothing of who lives in a home: quarrels, crews that leave a street out, what befalls anybody."""
    return Rates(owned=yearly, social=yearly, family=yearly, hmo=yearly, void=yearly / 10, bad=1.0, deprived=1.2, uneven=0.5)


def happened(world: World, service: str, kinds: Mapping[str, Kind]) -> pl.DataFrame:
    """The events of a service from START to HORIZON: ``id kind uprn home on``.

    ``uprn`` is where it is: of a street's event the property that it is beside, and ``home`` is false.
    """
    parts = []
    for name, kind in kinds.items():
        found = events(world, kind.trace, kind.rates).select("n", "uprn", "on") if kind.where == "home" else _elsewhere(world, service, name, kind)
        parts.append(found.select(
            (pl.col("n") * KINDS + kind.number).alias("id"), pl.lit(name).alias("kind"), "uprn", pl.lit(kind.where != "street").alias("home"), "on",
        ))  # fmt: skip
    return pl.concat(parts).sort("on", "id")


def _elsewhere(world: World, service: str, name: str, kind: Kind) -> pl.DataFrame:
    """Events beside any property of a street, or in shops, more of them where people are poorer."""
    chance = stream(world.plan.seed, world.district.number, "place", service, name)
    places = world.ground.properties.select("uprn", "is_dwelling", "kind", "lsoa")
    dwellings = int(places["is_dwelling"].sum())
    places = places.filter(pl.col("kind") == "shop") if kind.where == "shop" else places.filter(pl.col("is_dwelling"))
    days = (HORIZON - START).days + 1
    count = int(chance.poisson(kind.yearly * dwellings / 1000 * days / 365.25)) if places.height else 0
    deprivation = places.join(world.ground.lsoas.select("lsoa", "deprivation"), on="lsoa", how="left", maintain_order="left")["deprivation"]
    weight = np.cumsum(0.4 + deprivation.cast(pl.Float64).fill_null(0.4).to_numpy())
    rows = np.searchsorted(weight, chance.random(count) * weight[-1], side="right") if count else np.zeros(0, np.int64)
    on = pl.Series("on", np.sort((chance.random(count) * days).astype(np.int64)))
    numbers = pl.int_range(1, pl.len() + 1, dtype=pl.Int64) + world.district.number * BLOCK
    return pl.DataFrame({"uprn": places["uprn"].gather(pl.Series(rows, dtype=pl.UInt32)), "on": on}).select(
        numbers.alias("n"), "uprn", (pl.lit(START) + pl.duration(days=pl.col("on"))).alias("on")
    )


@dataclass(frozen=True)
class Office:
    """How a service's people write down what they hear: the share of it in the ward whose team records worst (elsewhere up to
    all of it), the mean days until it is reported and then entered, and the weeks of 2023 in which their system was down.
    """

    service: str
    worst: float = 0.7
    reported: float = 1.5
    entered: float = 1.5
    down: tuple[dt.date, dt.date] = (dt.date(2023, 3, 6), dt.date(2023, 4, 2))


CAUGHT_UP = 0.55
"""The share of what came while the system was down that was entered afterwards, from paper."""
MISLAID = 0.03
"""The share of what is reported that lies about for weeks, in somebody's inbox, before it is entered."""


def recorded(world: World, found: pl.DataFrame, office: Office) -> pl.DataFrame:
    """The events that were written down, with the days on which they were ``reported`` and ``opened`` (entered)."""
    chances = Chances(world.plan.seed, office.service)
    ward = world.at(found.select("uprn"), "ward")["ward"].fill_null(0)
    share = pl.Series(office.worst + (1 - office.worst) * chances.share("ward", ward))
    written = found.filter(chances.happens("written", found["id"], share))
    ids = written["id"]
    reported = later(written["on"], chances.lag("reported", ids, office.reported, 90))
    mislaid = pl.Series(chances.happens("mislaid", ids, MISLAID).cast(pl.Int64))
    opened = later(reported, chances.lag("entered", ids, office.entered, 60) + mislaid * chances.lag("mislaid_days", ids, 40, 300))
    first, last = office.down
    missed = opened.is_between(first, last)
    afterwards = later(pl.Series([last], dtype=pl.Date).new_from_index(0, written.height), 1 + chances.lag("caught_up", ids, 12, 60))
    return written.with_columns(
        reported.alias("reported"), pl.when(missed).then(afterwards).otherwise(opened).alias("opened")
    ).filter(~missed | chances.happens("kept_on_paper", ids, CAUGHT_UP))


def closed(cases: pl.DataFrame, chances: Chances, *, mean: float, entered: float, never: float) -> pl.DataFrame:
    """Cases (``id reported opened``) with the days on which they were ``closed`` and on which that was entered; null for those that never are."""
    ids = cases["id"]
    done = later(cases["reported"], 1 + chances.lag("closed", ids, mean, 300))
    noted = later(done, chances.lag("closed_entered", ids, entered, 90))
    stays = chances.happens("never_closed", ids, never)
    return cases.with_columns(done.alias("closed"), noted.alias("closed_entered")).with_columns(
        pl.when(~stays).then("closed").alias("closed"),
        pl.when(~stays).then(pl.max_horizontal("closed_entered", "opened")).alias("closed_entered"),
    )


def numbered(cases: pl.DataFrame, *, block: int, district: int, day: str = "opened", by_year: bool = False) -> pl.DataFrame:
    """Cases with their ``serial`` number in order of entry, from a district's block on; again from the beginning each year, where ``by_year``."""
    ordered = cases.sort(day, "id")
    count = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    return ordered.with_columns((count.over(pl.col(day).dt.year()) if by_year else count).alias("serial") + district * block)
