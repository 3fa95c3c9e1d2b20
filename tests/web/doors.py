"""A small service behind the real door, for the tests of the door: a council's folder, accounts that hash quickly, a clock that can be set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.testclient import TestClient
from tests.cli.council import borough, write

from borough.web import serving
from borough.web.access.door import Access
from borough.web.service import Service

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
COUNCIL = """\
borough: Testing
purposes:
  planning: {title: Planning services, lawful_basis: Article 6, permits: [public, internal]}
  enforcement: {title: Enforcement, permits: [public, internal, personal]}
purpose: enforcement
web:
  roles: {viewer: [planning], officer: [enforcement, planning], admin: [enforcement]}
"""
FILES = {
    "borough.yaml": COUNCIL,
    "sources/s.yaml": "source: s\nconnect: {files: data/*.csv}\nfeeds:\n  f: {delivers: full, extract_date: 2026-10-31, to: thing, map: {id: id, ward: ward, day: uk_date(day), n: n, name: name}}\n",
    "datasets/thing.yaml": "dataset: thing\nkey: id\nclassification: internal\ncolumns:\n  id: {type: integer, required: true}\n  ward: {type: string}\n  day: {type: date}\n  n: {type: integer}\n  name: {type: string, classification: personal}\n",
    "reports/totals.sql": "-- title: Totals\nSELECT ward, day, sum(n) AS total FROM thing GROUP BY ward, day\n",
    "reports/people.sql": "-- title: People\nSELECT id, name FROM thing\n",
    "reports/p.yaml": "page: p\ntitle: Totals of wards\npurpose: planning\nfrom: totals\nfilters: {ward: Ward, day: {kind: period}}\ntiles:\n  - {tile: number, title: In all, value: sum(total)}\n  - {tile: bar, title: By ward, by: ward, value: sum(total)}\n  - {tile: table, title: Table, columns: {ward: Ward, n: {value: sum(total)}}}\n",
    "reports/q.yaml": "page: q\ntitle: Names\npurpose: enforcement\nfrom: people\nfilters: {name: {kind: search}}\ntiles:\n  - {tile: table, title: Names, columns: {name: Name}}\n",
    "data/a.csv": "id,ward,day,n,name\n1,Abbey,2026-10-01,3,Ada\n2,Abbey,2026-10-02,4,Bob\n3,Common,2026-10-01,5,=HYPERLINK(1)\n",
}


class Clock:
    """The service's time."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += dt.timedelta(**time)


@dataclass
class Opened:
    """A running service."""

    root: Path
    service: Service
    access: Access
    client: TestClient
    app: Any
    clock: Clock

    def another(self) -> TestClient:
        """Another browser."""
        return TestClient(self.app, base_url="http://localhost", follow_redirects=False)

    def sign_in(self, name: str, client: TestClient | None = None) -> str:
        """Sign in, and the token of the session's forms."""
        client = client or self.client
        done = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert done.status_code == 303, done.text
        return csrf_of(client)


def csrf_of(client: TestClient) -> str:
    text = client.get("/purpose").text
    return text.partition('name="csrf" content="')[2].partition('"')[0]


def council(folder: Path) -> Path:
    root = write(folder / "council", FILES)
    done = borough("run", "--project", root, "--now", "2026-11-01T08:00:00Z")
    assert done.code == 0, done.err
    return root


@contextmanager
def opened(root: Path, **limits: Any) -> Iterator[Opened]:
    clock = Clock()
    service = Service(root, clock=clock, every=3600)
    app, access = serving.application(service, host="127.0.0.1", port=8000, secure=False, hasher=QUICK, **limits)
    for name, role in (("val", "viewer"), ("olu", "officer"), ("adi", "admin")):
        if access.accounts.get(name) is None:
            access.accounts.add(name, role, PASSWORD)
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
        yield Opened(root, service, access, client, app, clock)
