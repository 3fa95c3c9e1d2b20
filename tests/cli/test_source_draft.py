"""``borough source draft``: what it recognises, and that its drafts pass ``check`` and run."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path

import pytest
import yaml
from tests.ingest.little_api import Answer, little_api
from tests.small_council.council import generate

from .council import borough

TAX = """\
Account Ref,UPRN,Payer Name,Post Code,NI Number,E-mail,Band,Balance,Liable From,Liable To,Last Changed,Single Person,Lat,Notes
00{n:04},{uprn},Payer Nr {n},E17 {m}JF,AB12345{m}C,p{n}@example.org,{band},"£{n}.50",{d:02}/01/2025,{d:02}/02/2025,2025-03-{d:02} 10:{d:02},{flag},51.58,{note}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    assert borough("init", tmp_path / "council").code == 0
    for inner in ("sources", "datasets", "reports"):
        for path in (tmp_path / "council" / inner).iterdir():
            path.unlink()
    return tmp_path / "council"


def tax(rows: int = 100) -> str:
    header, row, _ = TAX.split("\n")
    lines = (row.format(n=n, uprn=100020003000 + n, m=n % 10, band="ABCD"[n % 4], d=n % 28 + 1, flag="YN"[n % 2], note="" if n % 3 else f"n{n}") for n in range(rows))
    return "\n".join((header, *lines)) + "\n"


def declared(project: Path, kind: str, name: str) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((project / kind / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def runs(project: Path, rows: int) -> None:
    """The draft passes ``check``, and every row of the sample is accepted."""
    checked = borough("check", "--project", project)
    assert (checked.code, checked.out.split(":")[0]) == (0, "no mistakes, no warnings"), checked
    ran = borough("run", "--project", project)
    assert ran.code == 0, ran
    ledger = json.loads(borough("query", "--project", project, "--json", "SELECT sum(read) AS read, sum(accepted) AS accepted FROM ledger").out)
    assert (ledger["rows"] if isinstance(ledger, dict) else ledger)[0] in ({"read": rows, "accepted": rows}, [rows, rows]), ledger


def test_what_values_look_like_becomes_a_contract(project: Path) -> None:
    (project / "tax_2025-03-31.csv").write_text(tax(), encoding="utf-8")
    drafted = borough("source", "draft", project / "tax_2025-03-31.csv", "--project", project, "--name", "revenues", "--to", "council_tax")
    assert drafted.code == 0, drafted
    source = declared(project, "sources", "revenues")
    assert source["connect"] == {"files": "tax_{extract_date:%Y-%m-%d}.csv"}
    feed = source["feeds"]["council_tax"]  # type: ignore[index] # as YAML gives it
    assert feed["map"]["uprn"] == "uprn(UPRN)"
    assert feed["map"]["post_code"] == 'postcode("Post Code")'
    assert feed["map"]["ni_number"] == 'nino("NI Number")'
    assert feed["map"]["e_mail"] == 'email("E-mail")'
    assert feed["map"]["payer_name"] == "Payer Name"
    dataset = declared(project, "datasets", "council_tax")
    assert dataset["key"] == "account_ref"
    columns: dict[str, dict[str, object]] = dataset["columns"]  # type: ignore[assignment] # as YAML gives it
    kinds = {name: column.get("type", "string") for name, column in columns.items()}
    assert kinds == {
        "account_ref": "string", "uprn": "integer", "payer_name": "string", "post_code": "string", "ni_number": "string", "e_mail": "string", "band": "string",
        "balance": "money", "liable_from": "date", "liable_to": "date", "last_changed": "timestamp", "single_person": "boolean", "lat": "number", "notes": "string",
    }  # fmt: skip
    assert columns["band"]["values"] == ["A", "B", "C", "D"]
    assert columns["lat"]["between"] == [49, 61]
    assert "required" not in columns["notes"]
    assert {name for name, column in columns.items() if column.get("classification") == "personal"} == {"payer_name", "ni_number", "e_mail"}
    assert dataset["rules"] == [{"name": "liable_to_not_before_liable_from", "check": "liable_to >= liable_from", "dimension": "consistency", "severity": "warn"}]
    runs(project, 100)


def test_odd_names_and_no_key(project: Path) -> None:
    (project / "odd.csv").write_text('from,"a|b",1st,"say ""hi""",from\nx,1,1,p,\nx,1,1,p,\nx,2,1,q,\n', encoding="utf-8")
    drafted = borough("source", "draft", project / "odd.csv", "--project", project)
    assert drafted.code == 0, drafted
    assert "note: key: no three columns tell the sample's rows apart: choose the key" in drafted.out
    assert borough("check", "--project", project).code == 0
    assert list(declared(project, "datasets", "odd")["columns"]) == ["from_value", "a_b", "n_1st", "say_hi", "from_2"]  # type: ignore[call-overload] # as YAML gives it


def test_a_folder_of_json_lines(project: Path) -> None:
    for month in (1, 2):
        folder = project / "in" / f"2025-0{month}"
        folder.mkdir(parents=True)
        (folder / "cases.jsonl").write_text("".join(json.dumps({"id": n, "where": {"ward": f"W{n}"}, "tags": [n]}) + "\n" for n in range(5)))
    drafted = borough("source", "draft", project / "in" / "2025-02" / "cases.jsonl", "--project", project)
    assert drafted.code == 0, drafted
    assert declared(project, "sources", "cases")["connect"] == {"files": "in/{extract_date:%Y-%m}/cases.jsonl"}
    assert borough("check", "--project", project).code == 0
    assert borough("run", "--project", project).code == 0


def test_an_api(project: Path) -> None:
    with little_api() as api:
        api.behave = lambda asked: Answer({"results": [{"ref": f"C{n}", "opened": "2025-02-01"} for n in range(5)], "next": None})
        drafted = borough("source", "draft", f"{api.url}/v1/cases?open=true", "--project", project)
        assert drafted.code == 0, drafted
        source = declared(project, "sources", "cases")
        assert source["connect"] == {"api": {"url": f"{api.url}/v1/"}}
        assert source["feeds"]["cases"]["resource"] == {"path": "cases", "params": {"open": "true"}}  # type: ignore[index] # as YAML gives it
        assert declared(project, "datasets", "cases")["key"] == "ref"
        runs(project, 5)


def test_a_database(project: Path) -> None:
    with sqlite3.connect(project / "housing.db") as database:
        database.execute("CREATE TABLE tenancy (tenancy_id INTEGER PRIMARY KEY, tenant TEXT, start_date TEXT)")
        database.executemany("INSERT INTO tenancy VALUES (?, ?, ?)", [(n, f"T {n}", "2025-01-02") for n in range(7)])
    database.close()
    address = f"sqlite:///{project / 'housing.db'}"
    asked = borough("source", "draft", address, "--project", project)
    assert (asked.code, "--table" in asked.err) == (2, True)
    drafted = borough("source", "draft", address, "--table", "tenancy", "--project", project)
    assert drafted.code == 0, drafted
    assert declared(project, "datasets", "tenancy")["key"] == "tenancy_id"
    runs(project, 7)


@pytest.mark.parametrize(
    "where, more, told",
    [
        ("nothing.csv", (), "nothing.csv does not exist"),
        ("mailto:x", (), "mailto:x does not exist"),
        ("dump.dat", (), "dump.dat: its ending does not tell its format"),
        ("empty.csv", (), "empty.csv: empty file"),
        ("header.csv", (), "header.csv has no records"),
        ("header.csv", ("--format", "{csv: {encodin: x}}"), "format"),
        ("header.csv", ("--table", "x"), "--table, but header.csv is no database"),
        (".", (), "files of 2 kinds"),
    ],
)  # fmt: skip
def test_what_can_not_be_drafted_is_told(where: str, more: tuple[str, ...], told: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("dump.dat", "x"), ("empty.csv", ""), ("header.csv", "a,b\n"), ("a.json", "[]")):
        (project / name).write_text(text)
    monkeypatch.chdir(project)
    got = borough("source", "draft", where, *more)
    assert got.code in (2, 3)
    assert told in got.err
    assert "Traceback" not in got.err
    assert not list((project / "sources").iterdir())


def test_files_of_a_person_are_not_replaced(project: Path) -> None:
    (project / "tax.csv").write_text(tax(30), encoding="utf-8")
    assert borough("source", "draft", project / "tax.csv", "--project", project).code == 0
    (project / "datasets" / "tax.yaml").write_text("mine")
    again = borough("source", "draft", project / "tax.csv", "--project", project)
    assert again.code == 2
    assert "is there already" in again.err
    assert (project / "datasets" / "tax.yaml").read_text() == "mine"
    assert borough("source", "draft", project / "tax.csv", "--project", project, "--force").code == 0
    printed = borough("source", "draft", project / "tax.csv", "--project", project, "--print")
    assert printed.out.startswith("# sources/tax.yaml\n")
    assert f"extract_date: {dt.datetime.now(tz=dt.UTC).date()}" in printed.out


@pytest.mark.slow
def test_every_extract_of_the_demo_can_be_drafted(project: Path, tmp_path: Path) -> None:
    generate(tmp_path / "demo", seed=3)
    extracts = sorted(p for p in (tmp_path / "demo").rglob("*") if p.suffix in (".csv", ".json", ".jsonl", ".geojson", ".parquet", ".tsv"))
    chosen = {(p.parent.name, p.suffix): p for p in extracts}
    assert len(chosen) >= 4
    for number, path in enumerate(chosen.values()):
        drafted = borough("source", "draft", path, "--project", project, "--name", f"s{number}", "--to", f"d{number}")
        assert drafted.code == 0, (path, drafted)
    checked = borough("check", "--project", project)
    assert checked.code == 0, checked


def test_what_was_found_with_real_files(project: Path) -> None:
    """Names that read like expressions, whole numbers as doubles, blanks before dates written as digits, exponents of three digits."""
    header = "Rank (where 1 is most deprived),Inspection_ID, date_of_birth,heat,ward name,health deprivation rank\n"
    (project / "odd.csv").write_text(header + "".join(f"{n},{269961 + n}.0, 19{n + 10}0{n % 9 + 1}11,6.9697e-1{n:02},W,{n}\n" for n in range(40)))
    assert borough("source", "draft", project / "odd.csv", "--project", project).code == 0
    columns: dict[str, dict[str, object]] = declared(project, "datasets", "odd")["columns"]  # type: ignore[assignment] # as YAML gives it
    assert {name: column.get("type") for name, column in columns.items()} == {
        "rank_where_1_is_most_deprived": "integer", "inspection_id": "integer", "date_of_birth": "date", "heat": "number", "ward_name": None, "health_deprivation_rank": "integer",
    }  # fmt: skip
    assert [name for name, column in columns.items() if "classification" in column] == ["date_of_birth"]
    runs(project, 40)


def test_record_types_get_names(project: Path) -> None:
    (project / "gazetteer.csv").write_text("10,NAG\n" + "".join(f"21,I,{n},{1000 + n}\n" for n in range(5)) + "24,L\n")
    assert borough("source", "draft", project / "gazetteer.csv", "--format", "{record_types: {record: 21}}", "--project", project).code == 0
    runs(project, 5)


def test_a_beginning_gives_no_list_of_values(project: Path) -> None:
    (project / "long.csv").write_text("id,kind\n" + "".join(f"{n},{'AB'[n % 2] if n < 20_000 else 'C'}\n" for n in range(20_100)))
    assert borough("source", "draft", project / "long.csv", "--project", project).code == 0
    assert declared(project, "datasets", "long")["columns"]["kind"] == {"required": True}  # type: ignore[index] # as YAML gives it
    runs(project, 20_100)


def test_an_envelope_is_told(project: Path) -> None:
    (project / "cases.json").write_text(json.dumps({"page": 1, "result": {"items": [{"id": n} for n in range(5)]}}))
    drafted = borough("source", "draft", project / "cases.json", "--project", project)
    assert "note: this is one record; the records may be in its list: --format '{json: {records: result.items}}'" in drafted.out
    again = borough("source", "draft", project / "cases.json", "--project", project, "--force", "--format", "{json: {records: result.items}}")
    assert again.code == 0, again
    assert declared(project, "datasets", "cases")["key"] == "id"
    runs(project, 5)


def test_a_password_is_not_written(project: Path) -> None:
    from borough.pipeline.drafting.places import place_of

    for address, table, written in (
        ("postgresql://reader:s3cret@host/housing", "tenancy", "postgresql://reader:${DATABASE_PASSWORD}@host/housing"),
        ("sftp://reader:s3cret@host/out/tax_2026-10-31.csv", None, "sftp://reader:${SERVER_PASSWORD}@host/out/tax_{extract_date:%Y-%m-%d}.csv"),
    ):
        place = place_of(address, project, table=table, form=None)
        assert list(place.connect.values()) == [written]
        assert "s3cret" not in str((place.connect, place.remarks))
        assert "s3cret" in str(place.sample), "a sample is read with it"
