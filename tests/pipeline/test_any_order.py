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
from .stories import DATES, DAYS, Story, stories

EXAMPLES = int(os.environ.get("BOROUGH_EXAMPLES", "5"))
few = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate))
DATED = "{extract_date:%Y-%m-%d}*.csv"
KNOWN = DATASET + "known: seen\n"


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


FULL = [source("full", more="    max_drop: 100%\n"), source("full", more="    max_drop: 50%\n    same_date: parts\n"), source("full", more="    max_drop: 60%\n    same_date: latest\n")]


@pytest.mark.parametrize("dataset", [DATASET, KNOWN], ids=["extract", "known"])
@pytest.mark.parametrize("declared", FULL, ids=["refuse", "parts", "latest"])
def test_complete_extracts(declared: str, dataset: str) -> None:
    @few
    @given(stories(parts=True))
    def property(story: Story) -> None:
        seen = same(story, declared, dataset, rewrite=0)
        if dataset is DATASET:
            check_against_oracle(story, declared, seen)

    property()


@pytest.mark.parametrize("dataset", [DATASET, KNOWN], ids=["extract", "known"])
def test_appended_with_a_date(dataset: str) -> None:
    @few
    @given(stories(parts=True))
    def property(story: Story) -> None:
        seen = same(story, source("append"), dataset, rewrite=1)
        if dataset is DATASET:
            check_against_oracle(story, source("append"), seen)

    property()


@few
@given(stories(dated=False))
def test_appended_without_a_date(story: Story) -> None:
    same(story, source("append", "*.csv"), KNOWN, rewrite=0)


@pytest.mark.parametrize("dataset", [DATASET, KNOWN], ids=["extract", "known"])
def test_changes(dataset: str) -> None:
    @few
    @given(stories(operations=True, parts=True))
    def property(story: Story) -> None:
        seen = same(story, source("changes"), dataset)
        if dataset is DATASET:
            check_against_oracle(story, source("changes"), seen)

    property()


def check_against_oracle(story: Story, declared: str, seen: Seen) -> None:
    """Current rows, and the rows as of every day, worked out row by row from the files. Nothing known later shows."""
    expected = states(story.files, declared)
    assert seen.current == expected(dt.date.max)
    for day in DAYS:
        assert seen.as_of[day] == expected(day), day
    assert set(DATES) <= set(DAYS)
