"""A test module of services says its PLAN, SERVICES and days (EARLIER, UNTIL): here are its world and its deliveries."""

from __future__ import annotations

from pathlib import Path

import pytest
from delivering import deliver

from borough.demo import build
from borough.demo.plan import Period
from borough.demo.world import World


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> World:
    """The world of the module's plan."""
    plan = request.module.PLAN
    return build.world(plan, plan.districts()[0])


@pytest.fixture(scope="module")
def whole(request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything in one delivery."""
    said = request.module
    return deliver(world, tmp_path_factory.mktemp("whole"), said.SERVICES, Period(said.UNTIL))


@pytest.fixture(scope="module")
def advanced(request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in two."""
    said = request.module
    return deliver(world, tmp_path_factory.mktemp("advanced"), said.SERVICES, Period(said.EARLIER), Period(said.UNTIL, said.EARLIER))
