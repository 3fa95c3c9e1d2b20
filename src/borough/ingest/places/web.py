"""Single files at addresses of the web. Nothing there can be listed."""

from __future__ import annotations

import base64
import http.client
import shutil
import socket
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from borough.ingest.places.stores import Entry, RefusedError, Wanted, all_of_them
from borough.project.reaching import Address

TIMEOUT = 60  # seconds without a word
PIECE = 1 << 20
KEPT = 64 << 20  # bytes of an archive that are kept in memory
_AS_THEY_ARE = "/?&=#%:;@+$,!*'()~-._[]"


class WebServer:
    """A server of the web. See ``Store``. A file that it gives no date is taken for changed whenever it is looked at."""

    def __init__(self, address: Address, options: Mapping[str, str]) -> None:
        self.address = f"{address.scheme}://{address.host}"
        user, password = address.user or options.get("user"), address.password or options.get("password")
        self._login: str | None = None
        if options.get("token"):
            self._login = f"Bearer {options['token']}"
        elif user is not None:
            self._login = "Basic " + base64.b64encode(f"{user}:{password or ''}".encode()).decode()
        self._plain = address.scheme == "http" and options.get("allow_http", "").lower() != "true"

    def files(self, folder: str, depth: int | None, wanted: Wanted = all_of_them) -> Iterator[Entry]:
        """``folder`` is the file's own path here."""
        try:
            yield self.look(folder)
        except FileNotFoundError:
            return

    def look(self, path: str) -> Entry:
        with self._asked(path, "HEAD") as answer:
            modified = _when(answer.headers.get("Last-Modified"))
            size = int(answer.headers.get("Content-Length") or 0)
            return Entry(path, size, modified or _when(answer.headers.get("Date")), dated=modified != 0)

    def copy(self, path: str, to: Path) -> None:
        with self._asked(path, "GET") as answer, to.open("wb") as out:
            shutil.copyfileobj(answer, out, PIECE)
            announced = answer.headers.get("Content-Length")
        if announced is not None and to.stat().st_size != int(announced):
            raise ConnectionResetError(f"{to.stat().st_size:,} of {int(announced):,} bytes came")

    def open(self, path: str) -> BinaryIO:
        file = tempfile.SpooledTemporaryFile(KEPT)  # noqa: SIM115 - whoever asked closes it
        with self._asked(path, "GET") as answer:
            shutil.copyfileobj(answer, file, PIECE)
        file.seek(0)
        return file  # type: ignore[return-value] # it is one in all but name

    def close(self) -> None:
        pass

    @contextmanager
    def _asked(self, path: str, method: str) -> Iterator[Any]:
        request = urllib.request.Request(f"{self.address}/{quote(path, safe=_AS_THEY_ARE)}", method=method, headers={"User-Agent": "borough"})
        if self._login is not None:
            if self._plain:
                raise RefusedError("a login over http:// can be read by anyone on the way", "use https://, or declare allow_http: 'true' in connect.options")
            request.add_unredirected_header("Authorization", self._login)  # never told to another host
        try:
            with self._opened(request) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            error.close()
            raise _refusal(error.code) from error
        except urllib.error.URLError as error:
            raise _no_connection(error.reason) from error
        except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
            raise ConnectionError(f"the connection broke: {str(error) or type(error).__name__}") from error

    def _opened(self, request: urllib.request.Request) -> Any:
        try:
            return urllib.request.urlopen(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            if request.get_method() != "HEAD" or error.code not in (403, 405, 501):
                raise
            error.close()
            request.method = "GET"  # some servers answer nothing else: the content is left unread
            return urllib.request.urlopen(request, timeout=TIMEOUT)


def _when(said: str | None) -> int:
    try:
        return int(parsedate_to_datetime(said).timestamp()) * 1_000_000_000 if said else 0
    except ValueError:
        return 0


def _refusal(code: int) -> OSError:
    if code in (404, 410):
        return FileNotFoundError(f"the server has no such file (HTTP {code})")
    if code == 429 or code >= 500:
        return ConnectionError(f"it answers with an error (HTTP {code})")
    if code in (401, 403, 407):
        return RefusedError(f"it refuses the credentials (HTTP {code})", "see to user and password, or token, in connect.options")
    return RefusedError(f"it refuses (HTTP {code})", "see to the address")


def _no_connection(reason: object) -> OSError:
    if type(reason).__name__ == "SSLCertVerificationError":
        return RefusedError(f"its certificate can't be trusted: {getattr(reason, 'verify_message', reason)}", "ask who runs it; SSL_CERT_FILE names a file with your own authority's certificate")
    if isinstance(reason, socket.gaierror):
        return ConnectionError("its name is not known")
    return ConnectionError(f"no connection: {getattr(reason, 'strerror', None) or reason}")
