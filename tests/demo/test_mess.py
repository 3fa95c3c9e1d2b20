"""The mess: as much of it as declared, the same for a record whichever others are written with it, and all of it told."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest

from borough.demo.mess.kinds import KINDS, rates
from borough.demo.mess.make import mess_of
from borough.demo.mess.mess import Mess
from borough.demo.plan import Plan

SIZE = 6000
NONE = dict.fromkeys(KINDS, 0.0)


class Told:
    """A yard that listens."""

    def __init__(self) -> None:
        self.faults_: list[tuple[str, list[str], str | None, str]] = []

    def faults(self, kind: str, source: str, table: str, keys: pl.Series, column: str | None, expect: str) -> None:
        assert (source, table) == ("tax", "accounts")
        self.faults_.append((kind, keys.to_list(), column, expect))

    def keys(self, kind: str) -> list[str]:
        return [key for said, keys, *_ in self.faults_ if said == kind for key in keys]


def _any(chance: np.random.Generator, *values: Any) -> pl.Series:
    return pl.Series([values[n] for n in chance.integers(0, len(values), SIZE)])


def _world() -> pl.DataFrame:
    chance = np.random.default_rng(5)
    day = dt.date(2020, 6, 1)
    return pl.DataFrame({
        "id": pl.Series(range(SIZE)) * 7 + 1000,
        "uprn": pl.Series(range(SIZE)) + 99900000001, "parent_uprn": _any(chance, None, 99900900001),
        "title": _any(chance, "Mr", "Ms", None), "first": _any(chance, "Zoë", "Elizabeth", "Aisha"), "middle": _any(chance, None, "Kay"),
        "surname": _any(chance, "Begum", "O'Neill", "Łukasz", "Lee"), "birth_surname": _any(chance, None, "Smith"), "surname_from": _any(chance, day, dt.date(2024, 1, 1)),
        "nickname": _any(chance, None, "Liz"), "died": _any(chance, None, day),
        "number": pl.Series(chance.integers(5, 200, SIZE)), "number_to": _any(chance, None, 300), "suffix": _any(chance, None, "A"), "building": _any(chance, None, "HERON HOUSE"),
        "flat": _any(chance, None, 1, 3, 14), "flat_suffix": _any(chance, None, "B"), "flat_text": _any(chance, None, None, "BASEMENT FLAT"), "floor": _any(chance, None, 0, 2),
        "street_name": _any(chance, "HERON ROAD", "ST MARK'S STREET", "EBB"), "locality": _any(chance, None, "MARSH"), "town": pl.Series(["NORTHMERE"] * SIZE),
        "postcode": _any(chance, "NM3 4AB", "NM10 1AE", None), "nino": _any(chance, "QQ123456C", "QQ654321A", None),
        "email": _any(chance, "a.begum@post.example.org", None), "phone": _any(chance, "07700900123", "020 7946 0123", None),
        "day": _any(chance, dt.date(2022, 3, 4), dt.date(2022, 3, 24), None), "words": _any(chance, "Café in Łódź’s road", "Café on the road", "plain words", "bin", None),
        "firm": _any(chance, "Harbour Ltd", "Alder & Co", None),
    })  # fmt: skip


WORLD = _world()
ON = pl.Series([dt.date(2022, 1, 1)] * SIZE)

WRITERS: Mapping[str, Callable[[Mess, pl.DataFrame], pl.Series | pl.DataFrame]] = {
    "uprn": lambda m, w: m.uprn(w["uprn"], w["parent_uprn"], column="UPRN"),
    "name": lambda m, w: m.name(w, column="Name", on=ON.head(w.height)),
    "names": lambda m, w: m.names(w, columns=("First", "Last"), on=ON.head(w.height)),
    "surname_first": lambda m, w: m.name(w, "surname_first", column="Payer"),
    "initials": lambda m, w: m.name(w, "initials", column="Holder"),
    "company": lambda m, w: m.organisation(w["firm"], column="Firm"),
    "flat": lambda m, w: m.address(w, column="Address").rename({"postcode": "pc"}),
    "address": lambda m, w: m.address(w, "upper", column="Where", lines=5),
    "postcode": lambda m, w: m.postcode(w["postcode"], column="Postcode"),
    "date": lambda m, w: m.date(w["day"], column="Opened", unknown="n/a"),
    "nino": lambda m, w: m.nino(w["nino"], column="NINO"),
    "email": lambda m, w: m.contact(w["email"], "email", column="Email"),
    "phone": lambda m, w: m.contact(w["phone"], "phone", column="Phone"),
    "text": lambda m, w: m.text(w["words"], column="Notes"),
}
OF = {"company_style": "company", "postcode_inside": "flat", "move_late": None, "move_untold": None, "header_repeated": None, "totals_row": None, "double_same": None, "double_differing": None}


def _writer(kind: str) -> str | None:
    return OF[kind] if kind in OF else kind.partition("_")[0]


SHOWN = [kind for kind in KINDS if _writer(kind)]


def _write(writer: str, given: Mapping[str, float], world: pl.DataFrame = WORLD) -> tuple[list[Any], Told]:
    told = Told()
    mess = mess_of(Plan(rates=given), told, "tax", "accounts", world["id"].cast(pl.String), world["id"])  # type: ignore[arg-type]  # it only listens
    said = WRITERS[writer](mess, world)
    assert len(said) == world.height
    return (said.rows() if isinstance(said, pl.DataFrame) else said.to_list()), told


@pytest.mark.parametrize("kind", SHOWN)
def test_a_kind_is_as_frequent_as_declared_and_all_of_it_is_told(kind: str) -> None:
    writer = _writer(kind)
    assert writer is not None
    clean, nothing = _write(writer, NONE)
    assert nothing.faults_ == []
    able = len(_write(writer, NONE | {kind: 1.0})[1].keys(kind))
    assert able > 400, "else this test says nothing"
    said, told = _write(writer, NONE | {kind: 0.2})
    keys = told.keys(kind)
    assert abs(len(keys) - 0.2 * able) < 5 * math.sqrt(able * 0.2 * 0.8)
    assert {k for k, *_ in told.faults_} == {kind}
    assert {str(i) for i, before, after in zip(WORLD["id"], clean, said, strict=True) if before != after} == set(keys)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_record_has_its_faults_whichever_others_are_written_with_it(writer: str) -> None:
    given = dict.fromkeys(KINDS, 0.15)
    whole, told = _write(writer, given)
    some = WORLD.sample(1500, seed=3, shuffle=True)
    part, told_some = _write(writer, given, some)
    by_id = dict(zip(WORLD["id"], whole, strict=True))
    assert part == [by_id[i] for i in some["id"]]
    chosen = set(some["id"].cast(pl.String))
    assert sorted((k, key) for k, keys, *_ in told.faults_ for key in keys if key in chosen) == sorted((k, key) for k, keys, *_ in told_some.faults_ for key in keys)


def test_other_tables_columns_and_seeds_have_other_faults() -> None:
    ids = WORLD["id"]

    def missing(seed: int, source: str, column: str) -> list[bool]:
        mess = mess_of(Plan(seed=seed), _Silent(), source, "t", ids.cast(pl.String), ids)  # type: ignore[arg-type]  # it only listens
        return mess.uprn(WORLD["uprn"], column=column).is_null().to_list()

    first = missing(1, "a", "x")
    assert all(first != other for other in (missing(2, "a", "x"), missing(1, "b", "x"), missing(1, "a", "y")))
    assert first == missing(1, "a", "x")


class _Silent:
    def faults(self, *_: object) -> None: ...


@pytest.mark.parametrize("writer", WRITERS)
def test_no_records_are_written_as_none(writer: str) -> None:
    assert _write(writer, {}, WORLD.clear())[0] == []


def test_nothing_known_is_nothing_said() -> None:
    nobody = WORLD.with_columns(pl.lit(None, kind).alias(name) for name, kind in WORLD.schema.items() if name != "id")
    for writer in WRITERS:
        said, told = _write(writer, {}, nobody)
        assert told.faults_ == [], writer
        assert {v for row in said for v in (row if isinstance(row, tuple) else (row,))} <= {None, "n/a"}, writer


def test_how_names_are_written() -> None:
    person = WORLD.head(1).with_columns(title=pl.lit("Ms"), first=pl.lit("Aisha"), middle=pl.lit("Kay"), surname=pl.lit("Begum"), birth_surname=pl.lit(None, pl.String))
    assert _write("name", NONE, person)[0] == ["Ms Aisha K Begum"]
    assert _write("surname_first", NONE, person)[0] == ["BEGUM, MS Aisha K"]
    assert _write("initials", NONE, person)[0] == ["MS A K BEGUM"]
    assert _write("names", NONE, person)[0] == [("Aisha", "Begum")]
    married = person.with_columns(birth_surname=pl.lit("Smith"), surname_from=pl.lit(dt.date(2023, 1, 1)))
    assert _write("name", NONE, married)[0] == ["Ms Aisha K Smith"], "as she was called on the day"
    dead = person.with_columns(died=pl.lit(dt.date(2021, 1, 1)))
    assert _write("surname_first", NONE | {"name_exors": 1.0}, dead)[0] == ["EXORS OF BEGUM, MS Aisha K"]
    assert _write("names", NONE | {"name_occupier": 1.0}, person)[0] == [(None, "THE OCCUPIER")]


HOME = WORLD.head(1).with_columns(
    *(pl.lit(None, WORLD.schema[name]).alias(name) for name in ("number_to", "suffix", "building", "flat_suffix", "flat_text", "locality")),
    flat=pl.lit(2, pl.Int64), number=pl.lit(14, pl.Int64), street_name=pl.lit("HERON ROAD"), postcode=pl.lit("NM3 4AB"), floor=pl.lit(0, pl.Int64),
)  # fmt: skip


def test_how_addresses_are_written() -> None:
    assert _write("flat", NONE, HOME)[0] == [("Flat 2, 14 Heron Road, Northmere", "NM3 4AB")]
    assert _write("address", NONE, HOME)[0] == [("FLAT 2", "14 HERON ROAD", "NORTHMERE", None, None, "NM3 4AB")]
    inside = _write("flat", NONE | {"postcode_inside": 1.0}, HOME)[0]
    assert inside == [("Flat 2, 14 Heron Road, Northmere, NM3 4AB", None)]
    split = _write("flat", NONE | {"address_number_split": 1.0}, HOME)[0]
    assert split == [("Flat 2, 14, Heron Road, Northmere", "NM3 4AB")]
    abbreviated = _write("flat", NONE | {"address_abbreviated": 1.0, "address_town_missing": 1.0}, HOME)[0]
    assert abbreviated == [("Flat 2, 14 Heron Rd", "NM3 4AB")]


def test_a_flat_is_said_in_five_ways() -> None:
    homes = pl.concat([HOME.with_columns(id=pl.lit(n, pl.Int64)) for n in range(60)])
    said = {row[0].removesuffix(", Northmere") for row in _write("flat", NONE | {"flat_described": 1.0}, homes)[0]}
    assert said == {"GFF, 14 Heron Road", "Ground Floor Flat, 14 Heron Road", "Flat B, 14 Heron Road", "14B Heron Road"}, "and Flat 2 is its own"


def test_records_that_come_twice() -> None:
    told = Told()
    ids = WORLD["id"]
    mess = mess_of(Plan(rates=NONE | {"double_same": 0.1, "double_differing": 0.1}), told, "tax", "accounts", ids.cast(pl.String), ids)  # type: ignore[arg-type]  # it only listens
    frame = WORLD.select("id", "day", "words", "number")
    twice = mess.doubled(frame)
    assert twice.unique(maintain_order=True).equals(frame)
    assert twice.filter(twice.is_duplicated())["id"].unique(maintain_order=True).cast(pl.String).to_list() == told.keys("double_same")
    for column in ("day", "words", "number"):
        differing = mess.doubled(frame, differing=column)
        copies = differing.filter(pl.col("id").is_duplicated())
        assert copies.height == 2 * len({i for k, keys, c, _ in told.faults_ if k == "double_differing" and c == column for i in keys})
        known = copies.filter(pl.col(column).is_not_null().all().over("id"))
        assert known.unique().height == known.height, f"each pair differs in {column}"


def test_faults_of_files() -> None:
    told = Told()
    ids = WORLD["id"].head(1)
    mess = mess_of(Plan(), told, "tax", "accounts", ids.cast(pl.String), ids)  # type: ignore[arg-type]  # it only listens
    assert mess.file("totals_row", "data/tax/a.csv", "Total")
    assert told.faults_ == [("totals_row", ["Total"], None, "refused")]
    assert mess.file("header_repeated", "data/tax/a.csv", "Ref", times=2)
    assert told.keys("header_repeated") == ["Ref", "Ref"]
    assert not mess.file("header_repeated", "data/tax/a.csv", "Ref", times=0)
    off = mess_of(Plan(rates={"totals_row": 0}), told, "tax", "accounts", ids.cast(pl.String), ids)  # type: ignore[arg-type]  # it only listens
    assert not off.file("totals_row", "data/tax/a.csv", "Total")


def test_what_is_expected_can_be_said_for_a_column() -> None:
    told = Told()
    ids = WORLD["id"]
    mess = mess_of(Plan(), told, "tax", "accounts", ids.cast(pl.String), ids, expects={"date_unknown": "refused", "Due.date_unknown": "kept"})  # type: ignore[arg-type]  # it only listens
    mess.date(WORLD["day"], column="Opened")
    mess.date(WORLD["day"], column="Due")
    assert {(c, e) for k, _, c, e in told.faults_ if k == "date_unknown"} == {("Opened", "refused"), ("Due", "kept")}


def test_a_kind_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="'uprn_mising'; the nearest are uprn_missing"):
        rates({"uprn_mising": 0.1})
    with pytest.raises(ValueError, match=r"1\.5; expected a share"):
        rates({"uprn_missing": 1.5})
    with pytest.raises(ValueError, match="2 keys, but 1 ids"):
        mess_of(Plan(), _Silent(), "s", "t", pl.Series(["1", "2"]), pl.Series([1]))  # type: ignore[arg-type]  # it only listens


def test_every_kind_says_what_it_is() -> None:
    for kind in KINDS.values():
        assert kind.means and 0 < kind.rate <= 1
