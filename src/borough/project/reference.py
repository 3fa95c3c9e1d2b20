"""The configuration reference, as Markdown: every key of every file, from the specs' own descriptions."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from borough.project.dna_specs import DnaSpec
from borough.project.explain import fields, kind_in_words, type_of
from borough.project.identity_specs import EntitySpec, LinkageSpec
from borough.project.licensing_specs import LicensingSpec
from borough.project.model_specs import ModelSpec
from borough.project.page_specs import PageSpec
from borough.project.spec import Spec
from borough.project.specs import BoroughSpec, DatasetSpec, ReportSpec, SourceSpec

_INTRODUCTION = """\
# Configuration reference

<!-- Generated from the specs by borough.project.reference; a test holds this page against them. -->

A project is a folder with `borough.yaml`, YAML files below `sources/`, `datasets/`, `entities/`, `linkages/`, `licensing/`, `dna/`, `models/` and `reports/` (any depth; a file may hold several
declarations, divided by `---`), and SELECTs in `reports/*.sql`. `borough check` finds every mistake in them before any data is touched;
`borough schema` writes JSON Schemas with which editors complete and check them.

- **Names** are lower-case letters, digits and `_`, start with a letter, and are at most 63 long.
- **Variables**: `${NAME}` in any value comes from the environment, `${NAME:-default}` has a default, and `$$` is a dollar sign.
  What comes from the environment is not shown in messages. In all files but `borough.yaml`, `${target_year}` can also be a variable that `borough.yaml`
  declares under `variables`, and `${target_year-1}` counts on it; the environment's `TARGET_YEAR` goes before the value declared.
- **Values mean what they seem to**: `yes`, `NO`, `on` and `01` stay text where text is due. A key with nothing after it counts as absent.
- **Shares** are written as `0.2` or `20%`. **Expressions** are SQL over a closed set of operators and functions.
"""
_FILES: tuple[tuple[str, type[Spec]], ...] = (
    ("borough.yaml", BoroughSpec),
    ("sources/*.yaml", SourceSpec),
    ("datasets/*.yaml", DatasetSpec),
    ("entities/*.yaml", EntitySpec),
    ("linkages/*.yaml", LinkageSpec),
    ("licensing/*.yaml", LicensingSpec),
    ("dna/*.yaml", DnaSpec),
    ("models/*.yaml", ModelSpec),
    ("reports/*.yaml", PageSpec),
    ("reports/*.sql", ReportSpec),
)


def configuration_reference() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *(line for title, model in _FILES for line in _file(title, model))]).rstrip() + "\n"


def _file(title: str, model: type[Spec]) -> Iterator[str]:
    yield f"## {title}\n"
    if model is ReportSpec:
        yield from _reports()
        return
    yield _sentence(model) + "\n"
    yield from _table(model)
    for path, inner in _inner(model, ""):
        yield f"### `{path}`\n"
        yield _sentence(inner) + "\n"
        yield from _table(inner)


def _reports() -> Iterator[str]:
    yield "A SELECT over datasets and other reports, by their bare names. The file's name is the name of the report. Lines that come first may say:\n"
    yield "| line | meaning |\n|---|---|"
    yield "| `-- title: …` | What the report shows. |\n| `-- description: …` | How it is to be read. |\n| `-- owner: …` | Who answers for it. |\n"


def _sentence(model: type[Spec]) -> str:
    return (model.__doc__ or "").strip()


def _table(model: type[Spec]) -> Iterator[str]:
    yield "| key | value | default | meaning |\n|---|---|---|---|"
    for key, info in fields(model).items():
        yield f"| `{key}` | {_cell(kind_in_words(type_of(model, key)))} | {_default(info)} | {_cell(info.description or '')} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.default
    if value in (None, PydanticUndefined, (), ""):
        return ""
    if isinstance(value, tuple):
        return "`[" + ", ".join(str(v) for v in value) + "]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _inner(model: type[Spec], path: str) -> Iterator[tuple[str, type[Spec]]]:
    """The specs inside a spec, with the path that leads to them, depth first."""
    for key in fields(model):
        for step, inner in _specs(type_of(model, key)):
            below = f"{path}.{key}{step}".lstrip(".")
            yield below, inner
            yield from _inner(inner, below)


def _specs(annotation: Any, step: str = "") -> Iterator[tuple[str, type[Spec]]]:
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield step, annotation
    elif origin is Annotated:
        yield from _specs(args[0], step)
    elif origin in (Union, types.UnionType):
        for arm in args:
            yield from _specs(arm, step)
    elif origin is dict:
        literal = get_origin(args[0]) is Literal
        yield from _specs(args[1], f"{step}.{get_args(args[0])[0]}" if literal else f"{step}.NAME")
    elif origin is tuple:
        yield from _specs(args[0], f"{step}[]")
