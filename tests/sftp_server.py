"""A real SFTP server for the tests: OpenSSH's, in a process of its own on a free port of this machine only."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/libexec/sftp-server")


@dataclass
class SftpHost:
    """A server, whose files are this machine's: ``folder`` is for them. Its login is a key file."""

    port: int
    folder: Path
    key_file: Path
    host_key: str  # as known_hosts has it, without the host
    base: Path

    @property
    def user(self) -> str:
        return getpass.getuser()

    @property
    def endpoint(self) -> str:
        """For a wire."""
        return f"http://127.0.0.1:{self.port}"

    def address(self, port: int | None = None) -> str:
        return f"sftp://{self.user}@127.0.0.1:{port or self.port}{self.folder}"

    @property
    def options(self) -> dict[str, str]:
        return {"key_file": str(self.key_file), "host_key": self.host_key}


@contextlib.contextmanager
def sftp_server(base: Path) -> Iterator[SftpHost]:
    """A server with an empty folder below ``base``. Skips where there is none."""
    sshd = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")
    keygen, inner = shutil.which("ssh-keygen"), next((path for path in SFTP_SERVERS if os.path.exists(path)), None)
    if sshd is None or keygen is None or inner is None:
        pytest.skip("OpenSSH's server is not installed (Debian: openssh-server): no SFTP to test on")
    if find_spec("paramiko") is None:
        pytest.skip("paramiko is not installed (the extra `sftp`)")
    base.chmod(0o755)
    for name in ("host", "login", "locked", "stranger"):
        phrase = "open sesame" if name == "locked" else ""
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", phrase, "-f", str(base / name)], check=True, stdin=subprocess.DEVNULL)
    (base / "authorized").write_text((base / "login.pub").read_text() + (base / "locked.pub").read_text())
    folder = base / "files"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    config = base / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {base}/host\nPidFile none\nAuthorizedKeysFile {base}/authorized\n"
        f"StrictModes no\nUsePAM no\nPasswordAuthentication yes\nPermitRootLogin yes\nMaxStartups 100\nSubsystem sftp {inner}\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # its own condition, when it is started by root
    with (base / "log").open("wb") as log, subprocess.Popen([sshd, "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stderr=log) as server:
        try:
            _wait(port, server, base / "log")
            yield SftpHost(port, folder, base / "login", " ".join((base / "host.pub").read_text().split()[:2]), base)
        finally:
            server.terminate()


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        if server.poll() is not None:
            pytest.skip(f"sshd does not start here: {log.read_text()[-300:]}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    pytest.skip("sshd does not answer")
