"""The hidden truth of a district: who and what was really where, by date. Never read by the pipeline.

Which record is whose, and which fault was put where, is noted by the yard (``truth/records``, ``truth/faults``) as extracts are written.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from borough.demo.world import World

TABLES: dict[str, tuple[str, ...]] = {
    "properties": (
        "uprn", "parent_uprn", "is_dwelling", "kind", "usrn", "address", "postcode", "ward", "old_ward", "lsoa", "x", "y", "class_code", "logical_status", "first_day", "last_day",
        "rooms", "bedrooms", "area_m2", "built", "tax_band", "energy_band",
    ),
    "people": (
        "person", "sex", "born", "died", "title", "first", "middle", "surname", "birth_surname", "surname_from", "nickname", "group", "nino", "nhs_number", "email", "phone", "vrm",
        "voter", "opted_out", "student", "works", "benefits", "disabled", "cared_for", "carer", "online", "owner",
    ),
    "stays": ("stay", "person", "uprn", "spell", "household", "start", "end", "role", "told"),
    "spells": ("spell", "uprn", "start", "end", "tenure", "letting", "hmo", "households", "occupants", "owner", "rent", "managed"),
    "owners": ("owner", "kind", "name", "company_number", "person", "address", "postcode", "agent", "homes"),
    "licences": ("licence", "uprn", "owner", "kind", "applied", "decided", "outcome", "starts", "expires", "ended", "max_occupants", "max_households"),
    "visits": ("visit", "uprn", "on", "reason", "officer", "chance", "true_status", "found"),
    "status": ("uprn", "spell", "first_day", "last_day", "tenure", "hmo", "needs", "licensed", "applied"),
    "chances": ("uprn", "year", "chance"),
}  # fmt: skip
"""Tables of the truth and their columns."""

SORTED_BY: dict[str, tuple[str, ...]] = {
    "properties": ("uprn",), "people": ("person",), "stays": ("stay",), "spells": ("spell",), "owners": ("owner",),
    "licences": ("licence",), "visits": ("on", "visit"), "status": ("uprn", "first_day"), "chances": ("year", "uprn"),
}  # fmt: skip


def write(world: World, project: Path) -> None:
    """Write the truth of a district to ``truth/TABLE/DISTRICT.parquet`` of a project. What an earlier run wrote for the district is replaced, each file as a whole."""
    for table, columns in TABLES.items():
        frame = _frames(world)[table].select(columns).sort(SORTED_BY[table], maintain_order=True)
        path = project / "truth" / table / f"{world.district.number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        frame.write_parquet(part, statistics=False)
        part.replace(path)


def read(project: Path, table: str) -> pl.DataFrame:
    """A table of the truth, of all districts. Raises KeyError for a table that there is none of, FileNotFoundError where no truth was written."""
    columns = TABLES[table]
    files = sorted((project / "truth" / table).glob("*.parquet"), key=lambda p: int(p.stem))
    if not files:
        raise FileNotFoundError(f"{project} has no truth/{table}: was the borough made to the end?")
    return pl.read_parquet(files).select(columns)


def _frames(world: World) -> dict[str, pl.DataFrame]:
    lives, law = world.lives, world.law
    return {
        "properties": world.ground.properties, "people": lives.people, "stays": lives.stays, "spells": lives.spells, "owners": lives.owners,
        "licences": law.licences, "visits": law.visits, "status": law.status, "chances": law.chances,
    }  # fmt: skip
