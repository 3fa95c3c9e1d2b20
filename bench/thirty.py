"""Thirty rules of a council tax account: as Borough's declarations, as SQL by hand, and in polars; and rows that fail some of them."""

from __future__ import annotations

from typing import Any

WARDS = tuple(f"Ward {i}" for i in range(21))
STATUSES = ("open", "closed", "pending")
TENURES = ("owned", "private rent", "council", "housing association")
BANDS = tuple("ABCDEFGH")
POSTCODE = "[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}"
PHONE = "0[0-9]{4} [0-9]{6}"
EMAIL = "[a-z0-9.]+@[a-z0-9-]+([.][a-z]+)+"
REF = "CT-[0-9]{7,9}"

# Rows: primes, so that failures of different rules mostly meet in different rows.
TYPED = """
    CAST(i AS BIGINT) AS account,
    CASE WHEN i % 1009 <> 0 THEN 'CT-' || lpad(CAST(i AS VARCHAR), CASE WHEN i % 1013 = 0 THEN 3 ELSE 7 END, '0') END AS ref,
    CASE WHEN i % 1019 <> 0 THEN CAST(100023000000 + i AS BIGINT) END AS uprn,
    CASE WHEN i % 1021 <> 0 THEN 'Resident ' || chr(CAST(65 + i % 26 AS INT)) || CASE WHEN i % 1031 = 0 THEN '9' ELSE '' END END AS name,
    CASE WHEN i % 1033 <> 0 THEN CASE WHEN i % 1039 = 0 THEN 'Flat 1' ELSE i % 300 || ' High Street, Northmere' END END AS address,
    CASE WHEN i % 1049 <> 0 THEN CASE WHEN i % 1051 = 0 THEN 'unknown' WHEN i % 1061 = 0 THEN 'AB1 2CD' ELSE 'NM' || i % 9 + 1 || ' ' || i % 10 || 'AB' END END AS postcode,
    CASE WHEN i % 1063 <> 0 THEN CASE WHEN i % 1069 = 0 THEN DATE '1971-05-05' ELSE DATE '1994-01-01' + CAST(i % 10000 AS INT) END END AS since,
    CASE WHEN i % 1087 = 0 THEN DATE '1990-01-01' WHEN i % 4 = 0 THEN DATE '2022-01-01' + CAST(i % 700 AS INT) END AS ended,
    CAST(CASE WHEN i % 1091 = 0 THEN -5 WHEN i % 1093 = 0 THEN 9000 ELSE i % 400000 / 100.0 END AS DECIMAL(18, 2)) AS charge,
    CASE WHEN i % 1097 = 0 THEN 400.0 ELSE i % 997 / 8.0 END AS rate,
    CAST(CASE WHEN i % 1103 = 0 THEN 99 ELSE i % 7 END AS BIGINT) AS bedrooms,
    CASE WHEN i % 1109 = 0 THEN 'Z' ELSE chr(CAST(65 + i % 8 AS INT)) END AS band,
    CASE WHEN i % 1117 = 0 THEN 'OPEN' ELSE ['open', 'closed', 'pending'][CAST(CASE WHEN i % 4 = 0 THEN 2 ELSE 1 + i % 2 * 2 END AS INT)] END AS status,
    CASE WHEN i % 1123 = 0 THEN 'Elsewhere' ELSE 'Ward ' || i % 21 END AS ward,
    CASE WHEN i % 1129 = 0 THEN 'squat' ELSE ['owned', 'private rent', 'council', 'housing association'][CAST(1 + i % 4 AS INT)] END AS tenure,
    CASE WHEN i % 1151 = 0 THEN 'none' WHEN i % 3 <> 0 THEN '01632 ' || lpad(CAST(i % 1000000 AS VARCHAR), 6, '0') END AS phone,
    CASE WHEN i % 1153 = 0 THEN 'at home' WHEN i % 2 = 0 THEN 'r' || i || '@example.org' END AS email,
    TIMESTAMP '2023-01-01' + INTERVAL (i % 31000000) SECOND AS updated
"""
TEXTS = """
    CAST(account AS VARCHAR) AS account, coalesce(ref, '') AS ref, coalesce(CAST(uprn AS VARCHAR), '') AS uprn, coalesce(name, '') AS name,
    coalesce(address, '') AS address, coalesce(postcode, '') AS postcode, coalesce(strftime(since, '%d/%m/%Y'), '') AS since,
    coalesce(strftime(ended, '%d/%m/%Y'), '') AS ended, CAST(charge AS VARCHAR) AS charge, CAST(rate AS VARCHAR) AS rate,
    CAST(bedrooms AS VARCHAR) AS bedrooms, band, status, ward, tenure, coalesce(phone, '') AS phone, coalesce(email, '') AS email,
    strftime(updated, '%Y-%m-%d %H:%M:%S') AS updated
"""


def _words(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{v}'" for v in values)


# What a person would write: true for a bad row.
HAND = {
    "ref_required": "ref IS NULL",
    "uprn_required": "uprn IS NULL",
    "name_required": "name IS NULL",
    "address_required": "address IS NULL",
    "postcode_required": "postcode IS NULL",
    "since_required": "since IS NULL",
    "band_values": f"band NOT IN ({_words(BANDS)})",
    "status_values": f"status NOT IN ({_words(STATUSES)})",
    "ward_values": f"ward NOT IN ({_words(WARDS)})",
    "tenure_values": f"tenure NOT IN ({_words(TENURES)})",
    "charge_between": "charge NOT BETWEEN 0 AND 5000",
    "rate_between": "rate NOT BETWEEN 0 AND 125",
    "bedrooms_between": "bedrooms NOT BETWEEN 0 AND 20",
    "since_between": "since NOT BETWEEN DATE '1990-01-01' AND DATE '2024-12-31'",
    "uprn_between": "uprn NOT BETWEEN 1 AND 999999999999",
    "ref_pattern": f"NOT regexp_full_match(ref, '{REF}')",
    "postcode_pattern": f"NOT regexp_full_match(postcode, '{POSTCODE}')",
    "phone_pattern": f"NOT regexp_full_match(phone, '{PHONE}')",
    "email_pattern": f"NOT regexp_full_match(email, '{EMAIL}')",
    "no_digits_in_name": "regexp_matches(name, '[0-9]')",
    "ends_after_start": "ended < since",
    "updated_after_start": "CAST(updated AS DATE) < since",
    "closed_has_end": "status = 'closed' AND ended IS NULL",
    "small_bands_pay_less": "band IN ('A', 'B') AND charge > 4500",
    "ours_by_postcode": "NOT starts_with(postcode, 'NM')",
    "address_is_long": "length(address) < 10",
    "not_in_the_future": "since > DATE '2024-01-31'",
    "can_be_reached": "phone IS NULL AND email IS NULL AND name IS NULL",
    "rate_of_charge": "charge < rate / 1000 AND charge > 0.5",
    "large_homes_cost": "bedrooms > 5 AND charge < 1",
}

_RULES = """
rules:
  - {name: no_digits_in_name, check: "not regexp_matches(name, '[0-9]')", dimension: validity, severity: warn}
  - {name: ends_after_start, check: ended >= since, dimension: consistency, severity: warn}
  - {name: updated_after_start, check: cast(updated as date) >= since, dimension: consistency, severity: warn}
  - {name: closed_has_end, check: status <> 'closed' or ended is not null, dimension: consistency, severity: warn}
  - {name: small_bands_pay_less, check: "band not in ('A', 'B') or charge <= 4500", dimension: consistency, severity: warn}
  - {name: ours_by_postcode, check: "starts_with(postcode, 'NM')", dimension: accuracy, severity: warn}
  - {name: address_is_long, check: length(address) >= 10, dimension: validity, severity: warn}
  - {name: not_in_the_future, check: since <= '2024-01-31', dimension: timeliness, severity: warn}
  - {name: can_be_reached, check: phone is not null or email is not null or name is not null, dimension: completeness, severity: warn}
  - {name: rate_of_charge, check: charge >= rate / 1000 or charge <= 0.5, dimension: consistency, severity: warn}
  - {name: large_homes_cost, check: bedrooms <= 5 or charge >= 1, dimension: consistency, severity: warn}
"""
_COLUMNS = {
    "account": ("integer", ""),
    "ref": ("string", f"required: true, pattern: '{REF}'"),
    "uprn": ("integer", "required: true, between: [1, 999999999999]"),
    "name": ("string", "required: true"),
    "address": ("string", "required: true"),
    "postcode": ("string", f"required: true, pattern: '{POSTCODE}'"),
    "since": ("date", "required: true, between: [1990-01-01, 2024-12-31]"),
    "ended": ("date", ""),
    "charge": ("money", "between: [0, 5000]"),
    "rate": ("number", "between: [0, 125]"),
    "bedrooms": ("integer", "between: [0, 20]"),
    "band": ("string", f"values: [{', '.join(BANDS)}]"),
    "status": ("string", f"values: [{', '.join(STATUSES)}]"),
    "ward": ("string", f"values: [{', '.join(WARDS)}]"),
    "tenure": ("string", f"values: [{', '.join(TENURES)}]"),
    "phone": ("string", f"pattern: '{PHONE}'"),
    "email": ("string", f"pattern: '{EMAIL}'"),
    "updated": ("timestamp", ""),
}


def _dataset(name: str, *, ruled: bool) -> str:
    def column(name: str, kind: str, contract: str) -> str:
        held = f", {contract}, severity: warn" if ruled and contract else ""
        return f"  {name}: {{type: {kind}{held}}}"

    columns = "\n".join(column(name, kind, contract) for name, (kind, contract) in _COLUMNS.items())
    return f"dataset: {name}\nkey: account\ncolumns:\n{columns}\n" + (_RULES if ruled else "")


def _feed(name: str, mapped: str) -> str:
    return f"  {name}:\n    files: data/{name}_{{extract_date:%Y-%m-%d}}.csv\n    delivers: full\n    to: {name}\n    map:\n{mapped}"


_READ = "".join(f"      {name}: {name}\n" for name in _COLUMNS)
DECLARATIONS = {
    "borough.yaml": "borough: Bench\n",
    "sources/tax.yaml": "source: tax\nfeeds:\n" + _feed("ruled", _READ) + _feed("bare", _READ),
    "datasets/ruled.yaml": _dataset("ruled", ruled=True),
    "datasets/bare.yaml": _dataset("bare", ruled=False),
}


def in_polars(pl: Any) -> dict[str, Any]:
    """The rules as polars expressions that are true for a bad row."""
    import datetime as dt

    c = pl.col
    required = {f"{name}_required": c(name).is_null() for name in ("ref", "uprn", "name", "address", "postcode", "since")}
    values = {f"{n}_values": ~c(n).is_in(v) for n, v in (("band", BANDS), ("status", STATUSES), ("ward", WARDS), ("tenure", TENURES))}
    between = {f"{n}_between": ~c(n).is_between(low, high) for n, low, high in (("charge", 0, 5000), ("rate", 0, 125), ("bedrooms", 0, 20))}
    between["since_between"] = ~c("since").is_between(dt.date(1990, 1, 1), dt.date(2024, 12, 31))
    between["uprn_between"] = ~c("uprn").is_between(1, 999999999999)
    patterns = {f"{n}_pattern": ~c(n).str.contains(f"^(?:{p})$") for n, p in (("ref", REF), ("postcode", POSTCODE), ("phone", PHONE), ("email", EMAIL))}
    rules = {
        "no_digits_in_name": c("name").str.contains("[0-9]"), "ends_after_start": c("ended") < c("since"),
        "updated_after_start": c("updated").cast(pl.Date) < c("since"), "closed_has_end": (c("status") == "closed") & c("ended").is_null(),
        "small_bands_pay_less": c("band").is_in(["A", "B"]) & (c("charge") > 4500), "ours_by_postcode": ~c("postcode").str.starts_with("NM"),
        "address_is_long": c("address").str.len_chars() < 10, "not_in_the_future": c("since") > dt.date(2024, 1, 31),
        "can_be_reached": c("phone").is_null() & c("email").is_null() & c("name").is_null(),
        "rate_of_charge": (c("charge").cast(pl.Float64) < c("rate") / 1000) & (c("charge").cast(pl.Float64) > 0.5), "large_homes_cost": (c("bedrooms") > 5) & (c("charge").cast(pl.Float64) < 1),
    }  # fmt: skip
    return {name: bad.fill_null(value=False) for name, bad in {**required, **values, **between, **patterns, **rules}.items()}
