"""The commands about DNA: what they print, what they refuse, what each purpose sees."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.council import Done, borough, write
from tests.dna.world import World, begin, run

DAY = dt.date(2024, 3, 5)
PURPOSES = (
    "borough: Testmere\npurpose: plain\npurposes:\n  plain: {title: Plain, permits: [public, internal]}\n  work: {title: Work, permits: [public, internal, personal]}\n"
    "  care: {title: Care, permits: [public, internal, personal, special]}\n"
)
DNA = """\
dna: mixed
entity: property
owner: Tests
attributes:
  events: {title: Events, meaning: How many., from: event, count: true, missing: {as: 0, means: nobody complained}}
  bills: {title: Bills, meaning: How many., from: bill, count: true, purposes: [work]}
  payer: {title: Payer, meaning: Who., from: bill, fact: payer, purposes: [work]}
  cared_for: {title: Care, meaning: How many., from: care, count: true, purposes: [care]}
  care_count: {title: Care, meaning: A number without names., from: care, count: true, purposes: [care, work], sensitivity: personal}
"""
BILL = "dataset: bill\nclassification: personal\nkey: bill\nknown: issued\ncolumns:\n  bill: {type: string, classification: internal}\n  uprn: {type: integer}\n  payer: {type: string}\n  issued: {type: date}\naddress: {uprn: uprn}\n"
CARE = (
    "dataset: care\nclassification: special\nkey: case\nknown: opened\ncolumns:\n  case: {type: string, required: true, purposes: [care]}\n  uprn: {type: integer, purposes: [care, work]}\n  opened: {type: date, purposes: [care, work]}\naddress: {uprn: uprn}\n"
)
FEED = "source: {0}s\npurposes: [work]\nconnect: {{files: 'data/{0}s.csv'}}\nfeeds:\n  rows: {{delivers: append, to: {0}, map: {{{1}}}}}\n"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("town")
    begin(root, {"borough.yaml": PURPOSES, "dna/mixed.yaml": DNA.replace("  events:", "  cases:"), "datasets/bill.yaml": BILL, "datasets/care.yaml": CARE,
                 "sources/bills.yaml": FEED.format("bill", "bill: bill, uprn: uprn, payer: payer, issued: issued"), "sources/cares.yaml": FEED.format("care", "case: case, uprn: uprn, opened: opened"),
                 "data/bills.csv": "bill,uprn,payer,issued\nB1,100,Ann,2024-01-01\nB2,100,Bob,2024-02-01\n", "data/cares.csv": "case,uprn,opened\nC1,100,2024-01-05\n"})  # fmt: skip
    world = World(2)
    homes = [{**home, "kind": "house"} for home in world.tables["homes"].values()]
    for day in (DAY - dt.timedelta(60), DAY):
        world.step(day, edits=40)
        world.extracts["homes"] = [(day, homes)]
        world.write(root, day)
    done = run(root, DAY)
    assert done.code == 0, done.err
    yield root


def dna(root: Path, *words: str) -> Done:
    done = borough("dna", *words, "-p", root)
    assert "Traceback" not in done.err
    return done


def test_show_prints_values_with_meaning_and_rows(town: Path) -> None:
    out = dna(town, "show", "property", "100", "--purpose", "work").out
    assert f"property 100, as known on {DAY}" in out
    assert "Bills: 2  (bills)\n    How many.\n    ← bill B2 · 2024-02-01 · bills.rows, bills.csv row 2\n    ← bill B1 · 2024-01-01 · bills.rows, bills.csv row 1\n" in out
    assert "Payer: Bob  (payer)\n    Who.\n    ← bill B2 · 2024-02-01 · Bob · bills.rows, bills.csv row 2\n" in out
    assert "made of events_60d, visits" in out


def test_show_as_of_a_day_knows_no_more_than_then(town: Path) -> None:
    shown = dna(town, "show", "property", "100", "--as-of", "2024-01-20", "--purpose", "work", "--json").json
    values = {a["attribute"]: a for a in shown["attributes"]}
    assert shown["as_of"] == "2024-01-20" and (values["bills"]["value"], values["payer"]["value"]) == (1, "Ann")
    assert [row["record"] for row in values["bills"]["rows"]] == ["B1"]


def test_each_purpose_sees_what_is_its_own(town: Path) -> None:
    def names(purpose: str) -> set[str]:
        return {a["attribute"] for a in dna(town, "show", "property", "100", "--purpose", purpose, "--json").json["attributes"]}

    mixed = {"cases", "bills", "payer", "cared_for", "care_count"}
    assert names("plain") & mixed == {"cases"}
    assert names("work") & mixed == {"cases", "bills", "payer", "care_count"}
    assert names("care") & mixed == {"cases", "cared_for", "care_count"}
    refused = dna(town, "show", "property", "100", "-a", "bills")
    assert refused.code == 5 and "--purpose work" in refused.err
    assert borough("query", "SELECT bills FROM property_dna", "-p", town).code == 5
    assert borough("query", "SELECT bills FROM property_dna", "-p", town, "--purpose", "care").code == 5, "whatever its class, it is for work alone"


def test_rows_that_a_purpose_may_not_see_are_not_named(town: Path) -> None:
    """The number may be seen; whose case it is may not."""
    shown = dna(town, "show", "property", "100", "--purpose", "work", "-a", "care_count", "--json").json["attributes"][0]
    assert shown["value"] == 1 and [row["record"] for row in shown["rows"]] == [None]
    assert "← a row of care" in dna(town, "show", "property", "100", "--purpose", "work", "-a", "care_count").out
    assert dna(town, "show", "property", "100", "--purpose", "care", "-a", "care_count", "--json").json["attributes"][0]["rows"][0]["record"] == "C1"


def test_a_property_without_records(town: Path) -> None:
    write(town, {"quiet": ""})
    quiet = borough("query", "SELECT property FROM property_dna WHERE cases_missing ORDER BY property LIMIT 1", "-p", town, "--json").json
    assert quiet, "somebody has no events"
    out = dna(town, "show", "property", str(quiet[0]["property"])).out
    assert "Events: 0 (nobody complained)  (cases)" in out and "Score: not known  (score_mean)" in out


def test_compare_tells_what_differs(town: Path) -> None:
    found = dna(town, "compare", "property", "100", "2024-01-20", "2024-02-20", "--purpose", "work", "--json").json
    told = {d["attribute"]: (d["2024-01-20"], d["2024-02-20"]) for d in found["differing"]}
    assert told["bills"] == (1, 2) and told["payer"] == ("Ann", "Bob") and "care_count" not in told
    out = dna(town, "compare", "property", "100", "2024-01-20", "2024-02-20", "--purpose", "work").out
    assert "attributes differ" in out and "Payer" in out


@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "jsonl"])
def test_export_of_days(town: Path, tmp_path: Path, ending: str) -> None:
    to = tmp_path / f"out.{ending}"
    done = dna(town, "export", "property", "--to", str(to), "--monthly", "2024-01", "2024-03", "-a", "events_60d", "-a", "street_events")
    assert done.code == 0 and done.out.endswith(f"rows in {to}\n") and "2024-02-29" in done.err
    assert to.stat().st_size > 100 and [p.name for p in tmp_path.iterdir()] == [to.name]


def test_export_of_a_spine(town: Path, tmp_path: Path) -> None:
    spine, to = tmp_path / "spine.csv", tmp_path / "out.csv"
    spine.write_text("property,day,note\n100,2024-01-20,x\n100,2024-03-05,y\n100,1999-01-01,z\n")
    done = dna(town, "export", "property", "--spine", str(spine), "--to", str(to), "--purpose", "work", "-a", "bills")
    assert "1 row of" in done.err and "no such property was known on its day" in done.err
    assert list(csv.DictReader(to.read_text().splitlines())) == [{"property": "100", "as_of": day, "bills": n, "bills_missing": "false"} for day, n in (("2024-01-20", "1"), ("2024-03-05", "2"))]
    for text, said in (("uprn,day\n1,2024-01-01\n", "has the columns day, uprn"), ("property,day\nx,2024-01-01\n", "1 rows without a property or a day"), ("property,day\n1,\n", "without a property or a day")):
        spine.write_text(text)
        refused = dna(town, "export", "property", "--spine", str(spine), "--to", str(to))
        assert refused.code == 2 and said in refused.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "property", "1"), "no property 1 was known on"),
        (("show", "property", "12 High Street"), "'12 High Street' is no property"),
        (("show", "propety", "1"), "did you mean 'property'?"),
        (("show", "property", "100", "-a", "event"), "did you mean 'events'?"),
        (("show", "property", "100", "--as-of", "soon"), "--as-of 'soon' is not a date"),
        (("show", "property", "100", "--as-of", "1990-01-01"), "no property 100 was known on 1990-01-01"),
        (("compare", "property", "1", "2024-01-01", "2024-02-01"), "no property 1 was known on 2024-02-01"),
        (("export", "property", "--to", "x.pdf"), "unknown format '.pdf'"),
        (("export", "property", "--to", "x.csv", "--monthly", "2024-03", "2024-01"), "ends before it starts"),
        (("export", "property", "--to", "x.csv", "--monthly", "March", "2024-01"), "are no months"),
        (("export", "property", "--to", "x.csv", "--as-of", "2024-01-01", "--monthly", "2024-01", "2024-02"), "more than one of"),
        (("add", "council_taxes"), "did you mean 'council_tax'?"),
        (("list", "household"), "no attributes are declared of 'household'"),
    ],
)
def test_wrong_usage_is_told(town: Path, words: tuple[str, ...], said: str) -> None:
    done = dna(town, *words)
    assert done.code == 2 and said in done.err


def test_list_and_add(tmp_path: Path, town: Path) -> None:
    listed = dna(town, "list", "property", "--json").json
    assert {"attribute": "payer", "class": "personal", "purposes": "work"}.items() <= next(a for a in listed if a["attribute"] == "payer").items()
    write(tmp_path, {"borough.yaml": "borough: Newmere\n"})
    assert dna(tmp_path, "show", "property", "1").code == 2
    assert "wrote dna/council_tax.yaml" in dna(tmp_path, "add", "council_tax", "home").out
    checked = borough("check", "-p", tmp_path)
    assert checked.code == 0 and "which the project has not: attributes made from it are empty" in checked.out + checked.err
    assert "all of it is there already" in dna(tmp_path, "add", "home").out


def test_the_library_has_what_a_tenure_team_uses(tmp_path: Path) -> None:
    write(tmp_path, {"borough.yaml": "borough: Newmere\n"})
    assert borough("source", "add", "--all", "-p", tmp_path).code == 0 and dna(tmp_path, "add").code == 0
    checked = borough("check", "-p", tmp_path)
    assert checked.code == 0, checked.err
    listed = dna(tmp_path, "list", "--json").json
    of_homes = [a for a in listed if a["entity"] == "property"]
    assert len(of_homes) >= 40 and not [a for a in listed if not a["meaning"] or not a["owner"]]
    assert {a["kind"].partition(",")[0] for a in listed} >= {"fact", "count", "sum", "rate", "recency", "trend", "change", "distinct", "neighbours", "formula"}
    closed = [a["attribute"] for a in listed if a["class"] in ("personal", "special") and not a["purposes"]]
    assert not closed


def test_a_hundred_thousand_rows_of_one_property(tmp_path: Path) -> None:
    begin(tmp_path)
    world = World(1)
    world.step(DAY, edits=5)
    world.tables["homes"]["100"] = {"uprn": "100", "street": "A", "kind": "house"}
    world.extracts["homes"][0] = (DAY, list(world.tables["homes"].values()))
    rows = [{"event": f"M{i}", "uprn": "100", "day": str(DAY - dt.timedelta(i % 90)), "category": ("loud", "quiet")[i % 2], "amount": "1.25", "score": "0.5", "entered": str(DAY)} for i in range(100_000)]
    world.extracts["events"][0] = (DAY, rows)
    world.write(tmp_path, DAY)
    assert run(tmp_path, DAY).code == 0
    found = borough("query", "SELECT events, events_60d, amount, score_mean, loud_share, categories FROM property_dna WHERE property = 100", "-p", tmp_path, "--json").json
    assert found == [{"events": 100_000, "events_60d": sum(i % 90 < 60 for i in range(100_000)), "amount": 125_000.0, "score_mean": 0.5, "loud_share": 0.5, "categories": 2}]
    assert "and 99,997 more" in dna(tmp_path, "show", "property", "100", "-a", "events").out
