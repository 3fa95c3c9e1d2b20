"""Makes project folders for the tests."""

from __future__ import annotations

from pathlib import Path

BOROUGH = "borough: Exampleton\n"
SOURCE = """\
source: register
connect: {files: "data/{extract_date:%Y-%m-%d}.csv"}
feeds:
  homes:
    delivers: full
    to: home
    map:
      ref: Ref
      rooms: Rooms
"""
DATASET = """\
dataset: home
key: ref
columns:
  ref: {type: string, required: true}
  rooms: {type: integer}
"""


def folder(root: Path, files: dict[str, str | bytes] | None = None) -> Path:
    """A good small project, with files replaced or added."""
    every: dict[str, str | bytes] = {
        "borough.yaml": BOROUGH,
        "sources/register.yaml": SOURCE,
        "datasets/home.yaml": DATASET,
        **(files or {}),
    }
    for name, text in every.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root
