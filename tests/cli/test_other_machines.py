"""A council whose files are on other machines: what is away is told, the others are published, and nothing is half loaded."""

from __future__ import annotations

import io
import os
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from s3_server import BUCKET, Wire, s3_server
from sftp_server import SftpHost, sftp_server

from .council import Done, borough

SECRET = "open sesame"
MAP = "    delivers: full\n    to: thing\n    map: {k: k, v: v}\n"


@dataclass
class Borders:
    """A project with a feed in a folder, one in a bucket behind a wire, and one on an SFTP server."""

    root: Path
    wire: Wire
    host: SftpHost
    direct: str  # the bucket's server, not over the wire
    prefix: str

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def source(self, name: str, files: str, options: str = "{}", more: str = "") -> None:
        connect = f"connect:\n  files: '{files}'\n  options: {options}\n  retry: {{attempts: 2, wait: 0 seconds}}\n{more}"
        self.write(f"sources/{name}.yaml", f"source: {name}\n{connect}feeds:\n  feed:\n{MAP}")

    def upload(self, name: str, data: bytes) -> None:
        from obstore.store import S3Store

        S3Store(BUCKET, endpoint=self.direct, region="x", access_key_id="k", secret_access_key="s", client_options={"allow_http": True}).put(f"{self.prefix}/{name}", data)

    def send(self, name: str, things: bytes, cut: int = 0) -> None:
        """A zip on the SFTP server, without its last bytes; written long ago, so that it is at rest."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("things.csv", things)
        path = self.host.folder / self.prefix / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(out.getvalue()[: len(out.getvalue()) - cut])
        os.utime(path, (1_700_000_000 + cut,) * 2)

    @property
    def partner(self) -> str:
        return f"{self.host.address()}/{self.prefix}"

    def run(self, *words: str) -> Done:
        return borough("run", "--project", self.root, *words, S3_SECRET=SECRET)

    def things(self) -> str:
        return borough("query", "SELECT k FROM thing ORDER BY k", "--json", "--project", self.root, S3_SECRET=SECRET).out


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SftpHost, str]]:
    pytest.importorskip("obstore", reason="obstore is not installed")
    with sftp_server(tmp_path_factory.mktemp("sftp")) as host, s3_server() as endpoint:
        yield host, endpoint


@pytest.fixture
def council(tmp_path: Path, servers: tuple[SftpHost, str]) -> Iterator[Borders]:
    host, endpoint = servers
    made = Borders(tmp_path / "council", Wire(endpoint), host, endpoint, uuid.uuid4().hex)
    made.write("borough.yaml", "borough: Exampleton\nlake: ./lake\nengine: {duckdb: {threads: 2, memory: 1GB}}\n")
    made.write("datasets/thing.yaml", "dataset: thing\nkey: k\ncolumns: {k: {type: string}, v: {type: integer}}\n")
    made.source("folder", "data/{extract_date:%Y-%m-%d}.csv")
    cloud = f"s3://{BUCKET}/{made.prefix}/{{extract_date:%Y-%m-%d}}/*.csv"
    made.source("cloud", cloud, f"{{endpoint: '{made.wire.endpoint}', region: eu-west-2, key: k, secret: '${{S3_SECRET}}'}}")
    made.source("partner", f"{made.partner}/{{extract_date:%Y-%m-%d}}.zip/things.csv", f"{{key_file: '{host.key_file}', host_key: '{host.host_key}'}}")
    made.write("data/2026-01-01.csv", "k,v\nfolder,1\n")
    made.upload("2026-01-01/a.csv", b"k,v\ncloud,1\n")
    made.send("2026-01-01.zip", b"k,v\npartner,1\n")
    yield made
    made.wire.close()


def test_a_source_that_is_away_does_not_stop_the_others(council: Borders) -> None:
    council.wire.cut()
    assert borough("check", "--project", council.root, S3_SECRET=SECRET).code == 0  # it asks no other machine
    first = council.run()
    assert first.code == 3
    assert f"failed: cloud.feed: s3://{BUCKET} can't be reached: no connection, after 2 attempts" in first.out
    assert "see that it is up, and run again: nothing of this feed was taken in" in first.out
    assert "run 1 is published" in first.out
    assert [k in council.things() for k in ("folder", "partner", "cloud")] == [True, True, False]
    still = council.run()
    assert (still.code, "can't be reached" in still.out) == (3, True)
    council.wire.mend()
    back = council.run()
    assert back.code == 0, back.out + back.err
    assert "cloud" in council.things()
    assert "nothing new" in council.run().out
    for done in (first, still, back):
        assert SECRET not in done.out + done.err
        assert "Traceback" not in done.out + done.err


def test_a_source_that_breaks_off_in_the_middle_leaves_nothing_half_loaded(council: Borders, monkeypatch: pytest.MonkeyPatch) -> None:
    from borough.ingest.places import buckets

    original = buckets.Bucket.copy
    council.upload("2026-01-02/b.csv", b"k,v\ncloud,1\nmore,2\n")

    def copy(self: buckets.Bucket, path: str, to: Path) -> None:
        if "2026-01-02" in path:
            council.wire.cut()
        original(self, path, to)

    monkeypatch.setattr(buckets.Bucket, "copy", copy)
    done = council.run()
    assert done.code == 3
    assert "failed: cloud.feed" in done.out
    assert "cloud" not in council.things()
    assert "partner" in council.things()
    monkeypatch.undo()
    council.wire.mend()
    again = council.run()
    assert again.code == 0, again.out + again.err
    assert "more" in council.things()


def test_a_broken_archive_is_told_once_and_taken_when_it_is_sent_again(council: Borders) -> None:
    council.send("2026-01-02.zip", b"k,v\npartner,2\n", cut=20)
    done = council.run()
    assert done.code == 3
    assert "failed: partner.feed: 2026-01-02.zip: the archive can't be unpacked (it is cut short, or no zip at all): ask for it again" in done.out
    assert "partner" in council.things()  # of the day before
    council.send("2026-01-02.zip", b"k,v\npartner,2\nnew,2\n")
    again = council.run()
    assert again.code == 0, again.out + again.err
    assert "new" in council.things()


def test_a_file_that_is_left_is_no_failure(council: Borders) -> None:
    """Also where nothing else is new, and where the feed has nothing else yet."""
    council.source("folder", "data/{extract_date:%Y-%m-%d}.csv", more="  settle: 1 hour\n")
    for words in ([], ["--select", "folder.feed"]):
        done = council.run(*words)
        assert done.code == 0, done.out + done.err
        assert "note: folder.feed: 2026-01-01.csv: left for the next run: it was changed less than 1 hour ago" in done.out
        assert "folder" not in council.things()
    os.utime(council.root / "data" / "2026-01-01.csv", (1_700_000_000,) * 2)
    assert council.run().code == 0
    assert "folder" in council.things()


def test_a_stranger_in_the_place_of_a_server_is_told(council: Borders) -> None:
    stranger = " ".join((council.host.base / "stranger.pub").read_text().split()[:2])
    council.source("partner", f"{council.partner}/{{extract_date:%Y-%m-%d}}.csv", f"{{key_file: '{council.host.key_file}', host_key: '{stranger}'}}", "")
    done = council.run("--select", "partner.feed")
    assert done.code == 3
    assert "its host key has changed: it shows ssh-ed25519 SHA256:" in done.out + done.err
