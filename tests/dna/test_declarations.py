"""A mistake in an attribute is found by ``check``, before any data is touched, and told where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.council import borough, write
from tests.dna.world import PROJECT

_HEAD = "dna: life\nentity: property\nattributes:\n  one: {title: T, meaning: M., "
_FINE = "from: event, count: true}\n"
PERSONAL = "dataset: bill\nclassification: personal\nkey: bill\nknown: issued\ncolumns:\n  bill: {type: string}\n  uprn: {type: integer}\n  issued: {type: date}\naddress: {uprn: uprn}\n"
SPECIAL = PERSONAL.replace("bill\nclass", "care\nclass").replace("personal", "special").replace("issued: {type: date}", "issued: {type: date, purposes: [care]}").replace("uprn: {type: integer}", "uprn: {type: integer, purposes: [care]}")
PURPOSES = "borough: Testmere\npurpose: work\npurposes:\n  work: {title: Work, permits: [public, internal, personal]}\n  open: {title: Open, permits: [public]}\n  care: {title: Care, permits: [public, internal, personal, special]}\n"


def check(root: Path, dna: str, **files: str) -> str:
    more = {"borough.yaml": PURPOSES, "datasets/bill.yaml": PERSONAL, "datasets/care.yaml": SPECIAL}
    write(root, {**PROJECT, **more, "dna/life.yaml": dna, **files})
    done = borough("check", "-p", root)
    assert "Traceback" not in done.err + done.out
    return done.out + done.err


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("from: home, by: uprn, count: true, on: built, window: last 3 years}", "dna/life.yaml:4:"),
        ("from: account, by: band, count: true}", "what tells the property of a row of account: nothing does"),
        ("from: home, by: uprn, fact: kind, window: last 3 years}", "a window over home, of whose rows it is not known when they were known; expected `known:` in the dataset home"),
        ("from: event, rate: month}", "a rate without `window:`"),
        ("from: event, trend: true}", "a trend without `window:`"),
        ("from: event, count: true, window: last three years}", "last 3 years"),
        ("from: event, count: true, sum: amount}", "found `count` and `sum`; expected exactly one of"),
        ("from: event}", "found no kind; expected exactly one of"),
        ("count: true}", "a count without `from:`"),
        ("from: evnt, count: true}", "unknown dataset 'evnt'; expected a dataset, or `appearance`"),
        ("from: event, by: adress, count: true}", "did you mean 'address'?"),
        ("from: event, sum: category}", "the sum of a string; expected a number"),
        ("from: event, sum: amout}", "did you mean 'amount'?"),
        ("from: event, where: amount + 1, count: true}", "found money; expected boolean"),
        ("from: event, count: true, on: category}", "found a string; expected a date; uk_date(…) reads one from text"),
        ("from: event, fact: category, missing: 3.5, window: last 1 day, on: entered}", "no mistakes"),
        ("from: event, sum: amount, missing: none}", "'none' for a missing money; expected a number"),
        ("from: bill, count: true}", "an attribute made from personal data (bill) without a purpose; expected `purposes:`"),
        ("from: bill, count: true, purposes: [wrk]}", "did you mean 'work'?"),
        ("from: bill, count: true, purposes: [open]}", "the purpose open, which permits public, for the attribute 'one', which is personal"),
        ("from: bill, count: true, purposes: [work]}", "no mistakes"),
        ("from: care, count: true, purposes: [work], sensitivity: personal}", "the purpose work for an attribute made from care.uprn, which is special and for care"),
        ("from: care, count: true, purposes: [care], sensitivity: internal}", "internal for an attribute made from special data; expected personal or special"),
        ("from: care, count: true, purposes: [care], sensitivity: personal}", "no mistakes"),
        ("formula: two + 1}", "unknown attribute 'two'; expected an attribute, its flag (NAME_missing) or as_of"),
        ("formula: one + 1}", "a cycle of attributes: one → one"),
        ("formula: as_of}\n  two: {title: T, meaning: M., formula: one + 1}", "dna/life.yaml:5:"),
        ("from: event, formula: as_of}", "`from:` with `formula`"),
        ("neighbours: {by: street, take: mean}}", "unknown attribute 'street'"),
        ("formula: as_of}\n  two: {title: T, meaning: M., neighbours: {by: one, take: sum}}", "`take: sum` without `of:`"),
        ("formula: as_of}\n  two: {title: T, meaning: M., neighbours: {by: one, take: sum, of: one}}", "the sum of one, a date; expected a number"),
        ("score: {weights: {two: 1}}}", "unknown attribute 'two'"),
        ("score: {}}", "weights"),
        ("count: true, from: event}\n  one_missing: {title: T, meaning: M., from: event, count: true}", "the name 'one_missing', which another column has"),
        ("from: appearance, by: household, distinct: person}", "what tells the property of a row of appearance: property"),
        ("from: appearance, distinct: persn, purposes: [work]}", "did you mean 'person'?"),
        ("from: spell, fact: account.bnd}", "did you mean 'account.band'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, attribute: str, said: str) -> None:
    assert said in check(tmp_path, f"{_HEAD}{attribute}\n")


def test_an_attribute_is_declared_once(tmp_path: Path) -> None:
    out = check(tmp_path, _HEAD + _FINE, **{"dna/more.yaml": "dna: more\nentity: property\nattributes:\n  one: {title: T, meaning: M., from: event, count: true}\n"})
    assert "the attribute 'one' of property a second time; expected one declaration (the first is at dna/life.yaml:4:" in out


@pytest.mark.parametrize(
    ("entity", "said"),
    [
        ("entity: building\ndataset: home\n", "`dataset:` and `key:`"),
        ("entity: building\ndataset: hme\nkey: uprn\n", "did you mean 'home'?"),
        ("entity: building\ndataset: home\nkey: uprnn\n", "did you mean 'uprn'?"),
        ("entity: building\ndataset: home\nkey: uprn\nwhere: kind + 1\n", "entities/building.yaml:4:"),
        ("entity: person\ndataset: home\nkey: uprn\n", "`dataset:` of the entity person"),
        ("entity: building\ndataset: event\nkey: day\n", "a column of type integer or string"),
    ],
)
def test_an_entity_of_the_projects_own_has_a_dataset_and_a_key(tmp_path: Path, entity: str, said: str) -> None:
    name = entity.partition("\n")[0].removeprefix("entity: ")
    assert said in check(tmp_path, _HEAD + _FINE, **{f"entities/{name}.yaml": entity})


def test_an_unknown_entity_is_told(tmp_path: Path) -> None:
    out = check(tmp_path, (_HEAD + _FINE).replace("property", "propety"))
    assert "unknown entity 'propety'" in out and "person, property; entities/NAME.yaml declares another; did you mean 'property'?" in out


def test_a_dataset_that_the_project_lacks_is_named_with_what_brings_it_and_the_rest_computes(tmp_path: Path) -> None:
    dna = _HEAD + _FINE + "  asb: {title: ASB, meaning: M., from: asb_case, count: true, on: reported, window: last 1 year}\n  both: {title: Both, meaning: M., formula: one + asb}\n"
    out = check(tmp_path, dna)
    assert "dna/life.yaml:5:" in out and "the dataset 'asb_case', which the project has not: attributes made from it are empty; expected `borough source add asb` brings it" in out
    write(tmp_path, {f"data/{n}_2024-01-10.csv": t for n, t in {"homes": "uprn,street,kind\n1,A,house\n", "events": "event,uprn,day,category,amount,score,entered\nE,1,2024-01-01,x,,,2024-01-01\n"}.items()})
    assert borough("run", "-p", tmp_path, "--now", "2024-01-10T18:00:00Z").code == 3, "other feeds have no file"
    rows = borough("query", "SELECT one, asb, asb_missing, both, both_missing FROM property_dna", "-p", tmp_path, "--json").json
    assert rows == [{"one": 1, "asb": None, "asb_missing": True, "both": None, "both_missing": True}]
    shown = borough("dna", "show", "property", "1", "-p", tmp_path).out
    assert "ASB: not known: the project has no asb_case" in shown


def test_an_entity_of_the_projects_own_has_dna(tmp_path: Path) -> None:
    """Another city's buildings, by a key that is a text."""
    write(
        tmp_path,
        {
            "borough.yaml": "borough: Elsewhere\n",
            "entities/building.yaml": "entity: building\ndataset: lot\nkey: bin\nwhere: floors > 0\n",
            "datasets/lot.yaml": "dataset: lot\nkey: bin\ncolumns:\n  bin: {type: string}\n  floors: {type: integer}\n",
            "datasets/violation.yaml": "dataset: violation\nkey: id\nknown: issued\ncolumns:\n  id: {type: string}\n  bin: {type: string}\n  issued: {type: date}\n  serious: {type: boolean}\n",
            "sources/city.yaml": (
                "source: city\nfeeds:\n  lots: {files: 'lots_{extract_date:%Y-%m-%d}.csv', delivers: full, to: lot, map: {bin: bin, floors: floors}}\n"
                "  violations: {files: violations.csv, delivers: append, to: violation, map: {id: id, bin: bin, issued: issued, serious: serious}}\n"
            ),
            "dna/lots.yaml": (
                "dna: lots\nentity: building\nfrom: violation\nattributes:\n  serious_1y: {title: T, meaning: M., by: bin, where: serious, count: true, on: issued, window: last 1 year}\n"
                "  floors: {title: T, meaning: M., from: lot, by: bin, fact: floors}\n"
            ),
            "lots_2024-01-01.csv": "bin,floors\nB1,3\nB2,\nB3,1\n",
            "violations.csv": "id,bin,issued,serious\n1,B1,2024-02-01,true\n2,B1,2024-03-01,true\n3,B1,2022-03-01,true\n4,B2,2024-02-01,true\n",
        },
    )
    done = borough("run", "-p", tmp_path, "--now", "2024-06-01T18:00:00Z")
    assert done.code == 0, done.err
    rows = borough("query", "SELECT building, serious_1y, serious_1y_missing, floors FROM building_dna ORDER BY building", "-p", tmp_path, "--json").json
    assert rows == [{"building": "B1", "serious_1y": 2, "serious_1y_missing": False, "floors": 3}, {"building": "B3", "serious_1y": 0, "serious_1y_missing": True, "floors": 1}]
    assert "serious_1y)" in borough("dna", "show", "building", "B1", "--as-of", "2024-02-15", "-p", tmp_path).out
