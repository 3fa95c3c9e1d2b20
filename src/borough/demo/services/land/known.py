"""What the gazetteer knew on a day: objects with their status and class, and their names.

Sites are entered as provisional when the plans are approved and approved when they are numbered; conversions are found out about late;
what is pulled down becomes historic when somebody tells.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.chance import keyed
from borough.demo.world import World

LOADED = dt.date(2001, 6, 15)
"""The day on which the gazetteer was first filled."""
HMO_CLASS = "RH03"
SITE_NUMBERS = 240


def objects(world: World, day: dt.date) -> pl.DataFrame:
    """The objects entered by a day: the columns of properties, with entered, approved, closed (days entered; null if not yet), status, state, updated, settled (updated, but for its class and tidying), class_since, previous_class."""
    seed, homes = world.plan.seed, world.ground.properties
    ids = homes["uprn"].to_numpy()
    site = (pl.col("first_day") > LOADED) & (pl.col("built") >= pl.col("first_day").dt.year())
    ahead, late, told = (pl.Series((low + span * keyed(seed, f"gazetteer {name}", ids) ** 2).astype(int)) for name, low, span in (("site", 90, 410), ("found", 5, 240), ("gone", 3, 120)))
    found = homes.with_columns(
        site=site,
        entered=pl.when(pl.col("first_day") <= LOADED).then(pl.lit(LOADED)).when(site).then(pl.col("first_day") - pl.duration(days=pl.lit(ahead)))
        .otherwise(pl.col("first_day") + pl.duration(days=pl.lit(late))).cast(pl.Date),
        closed=(pl.col("last_day") + pl.duration(days=pl.lit(told))).cast(pl.Date),
    ).with_columns(entered=pl.max_horizontal("entered", pl.lit(LOADED)))  # fmt: skip
    found = found.with_columns(approved=pl.when("site").then(pl.max_horizontal("entered", "first_day")).otherwise("entered")).filter(pl.col("entered") <= day)
    found = found.with_columns(pl.when(pl.col(c) <= day).then(c).alias(c) for c in ("approved", "closed"))
    found = found.join(_reclassified(world, day), on="uprn", how="left", maintain_order="left")
    found = found.with_columns(touched=_touched(found, seed, day))
    gone, open_ = pl.col("closed").is_not_null(), pl.col("approved").is_not_null()
    return found.with_columns(
        status=pl.when(gone).then(8).when(open_).then(1).otherwise(6), state=pl.when(gone).then(4).when(open_).then(2).otherwise(1),
        previous_class=pl.when(pl.col("class_since").is_not_null()).then("class_code"),
        class_code=pl.when(pl.col("class_since").is_not_null()).then(pl.lit(HMO_CLASS)).otherwise("class_code"),
        settled=pl.max_horizontal("entered", "approved", "closed"), updated=pl.max_horizontal("entered", "approved", "closed", "class_since", "touched"),
    )  # fmt: skip


def _touched(found: pl.DataFrame, seed: int, day: dt.date) -> pl.Series:
    """When a record was last put in order without anything having happened: a point moved, a reference to the map renewed."""
    ids = found["uprn"].to_numpy()
    luck, when = keyed(seed, "gazetteer touched", ids), (keyed(seed, "gazetteer touched on", ids) * 5100).astype(int)
    on = found.select(on=pl.lit(dt.date(2014, 1, 1)) + pl.duration(days=pl.lit(pl.Series(when))), due=pl.lit(pl.Series(luck < 0.35)), closed="closed", entered="entered")
    in_time = pl.col("due") & (pl.col("on") <= day) & (pl.col("on") > pl.col("entered")) & (pl.col("on") < pl.col("closed").fill_null(dt.date(2100, 1, 1)))
    return on.select(pl.when(in_time).then("on"))["on"].cast(pl.Date)


def _reclassified(world: World, day: dt.date) -> pl.DataFrame:
    """Homes that became HMOs in the gazetteer: for three licences in five somebody passes it on, months later."""
    granted = world.law.licences.filter((pl.col("kind") != "selective") & (pl.col("outcome") == "granted") & pl.col("decided").is_not_null())
    first = granted.group_by("uprn", maintain_order=True).agg(pl.col("decided").min())
    ids = first["uprn"].to_numpy()
    passed = pl.Series(keyed(world.plan.seed, "gazetteer hmo", ids) < 0.6)
    lag = pl.Series((20 + 200 * keyed(world.plan.seed, "gazetteer hmo lag", ids)).astype(int))
    since = first.with_columns(class_since=(pl.col("decided") + pl.duration(days=pl.lit(lag))).cast(pl.Date)).filter(passed)
    return since.filter(pl.col("class_since") <= day).select("uprn", "class_since")


def names(found: pl.DataFrame, day: dt.date, seed: int) -> pl.DataFrame:
    """The names (LPIs) of objects: nth of the object, status (1 approved 3 alternative 6 provisional 8 historic), name_from, name_to, name_updated, and its parts."""
    own = _own(found)
    return pl.concat([own, _alternative(own, seed), _sites(own), _former(own, day, seed)], how="vertical")


def _own(found: pl.DataFrame) -> pl.DataFrame:
    flat = pl.when(pl.col("flat").is_not_null() | pl.col("flat_suffix").is_not_null()).then(
        "FLAT " + pl.col("flat").cast(pl.String).fill_null("") + pl.col("flat_suffix").fill_null("")
    )
    tenant = pl.when(~pl.col("is_dwelling") & pl.col("number").is_null() & pl.col("building").is_null()).then("organisation")
    return found.with_columns(
        nth=pl.lit(1), name_from=pl.when(pl.col("site") & pl.col("approved").is_not_null()).then("approved").otherwise("entered"),
        name_to="closed", name_updated="settled", sao_number=pl.lit(None, pl.Int64), sao_text=pl.coalesce("flat_text", flat),
        pao_number="number", pao_suffix="suffix", pao_end="number_to", pao_text=pl.coalesce("building", tenant),
    )  # fmt: skip


def _alternative(own: pl.DataFrame, seed: int) -> pl.DataFrame:
    """A second name that people use as well: 5 for FLAT 5, FLAT 1 for FLAT A, FLAT B for 14B, the number alone for a named building."""
    luck = pl.Series(keyed(seed, "gazetteer alternative", own["uprn"].to_numpy()))
    flat, letter = pl.col("flat").is_not_null(), pl.col("flat_suffix").is_not_null()
    house = (pl.col("kind").is_in(["conversion", "above_shop"])) & pl.col("suffix").is_not_null()
    named = pl.col("building").is_not_null() & pl.col("number").is_not_null()
    second = own.filter((luck < 0.2) & pl.col("is_dwelling") & (pl.col("status") != 6) & (flat | letter | house | named))
    as_number = pl.format("FLAT {}", pl.col("flat_suffix").replace_strict({chr(64 + n): n for n in range(1, 27)}, default=None, return_dtype=pl.Int64))
    return second.with_columns(
        nth=pl.lit(2), status=pl.when(pl.col("closed").is_null()).then(3).otherwise(8),
        sao_number=pl.when(flat & ~named).then("flat"),
        sao_text=pl.when(flat & ~named).then(None).when(letter).then(as_number).when(house).then(pl.format("FLAT {}", "suffix")).otherwise("sao_text"),
        pao_suffix=pl.when(house).then(None).otherwise("pao_suffix"), pao_text=pl.when(named).then(None).otherwise("pao_text"),
    )  # fmt: skip


def _sites(own: pl.DataFrame) -> pl.DataFrame:
    """What a new home was called before it had a number: PLOT 12. That name is historic now."""
    built = own.filter(pl.col("site") & pl.col("approved").is_not_null() & pl.col("is_dwelling"))
    return built.with_columns(
        nth=pl.lit(3), status=pl.lit(8), name_from="entered", name_to="approved", name_updated="approved", sao_number=pl.lit(None, pl.Int64),
        sao_text=pl.lit(None, pl.String), pao_number=pl.lit(None, pl.Int64), pao_suffix=pl.lit(None, pl.String), pao_end=pl.lit(None, pl.Int64),
        pao_text=pl.format("PLOT {}", pl.col("uprn") % SITE_NUMBERS + 1),
    )  # fmt: skip


def _former(own: pl.DataFrame, day: dt.date, seed: int) -> pl.DataFrame:
    """Flats in houses that were called otherwise before the gazetteer tidied them: TOP FLAT, REAR FLAT."""
    ids = own["uprn"].to_numpy()
    luck, when = (pl.Series(keyed(seed, f"gazetteer {name}", ids)) for name in ("former", "tidied"))
    ended = (pl.col("entered") + pl.duration(days=pl.lit((30 + when * 2200).cast(pl.Int64)))).cast(pl.Date)
    told = own.with_columns(ended=ended).filter((luck < 0.06) & (pl.col("kind") == "conversion") & ~pl.col("site") & (pl.col("ended") <= day))
    side = pl.when(pl.col("floor") > 0).then(pl.lit("TOP FLAT")).otherwise(pl.lit("REAR FLAT"))
    return told.with_columns(nth=pl.lit(4), status=pl.lit(8), name_to="ended", name_updated="ended", sao_number=pl.lit(None, pl.Int64), sao_text=side).drop("ended")
