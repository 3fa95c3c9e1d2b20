"""Commands about contracts: datasets to the Open Data Contract Standard and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.cli.context import JsonOption, ProjectOption, folder, load_project, print_json, project_to_complete, redacted, wants_json

if TYPE_CHECKING:
    from borough.project.load import Project
    from borough.project.odcs.importing import Imported
    from borough.project.odcs.shapes import Read

ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]


def register(app: typer.Typer) -> None:
    contract = typer.Typer(no_args_is_help=True, help="Contracts of datasets, in the Open Data Contract Standard.")
    contract.command("export", epilog="Examples: `borough contract export` · `borough contract export incident ward --out contracts`")(export)
    contract.command("import", epilog="Example: `borough contract import supplier/orders.odcs.yaml` then `borough check`")(import_)
    app.add_typer(contract, name="contract")


def _complete(context: typer.Context, incomplete: str) -> list[str]:
    project = project_to_complete(context)
    return [name for name in (project.datasets if project else ()) if name.startswith(incomplete)]


def export(
    context: typer.Context,
    datasets: Annotated[
        list[str] | None, typer.Argument(metavar="DATASET", help="Datasets. Default: all.", autocompletion=_complete, show_default=False)
    ] = None,
    out: Annotated[str, typer.Option("--out", metavar="DIR|-", help="Folder for the files, DATASET.odcs.yaml; - prints them.")] = "-",
    force: ForceOption = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write datasets as contracts of the Open Data Contract Standard (ODCS).

    What the standard has no word for leaves as a custom property `borough.WORD`, so that an import gives the same dataset again.
    """
    from borough.project.odcs.exporting import contracts
    from borough.project.odcs.writing import contract_yaml

    loaded = load_project(context, project)
    made = contracts(loaded, _known(loaded, datasets or []))
    for one in made:
        for dataset, path in one.denied:
            place = loaded.place("dataset", dataset, *path)
            typer.echo(f"warning: {place}: {'.'.join(path)} says otherwise than the dataset itself; left out", err=True)
    if out != "-":
        files = {Path(out) / one.file: redacted(contract_yaml(one.document)) for one in made}
        _write(files, force)
        _told(context, as_json, list(files))
    elif wants_json(context, as_json):
        print_json({"contracts": [one.document for one in made]})
    else:
        typer.echo(redacted("---\n".join(contract_yaml(one.document) for one in made)), nl=False)


def _known(project: Project, datasets: Sequence[str]) -> list[str]:
    """The datasets asked for, or all. Raises UsageError for one that the project does not have."""
    from borough.errors import UsageError
    from borough.project.explain import nearest, one_of

    for name in datasets:
        if name not in project.datasets:
            close = nearest(name, project.datasets)
            advice = f"did you mean {close!r}?" if close else f"the project has {one_of(sorted(project.datasets)) or 'none'}"
            raise UsageError(f"there is no dataset {name!r}", advice=advice)
    return list(datasets) or list(project.datasets)


def _told(context: typer.Context, as_json: bool, files: Sequence[Path], **more: Any) -> None:
    if wants_json(context, as_json):
        print_json({"files": [str(path) for path in files], **more})
        return
    for path in files:
        typer.echo(str(path))


def _write(files: dict[Path, str], force: bool) -> None:
    """Write all the files, or none. Raises UsageError for files that are there, and for a folder that can't be written to."""
    from borough.errors import UsageError

    there = [str(path) for path in files if path.exists()]
    if there and not force:
        raise UsageError(f"there already: {', '.join(there)}; nothing was written", advice="name another folder with --out, or say --force to overwrite")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{error.filename} can't be written: {error.strerror}", advice="name another folder with --out") from error


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Contracts (YAML).", dir_okay=False, show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the datasets. Default: datasets/ in the project.", file_okay=False, show_default=False)
    ] = None,
    force: ForceOption = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make datasets of contracts of the Open Data Contract Standard (ODCS).

    Each table becomes a file of `datasets/` in Borough's words. What Borough has no word for stands below `contract:` in it, and an
    export gives the same contract again.
    """
    from borough.project.odcs.importing import import_contracts
    from borough.project.odcs.writing import dataset_yaml

    loaded = load_project(context, project)
    made = import_contracts(loaded, _read(files))
    target = out or folder(context, project) / "datasets"
    written = {target / f"{one.spec.dataset}.yaml": dataset_yaml(one.spec, _origin(one)) for one in made}
    _not_declared(loaded, made, written, force)
    _write(written, force)
    notes = [note for one in made for note in one.notes]
    _told(context, as_json, list(written), notes=notes)
    for note in () if wants_json(context, as_json) else notes:
        typer.echo(f"note: {note}", err=True)
    _check(folder(context, project), written)


def _origin(one: Imported) -> str:
    return f"From the contract {Path(one.file).name} (Open Data Contract Standard)."


def _read(files: Sequence[Path]) -> list[Read]:
    """The contracts of the files. Raises DeclarationError with every mistake, UsageError for a file that can't be read."""
    from borough.errors import DeclarationError, UsageError
    from borough.project.odcs.shapes import read_contract
    from borough.project.odcs.writing import read_yaml

    read: list[Read] = []
    mistakes = []
    for path in files:
        try:
            documents, wrong = read_yaml(str(path), path.read_bytes())
        except OSError as error:
            raise UsageError(f"{path} can't be read: {error.strerror}", advice="name files with contracts in YAML") from error
        mistakes += wrong
        for document, value in documents:
            try:
                read.append(read_contract(document, value))
            except DeclarationError as error:
                mistakes += error.mistakes
    if mistakes:
        raise DeclarationError(mistakes)
    return read


def _not_declared(project: Project, made: Sequence[Imported], files: dict[Path, str], force: bool) -> None:
    """Refuse a dataset that another file of the project declares, whatever --force says. Raises UsageError."""
    from borough.errors import UsageError

    for one, path in zip(made, files, strict=True):
        if one.spec.dataset in project.datasets:
            place = project.place("dataset", one.spec.dataset)
            if (project.root / place.file).resolve() != path.resolve():
                raise UsageError(f"the project has the dataset {one.spec.dataset} already, at {place}", advice="rename the table in the contract, or take the other declaration away")
            if not force:
                raise UsageError(f"the project has the dataset {one.spec.dataset} already, at {place}; nothing was written", advice="say --force to overwrite it")


def _check(root: Path, files: dict[Path, str]) -> None:
    """Check the project with its new datasets. Exit code 1 where one of them has a mistake."""
    from borough.pipeline.checking import check_folder

    written = {path.resolve() for path in files}
    mistakes = [m for m in check_folder(root).mistakes if (root / m.place.file).resolve() in written]
    for mistake in mistakes:
        typer.echo(redacted(f"{mistake.severity}: {mistake}"), err=True)
    if any(mistake.severity == "error" for mistake in mistakes):
        raise typer.Exit(1)
