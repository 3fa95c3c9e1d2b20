"""Who is liable for the council tax of each home, as the council was told: periods without a gap, one open at a time."""

from __future__ import annotations

import polars as pl

from borough.demo.lives.traces import events
from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World

OWNERS, SECOND = 1_000_000_000, 2_000_000_000
"""Accounts of owners who are no residents begin at the one, accounts that were opened for somebody who had one at the other."""
TURNS = 9
"""Changes within a spell that are told apart at most."""
LANDLORD = {"hmo": 0.40, "other": 0.05}
"""Shares of homes in multiple occupation, and of other lets, for which the owner pays: the rooms' changes are not told."""
OCCUPIER = 0.4
"""Of those who never told the council: how many are billed as THE OCCUPIER; the others are found, late."""
_RANK = {"head": 0, "partner": 1, "sharer": 2, "parent": 3, "adult": 4, "lodger": 5}
_CLASSES = {
    "owned": {"OO": 80, "UN": 17, "TE": 3},
    "council": {"CT": 100},
    "association": {"HA": 90, "UN": 10},
    "private": {"TE": 62, "UN": 24, "OO": 14},
    "void": {"VO": 100},
    "landlord": {"LH": 20, "OO": 40, "UN": 40},
    "landlord_hmo": {"LH": 50, "OO": 25, "UN": 25},
}


def occupations(world: World, chances: Chances) -> pl.DataFrame:
    """The periods: ``occupation uprn spell account person owner party_type class started ended entered end_entered tenure letting shared``.

    ``person`` is the lead liable party where it is a resident or a resident owns the home, else ``owner``; neither for THE OCCUPIER.
    """
    parts = _parties(world, chances, _segments(world, chances))
    parts = _known(world, chances, parts)
    parts = _classed(chances, parts).sort("uprn", "at", "occupation")
    before, same_owner = pl.col("class").shift().over("uprn"), pl.col("owner_of").shift().over("uprn") == pl.col("owner_of")
    parts = parts.with_columns(pl.when((pl.col("tenure") == "void") & (before == "LH") & same_owner).then(pl.lit("LH")).otherwise("class").alias("class"))
    changed = (pl.col("account") != pl.col("account").shift().over("uprn")) | (pl.col("class") != before)
    parts = parts.filter(changed.fill_null(value=True))
    following = pl.col("at").shift(-1).over("uprn")
    entered = pl.col("entered").cum_max().over("uprn")
    parts = parts.with_columns(entered=entered, ended=following.fill_null(pl.col("last")))
    gone = later(parts["ended"], chances.lag("gone", parts["occupation"], 25))
    end_entered = pl.coalesce(pl.col("entered").shift(-1).over("uprn"), pl.when(following.is_null()).then(pl.lit(gone)))
    return parts.with_columns(end_entered=end_entered, started=pl.col("at")).select(
        "occupation", "uprn", "spell", "account", "person", "owner", "party_type", "class", "started", "ended", "entered", "end_entered", "tenure", "letting", "shared"
    )  # fmt: skip


def _segments(world: World, chances: Chances) -> pl.DataFrame:
    """Spells, cut where the liable party changes within them."""
    spells = world.lives.spells.select("spell", "uprn", "start", "end", "tenure", "letting", "hmo", owner_of="owner")
    let, several = pl.col("tenure") == "private", pl.col("hmo").fill_null(value=False)
    by_owner = pl.lit(chances.share("landlord", spells["spell"]))
    pays = let & (by_owner < pl.when(several).then(LANDLORD["hmo"]).otherwise(LANDLORD["other"]))
    spells = spells.with_columns(pays=pays | (pl.col("tenure") == "void"), several=several, last=pl.col("end").max().over("uprn"))
    spells = spells.with_columns(last=pl.when(pl.col("end").is_null().any().over("uprn")).then(None).otherwise("last"))
    changes = events(world, "liability_change").join(spells, on=["uprn", "spell"], how="inner", maintain_order="left")
    changes = changes.filter(~pl.col("pays") & (pl.col("on") > pl.col("start"))).unique(["spell", "on"], keep="first", maintain_order=True)
    changes = changes.with_columns(turn=pl.int_range(1, pl.len() + 1).over("spell"), at=pl.col("on")).filter(pl.col("turn") <= TURNS)
    first = spells.with_columns(turn=pl.lit(0, pl.Int64), at=pl.col("start"))
    return pl.concat([first, changes.select(first.columns)]).with_columns(occupation=pl.col("spell") * 10 + pl.col("turn"))


def candidates(world: World, parts: pl.DataFrame, day: str = "at", within: int = 31) -> pl.DataFrame:
    """The adults who live there when a period begins (or within a month): ``occupation person role told place``, in the order of their standing."""
    people = world.lives.people.select("person", "born")
    stays = world.lives.stays.filter(pl.col("role") != "child").join(people, on="person", how="left", maintain_order="left")
    stays = stays.select("spell", "person", "role", "told", "born", "household", "stay", since="start", until="end")
    found = parts.select("occupation", "spell", day).join(stays, on="spell", how="inner", maintain_order="left")
    there = (pl.col("since") <= pl.col(day) + pl.duration(days=within)) & (pl.col("until").is_null() | (pl.col("until") > pl.col(day)))
    found = found.filter(there & (pl.col("born").dt.offset_by("18y") <= pl.col(day)))
    found = found.with_columns(rank=pl.col("role").replace_strict(_RANK, default=6, return_dtype=pl.Int64)).sort("occupation", "rank", "since", "stay")
    found = found.unique(["occupation", "person"], keep="first", maintain_order=True)
    return found.with_columns(place=pl.int_range(pl.len()).over("occupation"), count=pl.len().over("occupation").cast(pl.Int64))


def _parties(world: World, chances: Chances, parts: pl.DataFrame) -> pl.DataFrame:
    """The lead party of each period: somebody who lives there, the owner, or nobody known."""
    found = candidates(world, parts.filter(~pl.col("pays")))
    chosen = found.join(parts.select("occupation", "turn"), on="occupation", how="left", maintain_order="left").filter(
        pl.col("place") == pl.col("turn") % pl.col("count")
    )
    parts = parts.join(chosen.select("occupation", "person", "told", "count"), on="occupation", how="left", maintain_order="left")
    # A let whose only known tenant gives notice goes back to its owner, until somebody is told of.
    back = (pl.col("tenure") == "private") & (pl.col("count") == 1) & (pl.col("turn") % 2 == 1)
    parts = parts.with_columns(by_owner=pl.col("pays") | back.fill_null(value=False))
    lost = pl.lit(chances.share("occupier", parts["occupation"])) < OCCUPIER
    nobody = ~pl.col("by_owner") & (pl.col("person").is_null() | (pl.col("told").is_null() & (pl.col("turn") == 0) & lost & (pl.col("tenure") == "private")))
    owners = world.lives.owners.select(owner_of="owner", owner_person="person", owner_kind="kind")
    parts = parts.with_columns(nobody=nobody).join(owners, on="owner_of", how="left", maintain_order="left")
    # An estate is billed as such: its account is not the late owner's.
    parts = parts.with_columns(owner_person=pl.when(pl.col("owner_kind") != "estate").then("owner_person"))
    person = pl.when("by_owner").then("owner_person").when(~pl.col("nobody")).then("person")
    owner = pl.when(pl.col("by_owner") & pl.col("owner_person").is_null()).then("owner_of")
    parts = parts.with_columns(person=person, owner=owner)
    again = pl.lit(chances.share("again", parts["occupation"])) < 0.06
    account = pl.when(pl.col("nobody") | again).then(SECOND + pl.col("occupation")).when(pl.col("owner").is_not_null()).then(OWNERS + pl.col("owner")).otherwise("person")
    firm = pl.col("owner").is_not_null() & pl.col("owner_kind").is_in(["company", "council", "association"])
    kind = pl.when("nobody").then(pl.lit("O")).when(firm).then(pl.lit("C")).when(pl.col("owner").is_not_null() & (pl.col("owner_kind") == "estate")).then(pl.lit("E")).otherwise(pl.lit("P"))
    return parts.with_columns(account=account, party_type=kind)


def _known(world: World, chances: Chances, parts: pl.DataFrame) -> pl.DataFrame:
    """When the council was told of each; of a home's first period at once."""
    ids = parts["occupation"]
    soon, found = later(parts["at"], chances.lag("soon", ids, 24)), later(parts["at"], chances.lag("found", ids, 160))
    told = pl.when((pl.col("turn") > 0) | pl.col("by_owner") | pl.col("nobody")).then(pl.lit(soon)).otherwise(pl.coalesce("told", pl.lit(found)))
    first = pl.col("at") == pl.col("at").min().over("uprn")
    return parts.with_columns(entered=pl.when(first).then("at").otherwise(pl.max_horizontal(told, pl.col("at").dt.offset_by("-21d"))), shared=pl.col("several"))


def _classed(chances: Chances, parts: pl.DataFrame) -> pl.DataFrame:
    """The class that a clerk put in, not always the right one."""
    kind = pl.col("tenure").replace({"mortgaged": "owned"})
    kind = pl.when((pl.col("tenure") == "private") & pl.col("by_owner")).then(pl.when("several").then(pl.lit("landlord_hmo")).otherwise(pl.lit("landlord"))).otherwise(kind)
    which = parts.select(kind.alias("kind"))["kind"]
    # Of one spell the clerk's choice stays: a change of party alone is no change of class.
    picked = [pl.when(pl.lit(which) == name).then(pl.lit(chances.pick(f"class.{name}", parts["spell"], shares))) for name, shares in _CLASSES.items()]
    return parts.with_columns(pl.coalesce(picked).alias("class"))


def joint(world: World, chances: Chances, held: pl.DataFrame) -> pl.DataFrame:
    """Who is liable beside the lead party: partners, and those who share one tenancy: ``occupation person``."""
    inhabited = held.filter(pl.col("person").is_not_null() & (pl.col("tenure") != "void")).select("occupation", "spell", "letting", "started", lead="person")
    found = candidates(world, inhabited, "started").join(inhabited.select("occupation", "lead", "letting"), on="occupation", how="left", maintain_order="left")
    among = found.filter((pl.col("person") == pl.col("lead")).any().over("occupation") & (pl.col("person") != pl.col("lead")))
    together = pl.col("letting").is_in(["sharers", "students"]) & (pl.lit(chances.share("together", among["occupation"])) < 0.45)
    return among.filter(pl.col("role").is_in(["head", "partner"]) | together.fill_null(value=False)).filter(pl.int_range(pl.len()).over("occupation") < 4).select("occupation", "person")
