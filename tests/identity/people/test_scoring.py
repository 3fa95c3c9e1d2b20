"""Pairs of people's records: who is kept apart, what is found, that a part of a pass gives what the whole gives."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.errors import UsageError
from borough.identity.people.cleaning import clean
from borough.identity.people.explaining import explain
from borough.identity.people.model import Model, declared_model, shipped
from borough.identity.people.scoring import frequencies, score
from borough.identity.people.training import train
from borough.project.identity_specs import ComparisonSpec, LinkageSpec

SURNAMES = ("Smith", "Okafor", "Kowalski", "Begum", "Demir", "Ionescu", "Silva", "Georgiou", "Mensah", "O'Brien", "Nguyen", "Patel", "Harcastle", "Brightwell", "Oyelaran")
FIRSTS = ("Anna", "Robert", "Yusuf", "Fatima", "Ewa", "Mihai", "Joana", "Kwame", "Siobhan", "Minh", "Priya", "George", "Helena", "Dominic", "Temitope")


def _people(count: int, seed: int = 7) -> list[tuple[object, ...]]:
    """Records (surname, first, dob, email, property), about three a person, some with slips or gaps."""
    draw, rows = random.Random(seed), []
    for person in range(count):
        first, last = draw.choice(FIRSTS), draw.choice(SURNAMES) + draw.choice(("", "son", "ley", "er"))
        dob, home = f"{draw.randint(1930, 2005)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}", 1000 + draw.randint(0, count // 2)
        for _ in range(draw.randint(1, 4)):
            spelt = last if draw.random() < 0.8 else last[:2] + last[3:]
            rows.append((spelt, first if draw.random() < 0.85 else first[0], dob if draw.random() < 0.8 else None, f"p{person}.{first}@mail.example" if draw.random() < 0.4 else None, home))
    return rows


def _nodes(engine: DuckDBEngine, rows: list[tuple[object, ...]], into: str = "nodes") -> None:
    engine.execute("CREATE OR REPLACE TEMP TABLE raw (signature BIGINT, surname VARCHAR, first_name VARCHAR, date_of_birth DATE, email VARCHAR, property BIGINT)")
    engine.native.executemany("INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?)", [(i, *row) for i, row in enumerate(rows)])
    clean(engine, "raw", "cleaned")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT signature AS node, * EXCLUDE (signature) FROM cleaned ORDER BY signature")


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    yield DuckDBEngine(threads=2)


def _pairs(engine: DuckDBEngine, table: str = "pairs") -> list[tuple[object, ...]]:
    return engine.rows(f"SELECT l, r, weight FROM {table} ORDER BY l, r")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("Okafor", "Grace", "1990-05-06", "okafor@mail.example", 5), ("Okafor", "Joy", "1990-05-06", "okafor@mail.example", 5)),  # twins
        (("Okafor", "Grace", "1960-05-06", None, 5), ("Okafor", "Grace", "1990-11-21", None, 5)),  # a mother and her daughter of one name
        (("Smith", "John", "1960-05-06", "smiths@mail.example", 5), ("Smith", "Mary", "1962-01-09", "smiths@mail.example", 5)),  # a couple
    ],
)
def test_kin_stay_apart(engine: DuckDBEngine, left: tuple[object, ...], right: tuple[object, ...]) -> None:
    _nodes(engine, [*_people(100), left, right])
    ((count,),) = engine.rows("SELECT count(*) FROM nodes")
    model = declared_model(LinkageSpec(linkage="person"), records=200_000)
    score(engine, model, "nodes", None, "pairs")
    assert not engine.rows(f"SELECT * FROM pairs WHERE l = {count - 2} AND r = {count - 1} AND weight >= {model.match_above}")


def test_slips_and_short_forms_are_found(engine: DuckDBEngine) -> None:
    _nodes(engine, [*_people(300), ("Harcastle", "Bob", "1950-03-04", None, 9), ("Hardcastle", "Robert", "1950-04-03", None, 9)])
    ((count,),) = engine.rows("SELECT count(*) FROM nodes")
    model = declared_model(LinkageSpec(linkage="person"), records=count)
    score(engine, model, "nodes", None, "pairs")
    assert engine.rows(f"SELECT * FROM pairs WHERE l = {count - 2} AND r = {count - 1} AND weight >= {model.match_above}")


@pytest.mark.parametrize("seed", range(3))
def test_a_part_gives_what_the_whole_gives(engine: DuckDBEngine, seed: int) -> None:
    _nodes(engine, _people(200, seed))
    model = declared_model(LinkageSpec(linkage="person", cap=60), records=1_000_000)
    frequencies(engine, "nodes", model, "frozen")
    score(engine, model, "nodes", None, "pairs", frequent="frozen")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE dirty AS SELECT node FROM nodes WHERE hash(node + {seed}) % 9 = 0")
    # Before these came others were there, which have gone since: blocks outgrow the cap or shrink below it.
    engine.execute(f"CREATE OR REPLACE TEMP TABLE gone AS SELECT * REPLACE (-node AS node) FROM nodes WHERE hash(node + {seed}) % 11 = 3")
    before = "(SELECT * FROM nodes WHERE node NOT IN (SELECT node FROM dirty) UNION ALL SELECT * FROM gone)"
    score(engine, model, before, None, "earlier", frequent="frozen")
    score(engine, model, "nodes", "dirty", "part", frequent="frozen", gone="gone")
    kept = "SELECT l, r, weight FROM earlier WHERE l >= 0 AND r >= 0 AND l NOT IN (SELECT node FROM part_dirty) AND r NOT IN (SELECT node FROM part_dirty)"
    now = engine.rows(f"SELECT * FROM ({kept} UNION ALL SELECT l, r, weight FROM part) ORDER BY l, r")
    assert now and now == _pairs(engine)


def test_a_block_too_large_is_told_not_compared(engine: DuckDBEngine) -> None:
    _nodes(engine, [(f"{SURNAMES[i % 15]}{chr(97 + i % 26)}{chr(97 + i // 26)}", "Ann", "1900-01-01", "the.smiths@shared.example", None) for i in range(300)])
    model = declared_model(LinkageSpec(linkage="person", blocking=[["email"]], cap=100), records=1_000_000)
    scored = score(engine, model, "nodes", None, "pairs")
    assert scored.pairs == 0 and "the largest: 300 records" in scored.told()[0]


def test_training_gives_the_same_twice_and_survives_as_text(engine: DuckDBEngine) -> None:
    _nodes(engine, _people(300))
    model = declared_model(LinkageSpec(linkage="person"), records=900)
    trained = train(engine, "nodes", model)
    assert trained == train(engine, "nodes", model) != model
    assert Model.from_json(trained.to_json()) == trained and trained.version != model.version


def test_the_evidence_adds_up(engine: DuckDBEngine) -> None:
    _nodes(engine, [*_people(50), ("Okafor", "Grace", "1990-05-06", None, 5), ("Okafor", "G", "1990-05-06", None, 5)])
    ((count,),) = engine.rows("SELECT count(*) FROM nodes")
    model = declared_model(LinkageSpec(linkage="person"), records=count)
    told = explain(engine, model, "nodes", count - 1, count - 2)
    assert told.total == pytest.approx(told.prior + sum(e.bits for e in told.evidence), abs=0.01)
    assert {e.field: e.level for e in told.evidence}["name"] == "an initial, and the same surname"
    with pytest.raises(UsageError):
        explain(engine, model, "nodes", 0, 10_000)


def test_mistaken_declarations_are_told() -> None:
    assert shipped().weights["dob"][1].bits > 10
    with pytest.raises(UsageError, match="shoe_size"):
        declared_model(LinkageSpec(linkage="person", comparisons={"shoe_size": ComparisonSpec()}))
    with pytest.raises(UsageError, match="has 8 levels"):
        declared_model(LinkageSpec(linkage="person", comparisons={"date_of_birth": ComparisonSpec(weights=(5.0, -5.0))}))
    with pytest.raises(UsageError, match="shoe"):
        declared_model(LinkageSpec(linkage="person", blocking=[["shoe"]]))
