"""Makes a district's world, and has every service write what it knows of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import cast

from borough.demo.plan import District, Period, Plan
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICES = (
    "boundaries", "gazetteer", "census", "deprivation",
    "council_tax", "benefits", "housing", "electoral", "customer_account", "blue_badges", "freedom_passes", "registrars",
    "licensing", "enforcement", "asb", "noise", "pest_control", "waste", "planning", "epc", "deposits", "land_registry", "police",
    "parking", "cctv", "regeneration", "ceremonies",
    "schools", "send", "childrens", "adult_social_care", "telecare", "libraries", "further_education", "public_health",
)  # fmt: skip
"""Each is a module of ``services`` with one function, ``write(world, period, yard)``, and a source of the library by the same name."""


def world(plan: Plan, district: District, told: Callable[[str], None] = lambda _: None) -> World:
    """All that is true of a district, from before ``START`` to ``HORIZON``."""
    from borough.demo.ground.make import make as make_ground
    from borough.demo.law.make import make as make_law
    from borough.demo.lives.make import make as make_lives

    told("ground")
    ground = make_ground(plan, district)
    told("lives")
    lives = make_lives(plan, district, ground)
    told("law")
    return World(plan, district, ground, lives, make_law(plan, district, ground, lives))


def writer(service: str) -> Callable[[World, Period, Yard], None]:
    """How a service writes its extracts."""
    module = importlib.import_module(f"borough.demo.services.{service}")
    return cast("Callable[[World, Period, Yard], None]", module.write)


def deliver(world: World, period: Period, yard: Yard, services: Iterable[str] = SERVICES, told: Callable[[str], None] = lambda _: None) -> None:
    """Write the extracts of a period, service by service."""
    for service in services:
        told(service)
        writer(service)(world, period, yard)
