"""Links are measured against the truth: a few records whose measures anyone can reckon by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from borough.demo.truth import measure_links

DAY = dt.date(2026, 3, 1)


def write(folder: Path, **columns: list[object]) -> None:
    folder.mkdir(parents=True)
    pl.DataFrame(columns, strict=False).write_parquet(folder / "part.parquet")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    truth = tmp_path / "truth"
    write(truth / "properties", uprn=[1, 2, 3, 4], parent_uprn=[None, 1, 1, None])
    write(
        truth / "records" / "library.members", key=["a", "b", "c", "d", "e"], uprn=[2, 3, 2, 4, None], person=[10, 10, 10, 20, 20],
        on=[DAY] * 5,
    )  # fmt: skip
    return tmp_path


def frame(*people: int | None) -> pl.DataFrame:
    """Records of which the first three are person 10's in truth and the others 20's."""
    truths = [10, 10, 10, 20, 20]
    return pl.DataFrame({"feed": ["f"] * 5, "truth": truths, "person": people, "on": [DAY] * 5}, schema_overrides={"person": pl.Int64})


def test_a_property_is_right_missing_of_the_building_or_wrong(project: Path) -> None:
    current = pl.DataFrame(
        {"key": ["a", "b", "c", "d", "e"], "property": [2, 1, None, 2, 4], "placed": [True] * 5, "has_postcode": [True, False, True, True, True]}
    )
    found = {p.group: p for p in measure_links.placed(project, "library.members", current)}
    whole = found["all"]
    assert (whole.records, whole.right, whole.parent, whole.missing, whole.wrong) == (4, 1, 1, 1, 1)  # the fifth is about no property
    assert whole.precision == pytest.approx(1 / 3)
    assert whole.recall == 0.25
    assert (found["flats"].records, found["flats"].right) == (3, 1)
    assert (found["no postcode"].records, found["no postcode"].parent) == (1, 1)
    twice = measure_links.over_all([whole, whole])
    assert [(p.feed, p.records, p.recall) for p in twice] == [("all", 8, 0.25)]


def test_a_record_that_says_no_address_is_not_held_against_the_matching(project: Path) -> None:
    current = pl.DataFrame({"key": ["a", "b"], "property": [2, None], "placed": [True, False]})
    whole = measure_links.placed(project, "library.members", current)[0]
    assert (whole.records, whole.recall) == (1, 1.0)


def test_nothing_is_measured_where_the_dataset_has_no_address(project: Path) -> None:
    assert measure_links.placed(project, "library.members", pl.DataFrame({"key": ["a"]})) == []


def test_records_that_name_nobody_are_left_out(project: Path) -> None:
    current = pl.DataFrame({"key": ["a", "b", "d"], "person": [7, None, None], "named": [True, True, False]})
    records = measure_links.said(project, "library.members", current)
    assert records.select("truth", "person").rows() == [(10, 7), (10, None)]
    assert measure_links.said(project, "library.members", current.select("key")).is_empty()


@pytest.mark.parametrize(
    ("people", "pairs", "clusters", "unlinked"),
    [
        ((1, 1, 1, 2, 2), (1.0, 1.0), (1.0, 1.0), 0),
        ((1, 1, 1, 1, 1), (0.4, 1.0), (0.0, 0.0), 0),  # of 10 pairs said, 3 + 1 are true
        ((1, 1, 2, 3, 3), (1.0, 0.5), (1 / 3, 0.5), 0),  # of 4 true pairs, 2 are said
        ((1, 1, None, None, None), (1.0, 0.25), (0.0, 0.0), 3),
        ((None, None, None, None, None), (1.0, 0.0), (0.0, 0.0), 5),  # nothing said, nothing wrong
    ],
)
def test_people_over_pairs_and_clusters(people: tuple[int | None, ...], pairs: tuple[float, float], clusters: tuple[float, float], unlinked: int) -> None:
    linked = measure_links.linked(frame(*people))
    assert linked is not None
    assert (linked.pair_precision, linked.pair_recall) == pytest.approx(pairs)
    assert (linked.cluster_precision, linked.cluster_recall) == pytest.approx(clusters)
    assert (linked.records, linked.people, linked.unlinked) == (5, 2, unlinked)


def test_harmonic_means_and_nobody_at_all() -> None:
    linked = measure_links.linked(frame(1, 1, 1, 1, 1))
    assert linked is not None and linked.pair_f1 == pytest.approx(2 * 0.4 / 1.4) and linked.cluster_f1 == 0.0
    assert measure_links.linked(frame(1, 1, 1, 1, 1).clear()) is None


def test_each_feed_tells_who_is_torn_apart_and_who_is_with_another() -> None:
    (feed,) = measure_links.told(frame(1, 1, 2, 1, None))
    # 10 is mostly person 1, which is mostly 10: the third is torn away; 20's first is in 10's cluster, which ties as its largest, but the lowest id wins.
    assert (feed.records, feed.unlinked, feed.merged) == (5, 1, 1)
    assert feed.together == 3


def test_the_gap_is_between_groups_with_otherwise_equal_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_links, "LEAST", 1)
    truth = tmp_path / "truth"
    write(truth / "people", person=[1, 2, 3, 4], group=["north", "north", "south", "south"], first=["A", "B", "A", "D"], surname=["X", "X", "X", "X"], born=[dt.date(1950, 1, 1), dt.date(2000, 1, 1), dt.date(2010, 1, 1), dt.date(1990, 1, 1)])
    write(truth / "spells", spell=[1], tenure=["owned"])
    write(truth / "stays", person=[1], spell=[1], start=[dt.date(2020, 1, 1)], end=pl.Series([None], dtype=pl.Date).to_list())
    stays = pl.read_parquet(truth / "stays" / "part.parquet").with_columns(pl.col("end").cast(pl.Date))
    stays.write_parquet(truth / "stays" / "part.parquet")
    # The feed "poor" tears everybody apart, "good" nobody; the north is mostly in "poor", but within each feed all are served alike.
    rows = [("poor", 1, 10), ("poor", 1, 11), ("poor", 3, 30), ("poor", 3, 31), ("good", 2, 20), ("good", 2, 20), ("good", 4, 40), ("good", 4, 40)]
    records = pl.DataFrame(rows, schema=["feed", "truth", "person"], orient="row").with_columns(on=pl.lit(DAY), stated=pl.lit(0))
    served = measure_links.served(tmp_path, records)
    names = {s.group: s for s in served if s.by == "name"}
    assert names["north"].together == names["south"].together == 0.75
    assert measure_links.gaps(served)["name"] == 0
    assert {s.group for s in served if s.by == "age"} == {"65 to 79", "18 to 29", "under 18", "30 to 44"}
    assert [(s.group, s.records) for s in served if s.by in ("tenure", "stay")] == [("owned", 2), ("3 to 9 years", 2)]
    ages = {s.group: s for s in served if s.by == "age"}
    assert (ages["65 to 79"].together, ages["18 to 29"].together) == (0.5, 1.0)
    assert ages["65 to 79"].alike == pytest.approx(ages["18 to 29"].alike)  # only the feeds differ
    # In one feed now; those of "poor" state less, which explains it as well as a feed does.
    stated = records.with_columns(feed=pl.lit("all"), stated=pl.when(pl.col("feed") == "poor").then(1).otherwise(7))
    assert measure_links.gaps(measure_links.served(tmp_path, stated))["age"] == pytest.approx(0)
    unsaid = measure_links.served(tmp_path, stated.with_columns(stated=pl.lit(0), person=pl.Series([10, 11, 30, 31, 20, 20, 31, 31])))
    assert measure_links.gaps(unsaid)["age"] > 0.2, "where nothing else differs, the gap is theirs"
    assert measure_links.gaps(unsaid, named=True)["age"] == pytest.approx(0), "but those who are torn apart are namesakes"
