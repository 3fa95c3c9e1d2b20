"""Faults of addresses: the same home, said in the ways that people and old systems say it."""

from __future__ import annotations

import polars as pl

from borough.demo.mess.draws import Draws, changed, put, texts
from borough.demo.mess.mess import AddressStyle
from borough.demo.mess.typing import mistyped

_SHORT = {"Road": "Rd", "Street": "St", "Avenue": "Ave", "Gardens": "Gdns", "Close": "Cl", "Lane": "La", "Crescent": "Cres", "Terrace": "Terr", "Square": "Sq", "Court": "Ct", "Grove": "Gr", "Place": "Pl", "Drive": "Dr", "House": "Hse", "Flat": "Flt"}  # fmt: skip
BREAK = "\x1f"
"""Between the lines of an address, until they are laid out."""
_FLOORS = ("Ground", "First", "Second", "Third", "Fourth")
_TEXTS = ("building", "street_name", "locality", "town", "flat_text", "organisation")
_NAMES = ("number", "number_to", "suffix", "flat", "flat_suffix", "floor", "postcode", *_TEXTS)


class Place:
    """Addresses in parts, broken as a column's addresses are."""

    def __init__(self, places: pl.DataFrame, draws: Draws, column: str) -> None:
        self._draws = draws
        self._column = column
        known = [name for name in _NAMES if name in places.columns]
        given = places.select(known).with_columns(pl.lit(None, pl.String).alias(name) for name in _NAMES if name not in known)
        self._frame = given.with_columns(*(_titled(given[name]) for name in _TEXTS), pl.col("number", "flat", "floor", "number_to").cast(pl.Int64))
        self.postcodes = places["postcode"].cast(pl.String) if "postcode" in places.columns else pl.Series("postcode", [None] * places.height, dtype=pl.String)
        self._another_home()
        self.house = self._frame.select(_HOUSE.alias("house")).to_series()
        self.flat = self._frame.select(_FLAT.alias("flat")).to_series()
        self._flats()
        self.street, self.town = self._frame["street_name"], self._frame["town"]
        self._typing()
        self.split = draws.hit("address_number_split", column, self.house.is_not_null() & self.street.is_not_null())

    def _another_home(self) -> None:
        rows = self._draws.hit("address_stale", self._column, self._frame["number"].is_not_null())
        if rows.len():
            numbers = self._frame["number"]
            before = numbers.gather(rows)
            shift = pl.Series(self._draws.only(rows).share("stale") < 0.5).cast(pl.Int64) * 8 - 4
            moved = before + shift
            self._frame = self._frame.with_columns(put(numbers, rows, moved.zip_with(moved > 0, before + 4)).alias("number"))

    def _flats(self) -> None:
        """A flat in five ways, or none at all."""
        draws = self._draws
        known = self._frame.select(pl.any_horizontal(pl.col("flat", "flat_suffix", "floor").is_not_null())).to_series()
        found = draws.one_of({"flat_described": known & self.flat.is_not_null(), "flat_missing": self.flat.is_not_null()}, self._column)
        rows = found["flat_described"]
        if rows.len():
            part = self._frame[rows].with_columns(self.flat.gather(rows).alias("said"), self.house.gather(rows).alias("house"), draws.only(rows).pick("flat", 5).alias("how"))
            ways = part.with_columns(_ways()).select("how", pl.concat_list(f"way{n}" for n in range(5)).list.drop_nulls().alias("ways"), "said", "house")
            picked = ways.select(
                pl.col("ways").list.filter(pl.element() != "").alias("ways"), "how", "said", "house"
            ).with_columns(pl.col("ways").list.get(pl.col("how") % pl.col("ways").list.len()).alias("way"))
            joined = picked["way"].str.starts_with("#")
            self.house = put(self.house, rows.filter(joined), picked["way"].filter(joined).str.slice(1))
            self.flat = put(self.flat, rows, picked["way"].zip_with(~joined, pl.Series([None], dtype=pl.String)))
        self.flat = put(self.flat, found["flat_missing"], None)

    def _typing(self) -> None:
        draws = self._draws
        self.street = changed(self.street, draws.hit("address_typo", self._column, self.street.is_not_null()), draws, mistyped)
        able = self.street.str.contains(r"\b(" + "|".join(_SHORT) + r")$")
        self.street = changed(self.street, draws.hit("address_abbreviated", self._column, able), draws, _abbreviated)
        self.town = put(self.town, draws.hit("address_town_missing", self._column, self.town.is_not_null()), None)

    def lines(self, last: pl.Series) -> pl.Series:
        """The lines of each address, ``BREAK`` between them; ``last`` is one more where there is one. Null where there is none at all."""
        no = pl.Series([None], dtype=pl.String)
        split = put(pl.Series([False]).new_from_index(0, self.house.len()), self.split, pl.Series([True]).new_from_index(0, self.split.len()))
        numbered = texts_of(self.house, self.street, " ")
        frame = pl.DataFrame([
            self._frame["organisation"].alias("a"), self.flat.alias("b"), self._frame["building"].alias("c"), self.house.zip_with(split, no).alias("d"),
            self.street.zip_with(split, numbered).alias("e"), self._frame["locality"].alias("f"), self.town.alias("g"), last.alias("h"),
        ])  # fmt: skip
        return frame.select(pl.concat_str(*frame.columns, separator=BREAK, ignore_nulls=True).replace("", None).alias("lines")).to_series()

    @property
    def somewhere(self) -> pl.Series:
        """Whether anything is known of each."""
        return self.street.is_not_null() | self.house.is_not_null() | self._frame["building"].is_not_null()


def laid_out(lines: pl.Series, style: AddressStyle, count: int) -> pl.DataFrame:
    """Columns ``address_1`` and on; the last has what is left over."""
    names = [f"address_{n + 1}" for n in range(count)]
    if count == 1:
        said = lines.alias(names[0]).to_frame()
    else:
        said = lines.str.splitn(BREAK, count).struct.unnest().rename(lambda field: names[int(field.removeprefix("field_"))])
    said = said.with_columns(pl.col(names[-1]).str.replace_all(BREAK, ", ", literal=True))
    return said.with_columns(pl.all().str.to_uppercase()) if style == "upper" else said


def _titled(texts_: pl.Series) -> pl.Series:
    """Each word with a capital. Few are different, so each is done once."""
    known = texts_.cast(pl.String).unique(maintain_order=True).drop_nulls()
    if known.is_empty():
        return texts_.cast(pl.String)
    return texts_.cast(pl.String).replace_strict(known, known.str.to_titlecase().str.replace_all(r"'S\b", "'s"), default=None, return_dtype=pl.String)


_HOUSE = pl.concat_str(
    pl.concat_str(pl.col("number").cast(pl.String), pl.col("suffix").fill_null("")),
    pl.when(pl.col("number_to").is_not_null()).then(pl.format("-{}", pl.col("number_to"))).otherwise(pl.lit("")),
)
_FLAT = pl.coalesce(pl.col("flat_text"), pl.format("Flat {}{}", pl.col("flat"), pl.col("flat_suffix").fill_null("")), pl.format("Flat {}", pl.col("flat_suffix")))


def _ways() -> list[pl.Expr]:
    """Five ways to say a flat, null where one can't be; what begins with # goes with the house number. The flat's own is none of them."""
    floor = pl.col("floor").replace_strict(dict(enumerate(_FLOORS)), default=None, return_dtype=pl.String)
    small = pl.col("building").is_null() & (pl.col("flat").is_null() | (pl.col("flat") <= 6))  # a floor of a block has many flats
    by_suffix = pl.col("flat_suffix").replace_strict({chr(64 + n): n for n in range(1, 27)}, default=None, return_dtype=pl.Int64)
    place = pl.coalesce("flat", by_suffix, pl.col("floor") + 1)
    letter = pl.coalesce("flat_suffix", place.replace_strict({n: chr(64 + n) for n in range(1, 27)}, default=None, return_dtype=pl.String))
    ways = [
        pl.when(small).then(floor.str.head(1) + pl.lit("FF")),
        pl.when(small).then(floor + pl.lit(" Floor Flat")),
        pl.when(small).then(pl.format("Flat {}", letter)).otherwise(pl.format("Apartment {}", pl.col("flat"))),
        pl.when(small & pl.col("house").is_not_null()).then(pl.format("#{}{}", pl.col("house"), letter)).otherwise(pl.format("Apt {}", pl.col("flat"))),
        pl.when(small).then(pl.format("Flat {}", place)).otherwise(pl.format("Unit {}", pl.col("flat"))),
    ]
    return [pl.when(way != pl.col("said")).then(way).alias(f"way{n}") for n, way in enumerate(ways)]


def _abbreviated(streets: pl.Series, _: Draws) -> pl.Series:
    last = pl.col("x").str.extract(r"(\w+)$")
    return texts(streets, pl.col("x").str.replace(r"\w+$", ""), last.replace(_SHORT))


def texts_of(first: pl.Series, second: pl.Series, between: str) -> pl.Series:
    """Two texts joined; one alone where the other is null."""
    return pl.DataFrame([first.alias("a"), second.alias("b")]).select(pl.concat_str("a", "b", separator=between, ignore_nulls=True).replace("", None)).to_series()
