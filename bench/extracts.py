"""The files that are measured: a messy CSV of 14 columns, one row in 200 bad, and the next day's full extract of the same."""

from __future__ import annotations

from pathlib import Path

COLUMNS = (
    "ref", "uprn", "name", "address", "postcode", "since", "ended", "charge", "rate", "band", "status", "ward", "phone", "updated",
)  # fmt: skip
BAD_EVERY = 200  # rows: ragged, a bad date, a bad number in turn

DECLARATIONS = {
    "borough.yaml": "borough: Bench\n",
    "sources/tax.yaml": """\
source: tax
feeds:
  accounts:
    files: data/accounts_{extract_date:%Y-%m-%d}.csv
    delivers: full
    to: account
    map:
      account: integer(ref)
      uprn: uprn(uprn)
      name: text(name)
      address: text(address)
      postcode: postcode(postcode)
      since: uk_date(since)
      ended: uk_date(ended)
      charge: money(charge)
      rate: number(rate)
      band: text(band)
      status: text(status)
      ward: text(ward)
      phone: text(phone)
      updated: uk_timestamp(updated)
""",
    "datasets/account.yaml": """\
dataset: account
key: account
columns:
  account: {type: integer, required: true}
  uprn: {type: integer}
  name: {type: string, classification: personal}
  address: {type: string, classification: personal}
  postcode: {type: string, on_unreadable: 'null'}
  since: {type: date, required: true}
  ended: {type: date}
  charge: {type: money, between: [0, 5000]}
  rate: {type: number}
  band: {type: string, values: [A, B, C, D, E, F, G, H]}
  status: {type: string}
  ward: {type: string}
  phone: {type: string, classification: personal}
  updated: {type: timestamp}
rules:
  - {name: ends_after_start, check: ended is null or ended >= since, dimension: consistency, severity: warn}
""",
}

# What person after person typed: double blanks, UPRNs that were floats once, pounds and commas, small letters.
CELLS = """
    CAST(i AS VARCHAR) AS ref,
    (999000000000 + i) || CASE WHEN i % 3 = 0 THEN '.0' ELSE '' END AS uprn,
    'Resident  ' || chr(CAST(65 + i % 26 AS INT)) || ' ' || i % 5000 AS name,
    '"Flat ' || i % 40 || ', ' || i % 300 || ' High Street"' AS address,
    'nm' || i % 9 + 1 || ' ' || i % 10 || 'ab' AS postcode,
    CASE WHEN i % 5 = 0 THEN strftime(DATE '1994-01-01' + CAST(i % 10000 AS INT), '%Y-%m-%d')
         ELSE strftime(DATE '1994-01-01' + CAST(i % 10000 AS INT), '%d/%m/%Y') END AS since,
    CASE WHEN i % 4 = 0 THEN strftime(DATE '2022-01-01' + CAST(i % 700 AS INT), '%d/%m/%Y') ELSE '' END AS ended,
    '"£' || (i % 4 + {more}) || ',' || lpad(CAST(i % 10 AS VARCHAR), 3, '0') || '.50"' AS charge,
    CAST(i % 997 / 8.0 AS VARCHAR) AS rate,
    chr(CAST(65 + i % 8 AS INT)) AS band,
    CASE i % 3 WHEN 0 THEN 'Open ' WHEN 1 THEN 'closed' ELSE '' END AS status,
    'Ward ' || i % 21 AS ward,
    '01632 ' || lpad(CAST(i % 1000000 AS VARCHAR), 6, '0') AS phone,
    strftime(TIMESTAMP '2023-01-01 00:00:00' + INTERVAL (i % 31000000) SECOND, '%Y-%m-%d %H:%M:%S') AS updated
"""


def write_extract(path: Path, rows: int, *, next_day: bool = False) -> None:
    """Rows 1 to ``rows``. The next day's: one in 100 with another charge, one in 1,000 gone, two in 1,000 new (1.3%)."""
    import duckdb

    first, last = (rows // 1000 + 1, rows + rows // 500) if next_day else (1, rows)
    more = "CASE WHEN i % 100 = 7 THEN 1 ELSE 0 END" if next_day else "0"
    cells = CELLS.replace("{more}", more)
    wrong = f"(i // {BAD_EVERY}) % 3"
    bad = (
        f"* REPLACE (CASE WHEN bad AND {wrong} = 1 THEN '31/02/2020' ELSE since END AS since, "
        f"CASE WHEN bad AND {wrong} = 2 THEN 'see notes' ELSE charge END AS charge)"
    )
    line = " || ',' || ".join(COLUMNS)
    short = " || ',' || ".join(c for c in COLUMNS if c != "phone")
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")  # one thread keeps the rows in order
        connection.execute(
            f"COPY (SELECT '{','.join(COLUMNS)}' AS line UNION ALL SELECT CASE WHEN bad AND {wrong} = 0 "
            f"THEN {short} ELSE {line} END FROM (SELECT {bad} FROM "
            f"(SELECT i, i % {BAD_EVERY} = 0 AS bad, {cells} FROM range({first}, {last + 1}) t(i)))) "
            f"TO '{path}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
        )


def bad_rows(rows: int) -> int:
    """How many of a first extract's rows are bad."""
    return rows // BAD_EVERY


def declare(folder: Path) -> None:
    """Write the project's declarations."""
    for name, text in DECLARATIONS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
