"""The entities of a run: property, person, household, landlord, each made again when what it is made from changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from borough.compile.entities import entity_fingerprint
from borough.pipeline.context import Run

_ANEW = "properties anew"
"""Noted of a run that asks every address: records may have a property that they had not."""


def make(run: Run, entity: str) -> int:
    """Bring one entity up to date. Returns how many addresses or records were linked, or how many of the entity there are."""
    remembered = run.record.setdefault("entities", {}).setdefault(entity, {})
    declared = entity_fingerprint(run.project, entity)
    waiting = run.writer.last.record.get("pending", []) if run.writer.last else []
    rows = _MAKERS[entity](run, remembered.get("fingerprint") != declared or entity in waiting)
    remembered["fingerprint"] = declared
    return rows


def _property(run: Run, anew: bool) -> int:
    from borough.pipeline.whereabouts import match_addresses

    if anew:
        run.made.add(_ANEW)
    return match_addresses(run, anew=anew)


def _person(run: Run, anew: bool) -> int:
    from borough.pipeline.linking import link_people

    linked = link_people(run, anew=anew or _ANEW in run.made)
    run.notices.extend(("person", "", what) for what in linked.told)
    return linked.records


def _household(run: Run, anew: bool) -> int:
    from borough.pipeline.households import make_households

    return make_households(run, anew=anew) if anew or run.changed & {"person", "property"} else 0


def _landlord(run: Run, anew: bool) -> int:
    from borough.pipeline.landlords import make_landlords

    return make_landlords(run) if anew or run.changed & {"person", "property"} else 0


_MAKERS: Mapping[str, Callable[[Run, bool], int]] = {"property": _property, "person": _person, "household": _household, "landlord": _landlord}
