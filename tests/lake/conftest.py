"""What the tests of the lake share: an engine, an empty lake, and ways to write and read rows."""

import datetime as dt

import pytest
from places import place_of

from borough.engine.duckdb import DuckDBEngine
from borough.lake import Column, Lake
from s3_server import new_address, s3_environment, s3_server

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    engine = DuckDBEngine(threads=1, scratch=tmp_path_factory.mktemp("scratch"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def s3():
    """An S3 server, to which everything finds by the environment."""
    with s3_server() as endpoint, s3_environment(endpoint):
        yield endpoint


@pytest.fixture(params=["folder", "s3"])
def root(request, tmp_path):
    """Where a lake can be: in a folder, and in a bucket."""
    if request.param == "folder":
        return str(tmp_path / "lake")
    request.getfixturevalue("s3")
    return new_address()


@pytest.fixture
def lake(root):
    return Lake(root)


@pytest.fixture
def place(lake):
    """The lake's files, past the lake's own code."""
    return place_of(lake)


class Hands:
    """Writes queries into a lake and reads tables back."""

    def __init__(self, engine):
        self.engine = engine

    def write(self, writer, name, sql, label="part"):
        """Write a query to a new file of a table; returns the files and their columns."""
        types = {"VARCHAR": "string", "BIGINT": "long", "BLOB": "binary", "DECIMAL(18,2)": "decimal(18,2)"}
        columns = [Column(n, types.get(t, t.lower()), n == "person") for n, t in self.engine.describe(sql)]
        return self.engine.copy(sql, writer.new_file(name, label)), columns

    def append(self, writer, name, sql, app="feed"):
        writer.append(name, *self.write(writer, name, sql), app=app)

    def replace(self, writer, name, sql, app="feed"):
        writer.replace(name, *self.write(writer, name, sql), app=app)

    def run(self, lake, tables, record=None, *, publish=True):
        """One run that appends a query to each table."""
        with lake.writer(now=NOW, holder="test") as writer:
            for name, sql in tables.items():
                self.append(writer, name, sql)
            return writer.publish(record or {}) if publish else None

    def rows(self, state):
        """The rows of a table's state, sorted."""
        if state is None:
            return None
        columns = [(c.name, c.type) for c in state.columns]
        found = self.engine.rows(f"SELECT * FROM {self.engine.scan(state.files, columns)}")
        assert len(found) == state.rows
        return sorted(found, key=repr)


@pytest.fixture(scope="session")
def hands(engine):
    return Hands(engine)


@pytest.fixture
def now():
    return NOW
