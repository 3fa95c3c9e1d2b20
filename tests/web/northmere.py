"""A running service over the fictional borough, for tests to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tests.cli.council import rows

from borough.web.access.door import Access
from borough.web.service import Service

CHROMIUM = Path("/usr/bin/chromium")
ENFORCEMENT = ("--purpose", "private_housing_enforcement")


@dataclass
class Northmere:
    """The service: its folder, its inside and its address."""

    root: Path
    service: Service
    access: Access
    address: str
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def client(self, role: str = "officer") -> httpx.Client:
        """A browser without a screen, signed in by a one-time link."""
        if role not in self.clients:
            self.clients[role] = httpx.Client(base_url=self.address, timeout=60)
            assert self.clients[role].get(self.link(role)).status_code == 303
        return self.clients[role]

    def close(self) -> None:
        for client in self.clients.values():
            client.close()

    def link(self, role: str) -> str:
        return f"{self.address}/sign-in/once/{self.access.sessions.once(role)}"

    def table(self, sql: str, purpose: str = "private_housing_enforcement") -> list[dict[str, Any]]:
        """What the lake itself has, by the command."""
        return rows(self.root, sql, "--purpose", purpose)

    def csrf(self, client: httpx.Client) -> str:
        return client.get("/purpose").text.partition('name="csrf" content="')[2].partition('"')[0]
