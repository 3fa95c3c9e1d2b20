"""Names as councils' systems write them, taken apart in SQL.

``SURNAME, MR First Middle``, ``MR F SMITH``, ``First M Surname``, parts; titles anywhere, brackets, two people in one name,
what is said of the dead, letters that an encoding lost. A name whose order nothing tells is read first name first: the
linkage compares swapped names. Each step is a SELECT over the one before it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from borough.identity.people.nobody import is_nobody, is_organisation, organisation

LONGEST = 120
"""Characters of a name that are read; what is longer is cut and noted."""

_MALE = "MR|SIR|LORD|MASTER|MSTR"
_FEMALE = "MRS|MS|MISS|DAME|LADY|MADAM|MME|MLLE|SRA"
_TITLES = f"{_MALE}|{_FEMALE}|MX|DR|DOCTOR|PROF|PROFESSOR|REV|REVD|REVEREND|CLLR|COUNCILLOR|ALHAJI|ALHAJA|HAJI|HAJJI"
# These are names too: only a title where the name begins with it and goes on with two more words.
_SURNAMES_TOO = "SIR|LORD|LADY|DAME|MASTER|MADAM|DOCTOR|PROFESSOR|HAJI|HAJJI|SRA"
_TITLES_ONLY = "|".join(t for t in _TITLES.split("|") if t not in _SURNAMES_TOO.split("|"))
_SUFFIXES = "JNR|SNR|ESQ|ESQUIRE|III|OBE|MBE|CBE|PHD|BSC|MBBS|DPHIL"
_PLACEHOLDERS = "UNKNOWN|FNU|LNU|NFN|NLN|TBC"

_DEAD = (
    r"(?:\bTHE )?\b(?:PERSONAL|LEGAL) REP(?:RESENTATIVE)?S?\b(?: OF\b)?|(?:\bTHE )?\b(?:EXORS?|EXOR S|EXECUTORS?|EXECUTRIX|EXECS?|EXRS)\b(?: OF\b)?"
    r"|(?:\bTHE )?\b(?:ADMINISTRATORS?|ADMORS?) OF\b|\bPRS? OF\b|(?:\bTHE )?\bESTATE OF\b|\bTHE LATE\b|^ *LATE\b|\( *LATE *\)|\bDEC ?D\b|\bDECEASED\b|\( *DEC *\)|, *DEC *$"
)
_NEE = r"\b(?:NEE|FORMERLY|PREVIOUSLY|FKA|F/K/A)\b[: ]+([\p{L}? -]+?) *(?:[(),/&]|$)"
_CALLED = r"\b(?:AKA|A/K/A|ALIAS|KNOWN AS|ALSO KNOWN AS)\b[: ]*(.*)$"
_TRADING = r"\b(?:T/A|T/AS|TRADING AS)\b"
_BOTH = r" *(?:&|/|\+|\bAND\b) *"

_PLAIN = "[A-Za-z ]*"
_INVISIBLE = r"[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FE00}-\x{FE0F}\x{FEFF}]"
# The spellings that accents don't explain. ı and ſ are I and S once in capitals.
_LETTERS = (("Æ", "AE"), ("Œ", "OE"), ("ẞ", "SS"), ("ß", "SS"), ("Þ", "TH"), ("Ĳ", "IJ"), ("Ŋ", "NG"), ("ﬁ", "FI"), ("ﬂ", "FL"))
_SINGLE = ("ØŁĐÐĦŦƏİІ", "OLDDHTEII")
_WIDE = ("".join(chr(0xFF21 + i) for i in range(26)), "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Scripts in which a mark is a letter, not an accent.
_KEEP_MARKS = r"[\x{0900}-\x{0DFF}\x{0E00}-\x{0FFF}\x{1000}-\x{109F}\x{1100}-\x{11FF}\x{1780}-\x{17FF}\x{3040}-\x{30FF}\x{AC00}-\x{D7FF}]"


def _misread() -> str:
    """What a reader of cp1252 makes of UTF-8, each with what was meant, as one literal: pieces of three letters."""
    pieces = []
    for char in map(chr, (*range(0xC0, 0x180), *range(0x218, 0x21C))):
        lead, trail = char.encode()
        for codec in ("cp1252", "latin-1"):  # some write what cp1252 has not as control characters
            with contextlib.suppress(UnicodeDecodeError):
                pieces.append(bytes((lead, trail)).decode(codec) + char)
    return "\x1f".join(dict.fromkeys(pieces))


_MISREAD = r"[ÃÄÅÆÈ][\x{80}-\x{BF}ŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]"


def _decoded(x: str) -> str:
    mended = f"list_reduce(list_prepend({x}, string_split('{_misread()}', chr(31))), lambda a, p: replace(a, left(p, 2), right(p, 1)))"
    return f"CASE WHEN regexp_matches({x}, '{_MISREAD}') THEN {mended} ELSE {x} END"


def tidy(x: str) -> str:
    """SQL of a text in capitals without accents, single-spaced, invisible characters and emoji gone; '' for null. ``?`` is a lost letter."""
    careful = f"regexp_replace(nfc_normalize({_decoded(x)}), '{_INVISIBLE}', '', 'g')"
    careful = rf"""regexp_replace({careful}, '[\x{{2018}}-\x{{201B}}\x{{02B0}}-\x{{02FF}}`´′＇]', chr(39), 'g')"""
    careful = rf"""regexp_replace({careful}, '["\x{{201C}}-\x{{201F}}]([^"\x{{201C}}-\x{{201F}}]*)["\x{{201C}}-\x{{201F}}]', ' (\1) ', 'g')"""
    careful = rf"upper(regexp_replace({careful}, '[\x{{2010}}-\x{{2015}}\x{{2212}}_]', '-', 'g'))"
    for letters, put in _LETTERS:
        careful = f"replace({careful}, '{letters}', '{put}')"
    careful = f"translate({careful}, '{_SINGLE[0]}{_WIDE[0]}', '{_SINGLE[1]}{_WIDE[1]}')"
    careful = f"CASE WHEN regexp_matches({x}, '{_KEEP_MARKS}') THEN {careful} ELSE strip_accents({careful}) END"
    careful = rf"regexp_replace({careful}, '\x{{FFFD}}+|\?+', '?', 'g')"
    careful = rf"regexp_replace({careful}, '[^\p{{L}}\p{{M}}\p{{N}}?&/(),.+{{}}\x27-]+', ' ', 'g')".replace("{}", "")
    return f"coalesce(CASE WHEN regexp_full_match({x}, '{_PLAIN}') THEN trim(regexp_replace(upper(left({x}, {LONGEST})), ' +', ' ', 'g')) ELSE trim(left({careful}, {LONGEST})) END, '')"


def _selected(cells: Mapping[str, str], source: str, *, keep: bool = True) -> str:
    return f"SELECT {'*, ' if keep else ''}{', '.join(f'{sql} AS {name}' for name, sql in cells.items())} FROM {source}"


def _text(source: str) -> str:
    """One text of a name or its parts: a comma stands between surname and the rest."""
    # KOWALSKI Jan: whoever writes a word in capitals at the front means the surname.
    marked = r"regexp_full_match(name, '\p{Lu}[\p{Lu}''’-]{2,}(?: \p{Lu}[\p{Ll}''’-]*\p{Ll})(?: \p{Lu}[\p{Ll}''’.-]*)*')"
    name = rf"CASE WHEN {marked} THEN regexp_replace(name, ' ', ', ') ELSE name END"
    tidied = {
        "n": tidy("named"), "t": tidy("title"), "f": tidy("given_names"), "s": tidy("surname"), "maiden": tidy("former_surname"),
        "cut": f"coalesce(greatest(length(named), length(given_names), length(surname)), 0) > {LONGEST}",
    }  # fmt: skip
    raw = _selected({"named": name, "given_names": "nullif(concat_ws(' ', first_name, middle_name), '')"}, source)
    read = _selected(tidied, f"({raw})")
    # A surname of several words with a comma is a whole name in the wrong column.
    apart = "CASE WHEN n = '' THEN NOT (f = '' AND contains(s, ',')) ELSE f <> '' AND s <> '' END"
    parted = f"SELECT *, {apart} AS parts FROM ({read})"
    # Out of the way before words are sought: apostrophes (O' Brien, DEC'D) and the points of initials.
    whole = "CASE WHEN parts THEN replace(s, ',', ' ') || ', ' || t || ' ' || replace(f, ',', ' ') ELSE t || ' ' || CASE WHEN n = '' THEN s ELSE n END END"
    even = rf"regexp_replace(replace(regexp_replace({whole}, '\b(O|D)\x27 +', '\1', 'g'), chr(39), ''), '[. ]+', ' ', 'g')"
    return f"SELECT * EXCLUDE (n, t, f, s), trim({even}) AS text FROM ({parted})"


def _aside(source: str) -> str:
    """What is said beside the name: of the dead, trading names, former names, nicknames, in whose care."""
    first = {
        "deceased_said": f"regexp_matches(text, '{_DEAD}')",
        "trading_as": f"nullif(trim(CASE WHEN regexp_matches(text, '{_TRADING}') THEN regexp_extract(text, '{_TRADING}(.*)$', 1) END, ' ,.'), '')",
        "alive": f"trim(CASE WHEN regexp_matches(text, '{_DEAD}') THEN regexp_replace(text, '{_DEAD}', ' ', 'g') ELSE text END)",
    }
    bare = rf"regexp_replace(alive, '{_TRADING}.*$|\b(?:C/O|CARE OF)\b.*$', '')"
    second = {"bare": f"CASE WHEN contains(alive, '/') OR contains(alive, 'CARE OF') OR contains(alive, 'TRADING') THEN {bare} ELSE alive END"}
    nee = f"CASE WHEN regexp_matches(bare, '.{_NEE}') THEN regexp_extract(bare, '.{_NEE}', 1) ELSE '' END"
    inside = r"CASE WHEN contains(bare, '(') THEN regexp_extract(bare, '\(([^()]*)\)?', 1) ELSE '' END"
    third = {"nee": nee, "inside": inside, "called": f"CASE WHEN regexp_matches(bare, '.{_CALLED}') THEN regexp_extract(bare, '.{_CALLED}', 1) ELSE '' END"}
    without = rf"regexp_replace(regexp_replace(regexp_replace(bare, '\([^()]*\)?|\)', ' ', 'g'), '(.){_NEE}', '\1 ', 'g'), '(.){_CALLED}', '\1 ')"
    words = r"trim(regexp_replace(replace(bare, '&', ' AND '), '[^\p{L}\p{M}\p{N}]+', ' ', 'g'))"
    fourth = {
        "spoken": f"CASE WHEN nee = '' AND inside = '' AND called = '' AND NOT regexp_matches(bare, '[()]') THEN bare WHEN regexp_matches({without}, '\\p{{L}}') THEN {without} ELSE regexp_replace(bare, '[()]', ' ', 'g') END",
        "words": rf"regexp_replace({words}, '\b(?:(L) (L) (P)|(L) (T) (D)|(P) (L) (C))$', '\1\2\3\4\5\6\7\8\9')",
    }
    for cells in (first, second, third, fourth):
        source = f"({_selected(cells, source)})"
    return _selected({"former": "coalesce(nullif(maiden, ''), nullif(nee, ''), '')", "nickname": "CASE WHEN called <> '' THEN called WHEN nee = '' THEN inside ELSE '' END"}, source)


def _kind(source: str) -> str:
    """Whether it is a person, an organisation or nobody; a sex, as far as the title tells."""
    title = rf"regexp_extract(words, '\b(?:{_MALE}|{_FEMALE})\b')"
    alone = rf"NOT regexp_matches(words, '\b(?:{_TITLES_ONLY})\b|^(?:\p{{L}} )|(?: \p{{L}})$| \p{{L}} ')"
    named = f"CASE WHEN {is_nobody('words')} THEN 'nobody' WHEN {is_organisation('words', 'NOT parts', alone)} THEN 'organisation' ELSE 'person' END"
    sexed = f"CASE WHEN regexp_full_match({title}, '{_MALE}') THEN 'm' WHEN regexp_full_match({title}, '{_FEMALE}') THEN 'f' END"
    kinded = _selected({"kind_said": named, "sex_said": f"CASE WHEN regexp_matches(words, '^(?:{_TITLES_ONLY})\\b|\\b(?:{_TITLES_ONLY})\\b|^(?:{_SURNAMES_TOO}) [^ ]+ ') THEN {sexed} END"}, source)
    # In the order of a name as said: parts are kept surname first.
    return _selected({"organisation": f"CASE WHEN kind_said <> 'nobody' THEN nullif({organisation('words')}, '') END"}, f"({kinded})")


def _bared(x: str) -> str:
    """SQL of a name without titles, honours, placeholders and digits."""
    digits = r"[0-9]"
    mended = rf"regexp_replace({x}, '(\p{{L}})0|0(\p{{L}})', '\1O\2', 'g')"
    mended = rf"regexp_replace(regexp_replace(regexp_replace({mended}, '(\p{{L}})1|1(\p{{L}})', '\1I\2', 'g'), '(\p{{L}})5|5(\p{{L}})', '\1S\2', 'g'), '\p{{N}}', '', 'g')"
    x = f"CASE WHEN regexp_matches({x}, '{digits}') THEN {mended} ELSE {x} END"
    x = rf"regexp_replace({x}, '\b(?:{_TITLES_ONLY}|{_SUFFIXES}|{_PLACEHOLDERS})\b', ' ', 'g')"
    # Junior is a first name as well: only behind a whole name that has no comma.
    x = rf"regexp_replace({x}, '^([^,]* [^,]* )(?:JUNIOR|SENIOR)$', '\1')"
    x = rf"regexp_replace({x}, '(^|[,&]) *(?:{_SURNAMES_TOO}) +([^ ,]+ +[^ ,])', '\1 \2')"
    x = rf"regexp_replace({x}, ', *(?:{_SURNAMES_TOO}) +([^ ,])', ', \1')"
    x = rf"regexp_replace({x}, '(^|[ ,&/+])[? -]+([ ,&/+]|$)', '\1 \2', 'g')"
    return rf"trim(regexp_replace(regexp_replace({x}, '[^\p{{L}}\p{{M}}?,&/+-]+', ' ', 'g'), ' *- *', '-', 'g'), ' -')"


def _one(x: str) -> str:
    """SQL of the first of two people in a text: ``J & M SMITH`` is J SMITH, ``& J SMITH`` (once the titles are gone) J SMITH."""
    left, right = f"trim(regexp_extract({x}, '^(.*?){_BOTH}', 1))", f"trim(regexp_extract({x}, '^.*?{_BOTH}(.*)$', 1))"
    shared = f"CASE WHEN contains({left}, ' ') OR NOT contains({right}, ' ') THEN {left} ELSE {left} || ' ' || regexp_extract({right}, '[^ ]+$') END"
    return f"CASE WHEN NOT regexp_matches({x}, '{_BOTH}') THEN {x} WHEN {left} = '' THEN {right} ELSE {shared} END"


_PARTICLES = r"DE LA|DE LAS|DE LOS|VAN DER|VAN DEN|VAN DE|VON DER|DELLA|DE|DA|DO|DOS|DAS|DI|DEL|VON|AL|EL|LA|LE|DU|ST|MAC"

_IRISH = "BRIEN|BRIAIN|BRIAN|CONNOR|CONOR|NEILL|NEIL|NEAL|SULLIVAN|REILLY|RIELLY|KEEFFE|KEEFE|DONNELL|DONOGHUE|DONOVAN|LEARY|HARA|TOOLE|SHEA|MALLEY|ROURKE|CONNELL|DWYER|GRADY|FLAHERTY|FLYNN|CALLAGHAN|HANLON|MAHONY|MAHONEY|GORMAN|DOHERTY|HAGAN|KANE|DEA|LOUGHLIN|MEARA|RIORDAN|FARRELL|DOWD|HARE|HALLORAN"


def _joined(x: str, *, beginning: bool) -> str:
    """SQL of a name whose particles are one word with what follows: DA SILVA and DASILVA, MC DONALD. BIN and IBN, son of, are dropped.

    ``beginning``: also where the text begins with one, as a surname by itself may. Le, Van and Do are given names and surnames too:
    a plain VAN is joined to long words only.
    """
    before = "(^| )" if beginning else "( )"
    joined = rf"regexp_replace({x}, '{before}({_PARTICLES})[ -](\p{{L}}[\p{{L}}?]+)', '\1\2\3', 'g')"
    joined = rf"regexp_replace({joined}, '{before}(VAN)[ -](\p{{L}}[\p{{L}}?]{{5,}})', '\1\2\3', 'g')"
    joined = rf"regexp_replace({joined}, '(^|[ -])(?:(MC) |(AL|EL|UL|UR)-)(\p{{L}}[\p{{L}}?]+)', '\1\2\3\4', 'g')"
    joined = rf"replace(replace(replace({joined}, 'DE LA', 'DELA'), 'VAN DE', 'VANDE'), 'VON DER', 'VONDER')"
    joined = rf"regexp_replace({joined}, '(^|[ -])O (?:({_IRISH})\b)', '\1O\2', 'g')"
    joined = rf"regexp_replace({joined}, '([^ ]) (?:BIN|BINTI|BINTE|BINT|IBN) ', '\1 ', 'g')"
    return rf"CASE WHEN regexp_matches({x}, '\b(?:DE|DA|DO|DOS|DAS|DI|DEL|DELLA|VON|VAN|AL|EL|UL|UR|LA|LE|DU|ST|MAC|MC|O|BIN|BINTI|BINTE|BINT|IBN)\b') THEN {joined} ELSE {x} END"


def _taken_apart(source: str) -> str:
    """Surname and given names."""
    bared = _selected({"plain": _bared("spoken"), "joint": f"kind_said = 'person' AND regexp_matches(spoken, '{_BOTH}')"}, source)
    comma = "instr(plain, ',')"
    cells = {
        "family": f"CASE WHEN {comma} > 0 THEN trim(left(plain, {comma} - 1), ' -') ELSE '' END",
        "given": f"CASE WHEN {comma} > 0 THEN trim(regexp_replace(substring(plain, {comma} + 1), '[ ,]+', ' ', 'g'), ' -') ELSE '' END",
        "loose": f"CASE WHEN {comma} > 0 THEN '' ELSE plain END",
    }
    split = _selected(cells, f"({bared})")
    # A comma that parts nothing (JOHN SMITH, OBE) is none, unless the columns said which is the surname.
    half = "NOT parts AND (family = '' OR given = '')"
    whole = f"SELECT * REPLACE (CASE WHEN {half} THEN loose || family || given ELSE loose END AS loose, CASE WHEN {half} THEN '' ELSE family END AS family, CASE WHEN {half} THEN '' ELSE given END AS given) FROM ({split})"
    one = f"SELECT * REPLACE ({_one('loose')} AS loose, {_one('family')} AS family, {_one('given')} AS given) FROM ({whole})"
    joined = f"SELECT * REPLACE ({_joined('loose', beginning=False)} AS loose, {_joined('family', beginning=True)} AS family, {_joined('given', beginning=False)} AS given), {_joined('former', beginning=True)} AS former_name FROM ({one})"
    listed = _selected({"t": "string_split(loose, ' ')"}, f"({joined})")
    # SMITH J: the initial is not the surname.
    flipped = _selected({"flip": "len(t) > 1 AND length(t[-1]) = 1 AND length(t[1]) > 1"}, f"({listed})")
    return _selected(
        {
            "last": "trim(replace(CASE WHEN loose = '' THEN family WHEN flip THEN t[1] ELSE t[-1] END, '-', ' '))",
            "fore": "trim(replace(CASE WHEN loose = '' THEN given WHEN flip THEN array_to_string(t[2:], ' ') ELSE array_to_string(t[:-2], ' ') END, '-', ' '))",
        },
        f"({flipped})",
    )


def _word(x: str) -> str:
    return rf"nullif(trim(regexp_replace({x}, '[^\p{{L}}\p{{M}}?]+', ' ', 'g')), '')"


def taken_apart(source: str) -> str:
    """SELECT of the parts of names: one row for each of ``source`` (said, name, title, first_name, middle_name, surname, former_surname)."""
    apart = source
    for step in (_text, _aside, _kind, _taken_apart):
        apart = f"({step(apart)})"
    person = "kind_said = 'person' AND (last <> '' OR fore <> '')"
    cells = {
        "said": "said",
        "kind": f"CASE WHEN kind_said = 'person' AND NOT ({person}) THEN 'nobody' ELSE kind_said END",
        "first": f"CASE WHEN {person} THEN nullif(split_part(fore, ' ', 1), '') END",
        "others": f"CASE WHEN {person} AND contains(fore, ' ') THEN trim(substring(fore, instr(fore, ' ') + 1)) END",
        "surname": f"CASE WHEN {person} THEN nullif(last, '') END",
        "former": f"CASE WHEN {person} THEN {_word('former_name')} END",
        "nickname": f"CASE WHEN {person} THEN {_word('nickname')} END",
        "tokens": f"CASE WHEN {person} THEN array_to_string(list_sort(string_split(trim(fore || ' ' || last), ' ')), ' ') END",
        "sex_said": "sex_said", "deceased_said": "deceased_said", "joint": f"joint AND {person}", "cut": "cut", "organisation": "organisation",
        "trading_as": r"nullif(trim(regexp_replace(trading_as, '[^\p{L}\p{M}\p{N}]+', ' ', 'g')), '')",
    }  # fmt: skip
    return _selected(cells, apart, keep=False)
