"""Cleaning people's records: names taken apart, nobody and organisations told, numbers in one style."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine
from borough.identity.people.cleaning import clean, frequent_dates
from borough.identity.people.columns import NODE_COLUMNS, RECORD_COLUMNS
from borough.identity.people.nicknames import roots

TYPES = {"long": "BIGINT", "string": "VARCHAR", "date": "DATE", "boolean": "BOOLEAN"}


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(threads=1)
    yield made
    made.close()


def cleaned(engine: DuckDBEngine, records: list[Mapping[str, Any]], extras: tuple[str, ...] = (), doubtful: tuple[dt.date, ...] = ()) -> list[dict[str, Any]]:
    """The cleaned records, in order."""
    kinds = {**dict(RECORD_COLUMNS), **dict.fromkeys(extras, "string")}
    engine.execute(f"CREATE OR REPLACE TEMP TABLE said ({', '.join(f'{c} {TYPES[kind]}' for c, kind in kinds.items())})")
    for i, record in enumerate(records):
        engine.execute(f"INSERT INTO said VALUES ({', '.join('?' for _ in kinds)})", [{"signature": i, **record}.get(c) for c in kinds])
    clean(engine, "said", "made", extras=extras, doubtful=doubtful)
    names = [name for name, _ in engine.describe("SELECT * FROM made")]
    return [dict(zip(names, row, strict=True)) for row in engine.rows("SELECT * FROM made ORDER BY signature")]


PEOPLE = {
    # as written: first, others, surname
    "HARRISON, MS Sarah G": ("SARAH", "G", "HARRISON"),
    "Mr J Smith": ("J", None, "SMITH"),
    "Dr. Jane Smith OBE": ("JANE", None, "SMITH"),
    "Smith, John, Dr": ("JOHN", None, "SMITH"),
    "John Smith, OBE": ("JOHN", None, "SMITH"),
    "Smith J": ("J", None, "SMITH"),
    "KOWALSKI Jan": ("JAN", None, "KOWALSKI"),
    "J.R. Smith": ("J", "R", "SMITH"),
    "MR JOHN SMITH JNR": ("JOHN", None, "SMITH"),
    "John Smith Junior": ("JOHN", None, "SMITH"),
    "Thompson, Junior": ("JUNIOR", None, "THOMPSON"),
    "Sir John Smith": ("JOHN", None, "SMITH"),
    "Jack Lord": ("JACK", None, "LORD"),
    "Lord, Jack": ("JACK", None, "LORD"),
    "Mary-Ann O’Neil-Smith": ("MARY", "ANN", "ONEIL SMITH"),
    "Duncan B Featherstone-Hill": ("DUNCAN", "B", "FEATHERSTONE HILL"),
    "FEATHERSTONE HILL, D": ("D", None, "FEATHERSTONE HILL"),
    "O' Brien, Pat": ("PAT", None, "OBRIEN"),
    "John O Brien": ("JOHN", None, "OBRIEN"),
    "John O Smith": ("JOHN", "O", "SMITH"),
    "Mc Donald, Ian": ("IAN", None, "MCDONALD"),
    "John Mac Donald": ("JOHN", None, "MACDONALD"),
    "Maria da Silva": ("MARIA", None, "DASILVA"),
    "Maria Dasilva": ("MARIA", None, "DASILVA"),
    "de Souza, Ana": ("ANA", None, "DESOUZA"),
    "VAN DER BERG, Jan": ("JAN", None, "VANDERBERG"),
    "Ana Garcia Lopez": ("ANA", "GARCIA", "LOPEZ"),
    "Nguyen Van Minh": ("NGUYEN", "VAN", "MINH"),
    "Ahmed bin Khalid": ("AHMED", None, "KHALID"),
    "Hassan Al-Masri": ("HASSAN", None, "ALMASRI"),
    "Abdul Karim": ("ABDUL", None, "KARIM"),
    "Suharto": (None, None, "SUHARTO"),
    "J": (None, None, "J"),
    "Łukasz Żółć": ("LUKASZ", None, "ZOLC"),
    "Şahin, İbrahim": ("IBRAHIM", None, "SAHIN"),
    "Bjørn Strauß": ("BJORN", None, "STRAUSS"),
    "Đorđe Ægir": ("DORDE", None, "AEGIR"),
    "MR MARCIN WIÅšNIEWSKI": ("MARCIN", None, "WISNIEWSKI"),
    "JosÃ© GarcÃ­a": ("JOSE", None, "GARCIA"),
    "Pawe? Kowalski": ("PAWE?", None, "KOWALSKI"),
    "?ahin, P?nar": ("P?NAR", None, "?AHIN"),
    "Ann\u00a0\u200bLee": ("ANN", None, "LEE"),
    "John Smith 🙂": ("JOHN", None, "SMITH"),
    "J0HN SM1TH": ("JOHN", None, "SMITH"),
    "John 5mith 2": ("JOHN", None, "SMITH"),
    "Пётр Иванов": ("ПЕТР", None, "ИВАНОВ"),
    "محمد علي": ("محمد", None, "علي"),
    "王小明": (None, None, "王小明"),
    "Γιώργος Παπάς": ("ΓΙΩΡΓΟΣ", None, "ΠΑΠΑΣ"),
    "राम कुमार": ("राम", None, "कुमार"),
    "Unknown Smith": (None, None, "SMITH"),
    "Bob Church": ("BOB", None, "CHURCH"),
    "Peter House": ("PETER", None, "HOUSE"),
    "Ms A Park": ("A", None, "PARK"),
    "Charity Mensah": ("CHARITY", None, "MENSAH"),
    "Trust Moyo": ("TRUST", None, "MOYO"),
    "Na Li": ("NA", None, "LI"),
    "John Smith c/o Acme Lettings": ("JOHN", None, "SMITH"),
}


def test_names_are_taken_apart(engine: DuckDBEngine) -> None:
    made = cleaned(engine, [{"name": name} for name in PEOPLE])
    assert {name: (row["first"], row["others"], row["surname"]) for name, row in zip(PEOPLE, made, strict=True)} == PEOPLE
    assert {row["kind"] for row in made} == {"person"}


def test_two_people_in_one_name_are_the_first_of_them(engine: DuckDBEngine) -> None:
    names = ["MR & MRS J SMITH", "SMITH, MR & MRS J", "J & M SMITH", "J and M Smith", "Mr J Smith and Mrs M Jones", "J SMITH / M JONES"]
    made = cleaned(engine, [{"name": name} for name in names])
    assert [(row["kind"], row["first"], row["surname"], row["joint"]) for row in made] == [("person", "J", "SMITH", True)] * len(names)


@pytest.mark.parametrize(
    "name",
    [
        "Danuta H Exors Of Nowak", "EXORS OF NOWAK, MRS Danuta H", "Estate of Danuta H Nowak", "The late Mrs Danuta H Nowak", "Danuta H Nowak (Deceased)",
        "Nowak, Danuta H decd", "Personal Representatives of Danuta H Nowak", "EXECUTORS OF THE LATE DANUTA H NOWAK (DEC'D)", "Danuta H Nowak deceased",
    ],
)  # fmt: skip
def test_what_is_said_of_the_dead_is_not_their_name(engine: DuckDBEngine, name: str) -> None:
    row = cleaned(engine, [{"name": name}])[0]
    assert (row["kind"], row["first"], row["others"], row["surname"], row["deceased"]) == ("person", "DANUTA", "H", "NOWAK", True)


def test_other_names_stand_aside(engine: DuckDBEngine) -> None:
    made = cleaned(
        engine,
        [
            {"name": "Ann (Annie) Lee"}, {"name": "Robert “Bob” Jones"}, {"name": "Robert Jones aka Bob"}, {"name": "Ann Lee née Smith"},
            {"name": "Ann Lee (nee O'Brien)"}, {"name": "LEE (FORMERLY SMITH), ANN"}, {"first_name": "Ann", "surname": "Lee", "former_surname": "da Costa"}, {"name": "John Nee"},
        ],
    )  # fmt: skip
    assert [row["nickname"] for row in made] == ["ANNIE", "BOB", "BOB", None, None, None, None, None]
    assert [row["former"] for row in made] == [None, None, None, "SMITH", "OBRIEN", "SMITH", "DACOSTA", None]
    assert [row["surname"] for row in made] == ["LEE", "JONES", "JONES", "LEE", "LEE", "LEE", "LEE", "NEE"]


def test_parts_are_as_the_whole(engine: DuckDBEngine) -> None:
    parts = [
        {"title": "Mrs", "first_name": "ANA MARIA", "surname": "da Silva"}, {"first_name": "Ana", "middle_name": "Maria", "surname": "DA SILVA"},
        {"name": "DA SILVA, MRS Ana Maria"}, {"surname": "DA SILVA, ANA MARIA"}, {"name": "Ana Maria da Silva", "title": "Mrs"},
    ]  # fmt: skip
    made = cleaned(engine, parts)
    assert {(row["first"], row["others"], row["surname"], row["tokens"]) for row in made} == {("ANA", "MARIA", "DASILVA", "ANA DASILVA MARIA")}
    assert [row["sex"] for row in made] == ["f", None, "f", None, "f"]


NOBODY = [
    "THE OCCUPIER", "The Occupiers", "Owner/Occupier", "Void", "EMPTY", "UNKNOWN", "N/A", "TBC", "test", "Test Test", "VACANT", "RESIDENT", "new tenant", "ADDRESSEE", "123", "--", "🙂",
    "", "   ", "Not Known", "THE OCCUPIER 14 HIGH ST", "Current Occupier", "Mr", "?", "x", "XXX", "To whom it may concern", "The Legal Occupier",
]  # fmt: skip
ORGANISATIONS = [
    "Acme Ltd", "ACME LIMITED", "Acme L.L.P.", "Lantern Housing Association", "London Borough of Anywhere", "Anytown Council", "Smith & Sons", "Smith & Co", "St John's C of E School",
    "The Parish Church of St John", "The Smith Family Trust", "Anchor Mobiles", "Saltmarsh Homes", "Church of Christ", "Elder Kebab House", "Secretary of State for Defence", "National Trust",
]  # fmt: skip


def test_nobody_and_organisations_are_told(engine: DuckDBEngine) -> None:
    made = cleaned(engine, [{"name": name} for name in (*NOBODY, *ORGANISATIONS)])
    kinds = dict(zip((*NOBODY, *ORGANISATIONS), (row["kind"] for row in made), strict=True))
    assert kinds == {**dict.fromkeys(NOBODY, "nobody"), **dict.fromkeys(ORGANISATIONS, "organisation")}
    assert all(row["first"] is row["surname"] is row["tokens"] is None for row in made)


def test_an_organisation_has_one_name(engine: DuckDBEngine) -> None:
    names = ["The Smith & Jones Property Company Limited", "SMITH AND JONES PROPERTY CO. LTD.", "Smith and Jones Property Co Ltd T/A Smiths"]
    made = cleaned(engine, [*({"name": name} for name in names), {"name": "John Smith", "company_number": "123456"}, {"name": "John Smith T/A Smith's Cars"}, {"company_number": "SC000012"}])
    assert [row["organisation"] for row in made[:3]] == ["SMITH AND JONES PROPERTY CO LTD"] * 3
    assert [row["trading_as"] for row in made] == [None, None, "SMITHS", None, "SMITHS CARS", None]
    assert (made[3]["kind"], made[3]["organisation"], made[3]["company_number"], made[3]["first"]) == ("organisation", "JOHN SMITH", "00123456", None)
    assert (made[5]["kind"], made[5]["organisation"]) == ("organisation", None)
    assert (made[4]["kind"], made[4]["first"], made[4]["surname"]) == ("person", "JOHN", "SMITH")


ALIKE = [
    "Mohammed Muhammad Mohamed Mohammad", "Ahmed Ahmad Ahmet", "Hussain Hussein Husain Huseyin", "Kowalski Kowalska Kovalsky", "Chowdhury Choudhury Chaudhry",
    "McKenzie MacKenzie Mackenzie", "Philip Filip", "Yusuf Youssef Yousuf", "Şahin Shahin", "Johnson Jonson", "Da-Silva Silva", "Ozturk Öztürk",
]  # fmt: skip
APART = ["Smith Jones", "Patel Khan", "Ali Begum", "Brown Green", "Hassan Hamid", "Wang Zhang"]


def test_spellings_of_a_name_sound_alike(engine: DuckDBEngine) -> None:
    made = cleaned(engine, [{"first_name": "A", "surname": word} for line in (*ALIKE, *APART) for word in line.split()])
    sounds = iter(row["sound"] for row in made)
    heard = {line: {next(sounds) for _ in line.split()} for line in (*ALIKE, *APART)}
    assert {line: len(found) for line, found in heard.items()} == {**dict.fromkeys(ALIKE, 1), **dict.fromkeys(APART, 2)}


def test_short_forms_have_a_root(engine: DuckDBEngine) -> None:
    pairs = [("Bob", "ROBERT"), ("Liz", "ELIZABETH"), ("Kasia", "KATARZYNA"), ("Muhammad", "MOHAMMED"), ("Seun", "OLUWASEUN"), ("Kojo", "KWADWO"), ("Yiannis", "IOANNIS"), ("Marmaduke", "MARMADUKE")]
    made = cleaned(engine, [{"first_name": form, "surname": "X"} for form, _ in pairs])
    assert [row["root"] for row in made] == [root for _, root in pairs]
    assert set(roots().values()) <= set(roots()), "a root stands for itself"
    assert all(roots()[root] == root for root in roots().values())
    assert [form for form in roots() if not form.isascii() or not form.isalpha() or not form.isupper()] == []


def test_numbers_are_in_one_style(engine: DuckDBEngine) -> None:
    records = [
        {"nino": "qq 12 34 56 c", "nhs_number": "943 476 5919", "email": " Ann+news@Mail.example ", "phone": "020 7946 0123", "postcode": "e174jf", "reference": "p1", "scope": "ctax", "sex": "1"},
        {"nino": "JG103759A", "nhs_number": "0000000000", "email": "info@firm.co.uk", "phone": "+44 (0)20 7946 0123 ", "postcode": "ZZ99 3VZ", "reference": "P1", "scope": "ctax", "sex": "Female"},
        {"nino": "TN010190M", "nhs_number": "12", "email": "none@none.com", "phone": "00000000000", "postcode": "n/k", "sex": "9"},
        {"nino": "JG 1O 37 59", "phone": "7700900123 / 020 7946 0123", "email": "a.b@googlemail.com", "company_number": "SC1234"},
    ]
    made = cleaned(engine, [{"name": "Ann Lee", **record} for record in records])
    assert [(row["nino"], row["nino_suffix"]) for row in made] == [(None, "C"), ("JG103759", "A"), (None, None), ("JG103759", None)]
    assert [row["nhs"] for row in made] == ["9434765919", None, None, None]
    assert [row["email"] for row in made] == ["ann@mail.example", "info@firm.co.uk", None, "a.b@gmail.com"]
    assert [row["email_role"] for row in made] == [False, True, False, False]
    assert [row["phone"] for row in made] == ["+442079460123", "+442079460123", None, "+447700900123"]
    assert [row["postcode"] for row in made] == ["E17 4JF", None, None, None]
    assert [row["reference"] for row in made] == ["ctax:P1", "ctax:P1", None, None]
    assert [row["sex"] for row in made] == ["m", "f", None, None]
    assert made[3]["company_number"] == "SC001234"


def test_default_dates_are_doubtful(engine: DuckDBEngine) -> None:
    day, birth = dt.date(1970, 1, 1), dt.date(1970, 5, 5)
    records: list[Mapping[str, Any]] = [{"name": f"Ann {chr(65 + i % 26)}{chr(65 + i // 26)}son", "date_of_birth": day} for i in range(60)]
    records += [{"name": "Ann Lee", "date_of_birth": birth, "email": f"ann{i}@a.org"} for i in range(60)]  # one person, told often
    cleaned(engine, records)
    assert frequent_dates(engine, "said") == (day,)
    made = cleaned(engine, [{"name": "A B", "date_of_birth": d} for d in (day, birth, dt.date(1900, 1, 1), dt.date(1850, 3, 3), None)], doubtful=(day,))
    assert [row["dob_doubtful"] for row in made] == [True, False, True, True, False]
    assert [row["dob"] for row in made][:2] == [day, birth]


def test_a_lost_letter_can_be_any(engine: DuckDBEngine) -> None:
    made = cleaned(engine, [{"name": "Pawe? ??ahin"}, {"name": "Pawe\ufffd Sahin"}])
    assert [(row["first"], row["first_lossy"]) for row in made] == [("PAWE?", "PAWE_")] * 2
    assert [(row["surname"], row["surname_lossy"]) for row in made] == [("?AHIN", "_AHIN"), ("SAHIN", None)]


def test_long_names_are_cut_and_noted(engine: DuckDBEngine) -> None:
    row = cleaned(engine, [{"name": "Ann " + "L" + "abcdefghi" * 33}])[0]
    assert row["cut"] and row["first"] == "ANN" and len(row["surname"]) <= 120


def test_columns_are_as_told_and_extras_follow(engine: DuckDBEngine) -> None:
    row = cleaned(engine, [{"name": "Ann Lee", "occupation": " Café  owner. "}], extras=("occupation",))[0]
    assert set(row) == {"signature", "occupation", *(name for name, _ in NODE_COLUMNS)}
    assert row["occupation"] == "CAFE OWNER"
    told = dict(engine.describe("SELECT * FROM made"))
    assert {name: told[name] for name, _ in NODE_COLUMNS} == {name: TYPES[kind] for name, kind in NODE_COLUMNS}


def test_a_relation_may_lack_columns(engine: DuckDBEngine) -> None:
    engine.execute("CREATE OR REPLACE TEMP TABLE few AS SELECT 7 AS signature, 'Ann Lee' AS name")
    clean(engine, "few", "made")
    assert engine.rows("SELECT signature, first, surname, dob FROM made") == [(7, "ANN", "LEE", None)]


def test_the_same_whatever_the_threads_and_the_order() -> None:
    made = []
    for threads, order in ((1, "i"), (2, "-i"), (4, "hash(i)")):
        engine = DuckDBEngine(threads=threads)
        names = ", ".join("('" + name.replace("'", "''") + "')" for name in PEOPLE)
        engine.execute(f"CREATE TEMP TABLE many AS SELECT i AS signature, n || CASE WHEN i % 3 = 0 THEN ' x' ELSE '' END AS name FROM range(5000) r(i), (VALUES {names}) v(n) ORDER BY {order}")
        engine.execute("UPDATE many SET signature = CAST(md5_number_lower(name || signature) >> 1 AS BIGINT)")
        clean(engine, "many", "made")
        made.append(engine.rows("SELECT count(*), sum(digest), bit_xor(hash(COLUMNS(*))) FROM made"))
        engine.close()
    assert made[0] == made[1] == made[2]


ENGINE = DuckDBEngine(threads=1)
LETTERS = st.one_of(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), st.sampled_from(" ,.'-&/()?éłßZz"))
WORDS = ["MR", "Ann", "Lee", "da", "O'", "&", ",", "nee", "exors of", "J", "Mc", "(", ")", "van", "Jnr", "?", "Ltd", "Smith-Jones", "al-", "Pawe?", "Şahin", "王", "the late", "aka", "/", "T/A"]
NAMES = st.one_of(st.text(LETTERS, max_size=40), st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join))
FIELDS = ("name", "title", "first_name", "middle_name", "surname", "former_surname", "email", "phone", "nino", "nhs_number", "postcode", "sex", "company_number")
RECORDS = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, NAMES)), min_size=10, max_size=25)


@settings(max_examples=8)
@given(RECORDS)
def test_anything_can_be_cleaned(records: list[Mapping[str, Any]]) -> None:
    made = cleaned(ENGINE, records)
    assert len(made) == len(records)
    told = [tuple(v for k, v in row.items() if k not in ("signature", "digest", "cut")) for row in made]
    assert len(set(told)) == len({row["digest"] for row in made}), "equal digests are equal nodes"
    assert all(row["tokens"] for row in made if row["kind"] == "person")


CLEAN = ("first", "others", "surname", "former", "tokens", "sound", "root")
PARTS = st.lists(st.sampled_from(["Ann", "MARY", "Khan", "Lee", "da Silva", "O'Brien", "J", "Smith-Jones", "Pawe?", "Şahin", "Mc Donald", "van der Berg", "Junior", "Mr", "王", "Al-Masri"]), min_size=2, max_size=4, unique=True)


@settings(max_examples=8)
@given(st.lists(PARTS.map(" ".join), min_size=10, max_size=20))
def test_what_is_clean_stays(names: list[str]) -> None:
    made = [row for row in cleaned(ENGINE, [{"name": name} for name in names]) if row["kind"] == "person"]
    again = cleaned(ENGINE, [{"first_name": r["first"], "middle_name": r["others"], "surname": r["surname"], "former_surname": r["former"]} for r in made])
    assert [[row[c] for c in CLEAN] for row in again] == [[row[c] for c in CLEAN] for row in made]


def test_the_order_of_a_name_is_nothing_to_its_tokens(engine: DuckDBEngine) -> None:
    orders = [" ".join(words) for words in permutations(["ANN", "OKAFOR", "SILVA", "NOWAK"])]
    assert {row["tokens"] for row in cleaned(engine, [{"name": name} for name in orders])} == {"ANN NOWAK OKAFOR SILVA"}
