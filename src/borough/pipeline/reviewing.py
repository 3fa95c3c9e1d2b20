"""What people look at before they decide: doubtful links, the evidence for one, a person's story. All of it for a purpose.

A record of a dataset that the purpose may not see is not there: it is in no row, and counts in no size and no order.
"""

from __future__ import annotations

from dataclasses import dataclass

from borough.catalogue.identity import (
    CROSSWALK,
    CROSSWALK_COLUMNS,
    FREQUENCIES,
    FREQUENCY_COLUMNS,
    JUDGEMENT_COLUMNS,
    JUDGEMENTS,
    MODEL_COLUMNS,
    MODELS,
    NODES,
    PAIR_COLUMNS,
    PAIRS,
)  # fmt: skip
from borough.catalogue.rows import read_rows
from borough.catalogue.tables import Columns
from borough.compile.links import extra_fields
from borough.compile.published_identity import appearances_in, seen_for
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal, quoted
from borough.errors import UsageError
from borough.governance.classification import ColumnAccess, Relation
from borough.identity.clusters.crosswalk import as_of
from borough.identity.clusters.review import doubtful
from borough.identity.people.columns import NODE_COLUMNS
from borough.identity.people.explaining import Explained, explain
from borough.identity.people.model import Model
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.pipeline.judgements import last_words, record_name
from borough.project.load import Project

REVIEW_COLUMNS: Columns = (
    ("left_record", "string"),
    ("right_record", "string"),
    ("left_says", "string"),
    ("right_says", "string"),
    ("weight", "double"),
    ("probability", "double"),
    ("reason", "string"),
    ("worth", "double"),
)


@dataclass(frozen=True)
class Linkages:
    """The links of a published run, as someone with a purpose may see them."""

    project: Project
    engine: DuckDBEngine
    lake: Lake
    published: Published
    purpose: str

    def table(self, name: str, columns: Columns) -> str:
        """SQL of a table as published."""
        return read_rows(self.engine, name, self.lake.table(name, self.published), columns)

    @property
    def appearances(self) -> str:
        """SQL of where everybody appears."""
        return appearances_in(self.engine, lambda name: self.lake.table(name, self.published))

    @property
    def visible(self) -> str:
        """SQL (record, node, person, dataset) of the records that the purpose may see."""
        return self._visible(self.appearances)

    def visible_of(self, people: str) -> str:
        """``visible``, of a few people: a relation (person)."""
        return self._visible(appearances_in(self.engine, lambda name: self.lake.table(name, self.published), people))

    def _visible(self, rows: str) -> str:
        datasets = ", ".join(literal(d) for d in seen_for(self.project, self.purpose)) or "NULL"
        name = "concat(dataset, CASE WHEN role = 'person' THEN '' ELSE '.' || role END, ':', record)"
        return f"(SELECT {name} AS record, node, person, dataset FROM {rows} WHERE kind = 'person' AND dataset IN ({datasets}))"

    @property
    def nodes(self) -> str:
        """SQL of the distinct cleaned records."""
        extras = tuple((extra, "string") for extra in extra_fields(self.project))
        return self.table(NODES, (("node", "long"), *NODE_COLUMNS, *extras, ("run", "long")))

    def model(self) -> tuple[Model, str]:
        """The frozen linkage and SQL of its frequencies. Raises UsageError where nobody was linked yet."""
        rows = self.engine.rows(f"SELECT model FROM {self.table(MODELS, MODEL_COLUMNS)} ORDER BY version DESC LIMIT 1")
        if not rows:
            raise UsageError("no people are linked yet", advice="declare `person:` in a dataset and run: borough run")
        return Model.from_json(str(rows[0][0])), f"(SELECT field, value, share FROM {self.table(FREQUENCIES, FREQUENCY_COLUMNS)})"

    def doubts(self, limit: int) -> Relation:
        """The relation ``review``: the doubtful links that this purpose may see, most useful first."""
        model, _ = self.model()
        crosswalk = as_of(self.table(CROSSWALK, CROSSWALK_COLUMNS), self.published.number)
        clusters = f"(SELECT node, person AS cluster FROM ({crosswalk}) WHERE active)"
        visible = "(SELECT DISTINCT node FROM seen_records)"
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE seen_records AS SELECT * FROM {self.visible}")
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE seen_decisions AS {self._decisions()}")
        links = doubtful(self.table(PAIRS, PAIR_COLUMNS), clusters, "seen_decisions", visible, review_above=model.review_above, match_above=model.match_above)
        said = "(SELECT node, min(record) AS record FROM seen_records GROUP BY node)"
        sql = (
            f"SELECT a.record AS left_record, b.record AS right_record, {_says('x')} AS left_says, {_says('y')} AS right_says, q.weight, q.probability, q.reason, q.worth "
            f"FROM ({links} LIMIT {int(limit)}) q JOIN {said} a ON a.node = q.l JOIN {said} b ON b.node = q.r JOIN {self.nodes} x ON x.node = q.l JOIN {self.nodes} y ON y.node = q.r"
        )
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE review_links AS {sql}")
        return Relation("review", "review_links", tuple(ColumnAccess(name, kind, "personal") for name, kind in REVIEW_COLUMNS), "entity")

    def _decisions(self) -> str:
        """SELECT (l, r, decision) of what people said, of nodes; 'unsure' too."""
        words = last_words(self.table(JUDGEMENTS, JUDGEMENT_COLUMNS))
        return (
            f"SELECT a.node AS l, b.node AS r, j.judgement AS decision FROM {words} j JOIN seen_records a ON a.record = j.left_record "
            "JOIN seen_records b ON b.record = j.right_record WHERE j.judgement <> 'withdrawn'"
        )

    def node_of(self, record: str) -> int:
        """The cleaned record of a record's name. Raises UsageError where this purpose sees no such record of a person."""
        name = record_name(self.project, record)
        rows = self.engine.rows(f"SELECT min(node) FROM {self.visible} WHERE record = ?", [str(name)])
        if not rows or rows[0][0] is None:
            raise UsageError(f"no record of a person is called {record!r}, or it may not be seen for {self.purpose}", advice="write DATASET:KEY, as `borough identity review` and `find` show it")
        return int(rows[0][0])

    def evidence(self, left: str, right: str) -> Explained:
        """Why two records are one person, or not, field by field. Raises UsageError."""
        one, other = self.node_of(left), self.node_of(right)
        if one == other:
            raise UsageError("the two records say the same of the person, to the letter: there is nothing to weigh", advice="they are always one person")
        model, frequent = self.model()
        return explain(self.engine, model, self.nodes, one, other, frequent=frequent)

    def records_of(self, person: int) -> list[tuple[str, str]]:
        """The records of a person that this purpose may see: name, and what it says."""
        sql = f"SELECT v.record, {_says('n')} FROM {self.visible_of(f'(SELECT {int(person)} AS person)')} v JOIN {self.nodes} n ON n.node = v.node ORDER BY 1"
        return [(str(record), str(says)) for record, says in self.engine.rows(sql)]


def _says(node: str) -> str:
    """SQL of a node in a line."""
    empty = literal("")
    cells = [f"nullif(CAST({node}.{quoted(c)} AS VARCHAR), {empty})" for c in ("first", "others", "surname", "dob", "nino", "email", "phone", "postcode", "reference")]
    return f"concat_ws(' · ', {', '.join(cells)})"
