"""Runs told as OpenLineage events: what they say, that they fit the official client's classes, and that no server can harm a run."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from borough.errors import LakeError
from borough.pipeline import conductor
from borough.pipeline.conductor import Summary

from . import openlineage_classes
from .conftest import Make
from .council import BOROUGH, DATASET, Council
from .lineage_server import lineage_server

Event = dict[str, Any]
WHERE = "borough://exampleton"
FILE = "openlineage: {file: ./out/lineage.jsonl}\n"
OWNED = """\
source: reg
title: The register
owner: Registrars
connect: {files: "data/{extract_date:%Y-%m-%d}*.csv"}
feeds:
  things:
    delivers: full
    max_drop: 100%
    to: thing
    map:
      k: k
      v: V | "Old Value"
      seen: uk_date(d)
"""
DESCRIBED = DATASET.replace("key: k", "title: Things\ndescription: What there is.\nowner: Registrars\nkey: k").replace(
    "seen: {type: date}", "seen: {type: date, title: Seen on, classification: special}"
)
REPORT = """\
-- title: Totals
-- owner: Statistics
WITH few AS (SELECT v, count(k) AS n, max(seen) AS latest FROM thing WHERE seen > DATE '1999-12-31' GROUP BY v)
SELECT v AS value, n, CASE WHEN latest IS NULL THEN 'secretive' ELSE upper(CAST(v AS VARCHAR)) END AS word FROM few ORDER BY v"""


@pytest.fixture
def council(make: Make) -> Council:
    c = make(dataset=DESCRIBED)
    c.declare(source=OWNED, others={"borough.yaml": BOROUGH.format(rewrite=0.15) + FILE, "reports/totals.sql": REPORT})
    c.put("2024-01-01.csv", [("Annabel Example", "7", "01/02/2023"), ("b", "8", ""), ("c", "8", "")], header="k,v,d")
    return c


def lines(council: Council) -> list[Event]:
    return [json.loads(line) for line in (council.root / "out" / "lineage.jsonl").read_text().splitlines()]


def told(council: Council) -> list[Event]:
    """The events of the file; each must fit the classes."""
    events = lines(council)
    for event in events:
        openlineage_classes.event(event)
    return events


def end(events: list[Event], job: str) -> Event:
    found = [e for e in events if e["job"]["name"] == job and e["eventType"] != "START"]
    assert found, f"no end of {job}"
    return found[-1]


def pairs(events: list[Event]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event in events:
        found.setdefault(event["job"]["name"], []).append(event["eventType"])
    return found


def one(datasets: list[Event], name: str) -> Event:
    (found,) = (d for d in datasets if d["name"] == name)
    return found


def well(summary: Summary) -> Summary:
    assert not [n for n in summary.notices if n[0] == "openlineage"], summary.notices
    return summary


def from_(lineage: Event, column: str) -> set[tuple[str, str, str, str]]:
    fields = lineage["dataset"] if column == "*" else lineage["fields"].get(column, {"inputFields": []})["inputFields"]
    return {(f["name"], f["field"], t["type"], t["subtype"]) for f in fields for t in f["transformations"]}


def test_a_pair_for_the_run_and_for_each_node(council: Council) -> None:
    well(council.run())
    events = told(council)
    assert pairs(events) == {job: ["START", "COMPLETE"] for job in ("run", "reg.things", "reg.things.receive", "totals", "thing.quality")}
    assert [e["job"]["name"] for e in events if e["eventType"] == "START"][:3] == ["run", "reg.things", "totals"]
    (run,) = {e["run"]["runId"] for e in events if e["job"]["name"] == "run"}
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", run)
    for event in events:
        assert event["job"]["namespace"] == WHERE
        if event["job"]["name"] != "run":
            parent = event["run"]["facets"]["parent"]
            assert (parent["run"]["runId"], parent["job"]["name"], parent["root"]["run"]["runId"]) == (run, "run", run)
            assert event["run"]["runId"] != run


def test_times_are_the_runs_clock_and_a_stopwatch(council: Council) -> None:
    before = time.perf_counter()
    well(council.run())
    took = dt.timedelta(seconds=time.perf_counter() - before)
    events = told(council)
    at = {(e["job"]["name"], e["eventType"]): dt.datetime.fromisoformat(e["eventTime"]) for e in events}
    assert abs(at["run", "START"] - council.now) < dt.timedelta(seconds=1)  # in 2030, where this council's clock is
    assert all(council.now <= when <= council.now + took for when in at.values())
    assert at["run", "START"] < at["reg.things", "START"] < at["reg.things", "COMPLETE"] <= at["totals", "START"] < at["run", "COMPLETE"]
    nominal = end(events, "reg.things")["run"]["facets"]["nominalTime"]
    assert (nominal["nominalStartTime"], nominal["nominalEndTime"]) == ("2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.000Z")
    assert end(events, "run")["run"]["facets"]["nominalTime"]["nominalStartTime"] == "2030-01-01T10:00:00.000Z"


def test_the_same_run_has_the_same_ids(make: Make, council: Council) -> None:
    other = make(dataset=DESCRIBED, at="other")
    other.declare(source=OWNED, others=council.others)
    other.put("2024-01-01.csv", [("Annabel Example", "7", "01/02/2023"), ("b", "8", ""), ("c", "8", "")], header="k,v,d")
    for c in (council, other):
        well(c.run())
    assert [e["run"]["runId"] for e in lines(council)] == [e["run"]["runId"] for e in lines(other)]


def test_the_run_after_has_other_ids(council: Council) -> None:
    well(council.run())
    council.put("2024-02-01.csv", [("b", "9", "")], header="k,v,d")
    well(council.run())
    assert len({e["run"]["runId"] for e in told(council)}) == 10  # two runs of five jobs


def test_columns_come_from_columns(council: Council) -> None:
    well(council.run())
    events = told(council)
    received = one(end(events, "reg.things.receive")["outputs"], "bronze/reg/things")["facets"]["columnLineage"]
    assert from_(received, "v") == {("source/reg/things", "v", "DIRECT", "IDENTITY")}
    feed = one(end(events, "reg.things")["outputs"], "silver/thing")["facets"]["columnLineage"]
    assert from_(feed, "k") == {("bronze/reg/things", "k", "DIRECT", "IDENTITY")}
    assert from_(feed, "v") == {("bronze/reg/things", "v", "DIRECT", "TRANSFORMATION")}  # as the file spells it; "Old Value" is in no file
    assert from_(feed, "seen") == {("bronze/reg/things", "d", "DIRECT", "TRANSFORMATION")}
    assert feed["fields"]["seen"]["inputFields"][0]["transformations"][0]["description"] == "uk_date(d)"
    report = one(end(events, "totals")["outputs"], "gold/totals")["facets"]["columnLineage"]
    assert from_(report, "value") == {("silver/thing", "v", "DIRECT", "IDENTITY")}
    assert from_(report, "n") == {("silver/thing", "k", "DIRECT", "AGGREGATION")}
    assert report["fields"]["n"]["inputFields"][0]["transformations"][0]["masking"] is True
    assert from_(report, "word") == {("silver/thing", "v", "DIRECT", "TRANSFORMATION"), ("silver/thing", "seen", "INDIRECT", "CONDITIONAL")}
    assert from_(report, "*") == {("silver/thing", "seen", "INDIRECT", "FILTER"), ("silver/thing", "v", "INDIRECT", "GROUP_BY"), ("silver/thing", "v", "INDIRECT", "SORT")}


def test_lineage_names_only_columns_of_the_inputs(council: Council) -> None:
    well(council.run())
    for event in told(council):
        have = {(i["name"], f["name"]) for i in event["inputs"] for f in i["facets"].get("schema", {"fields": []})["fields"]}
        for output in event["outputs"]:
            lineage = output["facets"]["columnLineage"]
            assert set(lineage["fields"]) <= {f["name"] for f in output["facets"]["schema"]["fields"]}
            for column in [*lineage["fields"], "*"]:
                assert {(name, field) for name, field, *_ in from_(lineage, column)} <= have


def test_what_is_known_of_datasets(council: Council) -> None:
    well(council.run())
    events = told(council)
    thing = one(end(events, "reg.things")["outputs"], "silver/thing")
    facets = thing["facets"]
    assert [(f["name"], f["type"], f.get("description")) for f in facets["schema"]["fields"]] == [("k", "string", None), ("v", "long", None), ("seen", "date", "Seen on")]
    assert facets["documentation"]["description"] == "Things. What there is"
    assert facets["ownership"]["owners"] == [{"name": "Registrars", "type": "OWNER"}]
    assert facets["lifecycleStateChange"]["lifecycleStateChange"] == "CREATE"
    assert facets["version"]["datasetVersion"] == "1"
    assert {t["field"]: t["value"] for t in facets["tags"]["tags"]} == {"k": "internal", "v": "internal", "seen": "special"}
    assert facets["dataSource"]["uri"] == f"{WHERE}/lake"
    statistics = thing["outputFacets"]["outputStatistics"]
    assert (statistics["rowCount"], statistics["fileCount"]) == (3, 1)
    assert statistics["size"] == sum(p.stat().st_size for p in (council.root / "lake" / "silver" / "thing" / "log").rglob("*.parquet"))
    source = one(end(events, "reg.things.receive")["inputs"], "source/reg/things")
    assert source["inputFacets"]["inputStatistics"]["rowCount"] == 3
    assert source["inputFacets"]["inputStatistics"]["size"] == (council.root / "data" / "2024-01-01.csv").stat().st_size


def test_a_report_made_again_is_an_overwrite_and_a_log_is_added_to(council: Council) -> None:
    well(council.run())
    council.put("2024-02-01.csv", [("b", "9", ""), ("c", "8", "")], header="k,v,d")
    well(council.run())
    events = told(council)
    thing = one(end(events, "reg.things")["outputs"], "silver/thing")
    assert "lifecycleStateChange" not in thing["facets"]
    assert thing["outputFacets"]["outputStatistics"]["rowCount"] == 2  # b changed, Annabel gone
    totals = one(end(events, "totals")["outputs"], "gold/totals")
    assert totals["facets"]["lifecycleStateChange"]["lifecycleStateChange"] == "OVERWRITE"
    assert totals["outputFacets"]["outputStatistics"]["rowCount"] == 0


def test_what_is_known_of_jobs(council: Council) -> None:
    well(council.run())
    events = told(council)
    facets = {name: end(events, name)["job"]["facets"] for name in pairs(events)}
    assert {name: (f["jobType"]["jobType"], f["sourceCodeLocation"]["path"]) for name, f in facets.items()} == {
        "run": ("RUN", "borough.yaml"), "reg.things": ("FEED", "sources/reg.yaml"), "reg.things.receive": ("RECEIPT", "sources/reg.yaml"),
        "totals": ("REPORT", "reports/totals.sql"), "thing.quality": ("QUALITY", "datasets/thing.yaml"),
    }  # fmt: skip
    assert facets["totals"]["ownership"]["owners"] == [{"name": "Statistics", "type": "OWNER"}]
    assert "1999" not in facets["totals"]["sql"]["query"] and "GROUP BY" in facets["totals"]["sql"]["query"]


def test_checks_are_assertions(council: Council) -> None:
    council.put("2024-01-01.csv", [("a", "700", ""), ("b", "x", ""), ("c", "8", ""), ("", "9", "")], header="k,v,d")
    well(council.run())
    judged = one(end(told(council), "thing.quality")["inputs"], "silver/thing")["inputFacets"]
    checks = {a["name"]: a for a in judged["dataQualityAssertions"]["assertions"]}
    assert (checks["v_between"]["success"], checks["v_between"]["actual"], checks["v_between"]["column"]) == (False, "1", "v")
    assert (checks["k_required"]["assertion"], checks["k_required"]["success"]) == ("not_null", False)
    assert checks["v_between"]["params"] == {"rows": 4, "failed": 1, "score": 0.75, "dimension": "validity", "feed": "reg.things"}
    assert checks["duplicate_key"]["success"] is True
    assert judged["dataQualityMetrics"]["rowCount"] == 4
    assert judged["dataQualityMetrics"]["columnMetrics"] == {"k": {"nullCount": 1, "quantiles": {}}}


def test_areas_have_lineage_of_their_own(council: Council) -> None:
    dataset = DATASET + "  x: {type: number}\n  y: {type: number}\nareas: {ward: {point: [x, y], on: seen}}\n"
    ward = "dataset: ward\nkey: code\ncolumns:\n  code: {type: string}\n  name: {type: string}\n  shape: {type: geometry}\narea: {code: code, label: name, shape: shape}\n"
    source = OWNED + '      x: x\n      y: y\n  wards: {delivers: full, files: "data/wards_{extract_date:%Y-%m-%d}.csv", to: ward, map: {code: code, name: name, shape: geometry(shape)}}\n'
    council.declare(
        source, dataset, {"datasets/ward.yaml": ward, "reports/totals.sql": "SELECT ward_name, count(*) AS n FROM thing GROUP BY ward_name"}
    )
    council.put("2024-01-01.csv", [("a", "7", "01/02/2023", "0.5", "0.5")], header="k,v,d,x,y")
    council.put("wards_2024-01-01.csv", [("E1", "North", '"POLYGON((0 0, 1 0, 1 1, 0 1, 0 0))"')], header="code,name,shape")
    well(council.run())
    events = told(council)
    area = one(end(events, "thing@ward")["outputs"], "silver/thing/area/ward")
    assert from_(area["facets"]["columnLineage"], "label") == {("silver/ward", "name", "DIRECT", "IDENTITY")}
    assert ("silver/ward", "shape", "INDIRECT", "JOIN") in from_(area["facets"]["columnLineage"], "*")
    report = one(end(events, "totals")["outputs"], "gold/totals")
    assert from_(report["facets"]["columnLineage"], "ward_name") == {("silver/thing/area/ward", "label", "DIRECT", "IDENTITY")}
    assert "silver/thing/area/ward" in {i["name"] for i in end(events, "totals")["inputs"]}


def test_a_node_that_fails_is_told_without_values(council: Council) -> None:
    council.declare(others={"reports/totals.sql": "SELECT CAST(k AS INTEGER) AS n FROM thing"})
    summary = council.run()
    assert "Annabel" in summary.failures[0].problem  # a person at the keyboard may see it
    events = told(council)
    assert pairs(events)["totals"] == ["START", "FAIL"]
    assert pairs(events)["reg.things"] == ["START", "COMPLETE"]
    assert pairs(events)["run"] == ["START", "FAIL"]
    assert "Could not convert string" in end(events, "totals")["run"]["facets"]["errorMessage"]["message"]
    assert end(events, "totals")["outputs"] == []


def test_a_refused_file_fails_the_receipt(council: Council) -> None:
    (council.root / "data" / "2024-02-01.csv").write_bytes(b"nothing,of,use\n1,2,3\n")
    summary = council.run()
    assert summary.failures
    events = told(council)
    assert pairs(events)["reg.things.receive"] == ["START", "FAIL"]
    assert "2024-02-01.csv" in end(events, "reg.things.receive")["run"]["facets"]["errorMessage"]["message"]


def test_a_run_that_stops_is_aborted_with_all_its_nodes(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise LakeError("the disk says 'Annabel Example' to 07700 900123")

    monkeypatch.setattr(conductor, "leave_for_later", stop)
    with pytest.raises(LakeError):
        council.run()
    events = told(council)
    assert pairs(events) == {job: ["START", "ABORT"] for job in ("run", "reg.things", "totals")}
    assert end(events, "run")["run"]["facets"]["errorMessage"]["message"] == "run: the disk says ‘…’ to …"
    assert all(e["outputs"] == [] for e in events)  # what was written is taken back


def test_nothing_personal_is_told(council: Council) -> None:
    council.declare(
        source=OWNED.replace("k: k\n", "k: case when k = 'Sir Humphrey' then '10023456789' else k end\n"),
        others={"reports/totals.sql": "SELECT CAST(k AS INTEGER) AS n FROM thing WHERE k <> 'Cruella'"},
    )
    council.put("2024-02-01.csv", [("Annabel Example", "Petronella", "Maximilian"), ("100,23,x", "7", "")], header="k,v,d")
    council.run()
    text = (council.root / "out" / "lineage.jsonl").read_text()
    told(council)
    for value in ("Annabel", "Humphrey", "10023456789", "Cruella", "Petronella", "Maximilian", str(council.root)):
        assert value not in text, value


def test_secrets_are_struck_out(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTER_TOKEN", "hunter2")
    council.declare(source=OWNED.replace("The register", "The register ${REGISTER_TOKEN}"))
    well(council.run())
    told(council)
    text = (council.root / "out" / "lineage.jsonl").read_text()
    assert "hunter2" not in text and "The register ***" in text


def test_nothing_is_told_of_a_run_with_nothing_to_do(council: Council) -> None:
    well(council.run())
    before = lines(council)
    assert council.run().number is None
    assert lines(council) == before


def test_a_line_that_a_crash_cut_short_spoils_no_other(council: Council) -> None:
    file = council.root / "out" / "lineage.jsonl"
    file.parent.mkdir()
    file.write_text('{"half": ')
    well(council.run())
    first, *rest = file.read_text().splitlines()
    assert first == '{"half": ' and [json.loads(line) for line in rest]


# ── servers ─────────────────────────────────────────────────────────────────────────────────────


def to(council: Council, url: str, more: str = "") -> None:
    council.declare(others={"borough.yaml": BOROUGH.format(rewrite=0.15) + f"openlineage: {{url: '{url}'{more}}}\n"})


def kept(council: Council) -> Path:
    return council.root / ".borough" / "openlineage-unsent.jsonl"


def notices(summary: Summary) -> list[str]:
    return [text for feed, _, text in summary.notices if feed == "openlineage"]


def test_a_server_gets_every_event_in_order(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_TOKEN", "sesame")
    with lineage_server() as server:
        to(council, server.url, ", token: '${LINEAGE_TOKEN}', namespace: exampleton")
        well(council.run())
        assert set(server.asked) == {("/api/v1/lineage", "Bearer sesame")}
        assert pairs(server.taken) == {job: ["START", "COMPLETE"] for job in ("run", "reg.things", "reg.things.receive", "totals", "thing.quality")}
        assert {e["job"]["namespace"] for e in server.taken} == {"exampleton"}
        for event in server.taken:
            openlineage_classes.event(event)
        assert not kept(council).exists()


def test_an_address_with_a_path_is_the_endpoint(council: Council) -> None:
    with lineage_server() as server:
        to(council, server.url + "/openapi/openlineage/api/v1/lineage")
        well(council.run())
        assert {path for path, _ in server.asked} == {"/openapi/openlineage/api/v1/lineage"}


def test_a_server_with_errors_is_told_once_and_gets_the_events_with_the_next_run(council: Council) -> None:
    broken = True
    with lineage_server(lambda _: 500 if broken else 201) as server:
        to(council, server.url)
        (notice,) = notices(council.run())
        assert f"could not be sent to {server.url}: it answered with HTTP status 500; 10 are kept" in notice
        assert "Ann Example" not in notice
        assert len(server.asked) == 3  # tried again twice, then left alone
        assert len(kept(council).read_text().splitlines()) == 10
        broken = False
        council.put("2024-02-01.csv", [("b", "9", "")], header="k,v,d")
        well(council.run())
        assert pairs(server.taken)["run"] == ["START", "COMPLETE"] * 2
        assert [e["eventTime"][:13] for e in server.taken if e["job"]["name"] == "run"] == ["2030-01-01T10"] * 2 + ["2030-01-01T11"] * 2
        assert not kept(council).exists()


def test_a_server_that_hangs_costs_seconds_and_fails_nothing(council: Council) -> None:
    with lineage_server(lambda _: None) as server:
        to(council, server.url)
        start = time.perf_counter()
        summary = council.run()
        assert time.perf_counter() - start < 8
        assert summary.number == 1 and summary.exit_code == 0
        (notice,) = notices(summary)
        assert "no answer within 3 seconds" in notice
        assert len(server.asked) == 1


def test_a_server_that_is_away(council: Council) -> None:
    with lineage_server() as server:
        url = server.url
    to(council, url.replace("//", "//ann:swordfish@"))
    summary = council.run()
    assert summary.number == 1
    assert notices(summary) == [f"lineage events could not be sent to {url}: no connection; 10 are kept in .borough/openlineage-unsent.jsonl and sent with the next run"]
    council.put("2024-02-01.csv", [("b", "9", "")], header="k,v,d")
    assert "20 are kept" in notices(council.run())[0]
    with lineage_server() as server:
        to(council, server.url)
        council.put("2024-03-01.csv", [("b", "8", "")], header="k,v,d")
        well(council.run())
        assert len(server.taken) == 30


def test_an_event_that_a_server_refuses_holds_up_no_other(council: Council) -> None:
    with lineage_server(lambda e: 422 if e["job"]["name"] == "totals" else 201) as server:
        to(council, server.url)
        (notice,) = notices(council.run())
        assert "does not take 2 lineage events: it answered with HTTP status 422" in notice
        assert len(server.taken) == 8
        assert not kept(council).exists()


def test_a_file_that_can_not_be_written_is_told(council: Council) -> None:
    (council.root / "out").write_text("in the way")
    summary = council.run()
    assert summary.number == 1
    (notice,) = notices(summary)
    assert "could not be sent to ./out/lineage.jsonl" in notice and "kept" in notice


def test_a_fault_in_the_telling_is_no_fault_of_the_run(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Annabel Example")

    monkeypatch.setattr("borough.pipeline.openlineage.origins", broken)
    summary = council.run()
    assert summary.number == 1
    assert notices(summary) == ["lineage is not told in full: KeyError; please report it"]
