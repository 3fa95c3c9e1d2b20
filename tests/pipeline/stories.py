"""How files may come to a lake: what is in them, in which order they arrive, in how many runs, and what is sent again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

Row = tuple[str, ...]
# Around a change of clocks, so that the ends of days differ from those of UTC.
DATES = (dt.date(2024, 1, 10), dt.date(2024, 2, 10), dt.date(2024, 3, 31), dt.date(2024, 4, 1), dt.date(2024, 7, 1))
DAYS = (*DATES, dt.date(2024, 1, 9), dt.date(2024, 2, 20), dt.date(2024, 6, 30), dt.date(2025, 1, 1))
SEEN = ("05/01/2024", "15/02/2024", "31/03/2024", "20/06/2024")


@dataclass(frozen=True)
class Story:
    """``files``: what each file says in the end. ``runs``: what is put before each run, where a file may first say something else."""

    files: dict[str, list[Row]]
    runs: list[list[tuple[str, list[Row]]]]


def rows(*, dated: bool, operations: bool = False) -> st.SearchStrategy[list[Row]]:
    """Rows of one file: a key (now and then none), a value (now and then unreadable, or out of bounds), a date."""
    key = st.sampled_from(["a", "a", "b", "b", "c", "c", "d", ""])
    value = st.sampled_from(["1", "1", "2", "2", "3", "x", "100"])
    day = st.sampled_from(SEEN if not dated else (*SEEN, "", ""))
    cells = (key, value, day, st.sampled_from(["U", "U", "D"])) if operations else (key, value, day)
    return st.lists(st.tuples(*cells), min_size=0, max_size=5)


@st.composite
def stories(draw: st.DrawFn, *, dated: bool = True, operations: bool = False, parts: bool = False) -> Story:
    """Three to five files, some sent twice with other content, in any order and any grouping into runs."""
    content = rows(dated=dated, operations=operations)
    count = draw(st.integers(3, 5))
    if dated:
        days = sorted(draw(st.permutations(DATES))[:count])
        names = [f"{day}.csv" for day in days]
        if parts and draw(st.booleans()):
            names[-1] = f"{days[0]}-b.csv"
    else:
        names = [f"f{i}.csv" for i in range(count)]
    files = {name: draw(content) for name in names}
    arrivals: list[tuple[str, list[Row]]] = [(name, files[name]) for name in draw(st.permutations(names))]
    for name in draw(st.lists(st.sampled_from(names), max_size=1)):
        first = draw(content)
        at = [n for n, _ in arrivals].index(name)
        arrivals.insert(draw(st.integers(0, at)), (name, first))
    return Story(files, draw(grouped(arrivals)))


@st.composite
def grouped(draw: st.DrawFn, arrivals: Sequence[tuple[str, list[Row]]]) -> list[list[tuple[str, list[Row]]]]:
    runs: list[list[tuple[str, list[Row]]]] = [[]]
    for arrival in arrivals:
        if runs[-1] and (draw(st.booleans()) or arrival[0] in [name for name, _ in runs[-1]]):
            runs.append([])
        runs[-1].append(arrival)
    return runs
