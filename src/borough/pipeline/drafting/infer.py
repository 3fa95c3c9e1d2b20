"""From what values look like to a contract: types, expressions, rules, the key. A person finishes it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from borough.compile.expressions import plain_names
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import quoted
from borough.pipeline.drafting.profile import Profile
from borough.pipeline.drafting.sample import Sample
from borough.project.checks import SQL_WORDS
from borough.project.spec import name_from

MOST = 0.95  # the share of values that a reader must read to be chosen
PERSONAL = frozenset(
    re.findall(
        r"\w+",
        "name forename surname firstname lastname initials title dob birth email phone telephone mobile nino insurance address addr occupier tenant "
        "landlord applicant payer contact customer claimant resident given soc ssn",
    )
)
SPECIAL = frozenset(re.findall(r"\w+", "ethnicity ethnic race religion belief disability disabled health medical diagnosis sexuality orientation nationality union"))
"""Words in names of columns that tell personal data, and special categories (UK GDPR articles 4(1) and 9(1)). A person looks again."""
_OF_PLACES = frozenset(re.findall(r"\w+", "ward district area lsoa msoa county region country deprivation domain rank decile rate percent license licence business trading brand"))
"""Words in names of columns that are about places and things, whatever else they say (`ward name`, `health deprivation rank`)."""
_REFERENCES = frozenset(re.findall(r"\w+", "ref reference account code number no num licence license case usrn"))
_DATES = frozenset(re.findall(r"\w+", "date dob day from to start end on at when birth opened closed issued expiry expires"))
_MONEY = frozenset(re.findall(r"\w+", "amount balance cost fee fees charge charges price paid due debt rent value total arrears"))
_FLAGS = frozenset(re.findall(r"\w+", "is has flag active"))
_KEYS = ("uprn", "id", "key", "ref", "reference", "number", "no", "code")


@dataclass(frozen=True)
class Column:
    """A column of the contract to be: ``expression`` over the feed, and what is said of it in a comment."""

    name: str
    source: str
    type: str
    expression: str
    required: bool = False
    values: tuple[str, ...] = ()
    between: tuple[str, str] | None = None
    classification: str | None = None
    remark: str | None = None


def columns_of(profiles: Sequence[Profile], whole: bool) -> list[Column]:
    """A contract's columns, in the order received. ``whole``: was every row seen, so that a list of values is one?"""
    used: set[str] = set()
    return [_column(profile, _name(profile.name, used), whole) for profile in profiles]


def _name(received: str, used: set[str]) -> str:
    base = name_from(received)[:60] or "column"
    base = f"{base}_value" if base in SQL_WORDS else base
    name = next(n for n in itertools.chain((base,), (f"{base}_{i}" for i in itertools.count(2))) if n not in used)
    used.add(name)
    return name


def _column(p: Profile, name: str, whole: bool) -> Column:
    kind, reader, remark = _kind(p)
    plain = p.name if _is_plain(p.name) else quoted(p.name)
    expression = f"{reader}({quoted(p.name) if not re.fullmatch(r'[A-Za-z_][A-Za-z0-9_]*', p.name) or p.name.lower() in SQL_WORDS else p.name})" if reader else plain
    return Column(
        name, p.name, kind, expression, required=p.rows > 0 and p.filled == p.rows, values=_values(p, kind) if whole else (), between=_between(p, kind),
        classification=_classification(p), remark=remark,
    )  # fmt: skip


def _is_plain(name: str) -> bool:
    """Can the name stand for itself in a map, whatever other columns there are?"""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_. /()&£%-]*", name) is not None and plain_names(name, None) is not None


def _kind(p: Profile) -> tuple[str, str | None, str | None]:
    """The type, a reader where the type's own would not do, and a remark."""
    if p.filled == 0:
        return "string", None, "empty in the sample"
    for reader, kind in (("uprn", "integer"), ("postcode", "string"), ("nino", "string"), ("email", "string"), ("phone", "string")):
        if p.share(reader) >= MOST and (reader not in ("uprn", "phone") or _says(p, reader)):
            return kind, reader, _some(p, reader)
    for reader, kind in (("uk_timestamp", "timestamp"), ("uk_date", "date"), ("yes_no", "boolean"), ("integer", "integer"), ("money", "money"), ("number", "number"), ("geometry", "geometry")):
        if p.share(reader) >= MOST and _fits(p, reader):
            return kind, None, _some(p, reader)
    return "string", None, None


def _says(p: Profile, reader: str) -> bool:
    return bool(p.words & ({"uprn"} if reader == "uprn" else {"phone", "telephone", "mobile", "tel"}))


def _fits(p: Profile, reader: str) -> bool:
    """Is what the reader can read meant so? Numbers may be dates to it, and references numbers."""
    whole = 0 < p.decimals == p.wholes  # as doubles of whole numbers are written
    bare = p.digits == p.filled
    if reader == "uk_timestamp":
        return p.times > 0
    if reader == "uk_date":
        return not (bare or p.decimals) or (bare and p.longest == 8 and bool(p.words & _DATES))
    if reader == "yes_no":
        return p.distinct <= 2 and (not bare or bool(p.words & _FLAGS))
    if reader == "integer":
        return not p.zeros and p.longest <= 18 and (whole or not (p.words & _REFERENCES or p.decimals))
    if reader == "money":
        return p.signs > 0 or bool(p.words & _MONEY)
    return reader == "geometry" or (not (p.words & _REFERENCES and not p.decimals) and not p.zeros)


def _some(p: Profile, reader: str) -> str | None:
    bad = p.filled - p.reads[reader]
    return f"{bad:,} of {p.filled:,} values can't be read: their rows go to quarantine" if bad else None


def _values(p: Profile, kind: str) -> tuple[str, ...]:
    few = kind == "string" and p.distinct > 1 and p.filled >= 20 * p.distinct and p.longest <= 40 and not p.words & (PERSONAL | _REFERENCES)
    return p.few if few else ()


def _between(p: Profile, kind: str) -> tuple[str, str] | None:
    """The United Kingdom's extent, for coordinates."""
    if kind not in ("number", "integer") or p.low is None or p.high is None:
        return None
    extents = (({"longitude", "lon", "lng", "long"}, -9, 3), ({"latitude", "lat"}, 49, 61), ({"easting", "eastings"}, 0, 700000), ({"northing", "northings"}, 0, 1300000))
    for words, low, high in extents:
        if p.words & words and low <= p.low and p.high <= high:
            return str(low), str(high)
    return None


def _classification(p: Profile) -> str | None:
    if p.words & _OF_PLACES:
        return None
    if p.words & SPECIAL:
        return "special"
    told = p.words & PERSONAL or any(p.share(reader) >= MOST for reader in ("nino", "email")) or _says(p, "phone")
    return "personal" if told else None


def key_of(engine: DuckDBEngine, sample: Sample, columns: Sequence[Column]) -> tuple[tuple[str, ...], str | None]:
    """The columns that tell rows apart: one, two or three of them, else all; and a remark where that is a guess."""
    usable = [c for c in columns if c.required and c.type not in ("number", "money", "geometry", "boolean")]
    ranked = sorted(usable, key=lambda c: _rank(c, columns))[:10]
    for size in (1, 2, 3):
        for some in itertools.combinations(ranked, size):
            if _tells_apart(engine, sample, some):
                return tuple(c.name for c in some), None if size == 1 else "no single column tells the sample's rows apart"
    names = tuple(c.name for c in columns if c.required) or tuple(c.name for c in columns)
    return names, "no three columns tell the sample's rows apart: choose the key"


def _rank(column: Column, columns: Sequence[Column]) -> tuple[int, int, int]:
    words = column.name.split("_")
    named = min((_KEYS.index(w) for w in words if w in _KEYS), default=len(_KEYS))
    return (0 if named < len(_KEYS) else 1, 1 if column.type in ("date", "timestamp") else 0, [c.name for c in columns].index(column.name))


def _tells_apart(engine: DuckDBEngine, sample: Sample, columns: Sequence[Column]) -> bool:
    names = ", ".join(quoted(c.source) for c in columns)
    return bool(engine.rows(f"SELECT count(*) = {sample.rows} FROM (SELECT DISTINCT {names} FROM {sample.relation})")[0][0])


_PAIRS = (("start", "end"), ("from", "to"), ("opened", "closed"), ("issued", "expiry"), ("issued", "expires"), ("granted", "expires"), ("received", "closed"))


def rules_of(columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Rules that most such tables have: the name and the check."""
    dates = [c for c in columns if c.type in ("date", "timestamp")]
    found = []
    for early, late in _PAIRS:
        for first, last in itertools.permutations(dates, 2):
            a, b = first.name.split("_"), last.name.split("_")
            if early in a and late in b and [w for w in a if w != early] == [w for w in b if w != late] and first.type == last.type:
                found.append((f"{last.name}_not_before_{first.name}"[:60], f"{last.name} >= {first.name}"))
    return found
