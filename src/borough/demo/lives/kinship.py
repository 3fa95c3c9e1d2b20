"""Who is the same person in two parties: grown-up children, parted partners and lodgers who go to live elsewhere in the borough."""

from __future__ import annotations

import numpy as np

from borough.demo.lives.folk import ADULT, CHILD, HEAD, LODGER, PARTNER, SHARER, Folk
from borough.demo.lives.homes import FIRST, LAST, Flags, Ints
from borough.demo.lives.luck import happens, pairs
from borough.demo.lives.parties import YEAR, Parties

STAYERS = 0.72
"""Of those who leave their party: who look for a place in the borough."""


def leavers(p: Parties, table: Folk, rng: np.random.Generator) -> Ints:
    """Memberships that end while the party goes on, of people who look for a place in the borough."""
    own = (table.leave < p.end[table.party]) & ~table.dies & (table.leave > FIRST) & (table.leave <= LAST)
    first_partner = (table.role == PARTNER) & (table.join == p.start[table.party])
    free = own & (np.isin(table.role, [CHILD, ADULT, LODGER]) | first_partner) & happens(rng, STAYERS, len(table))
    return np.flatnonzero(free)


def newcomers(p: Parties, table: Folk) -> Ints:
    """People alone at the beginning of their party, who may have lived in the borough before."""
    alone = np.isin(table.role, [HEAD, SHARER]) & (p.make[table.party] == 0) & ~p.student[table.party] & ~p.died[table.party]
    return np.flatnonzero(alone & (table.join > FIRST) & (table.join <= LAST))


def joiners(p: Parties, table: Folk) -> Ints:
    """Partners who move in with someone."""
    joins = (table.role == PARTNER) & (table.join > p.start[table.party])
    return np.flatnonzero(joins & (table.join > FIRST) & (table.join <= LAST))


def unite(p: Parties, table: Folk, same: Ints, old: Ints, new: Ints, *, by_sex: bool) -> None:
    """Make the people of memberships ``new`` those of ``old``, where day and age fit (and sex, where it is settled); an old membership ends on the day when the new begins."""
    for days, years in ((45, 3.0), (60, 5.0), (120, 7.0)):
        old, new = old[~_used(same, old)], new[same[new] == new]
        key_old = _key(table.leave[old] // days, table.born[old], table.sex[old] * by_sex, years)
        key_new = _key(table.join[new] // days, table.born[new], table.sex[new] * by_sex, years)
        i, j = pairs(key_old, table.leave[old], key_new, table.join[new])
        a, b = old[i], new[j]
        fits = (table.join[b] > table.join[a] + 20) & (table.join[b] <= p.end[table.party[a]]) & (table.party[a] != table.party[b])
        fits &= table.join[b] - table.born[a] > 18.1 * YEAR
        a, b = a[fits], b[fits]
        same[b] = a
        table.leave[a] = table.join[b]
        table.born[b], table.sex[b] = table.born[a], table.sex[a]


def _key(period: Ints, born: Ints, sex: Ints, years: float) -> Ints:
    return ((period + 100_000) * 2 + sex) * 1000 + (born + 60_000) // int(years * YEAR)


def _used(same: Ints, rows: Ints) -> Flags:
    taken = np.zeros(len(same), dtype=bool)
    taken[same[same != np.arange(len(same))]] = True
    return taken[rows]


def settle_heads(p: Parties, table: Folk) -> None:
    """After people alone became somebody known: their party's head is that person, and who joins them is of the sex that fits."""
    head = np.isin(table.role, [HEAD, SHARER])
    p.head_sex[table.party[head]], p.head_born[table.party[head]] = table.sex[head], table.born[head]
    joins = (table.role == PARTNER) & (table.join > p.start[table.party])
    party = table.party[joins]
    table.sex[joins] = np.where(party % 40 == 0, p.head_sex[party], 1 - p.head_sex[party])


def people_of(same: Ints) -> Ints:
    """For each membership the first of its person's."""
    root = same
    while True:
        further = root[root]
        if (further == root).all():
            return root
        root = further
