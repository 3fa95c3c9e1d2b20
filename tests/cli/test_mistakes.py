"""A project with twenty planted mistakes: check finds them all, each in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from .council import NOW, Done, borough, write

# «n» marks the place of mistake n: it is taken out before the file is written.
FILES = {
    "borough.yaml": """\
borough: Faulty
lake: ./lake
«1»lakes: ./lake
engine: «2»duckbd
maintenance:
  keep_runs: «3»0
""",
    "sources/one.yaml": """\
source: one
connect: {files: "data/{extract_date:%Y-%m-%d}.csv"}
feeds:
  people:
    delivers: «4»fulll
    columns: [ID, Name, Born, House]
    to: person
    map:
      id: ID
      name: «5»txet(Name)
      born: uk_date(«6»Borne)
      «7»nmae: Name
  houses:
    delivers: full
    columns: [UPRN, Address]
    to: «8»hous
    map: {uprn: uprn(UPRN)}
  more:
    delivers: full
    on_new_column: «9»ad
    columns: [ID, Name]
    to: person
    map:
      id: ID +«10»
      name: Name
""",
    "sources/two.yaml": """\
source: «11»one
connect: {files: "data/two.csv"}
feeds:
  f: {delivers: append, columns: [a]}
""",
    "datasets/person.yaml": """\
dataset: person
key: «12»idd
columns:
  id: {type: «13»integr, required: true}
  name: {type: string, classification: «14»secret}
  born: {type: date, «15»between: [2020-01-01, 1900-01-01]}
  house: {type: integer, references: «16»house.uprm}
rules:
  - {name: born_before_now, check: «17»borm < name, dimension: validity}
  - {name: named, check: name IS NOT NULL, dimension: «18»completness}
""",
    "datasets/house.yaml": """\
dataset: house
key: uprn
columns:
  uprn: {type: integer, required: true}
  address: {type: string}
""",
    "reports/a.sql": "SELECT name FROM «19»persn\n",
    "reports/b.sql": "SELECT uprn, «20»addres FROM house\n",
}


def _planted() -> tuple[dict[str, str], dict[int, str]]:
    import re

    files, places = {}, {}
    for name, text in FILES.items():
        while found := re.search(r"«(\d+)»", text):
            before = text[: found.start()]
            places[int(found[1])] = f"{name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
            text = before + text[found.end() :]
        files[name] = text
    return files, places


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    project = write(tmp_path_factory.mktemp("faulty"), _planted()[0])
    return project, borough("check", "--project", project)


@pytest.mark.parametrize("number", sorted(_planted()[1]))
def test_each_mistake_is_told_in_its_place(faulty: tuple[Path, Done], number: int) -> None:
    place = _planted()[1][number]
    assert any(line.startswith(f"error: {place}: found ") for line in faulty[1].out.splitlines()), f"{number} at {place}\n{faulty[1].out}"


def test_all_in_one_go_with_exit_code_1(faulty: tuple[Path, Done]) -> None:
    assert faulty[1].code == 1
    assert len(_planted()[1]) == 20
    nearest = ("lake", "duckdb", "full", "text", "Born", "name", "house", "add", "integer", "completeness", "person", "address")
    assert not [word for word in nearest if f"did you mean '{word}'?" not in faulty[1].out]


def test_a_run_and_a_plan_refuse_before_any_data_is_touched(faulty: tuple[Path, Done]) -> None:
    for command in ("run", "plan"):
        done = borough(command, "--project", faulty[0])
        assert done.code == 1
        assert "nothing was read or written" in done.err and done.out == ""
    assert not (faulty[0] / "lake").exists()


def test_as_json(faulty: tuple[Path, Done]) -> None:
    found = borough("check", "--json", "--project", faulty[0]).json["mistakes"]
    assert {f"{m['file']}:{m['line']}:{m['column']}" for m in found} >= set(_planted()[1].values())


def test_warnings_alone_end_with_0(tmp_path: Path) -> None:
    project = write(
        tmp_path,
        {
            "borough.yaml": "borough: Warned\n",
            "sources/s.yaml": "source: s\nconnect: {files: 'data/{extract_date:%Y-%m-%d}.json'}\nfeeds:\n  f: {delivers: full, to: d, map: {id: id, name: nmae}}\n",
            "datasets/d.yaml": "dataset: d\nkey: id\ncolumns: {id: {type: integer}, name: {type: string}}\n",
            "data/2026-01-01.json": '[{"id": 1, "name": "Ann"}]',
        },
    )
    done = borough("check", "--project", project)
    assert done.code == 0, done.out
    assert "warning: sources/s.yaml:4:" in done.out and "did you mean 'name'?" in done.out


def test_a_changed_mapping_that_names_a_column_no_file_has_derives_nothing(tmp_path: Path) -> None:
    """It would empty the column: the run refuses before anything is written, as ``check`` does."""
    project = tmp_path / "typo"
    assert borough("init", project).code == 0
    assert borough("run", "--project", project, "--now", NOW).code == 0
    source = project / "sources" / "licensing.yaml"
    source.write_text(source.read_text().replace("Issued on", "Isued on"))
    done = borough("run", "--project", project)
    assert done.code == 1 and "unknown column 'Isued on'" in done.err and "did you mean 'Issued on'?" in done.err
    assert borough("query", "SELECT count(*) AS n FROM licence WHERE issued IS NULL", "--format", "json", "--project", project).json == [{"n": 0}]


def test_what_follows_from_a_file_that_cannot_be_read_is_not_told(tmp_path: Path) -> None:
    project = tmp_path / "quotes"
    assert borough("init", project).code == 0
    source = project / "sources" / "licensing.yaml"
    source.write_text(source.read_text() + '\n    broken: "A b" | "C d"\n')
    done = borough("check", "--project", project)
    assert done.code == 1 and "single quotes around the whole value" in done.out
    assert done.out.count("error:") == 1 and "which no feed fills" not in done.out


def test_a_release_of_nothing_commits_nothing(tmp_path: Path) -> None:
    project = tmp_path / "nothing"
    assert borough("init", project).code == 0
    assert borough("run", "--project", project, "--now", NOW).code == 0
    done = borough("run", "--release", "licensing.licences", "--project", project)
    assert done.code == 0 and done.out.startswith("nothing new") and "nothing is held" in done.out
