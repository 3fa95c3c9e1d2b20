"""Short forms and other spellings of first names, as people of a British city use them.

A line is one name: its root, and what is written for it. A form stands for one name only, the likelier. Written from
general knowledge, and kept even over the communities: whose names are listed decides whose records are found.
Accents are left out, as everywhere in cleaned names.
"""

from __future__ import annotations

from borough.identity.people.nicknames_african import AFRICAN
from borough.identity.people.nicknames_asian import ASIAN
from borough.identity.people.nicknames_british import ENGLISH
from borough.identity.people.nicknames_european import EUROPEAN


def roots() -> dict[str, str]:
    """Each form, and each root itself, with the name that it stands for."""
    lines = [line.partition(":") for block in (ENGLISH, EUROPEAN, ASIAN, AFRICAN) for line in block.strip().splitlines()]
    found = {root: root for root, _, _ in lines}
    for root, _, forms in lines:
        for form in forms.split():
            found.setdefault(form, root)
    return found
