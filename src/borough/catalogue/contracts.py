"""What datasets look like to a reader: column types, area columns, names of tables."""

from __future__ import annotations

from borough.project.load import Project
from borough.project.roles import link_columns
from borough.project.specs import DatasetSpec

# A contract's column types as the lake's logical types.
LOGICAL = {
    "string": "string",
    "integer": "long",
    "number": "double",
    "money": "decimal(18,2)",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
    "geometry": "binary",
}


def contract_types(contract: DatasetSpec) -> dict[str, str]:
    """Column name → declared type."""
    return {name: spec.type for name, spec in contract.columns.items()}


def logical_columns(contract: DatasetSpec) -> tuple[tuple[str, str], ...]:
    """The dataset's own columns with the lake's types, in order of declaration."""
    return tuple((name, LOGICAL[spec.type]) for name, spec in contract.columns.items())


def area_columns(project: Project, contract: DatasetSpec) -> dict[str, str]:
    """Columns that the declared areas add: ``ward_code`` and, where the area has a label, ``ward_name``."""
    added: dict[str, str] = {}
    for area in contract.areas:
        added[f"{area}_code"] = "string"
        target = project.datasets.get(area)
        if target is not None and target.area is not None and target.area.label is not None:
            added[f"{area}_name"] = "string"
    return added


def added_columns(project: Project, contract: DatasetSpec) -> dict[str, str]:
    """Columns that a reader sees beside the dataset's own: of areas, and of who and where."""
    return area_columns(project, contract) | link_columns(contract)


def feeds_of(project: Project, dataset: str) -> tuple[str, ...]:
    """The feeds that fill a dataset, strongest first (declared precedence, then by name)."""
    declared = project.datasets[dataset].precedence
    filling = [name for name, _source, feed in project.feeds() if feed.to == dataset]
    return tuple(sorted(filling, key=lambda f: (declared.index(f) if f in declared else len(declared), f)))


def bronze_table(feed: str) -> str:
    return "bronze/" + feed.replace(".", "/")


def log_table(dataset: str) -> str:
    return f"silver/{dataset}/log"


def current_table(dataset: str) -> str:
    return f"silver/{dataset}/current"


def plain_table(dataset: str) -> str:
    """What the dataset shows, for other engines."""
    return f"silver/{dataset}/table"


def area_table(dataset: str, area: str) -> str:
    return f"silver/{dataset}/area/{area}"


def report_table(report: str) -> str:
    return f"gold/{report}"


DELIVERIES = "system/deliveries"
QUARANTINE = "system/quarantine"
CORRECTIONS = "system/corrections"
DECISIONS = "system/decisions"
LEDGER = "system/ledger"
SCORECARD = "system/scorecard"
AREA_SCORECARD = "system/scorecard_area"
DRIFT = "system/drift"
