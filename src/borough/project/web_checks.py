"""Mistakes of ``web:`` in borough.yaml."""

from __future__ import annotations

from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where

READABLE = 4.5


def check_web(findings: Findings) -> None:
    """Purposes that are not declared, and a colour on which white can't be read."""
    borough = findings.project.borough
    if findings.is_broken("borough", ""):
        return
    known = set(borough.purposes) or {borough.purpose}
    for role, purposes in borough.web.roles.items():
        for index, purpose in enumerate(purposes):
            if purpose not in known:
                at = Where("borough", "", ("web", "roles", role, index))
                findings.error(at, f"unknown purpose {findings.said(at, purpose)}", f"a purpose of borough.yaml: {one_of(sorted(known))}", nearest(purpose, known))
    found = contrast(borough.web.colour)
    if found < READABLE:
        findings.error(Where("borough", "", ("web", "colour")), f"{borough.web.colour}, on which white has a contrast of {found:.1f} to 1", f"a darker colour: at least {READABLE} to 1", None)


def contrast(colour: str) -> float:
    """The contrast of white on a colour (``#rrggbb``), from 1 to 21 (WCAG 2.2, relative luminance)."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
