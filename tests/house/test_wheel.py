"""What people install: the wheel holds the templates and the demo, and the command in it works."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("borough-*.whl"))


def _tree(folder: Path) -> set[str]:
    # What browsers run is in the wheel as it was built, not what it was built from.
    ignored = ("__pycache__", ".pyc", "web/frontend/")
    return {p.relative_to(ROOT / "src").as_posix() for p in folder.rglob("*") if p.is_file() and not any(i in str(p) for i in ignored)}


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("borough/")}
    assert held == _tree(ROOT / "src" / "borough")
    assert any(name.startswith("borough/project/template/") for name in held)
    assert "borough/demo/project/borough.yaml" in held
    assert "borough/library/sources/council_tax.yaml" in held
    assert "borough/py.typed" in held
    assert "borough/web/static/app.css" in held or not (ROOT / "src/borough/web/static").exists()


@pytest.mark.slow
def test_the_installed_command_works(wheel: Path, tmp_path: Path) -> None:
    """In a new environment that borrows the locked dependencies of this one, but not its editable Borough."""
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(install, check=True)
    site = subprocess.run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True)
    # A plain path, and no site directory: .pth files in it, such as the editable install's, are not followed.
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    (Path(site.stdout.strip()) / "dependencies.pth").write_text(dependencies + "\n", encoding="utf-8")
    where = subprocess.run([str(python), "-c", "import borough; print(borough.__file__)"], check=True, capture_output=True, text=True)
    assert str(environment) in where.stdout
    shown = subprocess.run([str(python.parent / "borough"), "--help"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert "run" in shown.stdout
    subprocess.run([str(python.parent / "borough"), "demo", "generate", "council", "--scale", "0.01"], check=True, cwd=tmp_path)
    assert (tmp_path / "council" / "borough.yaml").is_file()
