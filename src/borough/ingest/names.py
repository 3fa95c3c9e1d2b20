"""Names in SQL and in bronze: quoting, and received column names made unique."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def unique_names(received: Sequence[str], taken: Iterable[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Column names that can stand in one table, and a notice for each that had to change.

    Blank names become ``column_3`` (their position), repeated ones ``name_2``. Names are the same when
    they differ in case only, as in SQL. A leading ``_`` is Borough's own: such names get an ``x`` in front.
    ``taken`` are names that the parts of the path already use.
    """
    used = {name.casefold() for name in taken}
    # A name that came as it should keeps its name, even if a repeated one before it would be made into it.
    reserved = {name.strip().casefold() for name in received}
    names: list[str] = []
    notices: list[str] = []
    for position, original in enumerate(received, start=1):
        name = original.strip()
        if not name:
            name = f"column_{position}"
        elif name.startswith("_"):
            name = "x" + name
        base, count = name, 1
        while name.casefold() in used or (name != original.strip() and name.casefold() in reserved):
            count += 1
            name = f"{base}_{count}"
        used.add(name.casefold())
        names.append(name)
        if name != original.strip():
            notices.append(f"column {position} {original!r} is read as {name!r}")
    return tuple(names), tuple(notices)


def union_of(columns: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Names in the order in which they were first seen, without regard to case."""
    seen: dict[str, str] = {}
    for names in columns:
        for name in names:
            seen.setdefault(name.casefold(), name)
    return tuple(seen.values())
