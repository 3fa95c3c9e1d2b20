"""On a terminal: the ledger fits a narrow one, and nothing is folded in the middle of a word."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

from .council import BIN, borough


def on_a_terminal(columns: int, *words: str | Path) -> str:
    """What a command shows on a terminal of so many columns (standard output only)."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")} | {"TERM": "dumb", "NO_COLOR": "1"}
    with subprocess.Popen([str(BIN / "borough"), *map(str, words)], stdout=theirs, stderr=subprocess.DEVNULL, env=env) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end has closed
                break
            if not piece:
                break
            shown += piece
        process.wait(timeout=60)
    os.close(ours)
    return shown.decode().replace("\r", "")


def test_the_ledger_fits_a_narrow_terminal(tmp_path: Path) -> None:
    assert borough("init", tmp_path / "little").code == 0
    shown = on_a_terminal(80, "run", "--project", tmp_path / "little")
    assert "licensing.licences  (licence · delivery · 2 extracts)\n" in shown
    assert "23 read = 11 accepted + 7 unchanged + 1 superseded + 4 quarantined; 1 deleted\n" in shown
    tables = on_a_terminal(80, "tables", "--project", tmp_path / "little")
    assert "streets_at_a_glance" in tables and "Private Sector Housing" in tables
