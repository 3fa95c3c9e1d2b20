"""Files that are still being written are left for the next run."""

from __future__ import annotations

import contextlib
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from borough.ingest.places.places import Places
from borough.ingest.places.settling import open_for_writing, too_young
from borough.ingest.port import Received

from .elsewhere import connect, files, zip_of
from .receiving import Place


def received(place: Place, *patterns: str, settle: str | None = None, **feed: object) -> list[Received]:
    connector = files(patterns, place.folder, place.engine, place.folder / "scratch", connect(settle=settle), **feed)
    return list(connector.receive(connector.discover(), str(place.into)).received)


def names(place: Place, *patterns: str) -> list[str]:
    return [f.name for f in Places(patterns, place.folder, connect()).discover()]


@contextlib.contextmanager
def writer(path: Path, mode: str = "ab") -> Iterator[None]:
    """Another process that has the file open."""
    code = f"import sys; f = open(sys.argv[1], {mode!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


@pytest.fixture
def leases(tmp_path: Path) -> None:
    path = tmp_path / "probe"
    path.write_bytes(b"x")
    with writer(path):
        if not open_for_writing(path.as_posix()):
            pytest.skip("this file system or user can't tell which files are open for writing")


TELLING = ["a.csv.part", "a.csv.PARTIAL", "a.csv.filepart", "a.csv.tmp", "a.csv.crdownload", ".a.csv.swp", "~$a.csv", ".~lock.a.csv#", ".a.csv"]


@pytest.mark.parametrize("name", TELLING)
def test_names_that_tell_are_not_even_listed(place: Place, name: str) -> None:
    for file in (name, "a.csv", f"deep/{name}"):
        place.put(file, b"id\n1\n")
    assert names(place, "in/**", "in/*", "in/{part}") == ["a.csv"]
    place.put("x.zip", zip_of({name: b"id\n1\n", "b.csv": b"id\n1\n"}))
    assert names(place, "in/x.zip/*") == ["x.zip/b.csv"]


def test_a_pattern_may_name_them(place: Place) -> None:
    for name in ("a.csv.tmp", "~$b.csv", "c.csv"):
        place.put(name, b"id\n1\n")
    assert names(place, "in/*.tmp") == ["a.csv.tmp"]
    assert names(place, "in/~$*.csv") == ["~$b.csv"]


@pytest.mark.usefixtures("leases")
@pytest.mark.parametrize("mode", ["ab", "r+b"])
def test_a_file_that_a_program_has_open_for_writing_is_left(place: Place, mode: str) -> None:
    path, zipped = place.put("a.csv", b"id\n1\n"), place.put("b.zip", zip_of({"b.csv": b"id\n1\n"}))
    place.put("c.csv", b"id\n1\n")
    with writer(path, mode), writer(zipped, mode):
        got = {r.found.name: (r.left, r.problem, r.rows) for r in received(place, "in/*.csv", "in/*.zip/*.csv")}
    assert got == {
        "a.csv": ("another program has it open for writing", None, 0),
        "b.zip/b.csv": ("another program has it open for writing", None, 0),
        "c.csv": (None, None, 1),
    }
    assert [(r.left, r.rows) for r in received(place, "in/*.csv", "in/*.zip/*.csv")] == [(None, 1)] * 3


@pytest.mark.usefixtures("leases")
def test_readers_and_writers_are_not_disturbed(place: Place) -> None:
    path = place.put("a.csv", b"id\n1\n")
    with writer(path, "rb"):
        assert not open_for_writing(str(path))
    code = "import sys, time\nend = time.monotonic() + 1\nwhile time.monotonic() < end:\n    open(sys.argv[1], 'ab').close()"
    with subprocess.Popen([sys.executable, "-c", code, str(path)]) as process:
        while process.poll() is None:
            open_for_writing(str(path))  # a lease that is broken must not end this process
    assert process.returncode == 0
    assert not open_for_writing(str(path))


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip/a.csv"])
@pytest.mark.usefixtures("leases")
def test_an_archive_half_written_is_left_and_not_refused(place: Place, name: str) -> None:
    data = gzip.compress(os.urandom(999)) if name.endswith("gz") else zip_of({"a.csv": os.urandom(999)})
    path = place.put(name.split("/")[0], data[:500])
    with writer(path):
        (one,) = received(place, f"in/{name}")
        assert (one.left, one.problem) == ("another program has it open for writing", None)
    (one,) = received(place, f"in/{name}")
    assert one.left is None
    assert one.problem is not None
    assert "can't be unpacked" in one.problem


def test_a_broken_archive_that_changed_since_it_was_listed_is_left(place: Place) -> None:
    path = place.put("a.zip", zip_of({"a.csv": b"id\n1\n"})[:-9])
    connector = files(["in/*.zip/a.csv"], place.folder, place.engine, place.folder / "scratch")
    found = connector.discover()
    path.write_bytes(zip_of({"a.csv": b"id\n1\n"}))
    (one,) = connector.receive(found, str(place.into)).received
    assert (one.left, one.problem) == ("it changed while it was read", None)


def test_young_files_are_left_where_that_is_declared(place: Place) -> None:
    place.put("a.csv", b"id\n1\n")
    old = place.put("b.csv", b"id\n1\n")
    os.utime(old, (time.time() - 90,) * 2)
    got = {r.found.name: r.left for r in received(place, "in/*.csv", settle="1 minute")}
    assert got == {"a.csv": "it was changed less than 1 minute ago", "b.csv": None}
    assert [r.left for r in received(place, "in/*.csv")] == [None, None]


def test_a_clock_that_goes_wrong_does_not_keep_a_file_for_ever() -> None:
    now = time.time_ns()
    assert too_young(now + 60 * 10**9, "30 seconds") is not None  # a server's clock may be ahead
    assert too_young(now + 365 * 86_400 * 10**9, "30 seconds") is None
    assert too_young(now - 31 * 10**9, "30 seconds") is None


def test_a_link_to_nothing_is_no_file(place: Place) -> None:
    place.put("a.csv", b"id\n1\n")
    (place.folder / "in" / "b.csv").symlink_to(place.folder / "nothing")
    assert names(place, "in/*.csv") == ["a.csv"]
