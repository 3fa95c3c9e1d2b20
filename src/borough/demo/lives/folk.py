"""Tables of people in the making: columns of numbers that grow by whole tables."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from borough.demo.lives.homes import Flags, Ints

FEMALE, MALE = 0, 1
HEAD, PARTNER, CHILD, PARENT, ADULT, SHARER, LODGER = range(7)
ROLES = ("head", "partner", "child", "parent", "adult", "sharer", "lodger")
FOREVER = 10**6
"""A day that never comes."""


@dataclass
class Folk:
    """Memberships: who belongs to which party from one day to another. Most people are one, some are several one after another.

    ``line``: the surname's, three to a party: the head's, the partner's, another's. ``dies``: the end is a death.
    """

    party: Ints
    role: Ints
    sex: Ints
    born: Ints
    join: Ints
    leave: Ints
    dies: Flags
    line: Ints

    def __len__(self) -> int:
        return len(self.party)

    def where(self, which: npt.NDArray[np.generic]) -> Folk:
        """Some of them, or all in another order."""
        return Folk(*(getattr(self, f.name)[which] for f in fields(self)))


def together(*tables: Folk) -> Folk:
    """Tables one below the other."""
    return Folk(*(np.concatenate([getattr(t, f.name) for t in tables]) for f in fields(Folk)))


def folk(party: Ints, role: int, sex: Ints, born: Ints, join: Ints, leave: Ints, line: Ints, dies: Flags | None = None) -> Folk:
    """A table of memberships in one role."""
    none = np.zeros(len(party), dtype=bool)
    return Folk(party, np.full(len(party), role), sex, born, join, leave, none if dies is None else dies, line)
