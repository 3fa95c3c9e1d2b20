"""The gazetteer as a run has it, prepared once and kept beside the project until it changes."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from borough.catalogue.contracts import feeds_of, log_table
from borough.compile.entities import gazetteer_datasets, gazetteer_of
from borough.compile.gazetteer import lines_sql, properties_sql
from borough.compile.relations import Relations
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.identity.addresses.gazetteer import Gazetteer, Prepared, prepare
from borough.identity.addresses.matching import VERSION
from borough.lake.model import TableState

_TABLES = ("gaz_line", "gaz_key", "gaz_name", "gaz_property")


def prepared_gazetteer(relations: Relations, engine: DuckDBEngine) -> Prepared | None:
    """Make the tables of ``Prepared``, from what is kept where the gazetteer is the same; None where the project has none."""
    lines = lines_sql(relations)
    if lines is None:
        return None
    home = relations.project.root / ".borough"
    kept = home / "prepared" / _mark(relations)
    if (kept / "told.json").exists():
        return _take(engine, kept, home)
    prepared = prepare(engine, Gazetteer(lines, properties_sql(relations)), folder=home / "gazetteer")
    _keep(engine, kept, prepared)
    return prepared


def _mark(relations: Relations) -> str:
    """Identifies what the gazetteer is made of, and how it is made."""
    project, said = relations.project, []
    for dataset in gazetteer_datasets(project):
        state = relations.tables(log_table(dataset))
        said.append((dataset, feeds_of(project, dataset), state.version if isinstance(state, TableState) else None))
    spec = gazetteer_of(project)
    return hashlib.sha256(repr((VERSION, spec.model_dump(mode="json") if spec else None, said)).encode()).hexdigest()[:16]


def _take(engine: DuckDBEngine, kept: Path, home: Path) -> Prepared:
    for table in _TABLES:
        engine.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM read_parquet({literal(str(kept / table))})")
    told = json.loads((kept / "told.json").read_text(encoding="utf-8"))
    return Prepared(int(told["lines"]), tuple(told["noise"]), home / "gazetteer", str(told["fingerprint"]))


def _keep(engine: DuckDBEngine, kept: Path, prepared: Prepared) -> None:
    """Keep the tables, in the place of those of an earlier gazetteer. Whole, or not at all: others may look meanwhile."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    begun = Path(tempfile.mkdtemp(prefix="begun-", dir=kept.parent))
    for table in _TABLES:
        engine.execute(f"COPY (SELECT * FROM {table}) TO {literal(str(begun / table))} (FORMAT parquet)")
    (begun / "told.json").write_text(json.dumps({"lines": prepared.lines, "noise": prepared.noise, "fingerprint": prepared.fingerprint}), encoding="utf-8")
    try:
        begun.rename(kept)
    except OSError:
        shutil.rmtree(begun, ignore_errors=True)  # somebody else kept it meanwhile
    for old in kept.parent.iterdir():
        if old != kept and not old.name.startswith("begun-"):
            shutil.rmtree(old, ignore_errors=True)
