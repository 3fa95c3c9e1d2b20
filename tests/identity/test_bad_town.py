"""What people write in the fields of names, dates and addresses, brought in through one project: nothing crashes, nothing is lost, and it is told."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from tests.cli.council import Done, borough, write
from tests.identity.town import PROJECT, Tables, deliver, town

ODD = {
    "empty": "", "blank": "   ", "letter": "X", "two_letters": "A B", "long": "Anna " + "Maria" * 60, "arabic": "محمد الأحمد", "hebrew": "דוד כהן", "chinese": "王小明",
    "tamil": "முருகன் செல்வம்", "mixed": "Nguyễn Thị Ánh", "emoji": "🏠 Landlord 😀", "only_marks": "?!. --", "zero_width": "An\u200bna Sm\u200bith", "right_to_left_mark": "\u202eAnna Smith",
    "quotes": "O'Neill \"Mac\" ; DROP TABLE", "occupier": "THE OCCUPIER", "estate": "Exors of Ada Quill (Decd)", "company": "Quill Homes Ltd", "null_word": "NULL", "number": "12345",
}  # fmt: skip


def _account(ref: str, name: str, born: str, home: dict[str, str], email: str = "") -> dict[str, str]:
    return {"ref": ref, "name": name, "born": born, "email": email, "address": home["text"], "postcode": home["postcode"], "moved_in": "2020-01-01", "moved_out": ""}


def _crowd(tables: Tables) -> None:
    """Twenty thousand with one name and the day that stands for none; six hundred with a housing office's e-mail; one whom 150 forms name."""
    homes, nowhere = list(tables["homes"].values()), {"text": "", "postcode": ""}
    for i in range(20_000):
        tables["accounts"][f"S{i}"] = _account(f"S{i}", "John Smith", "1900-01-01", nowhere, f"{i}@mail.example")
    for i in range(150):
        tables["accounts"][f"Z{i}"] = _account(f"Z{i}", "Zebedee Quillfeather", "1980-04-03", nowhere, f"zq{i}@mail.example")
    firsts, lasts = ("Abel", "Berta", "Conor", "Dilys", "Emre", "Freya", "Gwen", "Hugo", "Ines", "Jonah"), ("Ashdown", "Birkett", "Culver", "Denholm", "Eastgate", "Farrow")
    for i in range(600):
        name = f"{firsts[i % 10]} {lasts[i // 10 % 6]}{'abcdefghij'[i // 60]}"
        tables["accounts"][f"M{i}"] = _account(f"M{i}", name, "", homes[i % len(homes)], "lettings.office@mail.example")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    root = tmp_path_factory.mktemp("odd") / "town"
    write(root, PROJECT)
    write(root, {"linkages/person.yaml": "linkage: person\nlearn: never\nlargest: 100\n"})
    write(root, {"entities/person.yaml": "entity: person\ngolden:\n  date_of_birth: {from: [care, account], choose: precedence}\n  email: {from: [account]}\n"})
    tables = town(random.Random(7), homes=20)
    homes = tables["homes"]
    for word, name in ODD.items():
        tables["accounts"][f"odd-{word}"] = _account(f"odd-{word}", name, "1980-02-30" if word == "letter" else "", homes["L1"])
    for ref, name, born in (("twin1", "Ottoline Brandreth", "2001-05-06"), ("twin2", "Octavia Brandreth", "2001-05-06"), ("father", "Ambrose Tidwell", "1950-03-04"), ("son", "Ambrose Tidwell", "1982-09-11")):
        tables["accounts"][ref] = _account(ref, name, born, homes["L2"])
    tables["accounts"]["told"] = _account("told", "Winifred Quarmby-Test", "1970-01-02", homes["L3"], "w.quarmby@mail.example")
    tables["care"]["told"] = {"case": "told", "client": "Winifred Quarmby-Test", "born": "1970-01-03", "address": homes["L3"]["text"], "postcode": homes["L3"]["postcode"], "opened": "2024-05-06"}
    homes["twice"] = {**homes["L5"], "line": "twice"}  # one UPRN, two lines
    homes["clash"] = {**homes["L6"], "line": "clash", "uprn": "777777"}  # one address, two UPRNs
    tables["accounts"]["at_twice"] = _account("at_twice", "Perpetua Undercliffe", "1966-07-08", homes["twice"])
    tables["accounts"]["at_clash"] = _account("at_clash", "Leopold Undercliffe", "1969-07-08", homes["clash"])
    tables["accounts"]["nowhere"] = _account("nowhere", "Hester Vane", "1969-07-09", {"text": "🏚 ؟؟ " + "x" * 5000, "postcode": "not one"})
    _crowd(tables)
    return root, deliver(root, "2026-03-01", tables)


def _rows(root: Path, sql: str, purpose: str = "engineering") -> list[dict[str, Any]]:
    done = borough("query", sql, "-p", root, "--purpose", purpose, "--json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = done.json
    return found


def test_it_runs_and_no_row_is_lost(odd: tuple[Path, Done]) -> None:
    root, done = odd
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert len(_rows(root, "SELECT ref FROM account WHERE ref LIKE 'odd-%'")) == len(ODD)


def test_who_is_nobody_is_nobody(odd: tuple[Path, Done]) -> None:
    root, _ = odd
    people = {r["ref"]: r["person"] for r in _rows(root, "SELECT ref, person FROM account WHERE ref LIKE 'odd-%'")}
    for word in ("empty", "blank", "occupier", "company", "only_marks"):
        assert people[f"odd-{word}"] is None, word
    for word in ("arabic", "hebrew", "chinese", "tamil", "mixed", "estate", "long"):
        assert people[f"odd-{word}"] is not None, word
    assert len({people[f"odd-{word}"] for word in ("arabic", "hebrew", "chinese", "tamil", "mixed")}) == 5


def test_people_who_are_alike_stay_apart(odd: tuple[Path, Done]) -> None:
    root, _ = odd
    people = {r["ref"]: r["person"] for r in _rows(root, "SELECT ref, person FROM account WHERE ref IN ('twin1', 'twin2', 'father', 'son')")}
    assert len(set(people.values())) == 4


def test_a_day_that_stands_for_none_makes_nobody_one(odd: tuple[Path, Done]) -> None:
    root, _ = odd
    ((largest,),) = [tuple(r.values()) for r in _rows(root, "SELECT max(n) AS n FROM (SELECT person, count(*) AS n FROM account WHERE ref LIKE 'M%' GROUP BY person)")]
    assert largest < 50, "six hundred with the lettings office's address are not one"


def test_blocks_and_clusters_that_are_too_large_are_told(odd: tuple[Path, Done]) -> None:
    root, done = odd
    assert "too large to compare (the largest: 20,0" in done.out
    assert "hung together as one person" in done.out
    events = {r["event"] for r in _rows(root, "SELECT event FROM identity_event")}
    assert {"capped", "stopped"} <= events


def test_a_gazetteer_with_one_uprn_twice_and_one_address_of_two(odd: tuple[Path, Done]) -> None:
    root, _ = odd
    found = {r["ref"]: r["property"] for r in _rows(root, "SELECT ref, property FROM account WHERE ref IN ('at_twice', 'at_clash', 'nowhere')")}
    assert found["at_twice"] == 1005
    assert found["at_clash"] is None or found["at_clash"] in (1006, 777777)
    assert found["nowhere"] is None


def test_golden_values_come_from_whom_the_project_trusts_most(odd: tuple[Path, Done]) -> None:
    root, _ = odd
    ((person,),) = [tuple(r.values()) for r in _rows(root, "SELECT person FROM account WHERE ref = 'told'")]
    (shown,) = _rows(root, f"SELECT date_of_birth, email FROM person WHERE person = {person}")
    assert shown["email"] == "w.quarmby@mail.example"
    values = _rows(root, f"SELECT value, dataset, chosen FROM person_value WHERE person = {person} AND attribute = 'date_of_birth'", "care")
    assert {(v["dataset"], v["value"]) for v in values} == {("account", "1970-01-02"), ("care", "1970-01-03")}, "the value that is not chosen stays to be seen"
    # What a special source says is chosen for nobody: it would tell that the source knows them.
    assert shown["date_of_birth"] == "1970-01-02"


def test_who_may_not_see_care_sees_no_sign_of_it(odd: tuple[Path, Done]) -> None:
    root, _ = odd
    shown = borough("identity", "review", "-p", root, "--limit", "5000", "--json")
    assert shown.code == 0, shown.err
    assert "care:" not in shown.out
    for words in (("explain", "account:told", "care:told"), ("decide", "account:told", "care:told", "same", "--why", "x")):
        refused = borough("identity", *words, "-p", root)
        assert words[0] == "decide" or refused.code == 2, "what may not be seen can't be explained"
        assert "1970-01-03" not in refused.out + refused.err
    ((person,),) = [tuple(r.values()) for r in _rows(root, "SELECT person FROM account WHERE ref = 'told'")]
    assert "care:" not in borough("identity", "story", str(person), "-p", root).out
    assert "care:told" in borough("identity", "story", str(person), "-p", root, "--purpose", "care").out
    assert borough("identity", "explain", "account:told", "care:told", "-p", root, "--purpose", "care").code == 0


def test_lookups_of_odd_things(odd: tuple[Path, Done]) -> None:
    root, _ = odd
    for words in (("--name", "王小明"), ("--name", "O'Neill"), ("🏚",), ("1 Brook Road, Testmere NM1 1AB", "--why"), ("",), ("--name", "Ambrose Tidwell", "--born", "1982-09-11")):
        done = borough("identity", "find", *words, "-p", root)
        assert done.code in (0, 2), done.err
        assert "Traceback" not in done.err
    found = borough("identity", "find", "--name", "Ambrose Tidwell", "--born", "1982-09-11", "-p", root, "--json").json
    assert found[0]["date_of_birth"] == "1982-09-11"
    nearest = borough("identity", "find", "1 Brook Road, Testmere NM1 1AB", "--why", "-p", root, "--json").json
    assert any(home["answer"] and home["uprn"] == 1000 for home in nearest)
    assert borough("identity", "find", "--name", "!!", "-p", root).code == 2
