"""Files in any order, in any number of runs, some sent twice: always the same history, current rows, past and quarantine."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from .council import DATASET, SOURCE, Council, Seen
from .oracle import states
from .stories import DAYS, Story, stories

EXAMPLES = int(os.environ.get("BOROUGH_EXAMPLES", "3"))
few = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate))
DATED = "{extract_date:%Y-%m-%d}*.csv"


def source(delivers: str, glob: str = DATED, more: str = "") -> str:
    operation = "    operation: {column: op}\n" if delivers == "changes" else ""
    return SOURCE.format(delivers=delivers, glob=glob) + operation + more


def council(folder: str, declared: str, dataset: str, rewrite: float = 0.15) -> Council:
    return Council(Path(folder), declared, dataset, header="k,v,d,op" if "operation" in declared else "k,v,d", rewrite=rewrite)


def told(story: Story, declared: str, dataset: str, rewrite: float = 0.15) -> Seen:
    """What a lake says to which the files came as in the story."""
    with tempfile.TemporaryDirectory() as folder:
        one = council(folder, declared, dataset, rewrite)
        for run in story.runs:
            for file, rows in run:
                one.put(file, rows)
            one.run()
            seen = one.seen(DAYS)
        return seen


def at_once(story: Story, declared: str, dataset: str) -> Seen:
    """What a lake says that is built from nothing with all files there."""
    return told(Story(story.files, [list(story.files.items())]), declared, dataset)


def same(story: Story, declared: str, dataset: str = DATASET, rewrite: float = 0.15) -> Seen:
    for run in story.runs:
        note(repr(run))
    whole = at_once(story, declared, dataset)
    assert told(story, declared, dataset, rewrite) == whole
    return whole


PLAIN, KNOWN, STOP = DATASET, DATASET + "known: seen\n", DATASET + "rules:\n  - {name: small, check: v <> 3, dimension: validity, severity: stop, share: 40%}\n"
COMPLETE = {
    "refuse": ("    max_drop: 100%\n", PLAIN),
    "refuse, known": ("    max_drop: 100%\n", KNOWN),
    "parts, hold": ("    max_drop: 50%\n    same_date: parts\n", KNOWN),
    "latest, hold": ("    max_drop: 60%\n    same_date: latest\n", PLAIN),
    "stop": ("    max_drop: 100%\n    same_date: parts\n", STOP),
}


@pytest.mark.parametrize("case", COMPLETE)
def test_complete_extracts(case: str) -> None:
    more, dataset = COMPLETE[case]

    @few
    @given(stories(parts=True))
    def property(story: Story) -> None:
        check_against_oracle(story, source("full", more=more), dataset, rewrite=0)

    property()


@pytest.mark.parametrize("dataset", [PLAIN, KNOWN], ids=["extract", "known"])
def test_appended_with_a_date(dataset: str) -> None:
    @few
    @given(stories(parts=True))
    def property(story: Story) -> None:
        check_against_oracle(story, source("append"), dataset, rewrite=1)

    property()


@pytest.mark.parametrize("dataset", [KNOWN, STOP + "known: seen\n"], ids=["known", "stop"])
def test_appended_without_a_date(dataset: str) -> None:
    @few
    @given(stories(dated=False))
    def property(story: Story) -> None:
        same(story, source("append", "*.csv"), dataset, rewrite=0)

    property()


@pytest.mark.parametrize("dataset", [PLAIN, KNOWN], ids=["extract", "known"])
def test_changes(dataset: str) -> None:
    @few
    @given(stories(operations=True, parts=True))
    def property(story: Story) -> None:
        check_against_oracle(story, source("changes"), dataset)

    property()


def check_against_oracle(story: Story, declared: str, dataset: str, rewrite: float = 0.15) -> None:
    """Any order gives the same; and that is what is worked out row by row from the files: now, and as of every day.

    So nothing that came, or was known, later shows on a day.
    """
    seen = same(story, declared, dataset, rewrite)
    expected = states(story.files, declared + dataset, known=dataset is KNOWN)
    assert seen.current == expected(dt.date.max)
    for day in DAYS:
        assert seen.as_of[day] == expected(day), day
