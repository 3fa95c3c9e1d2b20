"""Mistakes in the purposes that sources and columns name."""

from __future__ import annotations

from collections.abc import Sequence

from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where


def check_purposes(findings: Findings, at: Where, purposes: Sequence[str]) -> None:
    """Each of them is declared in `borough.yaml`."""
    borough = findings.project.borough
    known = set(borough.purposes) or {borough.purpose}
    if findings.is_broken("borough", ""):
        return
    for index, purpose in enumerate(purposes):
        if purpose not in known:
            where = at.below("purposes", index)
            found = f"unknown purpose {findings.said(where, purpose)}"
            findings.error(where, found, f"a purpose of borough.yaml: {one_of(sorted(known))}", nearest(purpose, known))
