"""Records of homes and people as four systems write them, for what is measured of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from borough.demo.chance import keyed
from borough.demo.mess.make import mess_of
from borough.demo.mess.mess import Mess
from borough.demo.plan import Plan

DAY = dt.date(2026, 10, 31)
SYSTEMS: dict[str, dict[str, Any]] = {
    "tax": {"whole": 0.4, "style": "upper", "lines": 4, "postcode": True, "share": 0.4, "born": False, "email": 0.25},
    "claims": {"whole": 1.0, "style": "upper", "lines": 1, "postcode": False, "share": 0.3, "born": True, "email": 0.35},
    "library": {"whole": 1.0, "style": "line", "lines": 1, "postcode": True, "share": 0.4, "born": True, "email": 0.7},
    "portal": {"whole": 1.0, "style": "line", "lines": 2, "postcode": True, "share": 0.4, "born": False, "email": 1.0},
}


class Deaf:
    """A yard that need not know what was broken."""

    def faults(self, *_: object) -> None: ...


def sampled(frame: pl.DataFrame, name: str, share: float, by: str) -> pl.DataFrame:
    """Some rows, by an id: the same whenever it is asked."""
    return frame.filter(pl.Series(keyed(1, name, frame[by].to_numpy()) < share))


def addresses(plan: Plan, places: pl.DataFrame) -> pl.DataFrame:
    """What each system says of homes: system, record, uprn, address (postcode included where there is one), said (without the postcode's own column), postcode."""
    parts = []
    for system, how in SYSTEMS.items():
        homes = sampled(places, f"homes.{system}", how["share"], "uprn")
        mess = mess_of(plan, Deaf(), system, "homes", homes["uprn"].cast(pl.String), homes["uprn"])  # type: ignore[arg-type]  # it only listens
        written = mess.address(homes, how["style"], postcode=how["postcode"], column="address", lines=how["lines"])
        lines = [name for name in written.columns if name != "postcode"]
        code = pl.col("postcode") if how["postcode"] else pl.lit(None, pl.String)
        said = written.select(
            pl.concat_str(lines, separator=", ", ignore_nulls=True).alias("said"),
            pl.concat_str(*lines, code, separator=", ", ignore_nulls=True).alias("address"),
            code.alias("postcode"),
        )
        parts.append(pl.concat([homes.select("uprn", system=pl.lit(system), record=pl.lit(f"{system}-") + pl.col("uprn").cast(pl.String)), said], how="horizontal"))
    return pl.concat(parts)


def people(plan: Plan, folk: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    """What each system says of people: system, record, person, first_name, surname, dob (ISO text), postcode, email.

    ``folk``: people with the postcode of their home. ``stays``: person, start, end, postcode; a system has the address of the day on which it last heard of somebody.
    """
    parts = []
    for system, how in SYSTEMS.items():
        some = _as_last_heard(sampled(folk, f"people.{system}", how["share"], "person"), stays, system)
        ids = some["person"]
        mess = mess_of(plan, Deaf(), system, "people", ids.cast(pl.String), ids)  # type: ignore[arg-type]  # it only listens
        names = _names(mess, some, how["whole"])
        has_email = pl.Series(keyed(1, f"email.{system}", ids.to_numpy()) < how["email"])
        others = pl.DataFrame({
            "dob": mess.date(some["born"], "%Y-%m-%d", column="dob").replace("1900-01-01", None) if how["born"] else pl.Series([None] * some.height, dtype=pl.String),
            "postcode": mess.postcode(some["postcode"], column="postcode"),
            "email": mess.contact(some["email"].set(~has_email, None), "email", column="email").str.to_lowercase(),
        })  # fmt: skip
        who = some.select("person", system=pl.lit(system), record=pl.lit(f"{system}-") + pl.col("person").cast(pl.String))
        parts.append(pl.concat([who, names.with_columns(pl.all().str.to_lowercase()), others], how="horizontal"))
    return pl.concat(parts)


def _names(mess: Mess, some: pl.DataFrame, whole: float) -> pl.DataFrame:
    """First name and surname: for a share in columns of their own, for the others as they can be had of ``MS A K BEGUM``."""
    on = pl.Series([DAY]).new_from_index(0, some.height)
    said = mess.names(some, columns=("first_name", "surname"), on=on)
    initial = pl.Series(keyed(1, "whole", some["person"].to_numpy()) >= whole)
    return said.with_columns(pl.when(initial).then(pl.col("first_name").str.head(1)).otherwise("first_name").alias("first_name"))


def _as_last_heard(some: pl.DataFrame, stays: pl.DataFrame, system: str) -> pl.DataFrame:
    """People with the postcode of where they lived on some day of the last four years, more often of late; of now, where that was not here."""
    ago = (keyed(1, f"heard.{system}", some["person"].to_numpy()) ** 2 * 1500).astype(int)
    days = some.select("person", heard=pl.lit(DAY) - pl.duration(days=pl.Series(ago)))
    then = days.join(stays, on="person", how="inner", maintain_order="left")
    then = then.filter((pl.col("start") <= pl.col("heard")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("heard"))))
    then = then.unique("person", keep="first", maintain_order=True).select("person", then="postcode")
    return some.join(then, on="person", how="left", maintain_order="left").with_columns(postcode=pl.coalesce("then", "postcode"))


def whole_homes(folk: pl.DataFrame, count: int) -> pl.DataFrame:
    """The people of so many homes, all who live in each: who is hard to tell apart lives together."""
    homes = folk["uprn"].unique().sort()
    chosen = homes.gather(np.argsort(keyed(1, "homes", homes.to_numpy()), kind="stable")[:count])
    return folk.filter(pl.col("uprn").is_in(chosen.implode()))
