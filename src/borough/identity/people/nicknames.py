"""Short forms and other spellings of first names. A line is one name: its root, and what is written for it."""

from __future__ import annotations

_LISTED = """
MOHAMMED: MUHAMMAD MOHAMED MOHAMMAD MUHAMMED MOHAMMOD MOHD MD MOHAMAD
WILLIAM: WILL BILL BILLY WILLIE
"""


def roots() -> dict[str, str]:
    """Each form and the name that it stands for, itself among them."""
    found: dict[str, str] = {}
    for line in _LISTED.strip().splitlines():
        root, _, forms = line.partition(":")
        for form in (root, *forms.split()):
            found.setdefault(form, root)
    return found
