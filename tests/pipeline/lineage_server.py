"""A lineage server on this machine, and the ways in which one misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], int | None]
"""An event → the HTTP status of the answer; None for none, until the server goes."""


class LineageServer:
    """Takes events, as ``answer`` says."""

    def __init__(self, answer: Answer) -> None:
        self.taken: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str | None]] = []  # path, Authorization
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append((self.path, self.headers["Authorization"]))
                status = answer(event)
                if status is None:
                    outer.over.wait(30)
                    self.close_connection = True
                    return
                if status < 300:
                    outer.taken.append(event)
                body = b"name=Ann Example"  # what a server says is never repeated
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def lineage_server(answer: Answer = lambda _: 201) -> Iterator[LineageServer]:
    server = LineageServer(answer)
    try:
        yield server
    finally:
        server.close()
