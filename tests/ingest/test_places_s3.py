"""Files in a bucket of an S3 server."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.errors import FeedError
from borough.ingest.places.places import Places
from s3_server import BUCKET, KEYS, Wire, s3_environment, s3_server

from .elsewhere import PackedContract, PlainContract, ZipContract, connect, files, zip_of
from .receiving import read_rows

pytest.importorskip("obstore", reason="obstore is not installed")


class Bucket:
    """A prefix of its own in the server's bucket."""

    def __init__(self, endpoint: str) -> None:
        from obstore.store import S3Store

        self.endpoint, self.prefix = endpoint, uuid.uuid4().hex
        self._store = S3Store(BUCKET, endpoint=endpoint, region=KEYS["AWS_REGION"], access_key_id="k", secret_access_key="s", client_options={"allow_http": True})

    @property
    def address(self) -> str:
        return f"s3://{BUCKET}/{self.prefix}"

    def options(self, endpoint: str | None = None) -> dict[str, str]:
        return {"endpoint": endpoint or self.endpoint, "region": "eu-west-2", "key": "k", "secret": "s"}

    def put(self, name: str, data: bytes) -> None:
        self._store.put(f"{self.prefix}/{name}", data)

    def delete(self, name: str) -> None:
        self._store.delete(f"{self.prefix}/{name}")

    def places(self, *patterns: str, endpoint: str | None = None) -> Places:
        return Places([f"{self.address}/{p}" for p in patterns], Path("/nowhere"), connect(self.options(endpoint)))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(endpoint: str) -> Bucket:
    return Bucket(endpoint)


class InBucket(PackedContract):
    @pytest.fixture(autouse=True)
    def _bucket(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def upload(self, name: str, data: bytes) -> None:
        self.bucket.put(name, data)

    def address(self) -> str:
        return self.bucket.address

    def options(self) -> dict[str, str]:
        return self.bucket.options()


class TestCsvInBucket(InBucket, PlainContract):
    pass


class TestZipInBucket(InBucket, ZipContract):
    pass


def test_names_begin_below_the_fixed_folder(bucket: Bucket) -> None:
    for name in ("2026-01-01/a.csv", "2026-01-02/é [2] #1%20 ?.csv", "2026-01-02/deep/c.csv", "2026-01-02/.hidden.csv", "2026-01-02/x.csv.part", "other/2026.csv"):
        bucket.put(name, b"id\n1\n")
    found = bucket.places("{extract_date:%Y-%m-%d}/*.csv").discover()
    assert [f.name for f in found] == ["2026-01-01/a.csv", "2026-01-02/é [2] #1%20 ?.csv"]
    assert [(f.size, str(f.extract_date)) for f in found] == [(5, "2026-01-01"), (5, "2026-01-02")]
    assert found[0].modified_ns > 10**18
    assert [f.name for f in bucket.places("2026-01-02/*.csv").discover()] == ["é [2] #1%20 ?.csv"]
    assert [f.name for f in bucket.places("**/c.csv", "other/2026.csv").discover()] == ["2026-01-02/deep/c.csv", "other/2026.csv"]
    assert bucket.places("nothing/*.csv").discover() == []


def test_what_programs_put_for_a_folder_is_no_file(bucket: Bucket) -> None:
    bucket.put("landing/", b"")
    bucket.put("landing/a", b"id\n1\n")
    bucket.put("empty", b"")
    assert [f.name for f in bucket.places("*").discover()] == ["empty"]
    assert [f.name for f in bucket.places("**").discover()] == ["empty", "landing/a"]


def test_the_environment_tells_how_to_reach_it(bucket: Bucket) -> None:
    bucket.put("a.csv", b"id\n1\n")
    with s3_environment(bucket.endpoint):
        assert [f.name for f in Places([f"{bucket.address}/*.csv"], Path("/"), connect()).discover()] == ["a.csv"]


def test_declared_keys_are_not_mixed_with_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session token belongs to the key that it was given with: S3 refuses it with another."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'<?xml version="1.0"?><ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated></ListBucketResult>')

        def log_message(self, *args: object) -> None:
            pass

    for name, value in {**KEYS, "AWS_SESSION_TOKEN": "of the environment"}.items():
        monkeypatch.setenv(name, value)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        endpoint = {"endpoint": f"http://127.0.0.1:{server.server_port}"}
        for options in (endpoint, {**endpoint, "key": "own", "secret": "s"}, {**endpoint, "key": "own", "secret": "s", "token": "t"}, {**endpoint, "anonymous": "true"}):
            assert Places(["s3://b/*.csv"], Path("/"), connect(options)).discover() == []
        server.shutdown()
    keys = [a.get("authorization", "=").split("=")[1].split("/")[0] for a in asked]
    assert keys == ["test-key", "own", "own", ""]
    assert [a.get("x-amz-security-token") for a in asked] == ["of the environment", None, "t", None]


def test_a_folder_and_a_bucket_in_one_feed(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("a.csv", b"id\n1\n")
    (tmp_path / "a.csv").write_bytes(b"id\n2\n")
    places = Places([f"{bucket.address}/*.csv", "*.csv"], tmp_path, connect(bucket.options()))
    assert [f.name for f in places.discover()] == ["a.csv", f"{BUCKET}/a.csv"]
    assert places.live


def test_a_file_put_again_while_it_was_read_is_left(bucket: Bucket, engine: DuckDBEngine, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        bucket.put(name, b"id\n1\n")
    connector = files([f"{bucket.address}/*.csv"], tmp_path, engine, tmp_path / "scratch", connect(bucket.options()))
    found = connector.discover()
    bucket.put("a.csv", b"id\n1\n2\n")
    bucket.delete("b.csv")
    changed, gone = connector.receive(found, str(tmp_path / "bronze")).received
    assert (changed.left, changed.problem) == ("it changed while it was read", None)
    assert gone.problem == "the file is gone: it was there when the folder was listed; run again"


def test_many_small_objects_come_side_by_side(bucket: Bucket, engine: DuckDBEngine, tmp_path: Path) -> None:
    for number in range(60):
        bucket.put(f"{number:03}.json", b'[{"id": "%d"}]' % number if number != 7 else b"[{")
    connector = files([f"{bucket.address}/*.json"], tmp_path, engine, tmp_path / "scratch", connect(bucket.options()))
    found = connector.discover()
    bucket.put("008.json", b'[{"id": "8"}, {"id": "88"}]')
    bucket.delete("009.json")
    batch = connector.receive(found, str(tmp_path / "bronze"))
    assert [r.found.name for r in batch.received] == [f"{number:03}.json" for number in range(60)]
    told = {r.found.name: r.left or r.problem for r in batch.received if r.left or r.problem}
    assert set(told) == {"007.json", "008.json", "009.json"}
    assert told["008.json"] == "it changed while it was read"
    assert sorted(int(row["id"]) for row in read_rows(engine, batch)) == [n for n in range(60) if n not in (7, 8, 9)]


def test_a_broken_zip_does_not_stop_the_others(bucket: Bucket, engine: DuckDBEngine, tmp_path: Path) -> None:
    bucket.put("a.zip", zip_of({"a.csv": b"id\n1\n"})[:-20])
    bucket.put("b.zip", zip_of({"a.csv": b"id\n1\n"}))
    connector = files([f"{bucket.address}/*.zip/*.csv"], tmp_path, engine, tmp_path / "scratch", connect(bucket.options()))
    assert [(f.name, f.problem is None) for f in connector.discover()] == [("a.zip", False), ("b.zip/a.csv", True)]


@pytest.fixture
def wire(endpoint: str) -> Iterator[Wire]:
    wire = Wire(endpoint)
    yield wire
    wire.close()


def test_a_server_that_is_away_is_told_after_some_attempts(bucket: Bucket, wire: Wire) -> None:
    bucket.put("a.csv", b"id\n1\n")
    places = bucket.places("*.csv", endpoint=wire.endpoint)
    assert len(places.discover()) == 1
    wire.cut()
    with pytest.raises(FeedError) as told:
        places.discover()
    assert told.value.message == f"s3://{BUCKET} can't be reached: no connection, after 3 attempts"
    assert told.value.advice == "see that it is up, and run again: nothing of this feed was taken in"
    wire.mend()
    assert len(places.discover()) == 1


def test_a_transfer_that_breaks_is_begun_again(bucket: Bucket, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut in the middle of a large object; the wire is mended while Borough waits."""
    from borough.ingest.places import buckets

    data = b"id\n" + b"1\n" * 10_000_000
    bucket.put("a.csv", data)
    places = bucket.places("*.csv", endpoint=wire.endpoint)
    (found,) = places.discover()
    asked: list[int] = []
    original = buckets.Bucket.copy

    def copy(self: buckets.Bucket, path: str, to: Path) -> None:
        asked.append(len(asked))
        if len(asked) == 2:
            wire.mend()
        elif len(asked) == 1:
            _cut_soon(wire, to)
        original(self, path, to)

    monkeypatch.setattr(buckets.Bucket, "copy", copy)
    here = Path(places.fetch(found, tmp_path).path)
    assert asked == [0, 1]
    assert here.read_bytes() == data


def _cut_soon(wire: Wire, to: Path) -> None:
    def cut() -> None:
        while not (to.exists() and to.stat().st_size > 0):
            time.sleep(0.001)
        wire.cut()

    threading.Thread(target=cut, daemon=True).start()


def test_what_waiting_does_not_mend_is_told_at_once(bucket: Bucket) -> None:
    with pytest.raises(FeedError) as told:
        Places(["s3://no-such-bucket/*.csv"], Path("/"), connect(bucket.options())).discover()
    assert told.value.message == "s3://no-such-bucket can't be read: there is no such bucket"
    with pytest.raises(FeedError, match=r"the region of s3://x is not known") as told, s3_environment(bucket.endpoint), pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ENDPOINT_URL", "AWS_REGION"):
            patch.delenv(name)
        Places(["s3://x/*.csv"], Path("/"), connect()).discover()
    assert told.value.advice == "declare region: in connect.options, or set AWS_REGION, such as eu-west-2 for London; then run again"


@pytest.mark.parametrize(
    ("pattern", "options"),
    [
        ("abfss://c@account.dfs.core.windows.net/x/*.csv", {"key": "YWJj"}),
        ("abfss://c@account.dfs.core.windows.net/x/*.csv", {"sas": "sv=1&sig=abc"}),
        ("az://c/x/*.csv", {"account": "a", "tenant": "t", "client": "c", "secret": "s"}),
        ("gs://b/x/*.csv", {"anonymous": "true"}),
    ],
)
def test_options_of_other_stores_are_understood(pattern: str, options: dict[str, str]) -> None:
    """There is no such server here; this much can be told: with an endpoint where nobody is, the store was opened and asked."""
    here = {**options, "endpoint": "http://127.0.0.1:1", "allow_http": "true"}
    with pytest.raises(FeedError, match=r"can't be reached: no connection, after 3 attempts"):
        Places([pattern], Path("/"), connect(here)).discover()


def test_keys_that_are_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"gs://b can't be read: .*redential") as told:
        Places(["gs://b/*.csv"], tmp_path, connect({"key_file": "nothing.json"})).discover()
    assert "see to the keys" in (told.value.advice or "")
