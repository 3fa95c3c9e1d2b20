"""Files on an SFTP server, over paramiko. A server is believed only by its host key."""

from __future__ import annotations

import base64
import hashlib
import importlib
import io
import re
import socket
import stat
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from borough.ingest.places.ranged import Ranged
from borough.ingest.places.stores import Entry, RefusedError, Wanted, all_of_them
from borough.project.reaching import Address

TIMEOUT = 30  # seconds without a word
AT_ONCE = 256  # requests under way while a file comes: paramiko sleeps when a small limit is reached
PIECE = 1 << 20
REQUEST = 32_768  # bytes: what every server gives at once
_NO_KEY = re.compile(r"Invalid key|private key|expected \w+ key|not a valid .* key")
EVERYBODYS = Path("/etc/ssh/ssh_known_hosts")


class UnknownHostError(Exception):
    """The server shows a key that nobody vouched for."""

    def __init__(self, host: str, key: Any) -> None:
        super().__init__(host)
        self.host, self.key = host, key


class SftpServer:
    """An SFTP server. See ``Store``. It connects when it is asked for something first."""

    def __init__(self, address: Address, options: Mapping[str, str]) -> None:
        self.address = address.shown
        host, _, port = address.host.removeprefix("[").rpartition("]:" if address.host.startswith("[") else ":")
        self._host, self._port = (host, int(port)) if host and port.isdigit() else (address.host.strip("[]"), 22)
        self._user, self._password, self._options = address.user, address.password or options.get("password"), options
        self._ftp: Any = None
        self._end: weakref.finalize[Any, Any] | None = None

    def files(self, folder: str, depth: int | None, wanted: Wanted = all_of_them) -> Iterator[Entry]:
        with self._told() as ftp:
            yield from list(self._below(ftp, folder, depth))

    def _below(self, ftp: Any, folder: str, depth: int | None) -> Iterator[Entry]:
        try:
            listed = sorted(ftp.listdir_attr(_path(folder)), key=lambda a: a.filename)
        except FileNotFoundError:
            return
        for one in listed:
            path = f"{folder}/{one.filename}".lstrip("/")
            mode, seen = one.st_mode or 0, one
            if stat.S_ISLNK(mode):
                try:
                    seen = ftp.stat(_path(path))
                except FileNotFoundError:
                    continue  # a link to nothing
                if stat.S_ISDIR(seen.st_mode or 0) and depth is None:
                    continue  # so that a loop of links ends
            if stat.S_ISDIR(seen.st_mode or 0):
                if depth is None or depth > 0:
                    yield from self._below(ftp, path, None if depth is None else depth - 1)
            elif stat.S_ISREG(seen.st_mode or stat.S_IFREG):
                yield _entry(path, seen)

    def look(self, path: str) -> Entry:
        with self._told() as ftp:
            return _entry(path, ftp.stat(_path(path)))

    def copy(self, path: str, to: Path) -> None:
        with self._told() as ftp, ftp.open(_path(path), "rb") as file, to.open("wb") as out:
            size = file.stat().st_size or 0
            file._prefetch_thread = _silent(file._prefetch_thread)
            file.prefetch(size, AT_ONCE)
            while piece := file.read(PIECE):
                out.write(piece)
            came = out.tell()
        if came < size:
            raise ConnectionResetError(f"{came:,} of {size:,} bytes came")

    def open(self, path: str) -> BinaryIO:
        with self._told() as ftp:
            file = ftp.open(_path(path), "rb")
            size = file.stat().st_size or 0
            file._prefetch_thread = _silent(file._prefetch_thread)

        def read(start: int, length: int) -> bytes:
            with self._told():
                pieces = [(at, min(REQUEST, start + length - at)) for at in range(start, start + length, REQUEST)]
                return b"".join(file.readv(pieces))

        return io.BufferedReader(Ranged(size, read, file.close), PIECE)

    def close(self) -> None:
        if self._end is not None:
            self._end()
        self._ftp = self._end = None

    # ── The connection ───────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _told(self) -> Iterator[Any]:
        """The connection. What goes wrong over it becomes what ``Store`` promises; a broken one is made anew by the next call."""
        try:
            if self._ftp is None or not self._ftp.get_channel().get_transport().is_active():
                self.close()
                self._connect()
            yield self._ftp
        except (FileNotFoundError, RefusedError):
            raise
        except PermissionError as error:
            raise RefusedError("permission denied", "see to what the login may read") from error
        except (OSError, EOFError) as error:
            self.close()
            raise ConnectionError(_why(error)) from error
        except Exception as error:
            self.close()
            raise self._said(error) from error

    def _connect(self) -> None:
        paramiko = _paramiko()
        client = paramiko.SSHClient()
        try:
            self._trust(client)
            client.set_missing_host_key_policy(_refuse_unknown(paramiko))
            client.connect(self._host, self._port, self._user, timeout=TIMEOUT, banner_timeout=TIMEOUT, auth_timeout=TIMEOUT, **self._login())
            client.get_transport().set_keepalive(TIMEOUT)
            self._ftp = client.open_sftp()
            self._ftp.get_channel().settimeout(TIMEOUT)
        except BaseException:
            client.close()
            raise
        self._end = weakref.finalize(self, client.close)

    def _login(self) -> dict[str, Any]:
        """The login that is declared, else the agent's keys and those in ~/.ssh."""
        key_file = self._options.get("key_file")
        if key_file is not None and not Path(key_file).is_file():
            raise RefusedError(f"there is no key file {key_file}", "see to key_file in connect.options")
        if key_file is None and self._password is None:
            return {"passphrase": self._options.get("passphrase")}
        declared = {"key_filename": key_file, "passphrase": self._options.get("passphrase"), "password": self._password}
        return {**declared, "look_for_keys": False, "allow_agent": False}

    def _trust(self, client: Any) -> None:
        """Tell the client the host keys that it may believe."""
        if line := self._options.get("host_key"):
            kind, _, text = line.strip().partition(" ")
            try:
                key = _paramiko().PKey.from_type_string(kind, base64.b64decode(text.split(" ")[0]))
            except Exception as error:  # paramiko and base64 raise all sorts for a text that is no key
                raise RefusedError("host_key in connect.options is no key", "write it as in known_hosts: host_key: ssh-ed25519 AAAA…") from error
            client.get_host_keys().add(self._known_as, key.get_name(), key)
            return
        if declared := self._options.get("known_hosts"):
            if not Path(declared).is_file():
                raise RefusedError(f"there is no file {declared}", "see to known_hosts in connect.options")
            client.load_host_keys(declared)
            return
        client.load_system_host_keys()
        if EVERYBODYS.is_file():
            client.load_system_host_keys(str(EVERYBODYS))

    @property
    def _known_as(self) -> str:
        return self._host if self._port == 22 else f"[{self._host}]:{self._port}"

    def _said(self, error: Exception) -> OSError:
        paramiko = _paramiko()
        if isinstance(error, UnknownHostError):
            line = f"{error.key.get_name()} {error.key.get_base64()}"
            return RefusedError(
                f"its host key is not known: {error.key.get_name()} {fingerprint(error.key)}",
                f"compare the fingerprint with what its owner says; if it is the same, add the line `{self._known_as} {line}` to known_hosts, or declare host_key: {line}",
            )
        if isinstance(error, paramiko.BadHostKeyException):
            return RefusedError(
                f"its host key has changed: it shows {error.key.get_name()} {fingerprint(error.key)}, known is {error.expected_key.get_name()} {fingerprint(error.expected_key)}",
                "ask its owner whether it was renewed: if not, somebody stands between. No login was sent; if it was, mend known_hosts or host_key",
            )
        if isinstance(error, paramiko.SSHException) and _NO_KEY.search(str(error)):
            return RefusedError("the key file can't be opened: another passphrase, or no key", "see to key_file and passphrase in connect.options")
        if isinstance(error, paramiko.PasswordRequiredException):
            return RefusedError("the key file is locked", "declare passphrase: ${…} in connect.options")
        if isinstance(error, paramiko.AuthenticationException):
            return RefusedError(f"it refuses the login{f' of {self._user}' if self._user else ''}", "see to password or key_file in connect.options, or to the agent's keys")
        if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
            return RefusedError(f"no common way to encrypt: {error}", "ask its owner to update it")
        if isinstance(error, UnicodeDecodeError):
            return RefusedError(f"a file's name there is not UTF-8: {error.object!r}", "have that file renamed, or keep it in another folder")
        if isinstance(error, ValueError):
            return RefusedError(str(error), "see to the key file")
        return ConnectionError(_why(error))


def fingerprint(key: Any) -> str:
    """A host key's fingerprint as ssh-keygen shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def _paramiko() -> Any:
    try:
        return importlib.import_module("paramiko")
    except ImportError as error:
        raise RefusedError("reading from SFTP servers needs paramiko", "pip install 'borough[sftp]'") from error


def _refuse_unknown(paramiko: Any) -> Any:
    class RefuseUnknown(paramiko.MissingHostKeyPolicy):  # type: ignore[misc] # its base is imported late
        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
            raise UnknownHostError(hostname, key)

    return RefuseUnknown()


def _silent(ahead: Callable[..., None]) -> Callable[..., None]:
    """Paramiko's thread that asks ahead, without its traceback when the connection breaks: whoever reads hears of that too."""

    def ask(*args: Any) -> None:
        with suppress(Exception):
            ahead(*args)

    return ask


def _path(path: str) -> str:
    """``~/`` is the login's own folder, all else is from the top."""
    return path[2:] or "." if path.startswith("~/") else "." if path == "~" else "/" + path


def _entry(path: str, seen: Any) -> Entry:
    return Entry(path, seen.st_size or 0, (seen.st_mtime or 0) * 1_000_000_000)


def _why(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if type(error).__name__ == "NoValidConnectionsError":
        return "no connection"
    return f"the connection broke ({getattr(error, 'strerror', None) or str(error) or type(error).__name__})"
