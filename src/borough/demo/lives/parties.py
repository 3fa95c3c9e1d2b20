"""Who lives together: the make-up of each party when it first appears, and what its years bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borough.demo.lives.folk import ADULT, CHILD, FEMALE, FOREVER, HEAD, LODGER, MALE, PARENT, PARTNER, SHARER, Folk, folk, together
from borough.demo.lives.homes import LAST, OWNED, PRIVATE, SOCIAL, Flags, Homes, Ints, Reals
from borough.demo.lives.luck import days_of, happens, pick
from borough.demo.lives.slots import ROOM, Slots
from borough.demo.lives.tenure import year_of

YEAR = 365.25
SINGLE, COUPLE, LONE, GENERATIONS = range(4)
# By kind of the first place (owned, private, social, room): single, couple with or without children, lone parent, three generations.
MAKES = np.array([[0.10, 0.76, 0.05, 0.09], [0.02, 0.77, 0.12, 0.09], [0.19, 0.43, 0.30, 0.08], [0.93, 0.07, 0.00, 0.00]])
STARTS = np.array([[23.5, 11.5, 7.5], [21.0, 10.5, 8.5], [20.0, 15.5, 12.0], [18.5, 9.5, 7.0]])
"""Ages of heads when a party begins: the youngest, the mean above it, its deviation."""
CHILDREN = np.array([[0.05, 0.11, 0.45, 0.26, 0.13], [0.05, 0.13, 0.42, 0.25, 0.15], [0.04, 0.10, 0.32, 0.31, 0.23], [0.9, 0.1, 0.0, 0.0, 0.0]])
FIRST_BIRTH = np.array([32.2, 31.8, 28.5, 29.0])


@dataclass
class Parties:
    """Parties by column: their time, what their first place was, who leads them.

    ``settled``: since when they have a home of their own, not a room (for some never). ``died``: the head dies at the end.
    """

    start: Ints
    end: Ints
    settled: Ints
    kind: Ints
    beds: Ints
    solo: Flags
    student: Flags
    died: Flags
    home: Ints
    make: Ints
    head_sex: Ints
    head_born: Ints
    partner_sex: Ints
    partner_born: Ints
    group: Ints

    def __len__(self) -> int:
        return len(self.start)


def parties_of(homes: Homes, slots: Slots, root: Ints, groups: Ints, rng: np.random.Generator) -> tuple[Parties, Ints]:
    """The parties, and for each slot its party. ``groups``: for each dwelling the group of names of someone who comes to live there from outside."""
    first, party = np.unique(root, return_inverse=True)
    size = len(first)
    last = np.zeros(size, dtype=np.int64)
    np.maximum.at(last, party, np.arange(len(slots)))  # slots are sorted by start
    end, died = slots.end[last], slots.died[last]
    settled = np.full(size, FOREVER, dtype=np.int64)
    own = slots.kind != ROOM
    np.minimum.at(settled, party[own], slots.start[own])
    start, kind, home = slots.start[first], slots.kind[first], slots.home[first]
    make = pick(rng, np.where((slots.beds[first] <= 1)[:, None], MAKES[kind] * [2.6, 0.9, 0.6, 0.12], MAKES[kind]))
    make = np.where(slots.solo[first] & (kind != ROOM), SINGLE, np.where(slots.student[first], SINGLE, make))
    age = _ages(start, end, kind, died, homes.age[home], slots.student[first], rng)
    head_sex = (rng.random(size) < np.select([make == LONE, kind == SOCIAL, kind == ROOM], [0.09, 0.42, 0.55], 0.52)).astype(np.int64)
    head_born = start - (age * YEAR).astype(np.int64)
    same = happens(rng, 0.025, size)
    older = np.where(head_sex == MALE, 1.0, -1.0) * np.where(same, 0, 2.4) + rng.normal(0, 3.6, size)
    partner_born = np.minimum(head_born + (older * YEAR).astype(np.int64), start - int(18.2 * YEAR))
    partner_sex = np.where(same, head_sex, 1 - head_sex)
    return Parties(
        start, end, settled, kind, slots.beds[first], slots.solo[first], slots.student[first], died, home, make,
        head_sex, head_born, partner_sex, partner_born, groups[home],
    ), party  # fmt: skip


def _ages(start: Ints, end: Ints, kind: Ints, died: Flags, place: Reals, student: Flags, rng: np.random.Generator) -> Reals:
    """Ages of heads at the beginning, such that they aren't too old at the end; who dies at the end mostly dies old."""
    size = len(start)
    youngest, mean, spread = STARTS[kind].T
    shape = (mean / spread) ** 2
    age = youngest + rng.standard_gamma(shape) * mean / shape * (place / place.mean()) ** 0.5
    age = np.where(student, 18.6 + rng.exponential(1.6, size), age)
    years = (end - start) / YEAR
    at_death = np.clip(95.5 - rng.gamma(2.0, 5.5, size), 45, 102)
    age = np.where(died, np.maximum(at_death - years, youngest), age)
    limit = 90 + rng.random(size) * 6
    over = (age + years > limit) & ~died
    age = np.where(over, np.maximum(youngest, limit - years - rng.exponential(6, size)), age)
    # A party that never dies out by a death of its head would otherwise age without end.
    return np.clip(age, 18.1, 97)


def left_to_live(born: Ints, since: Ints, sex: Ints, rng: np.random.Generator) -> Ints:
    """Days of death, of people alive on a day (Gompertz: mortality doubles in about seven years)."""
    slope = 0.098
    age = (since - born) / YEAR
    level = np.where(sex == MALE, 2.4e-5, 1.5e-5) * np.exp(slope * age)
    years = np.log1p(-slope / level * np.log(1 - rng.random(len(born)))) / slope
    return since + 1 + (years * YEAR).astype(np.int64)


def households(parties: Parties, rng: np.random.Generator) -> Folk:
    """All memberships but those of children, in the order: heads, partners, the rest."""
    heads = _heads(parties)
    partners = _partners(parties, rng)
    return together(heads, partners, _joiners(parties, rng), _elders(parties, rng), _others(parties, rng))


def _heads(p: Parties) -> Folk:
    everyone = np.arange(len(p))
    heads = folk(everyone, HEAD, p.head_sex, p.head_born, p.start, p.end, 3 * everyone, p.died)
    heads.role = np.where(p.kind == ROOM, SHARER, HEAD)
    return heads


def _partners(p: Parties, rng: np.random.Generator) -> Folk:
    """Couples from the first day. Some part, some are widowed; of who died at the end, the other had died before, or dies on another day."""
    of = np.flatnonzero((p.make == COUPLE) | (p.make == GENERATIONS))
    parted = p.start[of] + days_of(rng, 1.0, 75 * YEAR, len(of))
    dead = left_to_live(p.partner_born[of], p.start[of], p.partner_sex[of], rng)
    dead = np.where(p.died[of], np.minimum(dead, p.end[of] - days_of(rng, 1.0, 6 * YEAR, len(of))), dead)
    dead = np.maximum(dead, p.start[of] + 40)
    leave = np.minimum(np.minimum(parted, dead), p.end[of])
    partners = folk(of, PARTNER, p.partner_sex[of], p.partner_born[of], p.start[of], leave, 3 * of + 1, (dead == leave) & (dead < p.end[of]))
    short = p.died[of] & (leave >= p.end[of])
    return partners.where(np.flatnonzero(~short))


def _joiners(p: Parties, rng: np.random.Generator) -> Folk:
    """Partners who move in with someone who lived alone."""
    age = (p.settled - p.head_born) / YEAR
    of = np.flatnonzero((p.make == SINGLE) & (p.settled < FOREVER) & (age < 50) & ~p.died)
    join = p.settled[of] + days_of(rng, 1.0, 5 * YEAR, len(of))
    of, join = of[join < p.end[of] - 90], join[join < p.end[of] - 90]
    leave = np.minimum(p.end[of], join + days_of(rng, 1.0, 40 * YEAR, len(of)))
    born = np.minimum(p.partner_born[of], join - int(18.2 * YEAR))
    return folk(of, PARTNER, p.partner_sex[of], born, join, leave, 3 * of + 1)


def _elders(p: Parties, rng: np.random.Generator) -> Folk:
    """Parents of the head (or of the partner) in the homes of three generations."""
    of = np.flatnonzero(p.make == GENERATIONS)
    mother = folk(of, PARENT, np.zeros(len(of), dtype=np.int64), p.head_born[of] - rng.integers(7800, 12500, len(of)), p.start[of], p.end[of], 3 * of)
    father = folk(of, PARENT, np.ones(len(of), dtype=np.int64), mother.born - rng.integers(-400, 2500, len(of)), p.start[of], p.end[of], 3 * of)
    elders = together(mother, father.where(np.flatnonzero(happens(rng, 0.55, len(of)))))
    late = happens(rng, 0.45, len(elders))
    elders.join = np.where(late, elders.join + days_of(rng, 1.0, 6 * YEAR, len(elders)), elders.join)
    dead = left_to_live(elders.born, elders.join, elders.sex, rng)
    elders.dies = dead < elders.leave
    elders.leave = np.minimum(elders.leave, dead)
    return elders.where(np.flatnonzero((elders.join < elders.leave - 30) & (elders.join - elders.born < 92 * YEAR)))


def _others(p: Parties, rng: np.random.Generator) -> Folk:
    """Lodgers, and grown-up relatives who stay for a while."""
    years = np.minimum(p.end, LAST) - np.maximum(p.start, LAST - 2400)
    chance = np.where((p.beds >= 2) & (p.kind != ROOM), np.clip(years / YEAR, 0, 7) * 0.045, 0)
    of = np.flatnonzero(happens(rng, chance, len(p)))
    room = np.maximum(1, np.minimum(p.end[of], LAST) - np.maximum(p.start[of], LAST - 2400))
    join = np.maximum(p.start[of], LAST - 2400) + (rng.random(len(of)) * room).astype(np.int64)
    leave = np.minimum(p.end[of], join + days_of(rng, 1.2, 700, len(of)))
    born = join - (np.clip(20 + rng.gamma(2, 6, len(of)), 18.3, 75) * YEAR).astype(np.int64)
    kin = happens(rng, 0.6, len(of))
    others = folk(of, ADULT, rng.integers(0, 2, len(of)), born, join, leave, np.where(kin, 3 * of, 3 * of + 2))
    others.role = np.where(kin, ADULT, LODGER)
    return others.where(np.flatnonzero(leave - join > 30))


def children(p: Parties, parents: tuple[Ints, Ints, Ints, Ints], fathers: Ints, since: Ints, rng: np.random.Generator) -> Folk:
    """Children of mothers ``parents`` (their party, day of birth, the day from when births may fall into the party's time, the last such day).

    A mother's births are drawn for her whole life: those before ``since`` come with her, unless they have left home, later ones are born into the party.
    """
    party, born, earliest, latest = parents
    lone = p.make[party] == LONE
    kind = np.where(lone & (p.kind[party] == OWNED), PRIVATE, p.kind[party])
    small = np.where(p.beds[party] <= 1, 0.6, 1.0)[:, None] ** np.arange(5)
    many = pick(rng, CHILDREN[kind] * small)
    many = np.where(lone, np.maximum(many, 1), many)
    age = np.clip(rng.normal(FIRST_BIRTH[kind], 4.8), 17, 43)
    age = np.where(lone, np.minimum(age, (since - born) / YEAR - rng.random(len(party)) * 9), age)
    age = np.where(lone, np.maximum(age, 16.8), age)
    tables = []
    for n in range(5):
        birth = born + (age * YEAR).astype(np.int64)
        ok = np.flatnonzero((many > n) & (age < 46) & (birth >= earliest) & (birth < latest))
        tables.append(_child(p, party[ok], birth[ok], since[ok], fathers[ok], rng))
        twins = happens(rng, 0.016, len(party))
        age = age + np.where(twins, 0, 1.2 + rng.gamma(1.7, 1.2, len(party)))
        many = many + (twins & (many == n + 1))
    return together(*tables)


def _child(p: Parties, party: Ints, birth: Ints, since: Ints, line: Ints, rng: np.random.Generator) -> Folk:
    size = len(party)
    years = np.clip(rng.normal(25.8, 4.8, size), 18.2, 39)
    away = birth + (years * YEAR).astype(np.int64)
    # Some leave for a university in the September after their eighteenth birthday.
    study = happens(rng, 0.22, size)
    september = (year_of(birth + int(18.1 * YEAR)) - 1970) * YEAR + 262
    september += np.where(september < birth + 18.05 * YEAR, YEAR, 0)
    away = np.where(study, september.astype(np.int64), away)
    join = np.maximum(birth, since)
    leave = np.minimum(away, p.end[party])
    kids = folk(party, CHILD, rng.integers(0, 2, size), birth, join, leave, line)
    return kids.where(np.flatnonzero(leave > join + 1))


def mothers(p: Parties, table: Folk, *, joined: bool) -> tuple[tuple[Ints, Ints, Ints, Ints], Ints, Ints]:
    """Mothers as ``children`` takes them, their children's surname lines, and since when they are in the party. ``joined``: of couples of whom one moved in later, or of the others."""
    partner = np.full(len(p), -1, dtype=np.int64)
    whose = np.flatnonzero(table.role == PARTNER)
    whose = whose[(table.join[whose] > p.start[table.party[whose]]) == joined]
    partner[table.party[whose]] = whose
    of = np.flatnonzero((partner >= 0) | (p.make == LONE) & (not joined))
    with_one, row = partner[of] >= 0, np.maximum(partner[of], 0)
    born = np.where((p.head_sex[of] == FEMALE) | ~with_one, p.head_born[of], table.born[row])
    since = np.where(with_one, table.join[row], p.start[of])
    grown = np.maximum(p.head_born[of], np.where(with_one, table.born[row], -FOREVER)) + int(16.5 * YEAR)
    earliest = np.maximum(np.where(joined, since + 270, -FOREVER), grown)
    latest = np.where(with_one, table.leave[row], np.where(of % 3 == 0, p.end[of], p.start[of]))
    latest = np.where(with_one & (p.head_sex[of] == table.sex[row]), -FOREVER, latest)
    father = np.where((p.head_sex[of] == MALE) & with_one, 3 * of, np.where(with_one, 3 * of + 1, 3 * of + np.where(of % 2 == 0, 2, 0)))
    return (of, born, earliest, latest), father, since
