"""YAML text → plain values, keeping where each of them stands.

The words ``yes no on off`` of YAML 1.1, numbers and dates stay the text that was written: the specs say what a value is,
so that ``values: [NO, 01]`` and the key ``on`` mean what they seem to. An empty value and ``~`` are nothing; so is the word
``null`` where the specs don't give it a meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from borough.errors import Mistake, Place
from borough.project.environment import Environment, Span, written_offset

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML without libyaml: eight times slower, the same result
    from yaml import SafeLoader as _Base  # type: ignore[assignment]  # mypy sees two classes of one name

Path = Sequence[str | int]


_TAGS = {yaml.ScalarNode: "tag:yaml.org,2002:str", yaml.SequenceNode: "tag:yaml.org,2002:seq", yaml.MappingNode: "tag:yaml.org,2002:map"}


class _Loader(_Base):
    """Composes nodes; resolves no type, because the specs do."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        return _TAGS[kind]


@dataclass
class Document:
    """One YAML document of a file: its value and the nodes that it was made of."""

    file: str
    text: str = field(repr=False)
    root: yaml.Node = field(repr=False)
    value: Any = field(default=None, repr=False)
    spans: dict[int, tuple[Span, ...]] = field(default_factory=dict, repr=False)
    _children: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = field(default_factory=dict, repr=False)

    def place(self, path: Path = (), line: int = 1, column: int = 1) -> Place:
        """Where the value at the path starts, or the (line, column) inside its text. Falls back to the nearest enclosing key."""
        key, node, rest = self.find(path)
        if rest:
            return self._at(key or node)
        if isinstance(node, yaml.ScalarNode):
            return Place(self.file, *_inside(self.text, node, self.spans.get(id(node), ()), line, column))
        return self._at(key or node)

    def key_place(self, path: Path) -> Place:
        """Where the key of the path's last step stands."""
        key, node, _ = self.find(path)
        return self._at(key or node)

    def written(self, path: Path) -> str | None:
        """The text of the scalar at the path, as written: variables are not filled in, so it may be shown."""
        _, node, rest = self.find(path)
        return node.value if not rest and isinstance(node, yaml.ScalarNode) else None

    def find(self, path: Path) -> tuple[yaml.Node | None, yaml.Node, Path]:
        """Walk the path: the last key met, the node reached, and the steps that lead nowhere."""
        key: yaml.Node | None = None
        node = self.root
        for depth, step in enumerate(path):
            below = self.step(node, step)
            if below is None:
                return key, node, path[depth:]
            key, node = below
        return key, node, ()

    def step(self, node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
        """The (key, value) nodes one step below a node."""
        if isinstance(node, yaml.MappingNode):
            return self._entries(node).get(str(step))
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            return node.value[step], node.value[step]
        if isinstance(node, yaml.ScalarNode) and step == 0 and isinstance(step, int):
            return node, node  # one text stands for a list of one: `key: id`
        return None

    def _entries(self, node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if id(node) not in self._children:
            merged: dict[str, tuple[yaml.Node, yaml.Node]] = {}
            own: dict[str, tuple[yaml.Node, yaml.Node]] = {}
            for key, value in node.value:
                if _is_merge(key):
                    for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                        if isinstance(source, yaml.MappingNode) and source is not node:
                            merged = {**self._entries(source), **merged}
                elif isinstance(key, yaml.ScalarNode):
                    own.setdefault(key.value, (key, value))
            self._children[id(node)] = {**merged, **own}
        return self._children[id(node)]

    def _at(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)


def read_documents(file: str, data: bytes, environment: Environment) -> tuple[list[Document], list[Mistake]]:
    """The documents of a file, and what is wrong with it as YAML."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return [], [Mistake(place, f"the byte 0x{data[error.start]:02x}, which is not UTF-8", "a file saved as UTF-8")]
    documents: list[Document] = []
    mistakes: list[Mistake] = []
    try:
        for node in yaml.compose_all(text, Loader=_Loader):
            documents.append(_document(file, text, node, environment, mistakes))
    except RecursionError:
        mistakes.append(Mistake(Place(file, 1, 1), "brackets within brackets without end", "a declaration that people can read"))
        return [], mistakes
    except yaml.YAMLError as error:
        mistakes.append(_syntax(file, text, error))
        return [d for d in documents if d.value is not None], mistakes
    filled = [d for d in documents if d.value is not None]
    if not filled:
        mistakes.append(Mistake(Place(file, 1, 1), "an empty file", "a declaration in YAML, or no file"))
    return filled, mistakes


def _document(file: str, text: str, node: yaml.Node, environment: Environment, mistakes: list[Mistake]) -> Document:
    document = Document(file, text, node)
    document.value = _Reader(document, environment, mistakes).value(node)
    return document


@dataclass
class _Reader:
    """Makes values of nodes; each node once, however many aliases point at it."""

    document: Document
    environment: Environment
    mistakes: list[Mistake]
    made: dict[int, Any] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node) -> Any:
        if id(node) in self.open:
            self._wrong(node, "an alias to what it stands in", "an alias to an earlier value")
            return None
        if id(node) not in self.made:
            self.open.add(id(node))
            self.made[id(node)] = self._make(node)
            self.open.discard(id(node))
        return self.made[id(node)]

    def _make(self, node: yaml.Node) -> Any:
        if node.tag and node.tag.startswith("!") and len(node.tag) > 1:
            self._wrong(node, f"the tag {node.tag}", "a value without a tag")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        seen: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if _is_merge(key):
                self._merge(value)
            elif not isinstance(key, yaml.ScalarNode):
                self._wrong(key, "a key that is not a word", "a word before the colon (a value in braces needs quotes)")
            elif key.value in seen:
                first = seen[key.value].start_mark
                self._wrong(key, f"the key {key.value!r} a second time", f"each key once (the first is in line {first.line + 1})")
            else:
                seen[key.value] = key
        return {name: self.value(value) for name, (_, value) in self.document._entries(node).items()}

    def _merge(self, value: yaml.Node) -> None:
        sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for source in sources:
            if not isinstance(source, yaml.MappingNode):
                self._wrong(value, "something else after <<", "an alias to a mapping, such as *defaults")
            else:
                self.value(source)

    def _scalar(self, node: yaml.ScalarNode) -> str | None:
        if node.style in (None, "") and node.value in ("", "~"):
            return None

        def wrong(offset: int, found: str, expected: str) -> None:
            line, column = _located(self.document.text, node, offset)
            self.mistakes.append(Mistake(Place(self.document.file, line, column), found, expected))

        text, spans = self.environment.substitute(node.value, wrong)
        if spans:
            self.document.spans[id(node)] = spans
        return text

    def _wrong(self, node: yaml.Node, found: str, expected: str) -> None:
        mark = node.start_mark
        self.mistakes.append(Mistake(Place(self.document.file, mark.line + 1, mark.column + 1), found, expected))


def _is_merge(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and key.style in (None, "")


# What PyYAML says · what was found · what was expected
_SYNTAX = (
    (
        "expected comment or line break",
        "text after the closing quote",
        """single quotes around the whole value, such as '"Job No" | "Job Number"'""",
    ),
    ("mapping values are not allowed", "a second colon in a value", "quotes around text that holds a colon and a space"),
    ("undefined alias", "an alias to nothing", "an alias to an anchor (&name) further up"),
    (
        "expected <block end>",
        "a line that does not line up",
        "keys of one block below each other, and quotes around text with special characters",
    ),
    (
        "did not find expected key",
        "a line that does not line up",
        "keys of one block below each other, and quotes around text with special characters",
    ),
    ("expected ',' or ']'", "a list that is not closed", "a comma or the closing ]"),
    ("expected ',' or '}'", "a mapping in braces that is not closed", "a comma or the closing }"),
    ("expected node content", "no value where one is due", "a value, and a closing bracket for each that is open"),
    ("unexpected end of stream", "a quote that is not closed", "the closing quote"),
    ("could not find expected ':'", "a line without a colon", "a key, a colon and a value"),
    (
        "cannot start any token",
        "a special character at the start of a value",
        "quotes around text that starts with one of * & ! % @ ` { [ |",
    ),
)


def _syntax(file: str, text: str, error: yaml.YAMLError) -> Mistake:
    """PyYAML's words, put plainly."""
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "text that is not YAML")
    if mark is None:
        position = int(getattr(error, "position", 0) or 0)
        line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
        return Mistake(Place(file, line, max(column, 1)), f"a character that YAML does not allow ({problem})", "printable text")
    place = Place(file, mark.line + 1, mark.column + 1)
    lines = text.splitlines()
    rest = lines[mark.line][: mark.column + 1] if mark.line < len(lines) else ""
    if "\t" in rest and not rest.strip():
        return Mistake(place, "a tab at the start of the line", "spaces: YAML does not indent with tabs")
    for words, found, expected in _SYNTAX:
        if words in problem:
            return Mistake(place, found, expected)
    return Mistake(place, problem.removeprefix("found "), "YAML")


# ── Inside a scalar ─────────────────────────────────────────────────────────────────────────────


def _inside(text: str, node: yaml.ScalarNode, spans: tuple[Span, ...], line: int, column: int) -> tuple[int, int]:
    """The file's line and column of a (line, column) inside the value as the specs hold it: filled in and stripped."""
    if (line, column) == (1, 1) and not spans:
        offset = 0
    else:
        filled = _filled_lines(node.value, spans)
        offset = _offset(filled, line, column)
    lead = len(node.value) - len(node.value.lstrip())
    return _located(
        text, node, min(lead + written_offset(offset, spans) if not spans else written_offset(offset + lead, spans), len(node.value))
    )


def _filled_lines(value: str, spans: tuple[Span, ...]) -> str:
    """The filled-in value, with a filler for each variable: only its line breaks and lengths matter."""
    parts, at = [], 0
    for span in spans:
        parts += [value[at : span.start], "x" * span.length]
        at = span.start + span.written
    return "".join([*parts, value[at:]]).lstrip()


def _offset(value: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        end = value.find("\n", start)
        if end < 0:
            break
        start = end + 1
    return min(start + column - 1, len(value))


def _located(text: str, node: yaml.ScalarNode, offset: int) -> tuple[int, int]:
    """The line and column, from 1, of a character of the node's value: source and value hold the same characters but white space."""
    at = _index(text, node)
    quote = node.style if node.style in ("'", '"') else None
    if node.style in ("|", ">"):
        at = text.find("\n", at) + 1
    elif quote:
        at += 1
    at = next(place for place, index in _aligned(text, at, node.value, quote) if index >= offset)
    line_start = text.rfind("\n", 0, at) + 1
    return text.count("\n", 0, at) + 1, at - line_start + 1


def _index(text: str, node: yaml.Node) -> int:
    return int(node.start_mark.index)


def _aligned(text: str, at: int, value: str, quote: str | None) -> Iterator[tuple[int, int]]:
    """(place in the source, index in the value) of each character of the value, and of its end."""
    for index, char in enumerate(value):
        at = _past_breaks(text, at, quote)
        if char.isspace():
            if at < len(text) and text[at] == char:
                yield at, index
                at += 1
                continue
            if quote != '"' or not text.startswith("\\", at):
                yield at, index
                continue
        else:
            at = _past_breaks(text, _past_space(text, at), quote)
        yield at, index
        at += _width(text, at, quote)
    yield at, len(value)


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _past_breaks(text: str, at: int, quote: str | None) -> int:
    """Past line breaks that a backslash takes out of a text in double quotes."""
    while quote == '"' and (text.startswith("\\\n", at) or text.startswith("\\\r\n", at)):
        at = _past_space(text, at + 1)
    return at


def _width(text: str, at: int, quote: str | None) -> int:
    """How many characters of the source make one of the value."""
    if quote == "'" and text.startswith("''", at):
        return 2
    if quote == '"' and text.startswith("\\", at):
        return {"x": 4, "u": 6, "U": 10}.get(text[at + 1 : at + 2], 2)
    return 1
