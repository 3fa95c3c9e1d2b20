"""Mistakes in what a feed says about the format of its files, and exactly what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from borough.project.checks import check
from borough.project.load import load_leniently

from .folders import SOURCE, folder

R = "sources/register.yaml"
MISTAKES = {
    "format: {fixed_width: {columns: {Ref: 0-8, Rooms: 9-12}}}": ["5:43: found the place '0-8'; expected first and last character, from 1, such as `1-8`, or one place, such as `9`"],
    "format: {fixed_width: {columns: {Ref: 8-1, Rooms: 9-12}}}": ["5:43: found the place '8-1'; expected first and last character, from 1, such as `1-8`, or one place, such as `9`"],
    "format: {fixed_width: {columns: {Ref: 1-8, Rooms: 8-12}}}": ["5:55: found the place 8-12, which overlaps that of 'Ref', 1-8; expected a place of its own"],
    "format: {fixed_width: {columns: {Rooms: 9, Ref: 1-8}}}": [],
    "format: fixed_width": ["5:5: found `fixed_width` alone; expected `format: {fixed_width: …}` and in it `columns:` with each column's place"],
    "format: {shapefile: {encoding: klingon}}": ["5:36: found the encoding 'klingon'; expected an encoding such as utf-8, cp1252 or cp850"],
    "format: xml": ["5:5: found `xml` alone; expected `format: {xml: …}` and in it `record:` with the path of a record's element, such as `Register/Licences/Licence`"],
    "format: record_types": ["5:5: found `record_types` alone; expected `format: {record_types: …}` and in it `record:` with the code of its records"],
    "format: {record_types: {record: 21}}": ["4:3: found `record_types` without `columns`; expected `columns:` with the names of all values of such a record, its code too"],
    "format: {record_types: {record: 21, position: 3}}\n    columns: [Ref, Rooms]": ["5:41: found position 3 of 2 columns; expected the place of the code among `columns`, from 1"],
    "format: {record_types: {record: 21}}\n    columns: [Ref, Rooms]": [],
}


@pytest.mark.parametrize("format", MISTAKES)
def test_mistakes_in_formats(tmp_path: Path, format: str) -> None:
    folder(tmp_path, {R: SOURCE.replace("    delivers: full\n", f"    {format}\n    delivers: full\n")})
    project, mistakes = load_leniently(tmp_path, {})
    found = sorted({*mistakes, *(check(project) if project else [])})
    assert [str(m) for m in found] == [f"{R}:{text}" for text in MISTAKES[format]]
