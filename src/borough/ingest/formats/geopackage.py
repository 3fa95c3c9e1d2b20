"""What a GeoPackage, which is an SQLite file, says of its layers: their names, and how many records they have."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from borough.engine.quoting import quoted
from borough.project.explain import nearest

HEADER = b"SQLite format 3\0"


class InvalidGeoPackageError(ValueError):
    """A GeoPackage that can't be read: why, and what to do."""


@dataclass(frozen=True)
class Layer:
    """A layer and its records, counted by SQLite."""

    name: str
    records: int
    notices: tuple[str, ...]


def layer_of(path: str, declared: str | None) -> Layer:
    """The layer declared, or the only one. Raises InvalidGeoPackageError, OSError."""
    import sqlite3

    with open(path, "rb") as file:
        if file.read(len(HEADER)) != HEADER:
            raise InvalidGeoPackageError("not a GeoPackage: it does not begin as an SQLite file; is it the right file?")
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            contents = connection.execute("SELECT table_name, data_type FROM gpkg_contents WHERE data_type IN ('features', 'attributes') ORDER BY data_type DESC, table_name")
            names = {str(name): str(kind) for name, kind in contents}
            name, notices = _chosen(names, declared)
            ((records,),) = connection.execute(f"SELECT count(*) FROM {quoted(name)}")
    except sqlite3.Error as error:
        raise InvalidGeoPackageError(f"not readable as a GeoPackage: {error}; ask for it again") from error
    return Layer(name, int(records), notices)


def _chosen(names: dict[str, str], declared: str | None) -> tuple[str, tuple[str, ...]]:
    listed = ", ".join(repr(name) for name in names)
    if declared is not None:
        if declared in names:
            return declared, ()
        near = nearest(declared, names)
        raise InvalidGeoPackageError(f"no layer {declared!r}: {f'did you mean {near!r}? ' if near else ''}There are {listed or 'none'}")
    shapes = [name for name, kind in names.items() if kind == "features"] or list(names)
    if len(shapes) != 1:
        raise InvalidGeoPackageError(f"{len(shapes) or 'no'} layers{f': {listed}; declare the one that is meant as `layer:`' if shapes else '; is it the right file?'}")
    others = ", ".join(repr(name) for name in names if name not in shapes)
    return shapes[0], ((f"tables without shapes left out: {others}",) if others else ())
