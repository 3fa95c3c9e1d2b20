"""Every command, through the door that people use: what it prints where, as what, and how it ends."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .council import BIN, NOW, Done, borough, process, rows, write

TOTALS = "SELECT street, reports FROM streets_at_a_glance ORDER BY street"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("council") / "little"
    assert borough("init", project).code == 0
    return project


@pytest.fixture(scope="module")
def planned(fresh: Path) -> tuple[Done, Done]:
    """The plans of a project that never ran."""
    return borough("plan", "--project", fresh), borough("plan", "--json", "--project", fresh)


@pytest.fixture(scope="module")
def first(fresh: Path, planned: tuple[Done, Done]) -> Done:
    return borough("run", "--project", fresh, "--now", NOW)


@pytest.fixture(scope="module")
def little(fresh: Path, first: Done) -> Path:
    assert first.code == 0, first.err
    return fresh


def test_the_plan_of_a_fresh_project(planned: tuple[Done, Done]) -> None:
    text, machine = planned
    assert text.code == 0 and "receive and standardise" in text.out and "borough plan --sql" in text.out
    nodes = {n["name"]: n for n in machine.json}
    assert list(nodes) == ["licensing.licences", "streets.reports", "streets_at_a_glance"]
    assert nodes["licensing.licences"]["files"] == 2 and nodes["licensing.licences"]["size"] > 0
    assert "SELECT" in nodes["licensing.licences"]["sql"]


def test_a_run_prints_its_ledger_and_its_progress_elsewhere(first: Done) -> None:
    assert first.out.startswith("run 1 is published")
    assert "Ledger: read = accepted + unchanged + superseded + quarantined + held" in first.out
    assert "receiving 2 files" in first.err and "rows/s" in first.err and "Ledger" not in first.err


def test_a_second_run_finds_nothing(little: Path) -> None:
    done = borough("run", "--project", little)
    assert (done.code, done.out, done.err) == (0, "nothing new: no file, no declaration changed since the last run; nothing was committed\n", "")
    assert "nothing to do" in borough("plan", "--project", little).out


def test_project_before_or_after_and_from_inside(little: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = borough("--project", little, "tables"), borough("tables", "-p", little)
    monkeypatch.chdir(little)
    assert before.code == after.code == 0
    assert before.out == after.out == borough("tables").out
    assert borough("--json", "tables").json == borough("tables", "--json").json


def test_tables(little: Path) -> None:
    listed = {t["name"]: t for t in borough("tables", "--json", "--project", little).json}
    assert {name: t["kind"] for name, t in listed.items()} == {"licence": "dataset", "street_report": "dataset", "streets_at_a_glance": "report"}
    for name, table in listed.items():
        assert table["rows"] == rows(little, f"SELECT count(*) AS n FROM {name}")[0]["n"]


def test_a_query_in_each_format(little: Path, tmp_path: Path) -> None:
    as_json = borough("query", TOTALS, "--format", "json", "--project", little).json
    as_csv = list(csv.DictReader(io.StringIO(borough("query", TOTALS, "--format", "csv", "--project", little).out)))
    assert [{k: str(v) for k, v in row.items()} for row in as_json] == as_csv
    table = borough("query", TOTALS, "--project", little).out
    assert table.endswith(f"{len(as_json)} rows\n") and all(row["street"] in table for row in as_json)
    done = borough("query", TOTALS, "--format", "parquet", "--to", tmp_path / "a.parquet", "--project", little)
    assert (done.code, done.out, done.err) == (0, "", f"{len(as_json)} rows in {tmp_path / 'a.parquet'}\n")
    assert (tmp_path / "a.parquet").read_bytes()[:4] == b"PAR1"


def test_json_knows_no_infinity(little: Path) -> None:
    sql = "SELECT CAST('NaN' AS DOUBLE) AS a, CAST('1.50' AS DECIMAL(18,2)) AS b, true AS c, DATE '2026-01-31' AS d"
    done = borough("query", sql, "--format", "json", "--project", little)
    assert done.json == [{"a": None, "b": 1.5, "c": True, "d": "2026-01-31"}]
    assert borough("query", sql, "--format", "csv", "--project", little).out == "a,b,c,d\n,1.50,true,2026-01-31\n"


def test_a_query_from_standard_input_as_parquet_to_standard_output(little: Path) -> None:
    command = [str(BIN / "borough"), "query", "-", "--format", "parquet", "--project", str(little)]
    done = subprocess.run(command, input=TOTALS.encode(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout[:4] == done.stdout[-4:] == b"PAR1"


def test_a_reader_that_goes_away_is_no_error(little: Path) -> None:
    command = f"'{BIN / 'borough'}' query 'SELECT a.* FROM ledger a, ledger b, ledger c, ledger d, ledger e, ledger f, ledger g' --format csv --project '{little}' | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("run,feed") and done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_show_and_schema(little: Path, tmp_path: Path) -> None:
    shown = borough("show", "licence", "--rows", "2", "--json", "--project", little).json
    assert shown["name"] == "licence" and len(shown["rows"]) == 2
    assert borough("show", "ledger", "--project", little).code == 0
    written = borough("schema", "--to", tmp_path, "--json", "--project", little).json["files"]
    assert {Path(f).name for f in written} == {f"{name}.schema.json" for name in ("borough", "dataset", "dna", "entity", "licensing", "linkage", "model", "page", "source")}


def test_lineage_comes_from_the_compiled_plan(little: Path) -> None:
    done = borough("lineage", "streets_at_a_glance.reports", "--json", "--project", little)
    assert done.json[0]["from"] == "streets_at_a_glance.reports" and done.json[0]["depth"] == 0
    assert any(s["from"] == "streets.reports:id" or s["from"].startswith("street_report") for s in done.json[1:])
    table = borough("lineage", "licence", "--project", little)
    assert table.code == 0 and "licensing.licences:" in table.out and "←" in table.out


def test_compact_and_vacuum(little: Path) -> None:
    assert borough("compact", "--project", little).out.startswith("nothing to do")
    assert borough("vacuum", "--dry-run", "--project", little).out.startswith("would delete 0 files")
    report = borough("vacuum", "--dry-run", "--json", "--project", little).json
    assert (report["files"], report["dry_run"]) == (0, True)
    assert borough("compact", "--json", "--project", little).json["run"] is None


def test_check_of_a_good_project(little: Path) -> None:
    done = borough("check", "--project", little)
    assert (done.code, done.out) == (0, "no mistakes, no warnings: 2 sources, 2 feeds, 2 datasets, 1 report\n")
    assert borough("check", "--json", "--project", little).json == {"mistakes": []}


def test_a_changed_mapping_shows_its_cost_and_select_keeps_to_it(little: Path, tmp_path: Path) -> None:
    project = shutil.copytree(little, tmp_path / "changed")
    source = project / "sources/licensing.yaml"
    source.write_text(source.read_text().replace("unknown: [n/k]", "unknown: [n/k, nobody]"))
    nodes = {n["name"]: n for n in borough("plan", "--json", "--project", project).json}
    read = rows(project, "SELECT CAST(sum(read) AS BIGINT) AS n FROM ledger WHERE feed = 'licensing.licences'")[0]["n"]
    assert nodes["licensing.licences"]["would"] == "derive again: the declaration changed"
    assert nodes["licensing.licences"]["rows"] == read
    assert nodes["streets.reports"]["would"] == "nothing"
    assert borough("run", "--select", "streets", "--project", project).out.startswith("nothing new")
    only = borough("run", "--select", "licensing", "--json", "--project", project)
    assert only.code == 0 and {line["feed"] for line in only.json["ledger"]} == {"licensing.licences"} and only.err == ""
    assert {line["cause"] for line in only.json["ledger"]} == {"declaration"}


def test_what_was_not_selected_is_made_in_the_next_run(little: Path, tmp_path: Path) -> None:
    project = shutil.copytree(little, tmp_path / "partly")
    before = {r["street"]: r["reports"] for r in rows(project, TOTALS)}
    pothole = '[{"id": 900, "category": "pothole", "place": {"street": "Mill Lane"}, "reported": "2026-03-17", "fixed": null}]'
    write(project, {"data/streets/reports_2026-03.json": pothole})
    assert borough("run", "--select", "streets", "--project", project).code == 0
    assert {r["street"]: r["reports"] for r in rows(project, TOTALS)} == before
    plan = {n["name"]: n["would"] for n in borough("plan", "--json", "--project", project).json}
    assert plan == {"licensing.licences": "nothing", "streets.reports": "nothing", "streets_at_a_glance": "make"}
    assert borough("run", "--select", "licensing", "--project", project).out.startswith("nothing new")
    assert borough("run", "--project", project).code == 0
    assert {r["street"]: r["reports"] for r in rows(project, TOTALS)} == {**before, "Mill Lane": before["Mill Lane"] + 1}
    assert borough("run", "--project", project).out.startswith("nothing new")


@pytest.mark.parametrize(
    ("word", "nodes"),
    [
        ("streets", ["streets.reports"]),
        ("licence", ["licensing.licences"]),
        ("streets+", ["streets.reports", "streets_at_a_glance"]),
        ("+streets_at_a_glance", ["licensing.licences", "streets.reports", "streets_at_a_glance"]),
        ("streets_at_a_glance", ["streets_at_a_glance"]),
    ],
)
def test_select(little: Path, word: str, nodes: list[str]) -> None:
    assert [n["name"] for n in borough("plan", "--select", word, "--json", "--project", little).json] == nodes


# Words → exit code, what the error says.
WRONG: list[tuple[list[str], int, str]] = [
    (["tabels"], 2, "Did you mean 'tables'?"),
    (["run", "--selct", "x"], 2, "--select"),
    (["run", "--select", "licencing"], 2, "did you mean 'licensing'?"),
    (["run", "--now", "yesterday"], 2, "write 2026-10-31"),
    (["plan", "--select", "stret"], 2, "did you mean 'streets"),
    (["query", "SELECT * FROM licens"], 2, "did you mean 'licence'?"),
    (["query", "SELECT stret FROM street_report"], 2, "did you mean 'street'?"),
    (["query", "DELETE FROM licence"], 2, "expected a SELECT"),
    (["query", "SELECT 1 AS a", "--format", "xml"], 2, "'parquet'"),
    (["query", "SELECT 1 AS a", "--as-of", "31/10/2026"], 2, "write it as 2026-10-31"),
    (["show", "licens"], 2, "did you mean 'licence'?"),
    (["history", "licens", "1"], 2, "did you mean 'licence'?"),
    (["history", "licence"], 2, "KEY"),
    (["history", "licence", "a", "b"], 2, "has the key licence; 2 values were given"),
    (["history", "licence", "HL-9999"], 2, "never had the key HL-9999"),
    (["history", "streets_at_a_glance", "x"], 2, "it has no history of its own"),
    (["quality", "licens"], 2, "did you mean 'licence'?"),
    (["lineage", "licens"], 2, "did you mean 'licence'?"),
    (["lineage", "licence.stret"], 2, "did you mean 'street'?"),
    (["quarantine", "list", "licens"], 2, "did you mean 'licence'?"),
    (["quarantine", "show", "12"], 2, "an id looks like 12:345"),
    (["quarantine", "show", "99:1"], 2, "row 99:1 is not in quarantine"),
    (["quarantine", "correct", "99:1", "a=b"], 2, "row 99:1 is not in quarantine"),
    (["quarantine", "replay", "licencing"], 2, "did you mean 'licensing'?"),
]


@pytest.mark.parametrize(("words", "code", "says"), WRONG, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_wrong_usage_is_told_on_standard_error(little: Path, words: list[str], code: int, says: str) -> None:
    done = borough("--project", little, *words)
    assert done.code == code, done.err
    assert says in " ".join(done.err.split()), done.err
    assert done.out == "" and "Traceback" not in done.err


def test_no_project(tmp_path: Path) -> None:
    for words in (["tables"], ["run"], ["plan"], ["check"], ["query", "SELECT 1"], ["quarantine", "list"], ["lineage", "x"], ["compact"], ["vacuum"]):
        done = borough(*words, "--project", tmp_path)
        assert done.code == 2, words
        assert "has no borough.yaml" in done.err and "borough init" in done.err
    assert not list(tmp_path.iterdir())


def test_before_the_first_run(tmp_path: Path) -> None:
    assert borough("init", tmp_path / "new", "--json").json["files"] > 5
    for words in (["query", "SELECT * FROM licence"], ["show", "licence"], ["history", "licence", "x"], ["quality"], ["quarantine", "list"], ["quarantine", "replay"]):
        done = borough(*words, "--project", tmp_path / "new")
        assert done.code == 2 and "nothing is published yet" in done.err, words
    assert "nothing is published yet" in borough("tables", "--project", tmp_path / "new").out
    assert borough("lineage", "licence", "--project", tmp_path / "new").code == 0


def test_another_writer_ends_with_4_and_readers_go_on(little: Path, tmp_path: Path) -> None:
    import datetime as dt

    from borough.lake.lake import Lake

    project = shutil.copytree(little, tmp_path / "busy")
    write(project, {"data/streets/reports_2026-03.json": "[]"})
    with Lake(str(project / "lake")).writer(now=dt.datetime.now(dt.UTC), holder="another run"):
        done = borough("run", "--project", project)
        assert done.code == 4 and "another run" in done.err and "advice:" in done.err
        assert rows(project, TOTALS)


def test_init_and_demo_keep_to_empty_folders(little: Path) -> None:
    for words in (["init"], ["demo", "generate"]):
        done = borough(*words, little)
        assert done.code == 2 and "not empty" in done.err, words


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("borough --project {} show lic", ["licence"]),
        ("borough history --project {} str", ["street_report", "streets_at_a_glance"]),
        ("borough --project {} run --select +stre", ["+street_report", "+streets", "+streets.reports", "+streets_at_a_glance"]),
        ("borough --project {} quarantine replay lice", ["licence", "licensing", "licensing.licences"]),
        ("borough --project {} quarantine list st", ["street_report", "streets_at_a_glance"]),
        ("borough --project {} lineage licence.st", ["licence.street"]),
        ("borough qua", ["quality", "quarantine"]),
    ],
)
def test_the_shell_completes_names(little: Path, line: str, offered: list[str]) -> None:
    words = line.format(little)
    completion = {"_BOROUGH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    done = process(**completion)
    found = [word.split(",")[-1] for word in done.out.split()]
    assert [w for w in found if w.startswith(words.split()[-1])] == offered, done


def test_an_interrupted_command_ends_with_130(monkeypatch: pytest.MonkeyPatch, little: Path) -> None:
    from borough.cli import context

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(context, "folder", interrupted)
    assert borough("plan", "--project", little).code == 130


def test_what_nobody_expected_ends_with_70_without_a_traceback(monkeypatch: pytest.MonkeyPatch, little: Path) -> None:
    from borough.cli import context

    def broken(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(context, "folder", broken)
    monkeypatch.delenv("BOROUGH_DEBUG", raising=False)
    done = borough("plan", "--project", little)
    assert done.code == 70 and "ValueError: a bug" in done.err and "Traceback" not in done.err


def test_the_structured_log_has_events_without_rows(little: Path) -> None:
    import json

    events = [json.loads(line) for line in (little / ".borough/log.jsonl").read_text().splitlines()]
    assert {"run begins", "step begins", "step done"} <= {e["event"] for e in events}
    assert "HL-0001" not in (little / ".borough/log.jsonl").read_text()
    assert os.access(little / "lake/audit", os.X_OK)
