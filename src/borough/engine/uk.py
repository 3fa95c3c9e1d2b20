"""The UK functions, as SQL text: readers of what councils' extracts contain.

Each takes SQL texts and gives SQL text in the dialect; null in, null out; no function of the engine's host is used.
What a reader can't read gives null, and ``borough.engine.transpile.write_unreadable`` tells that from an empty cell.
"""

from __future__ import annotations

from borough.engine.dialects import BLANKS, Dialect
from borough.errors import EngineError

_THOUSANDS = "[0-9]{1,3}(?:[, ][0-9]{3})+"
_INTEGER = f"^([+-]?(?:{_THOUSANDS}|[0-9]+))(?:[.]0*)?$"
_NUMBER = f"^([+-]?(?:(?:{_THOUSANDS}|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?)$"
_MONEY = f"^(?:[+-]? ?£? ?|£ ?- ?|[(] ?-?£? ?)((?:{_THOUSANDS}|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?: ?[)]| ?-| ?CR| ?DR)?$"


def no_thousands(d: Dialect, x: str) -> str:
    """Without the marks between thousands."""
    return f"replace(replace({x}, ',', ''), ' ', '')"


def integer(d: Dialect, args: list[str], types: list[str]) -> str:
    """A whole number."""
    x = args[0]
    careful = d.try_cast(no_thousands(d, d.extract(d.trim(x), _INTEGER, 1)), "integer")
    return f"CASE WHEN {d.matches(x, '^-?[0-9]{1,18}$')} THEN {d.try_cast(x, 'integer')} WHEN {x} IS NOT NULL THEN {careful} END"


def number(d: Dialect, args: list[str], types: list[str]) -> str:
    """A number with a fraction."""
    x = args[0]
    careful = d.try_cast(no_thousands(d, d.extract(d.trim(x), _NUMBER, 1)), "number")
    plain = d.matches(x, "^-?[0-9]{1,15}(?:[.][0-9]{0,15})?$")
    # Adding nothing makes a negative zero plain: engines differ over whether the two are equal.
    return f"(CASE WHEN {plain} THEN {d.try_cast(x, 'number')} WHEN {x} IS NOT NULL THEN {careful} END + CAST('0' AS DOUBLE))"


def money(d: Dialect, args: list[str], types: list[str]) -> str:
    """Pounds and pence; brackets, a minus before or behind, or CR mean less than nothing."""
    x = args[0]
    sign = f"CASE WHEN {d.matches(x, f'[(-]|CR[{BLANKS}]*$')} THEN '-' ELSE '' END"
    careful = d.try_cast(f"({sign} || {no_thousands(d, d.extract(d.trim(x), _MONEY, 1))})", "money")
    plain = d.matches(x, "^-?[0-9]{1,15}(?:[.][0-9]{0,2})?$")
    pounds = d.matches(x, "^-?£?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:[.][0-9]{0,2})?$")
    bare = f"replace(replace({x}, '£', ''), ',', '')"
    return (
        f"CASE WHEN {plain} THEN {d.try_cast(x, 'money')} WHEN {pounds} THEN {d.try_cast(bare, 'money')} "
        f"WHEN {x} IS NOT NULL THEN {careful} END"
    )


_YES = ("1", "on", "t", "true", "y", "yes")
_NO = ("0", "f", "false", "n", "no", "off")


def yes_no(d: Dialect, args: list[str], types: list[str]) -> str:
    """True or false."""
    x, tidy = args[0], f"lower({d.trim(args[0])})"
    yes, no = (", ".join(d.literal(w) for w in words) for words in (_YES, _NO))
    plain_yes, plain_no = (", ".join(d.literal(form) for w in words for form in _usual(w)) for words in (_YES, _NO))
    return (
        f"CASE WHEN {x} IN ({plain_yes}) THEN TRUE WHEN {x} IN ({plain_no}) THEN FALSE "
        f"WHEN {tidy} IN ({yes}) THEN TRUE WHEN {tidy} IN ({no}) THEN FALSE END"
    )


def _usual(word: str) -> tuple[str, ...]:
    """The ways in which a word is mostly written."""
    return tuple(dict.fromkeys((word.upper(), word, word.capitalize())))


# What a reader of cp1252 makes of UTF-8: the commonest sequences in British extracts.
_ACCENTED = "£§©«°±²³´·¹»¼½¾¿ÀÂÃÄÅÆÇÈÉÊËÌÎÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ"
_TYPOGRAPHIC = "–—‘’‚“„†•…‰‹›€™"


def _mojibake() -> tuple[tuple[str, str], ...]:
    found = []
    for char in _TYPOGRAPHIC + _ACCENTED:
        try:
            found.append((char.encode().decode("cp1252"), char))
        except UnicodeDecodeError:
            continue
    found += [("â€\u009d", "”"), ("Ã\u00ad", "í"), ("Â\u00a0", " ")]
    return tuple(found)


MOJIBAKE = _mojibake()
_NEEDS_CARE = "[^ -~]|  |^ | $"


def tidied(d: Dialect, x: str) -> str:
    """Outer white space dropped, inner runs one space. Printable ASCII without spare spaces takes the short way."""
    return f"CASE WHEN {d.matches(x, _NEEDS_CARE)} THEN {_single_spaced(d, x)} ELSE {x} END"


def _single_spaced(d: Dialect, x: str) -> str:
    return f"trim({d.replace_all(x, f'[{BLANKS}]+', ' ')})"


def text(d: Dialect, args: list[str], types: list[str]) -> str:
    """Tidy text."""
    x = args[0]
    # One literal instead of eighty nested calls, which every statement would have to plan; the last character of a piece is the right one.
    pieces = "\x1f".join(wrong + right for wrong, right in MOJIBAKE)
    mended = d.fold(x, pieces, "a", "p", "replace(a, left(p, CAST(length(p) - 1 AS INTEGER)), right(p, 1))")
    mended = f"CASE WHEN {d.matches(x, '[ÃÂâï]')} THEN replace({mended}, 'ï»¿', '') ELSE {x} END"
    # Of printable ASCII only the spaces need mending, and mostly there are at most two together.
    # What is nullif() of something is computed twice: here only where it is cheap.
    single = f"replace({x}, '  ', ' ')"
    runs = d.replace_all(x, "  +", " ")
    printable = d.matches(x, "^ *[!-~][ -~]*$")
    careful = d.let("s", _single_spaced(d, mended), "nullif(s, '')")
    return (
        f"CASE WHEN NOT {d.matches(x, _NEEDS_CARE)} THEN nullif({x}, '') WHEN {d.matches(x, '^[!-~]+(?: {1,2}[!-~]+)*$')} THEN {single} "
        f"WHEN {printable} THEN trim(CASE WHEN contains({x}, '   ') THEN {runs} ELSE {single} END) WHEN {x} IS NOT NULL THEN {careful} END"
    )


_OUTWARD = "(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR)"
_INWARD = "[0-9][ABD-HJLNP-UW-Z]{2}"
_POSTCODE = f"^(?:{_OUTWARD} {_INWARD})$"
_UNSPACED = f"^(?:{_OUTWARD}{_INWARD})$"


def _repaired_postcode(c: str) -> str:
    """O for 0 and I for 1, each where only the other can stand; ``c`` has letters and digits alone."""
    size = f"length({c})"
    first = f"translate(left({c}, 1), '01', 'OI')"
    second = f"substring({c}, 2, 1)"
    out_second = (
        f"CASE WHEN {size} = 5 THEN translate({second}, 'OI', '01') WHEN {size} = 7 THEN translate({second}, '01', 'OI') "
        f"WHEN {second} = '0' AND left({c}, 1) IN ('C', 'P', 'S') THEN 'O' ELSE translate({second}, 'I', '1') END"
    )
    rest = f"translate(substring({c}, 3, greatest({size} - 5, 0)), 'OI', '01')"
    inward = f"translate(substring({c}, greatest({size} - 2, 1), 1), 'OI', '01') || translate(right({c}, 2), '01', 'OI')"
    return f"({first} || {out_second} || {rest} || ' ' || {inward})"


def postcode(d: Dialect, args: list[str], types: list[str]) -> str:
    """A postcode as Royal Mail writes it."""
    x = args[0]
    capitals = f"upper({x})"
    c = f"upper({d.replace_all(x, f'[{BLANKS}.-]+', '')})"
    spaced = d.let("c", c, "(left(c, greatest(length(c) - 3, 0)) || ' ' || right(c, 3))")
    mended = d.let("c", d.matching(c, "^[A-Z0-9]{5,7}$"), _repaired_postcode("c"))
    return (
        f"CASE WHEN {d.matches(capitals, _POSTCODE)} THEN {capitals} "
        f"WHEN {d.matches(c, _UNSPACED)} THEN {spaced} WHEN {x} IS NOT NULL THEN {d.matching(mended, _POSTCODE)} END"
    )


def uprn(d: Dialect, args: list[str], types: list[str]) -> str:
    """A Unique Property Reference Number."""
    x = args[0]
    careful = d.try_cast(d.extract(d.trim(x), "^0*([1-9][0-9]{0,11})(?:[.]0+)?$", 1), "integer")
    whole = d.try_cast(f"replace({x}, '.0', '')", "integer")
    return f"CASE WHEN {d.matches(x, '^[1-9][0-9]{0,11}(?:[.]0)?$')} THEN {whole} WHEN {x} IS NOT NULL THEN {careful} END"


def uprn_unknown(d: Dialect, x: str) -> str:
    """Zeros mean that nobody looked it up."""
    return d.matches(d.trim(x), "^0+(?:[.]0+)?$")


_NINO = "^([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D])$"
_NINO_BARRED = "^(?:BG|GB|NK|KN|TN|NT|ZZ)"


def nino(d: Dialect, args: list[str], types: list[str]) -> str:
    """A National Insurance number."""
    x = args[0]
    c = f"upper({d.replace_all(x, f'[{BLANKS}.-]+', '')})"
    usual = d.matches(x, "^[A-Z]{2}[0-9]{6}[A-D]$")
    return (
        f"CASE WHEN {usual} THEN CASE WHEN {d.matches(x, _NINO)} AND NOT {d.matches(x, _NINO_BARRED)} THEN {x} END "
        f"WHEN {d.matches(c, _NINO)} AND NOT {d.matches(c, _NINO_BARRED)} THEN {c} END"
    )


def nino_unknown(d: Dialect, x: str) -> str:
    """Temporary numbers (TN, date of birth, sex) say nothing about who someone is."""
    return d.matches(f"upper({d.replace_all(x, f'[{BLANKS}.-]+', '')})", "^TN[0-9]{6}[A-Z]?$")


_EMAIL = "^[a-z0-9.!#$%&*+/=?^_`{|}~'-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*[.][a-z]{2,}$"


def email(d: Dialect, args: list[str], types: list[str]) -> str:
    """An email address in lower case."""
    x = args[0]
    barred = d.matches(x, f"[.][.]|^[{BLANKS}]*[.]|[.]@")
    return f"CASE WHEN contains({x}, '@') AND NOT {barred} THEN {d.matching(f'lower({d.trim(x)})', _EMAIL)} END"


def phone(d: Dialect, args: list[str], types: list[str]) -> str:
    """A telephone number in the international form."""
    x = args[0]
    c = d.replace_all(d.trim(x), f"[(]0[)]|[{BLANKS}().-]+", "")
    national = "^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$"
    foreign = "^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$"
    careful = (
        f"CASE WHEN {d.matches(c, national)} THEN '+44' || {d.extract(c, national, 1)} "
        f"WHEN {d.matches(c, foreign)} THEN '+' || {d.extract(c, foreign, 1)} END"
    )
    digits = f"replace({x}, ' ', '')"
    # Digits in up to three groups after a single 0: nothing else can be meant.
    plain = d.matches(x, "^0[1-35789][0-9]{2,8}(?: [0-9]{2,8}){0,2}$")
    long = f"length({digits}) BETWEEN 10 AND 11"
    return f"CASE WHEN {plain} AND {long} THEN '+44' || substring({digits}, 2) WHEN {x} IS NOT NULL THEN {careful} END"


def geometry(d: Dialect, args: list[str], types: list[str]) -> str:
    """Well-known binary of GeoJSON or well-known text. DuckDB with its spatial extension only."""
    if d.name != "duckdb":
        raise EngineError("geometry() runs on DuckDB only", advice="leave columns of type geometry to the engine duckdb (`engine:` in borough.yaml)")
    x = d.trim(args[0])
    return f"CAST(ST_AsWKB(CASE WHEN starts_with({x}, '{{') THEN TRY(ST_GeomFromGeoJSON({x})) ELSE TRY(ST_GeomFromText({x})) END) AS BLOB)"


_TITLES = (
    "mr", "mrs", "miss", "ms", "mx", "dr", "prof", "professor", "rev", "reverend", "sir", "lady", "lord", "dame", "cllr", "councillor", "master", "madam",
)  # fmt: skip
MARK = "chr(31)"


def _any_case(word: str) -> str:
    return "".join(f"[{c.upper()}{c}]" for c in word)


_TITLE = "^(?:(?:" + "|".join(_any_case(t) for t in sorted(_TITLES, key=len, reverse=True)) + ")[.]? (?:(?:&|[Aa][Nn][Dd]) )?)+"


def _capital(word: str) -> str:
    """A word with its capital; one that has both cases was written with care and stays."""
    small = f"lower({word})"
    plain = f"upper(left({word}, 1)) || lower(substring({word}, 2))"
    mc = f"'Mc' || upper(substring({word}, 3, 1)) || lower(substring({word}, 4))"
    careless = f"{word} = upper({word}) OR {word} = {small}"
    return f"CASE WHEN NOT ({careless}) THEN {word} WHEN left({small}, 2) = 'mc' AND length({word}) > 4 THEN {mc} ELSE {plain} END"


def person_name(d: Dialect, args: list[str], types: list[str]) -> str:
    """A person's name in the order of speech, without titles.

    On DuckDB a lambda inside a CASE, or inside another lambda, takes several times as long: here the one follows the other.
    """
    x = args[0]
    lettered = f"CASE WHEN {d.matches(x, '[A-Za-zÀ-ヿ一-龥]')} THEN {tidied(d, x)} END"
    parts = ", ".join(f"nullif(trim(split_part(n, ',', {i})), '')" for i in (3, 2, 1))
    spoken = f"CASE WHEN contains(n, ',') THEN concat_ws(' ', {parts}) ELSE n END"
    untitled = d.replace_all(d.let("n", lettered, spoken), _TITLE, "")
    # Names that were written with care are left whole: as one word in mixed case they stay.
    careful = f"{d.matches(x, '^[A-Z][a-z]+(?:[ -][A-Z][a-z]*)*$')} AND NOT {d.matches(x, _TITLE)}"
    pieces = d.regroup(untitled, "([ -]|[OoDd]')", f"\\1{chr(31)}")
    marked = f"CASE WHEN {careful} THEN {x} ELSE {pieces} END"
    return d.let("r", d.each_word(marked, "w", _capital("w")), "nullif(r, '')")
