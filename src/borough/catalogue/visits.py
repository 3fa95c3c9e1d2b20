"""Plans of visits in the lake: whom each sent somebody to, and why, so that what was found can be told apart by that."""

from __future__ import annotations

from borough.catalogue.tables import Columns

PLANS = "system/plans"
NOTED_COLUMNS: Columns = (
    ("plan", "string"),
    ("made", "date"),
    ("who", "string"),
    ("seed", "string"),
    ("model", "string"),
    ("version", "long"),  # of the fitted model
    ("uprn", "long"),
    ("reason", "string"),  # random | rating
    ("rating", "double"),
    ("band", "string"),
    ("run", "long"),
    ("recorded", "timestamp"),
    ("round", "long"),  # homes that lie together
    ("place", "long"),  # in the round, as it is walked
)
