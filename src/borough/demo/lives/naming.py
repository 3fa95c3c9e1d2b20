"""What people are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.lives.folk import CHILD, FEMALE, HEAD, MALE, PARTNER, SHARER, Folk
from borough.demo.lives.homes import LAST, Flags, Homes, Ints, Reals
from borough.demo.lives.luck import among, days_of, happens
from borough.demo.lives.names import BIRTHS, GROUPS, NICKNAMES, given
from borough.demo.lives.parties import YEAR, Parties
from borough.demo.lives.surnames import CHANGES, SURNAMES, WOMENS

Texts = npt.NDArray[np.object_]
NAMES = tuple(GROUPS)


def groups_near(homes: Homes, rng: np.random.Generator) -> Ints:
    """For each dwelling the group of those who move in from elsewhere: neighbourhoods differ."""
    base = np.array(list(GROUPS.values()))
    places, where = np.unique(homes.place, return_inverse=True)
    mixes = rng.dirichlet(base / base.sum() * 7.0, len(places)) + 0.15 * base
    cumulative = mixes.cumsum(axis=1)[where]
    drawn = rng.random((len(homes), 1)) * cumulative[:, -1:]
    near: Ints = (cumulative <= drawn).sum(axis=1).clip(0, len(NAMES) - 1)
    return near


@dataclass
class Lines:
    """Surnames: for each line (three to a party) its group and name, and for each membership its line."""

    group: Ints
    surname: Texts
    of: Ints


def lines_of(p: Parties, table: Folk, root: Ints, rng: np.random.Generator) -> Lines:
    """Surnames by family. Who came from another party brings that one's."""
    alias = np.arange(3 * len(p))
    merged = np.flatnonzero(root != np.arange(len(table)))
    alias[table.line[merged]] = table.line[root[merged]]
    group = np.repeat(p.group, 3)
    mixed = happens(rng, 0.14, len(group)) & (np.arange(len(group)) % 3 == 1)
    group[mixed] = among(rng, list(GROUPS.values()), int(mixed.sum()))
    # Lines that are another's take its group with its name; of those who join them most are of the same group.
    group = group[alias]
    joined = np.arange(1, len(group), 3)
    own = (alias[joined] == joined) & ~mixed[joined]
    group[joined[own]] = group[joined[own] - 1]
    surname = _drawn(group, [SURNAMES[g] for g in NAMES], rng, power=0.92, flat=4.0)
    return Lines(group, surname[alias], alias[table.line])


def _drawn(code: Ints, lists: list[list[str]], rng: np.random.Generator, *, power: float, flat: float) -> Texts:
    """For each code a name of its list, the first ones most often (Zipf)."""
    out = np.empty(len(code), dtype=object)
    unit = rng.random(len(code))
    order = np.argsort(code, kind="stable")
    edges = np.searchsorted(code[order], np.arange(len(lists) + 1))
    for n, names in enumerate(lists):
        rows = order[edges[n] : edges[n + 1]]
        if len(rows):
            cumulative = (1.0 / (np.arange(len(names)) + flat) ** power).cumsum()
            at = np.searchsorted(cumulative, unit[rows] * cumulative[-1], side="right").clip(0, len(names) - 1)
            out[rows] = np.array([n.replace("~", " ") for n in names], dtype=object)[at]
    return out


def first_names(group: Ints, sex: Ints, born: Ints, rng: np.random.Generator) -> Texts:
    """Given names by group, sex and generation."""
    years = 1970 + born / YEAR
    generation = np.searchsorted(np.array(BIRTHS), years)
    lists = [given(g, s, n) for g in NAMES for s in ("F", "M") for n in range(4)]
    return _drawn((group * 2 + sex) * 4 + generation, lists, rng, power=0.72, flat=2.0)


def _siblings(table: Folk, rows: Ints, first: Texts, lines: Ints, rng: np.random.Generator) -> None:
    """No two children of a home share a first name, but some sons have their father's."""
    for _ in range(3):
        kids = np.flatnonzero(table.role[rows] == CHILD)
        frame = pl.DataFrame({"kid": kids, "party": table.party[rows[kids]], "first": first[kids].tolist()})
        again = frame.filter(pl.int_range(pl.len()).over("party", "first") > 0)["kid"].to_numpy()
        if not len(again):
            break
        # Another's of the same sex and age: shifted within the sorted list of all children.
        code = table.sex[rows[kids]] + 2 * lines[kids]
        order = kids[np.lexsort((rng.random(len(kids)), table.born[rows[kids]] // 4000, code))]
        at = np.empty(len(rows), dtype=np.int64)
        at[order] = np.arange(len(order))
        first[again] = first[order[(at[again] + 1) % len(order)]]


def _sons(table: Folk, rows: Ints, first: Texts, person_of: Ints, line: Ints, rng: np.random.Generator) -> None:
    fathers = np.full(int(line.max()) + 1, -1, dtype=np.int64)
    lead = np.flatnonzero(np.isin(table.role, [HEAD, PARTNER]) & (table.sex == MALE))
    fathers[line[lead]] = person_of[lead]
    sons = np.flatnonzero((table.role[rows] == CHILD) & (table.sex[rows] == MALE) & happens(rng, 0.03, len(rows)))
    father = fathers[line[rows[sons]]]
    sons, father = sons[father >= 0], father[father >= 0]
    first[sons] = first[father]


@dataclass
class Married:
    """Women who took a husband's name: their place among people, its line, the day, and whether both names are kept."""

    wife: Ints
    line: Ints
    day: Ints
    both: Flags
    everyone: Flags
    """Whether each of the people is married."""


def marriages(p: Parties, table: Folk, person_of: Ints, lines: Lines, people: int, rng: np.random.Generator) -> Married:
    """Of the couples two thirds are or get married."""
    rows = np.flatnonzero(table.role == PARTNER)
    head = np.full(len(p), -1, dtype=np.int64)
    heads = np.flatnonzero(np.isin(table.role, [HEAD, SHARER]))
    head[table.party[heads]] = heads
    other = head[table.party[rows]]
    woman = np.where(table.sex[rows] == FEMALE, rows, other)
    man = np.where(table.sex[rows] == FEMALE, other, rows)
    wed = table.born[woman] + (np.clip(rng.normal(28.5, 5.0, len(rows)), 18.2, 60) * YEAR).astype(np.int64)
    joined = table.join[rows] > p.start[table.party[rows]]
    wed = np.where(joined, table.join[rows] + days_of(rng, 1.2, 3 * YEAR, len(rows)), wed)
    ok = (table.sex[woman] != table.sex[man]) & (wed < table.leave[rows]) & (wed <= LAST) & happens(rng, 0.68, len(rows))
    ok &= (person_of[woman] >= 0) & (person_of[man] >= 0)
    woman, man, wed = woman[ok], man[ok], wed[ok]
    everyone = np.zeros(people, dtype=bool)
    everyone[person_of[woman]] = everyone[person_of[man]] = True
    rate = np.array([CHANGES.get(g, 0.2) for g in NAMES])[lines.group[lines.of[woman]]]
    # The latest marriage counts.
    order = np.lexsort((woman, -wed))
    order = order[happens(rng, rate[order], len(order))]
    _, once = np.unique(person_of[woman[order]], return_index=True)
    chosen = order[once]
    both = happens(rng, 0.06, len(chosen))
    return Married(person_of[woman[chosen]], lines.of[man[chosen]], wed[chosen], both, everyone)


def surnames(people: pl.DataFrame, lines: Lines, married: Married, rng: np.random.Generator) -> pl.DataFrame:
    """Adds surname, birth_surname and surname_from (a number of a day) to people with ``line``, ``sex`` and ``code`` of group."""
    size = len(people)
    birth = lines.surname[people["line"].to_numpy()].copy()
    code, women = people["code"].to_numpy(), people["sex"].to_numpy() == FEMALE
    own = np.zeros(size, dtype=bool)
    for group, (rate, names) in WOMENS.items():
        of = np.flatnonzero(women & (code == NAMES.index(group)) & happens(rng, rate, size))
        birth[of] = _drawn(np.zeros(len(of), dtype=np.int64), [names.split()], rng, power=0.8, flat=1.0)
        own[of] = True
    keep = ~own[married.wife]
    wife, day = married.wife[keep], married.day[keep]
    now = birth.copy()
    taken = lines.surname[married.line[keep]]
    now[wife] = np.where(married.both[keep], birth[wife] + "-" + taken, taken)
    since = np.zeros(size, dtype=np.int64)
    since[wife] = day
    polish = women & (code == NAMES.index("polish")) & happens(rng, 0.7, size)
    frame = people.with_columns(
        surname=pl.Series(now.tolist(), dtype=pl.String), birth_surname=pl.Series(birth.tolist(), dtype=pl.String), surname_from=pl.Series(since), polish=pl.Series(polish)
    )
    inflected = pl.col("surname", "birth_surname").str.replace(r"([sc])ki$", "${1}ka")
    frame = frame.with_columns(pl.when("polish").then(inflected).otherwise(pl.col("surname", "birth_surname")))
    changed = (pl.col("surname_from") != 0) & (pl.col("surname") != pl.col("birth_surname"))
    return frame.with_columns(pl.when(changed).then(pl.col("birth_surname", "surname_from"))).drop("polish")


def called(p: Parties, table: Folk, root: Ints, rows: Ints, person_of: Ints, rng: np.random.Generator) -> pl.DataFrame:
    """People by name, in the order of ``rows`` (their first membership): sex, born, code of group, line, title, first, middle, surname …"""
    lines = lines_of(p, table, root, rng)
    line = lines.of[rows]
    code, sex, born = lines.group[line], table.sex[rows], table.born[rows]
    married = marriages(p, table, person_of, lines, len(rows), rng)
    first = first_names(code, sex, born, rng)
    _siblings(table, rows, first, code, rng)
    _sons(table, rows, first, person_of, lines.of, rng)
    middle = first_names(code, sex, np.maximum(born - 4000, -FIRST_BORN), rng)
    rate = np.where(np.isin(code, [NAMES.index(g) for g in ("british", "irish", "caribbean", "nigerian", "ghanaian", "polish")]), 0.72, 0.3)
    frame = pl.DataFrame({"sex": sex, "born": born, "code": code, "line": line, "first": first.tolist(), "middle": middle.tolist()})
    frame = frame.with_columns(
        first=pl.col("first").str.replace("~", " "),
        middle=pl.when(pl.Series(happens(rng, rate, len(rows))) & (pl.col("middle") != pl.col("first"))).then("middle"),
        nickname=pl.when(pl.Series(happens(rng, 0.55, len(rows)))).then(pl.col("first").replace_strict(NICKNAMES, default=None, return_dtype=pl.String)),
    )
    frame = _with_singh_and_kaur(frame)
    return surnames(frame, lines, married, rng).with_columns(title=pl.Series(_titles(sex, born, married.everyone, rng).tolist(), dtype=pl.String))


FIRST_BORN = 40_000


def _with_singh_and_kaur(frame: pl.DataFrame) -> pl.DataFrame:
    """Among Sikhs these are what middle names are elsewhere."""
    sikh = pl.col("code") == NAMES.index("punjabi")
    name = pl.when(pl.col("sex") == FEMALE).then(pl.lit("Kaur")).otherwise(pl.lit("Singh"))
    return frame.with_columns(middle=pl.when(sikh).then(name).otherwise("middle"))


def _titles(sex: Ints, born: Ints, married: Flags, rng: np.random.Generator) -> Texts:
    size = len(sex)
    drawn: Reals = rng.random(size)
    young = born > LAST - 15 * YEAR
    married = married | ((born < LAST - 62 * YEAR) & (rng.random(size) < 0.7))
    women = np.where(married, np.where(drawn < 0.75, "Mrs", "Ms"), np.where(drawn < 0.5, "Miss", "Ms"))
    titles = np.where(sex == FEMALE, np.where(young, "Miss", women), np.where(young, "Master", "Mr"))
    special = ~young & (rng.random(size) < 0.016)
    return np.where(special, np.where(drawn < 0.85, "Dr", np.where(drawn < 0.95, "Prof", "Rev")), titles).astype(object)
