"""The system's own tables: their columns, with logical types. They are queried by their bare names."""

from __future__ import annotations

Columns = tuple[tuple[str, str], ...]

DELIVERY_COLUMNS: Columns = (
    ("id", "long"),
    ("feed", "string"),
    ("file", "string"),
    ("size", "long"),
    ("modified_ns", "long"),
    ("sha256", "string"),
    ("position", "timestamp"),
    ("counted", "long"),
    ("status", "string"),  # received | refused | superseded
    ("problem", "string"),
    ("encoding", "string"),
    ("notices", "string"),
    ("fingerprint", "string"),
    ("run", "long"),
    ("recorded", "timestamp"),
    ("bookmark", "string"),  # how far a database or an API was read
    ("reading", "string"),  # how a file was read: its format and date, as they were declared
)

REFUSED_COLUMNS: Columns = (
    ("feed", "string"),
    ("dataset", "string"),
    ("delivery", "long"),
    ("file", "string"),
    ("row", "long"),
    ("position", "timestamp"),
    ("key", "string"),
    ("reasons", "string"),  # JSON list of {check, column, dimension, says, found}
    ("original", "string"),  # JSON object of the values as received
    ("cause", "string"),
)

QUARANTINE_COLUMNS: Columns = (
    *REFUSED_COLUMNS,
    ("status", "string"),  # refused | released
    ("run", "long"),
    ("recorded", "timestamp"),
)

CORRECTION_COLUMNS: Columns = (
    ("feed", "string"),
    ("delivery", "long"),
    ("row", "long"),
    ("column_name", "string"),
    ("value", "string"),
    ("who", "string"),
    ("run", "long"),
    ("recorded", "timestamp"),
)

DECISION_COLUMNS: Columns = (
    ("feed", "string"),
    ("position", "timestamp"),
    ("decision", "string"),  # release
    ("who", "string"),
    ("run", "long"),
    ("recorded", "timestamp"),
)

LEDGER_COLUMNS: Columns = (
    ("run", "long"),
    ("feed", "string"),
    ("dataset", "string"),
    ("position", "timestamp"),
    ("cause", "string"),
    ("read", "long"),
    ("accepted", "long"),
    ("unchanged", "long"),
    ("superseded", "long"),
    ("quarantined", "long"),
    ("held", "long"),
    ("inserted", "long"),
    ("updated", "long"),
    ("deleted", "long"),
    ("deletes_held", "long"),
    ("reason", "string"),
    ("recorded", "timestamp"),
)

SCORECARD_COLUMNS: Columns = (
    ("run", "long"),
    ("dataset", "string"),
    ("feed", "string"),
    ("rule", "string"),
    ("column_name", "string"),
    ("dimension", "string"),
    ("severity", "string"),
    ("rows", "long"),
    ("failed", "long"),
    ("score", "double"),
    ("recorded", "timestamp"),
)

AREA_SCORE_COLUMNS: Columns = (
    ("dataset", "string"),
    ("area", "string"),  # the dataset of the areas: ward
    ("code", "string"),  # null: no area is known of the rows
    ("label", "string"),
    ("rule", "string"),
    ("column_name", "string"),
    ("dimension", "string"),
    ("severity", "string"),
    ("rows", "long"),
    ("failed", "long"),
)

AREA_SCORECARD_COLUMNS: Columns = (("run", "long"), *AREA_SCORE_COLUMNS, ("recorded", "timestamp"))

DRIFT_COLUMNS: Columns = (
    ("run", "long"),
    ("feed", "string"),
    ("file", "string"),
    ("kind", "string"),  # new_column | missing_column | boundary
    ("name", "string"),
    ("action", "string"),
    ("recorded", "timestamp"),
)
