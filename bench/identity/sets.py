"""Sets of records with a known truth, as projects: a few lines of declarations, and nothing else, bring each to linked people."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class PeopleSet:
    """A file of records of people: how its columns become a dataset's, and who is who."""

    name: str
    file: str
    key: str
    map: Mapping[str, str]  # column of the dataset → expression over the file's
    types: Mapping[str, str]
    person: str  # the declaration `person:`, as YAML
    truth: Callable[[pl.DataFrame], pl.DataFrame]  # record, person
    linkage: str = ""  # what linkages/person.yaml says, beside its first line
    tidy: bool = field(default=False)  # blanks around names of columns and values are taken off first


def _fake(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(record=pl.col("unique_id"), person=pl.col("cluster"))


def _febrl(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(record=pl.col("rec_id"), person=pl.col("rec_id").str.extract(r"rec-(\d+)-"))


_FEBRL = {
    "record": "rec_id", "first_name": "given_name", "surname": "surname", "street_number": "street_number", "street": "address_1", "place": "address_2",
    "suburb": "suburb", "postcode": "postcode", "state": "state", "date_of_birth": "date_of_birth", "number": "soc_sec_id",
}  # fmt: skip
_FEBRL_PERSON = (
    "{first_name: first_name, surname: surname, date_of_birth: date_of_birth, postcode: postcode, "
    "other: {street_number: street_number, street: street, place: place, suburb: suburb, state: state, number: number}}"
)
_FEBRL_LINKAGE = """
comparisons:
  street: {kind: text}
  place: {kind: text}
  suburb: {kind: text}
  street_number: {kind: exact}
  state: {kind: exact}
  number: {kind: exact}
"""

SETS: Mapping[str, PeopleSet] = {
    "fake_1000": PeopleSet(
        "fake_1000", "fake_1000.csv", "record",
        {"record": "unique_id", "first_name": "first_name", "surname": "surname", "date_of_birth": "dob", "city": "city", "email": "email"},
        {"date_of_birth": "date"},
        "{first_name: first_name, surname: surname, date_of_birth: date_of_birth, email: email, other: {city: city}}",
        _fake, "\ncomparisons: {city: {kind: text}}\n",
    ),
    **{
        f"febrl_{n}": PeopleSet(f"febrl_{n}", f"febrl_dataset{n}.csv", "record", _FEBRL, {"date_of_birth": "date"}, _FEBRL_PERSON, _febrl, _FEBRL_LINKAGE, tidy=True)
        for n in (1, 2, 3)
    },
}  # fmt: skip
"""Public sets: fake_1000 (Splink's), FEBRL 1 to 3."""


def read(one: PeopleSet, folder: Path) -> pl.DataFrame:
    """The file of a set, all text. Raises FileNotFoundError."""
    with (folder / one.file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    tidy = (lambda text: text.strip()) if one.tidy else (lambda text: text)
    names = [tidy(name) for name in rows[0]]
    columns = list(zip(*([tidy(cell) for cell in row] for row in rows[1:]), strict=True))
    return pl.DataFrame({name: [cell or None for cell in column] for name, column in zip(names, columns, strict=True)}, schema=dict.fromkeys(names, pl.String))


def project(one: PeopleSet, frame: pl.DataFrame, folder: Path, *, trained: str = "") -> Path:
    """A project of one source and one dataset that holds the set. Returns its folder."""
    for part in ("sources", "datasets", "linkages", "data"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    frame.write_csv(folder / "data" / "records.csv")
    (folder / "borough.yaml").write_text("borough: Bench\n", encoding="utf-8")
    mapped = "\n".join(f"      {column}: {expression}" for column, expression in one.map.items())
    (folder / "sources" / "register.yaml").write_text(
        f"source: register\nconnect: {{files: data/*.csv}}\nfeeds:\n  records:\n    extract_date: 2020-01-01\n    delivers: append\n    to: record\n    map:\n{mapped}\n", encoding="utf-8"
    )
    columns = "\n".join(f"  {column}: {{type: {one.types.get(column, 'string')}, on_unreadable: 'null'}}" for column in one.map)
    (folder / "datasets" / "record.yaml").write_text(
        f"dataset: record\nclassification: personal\nkey: {one.key}\ncolumns:\n{columns}\nperson: {one.person}\n", encoding="utf-8"
    )
    (folder / "linkages" / "person.yaml").write_text(f"linkage: person\n{one.linkage}{trained}", encoding="utf-8")
    return folder
