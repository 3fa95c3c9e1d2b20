from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from borough.errors import FeedError
from borough.ingest.drift import Drift, drift
from borough.ingest.places.discover import discover

from .receiving import Place


def names(place: Place, *patterns: str) -> list[str]:
    return [f.name for f in place.connector(*patterns).discover()]


def test_parts_of_the_path_become_columns(place: Place) -> None:
    place.put("2017-01/crime_area_E05_0.csv", b"id\n1\n")
    place.put("2017-02/crime_area_E06_0.csv", b"id\n2\n")
    place.put("2017-02/other.txt", b"id\n2\n")
    pattern = "in/{extract_date:%Y-%m}/*_area_{ward}_*.csv"
    found = place.connector(pattern).discover()
    assert [(f.name, f.parts, f.extract_date) for f in found] == [
        ("2017-01/crime_area_E05_0.csv", (("ward", "E05"),), dt.date(2017, 1, 1)),
        ("2017-02/crime_area_E06_0.csv", (("ward", "E06"),), dt.date(2017, 2, 1)),
    ]
    assert place.receive(pattern).cells("id", "ward", "_file") == [("1", "E05", found[0].name), ("2", "E06", found[1].name)]


def test_dates_with_times_and_months_in_words(place: Place) -> None:
    place.put("a_20240131T2359.csv", b"x\n")
    place.put("b 7 March 2024.csv", b"x\n")
    (a,) = place.connector("in/a_{extract_date:%Y%m%dT%H%M}.csv").discover()
    (b,) = place.connector("in/b {extract_date:%d %B %Y}.csv").discover()
    assert (a.extract_date, b.extract_date) == (dt.datetime(2024, 1, 31, 23, 59), dt.date(2024, 3, 7))


def test_a_date_that_is_none_is_told(place: Place) -> None:
    place.put("2024-13-01.csv", b"x\n")
    with pytest.raises(FeedError, match="'2024-13-01' is not a date"):
        place.connector("in/{extract_date:%Y-%m-%d}.csv").discover()
    with pytest.raises(FeedError, match="%Q"):
        place.connector("in/{extract_date:%Q}.csv").discover()


def test_wildcards(place: Place) -> None:
    for name in ("a.csv", "b1.csv", ".hidden.csv", "x/c.csv", "x/y/d.csv", "x/y/e.json"):
        place.put(name, b"x\n")
    assert names(place, "in/*.csv") == ["a.csv", "b1.csv"]
    assert names(place, "in/b?.csv") == ["b1.csv"]
    assert names(place, "in/**/*.csv") == ["a.csv", "b1.csv", "x/c.csv", "x/y/d.csv"]
    assert names(place, "in/**") == ["a.csv", "b1.csv", "x/c.csv", "x/y/d.csv", "x/y/e.json"]
    assert names(place, "in/x/*/d.csv") == ["y/d.csv"]
    assert names(place, "in/x/y/d.csv") == ["d.csv"]
    assert names(place, "in/{top}/y/*.csv") == ["x/y/d.csv"]
    assert names(place, "in/nothing/*.csv", "in/nobody.csv") == []


def test_several_globs_share_one_folder_and_give_each_file_once(place: Place) -> None:
    for name in ("x/a.csv", "y/b.csv"):
        place.put(name, b"x\n")
    assert names(place, "in/x/*.csv", "in/y/*.csv", "in/*/a.csv") == ["x/a.csv", "y/b.csv"]


@pytest.mark.parametrize("folder", ["it's [1] (old)", "50% & more", "{x", "Größe #1", "a+b$^|"])
def test_folders_with_special_characters(tmp_path: Path, folder: str, place: Place) -> None:
    special = Place(tmp_path / folder, place.engine)
    special.put("é 'q' [2]*.csv", b"id\n1\n2,3\n")
    special.put("é 'q' 2x.csv", b"id\n3\n")
    special.put("[j]?.json", b'[{"id":4}]')
    got = special.receive("in/*")
    assert got.cells("_file", "_row", "id") == [("[j]?.json", 1, "4"), ("é 'q' 2x.csv", 1, "3"), ("é 'q' [2]*.csv", 1, "1"), ("é 'q' [2]*.csv", 2, None)]
    assert discover([f"{tmp_path}/x*/*.csv"], Path("/nowhere")) == []


def test_a_column_named_as_a_part_gives_way(place: Place) -> None:
    place.put("E05.csv", b"id,ward\n1,x\n")
    got = place.receive("in/{ward}.csv")
    assert got.cells("id", "ward", "ward_2") == [("1", "E05", "x")]


def test_columns_come_from_the_beginning_alone(place: Place) -> None:
    place.put("a.csv", "id;größe\n1;2\n".encode("cp1252"))
    place.put("b.csv", "id,größe\n".encode("utf-16"))
    place.put("c.json", b'[{"a":{"b":1}}]')
    place.put("d.csv", b"")
    place.put("e.json", b"[")
    connector = place.connector("in/*")
    a, b, c, d, e = connector.discover()
    assert [connector.columns(f) for f in (a, b, c)] == [("id", "größe"), ("id", "größe"), ("a.b",)]
    for bad in (d, e):
        with pytest.raises(FeedError, match=bad.name):
            connector.columns(bad)


def test_drift() -> None:
    assert drift(["a", "b"], None, [["a"]], "refuse", "refuse") == Drift((), (), None, ())
    assert drift(["A", "b", "c"], ["a", "b"], [["a"]], "add", "refuse") == Drift(("c",), (), None, ())
    assert drift(["a", "c"], ["a"], [], "ignore", "refuse") == Drift(("c",), (), None, ("c",))
    assert "'c' was not seen before" in (drift(["a", "c"], ["a"], [], "refuse", "null").refused or "")


def test_drift_of_renamed_and_missing_columns() -> None:
    either = [["LICENCE NO", "Licence Number"]]
    # The new spelling was foreseen: it is new, but neither refused nor ignored, and nothing is missing.
    assert drift(["Licence Number"], ["LICENCE NO"], either, "refuse", "refuse") == Drift(("Licence Number",), (), None, ())
    assert drift(["Licence Number"], ["LICENCE NO"], either, "ignore", "refuse").ignored == ()
    lost = drift(["x"], ["LICENCE NO", "x", "y"], either, "add", "refuse")
    assert lost.missing == ("LICENCE NO | Licence Number", "y")
    assert "is needed and absent" in (lost.refused or "")
    assert drift(["x"], None, either, "add", "null").refused is None
