"""What all declarations are made of: the frozen base, and the scalar values that YAML may hold."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]
Classification = Literal["public", "internal", "personal", "special"]
Dimension = Literal["completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"]
Severity = Literal["error", "warn", "stop"]
ColumnType = Literal["string", "integer", "number", "money", "date", "timestamp", "boolean", "geometry"]


def name_from(text: str) -> str:
    """A name in Borough's way for a name of elsewhere: ``CustomerId`` and ``Customer ID`` become ``customer_id``. Empty where there is no letter or digit; as long as it came."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    return f"n_{name}" if name[:1].isdigit() else name


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


def _scalar_text(value: Any) -> Any:
    """YAML reads ``map: {n: 1}`` as a number; an expression is text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value


Expression = Annotated[str, BeforeValidator(_scalar_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Share = Annotated[
    float,
    BeforeValidator(lambda v: float(v.rstrip(" %")) / 100 if isinstance(v, str) and v.strip().endswith("%") else v),
    Field(ge=0, le=1),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": r"^\d+(\.\d+)? ?%$"}]}),
]


def _date_or_text(value: Any) -> Any:
    """Documents hold text only: a text that is a date, is one."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and len(value.strip()) == 10 else value
    except ValueError:
        return value


def _bound(value: Any) -> Any:
    """A limit of ``between`` as an integer, a number or a date, else the text."""
    for read in (int, float, _date_or_text):
        try:
            return read(value) if isinstance(value, str) else value
        except ValueError:
            continue
    return value


def _true(value: Any) -> Any:
    return True if value == "true" else value


def nothing_is_empty(value: Any) -> Any:
    return {} if value in (None, "null") else value


DateOrExpression = Annotated[dt.date | str, BeforeValidator(_date_or_text)]
Bound = Annotated[Any, BeforeValidator(_bound), WithJsonSchema({"type": ["number", "string"]})]
Yes = Annotated[Literal[True], BeforeValidator(_true)]


class Spec(BaseModel):
    """Frozen, and refuses keys it does not know. A key with nothing after it counts as absent."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_nothing(cls, value: Any) -> Any:
        return {k: v for k, v in value.items() if not cls._is_nothing(k, v)} if isinstance(value, dict) else value

    @classmethod
    def _is_nothing(cls, key: str, value: Any) -> bool:
        """The word ``null`` is nothing too, save where it is one of the choices (``on_unreadable: null``)."""
        if value != "null":
            return value is None
        return key in cls.model_fields and "null" not in get_args(cls.model_fields[key].annotation)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Only the name: values may hold secrets from the environment."""
        for key in ("source", "dataset", "report", "entity", "linkage", "dna", "model", "page", "name"):
            if key in type(self).model_fields:
                yield key, getattr(self, key)
