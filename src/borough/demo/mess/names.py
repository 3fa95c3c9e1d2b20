"""Faults of names: of people and of companies."""

from __future__ import annotations

import polars as pl

from borough.demo.mess.draws import Draws, changed, chosen, put
from borough.demo.mess.mess import NameStyle
from borough.demo.mess.typing import mistyped

_TRADES = ("Lettings", "Estates", "Homes", "Property Management", "Residential", "Investments", "Holdings", "Properties")
_STEMS = ("Alder", "Brackwater", "Cobalt", "Dunmere", "Eastgate", "Foxhollow", "Granary", "Harbourside", "Ironbridge", "Kestrel", "Longshore", "Merrow", "Nightjar", "Oakhanger", "Pelham Quay", "Saltmarsh")  # fmt: skip
_BARE = {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "’": "'"}
_PARTS = ("title", "first", "middle", "surname")


class Named:
    """Names in parts, broken as a column's names are."""

    def __init__(self, people: pl.DataFrame, draws: Draws, column: str, on: pl.Series | None, style: NameStyle | None = None) -> None:
        self._style = style
        self._draws = draws
        self._column = column
        self.parts = {name: _column(people, name) for name in _PARTS}
        self.said = pl.Series("said", [None] * people.height, dtype=pl.String)
        """What stands for the whole name, where it is no person's."""
        self.exors = pl.Series([], dtype=pl.UInt32)
        self._surnames(people, on)
        self._variants(people)
        self._somebody_else(people, on)

    def _surnames(self, people: pl.DataFrame, on: pl.Series | None) -> None:
        """The surname of the day; some keep their first one."""
        birth = _column(people, "birth_surname")
        if "surname_from" in people.columns and on is not None:
            before = birth.is_not_null() & (on < people["surname_from"]).fill_null(False)
            self.parts["surname"] = birth.zip_with(before, self.parts["surname"])
        able = birth.is_not_null() & (birth != self.parts["surname"])
        rows = self._draws.hit("name_maiden", self._column, able)
        self.parts["surname"] = put(self.parts["surname"], rows, birth.gather(rows))

    def _variants(self, people: pl.DataFrame) -> None:
        draws, parts = self._draws, self.parts
        nick = _column(people, "nickname")
        both = parts["first"].is_not_null() & (parts["first"] != parts["surname"]).fill_null(False)
        long = parts["first"].str.len_chars() > 1 if self._style != "initials" else pl.Series([False]).new_from_index(0, people.height)
        kinds = {"name_nickname": nick.is_not_null(), "name_swapped": both, "name_typo": parts["surname"].str.len_chars() >= 3, "name_initial": both & long}
        found = draws.one_of(kinds, self._column)
        parts["first"] = put(parts["first"], found["name_nickname"], nick.gather(found["name_nickname"]))
        parts["first"] = changed(parts["first"], found["name_initial"], draws, lambda x, _: x.str.head(1))
        first, last, rows = parts["first"], parts["surname"], found["name_swapped"]
        parts["first"], parts["surname"] = put(first, rows, last.gather(rows)), put(last, rows, first.gather(rows))
        parts["surname"] = changed(parts["surname"], found["name_typo"], draws, mistyped)
        foreign = (parts["first"].fill_null("") + parts["surname"].fill_null("")).str.contains(r"[^\x00-\x7F]")
        rows = draws.hit("name_diacritics_lost", self._column, foreign)
        for name in ("first", "surname"):
            parts[name] = changed(parts[name], rows, draws, lambda x, _: _plain(x))

    def _somebody_else(self, people: pl.DataFrame, on: pl.Series | None) -> None:
        """Who stands there is an estate, nobody in particular, or a company."""
        draws, present = self._draws, self.parts["surname"].is_not_null()
        found = draws.one_of({"name_occupier": present, "name_company": present}, self._column)
        self.said = put(self.said, found["name_occupier"], "THE OCCUPIER")
        which = draws.pick("company", len(_STEMS) * len(_TRADES)).gather(found["name_company"])
        self.said = put(self.said, found["name_company"], chosen(_STEMS, which % len(_STEMS)) + " " + chosen(_TRADES, which // len(_STEMS)) + " Ltd")
        if "died" in people.columns:
            dead = people["died"].is_not_null() & ((people["died"] <= on) if on is not None else True) & self.said.is_null() & present
            self.exors = draws.hit("name_exors", self._column, dead)

    def whole(self) -> pl.Series:
        """One text."""
        style, middle = self._style or "spoken", self.parts["middle"]
        self.parts["middle"] = put(middle, self._draws.hit("name_middle_missing", self._column, middle.is_not_null() & self.said.is_null()), None)
        frame = pl.DataFrame([series.alias(name) for name, series in self.parts.items()])
        said = frame.select(STYLES[style].alias("said")).to_series()
        if style == "spoken":
            rows = self._draws.hit("name_surname_first", self._column, self.said.is_null() & self.parts["surname"].is_not_null())
            said = put(said, rows, frame.select(STYLES["surname_first"]).to_series().gather(rows))
        said = put(said, self.exors, "EXORS OF " + said.gather(self.exors))
        said = self.said.fill_null(said)
        return said.zip_with(said != "", pl.Series([None], dtype=pl.String)).alias(self._column)

    def two(self, columns: tuple[str, str]) -> pl.DataFrame:
        """First name and surname; what is no person's stands in the surname."""
        surname = put(self.parts["surname"], self.exors, "EXORS OF " + self.parts["surname"].gather(self.exors))
        nobody = self.said.is_not_null()
        first = self.parts["first"].zip_with(~nobody, pl.Series([None], dtype=pl.String))
        return pl.DataFrame([first.alias(columns[0]), self.said.fill_null(surname).alias(columns[1])])


_INITIAL = pl.col("middle").str.head(1)
STYLES = {
    "spoken": pl.concat_str("title", "first", _INITIAL, "surname", separator=" ", ignore_nulls=True),
    "surname_first": pl.concat_str(
        pl.col("surname").str.to_uppercase(),
        pl.concat_str(pl.col("title").str.to_uppercase(), "first", _INITIAL, separator=" ", ignore_nulls=True).replace("", None),
        separator=", ", ignore_nulls=True,
    ),
    "initials": pl.concat_str("title", pl.col("first").str.head(1), _INITIAL, "surname", separator=" ", ignore_nulls=True).str.to_uppercase(),
}  # fmt: skip


def organisation(names: pl.Series, draws: Draws, column: str) -> pl.Series:
    """Companies as different systems write them."""
    return changed(names, draws.hit("company_style", column, names.is_not_null()), draws, _company).alias(column)


def _company(names: pl.Series, draws: Draws) -> pl.Series:
    stem = names.str.replace(r"(?i)\s+(ltd\.?|limited)$", "")
    limited = stem.str.len_chars() < names.str.len_chars()
    frame = pl.DataFrame([names.alias("x"), stem.alias("stem"), limited.alias("limited"), draws.pick("company_style", 4).alias("how")])
    ended = pl.when("limited")
    trading = pl.format("{} T/A {}", pl.col("x"), pl.col("stem").str.split(" ").list.first())
    said = (
        pl.when(pl.col("how") == 0).then(pl.col("stem").str.to_uppercase() + ended.then(pl.lit(" LTD")).otherwise(pl.lit("")))
        .when(pl.col("how") == 1).then(pl.col("stem") + ended.then(pl.lit(" Limited")).otherwise(pl.lit("")))
        .when(pl.col("how") == 2).then(trading)
        .otherwise(pl.col("stem") + ended.then(pl.lit(" Ltd.")).otherwise(pl.lit("")))
    )  # fmt: skip
    return frame.with_columns(said=said).select(pl.when(pl.col("said") == pl.col("x")).then(trading).otherwise("said")).to_series()


def _plain(names: pl.Series) -> pl.Series:
    return names.str.replace_many(_BARE).str.normalize("NFKD").str.replace_all(r"\p{M}", "")


def _column(people: pl.DataFrame, name: str) -> pl.Series:
    return people[name].cast(pl.String) if name in people.columns else pl.Series(name, [None] * people.height, dtype=pl.String)
