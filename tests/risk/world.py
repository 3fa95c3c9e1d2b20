"""A little city for tests of models: homes, their facts, and visits whose outcomes follow a law that the tests know."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tests.cli.council import Done, borough, write

NOW = "2026-03-01T09:00:00Z"
FILES = {
    "borough.yaml": "borough: Testing\nlake: ./lake\nstate: sqlite:///./state.db\npurpose: enforcement\npurposes:\n  enforcement: {title: Enforcement, permits: [public, internal, personal]}\n",
    "sources/town.yaml": (
        "source: town\nowner: Tests\nlawful_basis: public task\nfeeds:\n"
        "  homes: {files: 'data/homes_{extract_date:%Y-%m-%d}.csv', delivers: full, to: home, map: {home: home, area: area, built: uk_date(built)}}\n"
        "  facts: {files: 'data/facts_{extract_date:%Y-%m-%d}.csv', delivers: full, to: fact, map: {home: home, calls: integer(calls), kind: kind, shared: yes_no(shared), size: number(size), origin: origin, entered: uk_date(entered)}}\n"
        "  visits: {files: 'data/visits_{extract_date:%Y-%m-%d}.csv', delivers: append, to: visit, map: {visit: visit, home: home, visited: uk_date(visited), entered: uk_date(entered), reason: reason, outcome: outcome}}\n"
    ),
    "datasets/home.yaml": "dataset: home\nkey: home\nclassification: internal\nknown: built\ncolumns:\n  home: {type: integer, required: true}\n  built: {type: date}\n  area: {type: string}\n",
    "datasets/fact.yaml": (
        "dataset: fact\nkey: home\nclassification: internal\nknown: entered\ncolumns:\n  home: {type: integer, required: true}\n  calls: {type: integer}\n  kind: {type: string}\n  shared: {type: boolean}\n  size: {type: number}\n"
        "  origin: {type: string, title: Nationality of the payer}\n  entered: {type: date}\n"
    ),
    "datasets/visit.yaml": (
        "dataset: visit\nkey: visit\nclassification: internal\nknown: entered\ncolumns:\n  visit: {type: string, required: true}\n  home: {type: integer}\n  visited: {type: date}\n  entered: {type: date}\n  reason: {type: string}\n  outcome: {type: string}\n"
    ),
    "datasets/notice.yaml": "dataset: notice\nkey: notice\nclassification: internal\nknown: served\ncolumns:\n  notice: {type: string, required: true}\n  home: {type: integer}\n  visit: {type: string, references: visit.visit, severity: warn}\n  served: {type: date}\n",
    "entities/home.yaml": "entity: home\ndataset: home\nkey: home\n",
    "dna/home.yaml": (
        "dna: home\nentity: home\nowner: Tests\nattributes:\n"
        "  area: {title: Area, meaning: Area., from: home, by: home, fact: area}\n"
        "  calls: {title: Calls, meaning: Calls., from: fact, by: home, fact: calls}\n"
        "  kind: {title: Kind, meaning: Kind., from: fact, by: home, fact: kind}\n"
        "  shared: {title: Shared, meaning: Shared., from: fact, by: home, fact: shared}\n"
        "  size: {title: Size, meaning: Size., from: fact, by: home, fact: size}\n"
        "  same: {title: Same, meaning: The same everywhere., from: fact, by: home, fact: '1'}\n"
        "  twin: {title: Twin, meaning: A copy., from: fact, by: home, fact: calls}\n"
        "  nothing: {title: Nothing, meaning: Never known., from: fact, by: home, fact: 'if(calls < 0, calls, null)'}\n"
        "  nationality: {title: Where from, meaning: Nationality., from: fact, by: home, fact: origin}\n"
        "  visits: {title: Visits, meaning: Visits so far., from: visit, by: home, count: true}\n"
        "  often_visited: {title: Often visited, meaning: More than one., formula: visits > 1}\n"
        "  notices: {title: Notices, meaning: Notices., from: notice, by: home, count: true}\n"
    ),
}
MODEL = (
    "model: risk\ntitle: Homes at risk\nmeaning: How likely it is.\nowner: Tests\nentity: home\npurposes: [enforcement]\n"
    "outcome: {from: visit, by: home, on: visited, where: \"outcome <> 'no access'\", yes: \"outcome = 'bad'\", reason: reason, random: \"reason = 'random'\", mistakes: MISTAKES}\n"
    "stages:\n  bad: {title: Bad}\n"
    "features: {FEATURES}\nfairness: [area]\ncapacity: 20\n"
)
FEATURES = "calls: log, kind: categories, shared: linear, size: {as: spline, into: 3}"


def model(features: str = FEATURES, *, mistakes: bool = True, also: str = "") -> dict[str, str]:
    """The file of a model."""
    return {"models/risk.yaml": MODEL.replace("MISTAKES", str(mistakes).lower()).replace("FEATURES", features) + also}


class City:
    """Homes with facts, and visits: complaints go where outcomes are bad, some are random, some are recorded wrongly."""

    def __init__(self, seed: int = 0, homes: int = 3000, visits: int = 2500, wrong: float = 0.06) -> None:
        chance = np.random.default_rng(seed)
        self.chance, self.homes = chance, np.arange(1, homes + 1)
        self.calls = chance.poisson(1.2, homes)
        self.kind = chance.choice(["flat", "house", "shop"], homes, p=[0.5, 0.4, 0.1])
        self.shared = chance.random(homes) < 0.2
        self.size = np.round(chance.gamma(4, 20, homes), 1)
        self.area = chance.choice(["north", "south"], homes)
        logit = -3.2 + 1.1 * np.log1p(self.calls) + 1.6 * self.shared + 0.9 * (self.kind == "shop") - 0.012 * np.minimum(self.size, 90)
        self.truth = 1 / (1 + np.exp(-logit))
        self.bad = chance.random(homes) < self.truth
        drawn = np.where(self.bad, 4.0, 1.0)
        complaint = chance.choice(self.homes, int(visits * 0.7), p=drawn / drawn.sum())
        random = chance.choice(self.homes, visits - len(complaint))
        who = np.concatenate([complaint, random])
        reason = np.array(["complaint"] * len(complaint) + ["random"] * len(random))
        day = np.datetime64("2024-03-01") + chance.integers(0, 700, len(who))
        found = self.bad[who - 1] ^ (chance.random(len(who)) < wrong)
        outcome = np.where(chance.random(len(who)) < 0.15, "no access", np.where(found, "bad", "fine"))
        self.visits: list[dict[str, Any]] = [
            {"visit": f"V{i}", "home": int(h), "visited": str(d), "entered": str(d + 2), "reason": r, "outcome": o} for i, (h, d, r, o) in enumerate(zip(who, day, reason, outcome, strict=True))
        ]

    def facts(self) -> list[dict[str, Any]]:
        rows = zip(self.homes, self.calls, self.kind, self.shared, self.size, strict=False)  # homes may have gone
        return [{"home": int(h), "calls": int(c), "kind": k, "shared": str(bool(s)).lower(), "size": z, "origin": "x", "entered": "2024-01-02"} for h, c, k, s, z in rows]

    def write(self, root: Path, day: str = "2026-02-28", *, facts: Sequence[Mapping[str, Any]] | None = None, visits: Sequence[Mapping[str, Any]] | None = None) -> None:
        write_csv(root / "data" / f"homes_{day}.csv", [{"home": int(h), "area": a, "built": "2023-05-01"} for h, a in zip(self.homes, self.area, strict=False)])
        write_csv(root / "data" / f"facts_{day}.csv", self.facts() if facts is None else facts)
        write_csv(root / "data" / f"visits_{day}.csv", self.visits if visits is None else visits)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


def begin(root: Path, files: Mapping[str, str] | None = None) -> None:
    write(root, {**FILES, **(model() if files is None else files)})


def run(root: Path, now: str = NOW) -> Done:
    return borough("run", "--project", root, "--now", now)


def city(root: Path, *, files: Mapping[str, str] | None = None, now: str = NOW, **made: Any) -> City:
    """A project with a city in it, run once."""
    found = City(**made)
    begin(root, files)
    found.write(root)
    done = run(root, now)
    assert done.code == 0, done.out + done.err
    return found
