"""Who owns the homes: the council, associations, people who live in them, landlords, companies, estates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.lives.homes import PRIVATE, Homes, Ints
from borough.demo.lives.luck import among, happens
from borough.demo.lives.names import GROUPS
from borough.demo.lives.naming import NAMES, first_names
from borough.demo.lives.surnames import SURNAMES
from borough.demo.lives.tenure import FIRST_ESTATE, FIRST_LANDLORD, FIRST_PURCHASE, Landlords, Spells

OWNERS_OF_A_DISTRICT = 10_000_000
COMPANIES_OF_A_DISTRICT = 30_000

ASSOCIATIONS = ("Saltmarsh Homes", "Lantern Housing Association", "Northmere Churches Housing Trust", "Estuary & Fen Homes Limited", "Beacon Almshouse Charity", "Sandpiper Co-operative Homes Ltd")
_FIRSTS = "Harbour Kestrel Amber Regal Pinnacle Crown Sterling Meadow Sapphire Oak Summit Anchor Cedar Falcon Golden Heron Imperial Jasper Keystone Laurel Maple Nova Orchard Prime Quay Royal Silver Tudor Unity Victory Willow Zenith Albion Bright Castle Delta Elm Forge Granite Horizon"
_SECONDS = "Property Estates Homes Lettings Investments Living Residential Developments Holdings Capital Realty Housing Asset Land Rentals Apartments"
AGENTS = (
    "Fenwright & Co", "Mere Lettings", "Ashdown Pryce", "Castle & Quay", "Blue Door Lettings", "Hartley Ross", "Kingsmere Estates", "Prime Move", "Homefinders NM", "Doric Property Services",
    "Saltmarsh Residential", "Letwell", "Ogden Bray", "Northmere Property Shop", "Rooms4All", "Bishop & Lark", "Easykey Lettings", "Tern & Partners", "Urban Nest Lettings", "Olive Tree Estates",
)  # fmt: skip
STREETS = "High Street|Church Lane|Station Road|Mill Road|Park Avenue|The Green|Victoria Road|Elm Grove|Manor Way|Chapel Street|Orchard Close|Priory Road|Quarry Hill|Linden Drive|Meadow View|Kiln Lane"
TOWNS = (
    "Eastering|ZF1 |Marlowbridge|ZF4 |Cranhithe|ZF12 |Overstoke|JB2 |Thornwick Bay|JB7 |Saxby Magna|JB15 |Hallowford|OT3 |Pendlebrook|OT8 |Wexhaven|YT1 |Little Aldery|YT6 |Coldharbour Cross|YT20 |Ravenscombe|OT21 "
)
"""Towns that don't exist, in postcode areas that don't exist."""


@dataclass(frozen=True)
class Residents:
    """Who lived where as an owner: for each slot of an owned home its owner's number, its head's place among people, its property's place."""

    owner: Ints
    person: Ints


def _pick(rng: np.random.Generator, values: list[str], size: int) -> npt.NDArray[np.object_]:
    return np.array(values, dtype=object)[rng.integers(0, len(values), size)]


def outside(rng: np.random.Generator, size: int) -> tuple[list[str], list[str]]:
    """Addresses and postcodes in invented towns."""
    towns = TOWNS.split("|")
    town = rng.integers(0, len(towns) // 2, size)
    inward = [f"{n}{a}{b}" for n in range(1, 10) for a in "ABDEFGH" for b in "JLNPQRSTUWXYZ"]
    postcode = np.array(towns[1::2], dtype=object)[town] + _pick(rng, inward, size)
    address = rng.integers(1, 190, size).astype(str).astype(object) + " " + _pick(rng, STREETS.split("|"), size) + ", " + np.array(towns[0::2], dtype=object)[town]
    return (address + ", " + postcode).tolist(), postcode.tolist()


def company_names(rng: np.random.Generator, size: int) -> list[str]:
    """Names of companies, mostly different."""
    families = _pick(rng, SURNAMES["british"][:150] + SURNAMES["pakistani"] + SURNAMES["gujarati"] + SURNAMES["nigerian"], size)
    first, second = _pick(rng, _FIRSTS.split(), size), _pick(rng, _SECONDS.split(), size)
    lead = np.where(rng.random(size) < 0.35, families, np.where(rng.random(size) < 0.3, first + " " + _pick(rng, ["London", "City", "Lane", "Gate", "House", "UK"], size), first))
    tail = np.where(rng.random(size) < 0.12, " (" + rng.integers(2, 99, size).astype(str).astype(object) + ")", "")
    return [f"{a} {b}{c} LTD".upper() for a, b, c in zip(lead, second, tail, strict=True)]


def person_names(rng: np.random.Generator, size: int) -> list[str]:
    """Names of people who live elsewhere."""
    group = among(rng, list(GROUPS.values()), size)
    sex, born = rng.integers(0, 2, size), -rng.integers(-6000, 10000, size)
    first = first_names(group, sex, born, rng)
    lists = [SURNAMES[g][:60] for g in NAMES]
    last = [lists[g][int(u * u * len(lists[g]))].replace("~", " ") for g, u in zip(group.tolist(), rng.random(size).tolist(), strict=True)]
    title = np.where(sex == 0, np.where(rng.random(size) < 0.5, "Mrs", "Ms"), "Mr")
    return [f"{t} {f} {s}" for t, f, s in zip(title, first, last, strict=True)]


def owners_of(spells: Spells, homes: Homes, where: pl.DataFrame, landlords: Landlords, residents: Residents, people: pl.DataFrame, number: int, rng: np.random.Generator) -> pl.DataFrame:
    """The owners of all spells. ``where``: address and postcode of the dwellings, in their order; ``people``: in the order of places, with person, title, first, surname."""
    pairs = pl.DataFrame({"local": spells.owner, "home": spells.home, "let": spells.sector == PRIVATE})
    owners = pairs.group_by("local", maintain_order=True).agg(homes=pl.col("home").n_unique(), lets=pl.col("let").any(), home=pl.col("home").last()).sort("local")
    lived = pl.DataFrame({"local": residents.owner, "who": residents.person}).unique("local", keep="first", maintain_order=True)
    # An estate is that of who had bought the home.
    estates = owners.filter(pl.col("local") >= FIRST_ESTATE).select("local", "home").join(_last_owner(residents, spells), on="home", how="left", maintain_order="left")
    owners = owners.join(lived, on="local", how="left", maintain_order="left").join(estates.select("local", dead="who"), on="local", how="left", maintain_order="left")
    owners = owners.with_columns(who=pl.coalesce("who", "dead"), company=_companies(owners["local"].to_numpy(), landlords))
    owners = _at_home(owners, people, rng)
    return _described(owners, where, people, number, rng)


def _last_owner(residents: Residents, spells: Spells) -> pl.DataFrame:
    home = pl.DataFrame({"local": spells.owner, "home": spells.home}).unique("local", keep="first", maintain_order=True)
    lived = pl.DataFrame({"local": residents.owner, "who": residents.person}).join(home, on="local", how="left", maintain_order="left")
    return lived.sort("local").unique("home", keep="last", maintain_order=True).select("home", "who")


def _companies(local: Ints, landlords: Landlords) -> pl.Series:
    lets = (local >= FIRST_LANDLORD) & (local < FIRST_PURCHASE)
    return pl.Series(np.where(lets, landlords.company[np.where(lets, local - FIRST_LANDLORD, 0)], False))


def _at_home(owners: pl.DataFrame, people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Some private landlords live in the borough, in homes that they own."""
    local = owners["local"].to_numpy()
    can = np.flatnonzero((local >= FIRST_LANDLORD) & (local < FIRST_PURCHASE) & ~owners["company"].to_numpy() & happens(rng, 0.34, len(owners)))
    settled = people.with_row_index("who").filter(pl.col("owns") & (pl.col("born") < 7000) & (pl.col("died") > 30_000))["who"].to_numpy().astype(np.int64)
    chosen = rng.permutation(settled)[: len(can)]
    who = owners["who"].to_numpy().astype(float)
    who[can[: len(chosen)]] = chosen
    return owners.with_columns(who=pl.Series(who).fill_nan(None).cast(pl.Int64))


def _described(owners: pl.DataFrame, where: pl.DataFrame, people: pl.DataFrame, number: int, rng: np.random.Generator) -> pl.DataFrame:
    size = len(owners)
    address, postcode = outside(rng, size)
    who = pl.col("who")
    named = pl.lit(people.select(n=pl.concat_str(["title", "first", "surname"], separator=" "))["n"])
    # Who let a home and then left the borough is written to elsewhere.
    lived_at, person = pl.lit(people.select(pl.when(~pl.col("gone")).then("lives_at")).to_series()), pl.lit(people["person"])
    kind = (
        pl.when(pl.col("local") == 0).then(pl.lit("council")).when(pl.col("local") < FIRST_LANDLORD).then(pl.lit("association"))
        .when(pl.col("local") >= FIRST_ESTATE).then(pl.lit("estate")).when("company").then(pl.lit("company"))
        .when(pl.col("lets") | (pl.col("local") < FIRST_PURCHASE)).then(pl.lit("landlord")).otherwise(pl.lit("resident"))
    )  # fmt: skip
    owners = owners.with_columns(kind=kind, outside=pl.Series(address), outside_postcode=pl.Series(postcode), invented=pl.Series(person_names(rng, size)))
    owners = owners.with_columns(
        company_name=pl.Series(company_names(rng, size)),
        at=pl.when(pl.col("kind") == "resident").then("home").when(pl.col("kind") == "landlord").then(lived_at.gather(who)),
        agent=pl.when(pl.col("kind").is_in(["landlord", "company"]) & pl.Series(happens(rng, 0.42, size))).then(pl.lit(pl.Series(AGENTS)).gather(pl.Series(among(rng, 1.0 / np.arange(2, 22), size)))),
    )
    social = pl.lit(pl.Series(["LONDON BOROUGH OF NORTHMERE", *ASSOCIATIONS]))
    name = (
        pl.when(pl.col("kind").is_in(["council", "association"])).then(social.gather(pl.col("local").clip(0, len(ASSOCIATIONS))))
        .when(pl.col("kind") == "company").then("company_name").otherwise(pl.coalesce(named.gather(who), "invented"))
    )  # fmt: skip
    own = pl.lit("TOWN HALL, NORTHMERE, NM1 1AA")
    companies = pl.col("company").cast(pl.Int64).cum_sum() - 1 + 99_000_000 + number * COMPANIES_OF_A_DISTRICT
    return owners.select(
        owner=pl.col("local") + (number + 1) * OWNERS_OF_A_DISTRICT,
        kind="kind",
        name=name,
        company_number=pl.when(pl.col("kind") == "company").then(companies.cast(pl.String)),
        person=person.gather(who),
        address=pl.when(pl.col("kind") == "council").then(own).otherwise(pl.coalesce(pl.lit(where["address"]).gather(pl.col("at")), "outside")),
        postcode=pl.when(pl.col("kind") == "council").then(pl.lit("NM1 1AA")).otherwise(pl.coalesce(pl.lit(where["postcode"]).gather(pl.col("at")), "outside_postcode")),
        agent="agent",
        homes=pl.col("homes").cast(pl.Int64),
    )
