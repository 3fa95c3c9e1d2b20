"""The UK functions, as SQL text: readers of what councils' extracts contain.

Each takes SQL texts and gives SQL text in the dialect; null in, null out; no function of the engine's host is used.
What a reader can't read gives null, and ``borough.engine.transpile.write_unreadable`` tells that from an empty cell.
"""

from __future__ import annotations

from borough.engine.dialects import BLANKS, Dialect
from borough.errors import EngineError

_THOUSANDS = "[0-9]{1,3}(?:[, ][0-9]{3})+"
_INTEGER = f"^([+-]?(?:{_THOUSANDS}|[0-9]+))(?:[.]0*)?$"
_NUMBER = f"^([+-]?(?:(?:{_THOUSANDS}|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{{1,2}})?)$"
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
    # Adding nothing makes a negative zero plain: engines differ over whether the two are equal.
    return f"({d.try_cast(no_thousands(d, d.extract(d.trim(args[0]), _NUMBER, 1)), 'number')} + CAST('0' AS DOUBLE))"


def money(d: Dialect, args: list[str], types: list[str]) -> str:
    """Pounds and pence; brackets, a minus before or behind, or CR mean less than nothing."""
    sign = f"CASE WHEN {d.matches('m', '[(-]|CR$')} THEN '-' ELSE '' END"
    careful = d.let("m", d.trim(args[0]), d.try_cast(f"({sign} || {no_thousands(d, d.extract('m', _MONEY, 1))})", "money"))
    return f"CASE WHEN {d.matches(args[0], '^[0-9]{1,15}(?:[.][0-9]{0,2})?$')} THEN {d.try_cast(args[0], 'money')} WHEN {args[0]} IS NOT NULL THEN {careful} END"


_YES = ("1", "on", "t", "true", "y", "yes")
_NO = ("0", "f", "false", "n", "no", "off")


def yes_no(d: Dialect, args: list[str], types: list[str]) -> str:
    """True or false."""
    x = f"lower({d.trim(args[0])})"
    listed = [", ".join(d.literal(w) for w in words) for words in (_YES, _NO)]
    return f"CASE WHEN {x} IN ({listed[0]}) THEN TRUE WHEN {x} IN ({listed[1]}) THEN FALSE END"


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
    spaced = d.matches(x, "^[ -~]*$")
    runs = d.replace_all(x, "  +", " ")
    return (
        f"CASE WHEN NOT {d.matches(x, _NEEDS_CARE)} THEN nullif({x}, '') WHEN {spaced} THEN nullif(trim({runs}), '') "
        f"ELSE nullif({_single_spaced(d, mended)}, '') END"
    )


_OUTWARD = "(?:[A-PR-UWYZ](?:[0-9]|[1-9][0-9]|[A-HK-Y](?:[0-9]|[1-9][0-9])|[0-9][ABCDEFGHJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|GIR)"
_POSTCODE = f"^(?:{_OUTWARD} [0-9][ABD-HJLNP-UW-Z]{{2}})$"


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
    c = f"upper({d.replace_all(x, f'[{BLANKS}.-]+', '')})"
    spaced = "(left(c, greatest(length(c) - 3, 0)) || ' ' || right(c, 3))"
    mended = _repaired_postcode("c")
    careful = (
        f"CASE WHEN {d.matches(spaced, _POSTCODE)} THEN {spaced} "
        f"WHEN {d.matches('c', '^[A-Z0-9]{5,7}$')} AND {d.matches(mended, _POSTCODE)} THEN {mended} END"
    )
    return f"CASE WHEN {d.matches(x, _POSTCODE)} THEN {x} WHEN {x} IS NOT NULL THEN {d.let('c', c, careful)} END"


def uprn(d: Dialect, args: list[str], types: list[str]) -> str:
    """A Unique Property Reference Number."""
    digits = d.extract(d.trim(args[0]), "^0*([1-9][0-9]{0,11})(?:[.]0+)?$", 1)
    return d.try_cast(digits, "integer")


def uprn_unknown(d: Dialect, x: str) -> str:
    """Zeros mean that nobody looked it up."""
    return d.matches(d.trim(x), "^0+(?:[.]0+)?$")


_NINO = "^([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D])$"
_NINO_BARRED = "^(?:BG|GB|NK|KN|TN|NT|ZZ)"


def nino(d: Dialect, args: list[str], types: list[str]) -> str:
    """A National Insurance number."""
    c = f"upper({d.replace_all(args[0], f'[{BLANKS}.-]+', '')})"
    return f"CASE WHEN {d.matches(c, _NINO)} AND NOT {d.matches(c, _NINO_BARRED)} THEN {c} END"


def nino_unknown(d: Dialect, x: str) -> str:
    """Temporary numbers (TN, date of birth, sex) say nothing about who someone is."""
    return d.matches(f"upper({d.replace_all(x, f'[{BLANKS}.-]+', '')})", "^TN[0-9]{6}[A-Z]?$")


_EMAIL = "^[a-z0-9.!#$%&*+/=?^_`{|}~'-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*[.][a-z]{2,}$"


def email(d: Dialect, args: list[str], types: list[str]) -> str:
    """An email address in lower case."""
    good = f"{d.matches('m', _EMAIL)} AND NOT {d.matches('m', '[.][.]|^[.]|[.]@')}"
    return d.let("m", f"lower({d.trim(args[0])})", f"CASE WHEN {good} THEN m END")


def phone(d: Dialect, args: list[str], types: list[str]) -> str:
    """A telephone number in the international form."""
    x = args[0]
    c = d.replace_all(d.trim(x), f"[(]0[)]|[{BLANKS}().-]+", "")
    national = d.extract("c", "^(?:[+]44|0044|0)0?([1-35789][0-9]{8,9})$", 1)
    foreign = d.extract("c", "^(?:[+]|00)((?:[1-35-9][0-9]|4[0-35-9])[0-9]{6,13})$", 1)
    careful = f"CASE WHEN {national} <> '' THEN '+44' || {national} WHEN {foreign} <> '' THEN '+' || {foreign} END"
    digits = f"replace({x}, ' ', '')"
    # Digits in up to three groups after a single 0: nothing else can be meant.
    plain = d.matches(x, "^0[1-35789][0-9]{2,8}(?: [0-9]{2,8}){0,2}$")
    long = f"length({digits}) BETWEEN 10 AND 11"
    return f"CASE WHEN {plain} AND {long} THEN '+44' || substring({digits}, 2) WHEN {x} IS NOT NULL THEN {d.let('c', c, careful)} END"


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
    marked = d.regroup(untitled, "([ -]|[OoDd]')", f"\\1{chr(31)}")
    return f"nullif({d.each_word(marked, 'w', _capital('w'))}, '')"
