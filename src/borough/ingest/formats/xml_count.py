"""What an XML file holds, told by expat: how many elements at which path. The records are counted so, independently of the reader.

A file that declares entities is refused here, before anything else parses it: they can blow a text up to any size, or bring in other files.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from borough.project.explain import nearest

CUT = {
    expat.errors.codes[name]
    for name in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN, expat.errors.XML_ERROR_PARTIAL_CHAR, expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION)
}
SHOWN = 5


class InvalidXMLError(ValueError):
    """Not XML, or not the XML that the feed declares: what and where."""


@dataclass(frozen=True)
class Census:
    """Elements by their path from the root (``Register/Licences/Licence``), without namespaces."""

    paths: Counter[str]

    def records(self, path: str) -> int:
        """How many there are at a path. None are no fault where the element around them is there and empty. Raises InvalidXMLError."""
        count, above = self.paths[path], path.rpartition("/")[0]
        if count or (self.paths[above] and not any(p.startswith(f"{above}/") for p in self.paths)):
            return count
        near = nearest(path, self.paths)
        also = f"the nearest that exists is {near!r}" if near else f"there are {', '.join(f'{p!r}' for p in list(self.paths)[:SHOWN])}"
        found = f"no element at {path!r}" if path else "the path of the records is not declared (`format: {xml: {record: …}}`)"
        raise InvalidXMLError(f"{found}: {also}")

    def asides(self, path: str) -> set[str]:
        """The names of the elements that are neither records, nor in one, nor around one."""
        return {p.rpartition("/")[2] for p in self.paths if not f"{p}/".startswith(f"{path}/") and not path.startswith(f"{p}/")}


def census(path: str, encoding: str | None = None) -> Census:
    """Go through the file once. Raises InvalidXMLError with line and column, OSError."""
    with open(path, "rb", buffering=1 << 20) as file:
        return _census(file, encoding)


def _census(file: BinaryIO, encoding: str | None) -> Census:
    parser = expat.ParserCreate(encoding)
    paths: Counter[str] = Counter()
    within: list[str] = []
    above = ""

    def start(name: str, _: object) -> None:
        nonlocal above
        within.append(above)
        above = f"{above}/{name.rpartition(':')[2]}" if above else name.rpartition(":")[2]
        paths[above] += 1

    def end(_: str) -> None:
        nonlocal above
        above = within.pop()

    def entity(*_: object) -> None:
        raise InvalidXMLError(f"line {parser.CurrentLineNumber}: the file declares entities, which are not read for safety's sake; ask for it without a DOCTYPE")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.EntityDeclHandler = parser.SkippedEntityHandler = entity
    try:
        parser.ParseFile(file)
    except LookupError as error:
        raise InvalidXMLError(f"line 1: {error}, which its first line declares; ask for it as UTF-8") from error
    except expat.ExpatError as error:
        cut = "; the file seems to be cut off" if error.code in CUT else ""
        raise InvalidXMLError(f"line {error.lineno}, column {error.offset + 1}: {expat.ErrorString(error.code)}{cut}") from error
    return Census(paths)
