"""How each feed's source was last reached: noted by runs, read by people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from borough.errors import StateError
from borough.project.load import Project
from borough.state.model import Attempt

SOURCE = "source"


def note_contacts(project: Project, contacts: Mapping[str, str | None], *, now: dt.datetime) -> str | None:
    """Note for each feed whether its source was reached: None, or the problem. Feeds that are gone are forgotten.

    Returns what there is to tell when the state can't be used: no run fails for it.
    """
    from borough.state.opening import opened_state

    try:
        with opened_state(project) as state:
            state.tried_all(SOURCE, contacts, now=now)
            declared = {feed for feed, _source, _spec in project.feeds()}
            for known in state.attempts(SOURCE):
                if known.name not in declared:
                    state.forget(SOURCE, known.name)
    except StateError as error:
        return f"how sources were reached is not noted: {error.message}"
    return None


def contacts(project: Project) -> dict[str, Attempt]:
    """How each declared feed's source was last reached; a feed that was never tried is left out. Raises StateError."""
    from borough.state.opening import opened_state

    with opened_state(project) as state:
        declared = {feed for feed, _source, _spec in project.feeds()}
        return {a.name: a for a in state.attempts(SOURCE) if a.name in declared}
