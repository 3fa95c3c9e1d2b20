"""Commands about DNA: dna list, show, compare, export, add."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.cli.context import (
    JsonOption,
    Opened,
    ProjectOption,
    civil_date,
    load_project,
    opened,
    print_json,
    project_to_complete,
    redacted,
    wants_json,
)
from borough.cli.read import AsOf, Purpose, ask_of, need_run

if TYPE_CHECKING:
    from borough.compile.attributes.model import Attribute, Profile
    from borough.governance.classification import Relation
    from borough.pipeline.profiles import Profiles

ENTITIES = ("property", "household", "person", "landlord")


def complete_entity(context: typer.Context, incomplete: str) -> list[str]:
    """Entities with attributes, for tab completion."""
    project = project_to_complete(context)
    names = {g.entity for g in project.dna.values()} if project and project.dna else set(ENTITIES)
    return sorted(n for n in names if n.startswith(incomplete))


def complete_attribute(context: typer.Context, incomplete: str) -> list[str]:
    """Names of attributes, for tab completion."""
    project = project_to_complete(context)
    return sorted({n for g in project.dna.values() for n in g.attributes if n.startswith(incomplete)}) if project else []


def complete_group(incomplete: str) -> list[str]:
    """Groups of attributes of the library, for tab completion."""
    from borough.library.shelf import dna_groups

    return [name for name in dna_groups() if name.startswith(incomplete)]


Entity = Annotated[str, typer.Argument(metavar="ENTITY", help="property, household, person, landlord, or one that the project declares.", autocompletion=complete_entity)]
Key = Annotated[str, typer.Argument(metavar="ID", help="Its id: of a property the UPRN.")]
Only = Annotated[list[str] | None, typer.Option("--attribute", "-a", metavar="NAME", help="Only this attribute; may be given several times.", autocompletion=complete_attribute, show_default=False)]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="DNA: the attributes of properties, households, people and landlords, today and as they were known on any day.")
    group.command("list", epilog="Examples: `borough dna list` · `borough dna list property --json`")(list_attributes)
    group.command("show", epilog="Examples: `borough dna show property 10001234567` · `borough dna show property 10001234567 --as-of 2024-03-31 -a asb_3y -a adults_known --purpose private_housing_enforcement`")(show)
    group.command("compare", epilog="Example: `borough dna compare property 10001234567 2024-03-31 2026-03-31`")(compare)
    group.command("export", epilog="Examples: `borough dna export property --to homes.parquet` · `borough dna export property --to past.parquet --monthly 2023-11 2026-10` · `borough dna export property --to training.csv --spine visits.csv`")(export)
    group.command("add", epilog="Examples: `borough dna add` · `borough dna add council_tax demand --print`")(add)
    app.add_typer(group, name="dna")


def _profiles(o: Opened) -> Profiles:
    from borough.pipeline.profiles import Profiles

    return Profiles(o.project, o.engine, o.lake, need_run(o), o.programme.profiles)


def list_attributes(
    context: typer.Context,
    entity: Annotated[str | None, typer.Argument(metavar="[ENTITY]", help="Only this entity's.", autocompletion=complete_entity, show_default=False)] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the attributes that are declared: what each says, from which dataset, who owns it and for which purposes it may be seen."""
    from borough.cli.show import count, table
    from borough.compile.attributes.resolve import profiles
    from borough.errors import UsageError

    declared, _ = profiles(load_project(context, project))
    if entity is not None and entity not in declared:
        raise UsageError(f"no attributes are declared of {entity!r}", advice=f"there are those of {', '.join(sorted(declared)) or 'nothing'}; borough dna add copies the library's")
    chosen = [a for name, profile in declared.items() if entity in (None, name) for a in sorted(profile.attributes, key=lambda a: (a.group, a.name))]
    if wants_json(context, as_json):
        print_json([{**_told(a), "meaning": a.spec.meaning} for a in chosen])
        return
    heads = ("entity", "attribute", "title", "kind", "from", "class", "purposes")
    table(heads, [tuple(redacted(str(_told(a)[h])) for h in heads) for a in chosen])
    typer.echo(count(len(chosen), "attribute"))


def _told(a: Attribute) -> dict[str, Any]:
    made = a.source.dataset if a.source else f"{a.lacks} (not there)" if a.lacks else ", ".join(a.reads)
    window = f", {a.spec.window}" if a.spec.window else ""
    return {"entity": a.entity, "attribute": a.name, "title": a.spec.title, "kind": a.kind + window, "from": made, "type": a.type, "unit": a.spec.unit or "", "owner": a.owner or "",
            "class": a.sensitivity, "purposes": ", ".join(a.purposes)}  # fmt: skip


def show(
    context: typer.Context,
    entity: Entity,
    key: Key,
    as_of: AsOf = None,
    only: Only = None,
    rows: Annotated[int, typer.Option("--rows", "-n", help="Source rows to print of each attribute, the latest first.", min=0)] = 3,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Show everything that is known of one entity: each value with its meaning and the rows that it is made from.

    Without `--as-of`, as the last run made it; with it, as it was known at the end of that day. What your purpose may not see is not shown.
    """
    with opened(context, project) as o:
        profiles = _profiles(o)
        profile = profiles.profile(entity)
        given, wanted = civil_date(as_of, "--as-of"), profiles.key(entity, key)
        day, relation = _relation(profiles, entity, given, wanted)
        names = _seen(o, profile, relation, only, purpose)
        values = _values(o, relation, entity, wanted, names, purpose)
        if values is None:
            raise _nobody(profiles, entity, key, day)
        evidence = _evidence(o, profiles, entity, wanted, day, names, purpose) if rows else {}
        if wants_json(context, as_json):
            print_json({entity: key, "as_of": day, "attributes": [_as_json(profile, n, values, evidence.get(n, [])) for n in names]})
            return
        _print(profile, key, day, names, values, evidence, rows)


def _relation(profiles: Profiles, entity: str, given: dt.date | None, key: str) -> tuple[dt.date, Relation]:
    """The day that is shown, and what is read for it."""
    from borough.errors import UsageError

    made = profiles.day(entity)
    if given is not None and given != made:
        return given, profiles.as_of(entity, given, key)
    if made is None:
        raise UsageError(f"no run has made the profiles of {entity} yet", advice="borough run, or say --as-of DATE")
    return made, profiles.kept(entity)


def _seen(o: Opened, profile: Profile, relation: Relation, only: list[str] | None, purpose: str | None) -> list[str]:
    """The attributes that are asked for and that the purpose may see, in order of their groups. Raises UsageError, AccessDeniedError."""
    from borough.errors import AccessDeniedError, UsageError
    from borough.governance.classification import visible
    from borough.governance.gate import purposes_of
    from borough.project.explain import nearest

    reads_for = purpose or o.project.borough.purpose
    spec = purposes_of(o.project.borough.purposes).get(reads_for)
    open_ = {c.name for c in relation.columns if spec is not None and visible(c, reads_for, spec.permits)}
    known = [a.name for a in sorted(profile.attributes, key=lambda a: a.group)]
    for name in only or ():
        if name not in known:
            near = nearest(name, known)
            raise UsageError(f"{profile.entity} has no attribute {name!r}" + (f"; did you mean {near!r}?" if near else ""), advice=f"borough dna list {profile.entity}")
    names = [n for n in known if n in open_ and (not only or n in only)]
    if not names and spec is not None:
        may = sorted({p for a in profile.attributes if not only or a.name in only for p in a.purposes})
        raise AccessDeniedError(f"the purpose {reads_for!r} may see none of these attributes", advice=f"they are for {', '.join(may)}: --purpose {may[0]}" if may else None)
    return names


def _values(o: Opened, relation: Relation, entity: str, key: str, names: list[str], purpose: str | None) -> dict[str, Any] | None:
    cells = ", ".join(f'"{n}", "{n}_missing"' for n in names)
    answer = ask_of(o, relation, f'SELECT {cells or "1 AS one"} FROM {relation.name} WHERE "{entity}" = {key}', purpose)
    found = answer.rows()
    return dict(zip((n for n, _ in answer.columns), found[0], strict=True)) if found else None


def _nobody(profiles: Profiles, entity: str, key: str, day: dt.date) -> Exception:
    from borough.errors import UsageError

    return UsageError(f"no {entity} {key} was known on {day}", advice="borough identity find ADDRESS tells a property's UPRN" if entity == "property" else "see to the id, or to the day")


def _evidence(o: Opened, profiles: Profiles, entity: str, key: str, day: dt.date, names: list[str], purpose: str | None) -> dict[str, list[dict[str, Any]]]:
    relation = profiles.evidence(entity, key, day, names, purpose or o.project.borough.purpose)
    answer = ask_of(o, relation, f"SELECT * FROM {relation.name} ORDER BY attribute, day DESC NULLS LAST, dataset, record", purpose)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in answer.rows():
        cells = dict(zip((n for n, _ in answer.columns), row, strict=True))
        found.setdefault(cells.pop("attribute"), []).append(cells)
    return found


def _as_json(profile: Profile, name: str, values: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    attribute = profile.attribute(name)
    told = {**_told(attribute), "meaning": attribute.spec.meaning} if attribute else {}
    return {**told, "value": values[name], "missing": values[f"{name}_missing"], "rows": rows}


def _print(profile: Profile, key: str, day: dt.date, names: list[str], values: dict[str, Any], evidence: dict[str, list[dict[str, Any]]], rows: int) -> None:
    from borough.cli.show import heading

    typer.echo(f"{profile.entity} {key}, as known on {day}")
    group = None
    for name in names:
        attribute = profile.attribute(name)
        if attribute is None:
            continue
        if attribute.group != group:
            group = attribute.group
            heading(group.replace("_", " "))
        typer.echo(redacted(f"{attribute.spec.title}: {_said(attribute, values)}  ({name})"))
        typer.echo(redacted(f"    {attribute.spec.meaning}"))
        for line in _lines(attribute, evidence.get(name, []), rows):
            typer.echo(redacted(f"    {line}"))


def _said(attribute: Attribute, values: dict[str, Any]) -> str:
    from borough.cli.show import cell

    value, missing = values[attribute.name], values[f"{attribute.name}_missing"]
    text = f"£{value:,.2f}" if attribute.spec.unit == "£" and value is not None else cell(value) + (f" {attribute.spec.unit}" if attribute.spec.unit and value is not None else "")
    if not missing:
        return text
    if attribute.lacks is not None:
        return f"not known: the project has no {attribute.lacks}"
    means = attribute.spec.missing.means if attribute.spec.missing is not None else None
    return f"{text} ({means or 'no record'})" if value is not None else means or "not known"


def _lines(attribute: Attribute, found: list[dict[str, Any]], rows: int) -> Iterator[str]:
    """The rows behind a value, the latest first; of an attribute made of others, which those are."""
    if attribute.reads:
        yield f"made of {', '.join(attribute.reads)}"
    for row in found[:rows]:
        said = (f"{row['dataset']} {row['record']}" if row["record"] is not None else f"a row of {row['dataset']}", row["day"], row["value"], f"{row['feed']}, {row['file']} row {row['row']}")
        yield "← " + " · ".join(str(part) for part in said if part is not None)
    if len(found) > rows:
        yield f"  and {len(found) - rows:,} more"


def compare(
    context: typer.Context,
    entity: Entity,
    key: Key,
    before: Annotated[str, typer.Argument(metavar="DATE", help="The earlier day.")],
    after: Annotated[str, typer.Argument(metavar="DATE", help="The later day.")],
    only: Only = None,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what was known of one entity on two days: the attributes that differ."""
    from borough.cli.show import table

    with opened(context, project) as o:
        profiles = _profiles(o)
        profile, wanted = profiles.profile(entity), profiles.key(entity, key)
        days = [civil_date(d, "DATE") for d in (before, after)]
        told = []
        for day in days:
            relation = profiles.as_of(entity, day or dt.date.min, wanted)
            names = _seen(o, profile, relation, only, purpose)
            told.append(_values(o, relation, entity, wanted, names, purpose))
        if told == [None, None]:
            raise _nobody(profiles, entity, key, days[1] or dt.date.min)
        first, last = (t or {} for t in told)
        differing = [n for n in names if first.get(n) != last.get(n) or (first == {}) != (last == {})]
        if wants_json(context, as_json):
            print_json({entity: key, "differing": [{"attribute": n, before: first.get(n), after: last.get(n)} for n in differing], "same": len(names) - len(differing)})
            return
        for day, values in zip(days, told, strict=True):
            if values is None:
                typer.echo(f"no {entity} {key} was known on {day}")
        table(("attribute", "title", before, after), [(n, a.spec.title if (a := profile.attribute(n)) else "", first.get(n), last.get(n)) for n in differing])
        typer.echo(f"{len(differing)} of {len(names)} attributes differ")


def export(
    context: typer.Context,
    entity: Entity,
    to: Annotated[Path, typer.Option("--to", "-o", metavar="FILE", help="File to write to: .csv, .parquet, .json or .jsonl.")],
    as_of: Annotated[list[str] | None, typer.Option("--as-of", metavar="DATE", help="As known at the end of this day; may be given several times. Default: as the last run made it.", show_default=False)] = None,
    monthly: Annotated[tuple[str, str] | None, typer.Option("--monthly", metavar="FROM TO", help="As known at the end of each month, such as 2023-11 2026-10.", show_default=False)] = None,
    spine: Annotated[Path | None, typer.Option("--spine", metavar="FILE", help="A CSV or Parquet file with the entity's id and `day`: each entity as known on its day.", show_default=False, exists=True, dir_okay=False)] = None,
    only: Only = None,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Write the profiles of all entities to a file: as of today, of one day or many, or of a spine of entities and days.

    Each row has the entity's id, the day (`as_of`), the attributes that your purpose may see, and for each a flag whether nothing was known.
    """
    from borough.cli.exporting import export_profiles
    from borough.cli.show import count

    with opened(context, project) as o:
        profiles = _profiles(o)
        profile = profiles.profile(entity)

        def select(relation: Relation) -> str:
            names = _seen(o, profile, relation, only, purpose)
            cells = ", ".join(f'"{c}"' for c in (entity, "as_of", *(c for n in names for c in (n, f"{n}_missing"))))
            return f'SELECT {cells} FROM {relation.name} ORDER BY "{entity}"'

        rows = export_profiles(o, profiles, entity, to, as_of or [], monthly, spine, select, purpose)
        if wants_json(context, as_json):
            print_json({"file": str(to), "rows": rows})
        else:
            typer.echo(f"{count(rows, 'row')} in {to}")


def add(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="Groups of the library. Default: all.", autocompletion=complete_group, show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that differ from the library's.")] = False,
    show_only: Annotated[bool, typer.Option("--print", help="Print the files, write nothing.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy attributes of the library into `dna/`. What a project lacks datasets for stays empty, and `check` names what would bring them.

    The copies are the council's to edit: nothing refers back to the library.
    """
    from borough.cli.context import folder
    from borough.cli.show import count
    from borough.errors import UsageError
    from borough.library import copying, shelf
    from borough.project.explain import nearest

    root, ready = folder(context, project), shelf.dna_groups()
    for name in names or ():
        if name not in ready:
            near = nearest(name, ready)
            raise UsageError(f"the library has no attributes {name!r}" + (f"; did you mean {near!r}?" if near else ""), advice=f"it has {', '.join(ready)}")
    copy = copying.prepare_dna(root, names or list(ready))
    if show_only:
        for file in copy.files:
            typer.echo(f"# {file.path}\n{file.text}")
        return
    written = copying.write(root, copy, force=force)
    if wants_json(context, as_json):
        print_json({"groups": list(copy.sources), "written": [str(p) for p in written], "purposes": list(copy.purposes)})
        return
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(f"wrote {count(len(written), 'file')}; borough dna list shows the attributes, borough run makes them" if written else "all of it is there already")
