"""Makes the people of a district and the history of its homes.

First each home gets its spells (who holds and lets it, how long), then the spells become places for parties to live in. Parties that give up one
place are led to another that becomes free in time, so they have a past. Then the parties get their people, whose lives run on: births, deaths,
partings, children who leave and turn up elsewhere. Names and numbers come last, so that one person has one name wherever they lived.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from borough.demo.chance import stream
from borough.demo.lives.folk import FOREVER, HEAD, SHARER, Folk, together
from borough.demo.lives.holding import spells_frame
from borough.demo.lives.homes import FIRST, LAST, OWNED, Homes, Ints, homes_of
from borough.demo.lives.kinship import joiners, leavers, newcomers, people_of, settle_heads, unite
from borough.demo.lives.naming import NAMES, called, groups_near
from borough.demo.lives.owners import OWNERS_OF_A_DISTRICT, Residents, owners_of
from borough.demo.lives.parties import Parties, children, households, mothers, parties_of
from borough.demo.lives.slots import ROOM, Slots, chains, moves_on, slots_of
from borough.demo.lives.stays import as_dates, dressed, moves_of, stays_of
from borough.demo.lives.tenure import Landlords, Market, Spells, landlords_of, simulate
from borough.demo.lives.traits import circumstances, deaths, partners, reachable
from borough.demo.plan import District, Plan
from borough.demo.world import Ground, Lives

IDS_OF_A_DISTRICT = 10_000_000
"""More people, spells, households and stays than a district ever has."""


DRIVES = np.array([1.15, 0.8, 0.75, 0.3])
"""How much likelier than others people have a car, by what they live in: owned, privately let, social, a room."""


@dataclass
class Peopled:
    """All memberships of a district, with the first of each person's (``root``)."""

    parties: Parties
    table: Folk
    root: Ints


def make(plan: Plan, district: District, ground: Ground) -> Lives:
    """People, owners, spells, stays and moves of a district; the same for the same plan, district and ground."""
    homes = homes_of(ground)
    rng = stream(plan.seed, district.number, "lives")
    landlords = landlords_of(homes, rng)
    spells = simulate(Market(homes, landlords, rng))
    spells = spells.where(np.flatnonzero((spells.start <= LAST) & (spells.end > FIRST)))
    slots = slots_of(homes, spells, rng)
    came_from = moves_on(slots, rng)
    parties, party = parties_of(homes, slots, chains(came_from), groups_near(homes, rng), rng)
    peopled = _peopled(parties, rng)
    return _assembled(plan, district, ground, homes, landlords, spells, (slots, came_from, party), peopled, stream(plan.seed, district.number, "names"))


def _peopled(parties: Parties, rng: np.random.Generator) -> Peopled:
    """People for all parties, some of them in several, one after another."""
    table = households(parties, rng)
    who, lines, since = mothers(parties, table, joined=False)
    table = together(table, children(parties, who, lines, since, rng))
    same = np.arange(len(table))
    away = leavers(parties, table, rng)
    alone = rng.random(len(away)) < 0.65
    unite(parties, table, same, away[alone], newcomers(parties, table), by_sex=False)
    settle_heads(parties, table)
    unite(parties, table, same, away, joiners(parties, table), by_sex=True)
    who, lines, since = mothers(parties, table, joined=True)
    late = children(parties, who, lines, since, rng)
    same = np.r_[same, len(table) + np.arange(len(late))]
    return Peopled(parties, together(table, late), people_of(same))


def _assembled(
    plan: Plan, district: District, ground: Ground, homes: Homes, landlords: Landlords, spells: Spells, places: tuple[Slots, Ints, Ints], peopled: Peopled, rng: np.random.Generator
) -> Lives:
    slots, came_from, party = places
    table, root = peopled.table, peopled.root
    base = (district.number + 1) * IDS_OF_A_DISTRICT
    stays = stays_of(homes, slots, came_from, party, table, root)
    rows, place = np.unique(stays["person"].to_numpy(), return_inverse=True)
    stays = stays.with_columns(person=pl.Series(place).cast(pl.Int64) + base)
    person_of = np.full(len(table), -1, dtype=np.int64)
    person_of[rows] = np.arange(len(rows))
    person_of = person_of[root]
    people = called(peopled.parties, table, root, rows, person_of, rng)
    last = stays.group_by("person", maintain_order=True).last()
    dies = stays.filter("dies")["row"].to_numpy()
    people = people.with_columns(person=last["person"], died=pl.Series(deaths(table, dies, person_of, len(rows))), lives_at=last["home"], gone=last["end"] <= LAST)
    at, slot = last["home"].to_numpy(), last["slot"].to_numpy()
    sector = spells.sector[slots.spell[slot]]
    people = people.with_columns(owns=pl.Series(sector == OWNED), drives=pl.Series(DRIVES[np.where(slots.kind[slot] == ROOM, ROOM, sector)]))
    people = circumstances(people, sector, homes.deprivation[at], slots.student[slot], rng)
    head = _heads(peopled)
    people = reachable(people, partners(table, head, person_of, len(rows)), plan, district, rng)
    owned = np.flatnonzero((slots.kind == OWNED) & (person_of[head[party]] >= 0))
    residents = Residents(spells.owner[slots.spell[owned]], person_of[head[party[owned]]])
    where = pl.DataFrame({"uprn": homes.uprn}).join(ground.properties.select("uprn", "address", "postcode"), on="uprn", how="left", maintain_order="left")
    owners = owners_of(spells, homes, where, landlords, residents, people, district.number, rng)
    ids = base + np.arange(len(spells))
    return Lives(
        people=_people_frame(people, owners),
        owners=owners,
        spells=spells_frame(spells, homes, landlords, stays, ids, (district.number + 1) * OWNERS_OF_A_DISTRICT, rng),
        stays=dressed(stays, homes, ids, base, plan.rates, rng),
        moves=moves_of(stays, homes),
    )


def _heads(peopled: Peopled) -> Ints:
    head = np.zeros(len(peopled.parties), dtype=np.int64)
    rows = np.flatnonzero(np.isin(peopled.table.role, [HEAD, SHARER]))
    head[peopled.table.party[rows]] = rows
    return head


def _people_frame(people: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    lets = owners.filter(pl.col("person").is_not_null() & (pl.col("kind") == "landlord")).unique("person", keep="first", maintain_order=True).select("person", "owner")
    frame = people.join(lets, on="person", how="left", maintain_order="left").with_columns(
        sex=pl.when(pl.col("sex") == 0).then(pl.lit("F")).otherwise(pl.lit("M")),
        died=pl.when(pl.col("died") < FOREVER).then("died"),
        group=pl.lit(pl.Series(NAMES)).gather(pl.col("code")),
    )
    flags = ["voter", "opted_out", "student", "works", "benefits", "disabled", "cared_for", "carer", "online"]
    columns = ["person", "sex", "born", "died", "title", "first", "middle", "surname", "birth_surname", "surname_from", "nickname", "group", "nino", "nhs_number", "email", "phone", "vrm", *flags, "owner"]
    return as_dates(frame, "born", "died", "surname_from").select(columns)
