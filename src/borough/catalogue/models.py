"""Fitted models and ratings in the lake."""

from __future__ import annotations

from borough.catalogue.rows import KEPT_RATINGS
from borough.catalogue.tables import Columns

FITTED = "gold/risk/models"
"""Every fitted model, in all versions."""
FITTED_COLUMNS: Columns = (
    ("model", "string"),
    ("version", "long"),
    ("as_of", "date"),
    ("code", "string"),
    ("declared", "string"),
    ("data", "string"),
    ("document", "string"),
    ("who", "string"),
    ("run", "long"),
    ("recorded", "timestamp"),
)


def rating_table(model: str) -> str:
    """The ratings of a model's entities, as of the last run."""
    return f"{KEPT_RATINGS}{model}"


def rating_name(model: str) -> str:
    """The bare name by which a model's ratings are queried."""
    return f"{model}_rating"
