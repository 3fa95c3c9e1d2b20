"""Compaction and vacuum: fewer files, the same rows, and every kept run readable."""

import pytest

from borough.errors import LakeError, LeaseHeldError
from borough.lake import Lake, compact, run_compaction, vacuum

LOG = "silver/incident/log"


def one(i):
    return f"SELECT {i}::BIGINT AS id"


def parquet(place):
    return {name for name in place.names() if name.endswith(".parquet") and "_delta_log" not in name}


def test_compaction_keeps_the_rows_the_record_and_the_transactions(lake, hands, now):
    for i in range(6):
        first = hands.run(
            lake, {LOG: one(i), "gold/one": one(i)} if i == 0 else {LOG: one(i)}, {"fingerprints": {"x": 1}, "properties": {LOG: {"p": i}}}
        )
    before = hands.rows(lake.table(LOG))
    report, run = run_compaction(lake, now=now, holder="test", above_files=5)
    assert (report.tables, report.files_before, report.files_after) == ((LOG,), 6, 1)
    assert run == lake.published()
    assert run.record["cause"] == "maintenance" and run.record["fingerprints"] == {"x": 1}
    assert lake.table(LOG).properties == {"p": 5}
    assert hands.rows(lake.table(LOG)) == before == hands.rows(lake.table(LOG, first))
    assert len(lake.table(LOG).files) == 1 and len(lake.table(LOG, first).files) == 6
    hands.run(lake, {LOG: one(6)})
    assert hands.rows(lake.table(LOG)) == [*before, (6,)]


def test_nothing_to_compact_publishes_nothing(lake, hands, now):
    run = hands.run(lake, {LOG: one(1)})
    report, published = run_compaction(lake, now=now, holder="test", above_files=5)
    assert (report.tables, published) == ((), None)
    assert lake.published() == run


def test_compaction_of_a_table_that_is_not_there(lake, hands, now):
    hands.run(lake, {LOG: one(1)})
    with lake.writer(now=now, holder="test") as writer, pytest.raises(LakeError, match="no table 'gold/none'"):
        compact(writer, ["gold/none"], above_files=2)


def test_an_unpublished_compaction_is_undone(lake, hands, now):
    for i in range(3):
        hands.run(lake, {LOG: one(i)})
    with lake.writer(now=now, holder="test") as writer:
        compact(writer, above_files=1)
    assert hands.rows(lake.table(LOG)) == [(0,), (1,), (2,)]
    with lake.writer(now=now, holder="test") as writer:
        assert writer.restored == (LOG,)
        assert len(writer.state(LOG).files) == 3


def test_the_register_of_runs_is_compacted_too(lake, hands, now):
    runs = [hands.run(lake, {LOG: one(i)}, {"i": i}) for i in range(5)]
    run_compaction(lake, now=now, holder="test", above_files=4)
    vacuum(lake, keep_runs=6, keep_unreferenced_hours=0)
    fresh = Lake(lake.storage.root)
    assert len(fresh.register_files()) == 2, "those before the compaction, and the compaction's own"
    assert fresh.runs()[1:] == runs[::-1]
    assert fresh.published(3) == runs[2]


def test_vacuum_keeps_what_kept_runs_need(lake, place, hands, now):
    runs = [hands.run(lake, {LOG: one(i)}) for i in range(4)]
    runs.append(run_compaction(lake, now=now, holder="test", above_files=1)[1])
    with lake.writer(now=now, holder="test") as writer:
        hands.replace(writer, LOG, one(9))
        runs.append(writer.publish({}))
    expected = [hands.rows(lake.table(LOG, run)) for run in runs]
    vacuumed = vacuum(lake, keep_runs=3, keep_unreferenced_hours=0)
    assert vacuumed.tables == ("system/runs",), "run 4 still needs each of the first files"
    planned = vacuum(lake, keep_runs=2, keep_unreferenced_hours=0, dry_run=True)
    assert planned.files == 4 and planned.tables == (LOG,) and planned.bytes > 0
    before = parquet(place)
    assert vacuum(lake, keep_runs=2, keep_unreferenced_hours=0) == planned
    assert len(before - parquet(place)) == 4
    fresh = Lake(lake.storage.root)
    assert [hands.rows(fresh.table(LOG, run)) for run in runs[-2:]] == expected[-2:]
    with pytest.raises(LakeError, match="run 4 can no longer be read"):
        fresh.table(LOG, runs[3])
    hands.run(lake, {LOG: one(10)})
    assert hands.rows(lake.table(LOG)) == [(10,), (9,)]


def test_vacuum_spares_young_files(lake, hands, now):
    hands.run(lake, {LOG: one(1)})
    with lake.writer(now=now, holder="test") as writer:
        hands.replace(writer, LOG, one(2))
        writer.publish({})
    assert vacuum(lake, keep_runs=1, keep_unreferenced_hours=1).files == 0
    assert vacuum(lake, keep_runs=1, keep_unreferenced_hours=0).files == 1


def test_vacuum_deletes_strays_of_dead_runs_and_nothing_else(lake, place, hands, now):
    hands.run(lake, {LOG: one(1)})
    with lake.writer(now=now, holder="test") as writer:
        hands.append(writer, LOG, one(3))
    stray = place.read(next(iter(sorted(parquet(place)))))
    for name in (f"{LOG}/stray.parquet", "gold/never/run-00000001/stray.parquet", "exports/mine.parquet"):
        place.write(name, stray)
    assert vacuum(lake, keep_runs=1, keep_unreferenced_hours=0).tables == ("gold/never/run-00000001", LOG)
    assert "exports/mine.parquet" in place.names()
    assert not [name for name in place.names() if "stray" in name]
    with lake.writer(now=now, holder="test") as writer:
        assert writer.restored == (LOG,)
        writer.publish({})
    assert hands.rows(lake.table(LOG)) == [(1,)]


def test_vacuum_waits_for_no_writer(lake, now):
    with lake.writer(now=now, holder="night run"), pytest.raises(LeaseHeldError, match="night run"):
        vacuum(lake, keep_runs=1, keep_unreferenced_hours=0)


def test_vacuum_keeps_at_least_one_run(lake):
    with pytest.raises(LakeError, match="at least 1"):
        vacuum(lake, keep_runs=0, keep_unreferenced_hours=0)


def test_vacuum_prunes_the_logs_of_runs_that_are_not_kept(lake, place, hands):
    count = 32 if place.kind == "folder" else 16
    runs = [hands.run(lake, {LOG: one(i)}) for i in range(count)]
    report = vacuum(lake, keep_runs=5, keep_unreferenced_hours=0)
    assert report.files == 0, "each file is still part of the table"
    assert report.log_files > (30 if place.kind == "folder" else 15)
    fresh = Lake(lake.storage.root)
    for run in runs[-5:]:
        assert fresh.table(LOG, run).rows == run.number
    with pytest.raises(LakeError, match="run 2 can no longer be read"):
        fresh.table(LOG, runs[1])
    assert fresh.published(2) == runs[1]
    assert vacuum(fresh, keep_runs=count, keep_unreferenced_hours=0).files == 0
    assert hands.run(fresh, {LOG: one(count)}).number == count + 1
    assert fresh.table(LOG).rows == count + 1


def test_vacuum_refuses_a_lake_that_lost_files(lake, place, hands):
    hands.run(lake, {LOG: one(1)})
    hands.run(lake, {LOG: one(2)})
    place.delete(lake.table(LOG).files[0].removeprefix(lake.storage.root + "/"))
    with pytest.raises(LakeError, match="damaged: 1 files"):
        vacuum(lake, keep_runs=1, keep_unreferenced_hours=0)
