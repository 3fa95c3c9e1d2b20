"""The operators of expressions: what types they take, and their text in each dialect. None can raise an error on a row."""

from __future__ import annotations

from borough.engine.dialects import Dialect

NUMERIC = ("integer", "money", "number")


def unify(types: list[str]) -> str | None:
    """The one type that all can widen to: integer → money → number, date → timestamp. None when there is none."""
    known = [t for t in dict.fromkeys(types) if t != "null"]
    if not known:
        return "null"
    if len(known) == 1:
        return known[0]
    if all(t in NUMERIC for t in known):
        return "number" if "number" in known else "money"
    return "timestamp" if set(known) == {"date", "timestamp"} else None


def widen(d: Dialect, x: str, found: str, wanted: str) -> str:
    """The value in a wider type."""
    if found == wanted:
        return x
    return d.try_cast(x, wanted) if wanted == "money" else d.cast(x, wanted)


def write_literal(d: Dialect, value: str | int | float | bool | None, kind: str) -> str:
    """A constant."""
    if value is None:
        return "NULL" if kind == "null" else d.cast("NULL", kind)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if kind == "string":
        return d.literal(str(value))
    if kind in ("date", "timestamp"):
        return d.cast(d.literal(str(value)), kind)
    if kind == "integer":
        return d.cast(str(value), "integer")
    return d.cast(d.literal(str(value)), kind)


def write_operator(d: Dialect, name: str, args: list[str], types: list[str], kind: str) -> str:
    """An operator over operands that have been checked."""
    if name == "case":
        return _case(d, args, types, kind)
    if name == "widen":
        return widen(d, args[0], types[0], kind)
    if name == "cast":
        return _cast(d, args[0], types[0], kind)
    if name in ("+", "-", "*", "/", "%", "negate"):
        return _arithmetic(d, name, args, types, kind)
    if name == "not":
        return f"(NOT {args[0]})"
    if name in ("and", "or"):
        return f"({args[0]} {name.upper()} {args[1]})"
    if name == "is null":
        return f"({args[0]} IS NULL)"
    if name == "||":
        return f"({args[0]} || {args[1]})"
    return _comparison(d, name, args, types)


def _case(d: Dialect, args: list[str], types: list[str], kind: str) -> str:
    *pairs, other = args
    *pair_types, other_type = types
    whens = " ".join(
        f"WHEN {pairs[i]} THEN {widen(d, pairs[i + 1], pair_types[i + 1], kind)}" for i in range(0, len(pairs), 2)
    )
    return f"CASE {whens} ELSE {widen(d, other, other_type, kind)} END"


def _cast(d: Dialect, x: str, found: str, wanted: str) -> str:
    """Between types other than text to something: those are readers."""
    if wanted == "integer" and found in ("number", "money"):
        # Toward zero on every engine: DuckDB alone would round.
        return whole(d, f"CASE WHEN {x} < 0 THEN ceil({x}) ELSE floor({x}) END", x)
    if wanted == "money" and found == "number":
        return d.try_cast(rounded(d, x, 2), "money")
    if wanted == "integer" and found == "boolean":
        return f"CASE WHEN {x} THEN {d.cast('1', 'integer')} WHEN NOT {x} THEN {d.cast('0', 'integer')} END"
    return d.try_cast(x, wanted)


def whole(d: Dialect, sql: str, x: str) -> str:
    """A number without fraction as integer; null where it does not fit (Sail would give the greatest one)."""
    return f"CASE WHEN {x} BETWEEN -9000000000000000000 AND 9000000000000000000 THEN {d.try_cast(sql, 'integer')} END"


def rounded(d: Dialect, x: str, places: int) -> str:
    """Half away from zero, with the same floating-point steps on every engine; what is too large to have a fraction stays."""
    scale, half = f"CAST('1e{places}' AS DOUBLE)", "CAST('0.5' AS DOUBLE)"
    up, down = f"floor({x} * {scale} + {half}) / {scale}", f"ceil({x} * {scale} - {half}) / {scale}"
    return f"CASE WHEN abs({x}) >= CAST('1e{15 - places}' AS DOUBLE) THEN {x} WHEN {x} < 0 THEN {down} ELSE {up} END"


def _arithmetic(d: Dialect, name: str, args: list[str], types: list[str], kind: str) -> str:
    if name == "negate":
        return d.attempt("-", write_literal(d, 0, "integer"), args[0]) if kind == "integer" else f"(- {args[0]})"
    a, b = args
    if name == "/":
        # Adding nothing makes a negative zero plain: Sail would not see that it is zero.
        zero = write_literal(d, 0.0, "number")
        return f"({widen(d, a, types[0], 'number')} / nullif({widen(d, b, types[1], 'number')} + {zero}, {zero}))"
    if name == "%":
        return f"({a} % nullif({b}, {write_literal(d, 0, 'integer')}))"
    if kind == "integer":
        return d.attempt(name, a, b)
    if kind == "money":
        # Two decimals times a whole number has two decimals: nothing is rounded.
        if name == "*":
            return d.try_cast(f"({a} * {b})", "money")
        # A digit to spare, so that the sum can't overflow before it is looked at.
        wide = [f"CAST({x} AS DECIMAL(22,2))" for x in args]
        return d.try_cast(f"({wide[0]} {name} {wide[1]})", "money")
    return f"({widen(d, a, types[0], 'number')} {name} {widen(d, b, types[1], 'number')})"


def _comparison(d: Dialect, name: str, args: list[str], types: list[str]) -> str:
    wide = unify(types) or types[0]
    a, *rest = [widen(d, x, t, wide) for x, t in zip(args, types, strict=True)]
    if name == "in":
        return f"({a} IN ({', '.join(rest)}))"
    if name == "between":
        return f"({a} BETWEEN {rest[0]} AND {rest[1]})"
    if name == "is distinct from":
        return f"({a} IS DISTINCT FROM {rest[0]})" if d.name == "duckdb" else f"(NOT ({a} <=> {rest[0]}))"
    if name in ("like", "ilike"):
        return f"({a} {name.upper()} {rest[0]})"
    return f"({a} {name} {rest[0]})"
