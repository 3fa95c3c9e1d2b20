"""Profiles in the lake: what is kept by entity, and each whole as of the last run's day."""

from __future__ import annotations

from borough.catalogue.rows import KEPT_DNA


def kept_table(entity: str) -> str:
    """What is kept by entity: the values made from rows."""
    return f"{KEPT_DNA}{entity}"


def profile_table(entity: str) -> str:
    """The whole profile, as of the day of the last run."""
    return f"gold/dna/{entity}"


def profile_name(entity: str) -> str:
    """The bare name by which a profile is queried."""
    return f"{entity}_dna"
