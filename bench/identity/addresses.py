"""Addresses, corrupted as people corrupt them, against the gazetteer they came from: ours beside plain uk_address_matcher, in the same run."""

from __future__ import annotations

import csv
import logging
import random
import re
import time
import warnings
from pathlib import Path

import polars as pl

from borough.engine.duckdb import DuckDBEngine
from borough.identity.addresses.gazetteer import Gazetteer, prepare
from borough.identity.addresses.matching import match

SHORT = {
    "ROAD": "RD", "STREET": "ST", "AVENUE": "AVE", "CLOSE": "CL", "DRIVE": "DR", "GARDENS": "GDNS", "COURT": "CT", "HOUSE": "HSE", "FLAT": "APARTMENT", "LANE": "LN", "GROVE": "GR",
}  # fmt: skip
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def main(data: Path) -> None:
    """Print precision, recall and seconds. The real addresses are used where they are, else there is nothing to measure."""
    lines = _read(data / "addresses")
    if lines.height < 200:
        print(f"addresses: left out, there are no addresses in {data / 'addresses'}")
        return
    chance = random.Random(11)
    asked = pl.DataFrame(
        [(i, *_corrupt(chance, text, code), uprn) for i, (uprn, text, code) in enumerate(lines.iter_rows())], schema={"key": pl.Int64, "text": pl.String, "postcode": pl.String, "truth": pl.Int64}, orient="row"
    )
    print(f"\naddresses: {asked.height:,} corrupted, against {lines.height:,} real ones")
    engine = DuckDBEngine(threads=2)
    engine.native.register("lines", lines.to_arrow())
    engine.native.register("asked", asked.to_arrow())
    begun = time.perf_counter()
    empty = "NULL::VARCHAR AS sao, NULL::VARCHAR AS pao_text, NULL::BIGINT AS number, NULL::VARCHAR AS number_suffix, NULL::BIGINT AS number_to, NULL::VARCHAR AS number_to_suffix, NULL::VARCHAR AS street, NULL::VARCHAR AS locality, NULL::VARCHAR AS town"
    gazetteer = Gazetteer(
        f"(SELECT uprn, text, {empty}, postcode, NULL::VARCHAR AS status, NULL::DATE AS started, NULL::DATE AS ended FROM lines)",
        "(SELECT NULL::BIGINT AS uprn, NULL::BIGINT AS parent_uprn, '' AS class, '' AS status WHERE false)",
    )
    match(engine, prepare(engine, gazetteer), "(SELECT key, text, postcode, NULL::BIGINT AS uprn, false AS shell FROM asked)", "ours")
    _print("Borough", asked, engine.native.execute("SELECT key, uprn FROM ours").pl(), time.perf_counter() - begun)
    begun = time.perf_counter()
    theirs = _plain(engine)
    seconds = time.perf_counter() - begun
    _print("uk_address_matcher as in its tutorial", asked, theirs.select("key", "uprn"), seconds)
    sure = pl.col("match_reason").str.starts_with("splink").not_() | ((pl.col("match_weight") >= 10) & (pl.col("distinguishability") >= 5))
    _print("uk_address_matcher, strict", asked, theirs.filter(sure).select("key", "uprn"), seconds)


def _read(folder: Path) -> pl.DataFrame:
    """Addresses with a number: uprn (a number of our own), text, postcode."""
    rows: dict[tuple[str, ...], tuple[str, str]] = {}
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            table = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        text, code = (table[0].index(name) if name in table[0] else None for name in ("text", "postcode"))
        if text is not None and code is not None:
            told = [(row[text].upper(), row[code]) for row in table[1:] if len(row) > max(text, code) and re.search(r"\d", row[text]) and row[code]]
            # Several companies write one place differently: it is one, by its numbers and postcode.
            rows |= {(code_, *re.findall(r"\d+", text_)): (text_, code_) for text_, code_ in told}
    return pl.DataFrame([(i + 1, text, code) for i, (text, code) in enumerate(rows.values())], schema={"uprn": pl.Int64, "text": pl.String, "postcode": pl.String}, orient="row")


def _slip(chance: random.Random, text: str) -> str:
    places = [i for i, letter in enumerate(text) if letter.isalpha() and i > 0]
    if not places:
        return text
    i = chance.choice(places)
    return chance.choice([text[:i] + text[i + 1 :], text[:i] + chance.choice(LETTERS) + text[i + 1 :], text[:i] + text[i] + text[i:], text[: i - 1] + text[i] + text[i - 1] + text[i + 1 :]])


def _corrupt(chance: random.Random, text: str, postcode: str) -> tuple[str, str | None]:
    """As people write it: parts left out, words shortened, slips, no commas, the postcode missing, wrong or in the text."""
    parts = [part.strip() for part in text.split(",")]
    if chance.random() < 0.25 and len(parts) > 2:
        parts.pop()
    text = ", ".join(parts)
    if chance.random() < 0.35:
        text = re.sub(r"[A-Z]+", lambda word: SHORT.get(word.group(), word.group()), text)
    for share in (0.3, 0.1):
        text = _slip(chance, text) if chance.random() < share else text
    text = text.replace(",", "") if chance.random() < 0.2 else text
    draw = chance.random()
    code: str | None = postcode
    if draw < 0.12:
        code = None
    elif draw < 0.17:
        code = postcode[:-1] + chance.choice("ABDEFGHJLN")
    elif draw < 0.37:
        text, code = f"{text} {postcode}", None
    return (text.title() if chance.random() < 0.4 else text), code


def _plain(engine: DuckDBEngine) -> pl.DataFrame:
    from uk_address_matcher import AddressMatcher

    logging.getLogger("uk_address_matcher").setLevel(logging.CRITICAL)
    engine.execute("SET python_enable_replacements = true")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = AddressMatcher(
            canonical_addresses=engine.native.sql("SELECT CAST(uprn AS VARCHAR) AS unique_id, text AS address_concat, postcode FROM lines"),
            addresses_to_match=engine.native.sql("SELECT CAST(key AS VARCHAR) AS unique_id, text AS address_concat, coalesce(postcode, '') AS postcode FROM asked"),
            con=engine.native, show_progress="off",
        ).match().matches().pl()  # fmt: skip
    return found.with_columns(key=pl.col("unique_id").cast(pl.Int64), uprn=pl.col("resolved_canonical_id").cast(pl.Int64), match_reason=pl.col("match_reason").cast(pl.String))


def _print(what: str, asked: pl.DataFrame, found: pl.DataFrame, seconds: float) -> None:
    both = asked.join(found.filter(pl.col("uprn").is_not_null()), on="key", how="left")
    right, said = int((both["uprn"] == both["truth"]).sum()), both["uprn"].count()
    print(f"  {what:<56} P {right / max(1, said):.4f} R {right / asked.height:.4f} {seconds:6.1f} s")
