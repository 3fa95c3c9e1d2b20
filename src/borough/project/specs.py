"""What a council declares, as frozen specs: the authoring objects, exactly what the YAML says.

Each field's description is the text of the configuration reference and of the JSON Schema.
Nothing here has defaults from elsewhere in the project filled in: that is ``resolve``'s work.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from borough.project.connect import ConnectSpec, CursorSpec, ResourceSpec
from borough.project.formats import FormatKind, FormatSpec
from borough.project.identity_specs import AddressSpec, PersonSpec
from borough.project.spec import (
    Bound,
    Classification,
    ColumnType,
    DateOrExpression,
    Dimension,
    Expression,
    Name,
    Names,
    Severity,
    Share,
    Spec,
    nothing_is_empty,
)  # fmt: skip
from borough.project.web_specs import WebSpec

# ── borough.yaml ────────────────────────────────────────────────────────────────────────────────


class DuckDBSpec(Spec):
    """DuckDB in this process."""

    threads: int | None = Field(default=None, ge=1, description="Threads. Default: the machine's cores.")
    memory: str | None = Field(
        default=None, pattern=r"^\d+(\.\d+)? ?(MB|GB|MiB|GiB)$", description="Memory limit, such as `4GB`. Default: 6.5 GB, or 80% of the machine's where that is less."
    )
    scratch: str | None = Field(
        default=None, description="Folder to spill to when memory is short. Default: `.borough/scratch` in the project."
    )


class SparkSpec(Spec):
    """A Spark Connect server."""

    spark: str = Field(pattern=r"^sc://", description="Address of a Spark Connect server, such as `sc://host:15002`.")


class PurposeSpec(Spec):
    """A lawful reason for which someone sees data."""

    title: str = Field(description="What the purpose is, in a few words.")
    lawful_basis: str | None = Field(
        default=None, description="The lawful basis (UK GDPR article 6, and 9 for special categories) or the statute."
    )
    permits: tuple[Classification, ...] = Field(
        default=("public", "internal", "personal"),
        description="Classifications that may be seen. `special` is never enough by itself: the column must also name this purpose.",
    )


class MaintenanceSpec(Spec):
    """Limits for `borough compact` and `borough vacuum`."""

    compact_above_files: int = Field(default=40, ge=2, description="A table with more files than this is compacted.")
    rewrite_current_above: Share = Field(
        default=0.15, description="The current table is rewritten when the log's tail exceeds this share of it."
    )
    keep_unreferenced_hours: int = Field(
        default=168, ge=0, description="Files that no published run needs are deleted after this many hours."
    )
    keep_runs: int = Field(default=30, ge=1, description="Published runs that stay readable as they were.")


class OpenLineageSpec(Spec):
    """Where runs tell their lineage, as OpenLineage events."""

    file: str | None = Field(default=None, description="A file to append events to, one a line, relative to the project.")
    url: str | None = Field(default=None, description="A server that takes events, such as `https://marquez.example.gov.uk`.")
    token: str | None = Field(default=None, description="The server's token: `${NAME}` of the environment.")
    namespace: str | None = Field(default=None, description="Namespace of jobs and datasets. Default: `borough` and the council's name.")


class BoroughSpec(Spec):
    """The file `borough.yaml`: the council, its lake and its engine."""

    borough: str = Field(min_length=1, description="The council's name.")
    lake: str = Field(default="./lake", description="Where the lake is: a folder, relative to the project, or `s3://bucket/prefix`.")
    storage: dict[str, str] = Field(
        default_factory=dict, description="What reaching a lake in a bucket needs beside its address, such as `endpoint` and `region`. Default: the environment's (`AWS_…`)."
    )
    state: str = Field(default="sqlite:///./state.db", description="Operational state: `sqlite:///FILE` relative to the project, or `postgresql://…`. How sources were reached is kept there; nothing that changes an output is.")
    engine: Literal["duckdb"] | dict[Literal["duckdb"], DuckDBSpec] | SparkSpec = Field(
        default="duckdb", description="Where SQL runs: `duckdb`, `{duckdb: {threads: 4, memory: 8GB}}` or `{spark: sc://host:15002}`."
    )
    variables: dict[Name, str] = Field(
        default_factory=dict,
        description="Values that the other files use: `${target_year}`, and `${target_year-1}` or `${target_year+2}` for a whole number. A variable of the environment with the name in capitals (`TARGET_YEAR`) goes before the value here.",
    )
    purpose: Name = Field(default="data_engineering", description="The purpose for which the local user (role `engineer`) reads data.")
    purposes: dict[Name, PurposeSpec] = Field(default_factory=dict, description="The purposes for which data may be seen.")
    other_engines: Name | None = Field(
        default=None, description="The purpose for which other engines (Spark, Power BI, pandas) read datasets: `silver/DATASET/table` in the lake has the columns that it may see. Default: no such tables."
    )
    scorecard_areas: Names = Field(
        default=("ward",), description="Datasets of areas by which data quality is told, beside datasets and owners. Default: `ward`, if the project has it."
    )
    maintenance: MaintenanceSpec = Field(default_factory=MaintenanceSpec, description="Limits for compaction and vacuum.")
    web: WebSpec = Field(default_factory=WebSpec, description="The web service: its name, who may read for what, and how people sign in.")
    openlineage: OpenLineageSpec | None = Field(default=None, description="Where runs tell their lineage. Default: nowhere.")


# ── sources/*.yaml ──────────────────────────────────────────────────────────────────────────────


class OperationSpec(Spec):
    """For `delivers: changes`: which column says what happened to the row."""

    column: str = Field(description="The column of the feed with the operation.")
    delete: Names = Field(default=("D", "DELETE", "delete"), description="Values that mean the row is deleted. Any other value upserts.")


class FeedSpec(Spec):
    """One extract, table, file set, API resource or event type of a source."""

    title: str | None = Field(default=None, description="What the feed is.")
    files: Names | None = Field(default=None, description="Glob(s) of files, in place of the source's `connect.files`.")
    format: FormatKind | FormatSpec | None = Field(
        default=None, description="Format of the files. Default: by ending."
    )
    table: str | None = Field(default=None, description="The table or view of the source's database, such as `council_tax.account`.")
    query: str | None = Field(default=None, description="A SELECT for the source's database, in place of `table`.")
    resource: ResourceSpec | None = Field(default=None, description="The resource of the source's API.")
    cursor: CursorSpec | None = Field(default=None, description="For a database or an API: ask only for what is new.")
    extract_date: DateOrExpression | None = Field(
        default=None,
        description="The date of the extract: a date, or an expression over the feed's columns. Default: `{extract_date:…}` in the path; for a database or an API, when it was asked.",
    )
    delivers: Literal["append", "full", "changes"] = Field(
        description="`append`: rows are added or corrected. `full`: each extract is complete, absent keys are deletes. `changes`: rows carry an operation."
    )
    operation: OperationSpec | None = Field(default=None, description="The operation column, for `delivers: changes`.")
    same_date: Literal["refuse", "parts", "latest"] | None = Field(
        default=None,
        description="Several files of one extract date: `parts` of one extract, the `latest` path counts, or `refuse`: hold and ask. Default: `parts` for append and changes, `refuse` for full.",
    )
    max_drop: Share = Field(default=0.2, description="A full extract that would delete more than this share of the rows is held and asks.")
    on_new_column: Literal["add", "ignore", "refuse"] = Field(
        default="add", description="A column not seen before: add it to bronze, ignore it, or refuse the file."
    )
    on_missing_column: Literal["null", "refuse"] = Field(
        default="refuse", description="A column that the mapping needs is absent: read it as null, or refuse the file."
    )
    columns: tuple[str, ...] | None = Field(default=None, description="The feed's columns, in order. Needed for files without a header.")
    unknown: tuple[str, ...] = Field(default=(), description="Texts that mean unknown in this feed, such as `n/a`. Read as null.")
    to: Name | None = Field(default=None, description="The dataset that this feed fills. Without it the feed stays in bronze.")
    map: dict[Name, Expression] = Field(
        default_factory=dict,
        description="Each column of the dataset as an expression over the feed's columns. `A | B`: whichever the file has.",
    )


class SourceSpec(Spec):
    """A file of `sources/`: one system or supplier."""

    source: Name = Field(description="Name of the source.")
    title: str | None = Field(default=None, description="The system, as people call it.")
    owner: str | None = Field(default=None, description="The service that answers for it.")
    description: str | None = Field(default=None, description="What it is and how the extract is made.")
    service: str | None = Field(default=None, description="The council's service that works with it, such as `housing`.")
    systems: tuple[str, ...] = Field(default=(), description="The usual products that this declaration fits.")
    lawful_basis: str | None = Field(
        default=None, description="Why the council may hold this data: the lawful basis (UK GDPR article 6, and 9 for special categories) and the statute."
    )
    purposes: tuple[Name, ...] = Field(default=(), description="What the data is used for: purposes of `borough.yaml`. Who may see a column is said by its classification and its own purposes.")
    connect: ConnectSpec = Field(default_factory=ConnectSpec, description="How to reach it.")
    feeds: dict[Name, FeedSpec] = Field(min_length=1, description="Its feeds, by name.")


# ── datasets/*.yaml ─────────────────────────────────────────────────────────────────────────────


class KnownSpec(Spec):
    """When the source knew a row, or a column's value."""

    date: Expression = Field(description="Expression over the dataset's columns: a date or timestamp.")
    lag: str | None = Field(
        default=None, pattern=r"^\d+ (day|week|month|year)s?$", description="How much later the source knew, such as `2 months`."
    )


class ColumnSpec(Spec):
    """A column of a dataset's contract."""

    type: ColumnType = Field(
        default="string", description="`string`, `integer`, `number`, `money` (18,2), `date`, `timestamp` (UTC), `boolean` or `geometry`."
    )
    title: str | None = Field(default=None, description="What people call it.")
    description: str | None = Field(default=None, description="What it means.")
    required: bool = Field(default=False, description="A row without it is refused.")
    values: tuple[str, ...] | None = Field(default=None, description="The permitted values.")
    between: tuple[Bound, Bound] | None = Field(default=None, description="Lowest and highest permitted value, both included.")
    pattern: str | None = Field(default=None, description="Regular expression that the whole value matches.")
    references: str | None = Field(
        default=None, pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", description="`dataset.column` that must hold the value when the row is taken in; a row refused for it is tried again when that dataset changes."
    )
    unique: bool = Field(
        default=False, description="No two current rows of the dataset share the value (rows that do are counted, not refused)."
    )
    severity: Severity = Field(
        default="error", description="What a failed check of this column does: refuse the row, warn, or stop the load."
    )
    unknown: tuple[str, ...] = Field(default=(), description="Texts that mean unknown. Read as null.")
    on_unreadable: Literal["refuse", "null"] = Field(
        default="refuse", description="A value that can't be read: refuse the row, or null it and count."
    )
    known: Expression | KnownSpec | None = Field(
        default=None, description="When this column's value was known, if later than the row: it reads null before."
    )
    classification: Classification | None = Field(
        default=None, description="`public`, `internal`, `personal` or `special`. Default: the dataset's."
    )
    purposes: tuple[Name, ...] = Field(default=(), description="For a `special` column: the purposes that may see it.")


class AreaOfSpec(Spec):
    """Which area a row lies in."""

    point: tuple[str, str] = Field(description="Columns with longitude and latitude, or with easting and northing where `crs` says so.")
    crs: str = Field(
        default="EPSG:4326",
        description="Coordinate reference system of the point: `EPSG:4326` (longitude and latitude, WGS 84), `EPSG:27700` (British National Grid), "
        "`EPSG:29902` (Irish Grid), `EPSG:2157` (Irish Transverse Mercator) or `EPSG:3857` (web maps).",
    )
    on: str | None = Field(
        default=None, description="Column with the date on which the boundary must be in force. Default: the latest boundaries."
    )


class AreaSpec(Spec):
    """Makes a dataset a set of areas: polygons with validity dates."""

    code: str = Field(description="Column with the area's code.")
    label: str | None = Field(default=None, description="Column with the area's name.")
    shape: str = Field(description="Column of type geometry.")
    valid_from: str | None = Field(default=None, description="Column with the first day in force.")
    valid_to: str | None = Field(default=None, description="Column with the last day in force; null while in force.")


class RuleSpec(Spec):
    """A data-quality rule: an expression that holds for a good row."""

    name: Name = Field(description="Name of the rule.")
    check: Expression = Field(description="Boolean expression over the dataset's columns.")
    dimension: Dimension = Field(description="Dimension of the UK Government Data Quality Framework.")
    severity: Severity = Field(
        default="error",
        description="`error` refuses the row, `warn` accepts and counts, `stop` holds the load when more than `share` of its rows fail.",
    )
    share: Share = Field(default=0.0, description="For `stop`: the share of failing rows above which the load is held.")
    nulls: Literal["pass", "fail"] = Field(default="pass", description="What the rule says of a row for which the expression is null.")
    description: str | None = Field(default=None, description="Why the rule exists.")


class TrueSpec(Spec):
    """When a row held in the world."""

    from_: str = Field(alias="from", description="Column with the first day.")
    to: str | None = Field(default=None, description="Column with the last day.")


class DatasetSpec(Spec):
    """A file of `datasets/`: a standard table with a contract."""

    dataset: Name = Field(description="Name of the dataset.")
    title: str | None = Field(default=None, description="What it holds.")
    description: str | None = Field(default=None, description="What a row is.")
    owner: str | None = Field(default=None, description="Who answers for it.")
    classification: Classification = Field(default="internal", description="Classification of columns that don't say their own.")
    key: Names = Field(description="Column(s) that identify a row within a feed.")
    columns: dict[Name, Annotated[ColumnSpec, BeforeValidator(nothing_is_empty)]] = Field(min_length=1, description="The columns.")
    known: Expression | KnownSpec | None = Field(default=None, description="When the source knew a row. Default: the extract's date.")
    true: TrueSpec | None = Field(default=None, description="When a row held in the world.")
    area: AreaSpec | None = Field(default=None, description="Makes this dataset a set of areas.")
    areas: dict[Name, AreaOfSpec] = Field(
        default_factory=dict,
        description="Areas that each row lies in, by the name of the area dataset. Adds `NAME_code` and, where there is a label, `NAME_name`.",
    )
    address: AddressSpec | None = Field(default=None, description="The row's address. Adds the column `property`: its UPRN in the gazetteer.")
    addresses: dict[Name, AddressSpec] = Field(default_factory=dict, description="Where a row has several: each by a name, which adds `NAME_property`.")
    person: PersonSpec | None = Field(default=None, description="The person whom the row is about. Adds the column `person`: the id that they have in every dataset.")
    people: dict[Name, PersonSpec] = Field(default_factory=dict, description="Where a row has several: each by a name, which adds `NAME_person`.")
    rules: tuple[RuleSpec, ...] = Field(default=(), description="Rules over the row.")
    precedence: tuple[str, ...] = Field(
        default=(), description="Where several feeds fill the dataset: `source.feed` from strongest to weakest. Default: by name."
    )
    contract: dict[str, Any] = Field(
        default_factory=dict,
        description="What else the dataset's contract says, in the words of the Open Data Contract Standard: exported as it stands, not acted on.",
    )


class ReportSpec(Spec):
    """A file of `reports/`: a SELECT over datasets and other reports. Its name is the file's; `-- title: …` lines come first."""

    report: Name = Field(description="Name of the report table: the file's name.")
    title: str | None = Field(default=None, description="`-- title:` line.")
    description: str | None = Field(default=None, description="`-- description:` line.")
    owner: str | None = Field(default=None, description="`-- owner:` line.")
    sql: str = Field(description="The SELECT.")
