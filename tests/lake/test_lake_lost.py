"""S3 lost in the middle of a run, and back: a word about it in good time, and the next run is as if nothing had happened."""

import os
import time

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.errors import LakeError
from borough.lake import Lake, run_compaction, vacuum
from s3_server import Wire, new_address

LOG = "silver/incident/log"
OTHER = "gold/totals"
SECONDS = 60


@pytest.fixture
def wire(s3, monkeypatch):
    """A wire to the server, by which everything reaches it now."""
    wire = Wire(s3)
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.endpoint)
    yield wire
    wire.close()


@pytest.fixture
def fresh_engine(tmp_path):
    """An engine that knows of no server yet."""
    engine = DuckDBEngine(threads=1, scratch=tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def fresh(fresh_engine, hands):
    """Hands with such an engine."""
    return type(hands)(fresh_engine)


def one(i):
    return f"SELECT {i}::BIGINT AS id"


def check_told(error, lake):
    assert lake.storage.root in error.message and "can't be reached" in error.message, error.message
    assert "\n" not in error.message and "\x1b" not in error.message and len(error.message) < 300
    assert "run again" in error.advice and "nothing of this run was published" in error.advice
    assert error.exit_code == 4


def write_run(lake, hands, now, i):
    with lake.writer(now=now, holder="test") as writer:
        for name in (LOG, OTHER):
            hands.append(writer, name, one(i))
        writer.publish({"i": i})


@pytest.mark.slow
def test_s3_lost_at_any_moment_of_a_run(wire, fresh, now, monkeypatch):
    """Cut after so many requests, from the first to the last of a run, mended, and run again."""
    monkeypatch.setattr("borough.lake.objects.RETRIES", {"max_retries": 0})
    monkeypatch.setattr("borough.lake.objects.DELTA_RETRIES", {"max_retries": "0"})
    root = new_address()
    write_run(Lake(root), fresh, now, 10)
    expected, lost = [(10,)], 0
    for i, requests in enumerate((0, 3, 9, 20, 33, 47, 60, 70, 78, 84, 90), 11):
        lake = Lake(root)
        wire.cut_after(requests)
        try:
            write_run(lake, fresh, now, i)
        except LakeError as error:
            check_told(error, lake)
            lost += 1
        wire.cut()
        wire.mend()
        reader = Lake(root)
        published = reader.published().record["i"] == i
        expected += [(i,)] if published else []
        assert [fresh.rows(reader.table(name)) for name in (LOG, OTHER)] == [expected] * 2, f"cut after {requests} requests"
        if not published:
            # The lease of this very process was never given back: the next writer has to know it for its own.
            release(reader)
            write_run(Lake(root), fresh, now, i)
            expected.append((i,))
        assert [fresh.rows(Lake(root).table(name)) for name in (LOG, OTHER)] == [expected] * 2
    assert lost >= 8


def release(lake):
    """End the lease that a writer could not give back, as time would."""
    left = lake.storage.read("system/lease.json")
    if left is not None:
        assert lake.storage.swap("system/lease.json", left, None)


@pytest.mark.slow
def test_a_store_that_is_away_is_told_in_good_time(wire, fresh, now):
    root = new_address()
    lake = Lake(root)
    write_run(lake, fresh, now, 0)
    files = lake.table(LOG).files
    wire.cut()
    tries = {
        "published": lambda: Lake(root).published(),
        "table": lambda: lake.table(LOG),
        "writer": lambda: write_run(Lake(root), fresh, now, 1),
        "vacuum": lambda: vacuum(Lake(root), keep_runs=1, keep_unreferenced_hours=0),
        "compact": lambda: run_compaction(Lake(root), now=now, holder="test", above_files=1),
    }
    for name, attempt in tries.items():
        began = time.monotonic()
        with pytest.raises(LakeError) as caught:
            attempt()
        assert time.monotonic() - began < SECONDS, name
        check_told(caught.value, lake)
    with pytest.raises(LakeError, match="can't be reached"):
        fresh.engine.rows(f"SELECT * FROM {fresh.engine.scan(files, [('id', 'long')])}")
    wire.mend()
    assert fresh.rows(Lake(root).table(LOG)) == [(0,)]


def test_a_short_break_is_bridged(wire, fresh, now):
    """A store that hiccups is asked again: the run goes on."""
    import threading

    lake = Lake(new_address())
    write_run(lake, fresh, now, 0)
    wire.cut()
    mended = threading.Timer(0.5, wire.mend)
    mended.start()
    write_run(lake, fresh, now, 1)
    mended.join()
    assert fresh.rows(lake.table(LOG)) == [(0,), (1,)]


@pytest.mark.parametrize(("name", "value", "says"), [("AWS_ENDPOINT_URL", "nowhere", "is no URL"), ("AWS_REGION", "", "region")])
def test_what_is_missing_to_reach_a_store(s3, monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    if name == "AWS_REGION":
        monkeypatch.delenv("AWS_ENDPOINT_URL")
    from borough.errors import UsageError

    with pytest.raises(UsageError, match=says):
        Lake(new_address())


def test_a_bucket_that_is_not_there(s3, now):
    lake = Lake("s3://no-such-bucket/lake")
    with pytest.raises(LakeError, match="no such bucket"):
        lake.published()
    with pytest.raises(LakeError, match="no such bucket"), lake.writer(now=now, holder="test"):
        pass


def test_declared_options_go_before_the_environments(s3, fresh, now, monkeypatch):
    root = new_address()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    lake = Lake(root, options={"endpoint": s3, "region": "eu-west-2", "access_key_id": "another", "secret_access_key": "key"})
    assert "aws_session_token" not in (lake.storage.options or {})
    write_run(lake, fresh, now, 0)
    assert lake.table(LOG).rows == 1
    assert os.environ["AWS_ENDPOINT_URL"] not in lake.storage.options.values()


def test_a_publication_whose_answer_is_lost_is_published(s3, fresh, now, monkeypatch):
    """The commit took place, its answer never came: the run says that it is published, for so it is."""
    import deltalake

    lake = Lake(new_address())
    write_run(lake, fresh, now, 0)
    write = deltalake.write_deltalake

    def answerless(*args, **kwargs):
        write(*args, **kwargs)
        raise OSError("Generic S3 error: error sending request")

    monkeypatch.setattr(deltalake, "write_deltalake", answerless)
    write_run(lake, fresh, now, 1)
    assert [run.record["i"] for run in lake.runs()] == [1, 0]
    monkeypatch.setattr(deltalake, "write_deltalake", lambda *args, **kwargs: (_ for _ in ()).throw(OSError("Generic S3 error: error sending request")))
    with pytest.raises(LakeError, match="can't be reached"):
        write_run(lake, fresh, now, 2)
    assert [run.record["i"] for run in Lake(lake.storage.root).runs()] == [1, 0]
