"""Measures what a person waits for at the keyboard: ``python -m bench.commands``.

``borough --help``, and ``borough check`` of a generated project of fifty sources, each with two feeds to a dataset of ten columns with rules.
Each is a process of its own, in turn. It judges nothing.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from bench.__main__ import BOROUGH, run, show

_COLUMNS = {
    "ref": "{type: integer, required: true}",
    "uprn": "{type: integer}",
    "name": "{type: string, classification: personal}",
    "postcode": "{type: string, on_unreadable: 'null'}",
    "since": "{type: date, required: true}",
    "ended": "{type: date}",
    "charge": "{type: money, between: [0, 5000]}",
    "band": "{type: string, values: [A, B, C, D, E, F, G, H]}",
    "phone": "{type: string, pattern: '[+]44[0-9]+'}",
    "updated": "{type: timestamp}",
}
_MAP = {
    "ref": "integer(ref)", "uprn": "uprn(uprn)", "name": "person_name(forename || ' ' || surname)", "postcode": "postcode(left(postcode, 8))",
    "since": "uk_date(since)", "ended": "uk_date(ended)", "charge": "money(charge)", "band": "upper(band)", "phone": "phone(phone)", "updated": "uk_timestamp(updated)",
}  # fmt: skip
_RULES = """rules:
  - {name: ends_after_start, check: ended is null or ended >= since, dimension: consistency, severity: warn}
  - {name: closed_has_end, check: "band <> 'H' or ended is not null", dimension: consistency, severity: warn}
  - {name: ours_by_postcode, check: "starts_with(postcode, 'NM')", dimension: accuracy, severity: warn}
"""


def declare(folder: Path, sources: int) -> None:
    """Write a project of so many sources."""
    (folder / "sources").mkdir(parents=True)
    (folder / "datasets").mkdir()
    (folder / "borough.yaml").write_text("borough: Bench\n", encoding="utf-8")
    mapped = "".join(f"      {name}: {text}\n" for name, text in _MAP.items())
    columns = "".join(f"  {name}: {contract}\n" for name, contract in _COLUMNS.items())
    for n in range(sources):
        feeds = "".join(
            f"  {feed}:\n    files: data/{n}/{feed}_{{extract_date:%Y-%m-%d}}.csv\n    delivers: full\n    unknown: [N/A, tbc]\n    to: dataset_{n}\n    map:\n{mapped}"
            for feed in ("north", "south")
        )
        (folder / "sources" / f"source_{n}.yaml").write_text(f"source: source_{n}\nfeeds:\n{feeds}", encoding="utf-8")
        (folder / "datasets" / f"dataset_{n}.yaml").write_text(f"dataset: dataset_{n}\nkey: ref\ncolumns:\n{columns}{_RULES}", encoding="utf-8")


def main() -> None:
    """Run the commands, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(prog="python -m bench.commands", description=__doc__)
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--times", type=int, default=5, help="runs of each command, of which the median counts")
    words = parser.parse_args()
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name) / "project"
        declare(folder, words.sources)
        show("borough --help (0.6 s)", [run(BOROUGH, "--help") for _ in range(words.times)])
        show(f"borough check of {words.sources} sources (1.5 s)", [run(BOROUGH, "check", "--project", str(folder)) for _ in range(words.times)])


if __name__ == "__main__":
    main()
