"""A source says its service, the systems it fits, and why its data may be held."""

from __future__ import annotations

from pathlib import Path

from borough.project.checks import check
from borough.project.load import load

SOURCE = """\
source: bins
service: recycling and waste
systems: [Whitespace, Bartec]
lawful_basis: UK GDPR article 6(1)(e)
purposes: [service_planing]
feeds:
  jobs: {files: "data/{extract_date:%Y-%m-%d}.csv", delivers: append}
"""


def _project(folder: Path, source: str) -> Path:
    (folder / "sources").mkdir(parents=True)
    (folder / "borough.yaml").write_text("borough: Test\npurpose: service_planning\npurposes:\n  service_planning: {title: Planning}\n")
    (folder / "sources" / "bins.yaml").write_text(source)
    return folder


def test_a_purpose_that_is_not_declared_is_told_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    mistakes = check(load(_project(tmp_path, SOURCE)))
    assert len(mistakes) == 1
    told = str(mistakes[0])
    assert "bins.yaml:5" in told and "service_planing" in told and "service_planning" in told


def test_declared_ones_are_kept(tmp_path: Path) -> None:
    project = load(_project(tmp_path, SOURCE.replace("planing", "planning")))
    assert check(project) == []
    source = project.sources["bins"]
    assert (source.service, source.systems, source.purposes) == ("recycling and waste", ("Whitespace", "Bartec"), ("service_planning",))
