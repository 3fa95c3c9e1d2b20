"""An S3 server for the tests (moto, in a process of its own), and a wire to it that can be cut.

``python s3_server.py`` serves on a free port of this machine only, prints the port, and ends with its standard input;
``python s3_server.py ENDPOINT`` is a wire to a server.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

BUCKET = "council-lake"
KEYS = {"AWS_ACCESS_KEY_ID": "test-key", "AWS_SECRET_ACCESS_KEY": "test-secret", "AWS_REGION": "eu-west-2"}


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server with an empty bucket."""
    if find_spec("moto") is None or find_spec("flask") is None:
        pytest.skip("moto[server] is not installed: no S3 to test on")
    quiet = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true"}
    with subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=quiet) as server:
        assert server.stdin is not None and server.stdout is not None
        endpoint = f"http://127.0.0.1:{int(server.stdout.readline())}"
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{BUCKET}", data=b"", method="PUT")).close()
        try:
            yield endpoint
        finally:
            server.terminate()


@contextlib.contextmanager
def s3_environment(endpoint: str) -> Iterator[None]:
    """The environment variables with which everything reaches a server."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        yield


def new_address() -> str:
    """A place for a lake that nobody has used."""
    return f"s3://{BUCKET}/tests/{uuid.uuid4().hex}"


class Wire:
    """A wire to a server, in a process of its own (delta-rs holds Python's lock while it waits for an answer)."""

    def __init__(self, endpoint: str) -> None:
        self._process = subprocess.Popen([sys.executable, __file__, endpoint], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self.endpoint = f"http://127.0.0.1:{int(self._out.readline())}"

    def _say(self, word: str) -> None:
        self._in.write(word + "\n")
        self._in.flush()
        assert self._out.readline() == "done\n"

    def cut(self) -> None:
        """From now on nobody gets through."""
        self._say("cut")

    def cut_after(self, pieces: int) -> None:
        """Cut when so many more pieces of requests have gone up."""
        self._say(f"after {pieces}")

    def mend(self) -> None:
        """Let connections through again, at the same address."""
        self._say("mend")

    def close(self) -> None:
        self._in.close()
        self._process.wait()
        self._out.close()


class _Relay:
    """Passes connections on to a server until it is cut; then it breaks them and refuses others, until it is mended."""

    def __init__(self, endpoint: str) -> None:
        host, port = endpoint.removeprefix("http://").split(":")
        self._server = (host, int(port))
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._left: int | None = None  # pieces that may still go up
        self._start()

    def _start(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self._server)
            except OSError:
                return
            with self._lock:
                self._ends |= {near, far}
            threading.Thread(target=self._pass_on, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(far, near, False), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                if up and self._left is not None:
                    self._left -= 1
                    if self._left < 0:
                        self.cut()
                        break
                target.sendall(piece)
        _close(source)
        _close(target)

    def after(self, pieces: int) -> None:
        self._left = pieces

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in it
        self._listener.close()
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)

    def mend(self) -> None:
        self._left = None
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._start()


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def relay(endpoint: str) -> None:
    """Be a wire: ``cut``, ``mend`` or ``after 20`` on the standard input, each answered by ``done``."""
    wire = _Relay(endpoint)
    print(wire.port, flush=True)
    for line in sys.stdin:
        word, *pieces = line.split()
        getattr(wire, word)(*map(int, pieces))
        print("done", flush=True)


def serve() -> None:
    """Serve until the standard input ends. One request at a time: what S3 does at once, moto does in several steps."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    inner, one = DomainDispatcherApplication(create_backend_app), threading.Lock()

    def application(environ, start_response):
        with one:
            return [b"".join(inner(environ, start_response))]

    server = make_server("127.0.0.1", 0, application, threaded=True)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    relay(sys.argv[1]) if len(sys.argv) > 1 else serve()
