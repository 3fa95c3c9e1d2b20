"""Archives: gzip and zip as folders, and all that can be wrong with them."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import lzma
import os
import struct
import zipfile
from pathlib import Path

import pytest

from borough.errors import FeedError
from borough.ingest.places import archives
from borough.ingest.port import Received

from .elsewhere import GzipContract, PackedContract, ZipContract, connect, files, zip_of
from .receiving import Delivery, Place, read_rows


class TestGzip(GzipContract):
    pass


class TestXz(PackedContract):
    file, pattern = "{}.csv.xz", "*.csv.xz"

    def pack(self, data: bytes) -> bytes:
        return lzma.compress(data)


class TestBzip2(PackedContract):
    file, pattern = "{}.csv.bz2", "*.csv.bz2"

    def pack(self, data: bytes) -> bytes:
        return bz2.compress(data)


class TestZip(ZipContract):
    pass


def receive(place: Place, *patterns: str, options: dict[str, str] | None = None, **feed: object) -> Delivery:
    connector = files(patterns, place.folder, place.engine, place.folder / "scratch", connect(options), **feed)
    batch = connector.receive(connector.discover(), str(place.into))
    return Delivery(batch, read_rows(place.engine, batch))


def problem_of(place: Place, *patterns: str, **more: object) -> str:
    only: Received = receive(place, *patterns, **more).only  # type: ignore[arg-type] # options and what the feed declares
    assert only.problem is not None
    return only.problem


def test_members_have_the_name_of_their_archive_and_its_date(place: Place) -> None:
    path = place.put("2026-01-01.zip", zip_of({"deep/north/accounts_1.csv": b"id\n1\n", "deep/north/other.csv": b"id\n9\n", "accounts_2.csv": b"id\n2\n"}))
    place.put("2026-02-01.ZIP", zip_of({"deep/south/accounts_3.csv": b"id\n3\n"}))
    connector = files(["in/{extract_date:%Y-%m-%d}.zip/**/{side}/accounts*.csv"], place.folder, place.engine, place.folder / "scratch")
    (found,) = connector.discover()
    assert (found.name, found.size, found.modified_ns) == ("2026-01-01.zip/deep/north/accounts_1.csv", 5, path.stat().st_mtime_ns)
    assert (found.parts, found.extract_date) == ((("side", "north"),), dt.date(2026, 1, 1))
    names = [f.name for f in files(["in/*.[zZ]", "in/*.zip/*.csv"], place.folder, place.engine, place.folder).discover()]
    assert names == ["2026-01-01.zip/accounts_2.csv"]


def test_an_archive_named_without_wildcards_keeps_its_name(place: Place) -> None:
    place.put("all.zip", zip_of({"a.csv": b"id\n1\n", "b.csv.gz": gzip.compress(b"id\n2\n3\n")}))
    got = receive(place, "in/all.zip/a.csv", "in/all.zip/b.csv.gz", format="csv")
    assert got.cells("_file", "id") == [("all.zip/a.csv", "1"), ("all.zip/b.csv.gz", "2"), ("all.zip/b.csv.gz", "3")]


def test_a_zip_declared_as_a_file_stands_for_the_file_in_it(place: Place) -> None:
    place.put("a.zip", zip_of({"whatever.csv": b"id\n1\n"}))
    assert receive(place, "in/a.zip", format="csv").cells("_file", "id") == [("a.zip", "1")]
    place.put("a.zip", zip_of({"one.csv": b"id\n1\n", "two.csv": b"id\n1\n"}))
    assert "holds 2 files ('one.csv', 'two.csv'): say which in the pattern, as in x.zip/*.csv" in problem_of(place, "in/a.zip", format="csv")


def test_the_digest_is_of_what_is_packed(place: Place) -> None:
    place.put("a.csv.gz", gzip.compress(b"id\n1\n", mtime=1))
    connector = files(["in/*.csv.gz"], place.folder, place.engine, place.folder / "scratch")
    (found,) = connector.discover()
    first = connector.digest(found)
    place.put("a.csv.gz", gzip.compress(b"id\n1\n", 1, mtime=2))
    assert connector.digest(found) == first == connector.receive(connector.discover(), str(place.into)).received[0].sha256


def test_what_is_cut_short_or_no_archive_is_told_and_the_others_come(place: Place) -> None:
    whole = zip_of({"a.csv": b"id\n" + os.urandom(3000).hex().encode()})
    place.put("cut.zip", whole[:-200])
    place.put("none.zip", b"<html>Please log in</html>")
    place.put("empty.zip", b"")
    place.put("good.zip", zip_of({"a.csv": b"id\n1\n"}))
    got = receive(place, "in/*.zip/a.csv")
    told = {r.found.name: r.problem for r in got.batch.received}
    assert told == {
        "cut.zip": "the archive can't be unpacked (it is cut short, or no zip at all): ask for it again",
        "none.zip": "the archive can't be unpacked (it is cut short, or no zip at all): ask for it again",
        "empty.zip": "the archive can't be unpacked (it is cut short, or no zip at all): ask for it again",
        "good.zip/a.csv": None,
    }
    assert got.cells("_file", "id") == [("good.zip/a.csv", "1")]


def test_a_damaged_member_is_told_and_the_others_come(place: Place) -> None:
    data = bytearray(zip_of({"a.csv": b"id\n" + b"1\n" * 50, "b.csv": b"id\n2\n"}, zipfile.ZIP_STORED))
    data[data.index(b"id\n1") + 5] ^= 1
    place.put("x.zip", bytes(data))
    got = receive(place, "in/x.zip/*.csv")
    bad, good = got.batch.received
    assert bad.problem == "'a.csv' in the archive can't be unpacked (Bad CRC-32 for file 'a.csv'): ask for it again"
    assert (good.problem, got.cells("_file", "id")) == (None, [("x.zip/b.csv", "2")])


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.csv.gz", b"id\n1\n", "the gzip file can't be unpacked (Not a gzipped file (b'id')): ask for it again"),
        ("a.csv.gz", gzip.compress(b"id\n1\n", mtime=1)[:-3], "the gzip file can't be unpacked (it ends too early): ask for it again"),
        ("a.csv.gz", gzip.compress(b"id\n1\n", mtime=1)[:-8] + b"12345678", "the gzip file can't be unpacked (CRC check failed"),
        ("a.csv.gz", b"", "empty file"),
        ("a.csv.bz2", b"id\n1\n", "the bzip2 file can't be unpacked (Invalid data stream): ask for it again"),
        ("a.csv.xz", b"id\n1\n", "the xz file can't be unpacked (Input format not supported by decoder): ask for it again"),
    ],
    ids=["no gzip", "gzip cut", "gzip broken", "empty", "no bzip2", "no xz"],
)
def test_files_that_are_packed_badly(place: Place, name: str, data: bytes, told: str) -> None:
    place.put(name, data)
    assert problem_of(place, "in/*").startswith(told)


def _with_flag(data: bytes, flag: int) -> bytes:
    """Sets a flag of every member in its own header and in the table at the end."""
    out = bytearray(data)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := out.find(signature, start + 1)) >= 0:
            (flags,) = struct.unpack_from("<H", out, start + at)
            struct.pack_into("<H", out, start + at, flags | flag)
    return bytes(out)


def test_an_encrypted_member_is_told(place: Place) -> None:
    place.put("x.zip", _with_flag(zip_of({"a.csv": b"id\n1\n"}), 1))
    assert problem_of(place, "in/x.zip/*.csv").startswith("it is encrypted, and Borough has no password for archives: ask for it without one")


def test_a_member_that_must_be_there_is_missed(place: Place) -> None:
    place.put("2026-01-01.zip", zip_of({"accounts.txt": b"x"}))
    expected = "the archive has no 'accounts.csv'; it has 'accounts.txt': ask for it again, or mend the pattern"
    assert problem_of(place, "in/{extract_date:%Y-%m-%d}.zip/accounts.csv") == expected
    connector = files(["in/{extract_date:%Y-%m-%d}.zip/*.csv"], place.folder, place.engine, place.folder)
    assert connector.discover() == []  # a wildcard may match nothing


@pytest.mark.parametrize("name", ["../../a.csv", "/etc/a.csv", "x/../../a.csv", "C:/a.csv", "..\\..\\a.csv"])
def test_a_name_that_leads_out_of_the_archive_is_refused(place: Place, name: str) -> None:
    place.put("x.zip", zip_of({name: b"id\n1\n", "good/a.csv": b"id\n2\n"}))
    before = {p for p in place.folder.parent.rglob("*") if "bronze" not in p.parts}
    got = receive(place, "in/x.zip/**/a.csv")
    (bad,) = [r for r in got.batch.received if r.problem]
    assert bad.problem is not None
    assert bad.problem.endswith("in the archive leads out of it: find out who made the archive")
    assert got.cells("id") == [("2",)]
    after = {p for p in place.folder.parent.rglob("*") if "bronze" not in p.parts}
    assert {p for p in after - before if p.name != "scratch"} == set()
    assert bad.found.name == "x.zip/" + name.replace("\\", "/")


def test_names_in_other_alphabets(place: Place) -> None:
    data = zip_of({"größe.csv": b"id\n1\n"})
    without_flag = bytearray(_with_flag(data, 0))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = without_flag.index(signature)
        struct.pack_into("<H", without_flag, start + at, 0)
    place.put("a.zip", data)
    place.put("b.zip", bytes(without_flag))  # UTF-8 that does not say so
    place.put("c.zip", bytes(without_flag).replace("größe".encode(), "grüßabc".encode("cp437")))
    names = [f.name for f in files(["in/*.zip/*.csv"], place.folder, place.engine, place.folder).discover()]
    assert names == ["a.zip/größe.csv", "b.zip/größe.csv", "c.zip/grüßabc.csv"]


def test_a_member_twice_in_an_archive_is_told(place: Place) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", b"id\n1\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.csv", b"id\n2\n")
    place.put("x.zip", out.getvalue())
    connector = files(["in/x.zip/*.csv"], place.folder, place.engine, place.folder / "scratch")
    (found,) = connector.discover()
    assert found.problem == "the archive holds 'a.csv' 2 times: ask for it again"


def test_bombs_are_refused_by_what_they_say_and_by_what_comes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGE", 100_000)
    zeros = b"id\n" + b"0" * 2_000_000
    place.put("x.zip", zip_of({"a.csv": zeros}))
    place.put("a.csv.gz", gzip.compress(zeros))
    lying = bytearray(zip_of({"a.csv": zeros}))
    struct.pack_into("<I", lying, lying.index(b"PK\x01\x02") + 24, 5)
    place.put("y.zip", bytes(lying))
    got = receive(place, "in/*.zip/a.csv", "in/a.csv.gz", format="csv")
    told = {r.found.name: str(r.problem) for r in got.batch.received}
    assert "times its packed size: that looks like a bomb; if it is right, declare connect.options.largest_member: 1 GB" in told["x.zip/a.csv"]
    assert "that looks like a bomb" in told["a.csv.gz"]
    assert "can't be unpacked" in told["y.zip/a.csv"]
    assert got.rows == []
    (place.folder / "in" / "y.zip").unlink()
    assert [r.problem for r in receive(place, "in/*.zip/a.csv", "in/a.csv.gz", format="csv", options={"largest_member": "0.1 GB"}).batch.received] == [None, None]
    assert "more than largest_member: 0.001 GB" in problem_of(place, "in/*.zip/a.csv", options={"largest_member": "1 MB"})


def test_a_bound_that_is_no_size_is_told(place: Place) -> None:
    with pytest.raises(FeedError, match="largest_member: 'plenty' is no size"):
        files(["in/*.zip/a.csv"], place.folder, place.engine, place.folder, connect({"largest_member": "plenty"})).discover()


def test_a_shapefile_comes_with_what_is_beside_it(place: Place, tmp_path: Path) -> None:
    from borough.ingest.places.places import Places

    parts = {f"gis/wards{e}": e.encode() for e in (".shp", ".SHX", ".dbf", ".prj", ".txt")} | {"gis/other.dbf": b"x"}
    place.put("w.zip", zip_of(parts))
    for pattern in ("in/w.zip/gis/*.shp", "in/w.zip"):
        places = Places([pattern], place.folder, connect())
        (found,) = places.discover()
        folder = tmp_path / pattern.replace("/", "_").replace("*", "x")
        folder.mkdir()
        here = Path(places.fetch(found, folder).path)
        assert sorted(p.suffix for p in here.parent.iterdir()) == [".dbf", ".prj", ".shp", ".shx"]
        assert {p.stem for p in here.parent.iterdir()} == {here.stem}
        assert here.read_bytes() == b".shp"
    (member,) = Places(["in/w.zip/gis/*.shp"], place.folder, connect()).discover()
    assert member.size == 16  # of all four


def test_a_shapefile_has_changed_when_any_of_its_files_has(place: Place) -> None:
    from borough.ingest.places.places import Places

    for ending in ("shp", "dbf", "prj"):
        place.put(f"wards.{ending}", b"123")
    places = Places(["in/*.shp"], place.folder, connect())
    (before,) = places.discover()
    assert before.size == 9
    assert places.unsettled(before) is None
    place.put("wards.dbf", b"1234")
    assert places.unsettled(before) == "it changed while it was read"
    (after,) = Places(["in/*.shp"], place.folder, connect()).discover()
    assert (after.size, places.digest(after, place.folder)) == (10, None)


@pytest.mark.parametrize(("pattern", "feed"), [("in/w.zip", {"format": "shapefile"}), ("in/*.zip/**/*.shp", {})])
def test_a_shapefile_in_a_zip_is_read(place: Place, pattern: str, feed: dict[str, str]) -> None:
    place.engine.load("spatial")
    made = place.folder / "made"
    made.mkdir()
    points = "SELECT ST_Point(530000 + i, 180000) AS geom, i AS id FROM range(3) t(i)"
    place.engine.execute(f"COPY ({points}) TO '{made}/w.shp' (FORMAT GDAL, DRIVER 'ESRI Shapefile', SRS 'EPSG:27700')")
    place.put("w.zip", zip_of({f"deep/{path.name}": path.read_bytes() for path in made.iterdir()}))
    got = receive(place, pattern, **feed)
    assert (got.only.problem, got.only.rows) == (None, 3)
    assert got.cells("id") == [("0",), ("1",), ("2",)]
    connector = files([pattern], place.folder, place.engine, place.folder / "scratch", **feed)
    assert connector.digest(connector.discover()[0]) is None  # it is several files: a new date of the archive is enough
