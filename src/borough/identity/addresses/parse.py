"""An address taken apart, in SQL: flat, position, house number, words. The same for what is asked and for the gazetteer's lines.

Nothing here knows a town or a street: noise (town, locality) is what the gazetteer's own lines share.
"""

from __future__ import annotations

from borough.engine.quoting import literal

_FOLDED = {
    "RD": "ROAD", "STREET": "ST", "SAINT": "ST", "STR": "ST", "AVE": "AVENUE", "AV": "AVENUE", "AVN": "AVENUE", "CRES": "CRESCENT", "CRESC": "CRESCENT", "CL": "CLOSE",
    "DR": "DRIVE", "DRV": "DRIVE", "GDNS": "GARDENS", "GDN": "GARDENS", "GRDNS": "GARDENS", "GARDEN": "GARDENS", "GR": "GROVE", "GRV": "GROVE", "LN": "LANE",
    "PL": "PLACE", "SQ": "SQUARE", "TER": "TERRACE", "TERR": "TERRACE", "TCE": "TERRACE", "CT": "COURT", "CRT": "COURT", "HSE": "HOUSE", "HO": "HOUSE", "PK": "PARK",
    "PDE": "PARADE", "MKT": "MARKET", "BDWY": "BROADWAY", "BWAY": "BROADWAY", "EST": "ESTATE", "MANS": "MANSIONS", "MANSION": "MANSIONS", "APTS": "APARTMENTS",
    "BLDG": "BUILDING", "BLDGS": "BUILDINGS", "HTS": "HEIGHTS", "LDGE": "LODGE", "WHF": "WHARF", "RW": "ROW", "WY": "WAY", "WLK": "WALK", "MWS": "MEWS", "VLS": "VILLAS",
    "HL": "HILL", "CTTGS": "COTTAGES", "COTTS": "COTTAGES", "COTT": "COTTAGE", "NTH": "NORTH", "STH": "SOUTH", "UPR": "UPPER", "LWR": "LOWER", "GT": "GREAT", "LT": "LITTLE", "HGH": "HIGH",
    "CIR": "CIRCUS", "YD": "YARD", "QY": "QUAY", "PT": "POINT", "CHBRS": "CHAMBERS", "TWR": "TOWER", "WKS": "WORKS", "VW": "VIEW", "GRN": "GREEN", "RSE": "RISE", "CTR": "CENTRE",
}  # fmt: skip
"""Words as they are abbreviated (PAF and everyday use); ST stands for street and for saint, so both become ST."""
PLACES = ("GROUNDFLOOR", "BASEMENT", "FIRSTFLOOR", "SECONDFLOOR", "THIRDFLOOR", "FOURTHFLOOR", "TOPFLOOR", "ABOVE", "REAR", "FRONT", "UPPERFLAT", "LOWERFLAT", "ANNEXE")
_FLAT = "FLAT|FLT|FLATS|APARTMENT|APPARTMENT|APT|APPT|APMT|UNIT|STUDIO|MAISONETTE|MAIS|ROOM|BEDSIT|SUITE"
POSTCODE = r"\b([A-Z]{1,2}[0-9O][A-Z0-9]?) ?([0-9O][A-Z]{2})\b"
"""A postcode in a text in capitals, with O where a nought should be."""

def _misspelt(word: str) -> str:
    """A pattern of the ways to write a word with one slip: a letter wrong, missing or too many, or two neighbours swapped."""
    any_letter = "[A-Z]"
    ways = {word[:i] + any_letter + word[i + 1 :] for i in range(len(word))} | {word[:i] + any_letter + word[i:] for i in range(len(word) + 1)}
    ways |= {word[:i] + word[i + 1 :] for i in range(len(word))} | {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return "|".join(sorted(ways))


_UNIT = "([0-9]+[A-Z]?|[A-Z]|ABOVE)"
_SPELLING_STEPS = (
    (rf"^(?:{_misspelt('FLAT')}|{_misspelt('APARTMENT')}) {_UNIT}\b([ ,]+[A-Z0-9])", r"FLAT \1\2"),
    (rf"\b(GROUND|FIRST|SECOND|THIRD|TOP|UPPER|LOWER) (?:{_misspelt('FLOOR')}) ", r"\1 FLOOR "),
    (r"\b(FLOOR|FLR|GROUND|TOP) (?:APARTMENT|APPARTMENT|APT|APPT|APMT|MAISONETTE|MAIS)\b", r"\1 FLAT"), (r"\b(?:APARTMENT|APPARTMENT|APT|APPT|APMT|MAISONETTE) (ABOVE|OVER)\b", r"FLAT \1"),
)  # fmt: skip
_PLACE_STEPS = (
    (r"\b(LOWER GROUND|BSMT|BASEMENT|BMT|GARDEN)( FLOOR| FLR| FL)? (FLAT|FLT)\b", " BASEMENT "), (r"\b(LOWER GROUND( FLOOR| FLR)?|BSMT|BASEMENT)( FLOOR)?\b", " BASEMENT "),
    (r"\b(GROUND|GRND|GRD|GND) ?(FLOOR|FLR|FL|FLAT|FLT)( FLAT| FLT)?\b|\bGFF?\b|\bG/F\b", " GROUNDFLOOR "),
    (r"\b(FIRST|1ST) ?(FLOOR|FLR|FL)( FLAT| FLT)?\b|\bFFF\b|\b1/F\b", " FIRSTFLOOR "), (r"\b(SECOND|2ND) ?(FLOOR|FLR|FL)( FLAT| FLT)?\b|\bSFF\b", " SECONDFLOOR "),
    (r"\b(THIRD|3RD) ?(FLOOR|FLR|FL)( FLAT| FLT)?\b", " THIRDFLOOR "), (r"\b(FOURTH|4TH) ?(FLOOR|FLR|FL)( FLAT| FLT)?\b", " FOURTHFLOOR "),
    (r"\b(TOP|UPPER)( FLOOR| FLR| FL) (FLAT|FLT)\b|\bTOP (FLOOR|FLR|FLAT|FLT)\b|\bTFF\b", " TOPFLOOR "),
    (r"\b(FLAT|FLT|MAISONETTE) (ABOVE|OVER)\b|\b(ABOVE|OVER) (SHOP|PREMISES)\b", " ABOVE "), (r"\bREAR (OF|FLAT)\b|\bR/O\b", " REAR "), (r"\bFRONT FLAT\b", " FRONT "),
    (r"\bUPPER (FLAT|MAISONETTE)\b", " UPPERFLAT "), (r"\bLOWER (FLAT|MAISONETTE)\b", " LOWERFLAT "),
)  # fmt: skip
_DIGIT_STEPS = (
    (r"\b(?:NO|NUMBER|NUM) *([0-9])", r"\1"), (r"\b([0-9]+)[OQ]\b", r"\10"), (r"\b[OQ]([0-9]+)", r"0\1"),
    (r"\b[IL]([0-9]+)\b", r"1\1"), (r"\b([0-9]+)[IL]([0-9]+)\b", r"\11\2"),
)  # fmt: skip
_FLAT_STEPS = ((rf"\b(?:{_FLAT})(?:[ ,]*([0-9]+[A-Z]?)|[ ,]+([A-Z][0-9]{{0,2}}))\b", r" FLAT \1\2 "),)
_DASH_STEPS = (
    (r"\b([0-9]+)([A-Z])? *- *([0-9]+)([A-Z])?\b", r" \1\2-\3\4 "), (r"\b([0-9]+[A-Z]?) */ *([0-9]+[A-Z]?)\b", r" FLAT \1 \2 "),
    (r"([^0-9A-Z])-|-([^0-9A-Z])|([A-Z])-([A-Z])|/", r"\1 \2\3 \4"),
)  # fmt: skip
_LAST_STEPS = ((r"\b([0-9]+) ([A-HJ-NP-Z])\b", r"\1\2"), (r"\b0+([1-9])", r"\1"), (r" +", " "))
# Most addresses need few of the steps: each group is asked for first, by one cheap look.
_LAYERS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (rf"^[A-Z]{{3,10}} {_UNIT}\b|FLO|LOOR|FLR|ABOVE|OVER|TOP A|GROUND A", _SPELLING_STEPS),
    (r"FLOOR|FLR|BSM|BMT|BASE|GROUND|\bGFF?\b|[G1]/F|TOP|ABOVE|OVER|REAR|R/O|FRONT|UPPER|LOWER|1ST|2ND|3RD|4TH|[FST]FF|GARDEN F", _PLACE_STEPS),
    (r"[0-9][OQIL]|[OQIL][0-9]|NO *[0-9]|NUM", _DIGIT_STEPS), (_FLAT, _FLAT_STEPS), ("[-/]", _DASH_STEPS), (r"[0-9] [A-Z]\b|\b0|  ", _LAST_STEPS),
)  # fmt: skip
_QUOTES = "''''"


def tidied(rows: str, text: str, into: str = "t") -> str:
    """SQL of rows with an address (a column) as a line of plain words in the column ``into``, its postcode left out."""
    plain = f"translate(upper(strip_accents(coalesce({text}, ''))), '–—−.’‘`´', '--- ')"
    plain = f"regexp_replace(regexp_replace(replace(replace({plain}, {_QUOTES}, ''), '&', ' AND '), {literal(POSTCODE)}, ' ', 'g'), '[^A-Z0-9À-ÿ/,-]+', ' ', 'g')"
    sql = f"(SELECT *, {plain} AS {into} FROM {rows})"
    for asked, steps in _LAYERS:
        changed = into
        for pattern, by in steps:
            changed = f"regexp_replace({changed}, {literal(pattern)}, {literal(by)}, 'g')"
        sql = f"(SELECT * REPLACE (CASE WHEN regexp_matches({into}, {literal(asked)}) THEN {changed} ELSE {into} END AS {into}) FROM {sql})"
    for words in (sorted(_FOLDED)[i::4] for i in range(4)):
        # Bare replacement, several times faster than a pattern for each word; a comma keeps its distance meanwhile.
        changed = f"concat(' ', replace({into}, ',', ' , '), ' ')"
        for word in words:
            changed = f"replace({changed}, ' {word} ', ' {_FOLDED[word]} ')"
        sql = f"(SELECT * REPLACE (CASE WHEN regexp_matches({into}, {literal(chr(92) + 'b(' + '|'.join(words) + ')' + chr(92) + 'b')}) THEN trim({changed}) ELSE {into} END AS {into}) FROM {sql})"
    return f"(SELECT * REPLACE (trim(regexp_replace({into}, ' *, *', ', ', 'g'), ' ,') AS {into}) FROM {sql})"


def postcode_in(text: str) -> str:
    """SQL of the postcode that a text ends in or holds, as ``E17 4JF``; null where it holds none."""
    found = f"regexp_extract(upper(coalesce({text}, '')), {literal('.*' + POSTCODE)}, ['a', 'b'])"
    return f"CASE WHEN {found}.a <> '' THEN {found}.a || ' ' || replace(left({found}.b, 1), 'O', '0') || substr({found}.b, 2) END"


def neat_postcode(postcode: str) -> str:
    """SQL of a postcode as ``E17 4JF``; null where it is none."""
    bare = f"regexp_replace(upper({postcode}), '[^A-Z0-9]', '', 'g')"
    return f"CASE WHEN regexp_matches({bare}, '^[A-Z]{{1,2}}[0-9][A-Z0-9]?[0-9O][A-Z]{{2}}$') THEN left({bare}, length({bare}) - 3) || ' ' || replace({bare}[-3], 'O', '0') || right({bare}, 2) END"


def parts(tidied: str, noise: str) -> dict[str, str]:
    """SQL of the parts of a tidied address (a column name): flat, numbers, place, words. ``noise``: SQL of a list of words that tell nothing."""
    flat = f"regexp_extract({tidied}, '\\bFLAT ([0-9]+[A-Z]?|[A-Z][0-9]*)\\b', 1)"
    rest = f"regexp_replace({tidied}, '\\bFLAT ([0-9]+[A-Z]?|[A-Z][0-9]*)\\b', ' ')"
    numbers = f"regexp_extract_all({rest}, '\\b[0-9]+[A-Z]?(?:-[0-9]+[A-Z]?)?\\b')"
    every = f"list_filter(string_split(replace({rest}, ',', ' '), ' '), x -> x <> '' AND x <> 'FLAT' AND NOT regexp_matches(x, '[0-9]'))"
    places = "[" + ", ".join(literal(p) for p in PLACES) + "]"
    told = f"list_filter({every}, x -> NOT list_contains({places}, x))"
    return {
        "flat0": f"nullif({flat}, '')", "numbers": numbers,
        "place": f"coalesce(list_aggregate(list_sort(list_filter({every}, x -> list_contains({places}, x))), 'string_agg', ' '), '')",
        "words": f"list_filter({told}, x -> NOT list_contains({noise}, x))",
    }  # fmt: skip


def unit(flat0: str, numbers: str) -> dict[str, str]:
    """SQL of the flat and the house number: of two numbers without the word flat, the first is the flat's. Empty where there is none."""
    return {
        "flat": f"coalesce({flat0}, CASE WHEN len({numbers}) >= 2 THEN {numbers}[1] END, '')",
        "number": f"coalesce({numbers}[-1], '')",
    }  # fmt: skip
