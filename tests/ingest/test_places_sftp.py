"""Files on a real SFTP server: OpenSSH's."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.errors import FeedError
from borough.ingest.places import settling, sftp
from borough.ingest.places.places import Places
from s3_server import Wire
from sftp_server import SftpHost, sftp_server

from .elsewhere import PackedContract, PlainContract, ZipContract, connect, files, zip_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpHost]:
    with sftp_server(tmp_path_factory.mktemp("sftp")) as host:
        yield host


class Folder:
    """A folder of its own on the server."""

    def __init__(self, host: SftpHost) -> None:
        self.host, self.name = host, uuid.uuid4().hex
        self.folder = host.folder / self.name
        self.folder.mkdir()

    def address(self, port: int | None = None) -> str:
        return f"{self.host.address(port)}/{self.name}"

    def put(self, name: str, data: bytes, age: float = 3600) -> Path:
        """A file that was written an hour ago."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (time.time() - age,) * 2)
        return path

    def places(self, *patterns: str, port: int | None = None, **options: str) -> Places:
        return Places([f"{self.address(port)}/{p}" for p in patterns], Path("/nowhere"), connect(options or self.host.options))


@pytest.fixture
def there(server: SftpHost) -> Folder:
    return Folder(server)


class OnServer(PackedContract):
    @pytest.fixture(autouse=True)
    def _there(self, there: Folder) -> None:
        self.there = there

    def upload(self, name: str, data: bytes) -> None:
        self.there.put(name, data)

    def address(self) -> str:
        return self.there.address()

    def options(self) -> dict[str, str]:
        return self.there.host.options


class TestCsvOnSftp(OnServer, PlainContract):
    pass


class TestZipOnSftp(OnServer, ZipContract):
    pass


def test_folders_links_and_times(there: Folder) -> None:
    path = there.put("2026-01-01/é [2] #1 ?.csv", b"id\n1\n")
    there.put("2026-01-01/deep/b.csv", b"id\n1\n")
    (there.folder / "2026-01-02").symlink_to(there.folder / "2026-01-01")
    (there.folder / "2026-01-01" / "nothing.csv").symlink_to("/no/such/file")
    (there.folder / "2026-01-01" / "same.csv").symlink_to(path)
    found = there.places("{extract_date:%Y-%m-%d}/*.csv").discover()
    days = ("2026-01-01", "2026-01-02")
    assert [f.name for f in found] == [f"{day}/{name}" for day in days for name in ("same.csv", "é [2] #1 ?.csv")]
    assert {(f.size, f.modified_ns) for f in found} == {(5, int(path.stat().st_mtime) * 10**9)}
    (there.folder / "loop").symlink_to(there.folder)
    assert [f.name for f in there.places("**/b.csv").discover()] == ["2026-01-01/deep/b.csv"]
    assert there.places("nothing/*.csv").discover() == []


def test_a_shapefile_comes_with_what_is_beside_it(there: Folder, tmp_path: Path) -> None:
    for ending in ("shp", "dbf", "PRJ", "txt"):
        there.put(f"wards.{ending}", ending.encode())
    places = there.places("*.shp")
    (found,) = places.discover()
    here = Path(places.fetch(found, tmp_path).path)
    assert sorted(p.suffix for p in here.parent.iterdir()) == [".dbf", ".prj", ".shp"]
    assert places.unsettled(found) is None
    there.put("wards.dbf", b"longer")
    assert places.unsettled(found) == "it changed while it was read"


def test_a_file_that_is_being_sent_is_left(there: Folder, engine: DuckDBEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fresh files are looked at twice, some time apart: a slow sender shows."""
    monkeypatch.setattr(settling, "BETWEEN_LOOKS", 0.5)
    growing, done = there.put("growing.csv", b"id\n1\n", age=0), there.put("done.csv", b"id\n1\n", age=0)
    there.put("z.zip", zip_of({"a.csv": b"id\n1\n"})[:-30], age=0)
    stop = threading.Event()

    def send() -> None:
        while not stop.wait(0.2):
            for path in (growing, there.folder / "z.zip"):
                with path.open("ab") as file:
                    file.write(b"2\n")

    connector = files([f"{there.address()}/*.csv", f"{there.address()}/z.zip/*"], tmp_path, engine, tmp_path / "scratch", connect(there.host.options), format="csv")
    sender = threading.Thread(target=send)
    sender.start()
    try:
        got = {r.found.name: (r.left, r.problem) for r in connector.receive(connector.discover(), str(tmp_path / "bronze")).received}
    finally:
        stop.set()
        sender.join()
    assert got == {"growing.csv": ("it changed while it was read", None), "done.csv": (None, None), "z.zip": ("it changed while it was read", None)}
    assert done.exists()


# ── Whom to believe, and who may come in ─────────────────────────────────────────────────────────


def told(places: Places) -> FeedError:
    with pytest.raises(FeedError) as error:
        places.discover()
    return error.value


def test_an_unknown_host_is_refused_with_its_fingerprint(there: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    there.put("a.csv", b"id\n1\n")
    error = told(there.places("*.csv", key_file=str(there.host.key_file)))
    kind, text = there.host.host_key.split()
    assert "its host key is not known: ssh-ed25519 SHA256:" in error.message
    assert error.advice is not None
    assert f"add the line `[127.0.0.1]:{there.host.port} {kind} {text}` to known_hosts" in error.advice
    assert not (tmp_path / ".ssh").exists()  # nobody is added by itself
    # Doing what it says helps.
    known = tmp_path / "known hosts"
    known.write_text(f"[127.0.0.1]:{there.host.port} {kind} {text}\n")
    assert len(there.places("*.csv", key_file=str(there.host.key_file), known_hosts=str(known)).discover()) == 1
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text(known.read_text())
    assert len(there.places("*.csv", key_file=str(there.host.key_file)).discover()) == 1


def test_a_host_key_that_changed_is_refused(there: Folder, tmp_path: Path) -> None:
    stranger = " ".join((there.host.base / "stranger.pub").read_text().split()[:2])
    known = tmp_path / "known"
    known.write_text(f"[127.0.0.1]:{there.host.port} {stranger}\n")
    for option in ({"host_key": stranger}, {"known_hosts": str(known)}):
        error = told(there.places("*.csv", key_file=str(there.host.key_file), **option))
        assert "can't be read: its host key has changed: it shows ssh-ed25519 SHA256:" in error.message
        assert error.advice is not None
        assert "somebody stands between" in error.advice


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"password": "wrong one"}, "it refuses the login of "),
        ({"key_file": "stranger"}, "it refuses the login of "),
        ({"key_file": "locked"}, "the key file is locked"),
        ({"key_file": "locked", "passphrase": "wrong one"}, "the key file can't be opened: another passphrase, or no key"),
        ({"key_file": "nothing"}, "there is no key file "),
        ({"key_file": "login", "known_hosts": "nothing"}, "there is no file "),
        ({"key_file": "login", "host_key": "rubbish"}, "host_key in connect.options is no key"),
    ],
)
def test_a_login_that_is_refused_is_told_without_secrets(there: Folder, options: dict[str, str], message: str) -> None:
    paths = {key: str(there.host.base / value) if key in ("key_file", "known_hosts") else value for key, value in options.items()}
    trust = {} if "known_hosts" in options or "host_key" in options else {"host_key": there.host.host_key}
    error = told(there.places("*.csv", **paths, **trust))
    assert message in error.message
    assert "wrong one" not in f"{error.message} {error.advice}"
    assert "attempts" not in error.message  # waiting does not mend it


def test_a_locked_key_opens_with_its_passphrase(there: Folder) -> None:
    there.put("a.csv", b"id\n1\n")
    options = {"host_key": there.host.host_key, "key_file": str(there.host.base / "locked"), "passphrase": "open sesame"}
    assert len(there.places("*.csv", **options).discover()) == 1


def test_a_password_in_the_address_is_not_told(there: Folder) -> None:
    address = there.address().replace("@", ":pass:word@")
    error = told(Places([f"{address}/*.csv"], Path("/"), connect({"host_key": there.host.host_key})))
    assert "pass:word" not in f"{error.message} {error.advice}"
    assert f"sftp://{there.host.user}@127.0.0.1" in error.message


def test_without_paramiko_the_extra_is_named(there: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "paramiko", None)
    error = told(there.places("*.csv", host_key=there.host.host_key))  # no connection of another test is had by these options
    assert error.message.endswith("can't be read: reading from SFTP servers needs paramiko")
    assert error.advice == "pip install 'borough[sftp]'; then run again"


# ── Away ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def wire(server: SftpHost) -> Iterator[Wire]:
    wire = Wire(server.endpoint)
    yield wire
    wire.close()


def _port(wire: Wire) -> int:
    return int(wire.endpoint.rsplit(":", 1)[1])


def test_a_server_that_is_away_is_told_and_comes_back(there: Folder, wire: Wire) -> None:
    there.put("a.csv", b"id\n1\n")
    places = there.places("*.csv", port=_port(wire))
    assert len(places.discover()) == 1
    wire.cut()
    error = told(places)
    assert error.message == f"sftp://{there.host.user}@127.0.0.1:{_port(wire)} can't be reached: no connection, after 3 attempts"
    wire.mend()
    assert len(places.discover()) == 1


def test_a_transfer_that_breaks_is_begun_again(there: Folder, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = os.urandom(40_000_000)
    there.put("a.csv", data)
    places = there.places("*.csv", port=_port(wire))
    (found,) = places.discover()
    asked: list[int] = []
    original = sftp.SftpServer.copy

    def copy(self: sftp.SftpServer, path: str, to: Path) -> None:
        asked.append(len(asked))
        if len(asked) == 1:
            threading.Thread(target=_cut_soon, args=(wire, to), daemon=True).start()
        elif len(asked) == 2:
            wire.mend()
        original(self, path, to)

    monkeypatch.setattr(sftp.SftpServer, "copy", copy)
    here = Path(places.fetch(found, tmp_path).path)
    assert asked == [0, 1]
    assert here.read_bytes() == data


def _cut_soon(wire: Wire, to: Path) -> None:
    with contextlib.suppress(OSError):
        while not (to.exists() and to.stat().st_size > 0):
            time.sleep(0.001)
    wire.cut()


def test_what_is_no_sftp_server_is_told(there: Folder) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    near, _ = listener.accept()
                    with near:
                        near.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        error = told(there.places("*.csv", port=int(listener.getsockname()[1])))
    assert "can't be reached: the connection broke" in error.message
