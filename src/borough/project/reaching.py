"""Which machines files may be on, how their addresses are written, and what reaching each takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)

_S3 = ("endpoint", "region", "key", "secret", "token", "anonymous", "virtual_hosted_style", "allow_http")
_AZURE = ("account", "key", "sas", "tenant", "client", "secret", "endpoint", "allow_http")
_WEB = ("user", "password", "token", "allow_http")
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "s3": _S3,
    "abfss": _AZURE,
    "az": _AZURE,
    "gs": ("key", "key_file", "anonymous", "endpoint", "allow_http"),
    "sftp": ("password", "key_file", "passphrase", "known_hosts", "host_key"),
    "https": _WEB,
    "http": _WEB,
}
"""By scheme, the names that ``connect.options`` may have."""
SCHEMES = tuple(OPTIONS)
ANYWHERE = ("largest_member",)
"""Options for files wherever they are."""
SECRET = ("secret", "token", "password", "passphrase", "sas")
"""Options that may stand in a declaration only as ``${NAME}``."""
WEB = ("https", "http")


_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(MB|GB|TB)", re.IGNORECASE)
_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


def size_in_bytes(text: str) -> int | None:
    """``20 GB`` in bytes; None for what is no size."""
    found = _SIZE.fullmatch(text.strip())
    return None if found is None else int(float(found[1]) * _UNITS[found[2].upper()])


@dataclass(frozen=True)
class Address:
    """``scheme://authority/rest`` taken apart. ``rest`` begins with the slash; ``start``: where it begins in the text."""

    scheme: str
    user: str | None
    password: str | None
    host: str  # with the port, where one is given
    rest: str
    start: int

    @property
    def shown(self) -> str:
        """Scheme, user and host: without a password, for anyone's eyes."""
        return f"{self.scheme}://{f'{self.user}@' if self.user else ''}{self.host}"


def address_of(text: str) -> Address | None:
    """The parts of an address; None for a path of this machine."""
    found = _ADDRESS.match(text)
    if found is None:
        return None
    login, _, host = found[2].rpartition("@")
    user, _, password = login.partition(":")
    return Address(found[1].lower(), user or None, password or None, host, found[3] or "/", found.start(3))
