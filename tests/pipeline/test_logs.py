"""Logs of changes as SQL, over rows given by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine
from borough.engine.values import records_sql
from borough.lake.logs import LOG_COLUMNS, Log, end_of_day, instant, names, same, start_of_day, winners

COLUMNS = (("k", "string"), ("v", "long"), *LOG_COLUMNS)
Entry = tuple[str, str, int | None, int, int, int]  # feed, key, value (None: deleted), day of position, day known, run


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(threads=1)
    yield engine
    engine.close()


def day(number: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1) + dt.timedelta(days=number)


def relation(engine: DuckDBEngine, entries: list[Entry]) -> str:
    records = [
        {
            "k": key, "v": value, "_feed": feed, "_op": "delete" if value is None else "insert", "_position": day(position), "_known": day(known),
            "_hash": None if value is None else str(value), "_run": run, "_n": n,
        }
        for n, (feed, key, value, position, known, run) in enumerate(entries)
    ]  # fmt: skip
    engine.execute(f"CREATE OR REPLACE TEMP TABLE entries AS {records_sql(records, COLUMNS)}")
    return "entries"


def rows(engine: DuckDBEngine, sql: str, columns: str = "_feed, k, v") -> list[tuple[object, ...]]:
    return engine.rows(f"SELECT {columns} FROM {sql} ORDER BY ALL")


def test_days_begin_and_end_in_london() -> None:
    assert start_of_day(dt.date(2024, 1, 15)) == dt.datetime(2024, 1, 15)
    assert start_of_day(dt.date(2024, 7, 15)) == dt.datetime(2024, 7, 14, 23)
    assert end_of_day(dt.date(2024, 3, 31)) - start_of_day(dt.date(2024, 3, 31)) == dt.timedelta(hours=23)
    assert end_of_day(dt.date(2024, 10, 27)) - start_of_day(dt.date(2024, 10, 27)) == dt.timedelta(hours=25)


def test_names_are_quoted() -> None:
    assert names(["a", 'b"c']) == '"a", "b""c"'
    assert same(["a", "b"], "l", "r") == 'l."a" = r."a" AND l."b" = r."b"'
    assert instant(dt.datetime(2024, 1, 2, 3, 4, 5, 6)) == "TIMESTAMP '2024-01-02 03:04:05.000006'"


def test_a_later_row_overrides_the_same_position(engine: DuckDBEngine) -> None:
    log = Log(relation(engine, [("f", "a", 1, 1, 1, 1), ("f", "a", 2, 1, 1, 2), ("f", "a", 3, 5, 5, 1)]), ("k",))
    assert rows(engine, log.assertions()) == [("f", "a", 2), ("f", "a", 3)]
    assert rows(engine, log.current()) == [("f", "a", 3)]
    assert rows(engine, log.before(day(5), "f")) == [("f", "a", 2)]
    assert rows(engine, log.before(day(1), "f")) == []
    assert rows(engine, log.before(day(9), "other")) == []


def test_an_older_row_in_the_tail_does_not_bring_back_what_is_gone(engine: DuckDBEngine) -> None:
    entries: list[Entry] = [("f", "a", 1, 1, 1, 1), ("f", "a", None, 5, 5, 1), ("f", "b", 1, 1, 1, 1), ("f", "a", 2, 3, 3, 2)]
    log = Log(relation(engine, entries), ("k",))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE base AS SELECT * FROM {Log('(SELECT * FROM entries WHERE _run = 1)', ('k',)).current()}")
    assert rows(engine, replace(log, base="base", through=1).current()) == [("f", "b", 1)]
    assert rows(engine, log.current()) == [("f", "b", 1)]


def test_history_tells_changes_only(engine: DuckDBEngine) -> None:
    entries: list[Entry] = [
        ("f", "a", None, 0, 0, 1), ("f", "a", 1, 1, 1, 1), ("f", "a", 1, 2, 2, 1), ("f", "a", 2, 3, 3, 1),
        ("f", "a", None, 4, 4, 1), ("f", "a", None, 5, 5, 1), ("f", "a", 2, 6, 6, 1), ("g", "a", 2, 6, 6, 1),
    ]  # fmt: skip
    told = engine.rows(f"SELECT _feed, _position, _op, v FROM {Log(relation(engine, entries), ('k',)).history()} ORDER BY ALL")
    assert told == [
        ("f", day(1), "insert", 1), ("f", day(3), "update", 2), ("f", day(4), "delete", None), ("f", day(6), "insert", 2), ("g", day(6), "insert", 2),
    ]  # fmt: skip


def test_changes_come_in_order_and_each_once(engine: DuckDBEngine) -> None:
    log = Log(relation(engine, [("f", "b", 1, 1, 1, 2), ("f", "a", 1, 1, 1, 1), ("f", "c", 1, 1, 1, 1)]), ("k",))
    every = engine.rows(f"SELECT _run, _n FROM {log.changes(0, 0)}")
    assert every == [(1, 1), (1, 2), (2, 0)]
    assert engine.rows(f"SELECT _run, _n FROM {log.changes(1, 1)}") == every[1:]
    assert engine.rows(f"SELECT _run, _n FROM {log.changes(2, 0)}") == []


def test_the_winner_by_precedence(engine: DuckDBEngine) -> None:
    both = relation(engine, [("f", "a", 1, 1, 1, 1), ("g", "a", 2, 1, 1, 1), ("f", "b", 1, 1, 1, 1), ("z", "b", 3, 1, 1, 1)])
    assert rows(engine, winners(both, ("k",), ("g", "f"))) == [("f", "b", 1), ("g", "a", 2)]
    assert rows(engine, winners(both, ("k",), ())) == [("f", "a", 1), ("f", "b", 1)]


entries = st.lists(
    st.tuples(st.sampled_from("fg"), st.sampled_from("ab"), st.sampled_from([1, 2, None]), st.integers(0, 4), st.integers(0, 4), st.integers(1, 4)),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(entries, st.integers(0, 4))
def test_base_and_tail_are_the_whole(engine: DuckDBEngine, given_rows: list[Entry], through: int) -> None:
    """Whenever the current table was written, it and the tail of the log say what the whole log says."""
    log = Log(relation(engine, given_rows), ("k",))
    then = Log(f"(SELECT * FROM entries WHERE _run <= {through})", ("k",))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE base AS SELECT * FROM {then.current()}")
    columns = "_feed, k, v, _position, _run, _n"
    whole = rows(engine, log.current(), columns)
    assert rows(engine, replace(log, base="base", through=through).current(), columns) == whole
    if through == 4:
        assert rows(engine, replace(log, base="base", through=through, settled=True).current(), columns) == whole


@settings(max_examples=60, deadline=None)
@given(entries)
def test_the_log_read_row_by_row(engine: DuckDBEngine, given_rows: list[Entry]) -> None:
    """Current rows and rows as of a day, against the plain reading of what a log means."""
    log = Log(relation(engine, given_rows), ("k",))
    asserted: dict[tuple[str, str, int], Entry] = {}
    for entry in sorted(given_rows, key=lambda e: e[5]):
        asserted[entry[0], entry[1], entry[3]] = entry

    def state(of: list[Entry]) -> list[tuple[object, ...]]:
        last = {(e[0], e[1]): e[2] for e in sorted(of, key=lambda e: e[3])}
        return sorted((feed, key, value) for (feed, key), value in last.items() if value is not None)

    assert rows(engine, log.current()) == state(list(asserted.values()))
    for number in range(5):
        as_of = rows(engine, log.as_of(day(number).date()))
        assert as_of == state([e for e in asserted.values() if e[4] <= number])
