"""The connector for APIs, against a real server that misbehaves."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.council import Silent

from borough.engine.duckdb import DuckDBEngine
from borough.errors import FeedError
from borough.ingest.apis.connector import ApiConnector
from borough.ingest.connectors import NOTHING
from borough.ingest.port import Connector, Since
from borough.pipeline.conductor import Summary, run_project
from borough.pipeline.context import Options
from borough.project.load import load
from borough.project.resolve import ResolvedFeed, resolve_feed

from .connector_contract import ConnectorContract, Row
from .little_api import Answer, Api, Asked, in_turn, little_api
from .receiving import Delivery, read_rows

NOW = dt.datetime(2026, 11, 1, 9)


@pytest.fixture
def api() -> Iterator[Api]:
    with little_api() as server:
        yield server


def resolved(folder: Path, url: str, declared: str, connect: str = "") -> ResolvedFeed:
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "borough.yaml").write_text("borough: Northmere\n")
    yaml = f"source: crm\nconnect:\n  retry: {{attempts: 3, wait: 0 seconds}}\n  api: {{url: '{url}/v1/'{connect}}}\nfeeds:\n  cases: {{{declared}, delivers: append}}\n"
    (folder / "sources" / "crm.yaml").write_text(yaml)
    return resolve_feed(load(folder, {}), "crm", "cases")


def receive(api: Api, engine: DuckDBEngine, folder: Path, declared: str = "resource: {path: cases}", connect: str = "", since: Since = NOTHING) -> Delivery:
    connector = ApiConnector(resolved(folder, api.url, declared, connect), engine, folder / "scratch", NOW, since)
    batch = connector.receive(connector.discover(), str(folder / "bronze"))
    return Delivery(batch, read_rows(engine, batch))


def case(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "street": f"{number} High Street", **more}


def test_an_array_comes_as_it_was_sent(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = lambda asked: Answer('[{"id": 1, "cost": 10.10, "where": {"ward": "E05"}, "tags": ["a"], "none": null}, {"id": 12345678901234567890}]')
    got = receive(api, engine, tmp_path)
    assert got.cells("id", "cost", "where.ward", "tags", "none") == [("1", "10.10", "E05", '["a"]', None), ("12345678901234567890", None, None, None, None)]
    assert got.only.counted == got.only.rows == 2
    assert got.only.found.name == "cases@2026-11-01T09:00:00Z"
    assert got.only.found.extract_date == NOW


def numbered(asked: Asked) -> Answer:
    page = int(asked.params.get("page", 1))
    return Answer({"pages": 3, "results": [case(page * 10 + n) for n in range(2)] if page <= 3 else []})


PAGING = {
    "page numbers": ("paging: {by: page}", numbered),
    "page numbers with their number": ("paging: {by: page, total: pages}", numbered),
    "an offset": (
        "paging: {by: offset, size: 2, total: total}",
        lambda asked: Answer({"total": 6, "results": [case(n) for n in range(int(asked.params["offset"]), min(6, int(asked.params["offset"]) + int(asked.params["limit"])))]}),
    ),
    "a cursor": (
        "paging: {by: cursor, at: meta.next, param: after}",
        lambda asked: Answer({"meta": {"next": {"": "b", "b": "c", "c": None}[asked.params.get("after", "")]}, "results": [case(n + ord((asked.params.get("after") or "a")[0])) for n in (1000, 2000)]}),
    ),
    "a next URL, found by itself": (
        "",
        lambda asked: Answer({"next": f"/v1/cases?at={int(asked.params.get('at', 0)) + 1}" if int(asked.params.get("at", 0)) < 2 else None, "results": [case(int(asked.params.get("at", 0)) * 10 + n) for n in range(2)]}),
    ),
    "a Link header, found by itself": (
        "",
        lambda asked: Answer(
            [case(int(asked.params.get("at", 0)) * 10 + n) for n in range(2)],
            headers={"Link": f'</v1/cases?at={int(asked.params.get("at", 0)) + 1}>; rel="next"'} if int(asked.params.get("at", 0)) < 2 else {},
        ),
    ),
}


@pytest.mark.parametrize("way", PAGING)
def test_all_pages_come(way: str, api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    declared, api.behave = PAGING[way]
    got = receive(api, engine, tmp_path, f"resource: {{path: cases, {declared}}}" if declared else "resource: {path: cases}")
    assert got.only.problem is None
    assert got.only.rows == 6
    assert len({row["id"] for row in got.rows}) == 6


@pytest.mark.parametrize(
    "trouble", [Answer("slow down", 429, {"Retry-After": "1"}), Answer("oh no", 500), Answer("away", 503), Answer([case(9)], cut=True), Answer(hang_up=True)],
    ids=["429", "500", "503", "cut", "hung up"],
)
def test_trouble_that_passes_is_not_seen(trouble: Answer, api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = in_turn(trouble, Answer([case(1), case(2)]))
    assert receive(api, engine, tmp_path).only.rows == 2
    assert len(api.asked) == 2


@pytest.mark.parametrize(
    "trouble, told",
    [
        (Answer("", 429), "cases: the API answered 429 Too Many Requests"),
        (Answer("", 500), "cases: the API answered 500 Internal Server Error"),
        (Answer(hang_up=True), "cases: the API can't be reached (ConnectionError)"),
        (Answer("", 401), "cases: the API answered 401 Unauthorized"),
        (Answer("", 404), "cases: the API answered 404 Not Found"),
        (Answer("<html><title>Please sign in</title>", kind="text/html"), "cases: the answer is not JSON but HTML: it begins '<html><title>Please sign in</title>'"),
        (Answer('[{"name": "Ada'), "cases: the answer is not JSON; it is broken or cut off"),
        (Answer(""), "cases: the answer is not JSON; it is empty"),
    ],
)  # fmt: skip
def test_trouble_that_stays_is_told_and_nothing_is_taken_in(trouble: Answer, told: str, api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    pages = in_turn(Answer([case(1)], headers={"Link": '</v1/cases?at=2>; rel="next"'}), trouble)
    api.behave = pages
    with pytest.raises(FeedError) as caught:
        receive(api, engine, tmp_path)
    assert caught.value.message == told
    assert "Ada" not in str(caught.value)
    assert not list(tmp_path.glob("bronze/*"))


def test_a_server_that_is_not_there_is_told(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    gone = Api("http://127.0.0.1:9")
    with pytest.raises(FeedError, match=r"cases: the API can't be reached \(ConnectionError\)"):
        receive(gone, engine, tmp_path)


def test_a_page_that_repeats_is_refused(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = lambda asked: Answer([case(1), case(2)])
    with pytest.raises(FeedError, match="cases: page 2 repeats page 1"):
        receive(api, engine, tmp_path, "resource: {path: cases, paging: {by: page, param: seite}}")


def test_paging_that_nobody_declared_is_not_lost_silently(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = lambda asked: Answer({"meta": {"total_count": 250}, "results": [case(1)]})
    with pytest.raises(FeedError, match=r"the answer announces meta.total_count: 250, but 1 records came"):
        receive(api, engine, tmp_path)
    assert receive(api, engine, tmp_path, "resource: {path: cases, paging: {by: none}}").only.rows == 1


def test_the_next_page_may_not_be_elsewhere(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = lambda asked: Answer({"next": "http://elsewhere.example/steal", "results": [case(1)]})
    with pytest.raises(FeedError, match=r"the next page is at http://elsewhere\.example, not at the API"):
        receive(api, engine, tmp_path, connect=", auth: {bearer: secret}")


def test_records_are_where_they_are_declared(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = lambda asked: Answer({"body": {"cases": [case(1)], "codes": [1, 2]}, "links": []})
    assert receive(api, engine, tmp_path, "resource: {path: cases, records: body.cases}").only.rows == 1
    with pytest.raises(FeedError, match=r"cases: nothing at 'body.case' in the answer, which has 'body', 'links'"):
        receive(api, engine, tmp_path, "resource: {path: cases, records: body.case}")


AUTH = {
    "bearer": (", auth: {bearer: t0ken}", lambda asked: asked.headers.get("Authorization") == "Bearer t0ken"),
    "basic": (", auth: {basic: {user: ada, password: pw}}", lambda asked: asked.headers.get("Authorization") == "Basic YWRhOnB3"),
    "key in a header": (", auth: {api_key: {value: k3y}}", lambda asked: asked.headers.get("X-API-Key") == "k3y"),
    "key in the query": (", auth: {api_key: {name: key, value: k3y, place: query}}", lambda asked: asked.params.get("key") == "k3y"),
    "a header": (", headers: {X-Council: Northmere}", lambda asked: asked.headers.get("X-Council") == "Northmere"),
}


@pytest.mark.parametrize("way", AUTH)
def test_the_api_is_told_who_asks(way: str, api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    connect, known = AUTH[way]
    api.behave = lambda asked: Answer([case(1)]) if known(asked) else Answer("", 401)
    assert receive(api, engine, tmp_path, connect=connect).only.rows == 1


def test_tokens_are_asked_for_by_client_credentials(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    def behave(asked: Asked) -> Answer:
        if asked.path == "/token":
            right = "client_secret=s3cret" in asked.body and "scope=cases.read" in asked.body
            return Answer({"access_token": "fresh", "expires_in": 60}) if right else Answer("", 400)
        return Answer([case(1)]) if asked.headers.get("Authorization") == "Bearer fresh" else Answer("", 401)

    api.behave = behave
    connect = f", auth: {{oauth2: {{token_url: '{api.url}/token', client_id: borough, client_secret: s3cret, scope: cases.read}}}}"
    assert receive(api, engine, tmp_path, connect=connect).only.rows == 1


CURSOR = "resource: {path: cases}, cursor: {column: updated, param: updated_since, overlap: 1 hour, start: '2026-01-01T00:00:00Z'}"


def test_only_what_is_new_is_asked_for(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = lambda asked: Answer([case(1, updated="2026-10-31T23:30:00+01:00"), case(2, updated="2026-10-31T22:45:00Z"), case(3)])
    first = receive(api, engine, tmp_path, CURSOR).only
    assert api.asked[-1].params["updated_since"] == "2026-01-01T00:00:00Z"
    assert first.bookmark == "2026-10-31T22:45:00Z"
    assert first.notices == ("1 records have no updated",)
    again = receive(api, engine, tmp_path, CURSOR, since=Since(first.bookmark, first.sha256)).only
    assert api.asked[-1].params["updated_since"] == "2026-10-31T21:45:00Z"
    assert again.same
    api.behave = lambda asked: Answer([])
    assert receive(api, engine, tmp_path, CURSOR, since=Since(first.bookmark, first.sha256)).only.same
    api.behave = lambda asked: Answer([case(4, updated="2026-10-31T22:00:00Z")])
    late = receive(api, engine, tmp_path, CURSOR, since=Since(first.bookmark, first.sha256)).only
    assert (late.rows, late.bookmark) == (1, first.bookmark), "a bookmark never goes back"


def test_a_cursor_that_the_records_lack_is_told(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = lambda asked: Answer([case(1)])
    with pytest.raises(FeedError, match="cases: no cursor 'updated' in the records, which have id, street"):
        receive(api, engine, tmp_path, CURSOR)


def test_no_records_at_all_is_an_extract_with_none(api: Api, engine: DuckDBEngine, tmp_path: Path) -> None:
    api.behave = lambda asked: Answer({"results": []})
    got = receive(api, engine, tmp_path).only
    assert (got.counted, got.same, got.notices) == (0, False, ("no records",))


class TestContractOfApis(ConnectorContract):
    several = False

    @pytest.fixture(autouse=True)
    def _server(self, api: Api) -> None:
        self.api = api

    def put(self, rows: Sequence[Row], name: str) -> None:
        text = "[" + ", ".join("{" + ", ".join(f'"{k}": {self.value(k, v)}' for k, v in row.items()) + "}" for row in rows) + "]"
        self.api.behave = lambda asked: Answer(text)

    def value(self, name: str, value: str | None) -> str:
        number = name == "digits" and value is not None and not value.startswith("00")
        return str(value) if number else json.dumps(value)

    def spoil(self, name: str) -> None:
        self.api.behave = lambda asked: Answer("<html>Sorry</html>", kind="text/html")

    def connector(self) -> Connector:
        return ApiConnector(resolved(self.folder, self.api.url, "resource: {path: cases}"), self.engine, self.scratch, NOW, NOTHING)

    def _files(self) -> dict[str, tuple[int, int]]:
        return {path: seen for path, seen in super()._files().items() if not path.endswith(".yaml")}


DATASET = "dataset: service_case\nkey: case_id\ncolumns: {case_id: {type: integer}, kind: {}}\n"
TWO = """\
source: crm
connect: {retry: {attempts: 2, wait: 0 seconds}, api: {url: "$URL/v1/"}}
feeds:
  cases: {resource: {path: cases}, delivers: full, to: service_case, map: {case_id: id, kind: kind}}
---
source: other
connect: {retry: {attempts: 2, wait: 0 seconds}, api: {url: "$URL/v2/"}}
feeds:
  things: {resource: {path: things}, delivers: append}
"""


def test_one_api_away_does_not_keep_the_others_out(api: Api, tmp_path: Path) -> None:
    for folder, name, text in (("", "borough", "borough: Northmere\n"), ("sources", "s", TWO.replace("$URL", api.url)), ("datasets", "service_case", DATASET)):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.yaml").write_text(text)
    sent = [{"id": n, "kind": "noise"} for n in range(10)]
    api.behave = lambda asked: Answer(sent) if asked.path.startswith("/v1") else Answer("", 503)
    first = run(tmp_path, 1)
    assert [(line["feed"], line["read"], line["accepted"]) for line in first.ledger] == [("crm.cases", 10, 10)]
    assert [(f.name, f.problem) for f in first.failures] == [("other.things", "things: the API answered 503 Service Unavailable")]
    assert first.exit_code == 3
    assert run(tmp_path, 2).number is None, "the same answer is nothing new"
    del sent[9]
    third = run(tmp_path, 3)
    assert [(line["read"], line["unchanged"], line["deleted"]) for line in third.ledger] == [(9, 9, 1)]


def run(folder: Path, day: int) -> Summary:
    return run_project(load(folder, {}), now=dt.datetime(2026, 11, day, 9, tzinfo=dt.UTC), options=Options(), progress=Silent())
