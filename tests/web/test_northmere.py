"""The pages of the fictional borough: what they count equals the tables, and nobody sees more than their role and purpose permit."""

from __future__ import annotations

import csv
import io
import re
import shutil
import time
from typing import Any

import openpyxl
import pytest
from tests.cli.council import borough

from borough.web.pages.visits import SaidVisit

from .northmere import Northmere

PAGES = ("/", "/reports", "/reports/risk_profile", "/reports/totals_per_ward", "/reports/wards_at_a_glance", "/reports/landlords", "/reports/licences_due", "/reports/scheme_evidence", "/visits", "/model", "/model/unlicensed_let/record", "/quality", "/quality/licence", "/quality/areas/ward/Aldermore", "/runs/2", "/search?q=street", "/purpose", "/about", "/developers")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens(northmere: Northmere, path: str) -> None:
    done = northmere.client().get(path)
    assert done.status_code == 200 and "<h1" in done.text and ">None<" not in done.text


def test_counts_on_the_page_equal_the_tables(northmere: Northmere) -> None:
    client = northmere.client()
    ward = northmere.table("SELECT ward_code, count(*) AS n, sum(in_high) AS high FROM property_risk WHERE ward_code IS NOT NULL GROUP BY ward_code ORDER BY n DESC LIMIT 1")[0]
    text = client.get(f"/reports/risk_profile?ward_code={ward['ward_code']}").text
    numbers = re.findall(r'app-number__value">([^<]*)<', text)
    assert numbers[:2] == [f"{ward['n']:,}", f"{ward['high']:,}"]
    noise = northmere.table("SELECT ward_name, sum(total) AS n FROM ward_month WHERE measure = 'noise' AND month >= DATE '2026-01-01' AND month <= DATE '2026-06-30' GROUP BY ward_name", "service_planning")
    query = "measure=noise&month_from=2026-01&month_to=2026-06"
    told = {r["by"]: r["value"] for r in client.get(f"/api/reports/totals_per_ward/5?{query}").json()["rows"]}
    assert told == {r["ward_name"]: r["n"] for r in noise} and sum(told.values()) > 0
    assert client.get(f"/api/reports/totals_per_ward/1?{query}").json()["rows"][0]["value"] == sum(told.values())


def test_a_second_period_stands_beside(northmere: Northmere) -> None:
    client = northmere.client()
    query = "measure=asb&month_from=2026-01&month_to=2026-06&month_compare_from=2025-01&month_compare_to=2025-06"
    row = client.get(f"/api/reports/totals_per_ward/1?{query}").json()["rows"][0]
    before = northmere.table("SELECT sum(total) AS n FROM ward_month WHERE measure = 'asb' AND month BETWEEN DATE '2025-01-01' AND DATE '2025-06-30'", "service_planning")[0]["n"]
    assert row["value__before"] == before > 0 and "before:" in client.get(f"/reports/totals_per_ward?{query}").text


def test_downloads_have_every_row(northmere: Northmere) -> None:
    client = northmere.client()
    count = northmere.table("SELECT count(*) AS n FROM property_risk WHERE band = 'High'")[0]["n"]
    lines = list(csv.DictReader(io.StringIO(client.get("/reports/risk_profile/9.csv?band=High").content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/reports/risk_profile/9.xlsx?band=High").content)).active
    features = client.get("/reports/risk_profile/5.geojson?band=High").json()["features"]
    assert sheet is not None and len(lines) == sheet.max_row - 1 == count and len(features) == count
    assert all(f["properties"]["band"] == "High" for f in features) and {r["uprn"] for r in lines} == {f["properties"]["key"] for f in features}


def test_a_page_is_a_pack_and_homes_are_lists_to_take_along(northmere: Northmere) -> None:
    client = northmere.client()
    pack = openpyxl.load_workbook(io.BytesIO(client.get("/reports/scheme_evidence.xlsx").content))
    assert len(pack.sheetnames) == 7 and pack["Wards and schemes"].max_row > 20
    home = northmere.table("SELECT uprn, usrn, landlord FROM property_risk WHERE landlord IS NOT NULL ORDER BY uprn LIMIT 1")[0]
    for address, table in (
        (f"/property/{home['uprn']}/timeline.csv", f"property_event WHERE uprn = {home['uprn']}"), (f"/street/{home['usrn']}/homes.csv", f"property_risk WHERE usrn = {home['usrn']}"),
        (f"/landlord/{home['landlord']}/homes.csv", f"landlord_home WHERE landlord = {home['landlord']}"),
    ):  # fmt: skip
        lines = list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))
        assert len(lines) - 1 == northmere.table(f"SELECT count(*) AS n FROM {table}")[0]["n"] > 0
    assert "?on=2021-12-31" in client.get("/reports/totals_per_ward?month_to=2021-12-31").text
    assert len(client.get("/areas/ward.geojson?on=2021-12-31").json()["features"]) != len(client.get("/areas/ward.geojson").json()["features"])
    assert client.get("/areas/ward.geojson?on=yesterday").status_code == 422 and client.get("/areas/licence.geojson").status_code == 404


def test_data_quality_by_ward_is_what_the_scorecard_says(northmere: Northmere) -> None:
    client = northmere.client("analyst")
    latest = "scorecard_area AS s JOIN (SELECT dataset, max(run) AS run FROM scorecard_area GROUP BY dataset) AS l ON s.dataset = l.dataset AND s.run = l.run"
    wards = northmere.table(f"SELECT s.label AS ward, sum(s.rows) AS n, sum(s.failed) AS failed FROM {latest} WHERE s.label IS NOT NULL GROUP BY s.label")
    told = next(f for f in client.get("/quality?file=json").json() if f["id"] == "by_ward")["rows"]
    assert {r["Ward"]: (r["Checks"], r["Failed"]) for r in told if r["Ward"] != "not known"} == {w["ward"]: (w["n"], w["failed"]) for w in wards} and len(wards) > 20
    ward = max(wards, key=lambda w: int(w["failed"]))
    page = client.get(f"/quality/areas/ward/{ward['ward']}?file=json").json()
    assert sum(r["Failed"] for r in page[0]["rows"]) == ward["failed"] and page[1]["rows"][0]["Run"] == "1"
    book = openpyxl.load_workbook(io.BytesIO(client.get("/quality?file=xlsx").content))
    assert book["By ward"].max_row == len(told) + 1 and {"Runs", "By owner"} <= set(book.sheetnames)
    assert client.get("/model?file=json").json()[0]["id"] == "shares"
    for wrong in ("/quality?file=exe", "/quality/areas/ward/Nowhere", "/quality/areas/licence/x"):
        assert client.get(wrong).status_code == 404


def test_a_run_leaves_what_it_did_not_touch_standing_in_the_trend(northmere: Northmere) -> None:
    runs = next(f for f in northmere.client("analyst").get("/quality?file=json").json() if f["id"] == "trend")["rows"]
    whole = northmere.table("SELECT 1.0 - sum(s.failed) * 1.0 / sum(s.rows) AS score FROM scorecard AS s JOIN (SELECT dataset, feed, rule, max(run) AS run FROM scorecard GROUP BY dataset, feed, rule) AS l ON s.dataset = l.dataset AND s.rule = l.rule AND s.run = l.run AND coalesce(s.feed, '') = coalesce(l.feed, '')")
    assert runs[-1]["Passed"] == pytest.approx(whole[0]["score"])


def test_tiles_have_every_point_once(northmere: Northmere) -> None:
    client = northmere.client()
    homes = northmere.table("SELECT count(*) AS n, avg(longitude) AS x, avg(latitude) AS y FROM property_risk WHERE longitude IS NOT NULL")[0]
    assert northmere.service.engine.rows("SELECT 1") == [(1,)]
    whole = client.get("/tiles/risk_profile/5/0/0/0.mvt").content
    assert 0 < len(whole) < 5_000
    import mapbox_vector_tile

    marks = mapbox_vector_tile.decode(whole)["points"]["features"]
    assert sum(m["properties"]["count"] for m in marks) == homes["n"]
    assert client.get("/tiles/risk_profile/5/3/99/0.mvt").status_code == 404 and client.get("/tiles/risk_profile/1/0/0/0.mvt").status_code == 404


def test_a_home_has_its_rating_in_words_and_its_evidence(northmere: Northmere) -> None:
    client = northmere.client()
    high = northmere.table("SELECT uprn, address, rating, landlord FROM property_risk WHERE band = 'High' AND landlord IS NOT NULL ORDER BY rating DESC, uprn LIMIT 1")[0]
    told = client.get(f"/api/properties/{high['uprn']}").json()
    assert told["rating"] == high["rating"] and len(told["drivers"]) >= 3 and all(d["title"] and "_" not in d["title"] for d in told["drivers"])
    events = northmere.table(f"SELECT count(*) AS n FROM property_event WHERE uprn = {high['uprn']}")[0]["n"]
    assert len(told["events"]) == min(events, 200)
    text = client.get(f"/property/{high['uprn']}").text
    assert high["address"] in text and "a person decides" in text and f"/landlord/{high['landlord']}" in text
    assert client.get(f"/landlord/{high['landlord']}").status_code == 200
    assert str(high["uprn"]) in client.get("/search", params={"q": high["address"]}).text
    assert client.get("/property/123").status_code == 404 and client.get("/property/x").status_code == 404


def test_roles_see_what_their_purposes_permit(northmere: Northmere) -> None:
    viewer, officer, analyst = (northmere.client(role) for role in ("viewer", "officer", "analyst"))
    uprn = northmere.table("SELECT uprn FROM property_risk LIMIT 1")[0]["uprn"]
    for path in ("/reports/risk_profile", "/reports/landlords", f"/property/{uprn}", "/visits", "/tiles/risk_profile/5/0/0/0.mvt", "/reports/risk_profile/9.csv", f"/api/properties/{uprn}"):
        assert viewer.get(path).status_code in (403, 404), path
        assert officer.get(path).status_code == 200, path
    for name in ("mismatch_council_tax", "mismatch_electoral", "mismatch_benefits"):
        assert officer.get(f"/reports/{name}").status_code == 403 and analyst.get(f"/reports/{name}").status_code == 200
    assert viewer.get("/reports/totals_per_ward").status_code == 200
    assert analyst.post("/api/visits", json={"uprn": uprn, "outcome": "void"}, headers={"x-csrf-token": northmere.csrf(analyst)}).status_code == 403


@pytest.mark.parametrize("text", ["' OR 1=1 --", "\"; DROP TABLE property_risk; --", "$ward_code", "%00", "<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "\u202e", "x" * 250])
def test_filters_are_values_never_sql_nor_markup(northmere: Northmere, text: str) -> None:
    client = northmere.client()
    for name in ("ward_code", "band", "address", "landlord_name"):
        done = client.get("/reports/risk_profile", params={name: text})
        assert done.status_code in (200, 422) and "<script>alert" not in done.text and "49" not in re.findall(r'app-number__value">([^<]*)<', done.text)
        if done.status_code == 200 and name != "address":
            assert re.findall(r'app-number__value">([^<]*)<', done.text)[0] == "0"
    assert client.get("/search", params={"q": text}).status_code == 200
    assert client.get(f"/reports/{text.replace('/', '_')[:40]}").status_code in (403, 404)


def test_a_list_is_made_visited_and_taken_in(northmere: Northmere) -> None:
    client = northmere.client()
    csrf = northmere.csrf(client)
    made = client.post("/visits/plan", data={"visits": 8, "random": 20, "csrf": csrf})
    assert made.status_code == 303
    for _ in range(100):
        text = client.get("/visits").text
        if "0 of 8 homes" in text:
            break
        time.sleep(0.1)
    uprns = [int(u) for u in re.findall(r'id="visit-(\d+)"', text)]
    assert len(uprns) == 8
    said = {"uprn": uprns[0], "outcome": "HMO confirmed", "note": "five tenants", "key": "k1"}
    first = client.post("/api/visits", json=said, headers={"x-csrf-token": csrf})
    again = client.post("/api/visits", json=said, headers={"x-csrf-token": csrf})  # a phone that did not hear the answer sends it again
    assert first.status_code == 201 and first.json()["new"] and again.json() == {**first.json(), "new": False}
    assert client.post(f"/visits/{uprns[1]}", data={"outcome": "owner-occupied", "csrf": csrf}).status_code == 303
    assert "2 of 8 homes" in client.get("/visits").text and "the next run takes it in" in client.get("/visits").text
    for wrong in ({"uprn": 1, "outcome": "void"}, {"uprn": uprns[2], "outcome": "haunted"}, {"uprn": uprns[2], "outcome": "void", "visited": "2099-01-01"}):
        assert client.post("/api/visits", json=wrong, headers={"x-csrf-token": csrf}).status_code == 422
    letters = client.get(re.findall(r"/visits/P[^/]*/letters.csv", client.get("/visits").text)[0]).text
    assert letters.count("The Owner or Occupier") == 6
    run = northmere.service.lake.published()
    assert borough("run", "--project", northmere.root).code == 0
    for _ in range(200):
        if (text := client.get("/visits").text) and "2 of 8 homes" in text and "the next run takes it in" not in text and f"run {run.number if run else 0}<" not in text:
            break
        time.sleep(0.1)
    assert "the next run takes it in" not in text and northmere.table(f"SELECT outcome FROM visit WHERE uprn = {uprns[0]} AND officer = 'local'", "data_engineering") == [{"outcome": "HMO, not licensed"}]
    assert SaidVisit(uprn=1, outcome="void").visited is None


def test_a_lake_that_is_away_is_told_and_comes_back_by_itself(northmere: Northmere) -> None:
    client = northmere.client()
    lake = northmere.root / "lake"
    shutil.move(lake, lake.with_name("away"))
    try:
        for _ in range(100):
            done = client.get("/reports/risk_profile")
            if done.status_code == 503:
                break
            time.sleep(0.1)
        assert done.status_code == 503 and "can't reach the data" in done.text.replace("&#39;", "'") and not lake.joinpath("system").exists()
        assert client.get("/api/reports").status_code == 503
    finally:
        shutil.rmtree(lake, ignore_errors=True)
        shutil.move(lake.with_name("away"), lake)
    for _ in range(150):
        if client.get("/reports/risk_profile").status_code == 200:
            return
        time.sleep(0.1)
    raise AssertionError("the service did not come back")


def test_the_api_keeps_to_its_description(northmere: Northmere) -> None:
    """Schemathesis over the OpenAPI: nothing that it thinks of makes the service fail."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error

    client = northmere.client()
    schema = schemathesis.openapi.from_dict(client.get("/api/openapi.json").json())
    cookies, csrf = dict(client.cookies), northmere.csrf(client)

    @given(case=schema.as_strategy())
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None)
    def asked(case: Any) -> None:
        answer = case.call(base_url=northmere.address, cookies=cookies, headers={"x-csrf-token": csrf})
        if answer.status_code != 429:
            case.validate_response(answer, checks=(not_a_server_error,))

    asked()
