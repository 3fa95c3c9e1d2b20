"""What a person would write by hand for one file: the limits and the peer that Borough is held against.

Each runs as a process of its own: ``python -m bench.by_hand NAME FROM TO``. None keeps the file as received, counts its records,
looks for keys that come twice, remembers where a row came from or asks whether another run is at work.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from bench.extracts import COLUMNS

# A TRY_CAST that fails where a value was given makes a bad row.
TYPED = """
    TRY_CAST(ref AS BIGINT) AS account,
    TRY_CAST(regexp_replace(uprn, '[.]0$', '') AS BIGINT) AS uprn,
    trim(regexp_replace(name, ' +', ' ', 'g')) AS name, trim(address) AS address, upper(trim(postcode)) AS postcode,
    CAST(try_strptime(since, ['%d/%m/%Y', '%Y-%m-%d']) AS DATE) AS since,
    CAST(try_strptime(ended, ['%d/%m/%Y', '%Y-%m-%d']) AS DATE) AS ended,
    TRY_CAST(replace(replace(charge, '£', ''), ',', '') AS DECIMAL(18, 2)) AS charge,
    TRY_CAST(rate AS DOUBLE) AS rate, trim(band) AS band, trim(status) AS status, trim(ward) AS ward, trim(phone) AS phone,
    TRY_CAST(updated AS TIMESTAMP) AS updated
"""
BAD = (
    "account IS NULL OR uprn IS NULL OR since IS NULL OR (ended IS NULL AND coalesce(_ended, '') <> '') OR charge IS NULL OR rate IS NULL OR updated IS NULL "
    "OR charge NOT BETWEEN 0 AND 5000 OR band NOT IN ('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H')"
)


def _read(path: str) -> str:
    columns = ", ".join(f"'{c}': 'VARCHAR'" for c in COLUMNS)
    return f"read_csv('{path}', auto_detect=false, header=true, delim=',', quote='\"', escape='\"', columns={{{columns}}}, store_rejects=true)"


def load(source: str, folder: str) -> None:
    """The limit of a load: one DuckDB statement types, splits and writes; delta-rs commits."""
    import duckdb

    with duckdb.connect() as connection:
        rows = f"SELECT *, coalesce({BAD}, true) AS bad FROM (SELECT {TYPED}, ended AS _ended FROM {_read(source)})"
        written = _copy(connection, f"SELECT * EXCLUDE (_ended) FROM ({rows})", f"{folder}/rows", "PARTITION_BY (bad), OVERWRITE_OR_IGNORE, ")
        described = connection.execute(f"DESCRIBE SELECT {TYPED} FROM {_read(source)}").fetchall()
        _commit(f"{folder}/rows", [f for f in written if "bad=false" in f[0]], [(str(r[0]), str(r[1])) for r in described])


def polars(source: str, folder: str) -> None:
    """A peer of a load: polars, by hand. Cells that are missing from a ragged line are null, which makes the row bad."""
    import polars as pl

    c = pl.col
    Path(folder).mkdir(parents=True, exist_ok=True)

    def day(name: str) -> Any:
        return pl.coalesce(c(name).str.to_date("%d/%m/%Y", strict=False), c(name).str.to_date("%Y-%m-%d", strict=False))

    text = {n: c(n).str.strip_chars() for n in ("address", "band", "status", "ward", "phone")}
    typed = pl.scan_csv(source, schema=dict.fromkeys(COLUMNS, pl.String), truncate_ragged_lines=True).select(
        account=c("ref").cast(pl.Int64, strict=False), uprn=c("uprn").str.replace(r"\.0$", "").cast(pl.Int64, strict=False),
        name=c("name").str.replace_all(" +", " ").str.strip_chars(), postcode=c("postcode").str.strip_chars().str.to_uppercase(),
        since=day("since"), ended=day("ended"), charge=c("charge").str.replace_all("[£,]", "").cast(pl.Decimal(18, 2), strict=False),
        rate=c("rate").cast(pl.Float64, strict=False), updated=c("updated").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False), **text,
    )  # fmt: skip
    good = pl.all_horizontal(c(n).is_not_null() for n in ("account", "uprn", "since", "charge", "rate", "updated"))
    rows = typed.with_columns(good=good & c("band").is_in(list("ABCDEFGH"))).collect(engine="streaming")
    rows.filter(c("good")).drop("good").write_delta(f"{folder}/rows")
    rows.filter(~c("good")).write_parquet(f"{folder}/bad.parquet")


def change(source: str, folder: str) -> None:
    """The limit of a daily extract, from typed input: a hash join with what stands, changes and the new state written and committed."""
    import duckdb

    before = f"read_parquet('{folder}/rows/bad=false/*.parquet')"
    after = f"read_parquet('{source}/rows/bad=false/*.parquet')"
    with duckdb.connect() as connection:
        names = [str(r[0]) for r in connection.execute(f"DESCRIBE SELECT * FROM {before}").fetchall()]
        differs = " OR ".join(f"a.{n} IS DISTINCT FROM b.{n}" for n in names if n != "account")
        op = f"CASE WHEN b.account IS NULL THEN 'insert' WHEN a.account IS NULL THEN 'delete' WHEN {differs} THEN 'update' END"
        cells = ", ".join(f"coalesce(a.{n}, b.{n}) AS {n}" if n == "account" else f"a.{n}" for n in names)
        sql = f"SELECT {cells}, {op} AS op FROM {after} a FULL JOIN {before} b ON a.account = b.account"
        changes = _copy(connection, f"SELECT * FROM ({sql}) WHERE op IS NOT NULL", f"{folder}/changes/changes.parquet")
        state = _copy(connection, f"SELECT * FROM {after}", f"{folder}/state/state.parquet")
        typed = [(str(r[0]), str(r[1])) for r in connection.execute(f"DESCRIBE SELECT * FROM {before}").fetchall()]
        _commit(f"{folder}/changes", changes, [*typed, ("op", "VARCHAR")])
        _commit(f"{folder}/state", state, typed)


def _copy(connection: Any, sql: str, to: str, options: str = "") -> list[Any]:
    Path(to).parent.mkdir(parents=True, exist_ok=True)
    done: list[Any] = connection.execute(f"COPY ({sql}) TO '{to}' ({options}FORMAT parquet, COMPRESSION zstd, RETURN_STATS)").fetchall()
    return done


def _commit(folder: str, files: list[Any], typed: list[tuple[str, str]]) -> None:
    from deltalake import CommitProperties, DeltaTable, Schema
    from deltalake.transaction import AddAction

    words = {"BIGINT": "long", "VARCHAR": "string", "DATE": "date", "DOUBLE": "double", "TIMESTAMP": "timestamp_ntz", "DECIMAL(18,2)": "decimal(18,2)"}
    fields = [{"name": n, "type": words[kind], "nullable": True, "metadata": {}} for n, kind in typed]
    schema = Schema.from_json(json.dumps({"type": "struct", "fields": fields}))
    shutil.rmtree(Path(folder) / "_delta_log", ignore_errors=True)
    table = DeltaTable.create(folder, schema, configuration={"delta.dataSkippingNumIndexedCols": "0"})
    adds = [AddAction(str(Path(f[0]).relative_to(folder)), f[2], {}, 1, True, json.dumps({"numRecords": f[1]})) for f in files]
    table.create_write_transaction(adds, "append", schema, commit_properties=CommitProperties(max_commit_retries=0))


if __name__ == "__main__":
    {"load": load, "polars": polars, "change": change}[sys.argv[1]](*sys.argv[2:])
