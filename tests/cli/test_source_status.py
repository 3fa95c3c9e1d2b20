"""``borough source status``: what was taken in last, and how sources on other machines were reached."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.little_api import Answer, little_api

from .council import borough, write

SOURCES = """\
source: crm
connect: {retry: {attempts: 1}, api: {url: "URL/v1/", auth: {bearer: "${CRM_TOKEN}"}}}
feeds:
  cases: {title: Cases, resource: {path: cases}, delivers: append}
---
source: files
connect: {files: "in_{extract_date}.csv"}
feeds:
  things: {delivers: append}
"""


def status(project: Path, code: int) -> dict[str, dict[str, object]]:
    done = borough("source", "status", "--project", project, "--json", CRM_TOKEN="t0ken")
    assert done.code == code, done
    return {feed["feed"]: feed for feed in done.json}


def test_what_was_taken_in_and_how_it_was_reached(tmp_path: Path) -> None:
    with little_api() as api:
        write(tmp_path, {"borough.yaml": "borough: Northmere\n", "sources/s.yaml": SOURCES.replace("URL", api.url), "in_2026-01-31.csv": "a\n1\n2\n"})
        before = status(tmp_path, 0)
        assert [feed["contact"] for feed in before.values()] == [None, None]
        api.behave = lambda asked: Answer([{"id": 1}, {"id": 2}, {"id": 3}])
        assert borough("run", "--project", tmp_path, CRM_TOKEN="t0ken").code == 0
        after = status(tmp_path, 0)
        assert after["crm.cases"]["contact"]["reached"] is True  # type: ignore[index] # as JSON gives it
        assert after["crm.cases"]["last_extract"]["rows"] == 3  # type: ignore[index] # as JSON gives it
        assert (after["files.things"]["last_extract"]["rows"], after["files.things"]["contact"]) == (2, None)  # type: ignore[index] # as JSON gives it
        api.behave = lambda asked: Answer("", 401)
        assert borough("run", "--project", tmp_path, CRM_TOKEN="t0ken").code == 3
        away = status(tmp_path, 3)["crm.cases"]["contact"]
        assert away == {**away, "reached": False, "failures": 1, "problem": "cases: the API answered 401 Unauthorized"}  # type: ignore[dict-item] # as JSON gives it
        shown = borough("source", "status", "--project", tmp_path, CRM_TOKEN="t0ken")
        assert "away: crm.cases: cases: the API answered 401 Unauthorized (1 failure in a row, not reached since" in shown.out


def test_a_state_that_can_not_be_used_fails_no_run(tmp_path: Path) -> None:
    with little_api() as api:
        borough_yaml = "borough: Northmere\nstate: sqlite:///./nowhere/state.db\n"
        write(tmp_path, {"borough.yaml": borough_yaml, "sources/s.yaml": SOURCES.replace("URL", api.url), "in_2026-01-31.csv": "a\n1\n"})
        api.behave = lambda asked: Answer([{"id": 1}])
        done = borough("run", "--project", tmp_path, CRM_TOKEN="t0ken")
        assert done.code == 0, done
        assert "how sources were reached is not noted: the operational state at nowhere/state.db can't be opened" in done.out
