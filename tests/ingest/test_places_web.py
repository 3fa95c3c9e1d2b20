"""Single files at addresses of the web, from a server that can be odd."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.errors import FeedError
from borough.ingest.places.places import Places

from .elsewhere import PlainContract, ZipContract, connect, files, zip_of

SATURDAY = "Sat, 03 Jan 2026 10:00:00 GMT"


@dataclass
class Web:
    """A server of files by path. ``answer`` may be replaced by what answers oddly."""

    files: dict[str, bytes] = field(default_factory=dict)
    dated: bool = True
    login: str | None = None
    faults: list[int | str] = field(default_factory=list)  # of the next requests: a status, `cut`
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, request: Any, send: Callable[..., None]) -> None:
        path = request.path
        self.asked.append((request.command, path, request.headers.get("Authorization")))
        fault = self.faults.pop(0) if self.faults else None
        data = self.files.get(path)
        dates = {"Last-Modified": SATURDAY} if self.dated else {}
        if isinstance(fault, int):
            send(fault)
        elif self.login is not None and request.headers.get("Authorization") != self.login:
            send(401)
        elif data is None:
            send(404)
        elif data.startswith(b"to:"):
            send(302, {"Location": data[3:].decode()})
        else:
            send(200, {"Content-Length": str(len(data)), **dates}, data[: len(data) // 2] if fault == "cut" else data)


@pytest.fixture
def web() -> Iterator[Web]:
    site = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.serve(self, self._send)

        do_HEAD = do_GET

        def _send(self, status: int, headers: dict[str, str] | None = None, data: bytes = b"") -> None:
            self.send_response(status)
            for name, value in (headers or {"Content-Length": "0"}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield site
        server.shutdown()


class TestCsvOnWeb(PlainContract):
    several = False

    @pytest.fixture(autouse=True)
    def _web(self, web: Web) -> None:
        self.web = web

    def upload(self, name: str, data: bytes) -> None:
        self.web.files[f"/open/{name}"] = data

    def address(self) -> str:
        return f"{self.web.address}/open"

    pattern = "one.csv"


class TestZipOnWeb(ZipContract):
    several = False

    @pytest.fixture(autouse=True)
    def _web(self, web: Web) -> None:
        self.web = web

    def upload(self, name: str, data: bytes) -> None:
        self.web.files[f"/open/{name}"] = data

    def address(self) -> str:
        return f"{self.web.address}/open"

    pattern = "one.zip/data*.csv"


def places(web: Web, path: str, **options: str) -> Places:
    return Places([web.address + path], Path("/nowhere"), connect(options))


def test_a_file_has_the_name_of_its_path_and_not_what_is_asked_of_the_server(web: Web) -> None:
    web.files["/open/wards.csv?key=sesame&v=1"] = b"id\n1\n"
    (found,) = places(web, "/open/wards.csv?key=sesame&v=1").discover()
    assert (found.name, found.size, found.modified_ns) == ("wards.csv", 5, 1767434400 * 10**9)
    assert places(web, "/open/nothing.csv").discover() == []


def test_a_server_that_only_knows_get(web: Web, tmp_path: Path) -> None:
    web.files["/a.csv"] = b"id\n1\n"
    web.faults = [405]
    place = places(web, "/a.csv")
    (found,) = place.discover()
    assert [a[0] for a in web.asked] == ["HEAD", "GET"]
    assert Path(place.fetch(found, tmp_path).path).read_bytes() == b"id\n1\n"


def test_a_file_without_a_date_is_looked_into_each_time_and_never_left(web: Web, engine: DuckDBEngine, tmp_path: Path) -> None:
    web.files["/a.csv"], web.dated = b"id\n1\n", False
    connector = files([f"{web.address}/a.csv"], tmp_path, engine, tmp_path / "scratch", connect(settle="1 hour"))
    found = connector.discover()
    (received,) = connector.receive(found, str(tmp_path / "bronze")).received
    assert (received.rows, received.left) == (1, None)
    assert connector.digest(found[0]) == received.sha256


def test_errors_of_the_server_and_a_transfer_that_breaks_are_tried_again(web: Web, tmp_path: Path) -> None:
    web.files["/a.csv"] = b"id\n" + b"1\n" * 100_000
    place = places(web, "/a.csv")
    web.faults = [503, 502]
    (found,) = place.discover()
    web.faults = ["cut", 500]
    assert Path(place.fetch(found, tmp_path).path).read_bytes() == web.files["/a.csv"]
    web.faults = [503, 503, 503]
    with pytest.raises(FeedError) as told:
        place.discover()
    assert told.value.message == f"{web.address} can't be reached: it answers with an error (HTTP 503), after 3 attempts"


def test_a_login_is_sent_only_where_it_belongs(web: Web) -> None:
    basic = "Basic " + base64.b64encode(b"ann:sesame").decode()
    web.login, web.files["/a.csv"] = basic, b"id\n1\n"
    assert len(places(web, "/a.csv", user="ann", password="sesame", allow_http="true").discover()) == 1
    web.login = "Bearer t0ken"
    assert len(places(web, "/a.csv", token="t0ken", allow_http="true").discover()) == 1
    with pytest.raises(FeedError) as told:
        places(web, "/a.csv", token="other", allow_http="true").discover()
    assert told.value.message == f"{web.address} can't be read: it refuses the credentials (HTTP 401)"
    asked = len(web.asked)
    with pytest.raises(FeedError, match="a login over http:// can be read by anyone on the way"):
        places(web, "/a.csv", token="t0ken").discover()
    assert len(web.asked) == asked
    web.login, web.files["/b.csv"] = None, f"to:http://localhost:{web.port}/a.csv".encode()
    assert len(places(web, "/b.csv", token="t0ken", allow_http="true").discover()) == 1
    assert web.asked[-1][1:] == ("/a.csv", None)  # another host


def test_nobody_there(web: Web) -> None:
    with pytest.raises(FeedError, match=r"http://127\.0\.0\.1:1 can't be reached: no connection: Connection refused, after 3 attempts"):
        Places(["http://127.0.0.1:1/a.csv"], Path("/"), connect()).discover()


def test_a_broken_zip_is_told(web: Web) -> None:
    web.files["/a.zip"] = zip_of({"a.csv": b"id\n1\n"})[:-9]
    (found,) = places(web, "/a.zip/*.csv").discover()
    assert found.problem is not None
    assert "can't be unpacked" in found.problem
