"""The tables of entities, as readers see them."""

from __future__ import annotations

from collections.abc import Mapping

from borough.catalogue.tables import Columns

ENTITY_TABLES: Mapping[str, tuple[str, Columns]] = {}
"""Bare name → table and columns."""
