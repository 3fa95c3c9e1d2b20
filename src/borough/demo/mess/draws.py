"""What chance says of the records of a table: the same for a record, whichever others are asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from borough.demo.chance import Ids, Shares, keyed
from borough.demo.mess.kinds import KINDS
from borough.demo.yard import Expect, Yard


@dataclass(frozen=True)
class Draws:
    """The draws of some records. ``scope`` is the table, ``expects`` what becomes of a fault where it is not as usual, by kind or ``column.kind``."""

    seed: int
    scope: tuple[str, str]
    ids: Ids
    keys: pl.Series
    rates: Mapping[str, float]
    expects: Mapping[str, Expect]
    yard: Yard

    def share(self, name: str) -> Shares:
        """A number from 0 to 1 for each record."""
        return keyed(self.seed, ".".join((*self.scope, name)), self.ids)

    def pick(self, name: str, count: int) -> pl.Series:
        """A whole number below ``count`` for each record."""
        return pl.Series(name, (self.share(name) * count).astype(np.int64))

    def only(self, rows: pl.Series) -> Draws:
        """The draws of some of the records, by their places."""
        return replace(self, ids=self.ids[rows.to_numpy()], keys=self.keys.gather(rows))

    def hit(self, kind: str, column: str | None, able: pl.Series | None = None, *, more: float = 0.0) -> pl.Series:
        """The places of the records that have a fault; told to the yard."""
        return self.one_of({kind: able}, column, more=more)[kind]

    def one_of(self, kinds: Mapping[str, pl.Series | None], column: str | None, *, more: float = 0.0) -> dict[str, pl.Series]:
        """For each kind the places of the records that have it, of those that can; a record has one of the kinds at most. ``more``: added to the first kind's rate."""
        share = self.share(f"{column}.{next(iter(kinds))}")
        found, low = {}, 0.0
        for place, (kind, able) in enumerate(kinds.items()):
            high = low + self.rates[kind] + (more if place == 0 and self.rates[kind] > 0 else 0.0)
            mask = (share >= low) & (share < high)
            if able is not None:
                mask &= able.fill_null(False).to_numpy()
            found[kind] = pl.Series(kind, np.flatnonzero(mask), dtype=pl.UInt32)
            self.tell(kind, column, found[kind])
            low = high
        return found

    def tell(self, kind: str, column: str | None, rows: pl.Series) -> None:
        """Tell the yard what was broken."""
        if rows.len():
            expect = self.expects.get(f"{column}.{kind}") or self.expects.get(kind) or KINDS[kind].expect
            self.yard.faults(kind, *self.scope, self.keys.gather(rows), column, expect)


Change = Callable[[pl.Series, Draws], pl.Series]
"""What a fault makes of texts; with the draws of their records."""


def changed(values: pl.Series, rows: pl.Series, draws: Draws, change: Change) -> pl.Series:
    """Texts, some of which a fault has changed."""
    return put(values, rows, change(values.gather(rows), draws.only(rows))) if rows.len() else values


def put(values: pl.Series, rows: pl.Series, new: pl.Series | str | None) -> pl.Series:
    """Values with others at some places."""
    if not rows.len():
        return values
    others = new if isinstance(new, pl.Series) else pl.Series([new] * rows.len(), dtype=values.dtype)
    return values.clone().scatter(rows, others).alias(values.name)


def texts(values: pl.Series, *expressions: pl.Expr) -> pl.Series:
    """One text of expressions over ``x``."""
    return values.alias("x").to_frame().select(pl.concat_str(*expressions)).to_series()


def chosen(choices: Sequence[str], which: pl.Series) -> pl.Series:
    """The choice of each number."""
    return pl.Series(list(choices), dtype=pl.String).gather(which)
