"""Deliveries of some services of a small borough."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from borough.demo import build
from borough.demo.files.yard import FilesYard
from borough.demo.plan import Period
from borough.demo.world import World


def deliver(world: World, root: Path, services: Iterable[str], *periods: Period) -> Path:
    """Write what the services know in these periods, a delivery each; the folder."""
    for period in periods:
        with FilesYard(root, period.until) as yard:
            build.deliver(world, period, yard, services)
    return root
