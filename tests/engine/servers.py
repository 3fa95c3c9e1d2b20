"""Spark Connect servers for the tests: Sail in this process, Apache Spark in its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def missing(engine: str) -> str | None:
    """Why an engine can't be tried here; None when it can."""
    if find_spec("pyspark") is None or find_spec("grpc") is None:
        return "pyspark[connect] is not installed"
    if engine == "sail" and find_spec("pysail") is None:
        return "pysail is not installed"
    if engine == "spark" and shutil.which("java") is None:
        return "no Java: Apache Spark can't run"
    return None


@contextmanager
def sail() -> Iterator[str]:
    """The address of a Sail server."""
    from pysail.spark import SparkConnectServer

    port = free_port()
    server = SparkConnectServer("127.0.0.1", port)
    server.start(background=True)
    try:
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.stop()


@contextmanager
def spark(folder: Path) -> Iterator[str]:
    """The address of an Apache Spark server of its own."""
    import pyspark

    port = free_port()
    home = Path(pyspark.__file__).parent
    settings = {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder),
        "spark.sql.shuffle.partitions": "1",
        # Each statement runs once over a few rows: compiling it would take longer than interpreting it.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    conf = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    command = [str(home / "bin" / "spark-submit"), "--master", "local[1]", "--driver-java-options", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", *conf]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SPARK_")} | {"SPARK_HOME": str(home)}
    with (folder / "spark.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
        try:
            _await(port, process, folder / "spark.log")
            yield f"sc://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"Spark ended: {log.read_text(errors='replace')[-2000:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"Spark does not answer: {log.read_text(errors='replace')[-2000:]}")
