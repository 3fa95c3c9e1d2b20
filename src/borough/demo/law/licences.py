"""Licences: an application, its decision, its term, its renewal or its end."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from borough.demo.law.owing import NEVER, Ints, Owing, dates, days
from borough.demo.plan import HORIZON

GRANTED, REFUSED, WITHDRAWN = "granted", "refused", "withdrawn"
TERM = 5
FEES = {"mandatory": 1500, "additional": 1200, "selective": 895}
PREFIXES = {"mandatory": "MHMO", "additional": "AHMO", "selective": "SEL"}
GENERATIONS = 7
"""How often one owner can apply for one home."""
_END = int(days(pl.Series([HORIZON]))[0])


@dataclass
class Chain:
    """Applications, one row each; days as numbers since 1970."""

    owing: Ints
    applied: Ints
    decided: Ints
    outcome: Ints
    """0 granted, 1 refused, 2 withdrawn."""
    starts: Ints
    expires: Ints

    def where(self, which: np.typing.NDArray[np.generic]) -> Chain:
        """Some of them."""
        return Chain(*(getattr(self, f.name)[which] for f in fields(self)))


def joined(chains: list[Chain]) -> Chain:
    """Chains one after another."""
    return Chain(*(np.concatenate([getattr(c, f.name) for c in chains]) for f in fields(Chain)))


def chain(owing: Owing, which: Ints, applied: Ints, chance: np.random.Generator) -> Chain:
    """What follows from first applications of some of the owing: decisions, terms, renewals, new attempts after a refusal."""
    made = []
    after = np.full(len(which), -NEVER)
    for _ in range(GENERATIONS):
        live = (applied <= owing.last[which]) & (applied <= _END)
        which, applied, after = which[live], applied[live], after[live]
        if not len(which):
            break
        step = _decided(owing, which, applied, after, chance)
        made.append(step)
        applied, after = _again(owing, step, chance), np.where(step.outcome == 0, step.expires, after)
    return joined(made) if made else Chain(*(np.empty(0, dtype=np.int64) for _ in fields(Chain)))


def _decided(owing: Owing, which: Ints, applied: Ints, after: Ints, chance: np.random.Generator) -> Chain:
    """The decisions on applications. A licence begins with its scheme at the earliest, and when the one before has run out."""
    size = len(which)
    scheme_first = days(owing.frame["scheme_first"])[which]
    scheme_last = days(owing.frame["scheme_last"])[which]
    first = np.where(scheme_first < NEVER, scheme_first, -NEVER)
    rush = np.where(np.abs(applied - first) < 120, 70, 0)
    slow = np.where(chance.random(size) < 0.01, 500, 0)
    decided = applied + 14 + chance.gamma(2.0, 18.0, size).astype(np.int64) + (rush * chance.random(size)).astype(np.int64) + slow
    managed = owing.frame["managed"].cast(pl.Float64).fill_null(0.6).to_numpy()[which]
    draw = chance.random(size)
    refused = 0.012 + 0.05 * np.clip(0.5 - managed, 0, 1)
    outcome = np.select([draw < refused, draw < refused + 0.03], [1, 2], 0)
    # Short terms go to who was caught late, or gives cause for concern.
    short = chance.random(size) < 0.05 + 0.25 * np.clip(0.5 - managed, 0, 1)
    years = np.where(short, np.where(chance.random(size) < 0.7, 1, 2), TERM)
    starts = np.maximum.reduce([decided, first, after + 1])
    expires = np.minimum(starts + np.round(years * 365.25).astype(np.int64) - 1, scheme_last)
    # Nothing is granted for after a scheme's last day: such an application is withdrawn.
    outcome = np.where((outcome == 0) & (expires <= starts), 2, outcome)
    return Chain(which, applied, decided, outcome, starts, expires)


def _again(owing: Owing, step: Chain, chance: np.random.Generator) -> Ints:
    """When the same owner applies again: to renew, or after a refusal or withdrawal. ``NEVER`` for who doesn't."""
    size = len(step.owing)
    willing = owing.willing[step.owing]
    goes_on = step.expires < days(owing.frame["scheme_last"])[step.owing]
    renews = (step.outcome == 0) & goes_on & (chance.random(size) < 0.45 + 0.5 * willing)
    lag = np.where(chance.random(size) < 0.6, -chance.integers(10, 90, size), chance.exponential(110, size)).astype(np.int64)
    retries = (step.outcome > 0) & (chance.random(size) < 0.4)
    retry = step.decided + 30 + chance.exponential(150, size).astype(np.int64)
    return np.select([renews, retries], [step.expires + lag, retry], NEVER)


def frame_of(owing: Owing, made: Chain, district: int, chance: np.random.Generator) -> pl.DataFrame:
    """The licences as a frame, by day of application; beside the columns of ``Law.licences``: ``owing`` and ``valid_to``, the last day on which one really counts."""
    facts = owing.frame.select(
        "owing", "uprn", "owner", "part", "kind", "occupants", "households", "dwelling_kind", "bedrooms", "hmo",
        "scheme_last", owed_last=pl.col("last_day"),
    )  # fmt: skip
    ended = _ended(owing, made, chance)
    granted = made.outcome == 0
    frame = pl.DataFrame({
        "owing": made.owing, "applied": dates(made.applied), "decided": dates(np.where(made.decided > _END, NEVER, made.decided)),
        "outcome": pl.Series(made.outcome).replace_strict({0: GRANTED, 1: REFUSED, 2: WITHDRAWN}, return_dtype=pl.String),
        "starts": dates(np.where(granted, made.starts, NEVER)), "expires": dates(np.where(granted, made.expires, NEVER)),
        "ended": dates(np.where(granted, ended, NEVER)), "slack": chance.integers(0, 3, len(made.owing)),
        "storeys": chance.choice([2, 2, 2, 3, 3, 4], len(made.owing)), "part_fee": chance.integers(0, 2, len(made.owing)),
    })  # fmt: skip
    undecided = pl.col("decided").is_null()
    return (
        frame.with_columns(
            outcome=pl.when(undecided).then(pl.lit("pending")).otherwise("outcome"),
            starts=pl.when(~undecided).then("starts"),
            expires=pl.when(~undecided).then("expires"),
        )
        .join(facts, on="owing", how="left", maintain_order="left")
        .sort("applied", "uprn", "owing", "starts")
        .with_row_index("n", district * 200_000 + 1)
        .with_columns(_reference(), *_particulars(), valid_to=pl.min_horizontal("expires", "ended", "owed_last"))
        .select(
            "licence", "uprn", "owner", "kind", "applied", "decided", "outcome", "starts", "expires", "ended",
            "max_occupants", "max_households", "storeys", "fee", "owing", "valid_to",
        )
    )  # fmt: skip


def _reference() -> pl.Expr:
    prefix = pl.col("kind").replace_strict(PREFIXES, return_dtype=pl.String)
    return pl.concat_str(
        [prefix, pl.lit("/"), pl.col("applied").dt.strftime("%y"), pl.lit("/"), pl.col("n").cast(pl.String).str.zfill(6)]
    ).alias("licence")


def _particulars() -> list[pl.Expr]:
    """What a licence allows: a little more than who lives there; a few let in more than they may."""
    flat = pl.col("dwelling_kind").is_in(["block_flat", "estate_flat", "conversion", "above_shop"])
    return [
        (pl.col("occupants") + pl.col("slack") - 1).clip(1).cast(pl.Int64).alias("max_occupants"),
        pl.when("hmo").then((pl.col("households") + pl.col("slack") - 1).clip(2)).otherwise(1).cast(pl.Int64).alias("max_households"),
        pl.when(flat).then(1).when(pl.col("dwelling_kind") == "bungalow").then(1).otherwise("storeys").cast(pl.Int64).alias("storeys"),
        (pl.col("kind").replace_strict(FEES, return_dtype=pl.Int64) - 95 * pl.col("part_fee")).cast(pl.Float64).alias("fee"),
    ]


def _ended(owing: Owing, made: Chain, chance: np.random.Generator) -> Ints:
    """When licences were revoked or surrendered. Of those who sell or stop letting, three in four never tell: their licence stands in the register until it expires."""
    size = len(made.owing)
    managed = owing.frame["managed"].cast(pl.Float64).fill_null(0.6).to_numpy()[made.owing]
    revoked = made.starts + 60 + (chance.random(size) * 1500).astype(np.int64)
    revoked = np.where(chance.random(size) < 0.004 + 0.03 * np.clip(0.5 - managed, 0, 1), revoked, NEVER)
    stopped = owing.last[made.owing]
    told = (stopped < _END) & (chance.random(size) < 0.25)
    given_up = np.where(told, stopped + chance.exponential(80, size).astype(np.int64), NEVER)
    ended = np.minimum(revoked, given_up)
    return np.where((ended > made.starts) & (ended < made.expires), ended, NEVER)
