"""The read gate: what is not permitted is denied, and every look is recorded first."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine
from borough.errors import AccessDeniedError, LakeError, UsageError
from borough.governance.audit import Audit
from borough.governance.classification import ColumnAccess, Relation
from borough.governance.gate import Gate, Who
from borough.project.specs import PurposeSpec

ANN = Who("ann", "engineer")
NOW = dt.datetime(2026, 11, 3, 9, 30, tzinfo=dt.UTC)


def person() -> Relation:
    rows = "(SELECT * FROM (VALUES (1, 'Ada', 'x1', true, 10), (2, 'Bob', 'x2', false, 20)) AS v(id, name, ward, disabled, _row))"
    columns = (
        ColumnAccess("id", "long", "internal"),
        ColumnAccess("name", "string", "personal"),
        ColumnAccess("ward", "string", "public"),
        ColumnAccess("disabled", "boolean", "special", ("blue_badge",)),
    )
    return Relation("person", rows, columns)


def ward() -> Relation:
    rows = "(SELECT * FROM (VALUES ('x1', 'Chapel End'), ('x2', 'Leyton')) AS v(ward, title))"
    return Relation("ward", rows, (ColumnAccess("ward", "string", "public"), ColumnAccess("title", "string", "public")))


PURPOSES = {
    "planning": PurposeSpec(title="Planning", permits=("public", "internal")),
    "blue_badge": PurposeSpec(title="Blue badges", permits=("public", "internal", "personal", "special")),
    "nosy": PurposeSpec(title="Names special without being named by the column", permits=("public", "special")),
}


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(threads=2)
    yield engine
    engine.close()


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path / "audit", clock=lambda: NOW)


@pytest.fixture
def gate(engine: DuckDBEngine, audit: Audit) -> Gate:
    return Gate(engine, {"person": person(), "ward": ward()}, PURPOSES, audit, published=7)


def test_a_star_shows_only_what_the_purpose_may_see(gate: Gate) -> None:
    answer = gate.read("SELECT * FROM person ORDER BY id", ANN, "planning")
    assert [name for name, _ in answer.columns] == ["id", "ward"]
    assert answer.rows() == [(1, "x1"), (2, "x2")]


def test_the_purpose_that_a_special_column_names_sees_it(gate: Gate) -> None:
    assert gate.read("SELECT name, disabled FROM person ORDER BY 1", ANN, "blue_badge").rows() == [("Ada", True), ("Bob", False)]


def test_to_permit_special_is_not_enough_when_the_column_does_not_name_the_purpose(gate: Gate) -> None:
    with pytest.raises(AccessDeniedError, match=r"person\.disabled is special.*blue_badge"):
        gate.read("SELECT disabled FROM person", ANN, "nosy")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM person",
        "SELECT count(name) FROM person",
        "SELECT id FROM person WHERE name = 'Ada'",
        "SELECT id FROM person ORDER BY name",
        "SELECT ward, count(*) FROM person GROUP BY ward, name",
        "SELECT count(*) FROM person GROUP BY ward HAVING max(name) > 'A'",
        "SELECT a.id FROM person a JOIN person b USING (name)",
        "SELECT a.id FROM person a NATURAL JOIN person b",
        "SELECT a.id FROM person a JOIN person b ON a.name = b.name",
        "WITH c AS (SELECT name AS n FROM person) SELECT 1 AS one FROM c",
        "WITH c AS (SELECT name FROM person) SELECT id FROM person",
        "SELECT id FROM person WHERE id IN (SELECT id FROM person WHERE name IS NOT NULL)",
        "SELECT title, (SELECT max(name) FROM person p WHERE p.ward = w.ward) AS m FROM ward w",
        "SELECT title FROM ward w WHERE EXISTS (SELECT 1 FROM person p WHERE p.ward = w.ward AND p.name > 'B')",
        "SELECT row_number() OVER (ORDER BY name) AS n FROM person",
        "SELECT sum(id) FILTER (WHERE name = 'Ada') AS n FROM person",
        "SELECT id FROM person QUALIFY row_number() OVER (PARTITION BY name ORDER BY id) = 1",
        "SELECT id FROM person WINDOW w AS (ORDER BY name)",
        "SELECT title FROM ward UNION ALL SELECT name FROM person",
        "SELECT * EXCLUDE (name) FROM person",
        "SELECT * REPLACE (name AS ward) FROM person",
        'SELECT "NAME" FROM PERSON',
        "SELECT p.NaMe FROM person AS p",
        "FROM person SELECT name",
        "SELECT x.n FROM (SELECT name AS n FROM person) AS x",
        "SELECT DISTINCT ON (name) id FROM person",
        "SELECT title FROM ward LIMIT (SELECT count(name) FROM person)",
        "SELECT g.generate_series FROM person, generate_series(1, length(name)) AS g",
        "SELECT unnest(generate_series(1, length(name))) AS n FROM person",
        "SELECT title FROM ward, LATERAL (SELECT name FROM person WHERE person.ward = ward.ward) AS l",
    ],
)
def test_a_hidden_column_is_denied_wherever_it_is_named(gate: Gate, sql: str, audit: Audit) -> None:
    with pytest.raises((AccessDeniedError, UsageError)) as caught:
        gate.read(sql, ANN, "planning")
    if isinstance(caught.value, AccessDeniedError):
        assert "person.name is personal" in caught.value.message and "blue_badge" in caught.value.message
    (look,) = audit.entries()
    assert look["permitted"] is False


def test_even_past_the_binder_a_hidden_column_is_not_there_to_be_read(gate: Gate) -> None:
    answer = gate.read("SELECT count(*) AS n FROM person", ANN, "planning")
    assert "name" not in answer.sql.split("AS v(")[0] and '"disabled"' not in answer.sql
    assert answer.rows() == [(2,)]


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT 1; SELECT 2",
        "INSERT INTO ward VALUES ('a', 'b')",
        "COPY ward TO 'out.csv'",
        "COPY (SELECT * FROM ward) TO 'out.csv'",
        "CREATE TABLE t AS SELECT * FROM ward",
        "DROP TABLE ward",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "LOAD spatial",
        "SET threads = 1",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "EXPLAIN SELECT * FROM ward",
        "DESCRIBE ward",
        "SHOW TABLES",
        "EXPORT DATABASE 'x'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        'SELECT * FROM "data.parquet"',
        "SELECT * FROM glob('*')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM pragma_table_info('ward')",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_tables",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('ward')",
        "SELECT getenv('HOME')",
        "SELECT current_setting('threads')",
        "SELECT now()",
        "SELECT current_date",
        "SELECT random()",
        "SELECT * FROM ward USING SAMPLE 1",
        "SELECT COLUMNS('t.*') FROM ward",
        "SELECT ward FROM ward; DROP TABLE x",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
        "SELECT * FROM ward WHERE title = ?",
        "SELECT $1",
        "PIVOT ward ON title",
        "SELECT 'unclosed",
        "SELECT person FROM person",
        "SELECT error('x')",
    ],
)
def test_only_one_select_in_the_closed_language_is_read(gate: Gate, sql: str, audit: Audit) -> None:
    with pytest.raises(UsageError) as caught:
        gate.read(sql, ANN, "planning")
    assert "line 1, column" in caught.value.message
    assert [entry["permitted"] for entry in audit.entries()] == [False]


def test_mistakes_are_told_with_place_and_nearest_word(gate: Gate) -> None:
    with pytest.raises(UsageError) as caught:
        gate.read("SELECT titel,\n  uper(ward)\nFROM ward", ANN, "planning")
    assert "line 1, column 8: unknown column 'titel'" in caught.value.message and "did you mean 'title'" in caught.value.message
    assert "line 2, column 3: function uper()" in caught.value.message and "did you mean 'upper'" in caught.value.message
    with pytest.raises(UsageError, match=r"unknown table 'wrd'.*did you mean 'ward'"):
        gate.read("SELECT * FROM wrd", ANN, "planning")


def test_an_unknown_purpose_or_role_is_denied_and_recorded(gate: Gate, audit: Audit) -> None:
    with pytest.raises(AccessDeniedError, match="'planing' is not declared; did you mean 'planning'") as caught:
        gate.read("SELECT * FROM ward", ANN, "planing")
    assert caught.value.advice and "blue_badge, nosy, planning" in caught.value.advice and caught.value.exit_code == 5
    with pytest.raises(AccessDeniedError, match="role 'guest'"):
        gate.read("SELECT * FROM ward", Who("eve", "guest"), "planning")
    assert [(e["who"], e["permitted"]) for e in audit.entries()] == [("ann", False), ("eve", False)]


def test_a_relation_of_which_nothing_may_be_seen_is_not_counted_either(engine: DuckDBEngine, audit: Audit) -> None:
    secret = Relation("secret", "(SELECT 1 AS a)", (ColumnAccess("a", "long", "special", ("blue_badge",)),))
    gate = Gate(engine, {"secret": secret}, PURPOSES, audit, published=None)
    for sql in ("SELECT count(*) FROM secret", "SELECT * FROM secret"):
        with pytest.raises((AccessDeniedError, UsageError)):
            gate.read(sql, ANN, "planning")


def test_without_declared_purposes_the_default_permits_all_but_special(engine: DuckDBEngine, audit: Audit) -> None:
    gate = Gate(engine, {"person": person()}, {}, audit, published=1)
    assert [name for name, _ in gate.read("SELECT * FROM person", ANN, "data_engineering").columns] == ["id", "name", "ward"]
    with pytest.raises(AccessDeniedError, match="no declared purpose permits it"):
        gate.read("SELECT disabled FROM person", ANN, "data_engineering")
    with pytest.raises(AccessDeniedError):
        gate.read("SELECT id FROM person", ANN, "planning")


def test_the_record_is_written_before_the_answer_and_holds_no_literal(gate: Gate, audit: Audit) -> None:
    answer = gate.read("SELECT title -- about Mrs Smith\nFROM ward WHERE title = 'Leyton' AND length(ward) < 99", ANN, "planning")
    (look,) = audit.entries()
    assert look["sql"] == "SELECT title FROM ward WHERE title = ? AND LENGTH(ward) < ?"
    assert (look["who"], look["role"], look["purpose"], look["run"], look["permitted"]) == ("ann", "engineer", "planning", 7, True)
    assert look["tables"] == ["ward"] and look["columns"] == ["ward.title", "ward.ward"] and look["at"].startswith("2026-11-03T09:30")
    assert answer.rows() == [("Leyton",)]
    assert [(e["event"], e.get("rows")) for e in audit.entries()] == [("look", None), ("answer", 1)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM person WHERE nme = 'Zebedee'",
        'SELECT * FROM person WHERE name = "Zebedee"',
        "Zebedee 'Zebedee",
        "Zebedee Zebedee",
        "SELECT $$Zebedee$$",
    ],
)
def test_mistaken_queries_leave_nothing_personal_in_the_record(gate: Gate, audit: Audit, sql: str) -> None:
    with pytest.raises((UsageError, AccessDeniedError)):
        gate.read(sql, ANN, "blue_badge").rows()
    (look,) = audit.entries()
    assert "zebedee" not in json.dumps(look).lower()


def test_no_record_no_answer(engine: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    gate = Gate(engine, {"ward": ward()}, PURPOSES, Audit(tmp_path / "audit"), published=1)
    with pytest.raises(LakeError, match="can't be recorded"):
        gate.read("SELECT * FROM ward", ANN, "planning")


def test_an_answer_that_can_not_be_recorded_is_not_handed_out(gate: Gate, audit: Audit) -> None:
    answer = gate.read("SELECT * FROM ward", ANN, "planning")
    (audit.folder / "2026-11.jsonl").unlink()
    (audit.folder / "2026-11.jsonl").mkdir()
    with pytest.raises(LakeError):
        answer.rows()


def test_the_audit_log_is_private_and_survives_a_line_cut_short(audit: Audit) -> None:
    audit.look(who="a")
    path = audit.folder / "2026-11.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("ab") as handle:
        handle.write(b'{"event": "lo')
    audit.look(who="b")
    assert [e.get("who", e["event"]) for e in audit.entries()] == ["a", "unreadable", "b"]
    assert os.path.getsize(path) == len(path.read_bytes())


def test_looks_of_several_threads_are_whole_lines(audit: Audit) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: audit.look(who=str(n), sql="x" * 3000), range(80)))
    assert sorted(int(e["who"]) for e in audit.entries()) == list(range(80))


def test_the_audit_log_has_a_file_a_month(tmp_path: Path) -> None:
    months = iter([dt.datetime(2026, 1, 31, 23, 59, tzinfo=dt.UTC), dt.datetime(2026, 2, 1, tzinfo=dt.UTC)])
    audit = Audit(tmp_path, clock=lambda: next(months))
    audit.look(who="a")
    audit.look(who="b")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2026-01.jsonl", "2026-02.jsonl"]
    assert [e["who"] for e in audit.entries()] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "reader"), [("a.parquet", "read_parquet"), ("a.csv", "read_csv"), ("a.json", "read_json"), ("it's.jsonl", "read_json")]
)
def test_answers_are_written_to_files(gate: Gate, engine: DuckDBEngine, audit: Audit, tmp_path: Path, name: str, reader: str) -> None:
    path = tmp_path / name
    assert gate.read("SELECT * FROM ward ORDER BY ward", ANN, "planning").copy(path) == 2
    if reader == "read_parquet":
        assert engine.rows(f"SELECT * FROM {reader}('{path}')") == [("x1", "Chapel End"), ("x2", "Leyton")]
    else:
        assert "Leyton" in path.read_text()
    assert [e.get("rows") for e in audit.entries()] == [None, 2]


def test_an_unknown_format_is_told(gate: Gate, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown format 'xlsx'"):
        gate.read("SELECT * FROM ward", ANN, "planning").copy(tmp_path / "a.xlsx")


def test_rows_can_be_limited(gate: Gate) -> None:
    assert gate.read("SELECT ward FROM ward ORDER BY ward DESC", ANN, "planning").rows(limit=1) == [("x2",)]


def test_a_query_that_fails_while_it_runs_is_told_as_the_askers(gate: Gate) -> None:
    with pytest.raises(UsageError, match="the query failed") as caught:
        gate.read("SELECT sum(title) AS n FROM ward", ANN, "planning")
    assert "VALUES" not in caught.value.message  # what is read, and from where, is not the asker's
    with pytest.raises(UsageError, match="the query failed"):
        gate.read("SELECT CAST(title AS INTEGER) AS n FROM ward", ANN, "planning").rows()


# ── what can't be seen has no influence ─────────────────────────────────────────────────────────

EXPRESSIONS = st.sampled_from(
    [
        "id",
        "ward",
        "name",
        "p.name",
        "disabled",
        "p.ward",
        "length(ward)",
        "upper(name)",
        "1",
        "count(*) OVER ()",
        "*",
        "p.*",
        "coalesce(name, ward)",
    ]
)
PREDICATES = st.sampled_from(
    [
        "true",
        "id > 1",
        "name = 'Ada'",
        "p.disabled",
        "ward IN (SELECT ward FROM person WHERE name > 'B')",
        "EXISTS (SELECT 1 FROM person q WHERE q.name = p.ward)",
    ]
)
SOURCES = st.sampled_from(
    ["person p", "person AS p JOIN ward w USING (ward)", "(SELECT * FROM person) p", "(SELECT id, ward, name FROM person) p", "person p NATURAL JOIN person q", "ward p", "person p JOIN person q ON p.name = q.name"]
)  # fmt: skip
ORDERS = st.sampled_from(["", "ORDER BY 1", "ORDER BY name", "ORDER BY p.id", "ORDER BY ALL"])


@given(outputs=st.lists(EXPRESSIONS, min_size=1, max_size=3), where=PREDICATES, source=SOURCES, order=ORDERS)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_answer_does_not_depend_on_what_may_not_be_seen(
    engine: DuckDBEngine, audit: Audit, outputs: list[str], where: str, source: str, order: str
) -> None:
    sql = f"SELECT {', '.join(outputs)} FROM {source} WHERE {where} {order}"
    answers = []
    for hidden in ("'Ada', true", "'Zed', false"):
        rows = (
            f"(SELECT id, ward, name, disabled FROM (VALUES (1, 'x1', {hidden}), (2, 'x2', 'Bob', false)) AS v(id, ward, name, disabled))"
        )
        gate = Gate(engine, {"person": Relation("person", rows, person().columns), "ward": ward()}, PURPOSES, audit, published=1)
        try:
            answers.append(sorted(map(repr, gate.read(sql, ANN, "planning").rows())))
        except (AccessDeniedError, UsageError) as error:
            answers.append([error.message])
    assert answers[0] == answers[1]


def test_a_query_too_deep_or_too_long_is_told_and_not_crashed_on(gate: Gate) -> None:
    for sql in (
        f"SELECT {'(' * 5000}1{')' * 5000} AS x",
        " UNION ALL ".join(["SELECT ward FROM ward"] * 500),
        "SELECT * FROM " + "(SELECT * FROM " * 600 + "ward" + ")" * 600,
    ):
        with pytest.raises(UsageError, match="a simpler SELECT"):
            gate.read(sql, ANN, "planning")


# ── roles, and values that are left open ────────────────────────────────────────────────────────


def test_a_role_reads_for_its_own_purposes_alone(engine: DuckDBEngine, audit: Audit) -> None:
    gate = Gate(engine, {"person": person()}, PURPOSES, audit, published=1, roles={"viewer": ("planning",), "officer": ()})
    assert gate.read("SELECT id FROM person", Who("v", "viewer"), "planning").rows() == [(1,), (2,)]
    for who, purpose in ((Who("v", "viewer"), "blue_badge"), (Who("o", "officer"), "planning"), (Who("x", "stranger"), "planning")):
        with pytest.raises(AccessDeniedError):
            gate.read("SELECT id FROM person", who, purpose)
    denied = [e for e in audit.entries() if e["event"] == "look" and not e["permitted"]]
    assert [e["role"] for e in denied] == ["viewer", "officer", "stranger"]


def test_values_by_name_are_values_never_sql_and_are_in_no_record(engine: DuckDBEngine, audit: Audit) -> None:
    gate = Gate(engine, {"person": person()}, PURPOSES, audit, published=1)
    sql = "SELECT id FROM person WHERE name = $name"
    for value, found in (("Ada", [(1,)]), ("' OR 1=1 --", []), ("Bob", [(2,)])):
        assert gate.read(sql, ANN, "blue_badge", {"name": value}).rows() == found
    noted = [json.dumps(e) for e in audit.entries()]
    assert len(noted) == 6 and not any("Ada" in line or "OR 1=1" in line for line in noted)
    with pytest.raises(UsageError):
        gate.read(sql, ANN, "blue_badge").rows()
    with pytest.raises(AccessDeniedError):
        gate.read(sql, ANN, "planning", {"name": "Ada"})


def test_what_was_permitted_for_one_purpose_is_judged_again_for_another(engine: DuckDBEngine, audit: Audit) -> None:
    gate = Gate(engine, {"person": person()}, PURPOSES, audit, published=1)
    assert gate.read("SELECT name FROM person", ANN, "blue_badge").rows()
    with pytest.raises(AccessDeniedError):
        gate.read("SELECT name FROM person", ANN, "planning")
    assert [c for c, _ in gate.read("SELECT * FROM person", ANN, "planning").columns] == ["id", "ward"]
    assert [c for c, _ in gate.read("SELECT * FROM person", ANN, "blue_badge").columns] == ["id", "name", "ward", "disabled"]
