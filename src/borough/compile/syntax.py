"""The grammar of expressions: text → terms that know where they stand. Words come from sqlglot's tokenizer.

A grammar of our own stands above the tokens because sqlglot's parser renames what it knows (``year(x)`` becomes a cast, a date and a
part), loses the place of operators and lets any function pass; a council's mistake has to be shown where it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

KEYWORDS = frozenset(
    ["and", "or", "not", "is", "null", "case", "when", "then", "else", "end", "in", "between", "like", "ilike", "cast", "try_cast", "as", "true", "false", "distinct", "from", "select", "union", "with", "over", "date", "timestamp"]
)


@dataclass(frozen=True)
class Term:
    """A term as written. ``kind``: name, string, number, word (true, false, null), call, op, cast, dated."""

    kind: str
    text: str
    at: int
    args: tuple[Term, ...] = ()
    quoted: bool = False

    def walk(self) -> Iterator[Term]:
        """This term and all below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()


class GrammarError(Exception):
    """The text is not an expression: where, what was found, what was expected."""

    def __init__(self, at: int, found: str, expected: str) -> None:
        super().__init__(found)
        self.at, self.found, self.expected = at, found, expected


@dataclass(frozen=True)
class _Word:
    kind: str  # name, quoted, string, number, sign, end
    text: str
    at: int

    @property
    def lower(self) -> str:
        return self.text.lower() if self.kind in ("name", "sign") else ""


def _words(text: str) -> list[_Word]:
    from sqlglot import TokenType
    from sqlglot.dialects.duckdb import DuckDB
    from sqlglot.errors import TokenError

    kinds = {TokenType.STRING: "string", TokenType.NUMBER: "number", TokenType.IDENTIFIER: "quoted"}
    try:
        tokens = DuckDB().tokenize(text)
    except TokenError as error:
        raise GrammarError(0, "a text that is not closed", "a closing quote") from error
    found = []
    for token in tokens:
        plain = token.text[:1].isalpha() or token.text[:1] == "_"
        kind = kinds.get(token.token_type, "name" if plain else "sign")
        # Several words that the tokenizer takes for one (such as IS NULL) are taken apart.
        source = text[token.start : token.end + 1]
        if kind == "name" and " " in source:
            offset = token.start
            for part in source.split():
                offset = text.index(part, offset)
                found.append(_Word("name", part, offset))
                offset += len(part)
        else:
            found.append(_Word(kind, token.text, token.start))
    return [*found, _Word("end", "", len(text))]


_COMPARISONS = {"=": "=", "==": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_BINARY = ({"|"}, {"||"}, {"+", "-"}, {"*", "/", "%"})


@dataclass
class _Reader:
    words: list[_Word]
    position: int = 0
    text: str = field(default="", repr=False)

    @property
    def word(self) -> _Word:
        return self.words[self.position]

    def take(self) -> _Word:
        word = self.word
        self.position += 1
        return word

    def sees(self, *texts: str) -> bool:
        return all(self.words[min(self.position + i, len(self.words) - 1)].lower == t for i, t in enumerate(texts))

    def accept(self, *texts: str) -> _Word | None:
        if not self.sees(*texts):
            return None
        word = self.word
        self.position += len(texts)
        return word

    def expect(self, text: str, why: str) -> None:
        if not self.accept(text):
            raise self.wrong(why)

    def wrong(self, expected: str) -> GrammarError:
        word = self.word
        return GrammarError(word.at, "the end of the expression" if word.kind == "end" else repr(word.text), expected)

    # from the loosest to the tightest

    def expression(self) -> Term:
        left = self.conjunction()
        while word := self.accept("or"):
            left = Term("op", "or", word.at, (left, self.conjunction()))
        return left

    def conjunction(self) -> Term:
        left = self.negation()
        while word := self.accept("and"):
            left = Term("op", "and", word.at, (left, self.negation()))
        return left

    def negation(self) -> Term:
        if word := self.accept("not"):
            return Term("op", "not", word.at, (self.negation(),))
        return self.comparison()

    def comparison(self) -> Term:
        left = self.binary(0)
        while True:
            word = self.word
            if word.kind == "sign" and word.text in _COMPARISONS:
                self.take()
                left = Term("op", _COMPARISONS[word.text], word.at, (left, self.binary(0)))
            elif self.accept("is"):
                left = self.is_(left, word)
            elif self.sees("not") and self.words[self.position + 1].lower in ("in", "between", "like", "ilike"):
                self.take()
                left = Term("op", "not", word.at, (self.set_or_range(left),))
            elif word.lower in ("in", "between", "like", "ilike"):
                left = self.set_or_range(left)
            else:
                return left

    def is_(self, left: Term, word: _Word) -> Term:
        negated = self.accept("not")
        if self.accept("null"):
            term = Term("op", "is null", word.at, (left,))
        elif self.accept("distinct", "from"):
            term = Term("op", "is distinct from", word.at, (left, self.binary(0)))
        elif value := self.accept("true") or self.accept("false"):
            same = Term("op", "is distinct from", word.at, (left, Term("word", value.lower, value.at)))
            term = Term("op", "not", word.at, (same,))
        else:
            raise self.wrong("`null`, `not null`, `true`, `false` or `distinct from` after `is`")
        return Term("op", "not", word.at, (term,)) if negated else term

    def set_or_range(self, left: Term) -> Term:
        word = self.take()
        if word.lower == "in":
            self.expect("(", "a list in brackets after `in`")
            return Term("op", "in", word.at, (left, *self.arguments()))
        low = self.binary(0)
        if word.lower != "between":
            return Term("op", word.lower, word.at, (left, low))
        self.expect("and", "`and` between the two limits of `between`")
        return Term("op", "between", word.at, (left, low, self.binary(0)))

    def binary(self, level: int) -> Term:
        if level == len(_BINARY):
            return self.unary()
        left = self.binary(level + 1)
        while self.word.kind == "sign" and self.word.text in _BINARY[level]:
            word = self.take()
            left = Term("op", word.text, word.at, (left, self.binary(level + 1)))
        return left

    def unary(self) -> Term:
        if word := self.accept("-"):
            inner = self.unary()
            if inner.kind == "number":
                return Term("number", "-" + inner.text, word.at)
            return Term("op", "negate", word.at, (inner,))
        if self.accept("+"):
            return self.unary()
        return self.postfix()

    def postfix(self) -> Term:
        term = self.primary()
        while word := self.accept("::"):
            term = Term("cast", self.type_name(), word.at, (term,))
        return term

    def primary(self) -> Term:
        word = self.word
        if word.kind == "string":
            self.take()
            return Term("string", word.text, word.at)
        if word.kind == "number":
            self.take()
            return Term("number", word.text, word.at)
        if self.accept("("):
            inner = self.expression()
            self.expect(")", "a closing bracket")
            return inner
        if word.kind == "quoted" or (word.kind == "name"):
            return self.named()
        raise self.wrong("a column, a value or a function")

    def named(self) -> Term:
        word = self.word
        if word.lower in ("true", "false", "null"):
            self.take()
            return Term("word", word.lower, word.at)
        if self.accept("case"):
            return self.case(word)
        after = self.words[self.position + 1]
        if word.lower in ("cast", "try_cast") and after.text == "(":
            return self.cast(word)
        if word.lower in ("date", "timestamp") and after.kind == "string":
            self.take()
            return Term("dated", word.lower, word.at, (Term("string", self.take().text, after.at),))
        if word.kind == "name" and after.kind == "sign" and after.text == "(":
            self.take()
            self.take()
            return Term("call", word.text, word.at, self.arguments())
        if word.lower in KEYWORDS - {"date", "timestamp"}:
            raise self.wrong("a column, a value or a function")
        return self.column()

    def column(self) -> Term:
        word = self.take()
        name, quoted = word.text, word.kind == "quoted"
        while self.word.text == "." and self.word.kind == "sign" and self.words[self.position + 1].kind in ("name", "quoted", "number"):
            self.take()
            name += "." + self.take().text
        return Term("name", name, word.at, quoted=quoted)

    def arguments(self) -> tuple[Term, ...]:
        """What stands between brackets, the opening one being read."""
        if self.accept(")"):
            return ()
        found = [self.expression()]
        while self.accept(","):
            found.append(self.expression())
        self.expect(")", "a comma or a closing bracket")
        return tuple(found)

    def case(self, start: _Word) -> Term:
        subject = None if self.sees("when") else self.expression()
        args: list[Term] = []
        while word := self.accept("when"):
            condition = self.expression()
            if subject is not None:
                condition = Term("op", "=", word.at, (subject, condition))
            self.expect("then", "`then`")
            args += [condition, self.expression()]
        if not args:
            raise self.wrong("`when`")
        args.append(self.expression() if self.accept("else") else Term("word", "null", start.at))
        self.expect("end", "`end` of the `case`")
        return Term("op", "case", start.at, tuple(args))

    def cast(self, start: _Word) -> Term:
        self.take()
        self.take()
        inner = self.expression()
        self.expect("as", "`as` and a type")
        name = self.type_name()
        self.expect(")", "a closing bracket")
        return Term("cast", name, start.at, (inner,))

    def type_name(self) -> str:
        if self.word.kind != "name":
            raise self.wrong("a type")
        name = self.take().text.lower()
        if self.accept("("):
            while not self.accept(")"):
                if self.word.kind == "end":
                    raise self.wrong("a closing bracket")
                self.take()
        return name


def parse(text: str) -> Term:
    """The term that an expression is. Raises GrammarError."""
    reader = _Reader(_words(text))
    if reader.word.kind == "end":
        raise reader.wrong("an expression")
    term = reader.expression()
    if reader.word.kind != "end":
        raise reader.wrong("an operator or the end of the expression")
    return term
