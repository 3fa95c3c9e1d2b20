"""``borough serve`` as a program: the link works once it is printed, a taken port and a bad certificate are said, Ctrl-C ends it."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import json
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.cli.council import BIN, borough, write

from borough.web.asking import STATIC

pytestmark = pytest.mark.skipif(not (STATIC / "app.css").is_file(), reason="what browsers fetch is not built: make assets")
FILES = {
    "borough.yaml": "borough: Testmere\npurpose: work\npurposes:\n  work: {title: Work, permits: [public, internal]}\nweb:\n  roles: {officer: [work]}\n",
    "datasets/thing.yaml": "dataset: thing\nkey: thing\ncolumns:\n  thing: {type: string, required: true}\n",
    "sources/things.yaml": "source: things\nconnect: {files: 'data/things_{extract_date:%Y-%m-%d}.csv'}\nfeeds:\n  rows: {delivers: full, to: thing, map: {thing: thing}}\n",
    "data/things_2026-01-01.csv": "thing\nA\n",
}


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("council")
    write(root, FILES)
    assert borough("run", "-p", root).code == 0
    return root


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@contextlib.contextmanager
def served(root: Path, *words: str) -> Iterator[dict[str, Any]]:
    """What a serving command printed; it is asked to end as by Ctrl-C, and must end well."""
    with subprocess.Popen([BIN / "borough", "serve", "-p", root, "--json", "--port", str(free_port()), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        lines = []
        try:
            for line in process.stdout:
                lines.append(line)
                if line.startswith("}"):
                    break
            assert lines, process.stderr.read()
            yield json.loads("".join(lines))
        finally:
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=30)[1]
        assert process.returncode == 0 and said == "", said


def test_the_link_that_is_printed_works_at_once_and_once(council: Path) -> None:
    with served(council) as told, httpx.Client(timeout=60) as client:
        assert client.get(told["link"]).status_code == 303
        assert "<h1" in client.get(told["address"]).text
        with httpx.Client(timeout=60) as another:
            assert another.get(told["link"]).status_code == 403


def test_a_port_that_is_taken_is_said(council: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        done = borough("serve", "-p", council, "--port", str(port))
    assert done.code == 2 and f"port {port}: another program does" in done.err and f"--port {port + 1}" in done.err and not done.out


def certificate(folder: Path) -> None:
    """A certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Testmere")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def test_it_speaks_https_with_its_own_certificate(council: Path, tmp_path: Path) -> None:
    root = tmp_path / "council"
    root.mkdir()
    write(root, FILES | {"borough.yaml": FILES["borough.yaml"] + "  tls: {certificate: cert.pem, key: key.pem}\n"})
    missing = borough("serve", "-p", root)
    assert missing.code == 2 and "borough.yaml:7: there is no file cert.pem" in missing.err
    certificate(root)
    (root / "key.pem").rename(root / "own.pem")
    (root / "key.pem").write_text("no key\n")
    wrong = borough("serve", "-p", root)
    assert wrong.code == 2 and "cert.pem and key.pem are no certificate and its key" in wrong.err
    (root / "own.pem").rename(root / "key.pem")
    assert borough("run", "-p", root).code == 0
    with served(root) as told, httpx.Client(timeout=60, verify=ssl.create_default_context(cafile=str(root / "cert.pem"))) as client:
        assert told["address"].startswith("https://")
        entered = client.get(told["link"])
        cookie = entered.headers["set-cookie"]
        assert entered.status_code == 303 and "Secure" in cookie and "HttpOnly" in cookie
        page = client.get(told["address"])
        assert page.status_code == 200 and "max-age" in page.headers["strict-transport-security"]
        with pytest.raises(httpx.HTTPError):
            httpx.get(told["address"].replace("https", "http"), timeout=10)
