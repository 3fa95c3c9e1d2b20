"""Real files that no example uses, brought in by declarations alone; the ledger's figures are counted again without Borough."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DECLARATIONS = Path(__file__).parent / "unseen"
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")


@dataclass(frozen=True)
class Council:
    """The declarations, over the data where it is."""

    project: Path
    data: Path

    def borough(self, *arguments: str) -> Any:
        command = [sys.executable, "-m", "borough", *arguments, "--json", "--project", str(self.project)]
        done = subprocess.run(command, env={**os.environ, "DATA": str(self.data)}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def council(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Council:
    project = tmp_path_factory.mktemp("unseen") / "project"
    shutil.copytree(DECLARATIONS, project)
    council = Council(project, shared_data)
    council.borough("check")
    council.borough("run")
    return council
