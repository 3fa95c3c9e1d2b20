"""Ways to a lake in a bucket: profiles, other schemes, a lake that moves there."""

import contextlib
from pathlib import Path

import pytest
from places import Bucket, place_of

from borough.engine.duckdb import DuckDBEngine
from borough.engine.objects import object_options, secret_sql, unreachable
from borough.errors import EngineError, UsageError
from borough.lake import Lake
from borough.lake.objects import filesystem
from s3_server import KEYS, new_address

LOG = "silver/incident/log"


@pytest.fixture
def bucket_lake(s3, hands):
    lake = Lake(new_address())
    hands.run(lake, {LOG: "SELECT 1::BIGINT AS id"})
    return lake


def test_the_keys_of_a_profile(bucket_lake, hands, tmp_path, monkeypatch):
    pytest.importorskip("botocore", reason="botocore reads profiles, and is not installed")
    shared = tmp_path / "credentials"
    shared.write_text(f"[council]\naws_access_key_id = {KEYS['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = {KEYS['AWS_SECRET_ACCESS_KEY']}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shared))
    monkeypatch.setenv("AWS_PROFILE", "council")
    assert Lake(bucket_lake.storage.root).table(LOG).rows == 1
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(UsageError, match="AWS_PROFILE=nobody"):
        Lake(bucket_lake.storage.root)


@contextlib.contextmanager
def opened(**how):
    engine = DuckDBEngine(threads=1, **how)
    try:
        yield engine
    finally:
        engine.close()


def test_an_engine_reads_other_stores_through_a_file_system(bucket_lake, tmp_path):
    """As it reads abfss:// and gs://; here by another name of S3."""
    files = [f.replace("s3://", "s3a://") for f in bucket_lake.table(LOG).files]
    with opened(scratch=tmp_path, filesystem=filesystem) as engine:
        assert engine.rows(f"SELECT * FROM {engine.scan(files, [('id', 'long')])}") == [(1,)]
    with opened(scratch=tmp_path) as engine, pytest.raises(EngineError, match="s3a://"):
        engine.scan(files, [("id", "long")])


def test_a_lake_moves_to_a_bucket(s3, hands, tmp_path, now):
    lake = Lake(str(tmp_path / "lake"))
    for i in range(2):
        hands.run(lake, {LOG: f"SELECT {i}::BIGINT AS id"})
    moved = Bucket(new_address())
    for name in place_of(lake).names():
        moved.write(name, place_of(lake).read(name))
    there = Lake(moved.root)
    assert there.runs() == lake.runs()
    hands.run(there, {LOG: "SELECT 2::BIGINT AS id"})
    assert hands.rows(there.table(LOG)) == [(0,), (1,), (2,)]


def test_new_files_wait_in_the_scratch_folder_and_leave_it(s3, hands, tmp_path, now):
    scratch = tmp_path / "scratch"
    lake = Lake(new_address(), scratch=str(scratch))
    with lake.writer(now=now, holder="test") as writer:
        hands.append(writer, LOG, "SELECT 1::BIGINT AS id")
        (file,) = writer.state(LOG).files
        assert Path(file).is_relative_to(scratch), "the run reads what it wrote from the disk"
        hands.write(writer, LOG, "SELECT 2::BIGINT AS id")
        writer.publish({})
    assert list(scratch.iterdir()) == []
    names = [name for name in place_of(lake).names() if name.endswith(".parquet") and name.startswith("silver")]
    assert len(names) == 1, "what no commit names is never sent"
    assert lake.table(LOG).files == (lake.storage.path(names[0]),)


def test_options_keep_together_what_belongs_together():
    environment = {"AWS_ACCESS_KEY_ID": "mine", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token", "AWS_DEFAULT_REGION": "eu-west-2"}
    own = {"access_key_id": "other", "secret_access_key": "others"}
    assert object_options("s3://b/l", own, environment) == {"aws_access_key_id": "other", "aws_secret_access_key": "others", "aws_region": "eu-west-2"}
    found = object_options("s3://b/l", {}, {**environment, "AWS_ENDPOINT_URL": "https://one", "AWS_ENDPOINT_URL_S3": "https://s3.two"})
    assert found["aws_endpoint"] == "https://s3.two" and found["allow_http"] == "false" and found["aws_session_token"] == "token"
    said = secret_sql("s3://b", {**found, "aws_secret_access_key": "it's"})
    assert "ENDPOINT 's3.two'" in said and "'it''s'" in said and "USE_SSL" not in said and "URL_STYLE 'path'" in said
    assert "credential_chain" in secret_sql("s3://b", {"aws_region": "eu-west-2"})
    assert object_options("gs://b/l", {"service_account": "x"}, {}) == {"google_service_account": "x"}


@pytest.mark.parametrize("text", ["Binder Error: no such column timed out", "Parser Error: 403 Forbidden", "Conversion Error: HTTP 503"])
def test_a_faulty_statement_is_not_taken_for_a_lost_store(text):
    assert unreachable(text) is None
