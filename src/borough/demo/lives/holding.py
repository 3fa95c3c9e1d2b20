"""The spells of homes as the world shows them."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.lives.homes import FIRST, LAST, OWNED, PRIVATE, SOCIAL, Homes, Ints, Reals
from borough.demo.lives.stays import as_dates
from borough.demo.lives.tenure import FIRST_LANDLORD, FIRST_PURCHASE, Landlords, Spells, year_of

LETTINGS = (None, "family", "sharers", "single", "students")


def spells_frame(spells: Spells, homes: Homes, landlords: Landlords, stays: pl.DataFrame, ids: Ints, owner_base: int, rng: np.random.Generator) -> pl.DataFrame:
    """All spells, sorted by id, which is by property and start."""
    size = len(spells)
    most = occupants(stays, size)
    shared = spells.people > 1
    hmo = shared & (most >= 3)
    private = spells.sector == PRIVATE
    cared = (spells.owner >= FIRST_LANDLORD) & (spells.owner < FIRST_PURCHASE)
    care = np.where(cared, landlords.care[np.where(cared, spells.owner - FIRST_LANDLORD, 0)], rng.beta(6, 2, size))
    managed = np.clip(care + rng.normal(0, 0.07, size) - 0.08 * spells.by_room, 0.01, 0.99)
    frame = pl.DataFrame({"spell": ids, "uprn": homes.uprn[spells.home], "start": spells.start, "end": spells.end, "code": spells.letting})
    frame = frame.with_columns(
        end=pl.when(pl.col("end") <= LAST).then("end"),
        tenure=pl.Series(_tenures(spells, rng)),
        letting=pl.lit(pl.Series(LETTINGS, dtype=pl.String)).gather(pl.col("code")),
        hmo=pl.Series(hmo),
        households=pl.Series(np.where(most == 0, 0, np.where(shared, np.minimum(spells.people, np.maximum(most, 1)), 1))),
        occupants=pl.Series(most),
        owner=pl.Series(spells.owner + owner_base),
        rent=pl.when(pl.Series(spells.sector != OWNED) & pl.Series(most > 0)).then(pl.Series(_rents(spells, homes, rng))),
        managed=pl.when(pl.Series(private)).then(pl.Series(managed.round(3))).otherwise(pl.Series(np.where(spells.sector == SOCIAL, 0.8, 0.9))),
    )
    return as_dates(frame, "start", "end").drop("code")


def _tenures(spells: Spells, rng: np.random.Generator) -> list[str]:
    names = np.array(["owned", "private", "council", "void"], dtype=object)[spells.sector]
    association = (spells.sector == SOCIAL) & (spells.owner > 0)
    # Who had bought long before has mostly paid.
    held = ((np.maximum(spells.start, FIRST) + np.minimum(spells.end, LAST)) / 2 - spells.start) / 365.25
    owing = (spells.sector == OWNED) & (rng.random(len(spells)) < np.interp(held, [0, 10, 20, 28, 40], [0.8, 0.72, 0.4, 0.1, 0.02]))
    return np.where(association, "association", np.where(owing, "mortgaged", names)).tolist()  # type: ignore[no-any-return]  # numpy's tolist gives Any


def _rents(spells: Spells, homes: Homes, rng: np.random.Generator) -> Ints:
    """Pounds a month."""
    beds, room = homes.beds[spells.home], spells.by_room
    years = np.maximum(year_of(spells.start) - 2021, 0)
    market: Reals = (820 + 330 * beds) * np.exp(-0.08 * homes.deprivation[spells.home]) * 1.045**years * rng.normal(1, 0.07, len(spells))
    market = np.where(room, spells.people * 610 * 1.045**years * rng.normal(1, 0.06, len(spells)), market)
    social = (395 + 62 * beds) * 1.03**years * rng.normal(1, 0.05, len(spells))
    rents: Ints = (np.where(spells.sector == SOCIAL, social, market) / 5).astype(np.int64) * 5
    return rents


def occupants(stays: pl.DataFrame, spells: int) -> Ints:
    """For each spell the most people who stayed at once."""
    steps = pl.concat([stays.select("spell", on="start", step=1), stays.select("spell", on="end", step=-1)])
    most = steps.sort("spell", "on", "step").select("spell", n=pl.col("step").cum_sum().over("spell")).group_by("spell").agg(pl.col("n").max()).sort("spell")
    found = np.zeros(spells, dtype=np.int64)
    found[most["spell"].to_numpy()] = most["n"].to_numpy()
    return found
