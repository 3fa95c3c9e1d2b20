"""Makes the mess of a table's records, by the plan's rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import polars as pl

from borough.demo.mess import addresses, names, values
from borough.demo.mess.draws import Draws, put
from borough.demo.mess.kinds import rates
from borough.demo.mess.mess import AddressStyle, Mess, NameStyle
from borough.demo.plan import Plan
from borough.demo.yard import Expect, Yard


def mess_of(plan: Plan, yard: Yard, source: str, table: str, keys: pl.Series, ids: pl.Series, *, expects: Mapping[str, Expect] | None = None) -> Mess:
    """The mess of the records of a table: their keys as text, and their ids as whole numbers, in the order of the frame that is being written.

    ``expects``: what becomes of a fault where it is not as usual (``kinds.py``), by kind or by ``column.kind``: an unknown date in a column that
    must have one is refused. Raises ValueError for a rate of the plan that can't be (``kinds.rates``), and for keys and ids of different lengths.
    """
    if keys.len() != ids.len():
        raise ValueError(f"{source}.{table}: {keys.len()} keys, but {ids.len()} ids")
    return _Mess(Draws(plan.seed, (source, table), ids.cast(pl.Int64).to_numpy(), keys.cast(pl.String), rates(plan.rates), expects or {}, yard))


class _Mess:
    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def uprn(self, uprn: pl.Series, parent: pl.Series | None = None, *, column: str, patchy: float = 0.0) -> pl.Series:
        return values.uprn(uprn, parent, self._draws, column, patchy)

    def name(self, people: pl.DataFrame, style: NameStyle = "spoken", *, column: str, on: pl.Series | None = None) -> pl.Series:
        return names.Named(people, self._draws, column, on, style).whole()

    def names(self, people: pl.DataFrame, *, columns: tuple[str, str], on: pl.Series | None = None) -> pl.DataFrame:
        return names.Named(people, self._draws, columns[1], on).two(columns)

    def organisation(self, names_: pl.Series, *, column: str) -> pl.Series:
        return names.organisation(names_, self._draws, column)

    def address(self, places: pl.DataFrame, style: AddressStyle = "line", *, postcode: bool = True, column: str, lines: int = 1) -> pl.DataFrame:
        place = addresses.Place(places, self._draws, column)
        count = 4 if style == "lines" and lines == 1 else lines
        if not postcode:
            return addresses.laid_out(place.lines(place.postcodes), style, count)
        inside = self._draws.hit("postcode_inside", column, place.postcodes.is_not_null() & place.somewhere)
        shown = put(pl.Series([None], dtype=pl.String).new_from_index(0, places.height), inside, place.postcodes.gather(inside))
        codes = self.postcode(put(place.postcodes, inside, None), column=f"{column}.postcode")
        return addresses.laid_out(place.lines(shown), style, count).with_columns(codes.alias("postcode"))

    def postcode(self, postcodes: pl.Series, *, column: str) -> pl.Series:
        return values.postcode(postcodes, self._draws, column)

    def date(self, dates: pl.Series, layout: str = "%d/%m/%Y", *, column: str, unknown: str | None = None) -> pl.Series:
        return values.date(dates, layout, self._draws, column, unknown)

    def nino(self, ninos: pl.Series, *, column: str) -> pl.Series:
        return values.nino(ninos, self._draws, column)

    def contact(self, values_: pl.Series, kind: Literal["email", "phone"], *, column: str) -> pl.Series:
        return values.contact(values_, kind, self._draws, column)

    def text(self, values_: pl.Series, *, column: str) -> pl.Series:
        return values.text(values_, self._draws, column)

    def doubled(self, frame: pl.DataFrame, *, differing: str | None = None) -> pl.DataFrame:
        kind = "double_same" if differing is None else "double_differing"
        rows = self._draws.hit(kind, differing)
        copies = frame[rows]
        if differing is not None:
            copies = copies.with_columns(values.another(copies[differing], self._draws.only(rows)).alias(differing))
        order = pl.concat([pl.Series("n", np.arange(frame.height), dtype=pl.UInt32), rows.alias("n")])
        return pl.concat([frame, copies])[pl.Series(np.argsort(order.to_numpy(), kind="stable"))]

    def file(self, kind: Literal["header_repeated", "totals_row"], path: str, key: str, *, times: int = 1) -> bool:
        draws = replace(self._draws, ids=np.zeros(1, np.int64), keys=pl.Series([key]))
        if times < 1 or draws.share(f"{kind}.{path}")[0] >= draws.rates[kind]:
            return False
        draws.tell(kind, None, pl.Series([0] * times, dtype=pl.UInt32))
        return True
