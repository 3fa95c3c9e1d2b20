"""A council of three wards, redrawn once, with homes, licences, applications and exemptions, for tests of licensing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.cli.council import borough, write

BOROUGH = "borough: Forest\npurpose: engineering\npurposes:\n  engineering: {title: Engineering, permits: [public, internal, personal]}\n"
DATASETS = {
    "datasets/blpu.yaml": (
        "dataset: blpu\nkey: uprn\ncolumns:\n  uprn: {type: integer, required: true}\n  class: {type: string}\n  parent: {type: integer}\n  x: {type: number}\n  y: {type: number}\n"
        "areas: {ward: {point: [x, y]}}\n"
    ),
    "datasets/ward.yaml": (
        "dataset: ward\nclassification: public\nkey: [code, first]\ncolumns:\n  code: {type: string}\n  name: {type: string}\n  first: {type: date}\n  last: {type: date}\n  shape: {type: geometry}\n"
        "area: {code: code, label: name, shape: shape, valid_from: first, valid_to: last}\n"
    ),
    "datasets/licence.yaml": (
        "dataset: licence\nkey: number\nknown: entered\ncolumns:\n  number: {type: string, required: true}\n  kind: {type: string}\n  uprn: {type: integer}\n  started: {type: date}\n  expires: {type: date}\n"
        "  ended: {type: date, known: ended_entered}\n  ended_entered: {type: date, known: ended_entered}\n  people: {type: integer}\n  entered: {type: date}\naddress: {uprn: uprn}\n"
    ),
    "datasets/application.yaml": (
        "dataset: application\nkey: number\nknown: received\ncolumns:\n  number: {type: string, required: true}\n  kind: {type: string}\n  uprn: {type: integer}\n  received: {type: date}\n"
        "  decided: {type: date, known: decided}\naddress: {uprn: uprn}\n"
    ),
    "datasets/exemption.yaml": (
        "dataset: exemption\nkey: number\nknown: started\ncolumns:\n  number: {type: string, required: true}\n  uprn: {type: integer}\n  started: {type: date}\n  expires: {type: date}\naddress: {uprn: uprn}\n"
    ),
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "blpu": ("uprn", "class", "parent", "x", "y"),
    "ward": ("code", "name", "first", "last", "shape"),
    "licence": ("number", "kind", "uprn", "started", "expires", "ended", "ended_entered", "people", "entered"),
    "application": ("number", "kind", "uprn", "received", "decided"),
    "exemption": ("number", "uprn", "started", "expires"),
}
SOURCES = {
    f"sources/{name}.yaml": (
        f"source: {name}s\nconnect: {{files: \"data/{name}.csv\"}}\nfeeds:\n  rows: {{delivers: full, extract_date: {'2002-05-02' if name in ('blpu', 'ward') else '2026-10-31'}, to: {name}, map: {{{', '.join(f'{c}: {c}' if c != 'shape' else 'shape: geometry(shape)' for c in columns)}}}}}\n"
    )
    for name, columns in COLUMNS.items()
}
LICENSING = """\
licensing: forest
homes: {dataset: blpu, where: "class <> 'C'", parent: parent, flat: "class = 'RD06'"}
schemes:
  selective_2015: {kind: selective, title: Whole borough, from: 2015-04-01, to: 2020-03-31}
  selective_2020: {kind: selective, title: Eighteen wards, from: 2020-05-01, to: 2025-04-30, except: [Hatch Lane, W03]}
  additional_2020: {kind: additional, title: Smaller HMOs, from: 2020-04-01, to: 2025-03-31}
licences: {dataset: licence, kind: kind, from: started, to: expires, ended: ended, people: people}
applications: {dataset: application, kind: kind, from: received, ended: decided}
exemptions:
  temporary: {dataset: exemption, from: started, to: expires, title: temporary exemption notice}
"""


def square(x: float, y: float, width: float = 1.0) -> str:
    """A square as WKT."""
    return f"POLYGON(({x} {y}, {x + width} {y}, {x + width} {y + 1}, {x} {y + 1}, {x} {y}))"


WARDS = (
    ("W01", "High Street", "2002-05-02", "2022-05-04", square(0, 0)),
    ("W02", "Hatch Lane", "2002-05-02", "2022-05-04", square(1, 0)),
    ("W03", "Endlebury", "2002-05-02", "2022-05-04", square(2, 0)),
    # Redrawn: the first half of what was Hatch Lane is in High Street now.
    ("W11", "High Street", "2022-05-05", "", square(0, 0, 1.5)),
    ("W12", "Hatch Lane", "2022-05-05", "", square(1.5, 0, 1.5)),
)


def forest(root: Path, tables: Mapping[str, Iterable[tuple[object, ...]]], licensing: str = LICENSING) -> Path:
    """A project with these rows, run."""
    write(root, {"borough.yaml": BOROUGH, "licensing/forest.yaml": licensing, **DATASETS, **SOURCES})
    for name, columns in COLUMNS.items():
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows(tables.get(name, WARDS if name == "ward" else ()))
        write(root, {f"data/{name}.csv": text.getvalue()})
    done = borough("run", "-p", root, "--now", "2026-11-01T09:00:00Z")
    assert done.code == 0, done.err
    return root
