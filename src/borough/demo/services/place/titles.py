"""Who has owned each home, from when: the sales behind titles, prices and certificates."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.chance import keyed
from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World

FLATS = ("conversion", "estate_flat", "block_flat", "above_shop")


def ownerships(world: World) -> pl.DataFrame:
    """Each owner's time in each dwelling: ``uprn owner kind since turn spell``, the first of a dwelling being turn 0.

    Who died still stands in the register until the heirs have sold: estates are left out.
    """
    owners = world.lives.owners.select("owner", pl.col("kind").cast(pl.String))
    spells = world.lives.spells.select("uprn", "spell", "start", "owner").join(owners, on="owner", how="inner", maintain_order="left")
    spells = spells.filter(pl.col("kind") != "estate").sort("uprn", "start", "spell")
    new = (pl.col("owner") != pl.col("owner").shift(1).over("uprn")).fill_null(True)
    return spells.filter(new).with_columns(pl.int_range(pl.len(), dtype=pl.Int64).over("uprn").alias("turn")).rename({"start": "since"})


def registered(frame: pl.DataFrame, chances: Chances) -> pl.Series:
    """When a change of owner was registered: some weeks after it, sometimes many months."""
    return later(frame["since"], 12 + chances.lag("registered", frame["spell"], 38, 500))


def prices(world: World, frame: pl.DataFrame, chances: Chances) -> pl.Series:
    """What was paid for homes (``uprn since spell``): by size, age, place and year, to the nearest £500."""
    homes = world.at(frame.select("uprn"), "area_m2", "kind", "lsoa").join(world.ground.lsoas.select("lsoa", "deprivation"), on="lsoa", how="left", maintain_order="left")
    year = frame["since"].dt.year().to_numpy() + frame["since"].dt.ordinal_day().to_numpy() / 365
    growth = np.where(year < 2008, 1.075 ** (year - 2008) * 0.55, 0.55 * 1.038 ** (year - 2008))
    place = 1.35 - 0.7 * homes["deprivation"].cast(pl.Float64).fill_null(0.4).to_numpy()
    flat = np.where(homes["kind"].cast(pl.String).is_in(list(FLATS)).to_numpy(), 0.95, 1.0)
    luck = np.exp(0.28 * (chances.share("price", frame["spell"]) - 0.5))
    paid = (90_000 + homes["area_m2"].cast(pl.Float64).fill_null(70).to_numpy() * 5_600 * flat * place) * growth * luck
    return pl.Series("price", np.round(paid / 500).astype(np.int64) * 500)


def hexadecimal(seed: int, name: str, ids: pl.Series, digits: int) -> pl.Series:
    """So many hexadecimal figures for each id."""
    words = -(-digits // 12)
    shares = np.column_stack([keyed(seed, f"{name}.{word}", ids.cast(pl.Int64).to_numpy()) for word in range(words)])
    # 48 of a share's 53 bits, in the order of big ends: six bytes, twelve figures
    figures = (shares * 2.0**48).astype(">u8").view(np.uint8).reshape(len(ids), words, 8)[:, :, 2:]
    text = np.frombuffer(np.ascontiguousarray(figures).tobytes().hex().encode(), dtype=f"S{words * 12}")
    return pl.Series(name, text.astype(str), dtype=pl.String).str.head(digits)
