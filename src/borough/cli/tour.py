"""What ``borough demo`` shows of a borough: the run, and where to look next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from borough.errors import UsageError


def tour(directory: Path, command: Any) -> int:
    """Run the project by the commands of ``command`` and show its quality, its wards and what to try; the run's exit code."""
    project = ["--project", str(directory)]

    def call(title: str, *words: str) -> int:
        typer.echo(f"\n── {title} ──")
        try:
            code = command.main([*words, *project], prog_name="borough", standalone_mode=False)
        except typer.Exit as done:
            code = done.exit_code
        except UsageError as error:  # a very small borough has too few visits for a model: the tour goes on
            typer.echo(f"{error.message}\nadvice: {error.advice}", err=True)
            code = error.exit_code
        return int(code or 0)

    code = call("Run: bronze keeps what was received, datasets what passed, quarantine what did not", "run")
    call("Quality: every rule of every dataset, by dimension", "quality")
    call("Wards: homes, and what was counted in twelve months for each 1,000 of them", "query", WARDS)
    if call("Model: which homes are let without the licence they need, learnt from visits and judged by later ones", "model", "fit") == 0:
        code = call("Ratings: the next run rates every home by it", "run") or code
        call("Bands: how many homes are worth a visit", "query", BANDS, "--purpose", "private_housing_enforcement")
    typer.echo(NEXT.format(directory=directory))
    return code


WARDS = "SELECT * FROM ward_summary ORDER BY ward_code"
BANDS = "SELECT band, count(*) AS homes, round(avg(rating), 1) AS mean_rating FROM unlicensed_let_rating GROUP BY band ORDER BY mean_rating DESC"
NEXT = """
── Your turn ──
cd {directory}
borough source list                    # the ready-made sources that this project was made from
borough quarantine list                # what was refused, with every reason
borough show council_tax_account       # a dataset: columns, classification, some rows
borough history council_tax_account    # and how it changed
borough dna list property              # what is derived of each home; borough dna show property UPRN
borough serve                          # pages, maps and visits in your browser
borough model evaluate                 # how well the ratings do, and how sure that is; borough model show, explain UPRN, card
borough demo advance --days 1          # a day passes; then borough run
borough demo truth                     # the run, measured against what is really so
The tutorial is docs/tutorial.md"""
