"""Any order of appends, replacements, dead runs, compactions and vacuums: each kept run reads as it was published."""

import datetime as dt
import io
import os
import shutil
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from places import place_of

from borough.engine.port import WrittenFile
from borough.lake import Column, Lake, compact, run_compaction, vacuum
from s3_server import new_address

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
TABLES = ("bronze/a/one", "silver/b/log", "gold/c")
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["append", "append", "replace", "compact"]), st.sampled_from(TABLES), st.integers(0, 3), st.booleans()),
    max_size=5,
)


class AnyOrder(RuleBasedStateMachine):
    """The model is, per table, its rows; and per published run, what the tables were."""

    def __init__(self):
        super().__init__()
        self.lake = Lake(self.new_root())
        self.place = place_of(self.lake)
        self.tables = {}
        self.published = []
        self.counter = 0
        self.last_number = 0

    def new_root(self):
        self.folder = tempfile.mkdtemp()
        return f"{self.folder}/lake"

    def teardown(self):
        shutil.rmtree(self.folder)

    def write(self, writer, name, count, extra):
        path = writer.new_file(name)
        rows = [(self.counter + i, "x" if extra else None) for i in range(count)]
        self.counter += count
        columns = {"id": pa.array([r[0] for r in rows], pa.int64())}
        if extra:
            columns["extra"] = pa.array([r[1] for r in rows], pa.string())
        pq.write_table(pa.table(columns), path)
        files = [WrittenFile(path, count, os.path.getsize(path))] if count else []
        return rows, files, [Column("id", "long"), Column("extra", "string", personal=True)][: 2 if extra else 1]

    def perform(self, writer, operations):
        tables = {name: (set(columns), list(rows)) for name, (columns, rows) in self.tables.items()}
        for i, (operation, name, count, extra) in enumerate(operations):
            if operation == "compact":
                compact(writer, [name] if name in tables else [], above_files=1)
                continue
            rows, files, columns = self.write(writer, name, count, extra)
            getattr(writer, operation)(name, files, columns, app=f"app {i}")
            before = tables.get(name, (set(), [])) if operation == "append" else (set(), [])
            tables[name] = (before[0] | {c.name for c in columns}, before[1] + rows)
            assert self.seen(writer.state(name)) == self.expected(tables[name])
        return tables

    @rule(operations=OPERATIONS, publish=st.booleans())
    def run(self, operations, publish):
        with self.lake.writer(now=NOW, holder="test") as writer:
            assert writer.number > self.last_number
            tables = self.perform(writer, operations)
            if publish:
                self.tables = tables
                self.note(writer.publish({"counter": self.counter}))
            elif operations:
                self.last_number = max(self.last_number, writer.last.number if writer.last else 0)

    def note(self, run):
        self.last_number = run.number
        self.published.append((run, dict(self.tables)))

    @precondition(lambda self: self.published)
    @rule()
    def compact(self):
        _, run = run_compaction(self.lake, now=NOW, holder="test", above_files=2)
        if run:
            self.note(run)

    @precondition(lambda self: self.published)
    @rule(keep=st.integers(1, 4))
    def vacuum(self, keep):
        vacuum(self.lake, keep_runs=keep, keep_unreferenced_hours=0)
        self.published = self.published[-keep:]

    @rule()
    def reopen(self):
        self.lake = Lake(self.lake.storage.root)

    def seen(self, state):
        parts = [pq.read_table(io.BytesIO(self.content(f))) for f in state.files]
        names = {c.name for c in state.columns}
        rows = [(r["id"], r.get("extra") if "extra" in names else None) for part in parts for r in part.to_pylist()]
        assert len(rows) == state.rows
        return names, sorted(rows, key=repr)

    def content(self, file):
        """A file of the lake, or what a run holds of it on this machine."""
        return self.place.read(file.removeprefix(self.lake.storage.root + "/")) if "://" in file else Path(file).read_bytes()

    def expected(self, table):
        return table[0], sorted(table[1], key=repr)

    @invariant()
    def every_kept_run_reads_as_it_was(self):
        assert self.lake.published() == (self.published[-1][0] if self.published else None)
        assert [r.number for r in self.lake.runs(len(self.published))] == [r.number for r, _ in reversed(self.published)]
        for run, tables in self.published:
            for name in TABLES:
                state = self.lake.table(name, run)
                assert (state and self.seen(state)) == (self.expected(tables[name]) if name in tables else None)


class AnyOrderOnS3(AnyOrder):
    """The same in a bucket."""

    def new_root(self):
        return new_address()

    def teardown(self):
        pass


def examples(count):
    return settings(
        deadline=None,
        max_examples=count,
        stateful_step_count=8,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )


def test_any_order_in_a_folder():
    run_state_machine_as_test(AnyOrder, settings=examples(20))


@pytest.mark.usefixtures("s3")
def test_any_order_on_s3():
    run_state_machine_as_test(AnyOrderOnS3, settings=examples(2))
