"""What every room's tests share: where real open data is, if it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# No time limits: the machines of continuous integration are slow now and then, and a property holds or doesn't.
settings.register_profile("borough", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI")))
settings.load_profile("borough")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with published open data: ``BOROUGH_SHARED_DATA``, else ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("BOROUGH_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real open data is not here: {folder} (set BOROUGH_SHARED_DATA)")
    return folder
