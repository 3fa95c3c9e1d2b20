"""Day after day gives the same people as linking everybody at once by the same frozen linkage; and ids stay with their people."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest
from tests.cli.council import borough, write

from borough.catalogue.identity import CROSSWALK, CROSSWALK_COLUMNS, FREQUENCIES, FREQUENCY_COLUMNS, MODEL_COLUMNS, MODELS, NODES
from borough.engine.duckdb import DuckDBEngine
from borough.identity.clusters.components import cluster
from borough.identity.clusters.crosswalk import as_of
from borough.identity.people.columns import NODE_COLUMNS
from borough.identity.people.model import Model
from borough.identity.people.scoring import score, score_inside
from borough.lake.lake import Lake
from borough.pipeline.survey import open_lake
from borough.project.load import load

SURNAMES = ("Smith", "Okafor", "Kowalski", "Begum", "Demir", "Ionescu", "Silva", "Brightwell", "Oyelaran", "Harcastle")
FIRSTS = ("Anna", "Robert", "Yusuf", "Fatima", "Ewa", "Mihai", "Kwame", "Siobhan", "Priya", "George")

PROJECT = {
    "borough.yaml": "borough: Testmere\n",
    "sources/register.yaml": (
        "source: register\nconnect: {files: \"data/members_{extract_date:%Y-%m-%d}.csv\"}\nfeeds:\n  members:\n    delivers: full\n    to: member\n"
        "    map: {number: number, name: name, born: born, email: email, postcode: postcode}\n"
    ),
    "datasets/member.yaml": (
        "dataset: member\nclassification: personal\nkey: number\ncolumns:\n  number: {type: string, required: true}\n  name: {type: string}\n  born: {type: date, on_unreadable: 'null'}\n"
        "  email: {type: string}\n  postcode: {type: string}\nperson: {name: name, date_of_birth: born, email: email, postcode: postcode}\n"
    ),
    "linkages/person.yaml": "linkage: person\nlearn: never\ncap: 40\nmatch_above: 2\nblocking: [[sound], [root, year], [email], [postcode, initial]]\n",
}
Row = dict[str, str]


def _people(chance: random.Random, count: int) -> dict[str, Row]:
    """Records of people, some of them of the same person with slips and gaps."""
    rows: dict[str, Row] = {}
    while len(rows) < count:
        first, last = chance.choice(FIRSTS), chance.choice(SURNAMES)
        born, home = f"{chance.randint(1940, 2004)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}", f"NM{chance.randint(1, 9)} {chance.randint(1, 9)}AB"
        for _ in range(chance.randint(1, 4)):
            name = f"{first if chance.random() < 0.8 else first[0]} {last if chance.random() < 0.8 else last[:2] + last[3:]}"
            email = f"{first}.{last}{born[2:4]}@mail.example".lower() if chance.random() < 0.4 else ""
            number = f"M{chance.randint(1, 10**6):06}"
            rows[number] = {"number": number, "name": name, "born": born if chance.random() < 0.7 else "", "email": email, "postcode": home if chance.random() < 0.8 else ""}
    return rows


def _deliver(root: Path, day: int, rows: dict[str, Row]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["number", "name", "born", "email", "postcode"])
    writer.writeheader()
    writer.writerows(rows[key] for key in sorted(rows))
    write(root, {f"data/members_2026-10-{day:02}.csv": text.getvalue()})
    done = borough("run", "-p", root, "--now", f"2026-10-{day:02}T20:00:00Z")
    assert done.code == 0, done.err


def _change(chance: random.Random, rows: dict[str, Row]) -> dict[str, Row]:
    """Some go, some change, some come."""
    kept = {key: dict(row) for key, row in rows.items() if chance.random() > 0.06}
    for row in kept.values():
        if chance.random() < 0.05:
            row["name"] = row["name"][::-1].title() if chance.random() < 0.2 else row["name"].replace("e", "a", 1)
        elif chance.random() < 0.05:
            row["postcode"] = f"NM{chance.randint(1, 9)} {chance.randint(1, 9)}AB"
    return kept | _people(chance, chance.randint(5, 25))


def _table(lake: Lake, engine: DuckDBEngine, name: str, columns: tuple[tuple[str, str], ...]) -> str:
    state = lake.table(name, lake.published())
    assert state is not None
    return engine.scan(state.files, columns)


def _standing(root: Path, engine: DuckDBEngine) -> tuple[dict[int, int], dict[int, int]]:
    """Of every node that stands the person that it has, and the cluster that linking everybody at once gives it."""
    lake = open_lake(load(root))
    published = lake.published()
    assert published is not None
    now = f"(SELECT node, person FROM ({as_of(_table(lake, engine, CROSSWALK, CROSSWALK_COLUMNS), published.number)}) WHERE active)"
    nodes = f"(SELECT * FROM {_table(lake, engine, NODES, (('node', 'long'), *NODE_COLUMNS, ('run', 'long')))} WHERE node IN (SELECT node FROM {now}))"
    ((text,),) = engine.rows(f"SELECT arg_max(model, version) FROM {_table(lake, engine, MODELS, MODEL_COLUMNS)}")
    model = Model.from_json(str(text))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE frozen AS SELECT field, value, share FROM {_table(lake, engine, FREQUENCIES, FREQUENCY_COLUMNS)}")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE standing AS SELECT * FROM {nodes}")
    score(engine, model, "standing", None, "pairs", frequent="frozen")

    def inside(members: str, into: str) -> None:
        score_inside(engine, model, "standing", members, into, frequent="frozen")

    nothing = "(SELECT 1 AS l, 2 AS r, 'same' AS decision WHERE false)"
    cluster(engine, "standing", "pairs", nothing, "found", match_above=model.match_above, floor=model.floor, chance=model.chance, inside=inside)
    return dict(engine.rows(f"SELECT node, person FROM {now}")), dict(engine.rows("SELECT node, cluster FROM found"))


def _groups(of: dict[int, int]) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for node, label in of.items():
        found.setdefault(label, set()).add(node)
    return {frozenset(nodes) for nodes in found.values()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_day_after_day_gives_what_linking_everybody_gives(tmp_path: Path, seed: int) -> None:
    chance, engine = random.Random(seed), DuckDBEngine(threads=2)
    write(tmp_path, PROJECT)
    rows = _people(chance, 300)
    before: dict[int, int] = {}
    for day in range(1, 5):
        _deliver(tmp_path, day, rows)
        people, whole = _standing(tmp_path, engine)
        assert _groups(people) == _groups(whole), f"day {day}"
        kept = {group for group in _groups(before) if group in _groups(people)}
        assert all(people[next(iter(group))] == before[next(iter(group))] for group in kept), "who did not change has the same id"
        before, rows = people, _change(chance, rows)


def test_a_decision_holds_survives_and_is_undone(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    rows = {n: {"number": n, "name": name, "born": born, "email": "", "postcode": "NM1 1AB"} for n, name, born in (
        ("A", "Winifred Quarmby", "1980-02-03"), ("B", "Winifred Quarmby", "1980-02-03"), ("C", "Ottoline Brandreth", "1950-07-08"), ("D", "Winifred Quarmby", "1980-02-30"))}  # fmt: skip
    others = _people(random.Random(5), 60)
    _deliver(tmp_path, 1, rows | others)
    asked = "SELECT number, person FROM member WHERE number IN ('A', 'B', 'C')"

    def people() -> dict[str, int]:
        return {row["number"]: row["person"] for row in borough("query", asked, "-p", tmp_path, "--json").json}

    first = people()
    assert first["A"] == first["B"] != first["C"]
    done = borough("identity", "decide", "member:A", "member:C", "same", "--why", "a signature", "-p", tmp_path)
    assert done.code == 0, done.err
    assert borough("run", "-p", tmp_path, "--now", "2026-10-02T09:00:00Z").code == 0
    second = people()
    assert second["A"] == second["B"] == second["C"]
    _deliver(tmp_path, 3, rows | others | _people(random.Random(6), 20))
    assert people()["A"] == people()["C"], "it survives further runs"
    assert borough("identity", "decide", "member:C", "member:A", "withdrawn", "--why", "a slip", "-p", tmp_path).code == 0
    assert borough("run", "-p", tmp_path, "--now", "2026-10-04T09:00:00Z").code == 0
    last = people()
    assert last == first, "the ids that they had come back"
    events = borough("query", "SELECT event FROM identity_event WHERE entity = 'person'", "-p", tmp_path, "--json").json
    assert {"merged", "returned"} <= {row["event"] for row in events} or {"merged", "split"} <= {row["event"] for row in events}
