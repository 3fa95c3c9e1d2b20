"""Runs: what is published is seen, whole; what is not never happened."""

import datetime as dt
import re
from pathlib import Path

import pytest

from borough.engine.port import WrittenFile
from borough.errors import LakeError, UsageError
from borough.lake import Column, Lake

LOG = "silver/incident/log"
ONE = "SELECT 1::BIGINT AS id, 'a' AS name"
TWO = "SELECT 2::BIGINT AS id, 'b' AS name"


def test_an_empty_lake_has_nothing_and_creates_nothing(lake, tmp_path):
    assert lake.published() is None
    assert lake.published(1) is None
    assert lake.runs() == []
    assert lake.table(LOG) is None
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_seen_when_it_is_published(lake, hands, now):
    with lake.writer(now=now, holder="test") as writer:
        hands.append(writer, LOG, ONE)
        assert hands.rows(writer.state(LOG)) == [(1, "a")]
        assert lake.published() is None
        assert lake.table(LOG) is None
        run = writer.publish({"properties": {LOG: {"tail": 3}}, "on": dt.date(2026, 3, 1)})
    assert run.number == 1 == writer.number
    assert lake.published() == run == Lake(lake.storage.root).published(1)
    assert run.recorded == now
    assert run.record["on"] == "2026-03-01"
    state = lake.table(LOG)
    assert state.properties == {"tail": 3}
    assert state.columns == (Column("id", "long"), Column("name", "string"))
    assert hands.rows(state) == [(1, "a")]


def test_readers_of_an_earlier_run_keep_its_rows(lake, hands):
    first = hands.run(lake, {LOG: ONE})
    second = hands.run(lake, {LOG: TWO, "gold/totals": ONE})
    with lake.writer(now=second.recorded, holder="test") as writer:
        hands.replace(writer, LOG, "SELECT 'x' AS code")
        writer.publish({})
    assert hands.rows(lake.table(LOG, first)) == [(1, "a")]
    assert lake.table("gold/totals", first) is None
    assert hands.rows(lake.table(LOG, second)) == [(1, "a"), (2, "b")]
    assert hands.rows(lake.table(LOG)) == [("x",)]
    assert lake.table(LOG).columns == (Column("code", "string"),)
    assert [run.number for run in lake.runs()] == [3, 2, 1]
    assert [run.number for run in lake.runs(2)] == [3, 2]


def test_files_come_in_the_order_of_their_commits(lake, hands):
    for _ in range(13):  # over a checkpoint of the Delta log; every run has the same instant
        hands.run(lake, {LOG: ONE})
    numbers = [int(Path(f).name.split("-")[1]) for f in lake.table(LOG).files]
    assert numbers == sorted(numbers) == list(range(1, 14))


def test_work_that_was_not_published_is_undone_by_the_next_writer(lake, hands, now):
    hands.run(lake, {LOG: ONE})
    with lake.writer(now=now, holder="test") as writer:
        hands.append(writer, LOG, "SELECT 2::BIGINT AS id, 'b' AS name, 3::BIGINT AS extra")
        hands.append(writer, "gold/new", ONE)
        dead = writer.number
    assert hands.rows(lake.table(LOG)) == [(1, "a")]
    with lake.writer(now=now, holder="test") as writer:
        assert writer.restored == ("gold/new", LOG)
        assert writer.number > dead, "a dead run's transactions survive: its number must not come again"
        assert hands.rows(writer.state(LOG)) == [(1, "a")]
        assert writer.state("gold/new") is None
    with lake.writer(now=now, holder="test") as writer:
        assert writer.restored == (), "nothing was written since"
        hands.append(writer, LOG, TWO)
        hands.append(writer, "gold/new", TWO)
        writer.publish({})
    assert hands.rows(lake.table(LOG)) == [(1, "a"), (2, "b")]
    assert hands.rows(lake.table("gold/new")) == [(2, "b")]
    assert [c.name for c in lake.table(LOG).columns] == ["id", "name"]


def test_an_exception_gives_the_lease_back(lake, hands, now):
    with pytest.raises(ZeroDivisionError), lake.writer(now=now, holder="test") as writer:
        hands.append(writer, LOG, ONE)
        _ = 1 // 0
    assert hands.run(lake, {LOG: TWO})
    assert hands.rows(lake.table(LOG)) == [(2, "b")]


def test_an_application_commits_once_a_run(lake, hands, now):
    with lake.writer(now=now, holder="test") as writer:
        hands.append(writer, LOG, ONE, app="feed a")
        hands.append(writer, LOG, TWO, app="feed b")
        with pytest.raises(LakeError, match="feed a has already committed run 1"):
            hands.append(writer, LOG, ONE, app="feed a")
        writer.publish({})
        with pytest.raises(LakeError, match="already published"):
            hands.append(writer, LOG, ONE, app="feed c")
    assert hands.rows(lake.table(LOG)) == [(1, "a"), (2, "b")]


def test_new_columns_read_null_before(lake, hands):
    hands.run(lake, {LOG: ONE})
    hands.run(lake, {LOG: "SELECT 2::BIGINT AS id, TIMESTAMP '2020-01-01' AS at"})
    state = lake.table(LOG)
    assert state.columns == (Column("id", "long"), Column("name", "string"), Column("at", "timestamp"))
    assert hands.rows(state) == [(1, "a", None), (2, None, dt.datetime(2020, 1, 1))]


def test_an_append_may_not_change_a_type_but_a_replacement_may(lake, hands, now):
    hands.run(lake, {LOG: ONE})
    with lake.writer(now=now, holder="test") as writer:
        with pytest.raises(LakeError, match=r"silver/incident/log\.id is long in the lake and string"):
            hands.append(writer, LOG, "SELECT 'x' AS id")
        with pytest.raises(LakeError, match="'id' and 'ID'"):
            hands.append(writer, LOG, "SELECT 'x' AS \"ID\"")
        hands.replace(writer, LOG, "SELECT TIMESTAMP '2020-01-01' AS id")
        writer.publish({})
    assert hands.rows(lake.table(LOG)) == [(dt.datetime(2020, 1, 1),)]


def test_tables_without_rows(lake, hands, now):
    with lake.writer(now=now, holder="test") as writer:
        writer.append(LOG, [], [Column("id", "long")], app="feed")
        hands.replace(writer, "gold/empty", ONE)
        writer.publish({})
    with lake.writer(now=now, holder="test") as writer:
        writer.replace("gold/empty", [], [Column("id", "long")], app="feed")
        writer.publish({})
    for name in (LOG, "gold/empty"):
        state = lake.table(name)
        assert (state.rows, state.files, state.columns) == (0, (), (Column("id", "long"),))


def test_whether_a_column_is_personal_is_remembered(lake, hands, now):
    hands.run(lake, {LOG: "SELECT 1::BIGINT AS id, 'Ann' AS person"})
    assert lake.table(LOG).columns[1] == Column("person", "string", personal=True)
    with lake.writer(now=now, holder="test") as writer:
        writer.append(LOG, [], [Column("id", "long", personal=True), Column("person", "string")], app="feed")
        writer.publish({})
    assert [c.personal for c in lake.table(LOG).columns] == [True, False]


def test_partitions_written_by_the_engine(lake, hands, engine, now):
    with lake.writer(now=now, holder="test") as writer:
        folder = writer.new_file(LOG).removesuffix(".parquet")
        sql = "SELECT i::BIGINT AS id, CASE WHEN i > 2 THEN 'a b=%é' ELSE 'n' END AS refused FROM range(5) t(i)"
        files = engine.copy(sql, folder, partition_by=("refused",))
        writer.append(LOG, [f for f in files if dict(f.partition)["refused"] != "n"], [Column("id", "long")], app="feed")
        writer.publish({})
    assert hands.rows(lake.table(LOG)) == [(3,), (4,)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f, folder: WrittenFile(f.path, f.rows + 1, f.size), "has 1 rows, not 2"),
        (lambda f, folder: WrittenFile(f.path, f.rows, 0), "bytes, not 0"),
        (lambda f, folder: WrittenFile(str(Path(f.path).with_name("none.parquet")), 1, 9), r"none\.parquet"),
        (lambda f, folder: WrittenFile(str(folder / "elsewhere.parquet"), 1, 9), "is not below the folder"),
    ],
)
def test_a_file_that_is_not_what_was_said_is_refused(lake, hands, now, tmp_path, change, message):
    with lake.writer(now=now, holder="test") as writer:
        files, columns = hands.write(writer, LOG, ONE)
        with pytest.raises(LakeError, match=message):
            writer.append(LOG, [change(files[0], tmp_path)], columns, app="feed")
        assert writer.state(LOG) is None


def test_types_of_a_file_are_checked(lake, hands, now):
    with lake.writer(now=now, holder="test") as writer:
        files, _ = hands.write(writer, LOG, ONE)
        with pytest.raises(LakeError, match=r"log\.id should be string and is long in"):
            writer.append(LOG, files, [Column("id", "string")], app="feed")


@pytest.mark.parametrize("name", ["log", "elsewhere/log", "silver", "silver/../gold/x", "silver//x", "silver/_delta_log", "system/runs"])
def test_names_that_are_no_table(lake, now, name):
    with lake.writer(now=now, holder="test") as writer, pytest.raises(LakeError):
        writer.append(name, [], [Column("id", "long")], app="feed")


def test_a_lake_that_lost_its_publications_is_not_taken_for_an_unpublished_one(lake, place, hands, now):
    hands.run(lake, {LOG: ONE})
    place.delete("system/runs")
    kept = [name for name in place.names() if name.endswith(".parquet")]
    assert kept
    with pytest.raises(LakeError, match="no system/runs"), lake.writer(now=now, holder="test"):
        pass
    assert [name for name in place.names() if name.endswith(".parquet")] == kept


def test_a_table_that_lost_its_log_is_reported(lake, place, hands, now):
    hands.run(lake, {LOG: ONE})
    place.delete(LOG)
    with pytest.raises(LakeError, match="damaged: silver/incident/log"), lake.writer(now=now, holder="test"):
        pass
    with pytest.raises(LakeError):
        lake.table(LOG)
    with pytest.raises(LakeError):
        Lake(lake.storage.root).table(LOG)


def test_a_record_that_is_no_json_is_refused_and_nothing_is_published(lake, now):
    with lake.writer(now=now, holder="test") as writer, pytest.raises(LakeError, match="not JSON"):
        writer.publish({"x": object()})
    assert lake.published() is None


@pytest.mark.parametrize("address", ["ftp://host/lake", "s3://bucket/a b", "s3://bucket/lake%201", "s3:///lake"])
def test_addresses_that_are_no_place_for_a_lake(s3, address):
    with pytest.raises((LakeError, UsageError), match=re.escape(address)):
        Lake(address)


def test_a_path_with_spaces_and_accents(hands, tmp_path):
    lake = Lake(str(tmp_path / "Ynys Môn's lake #1 50%"))
    hands.run(lake, {LOG: ONE})
    hands.run(lake, {LOG: TWO})
    assert hands.rows(Lake(lake.storage.root).table(LOG)) == [(1, "a"), (2, "b")]
