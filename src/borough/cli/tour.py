"""What ``borough demo`` shows of a borough: the run, and where to look next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer


def tour(directory: Path, command: Any) -> int:
    """Run the project by the commands of ``command`` and show its quality, its wards and what to try; the run's exit code."""
    project = ["--project", str(directory)]

    def call(title: str, *words: str) -> int:
        typer.echo(f"\n── {title} ──")
        try:
            code = command.main([*words, *project], prog_name="borough", standalone_mode=False)
        except typer.Exit as done:
            code = done.exit_code
        return int(code or 0)

    code = call("Run: bronze keeps what was received, datasets what passed, quarantine what did not", "run")
    call("Quality: every rule of every dataset, by dimension", "quality")
    call("Wards: homes, and what was counted in twelve months for each 1,000 of them", "query", WARDS)
    typer.echo(NEXT.format(directory=directory))
    return code


WARDS = "SELECT * FROM ward_summary ORDER BY ward_code"
NEXT = """
── Your turn ──
cd {directory}
borough source list                    # the ready-made sources that this project was made from
borough quarantine list                # what was refused, with every reason
borough show council_tax_account       # a dataset: columns, classification, some rows
borough history council_tax_account    # and how it changed
borough dna list property              # what is derived of each home; borough dna show property UPRN
borough demo advance --days 1          # a day passes; then borough run
borough demo truth                     # the run, measured against what is really so
The tutorial is docs/tutorial.md"""
