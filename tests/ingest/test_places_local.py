"""Files in folders of this machine: what is odd about them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from borough.errors import FeedError
from borough.ingest.places.places import Places

from .elsewhere import connect, files, zip_of
from .receiving import Place


def test_a_name_that_is_not_utf8_is_told_and_the_others_come(place: Place) -> None:
    place.put("good.csv", b"id\n1\n")
    bad = os.fsencode(place.folder / "in") + b"/caf\xe9.csv"
    try:
        with open(bad, "wb") as file:
            file.write(b"id\n2\n")
    except OSError:
        pytest.skip("this file system has only names in UTF-8")
    connector = files(["in/{name}.csv"], place.folder, place.engine, place.folder / "scratch")
    told, good = connector.receive(connector.discover(), str(place.into)).received
    assert (told.found.name, told.problem) == ("caf\\xe9.csv", "its name is not UTF-8: rename it")
    assert (good.found.name, good.rows) == ("good.csv", 1)


def test_a_path_in_an_unknown_place_is_told() -> None:
    with pytest.raises(FeedError, match="ftp:// is no place for files"):
        Places(["ftp://host/*.csv"], Path("/"), connect()).discover()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_not_an_empty_one(place: Place) -> None:
    place.put("closed/a.csv", b"id\n1\n")
    (place.folder / "in" / "closed").chmod(0)
    try:
        with pytest.raises(FeedError, match="can't be read: Permission denied"):
            Places(["in/**/*.csv"], place.folder, connect()).discover()
    finally:
        (place.folder / "in" / "closed").chmod(0o755)


def test_only_other_machines_are_live(tmp_path: Path) -> None:
    assert not Places(["a/*.csv", str(tmp_path / "*.csv")], tmp_path, connect()).live
    assert Places(["a/*.csv", "s3://b/*.csv"], tmp_path, connect()).live


def test_a_copy_has_no_name_of_its_own(place: Place, tmp_path: Path) -> None:
    """What an archive calls its members is nowhere a path here."""
    place.put("x.zip", zip_of({"con/aux:nul \x7f'.csv": b"id\n1\n"}))
    places = Places(["in/x.zip/con/*.csv"], place.folder, connect())
    (found,) = places.discover()
    here = places.fetch(found, tmp_path)
    assert Path(here.path).name == "file.csv"
    assert (here.name, here.size) == (found.name, 5)
