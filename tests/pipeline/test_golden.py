"""The compiled statement of a mapping, held against files. BOROUGH_GOLDEN=write writes them again: read the difference."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
import sqlglot

from borough.compile.mapping import Stamp
from borough.compile.programme import compile_project
from borough.project.load import load

GOLDEN = Path(__file__).parent / "golden"
SOURCE = """\
source: housing
connect: {files: "data/{extract_date:%Y-%m-%d}.csv"}
feeds:
  homes:
    delivers: full
    to: home
    map: {ref: Ref, rooms: Rooms, rent: Rent per week | Rent, let_on: uk_date(Let)}
  tenants:
    delivers: changes
    operation: {column: op, delete: [D, X]}
    files: "tenants/{extract_date:%Y-%m-%d}.csv"
    to: tenant
    unknown: [n/a]
    map: {home: Home, number: No, kind: lower(Kind), share: Share, since: Since, noted: Noted}
  visits:
    delivers: append
    files: "visits/*.csv"
    to: visit
    map: {visit: id, home: home, on_day: date, passed: ok}
"""
HOME = """\
dataset: home
key: ref
columns:
  ref: {type: string, pattern: "H[0-9]+"}
  rooms: {type: integer, between: [1, 20], severity: warn}
  rent: {type: money, required: true, on_unreadable: "null"}
  let_on: {type: date}
rules:
  - {name: priced, check: rent > 0 and rent < 5000, dimension: accuracy, severity: stop, share: 10%}
  - {name: sized, check: rooms is not null or let_on is null, dimension: consistency, nulls: fail}
"""
TENANT = """\
dataset: tenant
key: [home, number]
columns:
  home: {type: string, references: home.ref}
  number: {type: integer}
  kind: {type: string, values: [sole, joint, "can't say"]}
  share: {type: number}
  since: {type: date, unknown: [TBC]}
  noted: {type: timestamp}
known: {date: since, lag: 2 weeks}
"""
VISIT = """\
dataset: visit
key: visit
columns: {visit: {type: integer}, home: {type: string}, on_day: {type: date}, passed: {type: boolean}}
known: on_day
"""
COLUMNS = {
    "housing.homes": ("Ref", "Rooms", "Rent", "Let"),
    "housing.tenants": ("Home", "No", "Kind", "Share", "Since", "Noted", "op"),
    "housing.visits": ("id", "home", "date", "ok"),
}


@pytest.mark.parametrize("feed", COLUMNS)
def test_the_statement_of_a_mapping(tmp_path: Path, feed: str) -> None:
    files = {"borough.yaml": "borough: Exampleton\n", "sources/housing.yaml": SOURCE, "datasets/home.yaml": HOME, "datasets/tenant.yaml": TENANT, "datasets/visit.yaml": VISIT}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    programme, mistakes = compile_project(load(tmp_path), lambda name: COLUMNS[name])
    assert mistakes == []
    sql = programme.feeds[feed].stage_sql("bronze", Stamp(7, dt.datetime(2030, 1, 1, 9), "delivery", "m._position"))
    for target in programme.feeds[feed].references.values():
        sql = sql.replace("{" + target + "}", '(SELECT DISTINCT "ref" AS v FROM "home")')
    for column, bound in programme.feeds[feed].bounds.items():  # how a value is read has goldens of its own
        unreadable = bound.unreadable("duckdb", f'"_v_{column}"')
        if unreadable is not None:
            sql = sql.replace(unreadable, f"unreadable({column})")
        if not bound.sql().startswith('"'):
            sql = sql.replace(bound.sql(), "read(" + ", ".join(f'"{c}"' for c in bound.columns) + ")")
    found = sqlglot.transpile(sql, read="duckdb", write="duckdb", pretty=True)[0] + "\n"
    golden = GOLDEN / f"{feed}.sql"
    if os.environ.get("BOROUGH_GOLDEN") == "write":
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8"), f"BOROUGH_GOLDEN=write pytest {Path(__file__).name} writes {golden.name} again"
