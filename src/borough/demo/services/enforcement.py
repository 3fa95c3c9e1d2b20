"""Enforcement: fixed penalties as nested JSON from the contractor's devices, visits to homes and the notices that follow from Uniform."""

from __future__ import annotations

from borough.demo.plan import Period
from borough.demo.services.private_housing.penalties import put_penalties
from borough.demo.services.private_housing.visits import put_notices, put_visits
from borough.demo.world import World
from borough.demo.yard import Yard


def write(world: World, period: Period, yard: Yard) -> None:
    """What was entered or changed in the period."""
    put_penalties(world, period, yard)
    put_visits(world, period, yard)
    put_notices(world, period, yard)
