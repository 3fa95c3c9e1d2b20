"""JSON Schemas of the YAML files, so that editors complete and validate them while they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from borough.project.dna_specs import DnaSpec
from borough.project.identity_specs import EntitySpec, LinkageSpec
from borough.project.licensing_specs import LicensingSpec
from borough.project.model_specs import ModelSpec
from borough.project.page_specs import PageSpec
from borough.project.spec import Spec
from borough.project.specs import BoroughSpec, DatasetSpec, SourceSpec

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_FILES: dict[str, type[Spec]] = {"borough": BoroughSpec, "source": SourceSpec, "dataset": DatasetSpec, "entity": EntitySpec, "linkage": LinkageSpec, "licensing": LicensingSpec, "dna": DnaSpec, "model": ModelSpec, "page": PageSpec}
_ARTICLES = {"entity": "An", "licensing": "The", "dna": "The"}
_VARIABLE = {"type": "string", "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*([+-][0-9]+|:-[^}]*)?\}", "description": "A variable."}


def json_schemas() -> dict[str, dict[str, Any]]:
    """File name → JSON Schema (2020-12), for ``borough.yaml`` and the files of ``sources/``, ``datasets/``, ``entities/``, ``linkages/``, ``licensing/``, ``dna/`` and ``models/``, and for the pages of ``reports/``."""
    return {f"{kind}.schema.json": _schema(kind, model) for kind, model in _FILES.items()}


def write_schemas(directory: Path) -> list[Path]:
    """Write the schemas into a folder (made where absent); the files written. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in json_schemas().items():
        path = directory / name
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def _schema(kind: str, model: type[Spec]) -> dict[str, Any]:
    schema = _as_written(model.model_json_schema(by_alias=True))
    return {"$schema": DRAFT, **schema, "title": "borough.yaml" if kind == "borough" else f"{_ARTICLES.get(kind, 'A')} {kind} of Borough".strip()}


def _as_written(schema: Any) -> Any:
    """What the loader takes, where that is more, or less, than the type says.

    A text may be written as a number (``title: 2026``); a number may come from a variable; names that break the rule for names
    are refused; and a key with nothing after it counts as absent.
    """
    if isinstance(schema, list):
        return [_as_written(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: value if key in ("default", "enum", "const") else _as_written(value) for key, value in schema.items()}
    for noise in ("title",) if isinstance(schema.get("title"), str) else ():
        del schema[noise]
    kind = schema.get("type")
    if kind == "string" and not schema.keys() & {"pattern", "enum", "const", "format"}:
        schema["type"] = ["string", "number", "boolean"]
    elif kind in ("integer", "number", "boolean") and "const" not in schema:
        constraint = {key: schema.pop(key) for key in list(schema) if key not in ("default", "description")}
        schema["anyOf"] = [constraint, _VARIABLE]
    elif kind == "object" and "patternProperties" in schema:
        schema["additionalProperties"] = False
        schema["patternProperties"] = {key: _or_nothing(value) for key, value in schema["patternProperties"].items()}
    elif kind == "object" and "properties" in schema:
        required = schema.get("required", [])
        schema["properties"] = {key: value if key in required else _or_nothing(value) for key, value in schema["properties"].items()}
    return schema


def _or_nothing(schema: dict[str, Any]) -> dict[str, Any]:
    if {"type": "null"} in schema.get("anyOf", ()):
        return schema
    described: dict[str, Any] = {key: schema[key] for key in ("description", "default") if key in schema}
    return {**described, "anyOf": [{key: value for key, value in schema.items() if key not in described}, {"type": "null"}]}
