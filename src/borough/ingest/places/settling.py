"""Is a file still being written? Such a file is left for the next run."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
import time
from functools import lru_cache
from pathlib import Path

from borough.ingest.spans import seconds

F_SETSIG = 10  # of Linux; Python's fcntl does not name it
AHEAD = 86_400  # seconds: a file dated further in the future has a wrong date, not a fresh one
FRESH = 60  # seconds: a file of a server that is younger is looked at twice, ``BETWEEN_LOOKS`` apart
BETWEEN_LOOKS = 2.0
OF_THIS_MACHINE = {"btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "tmpfs", "xfs", "zfs"}


def too_young(modified_ns: int, settle: str | None) -> str | None:
    """Why a file is too young to be taken, if it is.

    Measured by this machine's clock, not by the run's: a run of a past instant (``--now``) must not take a file that
    somebody is writing now. It decides only when a file is taken in, never what comes out of it.
    """
    if settle is None or not _younger(modified_ns, seconds(settle)):
        return None
    return f"it was changed less than {settle} ago"


def looked_at_too_soon(modified_ns: int, listed: float) -> float:
    """How many seconds to wait before a file on a server is looked at again. ``listed``: when it was listed (monotonic)."""
    if not _younger(modified_ns, FRESH):
        return 0.0
    return max(0.0, listed + BETWEEN_LOOKS - time.monotonic())


def _younger(modified_ns: int, than: int) -> bool:
    return -AHEAD < time.time() - modified_ns / 1e9 < than


def open_for_writing(path: str) -> bool:
    """Does another process have the file open for writing? False where the system can't tell.

    Linux grants a read lease only on a file that nobody has open for writing. It takes the file's owner or root, and a
    file system of this machine: shares refuse leases for reasons of their own. The lease is given back at once; should a
    writer come in between, the signal that tells us is one that is ignored by default, and the writer waits a moment.
    """
    if not sys.platform.startswith("linux") or file_system(os.path.dirname(os.path.realpath(path))) not in OF_THIS_MACHINE:
        return False
    import fcntl

    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.fcntl(descriptor, F_SETSIG, signal.SIGURG)  # the default, SIGIO, would end the process
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False


@lru_cache(maxsize=1000)
def file_system(folder: str) -> str | None:
    """The kind of file system that a folder is on, by the mount nearest above it; None where Linux does not tell."""
    best, kind = "", None
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), left.split(" ")[4])
        if len(point) >= len(best) and (folder == point or folder.startswith(point.rstrip("/") + "/")):
            best, kind = point, right.split(" ")[0]
    return kind
