"""Faults of single values: property numbers, postcodes, dates, NI numbers, contacts, free text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal

import polars as pl

from borough.demo.mess.draws import Draws, changed, chosen, put, texts
from borough.demo.mess.typing import wrong_figure

X = pl.col("x")
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
LONG_AGO = dt.date(1900, 1, 1)
RECYCLED = 30
"""How many NI numbers there are that more than one person has."""


def uprn(numbers: pl.Series, parent: pl.Series | None, draws: Draws, column: str, patchy: float) -> pl.Series:
    """Twelve figures, some of them broken."""
    present = numbers.is_not_null()
    able = present & parent.is_not_null() if parent is not None else pl.Series([False] * numbers.len(), dtype=pl.Boolean)
    found = draws.one_of({"uprn_missing": present, "uprn_parent": able, "uprn_float": present, "uprn_zero": present}, column, more=patchy)
    if parent is not None:
        numbers = put(numbers, found["uprn_parent"], parent.cast(numbers.dtype).gather(found["uprn_parent"]))
    plain = numbers.cast(pl.String)
    said = plain.str.zfill(12)
    said = put(said, found["uprn_float"], plain.gather(found["uprn_float"]) + ".0")
    said = put(said, found["uprn_zero"], plain.gather(found["uprn_zero"]))
    return put(said, found["uprn_missing"], None).alias(column)


def postcode(codes: pl.Series, draws: Draws, column: str) -> pl.Series:
    """Postcodes, some of them broken."""
    present = codes.is_not_null()
    letters = codes.str.contains("[01]").fill_null(False)
    kinds = {"postcode_letters": letters, "postcode_spacing": present, "postcode_lower": present, "postcode_wrong": present, "postcode_missing": present}
    found = draws.one_of(kinds, column)
    said = changed(codes, found["postcode_letters"], draws, lambda x, _: x.str.replace("0", "O", literal=True).str.replace("1", "I", literal=True))
    said = changed(said, found["postcode_spacing"], draws, _respaced)
    said = changed(said, found["postcode_lower"], draws, lambda x, _: x.str.to_lowercase())
    said = changed(said, found["postcode_wrong"], draws, _another_end)
    return put(said, found["postcode_missing"], None).alias(column)


def _respaced(codes: pl.Series, draws: Draws) -> pl.Series:
    bare = codes.str.replace_all(" ", "", literal=True)
    wrong = bare.str.head(3) + " " + bare.str.slice(3)
    how = draws.share("spacing")
    return bare.zip_with(pl.Series(how < 0.7) | (wrong == codes), wrong)


def _another_end(codes: pl.Series, draws: Draws) -> pl.Series:
    """The last letter is another one of those in use, never the same."""
    order = {letter: place for place, letter in enumerate(LETTERS)}
    last = codes.str.tail(1).replace_strict(order, default=0, return_dtype=pl.Int64)
    return codes.str.head(-1) + chosen(LETTERS, (last + 1 + draws.pick("end", len(LETTERS) - 1)) % len(LETTERS))


def date(days: pl.Series, layout: str, draws: Draws, column: str, unknown: str | None) -> pl.Series:
    """Dates as text, some of them broken; ``unknown`` for null."""
    present = days.is_not_null()
    swappable = present & (days.dt.day() <= 12) & (days.dt.day() != days.dt.month())
    found = draws.one_of({"date_unknown": present, "date_swapped": swappable, "date_impossible": present}, column)
    said = days.cast(pl.Date)
    swapped = said.gather(found["date_swapped"]).alias("x").to_frame().select(pl.date(X.dt.year(), X.dt.day(), X.dt.month()))
    said = put(said, found["date_swapped"], swapped.to_series())
    said = put(said, found["date_unknown"], pl.Series([LONG_AGO] * found["date_unknown"].len(), dtype=pl.Date))
    text = said.dt.strftime(layout)
    text = changed(text, found["date_impossible"], draws, lambda x, d: _no_day(days.gather(found["date_impossible"]), layout, d))
    return (text if unknown is None else text.fill_null(unknown)).alias(column)


def _no_day(days: pl.Series, layout: str, draws: Draws) -> pl.Series:
    """The layout with a day that no calendar has, in the same year."""
    impossible = pl.Series([("31", "02"), ("31", "11"), ("30", "02"), ("00", "06")], dtype=pl.List(pl.String)).gather(draws.pick("no_day", 4))
    short = {"02": "Feb", "06": "Jun", "11": "Nov"}
    long = {"02": "February", "06": "June", "11": "November"}
    frame = pl.DataFrame({"year": days.dt.strftime("%Y"), "day": impossible.list.get(0), "month": impossible.list.get(1)})
    month = pl.col("month")
    marks = {"%Y": pl.col("year"), "%y": pl.col("year").str.tail(2), "%m": month, "%d": pl.col("day"), "%b": month.replace_strict(short), "%B": month.replace_strict(long)}
    said = [marks.get(part.replace("-", "") if part[:1] == "%" else "", pl.lit("00" if part[:1] == "%" else part)) for part in re.split("(%-?[A-Za-z])", layout)]
    return frame.select(pl.concat_str(said)).to_series()


def nino(numbers: pl.Series, draws: Draws, column: str) -> pl.Series:
    """NI numbers, some of them broken."""
    present = numbers.is_not_null()
    kinds = ("nino_mistyped", "nino_short", "nino_recycled", "nino_spaced", "nino_temporary", "nino_missing")
    found = draws.one_of(dict.fromkeys(kinds, present), column)
    said = changed(numbers, found["nino_mistyped"], draws, wrong_figure)
    said = changed(said, found["nino_short"], draws, lambda x, _: texts(x, X.str.head(5), X.str.slice(6)))
    said = changed(said, found["nino_recycled"], draws, _recycled)
    said = changed(said, found["nino_spaced"], draws, _in_pairs)
    said = changed(said, found["nino_temporary"], draws, lambda x, _: texts(x, pl.lit("TN"), X.str.slice(2, 6), pl.lit("M")))
    return put(said, found["nino_missing"], None).alias(column)


def _in_pairs(numbers: pl.Series, _: Draws) -> pl.Series:
    parts = [part for start in (0, 2, 4, 6, 8) for part in (X.str.slice(start, 2), pl.lit(" "))]
    return texts(numbers, *parts[:-1])


def _recycled(numbers: pl.Series, draws: Draws) -> pl.Series:
    """One of a few numbers, each of several people."""
    which = draws.pick("recycled", RECYCLED)
    letters = chosen("ACEHJLMPRS", which % 10) + chosen("ACE", which // 10)
    return letters + (477_000 + which * 31).cast(pl.String) + chosen("ABC", which % 3)


def contact(values: pl.Series, kind: Literal["email", "phone"], draws: Draws, column: str) -> pl.Series:
    """Emails or telephone numbers, some of them broken."""
    present = values.is_not_null()
    if kind == "email":
        found = draws.one_of(dict.fromkeys(("email_capitals", "email_typo", "email_broken", "email_other"), present), column)
        said = changed(values, found["email_capitals"], draws, lambda x, _: x.str.to_uppercase())
        said = changed(said, found["email_other"], draws, _other_email)
        said = changed(said, found["email_typo"], draws, lambda x, _: texts(x, X.str.head(1), X.str.slice(2)))
        return changed(said, found["email_broken"], draws, _no_email).alias(column)
    found = draws.one_of(dict.fromkeys(("phone_layout", "phone_short"), present), column)
    said = changed(values, found["phone_layout"], draws, _laid_out)
    return changed(said, found["phone_short"], draws, lambda x, _: x.str.replace_all(" ", "", literal=True).str.head(7)).alias(column)


def _other_email(values: pl.Series, draws: Draws) -> pl.Series:
    """At the same host, under a name that has a number at its end."""
    number = (10 + draws.pick("other_email", 89)).cast(pl.String)
    return values.str.replace("@.*$", "").str.replace_all("[._0-9]", "") + number + values.str.extract("(@.*)$")


def _no_email(values: pl.Series, draws: Draws) -> pl.Series:
    comma = values.str.replace(r"\.([^.]*)$", ",${1}")
    return comma.zip_with(pl.Series(draws.share("email") < 0.5), values.str.replace("@", " at ", literal=True))


def _laid_out(values: pl.Series, draws: Draws) -> pl.Series:
    bare = values.str.replace_all(r"[^0-9+]", "").str.replace(r"^\+44", "0")
    frame = pl.DataFrame([bare.alias("x"), draws.pick("layout", 4).alias("how")])
    said = (
        pl.when(pl.col("how") == 0).then(pl.format("+44{}", X.str.slice(1)))
        .when(pl.col("how") == 1).then(pl.format("{} {} {}", X.str.head(5), X.str.slice(5, 3), X.str.slice(8)))
        .when(pl.col("how") == 2).then(pl.format("({}) {}", X.str.head(5), X.str.slice(5)))
        .otherwise(pl.format("+44 (0){} {}", X.str.slice(1, 4), X.str.slice(5)))
    )  # fmt: skip
    return frame.select(said).to_series()


def _garbled(letters: Iterable[int]) -> dict[str, str]:
    """What becomes of letters whose UTF-8 is read as cp1252, where that can be read."""
    table = {}
    for letter in map(chr, letters):
        try:
            table[letter] = letter.encode().decode("cp1252")
        except UnicodeDecodeError:
            continue
    return table


NEAR, FAR = range(0xC0, 0x100), range(0x100, 0x180)
"""Letters of western Europe, and of the rest of it."""


def text(values: pl.Series, draws: Draws, column: str) -> pl.Series:
    """Free text, some of it broken."""
    near, table = _garbled(NEAR), _garbled((*NEAR, *FAR))
    far = values.str.contains_any([letter for letter in table if letter not in near]).fill_null(False)
    foreign = values.str.contains_any(list(near)).fill_null(False)
    spaced = values.str.contains(" ", literal=True).fill_null(False)
    found = draws.one_of({"text_mojibake": foreign & ~far, "text_garbled": far, "text_spaces": spaced, "text_no_break": spaced}, column)
    said = values
    for kind in ("text_mojibake", "text_garbled"):
        said = changed(said, found[kind], draws, lambda x, _: x.str.replace_many(table))
    said = changed(said, found["text_spaces"], draws, lambda x, _: x.str.replace(" ", "  ", literal=True) + " ")
    return changed(said, found["text_no_break"], draws, lambda x, _: x.str.replace(" ", "\u00a0", literal=True)).alias(column)


def another(values: pl.Series, draws: Draws) -> pl.Series:
    """Another value of the same type and look for each."""
    if values.dtype in (pl.Date, pl.Datetime):
        return values.dt.offset_by("1d")
    if values.dtype == pl.Boolean:
        return ~values
    if values.dtype.is_numeric():
        return (values + 1).cast(values.dtype)
    figures = values.str.contains(r"[0-9]\D*$").fill_null(False)
    last = wrong_figure_at_end(values, draws)
    return last.zip_with(figures, (values.fill_null("") + values.str.tail(1).fill_null("x")).replace("", "x")).alias(values.name)


def wrong_figure_at_end(values: pl.Series, draws: Draws) -> pl.Series:
    """The last figure is another one."""
    frame = values.alias("x").to_frame().with_columns(
        start=X.str.extract(r"^(.*)[0-9]\D*$"), figure=X.str.extract(r"([0-9])\D*$").cast(pl.Int64), end=X.str.extract(r"[0-9](\D*)$")
    )
    figure = ((pl.col("figure") + 1 + pl.lit(draws.pick("another", 8))) % 10).cast(pl.String)
    return frame.select(pl.concat_str("start", figure, "end")).to_series()
