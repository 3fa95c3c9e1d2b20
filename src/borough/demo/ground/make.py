"""Makes a district's ground: areas with their character, streets, and every object of the gazetteer."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from borough.demo.chance import stream
from borough.demo.ground.areas import grow_lsoas, grow_wards, outlines, touching
from borough.demo.ground.character import SHARES, character
from borough.demo.ground.dwelling import furnished
from borough.demo.ground.homes import dated, objects
from borough.demo.ground.lattice import Floats, Ints, Lattice, lattice
from borough.demo.ground.lines import address, postcodes
from borough.demo.ground.names import ward_names
from borough.demo.ground.plots import plots
from borough.demo.ground.streets import streets
from borough.demo.plan import LSOAS, REDRAWN, UNTIL, WARDS, District, Plan
from borough.demo.world import Ground

TOWN = "Northmere"
OLD_WARDS = 20
OLD_SINCE = dt.date(2002, 5, 2)
FIRST_UPRN, FIRST_USRN = 99_900_000_001, 99_000_001
FLATS = ("conversion", "block_flat", "estate_flat", "above_shop")
LARGEST_BLOCK = 0.3
"""Of a ward's dwellings: so that a small ward is not one building."""


def make(plan: Plan, district: District) -> Ground:
    """All places of a district, the same whenever they are asked for."""
    ground = lattice(plan, district)
    lsoas, hexagons = _lsoas(plan, district, ground)
    wards = _wards(plan, district, ground, lsoas, hexagons)
    roads, built = _built(plan, district, ground, lsoas, hexagons, wards)
    properties = _properties(plan, district, built, lsoas)
    return Ground(_with_character(wards, properties, lsoas), lsoas.select(*LSOA_COLUMNS), roads, properties)


LSOA_COLUMNS = ("lsoa", "lsoa_code", "lsoa_name", "ward", "old_ward", "shape", *SHARES)
PROPERTY_COLUMNS = (
    "uprn", "parent_uprn", "is_dwelling", "kind", "usrn", "street_name", "number", "number_to", "suffix", "building", "flat", "flat_suffix", "flat_text", "floor",
    "organisation", "locality", "town", "postcode", "ward", "old_ward", "lsoa", "x", "y", "longitude", "latitude", "class_code", "logical_status",
    "first_day", "last_day", "rooms", "bedrooms", "area_m2", "built", "tax_band", "energy_score", "energy_band", "address",
)  # fmt: skip


def _lsoas(plan: Plan, district: District, ground: Lattice) -> tuple[pl.DataFrame, Ints]:
    chance = stream(plan.seed, district.number, "areas")
    count, before = max(district.wards, round(LSOAS * district.wards / WARDS)), round(OLD_WARDS * district.wards / WARDS)
    of = grow_lsoas(ground, count, chance)
    sums = [np.bincount(of, weights=ground.middles[:, axis], minlength=count) / np.bincount(of, minlength=count) for axis in (0, 1)]
    middles: Floats = np.stack(sums, axis=1)
    beside = touching(ground, of, count)
    ward, old = grow_wards(middles, beside, district.wards, chance), grow_wards(middles, beside, max(1, before), chance)
    lively = chance.uniform(0.76, 1.24, district.wards)
    share = (lively / lively.sum())[ward] * (each := chance.uniform(0.7, 1.3, count)) / np.bincount(ward, weights=each)[ward]
    number = district.number * LSOAS + np.arange(count)
    frame = pl.DataFrame({"lsoa": number, "ward": district.number * WARDS + ward, "old_ward": 1000 + district.number * OLD_WARDS + old})
    frame = frame.with_columns(
        lsoa_code=pl.format("N01{}", (pl.col("lsoa") + 1).cast(pl.String).str.zfill(6)),
        lsoa_name=pl.format(TOWN + " {}{}", (pl.col("lsoa") // 5 + 1).cast(pl.String).str.zfill(3), pl.Series(list("ABCDE"))[(number % 5).tolist()]),
        shape=pl.Series(outlines(ground, of, count)),
        dwellings=pl.Series(share * district.wards * district.dwellings_per_ward),
    )
    return pl.concat([frame, character(middles, ward, chance)], how="horizontal"), of


def _wards(plan: Plan, district: District, ground: Lattice, lsoas: pl.DataFrame, hexagons: Ints) -> pl.DataFrame:
    of = {column: lsoas[column].to_numpy()[hexagons] for column in ("ward", "old_ward")}
    names = ward_names(stream(plan.seed, "ward names"))[district.number * 30 :]
    present = _generation(district.number * WARDS, district.wards, of["ward"], ground, "N0501", names, (REDRAWN, None))
    count = int(lsoas["old_ward"].n_unique())
    first = 1000 + district.number * OLD_WARDS
    kept = _kept(of["old_ward"] - first, of["ward"] - district.number * WARDS, count, names, names[WARDS:])
    old = _generation(first, count, of["old_ward"], ground, "N0500", kept, (OLD_SINCE, REDRAWN - dt.timedelta(days=1)))
    return pl.concat([present, old])


def _generation(first: int, count: int, of: Ints, ground: Lattice, code: str, names: list[str], valid: tuple[dt.date, dt.date | None]) -> pl.DataFrame:
    ward = first + np.arange(count)
    return pl.DataFrame(
        {
            "ward": ward, "ward_code": [f"{code}{n % 1000 + 1:04d}" for n in ward], "ward_name": names[:count],
            "valid_from": [valid[0]] * count, "valid_to": [valid[1]] * count, "shape": outlines(ground, of - first, count),
        },
        schema_overrides={"valid_from": pl.Date, "valid_to": pl.Date},
    )  # fmt: skip


def _kept(old: Ints, new: Ints, count: int, names: list[str], others: list[str]) -> list[str]:
    """An old ward is called as the present one that has most of its ground, or as none today."""
    shared = np.zeros((count, int(new.max()) + 1))
    np.add.at(shared, (old, new), 1)
    chosen: list[str] = []
    for n in range(count):
        name = names[int(np.argmax(shared[n]))]
        chosen.append(others[n] if name in chosen else name)
    return chosen


def _built(plan: Plan, district: District, ground: Lattice, lsoas: pl.DataFrame, hexagons: Ints, wards: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The streets, and the buildings along them, each in its LSOA and wards."""
    chance = stream(plan.seed, district.number, "streets")
    roads = streets(ground, hexagons, lsoas, chance)
    names = dict(wards.select("ward", "ward_name").iter_rows())
    ward = lsoas["ward"].to_numpy()[roads["lsoa_at"].to_numpy()]
    locality = pl.when(pl.col("sort") == "estate").then("estate").when(pl.Series(chance.random(len(roads)) < 0.3)).then(pl.Series([names[n] for n in ward.tolist()]))
    roads = roads.with_columns(
        usrn=FIRST_USRN + district.number * 10_000 + pl.int_range(pl.len()), ward=pl.Series(ward), town=pl.lit(TOWN), street=pl.int_range(pl.len()),
        locality=pl.when(pl.col("estate") != pl.col("street_name")).then(locality),
    )  # fmt: skip
    most = max(6, int(LARGEST_BLOCK * district.dwellings_per_ward))
    built = _settled(plots(roads, most, chance), roads, ground, chance)
    built = built.with_columns(postcode=postcodes(built, district.number), lsoa_at=pl.Series(hexagons[built["hexagon"].to_numpy()]))
    built = built.join(roads.select("street", "usrn", "street_name", "locality", "town"), on="street", how="left", maintain_order="left")
    shown = roads.select("usrn", "street_name", "locality", "town", "ward", "x1", "y1", "x2", "y2")
    return shown, dated(built, chance)


def _settled(built: pl.DataFrame, roads: pl.DataFrame, ground: Lattice, chance: np.random.Generator) -> pl.DataFrame:
    """Each building's hexagon. Whatever lies outside goes near the middle of its street's; whatever is near a border goes inwards, where no rounding moves it across."""
    x, y = built["x"].to_numpy(), built["y"].to_numpy()
    hexagon = ground.at(x, y)
    home = roads["hexagon"].to_numpy().astype(np.int64)[built["street"].to_numpy()]
    out = hexagon < 0
    hexagon = np.where(out, home, hexagon)
    middle = ground.middles[hexagon]
    x = np.where(out, middle[:, 0] + chance.uniform(-30, 30, len(x)), middle[:, 0] + (x - middle[:, 0]) * 0.96)
    y = np.where(out, middle[:, 1] + chance.uniform(-30, 30, len(x)), middle[:, 1] + (y - middle[:, 1]) * 0.96)
    return built.with_columns(x=pl.Series(np.round(x, 1)), y=pl.Series(np.round(y, 1)), hexagon=pl.Series(hexagon))


def _properties(plan: Plan, district: District, built: pl.DataFrame, lsoas: pl.DataFrame) -> pl.DataFrame:
    from pyproj import Transformer

    chance = stream(plan.seed, district.number, "homes")
    made = objects(built, chance).with_columns(later=(pl.col("new") | pl.col("late") & (pl.col("role") > 0)).cast(pl.Int64))
    made = made.sort("later", "street", "plot", "role", "unit")
    made = made.with_columns(uprn=FIRST_UPRN + district.number * 1_000_000 + pl.Series(np.cumsum(chance.integers(1, 4, len(made)))))
    of = lsoas.with_row_index("lsoa_at").select(pl.col("lsoa_at").cast(pl.Int64), "lsoa", "ward", "old_ward", "deprivation")
    made = made.join(of, on="lsoa_at", how="left", maintain_order="left")
    shells = made.filter((pl.col("role") == 1) | (pl.col("kind") == "shop")).select("plot", parent_uprn="uprn")
    made = made.join(shells, on="plot", how="left", maintain_order="left")
    made = made.with_columns(parent_uprn=pl.when((pl.col("role") == 2) & ((pl.col("kind") != "above_shop") | (pl.col("style") != "house"))).then("parent_uprn"))
    longitude, latitude = Transformer.from_crs(27700, 4326, always_xy=True).transform(made["x"].to_numpy(), made["y"].to_numpy())
    status = pl.when(pl.col("first_day") > UNTIL).then(6).when(pl.col("last_day") <= UNTIL).then(8).otherwise(1).cast(pl.Int64)
    made = made.with_columns(longitude=pl.Series(np.round(longitude, 6)), latitude=pl.Series(np.round(latitude, 6)), logical_status=status)
    return furnished(made, chance).with_columns(address=address()).select(*PROPERTY_COLUMNS)


def _with_character(wards: pl.DataFrame, properties: pl.DataFrame, lsoas: pl.DataFrame) -> pl.DataFrame:
    """The present wards with the shares of their dwellings' LSOAs."""
    homes = properties.filter("is_dwelling").select("ward", "lsoa", flat=pl.col("kind").is_in(FLATS))
    each = homes.join(lsoas.select("lsoa", *SHARES), on="lsoa", how="left", maintain_order="left")
    shares = each.group_by("ward", maintain_order=True).agg(*(pl.col(name).mean() for name in SHARES), flats=pl.col("flat").mean())
    return wards.join(shares, on="ward", how="left", maintain_order="left")
