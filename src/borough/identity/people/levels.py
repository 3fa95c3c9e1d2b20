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


def _near(column: str, alike: float, sound: str, heard: float, lossy: str, slip: str) -> str:
    """Two spellings of one name: alike, or they sound the same and are rather alike, or one slip, or letters of one were lost; cheap conditions first."""
    left, right = f"{column}_l", f"{column}_r"
    return (
        f"({left} = {right} OR jaro_winkler_similarity({left}, {right}) >= {alike} OR ({sound}_l = {sound}_r AND jaro_winkler_similarity({left}, {right}) >= {heard}) "
        f"OR {slip} OR {left} LIKE {lossy}_r OR {right} LIKE {lossy}_l"
    )


_SLIP = "(length(first_l) > 2 AND length(first_r) > 2 AND damerau_levenshtein(first_l, first_r) <= 1)"
_PART = " OR ".join(f"{end}_with(surname_{a}, {said})" for a, b in (("l", "r"), ("r", "l")) for end, said in (("starts", f"surname_{b} || ' '"), ("ends", f"' ' || surname_{b}")))
_SURNAME_NEAR = _near("surname", 0.88, "sound", 0.75, "surname_lossy", "levenshtein(surname_l, surname_r) <= 1") + f" OR {_PART})"
_FIRST_NEAR = _near("first", 0.86, "sound_first", 0.7, "first_lossy", _SLIP) + " OR root_l = root_r)"
_FIRST_SPELT = f"coalesce(root_l = root_r OR {_SLIP} OR first_l LIKE first_lossy_r OR first_r LIKE first_lossy_l, false)"
_INITIAL = "((first_only_initial_l OR first_only_initial_r) AND initial_l = initial_r)"
_LACKING = "(first_l IS NULL OR first_r IS NULL OR surname_l IS NULL OR surname_r IS NULL)"
_SOMEHOW = f"(coalesce({_SURNAME_NEAR}, false) OR coalesce({_FIRST_NEAR}, false) OR jaro_winkler_similarity(tokens_l, tokens_r) >= 0.88 OR first_l = surname_r OR surname_l = first_r)"
_OTHERS_FIT = "(others_l IS NULL OR others_r IS NULL OR left(others_l, 1) = left(others_r, 1) OR contains(others_l, others_r) OR contains(others_r, others_l))"
_ELSEWHERE = " OR ".join(f"(length(first_{a}) > 2 AND contains(' ' || tokens_{b} || ' ', ' ' || first_{a} || ' '))" for a, b in (("l", "r"), ("r", "l")))
_KIN = "(property_l = property_r OR postcode_l = postcode_r OR email_l = email_r OR phone_l = phone_r OR dob_l = dob_r)"
_NAME = Comparison(
    "name",
    ("surname", "first", "others", "former", "surname_lossy", "first_lossy", "first_only_initial", "initial", "sound", "sound_first", "root", "tokens", "pair", "rooted"),
    _absent("tokens"),
    (
        Level("all names the same", f"{_equal('tokens')} AND length(first_l) > 1 AND length(first_r) > 1", "tokens"),
        Level("first name and surname the same", f"{_equal('pair')} AND {_OTHERS_FIT}", "pair"),
        Level("first name and surname the same, other names not", _equal("pair"), "pair"),
        Level("first name and surname swapped", "first_l = surname_r AND surname_l = first_r"),
        Level("a short form of the first name, or another spelling of it", _equal("rooted"), "rooted"),
        Level("a former surname", f"(former_l = surname_r OR former_r = surname_l OR former_l = former_r) AND {_FIRST_NEAR}"),
        Level("first names rather alike in one family or home", f"{_equal('surname')} AND {_KIN} AND {_FIRST_NEAR} AND NOT ({_FIRST_SPELT})"),
        Level("first name and surname alike", f"{_SURNAME_NEAR} AND {_FIRST_NEAR}"),
        Level("the same surname, no first name", f"{_equal('surname')} AND (first_l IS NULL OR first_r IS NULL)", "surname"),
        Level("the same first name, no surname", f"{_equal('first')} AND (surname_l IS NULL OR surname_r IS NULL)", "first"),
        Level("what is known of the name is alike", f"{_LACKING} AND {_SOMEHOW}"),
        Level("what is known of the name differs", _LACKING),
        Level("an initial, and the same surname", f"{_INITIAL} AND {_equal('surname')}", "surname"),
        Level("an initial, and surnames alike", f"{_INITIAL} AND {_SURNAME_NEAR}"),
        Level("alike, swapped", "jaro_winkler_similarity(first_l, surname_r) >= 0.88 AND jaro_winkler_similarity(surname_l, first_r) >= 0.88"),
        Level("the first name elsewhere in the name, the same surname", f"{_equal('surname')} AND ({_ELSEWHERE})"),
        Level("the same first name only", f"{_equal('first')} OR {_equal('root')}", "root"),
        Level("another first name in one family or home", f"{_equal('surname')} AND {_KIN}", fixed=True),
        Level("the same surname only", _equal("surname")),
        Level("different", _ELSE),
    ),
)  # fmt: skip


def date_levels(column: str, *, frequent: bool = False) -> tuple[Level, ...]:
    """A date: slips, swaps of day and month and whole years count as alike; beyond that, how far the two are apart."""
    left, right = f"{column}_l", f"{column}_r"
    swapped = f"year({left}) = year({right}) AND month({left}) = day({right}) AND day({left}) = month({right})"
    years = f"month({left}) = month({right}) AND day({left}) = day({right}) AND abs(year({left}) - year({right})) IN (1, 2, 10, 100)"
    apart = f"abs(date_diff('day', {left}, {right}))"
    parts = " + ".join(f"CAST({part}({left}) = {part}({right}) AS INTEGER)" for part in ("year", "month", "day"))
    return (
        Level("the same", _equal(column), column if frequent else None),
        Level("a slip, or day and month swapped", f"({swapped}) OR ({years}) OR damerau_levenshtein(CAST({left} AS VARCHAR), CAST({right} AS VARCHAR)) <= 1"),
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
        Level("the same before the @", _equal("mailbox")),
        Level("one slip", f"damerau_levenshtein(email_l, email_r) <= 1 AND {_digits('email_l')} = {_digits('email_r')}"),
        Level("alike, with the same digits", f"jaro_winkler_similarity(email_l, email_r) >= 0.88 AND {_digits('email_l')} = {_digits('email_r')}"),
        Level("alike, with other digits", "jaro_winkler_similarity(email_l, email_r) >= 0.88"),
        Level("different", _ELSE),
    ),
)  # fmt: skip
_PHONE = Comparison(
    "phone", ("phone",), _absent("phone"),
    (
        Level("the same", _equal("phone"), "phone"),
        Level("a mobile and another line", "starts_with(phone_l, '+447') <> starts_with(phone_r, '+447')"),
        Level("different", _ELSE),
    ),
)  # fmt: skip
_HOME = Comparison(
    "property", ("property", "postcode"), "(property_l IS NULL OR property_r IS NULL) AND (postcode_l IS NULL OR postcode_r IS NULL)",
    (
        Level("the same home", _equal("property"), "property"),
        Level("the same postcode, a home not known", f"{_equal('postcode')} AND (property_l IS NULL OR property_r IS NULL)", "postcode"),
        Level("another home of the same postcode", _equal("postcode")),
        Level("postcodes spelt alike", "(property_l IS NULL OR property_r IS NULL) AND damerau_levenshtein(postcode_l, postcode_r) <= 1"),
        Level("another home", _ELSE),
    ),
)  # fmt: skip
_SEX = Comparison("sex", ("sex",), _absent("sex"), (Level("the same", _equal("sex")), Level("different", _ELSE)))
_REFERENCE = Comparison(
    "reference", ("reference", "scope"), "scope_l IS NULL OR scope_r IS NULL OR scope_l <> scope_r",
    (Level("the same", _equal("reference"), "reference"), Level("different", _ELSE)),
)  # fmt: skip
_AGES = "(child_l AND adult_r OR child_r AND adult_l)"
_DOB = Comparison(
    "dob", ("dob", "child", "adult"), f"({_absent('dob')}) AND NOT {_AGES}",
    (Level("a child, and somebody grown up", _AGES, fixed=True), *date_levels("dob", frequent=True)),
)  # fmt: skip
SHIPPED: tuple[Comparison, ...] = (_NAME, _DOB, _number("nino"), _number("nhs"), _EMAIL, _PHONE, _HOME, _SEX, _REFERENCE)
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
