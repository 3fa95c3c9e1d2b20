"""The comparisons of the shipped linkage: for each field its levels, as SQL over the two records ``_l`` and ``_r``, in words."""

from __future__ import annotations

from dataclasses import dataclass

from borough.engine.quoting import quoted


@dataclass(frozen=True)
class Level:
    """One way in which two values agree or not."""

    words: str
    sql: str
    frequency: str | None = None
    """The column whose common values count for less on this level."""
    fixed: bool = False
    """A veto, which training leaves as it is."""


@dataclass(frozen=True)
class Comparison:
    """How a field is compared: the first level that holds counts; where ``unknown`` holds the field says nothing."""

    field: str
    columns: tuple[str, ...]
    unknown: str
    levels: tuple[Level, ...]


_ELSE = "ELSE"


def _equal(column: str) -> str:
    return f"{column}_l = {column}_r"


def _absent(*columns: str) -> str:
    return " OR ".join(f"{c}_l IS NULL OR {c}_r IS NULL" for c in columns)


def _spelt(column: str, near: float) -> str:
    """Alike by spelling: one slip, or a high Jaro-Winkler likeness; the cheap condition comes first."""
    long = f"length({column}_l) > 3 AND length({column}_r) > 3"
    return f"{long} AND (jaro_winkler_similarity({column}_l, {column}_r) >= {near} OR damerau_levenshtein({column}_l, {column}_r) <= 1)"


_SURNAME = Comparison(
    "surname", ("surname", "first", "former", "surname_lossy", "surname_words", "sound", "tokens"), _absent("surname"),
    (
        Level("the same", _equal("surname"), "surname"),
        Level("the same words in another order", _equal("tokens"), "tokens"),
        Level("one is part of the other, or a former name", "list_has_any(surname_words_l, surname_words_r) OR former_l = surname_r OR former_r = surname_l"),
        Level("spelt alike", f"({_spelt('surname', 0.92)}) OR surname_l LIKE surname_lossy_r OR surname_r LIKE surname_lossy_l"),
        Level("sound alike", _equal("sound")),
        Level("first name and surname swapped", "surname_l = first_r OR surname_r = first_l"),
        Level("different", _ELSE),
    ),
)  # fmt: skip
_CLOSE_KIN = "surname_l = surname_r AND (property_l = property_r OR postcode_l = postcode_r OR email_l = email_r OR phone_l = phone_r OR dob_l = dob_r)"
_FIRST = Comparison(
    "first", ("first", "root", "first_lossy", "first_only_initial", "initial", "sound_first", "tokens"), _absent("first"),
    (
        Level("the same", _equal("first"), "first"),
        Level("a short form, or another spelling of it", _equal("root"), "root"),
        Level("the same initial", "(first_only_initial_l OR first_only_initial_r) AND initial_l = initial_r"),
        Level("spelt alike", f"({_spelt('first', 0.9)}) OR first_l LIKE first_lossy_r OR first_r LIKE first_lossy_l"),
        Level("sound alike", _equal("sound_first")),
        Level("elsewhere in the name", "contains(' ' || tokens_l || ' ', ' ' || first_r || ' ') OR contains(' ' || tokens_r || ' ', ' ' || first_l || ' ')"),
        Level("different, and of one family or household", _CLOSE_KIN, fixed=True),
        Level("different", _ELSE),
    ),
)  # fmt: skip
_OTHERS = Comparison(
    "others", ("others",), _absent("others"),
    (
        Level("the same", _equal("others"), "others"),
        Level("initials fit", "left(others_l, 1) = left(others_r, 1)"),
        Level("different", _ELSE),
    ),
)  # fmt: skip


def date_levels(column: str) -> tuple[Level, ...]:
    """A date: slips and swaps of day and month count as alike."""
    left, right = f"{column}_l", f"{column}_r"
    swapped = f"year({left}) = year({right}) AND month({left}) = day({right}) AND day({left}) = month({right})"
    apart = f"abs(date_diff('day', {left}, {right}))"
    parts = " + ".join(f"CAST({part}({left}) = {part}({right}) AS INTEGER)" for part in ("year", "month", "day"))
    return (
        Level("the same", _equal(column)),
        Level("a slip, or day and month swapped", f"({swapped}) OR damerau_levenshtein(CAST({left} AS VARCHAR), CAST({right} AS VARCHAR)) <= 1"),
        Level("two of year, month and day the same", f"{parts} >= 2"),
        Level("within a month", f"{apart} <= 31"),
        Level("within a year", f"{apart} <= 366"),
        Level("within ten years", f"{apart} <= 3660"),
        Level("different", _ELSE),
    )


def _number(column: str) -> Comparison:
    return Comparison(
        column, (column,), _absent(column),
        (Level("the same", _equal(column)), Level("one slip", f"damerau_levenshtein({column}_l, {column}_r) <= 1"), Level("different", _ELSE)),
    )  # fmt: skip


def _digits(text: str) -> str:
    """A family's addresses are alike but for a number; one person's are not."""
    return f"regexp_replace({text}, '[^0-9]', '', 'g')"


_EMAIL = Comparison(
    "email", ("email", "email_own", "mailbox"), _absent("email"),
    (
        Level("the same", _equal("email"), "email"),
        Level("the same before the @", _equal("mailbox"), "mailbox"),
        Level("one slip", "damerau_levenshtein(email_l, email_r) <= 1"),
        Level("alike, with the same digits", f"jaro_winkler_similarity(email_l, email_r) >= 0.88 AND {_digits('email_l')} = {_digits('email_r')}"),
        Level("different", _ELSE),
    ),
)  # fmt: skip
_PHONE = Comparison("phone", ("phone",), _absent("phone"), (Level("the same", _equal("phone"), "phone"), Level("different", _ELSE)))
_HOME = Comparison(
    "property", ("property", "postcode", "district"), "(property_l IS NULL OR property_r IS NULL) AND (postcode_l IS NULL OR postcode_r IS NULL)",
    (
        Level("the same home", _equal("property"), "property"),
        Level("the same postcode", _equal("postcode"), "postcode"),
        Level("postcodes spelt alike", "damerau_levenshtein(postcode_l, postcode_r) <= 1"),
        Level("another home", _ELSE),
    ),
)  # fmt: skip
_SEX = Comparison("sex", ("sex",), _absent("sex"), (Level("the same", _equal("sex")), Level("different", _ELSE)))
_REFERENCE = Comparison(
    "reference", ("reference", "scope"), "scope_l IS NULL OR scope_r IS NULL OR scope_l <> scope_r",
    (Level("the same", _equal("reference")), Level("different", _ELSE)),
)  # fmt: skip
_DOB = Comparison("dob", ("dob",), _absent("dob"), date_levels("dob"))
SHIPPED: tuple[Comparison, ...] = (_SURNAME, _FIRST, _OTHERS, _DOB, _number("nino"), _number("nhs"), _EMAIL, _PHONE, _HOME, _SEX, _REFERENCE)
"""The comparisons of the fields that every project has."""


def extra(field: str, kind: str) -> Comparison:
    """The comparison of a field that a project declares, by its kind: text, exact, date or number."""
    column = quoted(field).strip('"')
    same, different = Level("the same", _equal(column), column), Level("different", _ELSE)
    if kind == "exact":
        return Comparison(field, (column,), _absent(column), (same, different))
    if kind == "date":
        day = f"TRY_CAST({column}_l AS DATE)", f"TRY_CAST({column}_r AS DATE)"
        levels = tuple(Level(x.words, x.sql.replace(f"{column}_l", day[0]).replace(f"{column}_r", day[1])) for x in date_levels(column))
        return Comparison(field, (column,), f"{day[0]} IS NULL OR {day[1]} IS NULL", levels)
    if kind == "number":
        apart = f"abs(TRY_CAST({column}_l AS DOUBLE) - TRY_CAST({column}_r AS DOUBLE))"
        near = f"{apart} <= greatest(1, 0.02 * abs(TRY_CAST({column}_l AS DOUBLE)))"
        return Comparison(field, (column,), _absent(column), (same, Level("near", near), different))
    alike = f"jaro_winkler_similarity({column}_l, {column}_r)"
    slip = f"damerau_levenshtein({column}_l, {column}_r) <= 1"
    levels = (same, Level("spelt alike", f"{alike} >= 0.92 OR {slip}"), Level("somewhat alike", f"{alike} >= 0.8"), different)
    return Comparison(field, (column,), _absent(column), levels)


def level_sql(comparison: Comparison) -> str:
    """SQL of the level of a pair, as Splink numbers them: -1 unknown, 0 the last, counting up to the strongest."""
    best = len(comparison.levels) - 1
    cases = " ".join(f"WHEN {level.sql} THEN {best - i}" for i, level in enumerate(comparison.levels[:-1]))
    return f"(CASE WHEN {comparison.unknown} THEN -1 {cases} ELSE 0 END)"
