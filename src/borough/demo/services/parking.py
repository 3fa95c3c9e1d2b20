"""Parking: penalty charge notices of the enforcement system and the permits of its portal."""

from __future__ import annotations

from borough.demo.plan import Period
from borough.demo.services.kerb.fines import put_fines
from borough.demo.services.kerb.permits import put_permits
from borough.demo.world import World
from borough.demo.yard import Yard


def write(world: World, period: Period, yard: Yard) -> None:
    """What was issued or changed in the period."""
    put_fines(world, period, yard)
    put_permits(world, period, yard)
