"""Who owns each dwelling, and how it is held and let, one spell after another."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from borough.demo.lives.homes import FIRST, LAST, OWNED, PRIVATE, SOCIAL, Flags, Homes, Ints, Reals
from borough.demo.lives.luck import aligned, among, days_of, happens, logistic, pick

VOID = 3
NONE, FAMILY, SHARERS, SINGLE, STUDENTS = range(5)
SOLD, DIED, LET, RELET, CUT = range(5)
"""Why a spell ended. ``CUT``: the dwelling's life did."""

ASSOCIATIONS = 6
FIRST_PURCHASE, FIRST_ESTATE = 200_000, 5_000_000
"""Owners of a district by number: 0 the council, 1–6 the associations, 10… landlords, then who bought a home to live in, then estates."""
FIRST_LANDLORD = 10

# Owned homes: why the spell ends, how often, after how many years on average, and the shape of the lengths.
OWNED_ENDS = np.array([[SOLD, 0.795, 11.5, 1.3], [DIED, 0.135, 33.0, 3.0], [LET, 0.07, 6.0, 1.3]])
SOCIAL_ENDS = np.array([[RELET, 0.81, 8.5, 1.1], [DIED, 0.19, 25.0, 2.4]])
LET_YEARS = np.array([0.0, 3.2, 1.7, 2.2, 1.0])
BY_ROOM_YEARS = 4.5
LONGEST = 66 * 365
"""Days that anybody stays in one home."""
BY_ROOM_SHARE = 0.078
"""Of private lets: houses in multiple occupation that are let by the room."""


@dataclass
class Spells:
    """Spells by column; ``home`` is the place in ``Homes``. Ends may lie beyond the horizon."""

    home: Ints
    start: Ints
    end: Ints
    sector: Ints
    letting: Ints
    by_room: Flags
    owner: Ints
    reason: Ints
    people: Ints
    """Of shared lets: how many share, or how many rooms there are."""

    def __len__(self) -> int:
        return len(self.home)

    def where(self, which: npt.NDArray[np.generic]) -> Spells:
        """Some of them, or all in another order."""
        return Spells(*(getattr(self, f.name)[which] for f in fields(self)))


@dataclass(frozen=True)
class Landlords:
    """The pool of those who let: their weight in the market, liking for letting by the room, and care."""

    weight: Reals
    liking: Reals
    care: Reals
    company: Flags
    cumulative: Reals

    def draw(self, rng: np.random.Generator, size: int) -> Ints:
        drawn: Ints = np.searchsorted(self.cumulative, rng.random(size) * self.cumulative[-1], side="right").clip(0, len(self.weight) - 1)
        return FIRST_LANDLORD + drawn


def landlords_of(homes: Homes, rng: np.random.Generator) -> Landlords:
    """Most let one home, some a few, a handful dozens."""
    size = max(8, round(len(homes) * 0.27 * 0.75))
    weight = np.clip(rng.pareto(1.25, size) + 0.35, None, 90.0)
    scale = np.log(weight + 0.65)
    liking = rng.normal(0, 0.8, size) + 0.45 * scale
    # Care is unequal, and of those who let many rooms some care little.
    care = np.clip(rng.beta(4.4, 1.7, size) - 0.31 * (rng.random(size) < 0.10 + 0.08 * scale), 0.02, 0.99)
    company = rng.random(size) < np.clip(0.05 + 0.13 * scale, 0.02, 0.7)
    return Landlords(weight, liking, care, company, weight.cumsum())


class Market:
    """Draws what comes next for dwellings. One object for a district, because its chances are set by the district's homes."""

    def __init__(self, homes: Homes, landlords: Landlords, rng: np.random.Generator) -> None:
        self.homes, self.landlords, self.rng = homes, landlords, rng
        self.unit = rng.random(len(homes))
        self.social_owner = np.where(rng.random(len(homes)) < 0.55, 0, 1 + among(rng, [6, 4, 3, 2, 1, 1], len(homes)))
        flats = np.isin(homes.kind, ["block_flat"])
        handy = np.isin(homes.kind, ["terrace", "above_shop", "conversion", "semi"])
        size = np.select([homes.beds <= 1, homes.beds == 2, homes.beds == 3, homes.beds == 4], [-6.0, -2.2, 0.6, 1.5], 1.9)
        self.score = 1.0 * homes.deprivation + 0.6 * homes.student + 0.55 * homes.churn + size - 1.2 * flats + 0.5 * handy
        self.base = aligned(self.score + landlords.liking.mean(), BY_ROOM_SHARE)
        self.pace = np.exp(-0.22 * homes.churn)

    def calibrate(self, i: Ints, owner: Ints) -> None:
        """Set the level of letting by the room, given the homes that are let at first and by whom."""
        self.base = aligned(self.score[i] + self.landlords.liking[owner - FIRST_LANDLORD], BY_ROOM_SHARE)

    def letting(self, i: Ints, owner: Ints, year: Ints, *, standing: bool) -> tuple[Ints, Flags, Ints]:
        """How dwellings are let next (or, ``standing``, on a given day): to whom, by the room or not, and how many share."""
        rng, homes = self.rng, self.homes
        again = happens(rng, 0.06, len(i))
        self.unit[i[again]] = rng.random(int(again.sum()))
        who = np.where((owner >= FIRST_LANDLORD) & (owner < FIRST_PURCHASE), owner - FIRST_LANDLORD, -1)
        liking = np.where(who >= 0, self.landlords.liking[who], -2.0)
        by_room = self.unit[i] < logistic(self.score[i] + liking + self.base + 0.03 * (year - 2021))
        beds = homes.beds[i]
        study = np.clip(0.10 + 0.10 * homes.student[i], 0.005, 0.5) * (beds >= 2)
        share = np.select([beds == 1, beds == 2], [0.0, 0.22], 0.24) * np.exp(0.2 * homes.churn[i])
        single = np.select([beds == 1, beds == 2], [0.44, 0.13], 0.03)
        family = 1.0 - study - share - single
        letting = 1 + pick(rng, np.column_stack([family, share, single, study]) * (LET_YEARS[1:] if standing else 1.0))
        letting = np.where(by_room, SHARERS, letting)
        friends = np.clip(beds + rng.integers(-1, 2, len(i)), 2, 5)
        rooms = np.clip(beds + rng.poisson(0.9, len(i)), 3, 8)
        people = np.select([by_room, letting == SHARERS, letting == STUDENTS], [rooms, friends, np.clip(beds + rng.integers(0, 2, len(i)), 2, 6)], 1)
        return letting, by_room, people


def year_of(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def day_in(year: Ints, month: int, dom: int) -> Ints:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64) + dom - 1


def spell_lengths(market: Market, i: Ints, spells: Spells, *, standing: bool) -> tuple[Ints, Ints]:
    """Why and after how many days spells end; ``standing``: of those met on a given day, which are the longer ones."""
    rng = market.rng
    length, reason = np.ones(len(i), dtype=np.int64), np.full(len(i), RELET)
    for sector, table in ((OWNED, OWNED_ENDS), (SOCIAL, SOCIAL_ENDS)):
        of = np.flatnonzero(spells.sector == sector)
        row = among(rng, table[:, 1] * (table[:, 2] if standing else 1.0), len(of))
        reason[of] = table[row, 0].astype(np.int64)
        length[of] = days_of(rng, table[row, 3] + standing, table[row, 2] * 365.25 * (1 + standing / table[row, 3]), len(of))
    length = np.minimum(length, LONGEST)
    of = np.flatnonzero(spells.sector == PRIVATE)
    years = np.where(spells.by_room[of], BY_ROOM_YEARS, LET_YEARS[spells.letting[of]]) * market.pace[i[of]]
    length[of] = 150 + days_of(rng, 1.5 + standing, years * 365.25 * (1 + standing / 1.5) - 150, len(of))
    reason[of] = np.where(happens(rng, np.where(spells.by_room[of], 0.25, 0.10), len(of)), SOLD, RELET)
    return length, reason


def _students_leave(spells: Spells) -> None:
    """Students' years end with August (or June)."""
    of = np.flatnonzero((spells.letting == STUDENTS) & (spells.sector == PRIVATE))
    earliest = spells.start[of] + 200
    year = year_of(earliest)
    year += day_in(year, 8, 31) < earliest
    spells.end[of] = day_in(year, 8, 31) - np.where(of % 3 == 0, 62, 0)
    spells.reason[of] = RELET


def _empty(market: Market, i: Ints, start: Ints, end: Ints, owner: Ints, reason: Ints) -> Spells:
    size = len(i)
    nothing = np.zeros(size, dtype=np.int64)
    return Spells(i, start, end, np.full(size, VOID), nothing, np.zeros(size, dtype=bool), owner, reason, nothing)


def _first(market: Market) -> tuple[Spells, Ints]:
    """The spells in force at the beginning, and of new homes the first."""
    homes, rng = market.homes, market.rng
    i = np.flatnonzero(homes.last > FIRST)
    size = len(i)
    sector = pick(rng, homes.leaning[i])
    owner = np.select([sector == OWNED, sector == SOCIAL], [FIRST_PURCHASE + i, market.social_owner[i]], market.landlords.draw(rng, size))
    let = sector == PRIVATE
    market.calibrate(i[let], owner[let])
    spells = _begun(market, i, np.full(size, FIRST), sector, owner, standing=True)
    length, spells.reason = spell_lengths(market, i, spells, standing=True)
    new = homes.first[i] > FIRST - 30
    elapsed = np.where(new, 0, (rng.random(size) * length).astype(np.int64))
    late = np.where(new, homes.first[i] + days_of(rng, 1.0, 60, size), homes.first[i])
    spells.start = np.maximum(np.where(new, late, FIRST - elapsed), np.where(new, 0, homes.first[i] + 1))
    spells.start = np.where(new, spells.start, np.minimum(spells.start, FIRST - 1))
    spells.end = np.where(new, spells.start, FIRST) + np.maximum(1, length - elapsed)
    _students_leave(spells)
    return spells, i


def _begun(market: Market, i: Ints, start: Ints, sector: Ints, owner: Ints, *, standing: bool = False) -> Spells:
    size = len(i)
    letting, by_room, people = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool), np.ones(size, dtype=np.int64)
    let = np.flatnonzero(sector == PRIVATE)
    letting[let], by_room[let], people[let] = market.letting(i[let], owner[let], year_of(start[let]), standing=standing)
    return Spells(i, start, start, sector, letting, by_room, owner, np.full(size, RELET), people)


def _gap(market: Market, spells: Spells) -> Ints:
    """Days that homes stand empty after spells; often none."""
    rng, size = market.rng, len(spells)
    mean = np.select(
        [spells.reason == DIED, (spells.sector == OWNED) & (spells.reason == SOLD), spells.sector == OWNED, spells.sector == SOCIAL, spells.reason == SOLD],
        [270.0, 42.0, 38.0, 36.0, 80.0],
        29.0,
    )
    none = np.select([spells.reason == DIED, spells.sector == OWNED, spells.sector == SOCIAL], [0.0, 0.5, 0.05], 0.4)
    long = happens(rng, np.where(spells.sector == OWNED, 0.115, 0.022), size)
    gap = days_of(rng, 1.0, mean, size) + np.where(spells.reason == DIED, 45, 0) + np.where(long, days_of(rng, 1.5, 420, size), 0)
    gap = np.where(happens(rng, none, size) & ~long, 0, gap)
    return np.where(spells.letting == STUDENTS, 1 + gap % 14, gap)


def _next(market: Market, spells: Spells, turn: int) -> tuple[Ints, Ints, Ints]:
    """Sector and owner of the dwellings next, and who owns them while they are empty."""
    rng, i, size = market.rng, spells.home, len(spells)
    lean = market.homes.leaning[i]
    to_let = np.clip(0.135 * lean[:, PRIVATE] / (lean[:, PRIVATE] + lean[:, OWNED]) / 0.34, 0.02, 0.6)
    stays_let = np.clip(1.4 * lean[:, PRIVATE] / (lean[:, PRIVATE] + lean[:, OWNED]) / 0.9, 0.1, 0.9)
    buyer_lets = rng.random(size) < np.where(spells.sector == PRIVATE, stays_let, to_let)
    changes = np.isin(spells.reason, [SOLD, DIED]) & (spells.sector != SOCIAL)
    sector = np.where(changes, np.where(buyer_lets, PRIVATE, OWNED), np.where(spells.reason == LET, PRIVATE, spells.sector))
    bought = np.where(buyer_lets, market.landlords.draw(rng, size), FIRST_PURCHASE + turn * len(market.homes) + i)
    owner = np.where(changes, bought, spells.owner)
    dead = (spells.reason == DIED) & (spells.sector == OWNED)
    return sector, owner, np.where(dead, FIRST_ESTATE + turn * len(market.homes) + i, spells.owner)


def simulate(market: Market) -> Spells:
    """All spells of all dwellings, sorted by dwelling and start, one after another without a gap."""
    homes = market.homes
    spells, i = _first(market)
    done = [_standing_empty(market, spells)]
    for turn in range(1, 41):
        spells.end = np.maximum(spells.end, spells.start + 30)
        cut = spells.end >= homes.last[spells.home]
        spells.end, spells.reason = np.where(cut, homes.last[spells.home], spells.end), np.where(cut, CUT, spells.reason)
        done.append(spells)
        on = np.flatnonzero((spells.end < LAST) & ~cut)
        if not len(on):
            break
        past = spells.where(on)
        sector, owner, meanwhile = _next(market, past, turn)
        start = past.end + _gap(market, past)
        i = past.home
        gap = np.flatnonzero(start > past.end)
        done.append(_empty(market, i[gap], past.end[gap], np.minimum(start, homes.last[i])[gap], meanwhile[gap], past.reason[gap]))
        lasting = np.flatnonzero(start < np.minimum(homes.last[i], LAST))
        i, start = i[lasting], start[lasting]
        spells = _begun(market, i, start, sector[lasting], owner[lasting])
        length, spells.reason = spell_lengths(market, i, spells, standing=False)
        spells.end = start + length
        _students_leave(spells)
    every = Spells(*(np.concatenate([getattr(s, f.name) for s in done]) for f in fields(Spells)))
    every = every.where(np.lexsort((every.start, every.home)))
    return every.where(np.flatnonzero(every.end > every.start))


def _standing_empty(market: Market, spells: Spells) -> Spells:
    """Some homes stand empty at the beginning: their first spell comes later. New homes wait for theirs."""
    rng, size = market.rng, len(spells)
    old = spells.start < FIRST
    empty = old & happens(rng, np.where(spells.sector == PRIVATE, 0.026, 0.022), size)
    since = np.maximum(FIRST - days_of(rng, 1.0, 160, size), market.homes.first[spells.home] + 1)
    until = FIRST + days_of(rng, 1.0, 160, size)
    shift = np.where(empty, until - spells.start, 0)
    begun = np.where(empty, since, market.homes.first[spells.home])
    spells.end += np.where(empty, shift, 0)
    spells.start += shift
    which = np.flatnonzero((empty | (~old & (spells.start > begun))) & (begun < spells.start))
    _students_leave(spells)
    return _empty(market, spells.home[which], begun[which], spells.start[which], spells.owner[which], np.full(len(which), SOLD))
