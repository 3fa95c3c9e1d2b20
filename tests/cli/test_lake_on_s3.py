"""A lake in a bucket, as a council declares it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from obstore.store import from_url

from s3_server import KEYS, new_address, s3_environment, s3_server

from .council import NOW, borough, write

PROJECT = {
    "sources/housing.yaml": "source: housing\nfeeds:\n  register: {files: 'data/*.csv', extract_date: 2026-01-01, delivers: append, to: licence, map: {number: Number}}\n",
    "datasets/licence.yaml": "dataset: licence\nkey: number\ncolumns: {number: {type: string, required: true}}\n",
    "data/one.csv": "Number\nL1\nL2\n",
}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as endpoint, s3_environment(endpoint):
        yield endpoint


def council(root: Path, declared: str) -> Path:
    return write(root, {**PROJECT, "borough.yaml": f"borough: Littleham\n{declared}"})


def test_the_project_says_how_its_store_is_reached(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = new_address()
    storage = f"storage: {{endpoint: {s3}, region: eu-west-2, access_key_id: '${{LAKE_KEY}}', secret_access_key: '${{LAKE_SECRET}}'}}\n"
    root = council(tmp_path, f"lake: {lake}\n{storage}")
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LAKE_KEY", KEYS["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("LAKE_SECRET", KEYS["AWS_SECRET_ACCESS_KEY"])
    assert borough("run", "--project", root, "--now", NOW).code == 0
    asked = borough("query", "SELECT count(*) AS n FROM licence", "--project", root, "--format", "csv")
    assert (asked.code, asked.out) == (0, "n\n2\n"), asked.err


def test_every_look_is_recorded_in_the_bucket(s3: str, tmp_path: Path) -> None:
    lake = new_address()
    root = council(tmp_path, f"lake: {lake}\n")
    assert borough("run", "--project", root, "--now", NOW).code == 0
    assert borough("query", "SELECT * FROM licence", "--project", root).code == 0
    store = from_url(lake, client_options={"allow_http": True})
    lines = [bytes(store.get(o["path"]).bytes()).decode() for some in store.list("audit") for o in some]
    assert len(lines) == 2 and sum('"event": "look"' in line for line in lines) == 1 and sum('"rows": 2' in line for line in lines) == 1
    assert not (tmp_path / "s3:").exists()


@pytest.mark.parametrize(
    ("declared", "code", "says"),
    [
        ("lake: ftp://host/lake\n", 2, "ftp:// is not known"),
        ("lake: s3://no-such-bucket/lake\n", 4, "there is no such bucket"),
        ("lake: s3://council-lake/a b\n", 4, "no plain address"),
        ("lake: s3://council-lake/lake\nstorage: {endpoint: nowhere}\n", 2, "is no URL"),
    ],
)
def test_addresses_that_can_not_be(s3: str, tmp_path: Path, declared: str, code: int, says: str) -> None:
    told = borough("run", "--project", council(tmp_path, declared), "--now", NOW)
    assert (told.code, says in told.err, "advice: " in told.err) == (code, True, True), told.err


def test_a_store_that_refuses_the_keys(tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As S3 answers: one sentence, no key in it."""
    import http.server
    import threading

    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<Error><Code>AccessDenied</Code></Error>"
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        told = borough("run", "--project", council(tmp_path, f"lake: {new_address()}\n"), "--now", NOW)
        server.shutdown()
    assert told.code == 4 and "it refuses the credentials" in told.err and "see to the keys" in told.err
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in told.err
