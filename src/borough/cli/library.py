"""Commands about the library: the ready-made sources, and copying them into a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from borough.cli.context import JsonOption, ProjectOption, folder, print_json, wants_json

if TYPE_CHECKING:
    from borough.library.copying import Copy
    from borough.library.shelf import ReadySource


def complete_ready(incomplete: str) -> list[str]:
    """Names of the library's sources for tab completion."""
    from borough.library.shelf import sources

    return [name for name in sources() if name.startswith(incomplete)]


def complete_service(incomplete: str) -> list[str]:
    """Services for tab completion."""
    from borough.library.shelf import sources

    return sorted({ready.service for ready in sources().values() if ready.service.startswith(incomplete)})


Service = Annotated[str | None, typer.Option("--service", metavar="SERVICE", help="Only those of a service, by its name or a part of it.", autocompletion=complete_service, show_default=False)]


def register(source: typer.Typer) -> None:
    source.command("list", epilog="Examples: `borough source list` · `borough source list --service housing` · `borough source list academy`")(list_ready)
    source.command("add", epilog="Examples: `borough source add council_tax` · `borough source add licensing enforcement` · `borough source add --all` · `borough source add epc --print`")(add)


def list_ready(
    context: typer.Context,
    word: Annotated[str | None, typer.Argument(metavar="[WORD]", help="Only those of which a word stands in their name, title, service, systems, datasets or formats.", show_default=False)] = None,
    service: Service = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the ready-made sources: one or more for each service of a council, and what a tenure team buys or downloads.

    Those that the project has already are marked.
    """
    from borough.cli import show
    from borough.library import shelf

    ready = shelf.sources()
    names = shelf.of_service(service) if service is not None else tuple(ready)
    found = [ready[name] for name in names if word is None or ready[name].has(word)]
    root = folder(context, project)
    there = {path.stem for path in (root / "sources").glob("*.yaml")}
    if wants_json(context, as_json):
        print_json([_described(one, one.name in there) for one in found])
        return
    if not found:
        typer.echo(f"no source of the library has {word!r}; borough source list shows all {len(ready)}, borough source draft makes one from a sample")
        return
    found.sort(key=lambda one: (one.service, one.name))
    rows = [(one.service, one.name + (" ✓" if one.name in there else ""), one.title, ", ".join(one.formats), ", ".join(one.systems[:3])) for one in found]
    show.table(("service", "source", "what it is", "reads", "usual systems"), rows)
    typer.echo(f"{show.count(len(found), 'source')}" + (f", {len([o for o in found if o.name in there])} of them in this project (✓)" if there else "") + ". Next: borough source add NAME")


def add(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="Sources of the library.", autocompletion=complete_ready, show_default=False)] = None,
    service: Service = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files of the project that differ.")] = False,
    stdout: Annotated[bool, typer.Option("--print", help="Print the files; write nothing.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy ready-made sources into the project, with the datasets that they fill or refer to and the purposes that these name.

    The copies are the council's to edit: nothing refers back to the library.
    """
    from borough.cli import show
    from borough.library import copying, shelf

    root = folder(context, project)
    wanted = shelf.chosen(names or (), service, everything)
    copy = copying.prepare(root, wanted)
    if stdout:
        for file in copy.files:
            typer.echo(f"# {file.path}\n{file.text}")
        return
    written = copying.write(root, copy, force=force)
    if wants_json(context, as_json):
        print_json({"sources": list(copy.sources), "written": [str(p) for p in written], "purposes": list(copy.purposes), "lacking": list(copy.lacking)})
        return
    kept = [file for file in copy.files if file.path not in written]
    for path in written if len(written) <= 12 else ():
        typer.echo(f"wrote {path}" + (f" (purposes {', '.join(copy.purposes)})" if path.name == "borough.yaml" else ""))
    if len(written) > 12:
        typer.echo(f"wrote {show.count(len(written), 'file')} for {show.count(len(copy.sources), 'source')}")
    if kept:
        yours = [str(file.path) for file in kept if file.state == "differs"]
        typer.echo(f"{show.count(len(kept), 'file')} left as they are" + (f"; yours differ: {', '.join(yours)}" if yours else ""))
    _next(copy, shelf.sources())


def _next(copy: Copy, ready: dict[str, ReadySource]) -> None:
    if copy.lacking:
        typer.echo(f"note: datasets came along that no feed fills yet; their sources are {', '.join(copy.lacking)}")
    if len(copy.sources) == 1:
        one = ready[copy.sources[0]]
        typer.echo(f"Next, in sources/{one.name}.yaml: where the extract is (`connect` or `files`), and the names of its columns (`map`).")
        typer.echo(f"Ask your information-governance lead about its lawful basis, {one.lawful_basis.split(':')[0]}, and its purposes, {', '.join(one.purposes)}.")
        typer.echo(f"Then: borough check · borough run --select {one.name}")
        return
    typer.echo("Next: say in each where its extract is; then borough check · borough run")


def _described(one: ReadySource, there: bool) -> dict[str, object]:
    return {
        "name": one.name, "title": one.title, "service": one.service, "systems": list(one.systems), "lawful_basis": one.lawful_basis,
        "purposes": list(one.purposes), "datasets": list(one.fills), "formats": list(one.formats), "in_project": there,
    }  # fmt: skip
