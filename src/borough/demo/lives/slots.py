"""Places to live, each for one party at a time: a whole home, or a room or share of one; and which party moves on to which place."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from borough.demo.lives.homes import FIRST, LAST, PRIVATE, Flags, Homes, Ints
from borough.demo.lives.luck import days_of, happens, pairs, pick
from borough.demo.lives.tenure import DIED, SHARERS, SINGLE, STUDENTS, VOID, Spells

ROOM = 3
"""Beside OWNED, PRIVATE and SOCIAL: a room of a shared home."""

NOTICE = 28
"""Days of which a party on the move has both homes at most."""

# Of parties that give up a place of this kind (owned, private, social, room): which share look for which other kind in the borough; the rest leave.
WANTS = np.array(
    [
        [0.52, 0.12, 0.00, 0.00],
        [0.11, 0.44, 0.05, 0.00],
        [0.03, 0.08, 0.60, 0.00],
        [0.00, 0.06, 0.01, 0.41],
    ]
)
SIZES = np.array([0.10, 0.48, 0.34, 0.08])
"""Chances that the next home has one bedroom less, as many, one more, two more."""


@dataclass
class Slots:
    """Places by column. ``spell`` and ``home`` are places in their tables; ``solo``: for one person; ``died``: the party ends with it."""

    spell: Ints
    home: Ints
    start: Ints
    end: Ints
    kind: Ints
    beds: Ints
    solo: Flags
    student: Flags
    died: Flags

    def __len__(self) -> int:
        return len(self.spell)

    def where(self, which: npt.NDArray[np.generic]) -> Slots:
        """Some of them, or all in another order."""
        return Slots(*(getattr(self, f.name)[which] for f in fields(self)))


def slots_of(homes: Homes, spells: Spells, rng: np.random.Generator) -> Slots:
    """The places of all spells, sorted by start."""
    shared = (spells.letting == SHARERS) | (spells.letting == STUDENTS)
    lived = spells.sector != VOID
    whole = np.flatnonzero(lived & ~shared)
    one = Slots(
        whole, spells.home[whole], spells.start[whole], spells.end[whole], spells.sector[whole], homes.beds[spells.home[whole]],
        spells.letting[whole] == SINGLE, np.zeros(len(whole), dtype=bool), spells.reason[whole] == DIED,
    )  # fmt: skip
    parts = [one, *_rooms(spells, np.flatnonzero(lived & shared), rng)]
    every = Slots(*(np.concatenate([getattr(s, f.name) for s in parts]) for f in fields(Slots)))
    return every.where(np.lexsort((every.home, every.spell, every.start)))


def _rooms(spells: Spells, shared: Ints, rng: np.random.Generator) -> list[Slots]:
    """One stay after another in each room of shared homes."""
    spell = np.repeat(shared, spells.people[shared])
    by_room, student = spells.by_room[spell], spells.letting[spell] == STUDENTS
    last = spells.end[spell]
    start = np.where(by_room, np.maximum(spells.start[spell], FIRST - 700), spells.start[spell])
    start = start + np.where(by_room, days_of(rng, 1.0, 18, len(spell)), 0)
    done = []
    while len(spell):
        size = len(spell)
        length = np.where(by_room, 40 + days_of(rng, 1.1, 330, size), 60 + days_of(rng, 1.5, 330, size))
        whole = happens(rng, np.select([student, by_room], [0.93, 0.0], 0.62), size)
        end = np.where(whole, last, np.minimum(start + length, last))
        end = np.where(last - end < 45, last, end)
        ok = (start < end) & (start < LAST)
        none = np.zeros(int(ok.sum()), dtype=bool)
        done.append(Slots(spell[ok], spells.home[spell[ok]], start[ok], end[ok], np.full(len(none), ROOM), np.zeros(len(none), dtype=np.int64), ~none, student[ok], none))
        on = ok & (end < np.minimum(last, LAST))
        start = (end + np.where(happens(rng, 0.4, size), 0, days_of(rng, 1.0, 20, size)))[on]
        spell, by_room, student, last = spell[on], by_room[on], student[on], last[on]
    return done


def moves_on(slots: Slots, rng: np.random.Generator) -> Ints:
    """For each slot the one that its party came from, or -1. A party moves in at most four weeks before its old place ends; its stay there ends that day."""
    size = len(slots)
    came_from = np.full(size, -1, dtype=np.int64)
    leaving = np.flatnonzero((slots.end > FIRST) & (slots.end <= LAST) & ~slots.died & ~slots.student)
    entering = np.flatnonzero((slots.start > FIRST) & ~slots.student)
    wants = np.column_stack([WANTS, 1 - WANTS.sum(axis=1)])[slots.kind[leaving]]
    wants[:, ROOM] += np.where(slots.solo[leaving] & (slots.kind[leaving] == PRIVATE), 0.15, 0)
    want = pick(rng, wants)
    beds = np.clip(slots.beds[leaving] - 1 + pick(rng, np.tile(SIZES, (len(leaving), 1))), 1, 5)
    single = slots.kind[leaving] == ROOM
    beds = np.where(want == ROOM, 0, np.where(single, 1 + happens(rng, 0.3, len(leaving)), beds))
    leaving, want, beds = leaving[want < 4], want[want < 4], beds[want < 4]
    # Half of the places are open to those who come from elsewhere anyway; finer matches are sought first.
    for width, exact in ((NOTICE // 2, True), (NOTICE // 2, False)):
        _match(slots, came_from, (leaving, want, beds), entering, width, exact)
        used = np.zeros(size, dtype=bool)
        used[came_from[came_from >= 0]] = True
        keep = ~used[leaving]
        leaving, want, beds = leaving[keep], want[keep], beds[keep]
        entering = entering[came_from[entering] < 0]
    return came_from


def _match(slots: Slots, came_from: Ints, leaving: tuple[Ints, Ints, Ints], entering: Ints, width: int, exact: bool) -> None:
    """Pair those who leave in one fortnight with places that open in the fortnight before."""
    who, want, beds = leaving
    have = np.minimum(slots.beds[entering], 5)
    size_wanted, size_had = (beds, have) if exact else (np.where(beds == 0, 0, 1 + beds // 3), np.where(have == 0, 0, 1 + have // 3))
    left = ((slots.end[who] // width) * 4 + want) * 8 + size_wanted
    right = ((slots.start[entering] // width + 1) * 4 + slots.kind[entering]) * 8 + size_had
    i, j = pairs(left, slots.end[who], right, slots.start[entering])
    old, new = who[i], entering[j]
    fits = (slots.start[new] > slots.start[old]) & (slots.start[new] <= slots.end[old]) & (slots.home[new] != slots.home[old])
    came_from[new[fits]] = old[fits]


def chains(came_from: Ints) -> Ints:
    """For each slot the first of its party's."""
    root = np.where(came_from >= 0, came_from, np.arange(len(came_from)))
    while True:
        further = root[root]
        if (further == root).all():
            return root
        root = further
