"""The address of a database, taken apart: which dialect, which host, what must never be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from borough.ingest.databases.dialects import DEFAULT_PORTS
from borough.project.database_checks import SCHEMES

_DRIVERS = {"postgres": "postgresql", "mysql": "mysql", "tsql": "mssql", "oracle": "oracle", "sqlite": "sqlite"}
_PARTS = re.compile(r"(?P<scheme>[A-Za-z0-9+]+)://(?:(?P<user>[^:@]*)(?::(?P<password>.*))?@)?(?P<host>\[[^\]]*\]|[^:/?#]*)(?::(?P<port>\d+))?(?P<rest>[/?].*)?", re.DOTALL)


@dataclass(frozen=True)
class Address:
    """A database. ``url`` is the driver's, with the password in it; ``shown`` is what a person may read."""

    dialect: str
    url: str = field(repr=False)
    shown: str
    host: str | None  # of the machine to knock at; None for a file, or several machines
    port: int
    file: Path | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def scrubbed(self, text: str) -> str:
        """A text without the password."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def address(url: str, root: Path) -> Address:
    """Take a declared address apart. Raises ValueError for one that ``check`` refuses. A file is relative to the project.

    A password may hold any sign, as it is or as ``%40``: what stands before the last ``@`` is user and password.
    """
    scheme, _, rest = url.partition("://")
    dialect = SCHEMES.get(scheme.lower())
    if dialect is None:
        raise ValueError(f"an address that begins {scheme}:")
    if dialect == "sqlite":
        path = root / unquote(rest.partition("?")[0].removeprefix("/"))
        return Address(dialect, f"sqlite://{quote(str(path))}", str(path), None, 0, path)
    parts = _PARTS.fullmatch(url)
    if parts is None:
        raise ValueError("an address that can't be taken apart")
    user, password = (unquote(parts[name] or "") for name in ("user", "password"))
    port = int(parts["port"] or DEFAULT_PORTS[dialect])
    given = f"{quote(user, safe='')}{':' + quote(password, safe='') if password else ''}@" if user else ""
    rest = parts["rest"] or ""
    driver = f"{_DRIVERS[dialect]}://{given}{parts['host']}:{port}{rest}"
    shown = f"{parts['host']}:{port}{rest.partition('?')[0]}"
    secrets = tuple({s for s in (password, quote(password, safe=""), parts["password"] or "") if s})
    return Address(dialect, driver, shown, parts["host"].strip("[]") or None, port, None, secrets)
