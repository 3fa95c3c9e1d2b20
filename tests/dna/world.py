"""A little world for tests of DNA: homes with events, spells, accounts and visits, edited day after day, written as a council's extracts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cli.council import Done, borough, write

Row = dict[str, str]
Tables = dict[str, dict[str, Row]]
COLUMNS: Mapping[str, Sequence[str]] = {
    "homes": ("uprn", "street", "kind"),
    "events": ("event", "uprn", "day", "category", "amount", "score", "entered"),
    "spells": ("spell", "uprn", "party", "account", "started", "ended", "ended_entered", "entered"),
    "accounts": ("account", "band"),
    "visits": ("visit", "spell", "day", "outcome", "entered"),
    "notes": ("note", "uprn", "text", "entered"),
    "more_notes": ("note", "uprn", "text", "entered"),
}
KEYS = {name: columns[0] for name, columns in COLUMNS.items()}
_NOTE = "dataset: note\nkey: note\nknown: entered\ncolumns:\n  note: {type: string, required: true}\n  uprn: {type: integer}\n  text: {type: string}\n  entered: {type: date}\nprecedence: [more_notes.rows, notes.rows]\naddress: {uprn: uprn}\n"
DATASETS = {
    "home": "dataset: home\nkey: uprn\ncolumns:\n  uprn: {type: integer, required: true}\n  street: {type: string}\n  kind: {type: string}\n",
    "event": (
        "dataset: event\nkey: event\nknown: entered\ncolumns:\n  event: {type: string, required: true}\n  uprn: {type: integer}\n  day: {type: date}\n  category: {type: string}\n"
        "  amount: {type: money}\n  score: {type: number}\n  entered: {type: date}\naddress: {uprn: uprn}\n"
    ),
    "spell": (
        "dataset: spell\nkey: spell\nknown: entered\ncolumns:\n  spell: {type: string, required: true}\n  uprn: {type: integer}\n  party: {type: string}\n  account: {type: string, references: account.account, severity: warn}\n"
        "  started: {type: date}\n  ended: {type: date, known: ended_entered}\n  ended_entered: {type: date, known: ended_entered}\n  entered: {type: date}\ntrue: {from: started, to: ended}\naddress: {uprn: uprn}\n"
    ),
    "account": "dataset: account\nkey: account\ncolumns:\n  account: {type: string, required: true}\n  band: {type: string}\n",
    "visit": (
        "dataset: visit\nkey: visit\nknown: entered\ncolumns:\n  visit: {type: string, required: true}\n  spell: {type: string, references: spell.spell, severity: warn}\n  day: {type: date}\n"
        "  outcome: {type: string}\n  entered: {type: date}\naddress: {through: spell}\n"
    ),
    "note": _NOTE,
}
FILLS = {"homes": "home", "events": "event", "spells": "spell", "accounts": "account", "visits": "visit", "notes": "note", "more_notes": "note"}
APPENDED = frozenset({"events"})
DNA = """\
dna: life
entity: property
owner: Tests
attributes:
  kind_now: {title: Kind, meaning: Kind., from: home, by: uprn, fact: kind}
  street: {title: Street, meaning: Street., from: home, by: uprn, fact: street}
  events: {title: Events, meaning: All., from: event, count: true}
  events_60d: {title: Events, meaning: Of 60 days., from: event, count: true, on: day, window: last 60 days}
  loud_2m: {title: Loud, meaning: Loud., from: event, where: category = 'loud', count: true, on: day, window: last 2 months}
  amount: {title: Amount, meaning: Sum., unit: £, from: event, sum: amount, on: day}
  score_sum: {title: Scores, meaning: Sum., from: event, sum: score}
  score_mean: {title: Score, meaning: Mean., from: event, mean: score}
  least_amount: {title: Least, meaning: Least., from: event, least: amount}
  latest_day: {title: Latest, meaning: Greatest., from: event, greatest: day, on: day}
  loud_share: {title: Share, meaning: Share., from: event, share: category = 'loud', on: day, window: last 3 months}
  event_rate: {title: Rate, meaning: A month., from: event, rate: month, on: day, window: last 3 months}
  event_days: {title: Days since, meaning: Recency., from: event, where: category <> 'quiet', recency: true, on: day}
  event_trend: {title: Trend, meaning: Trend., from: event, trend: true, on: day, window: last 4 weeks}
  categories: {title: Categories, meaning: Distinct., from: event, distinct: category}
  last_category: {title: Last category, meaning: Fact., from: event, fact: category, on: day, missing: none}
  party_changes: {title: Changes, meaning: Changes., from: spell, change: party, on: started, window: last 3 months}
  party_changes_ever: {title: Changes, meaning: Changes., from: spell, change: party}
  spells_now: {title: Spells, meaning: That hold., from: spell, count: true, on: started, until: ended}
  party_now: {title: Party, meaning: That holds., from: spell, fact: party, on: started, until: ended}
  open_spells: {title: Open, meaning: Without an end., from: spell, where: ended is null, count: true}
  band: {title: Band, meaning: Of the account., from: spell, fact: account.band, on: started}
  visits: {title: Visits, meaning: Through spells., from: visit, count: true}
  last_outcome: {title: Outcome, meaning: Through spells., from: visit, fact: outcome, on: day}
  notes: {title: Notes, meaning: Of two feeds., from: note, count: true}
  last_note: {title: Note, meaning: Of two feeds., from: note, fact: text}
  busy: {title: Busy, meaning: Formula., formula: events_60d > 1 or visits > 0}
  age: {title: Age, meaning: By the day., formula: 'days_between(latest_day, as_of)'}
  homes_beside: {title: Beside, meaning: Neighbours., neighbours: {by: street, take: count}}
  street_events: {title: Street, meaning: Neighbours., neighbours: {by: street, take: mean, of: events_60d}}
  street_busy: {title: Street, meaning: Neighbours., neighbours: {by: street, take: sum, of: busy, itself: true}}
  rating: {title: Rating, meaning: Score., score: {intercept: -1, weights: {events_60d: 0.5, busy: 1}}}
"""
PROJECT = {
    "borough.yaml": "borough: Testmere\n",
    "entities/property.yaml": "entity: property\ndataset: home\nkey: uprn\nwhere: kind <> 'shop'\n",
    "dna/life.yaml": DNA,
    **{f"datasets/{name}.yaml": text for name, text in DATASETS.items()},
    **{
        f"sources/{name}.yaml": (
            f"source: {name}\nconnect: {{files: \"data/{name}_{{extract_date:%Y-%m-%d}}.csv\"}}\nfeeds:\n  rows:\n    delivers: {'append' if name in APPENDED else 'full'}\n    to: {dataset}\n"
            + ("" if name in APPENDED else "    max_drop: 1\n") + f"    map: {{{', '.join(f'{c}: {c}' for c in COLUMNS[name])}}}\n"
        )
        for name, dataset in FILLS.items()
    },
}  # fmt: skip
CATEGORIES, PARTIES, STREETS, KINDS = ("loud", "quiet", "", "dirty"), ("P1", "P2", "P3", ""), ("A", "B", ""), ("house", "flat", "shop")


class World:
    """The world, edited by chance: ``step`` is a day's work, ``extracts`` what was sent, day by day."""

    def __init__(self, seed: int, homes: int = 8) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # a test's dice, no secret
        self.tables: Tables = {name: {} for name in COLUMNS}
        self.extracts: dict[str, list[tuple[dt.date, list[Row]]]] = {name: [] for name in COLUMNS}
        self.number = 0
        for i in range(homes):
            self.tables["homes"][str(100 + i)] = {"uprn": str(100 + i), "street": self.chance.choice(STREETS), "kind": self.chance.choice(KINDS)}

    def step(self, today: dt.date, edits: int) -> None:
        """Some edits, entered today or lately; then each system sends its extract, or forgets to."""
        new: list[Row] = []
        for _ in range(edits):
            getattr(self, f"_{self.chance.choice(('event', 'event', 'spell', 'spell', 'end', 'account', 'visit', 'note', 'home', 'change', 'gone'))}")(today, new)
        for name in COLUMNS:
            rows = new if name in APPENDED else list(self.tables[name].values())
            if name in APPENDED or not self.extracts[name] or self.chance.random() < 0.8:
                self.extracts[name].append((today, [dict(row) for row in rows]))

    def write(self, root: Path, today: dt.date) -> None:
        """The extracts of a day, as files."""
        for name, sent in self.extracts.items():
            for day, rows in sent:
                if day == today:
                    text = io.StringIO()
                    writer = csv.DictWriter(text, COLUMNS[name], lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows)
                    (root / "data").mkdir(exist_ok=True)
                    (root / "data" / f"{name}_{day}.csv").write_text(text.getvalue(), encoding="utf-8")

    def _id(self) -> str:
        self.number += 1
        return f"N{self.number}"

    def _uprn(self) -> str:
        return self.chance.choice([*self.tables["homes"], "999", ""])

    def _before(self, today: dt.date, days: int = 120) -> str:
        return str(today - dt.timedelta(days=self.chance.randint(-10, days)))

    def _event(self, today: dt.date, new: list[Row]) -> None:
        made = self.chance
        new.append({"event": self._id(), "uprn": self._uprn(), "day": self._before(today), "category": made.choice(CATEGORIES), "amount": made.choice(["", f"{made.randint(0, 9999) / 100:.2f}"]),
                    "score": made.choice(["", str(made.randint(0, 100) / 8)]), "entered": self._before(today, 20)})  # fmt: skip

    def _spell(self, today: dt.date, new: list[Row]) -> None:
        del new
        key = self._id()
        account = self.chance.choice([*self.tables["accounts"], ""])
        self.tables["spells"][key] = {"spell": key, "uprn": self._uprn(), "party": self.chance.choice(PARTIES), "account": account, "started": self._before(today), "ended": "", "ended_entered": "",
                                      "entered": self._before(today, 20)}  # fmt: skip

    def _end(self, today: dt.date, new: list[Row]) -> None:
        del new
        if self.tables["spells"]:
            row = self.chance.choice(list(self.tables["spells"].values()))
            row["ended"], row["ended_entered"] = self._before(today, 40), self._before(today, 5)

    def _account(self, today: dt.date, new: list[Row]) -> None:
        del new, today
        key = self.chance.choice([*self.tables["accounts"], self._id()])
        self.tables["accounts"][key] = {"account": key, "band": self.chance.choice("ABC")}

    def _visit(self, today: dt.date, new: list[Row]) -> None:
        del new
        key, spell = self._id(), self.chance.choice([*self.tables["spells"], ""])
        self.tables["visits"][key] = {"visit": key, "spell": spell, "day": self._before(today), "outcome": self.chance.choice(("good", "bad", "")), "entered": self._before(today, 20)}

    def _note(self, today: dt.date, new: list[Row]) -> None:
        del new
        name = self.chance.choice(("notes", "more_notes"))
        key = self.chance.choice([*self.tables["notes"], self._id()])
        self.tables[name][key] = {"note": key, "uprn": self._uprn(), "text": self.chance.choice(("one", "two", "")), "entered": self._before(today, 20)}

    def _home(self, today: dt.date, new: list[Row]) -> None:
        del new, today
        key = self.chance.choice([*self.tables["homes"], str(100 + self.chance.randint(0, 12))])
        self.tables["homes"][key] = {"uprn": key, "street": self.chance.choice(STREETS), "kind": self.chance.choice(KINDS)}

    def _change(self, today: dt.date, new: list[Row]) -> None:
        """A record says another home, or another thing, from now on."""
        del new, today
        name = self.chance.choice(("spells", "notes", "more_notes"))
        if self.tables[name]:
            row = self.chance.choice(list(self.tables[name].values()))
            row["uprn"] = self._uprn()

    def _gone(self, today: dt.date, new: list[Row]) -> None:
        del new, today
        name = self.chance.choice(("spells", "visits", "notes", "more_notes", "homes", "accounts"))
        if len(self.tables[name]) > 1:
            del self.tables[name][self.chance.choice(list(self.tables[name]))]


def begin(root: Path, changed: Mapping[str, str] | None = None) -> None:
    """Write the project."""
    write(root, {**PROJECT, **(changed or {})})


def run(root: Path, today: dt.date) -> Done:
    """Run it in the evening of a day."""
    return borough("run", "--project", str(root), "--now", f"{today}T18:00:00Z", "--json")
