"""The language of SELECTs: a closed set of clauses, operators and functions. What is not in it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlglot import exp

from borough.governance import functions
from borough.governance.statements import Fault, nearest

NODES: frozenset[type[exp.Expr]] = frozenset(
    {
        # clauses
        exp.Select, exp.Subquery, exp.Union, exp.Intersect, exp.Except, exp.With, exp.CTE, exp.From, exp.Join, exp.Where, exp.Group, exp.Having,
        exp.Qualify, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Distinct, exp.Cube, exp.Rollup, exp.GroupingSets, exp.Values,
        # names and values
        exp.Alias, exp.TableAlias, exp.Table, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Var, exp.Paren,
        exp.Tuple, exp.DataType, exp.DataTypeParam, exp.Interval, exp.Unnest,
        # operators
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.Between, exp.In, exp.Like, exp.ILike, exp.Escape,
        exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.Case, exp.If, exp.Cast,
        exp.TryCast, exp.Extract, exp.Exists, exp.Any, exp.All, exp.Window, exp.WindowSpec, exp.Filter, exp.WithinGroup, exp.IgnoreNulls,
        exp.RespectNulls,
    }
)  # fmt: skip

Report = Callable[..., Fault]


def faults(tree: exp.Expr, report: Report, *, parameters: bool = False) -> Iterator[Fault]:
    """Everything in the tree that is not in the language. ``parameters``: values may be left open, by name."""
    classes, names = functions.allowed()
    for node in tree.walk():
        if (isinstance(node, exp.Anonymous) and node.name.lower() in names) or _is_judged_above(node):
            continue
        if parameters and isinstance(node, exp.Placeholder) and re.fullmatch(r"[a-z]\w*", node.name):
            continue
        if type(node) in NODES or type(node) in classes:
            yield from _shape(node, report)
        else:
            yield _refused(node, report)


def _refused(node: exp.Expr, report: Report) -> Fault:
    if isinstance(node, exp.Func):
        name = _called(node)
        return report(node, f"function {name}()", "one of the permitted functions", nearest(name, functions.NAMES))
    return report(node, _clause(node), "a plain SELECT, without it")


def _is_judged_above(node: exp.Expr) -> bool:
    """A function in FROM is judged with its table, one after a dot with the dot."""
    return isinstance(node.parent, exp.Table | exp.Dot) and isinstance(node, exp.Func)


def _called(node: exp.Func) -> str:
    return (node.name if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else node.sql_name()).lower()


def _clause(node: exp.Expr) -> str:
    return {"Placeholder": "a parameter", "Parameter": "a parameter", "Dot": "a dot after a value"}.get(
        type(node).__name__, node.key.upper()
    )


def _shape(node: exp.Expr, report: Report) -> Iterator[Fault]:
    """Nodes of the language in a shape that is not of the language."""
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Func) and not isinstance(node.this, exp.GenerateSeries):
        yield report(node, f"table function {_called(node.this)}()", "a dataset or report by its bare name")
    elif isinstance(node, exp.Table) and not isinstance(node.this, exp.Func) and node.alias_column_names:
        yield report(node, f"new column names for {node.name!r}", "AS name in a list of columns")
    elif isinstance(node, exp.CTE) and not re.fullmatch(r"\w+", node.alias):
        # The name of a file is no name: should it ever be looked up, it must not be found.
        yield report(node, f"WITH {node.alias!r}", "a plain name")
    elif isinstance(node, exp.With) and node.args.get("recursive"):
        yield report(node, "WITH RECURSIVE", "WITH")
    elif isinstance(node, exp.Join) and node.method.upper() in {"POSITIONAL"}:
        yield report(node, "POSITIONAL JOIN", "a join on columns")
    elif isinstance(node, exp.Star) and not _is_whole_row(node):
        yield report(node, "* inside an expression", "* in the list of columns, or count(*)")
    elif isinstance(node, exp.Unnest | exp.Explode) and not isinstance(_first_argument(node), exp.GenerateSeries):
        yield report(node, "unnest()", "unnest(generate_series(…))")


def _is_whole_row(star: exp.Star) -> bool:
    holder: Any = star.parent.parent if isinstance(star.parent, exp.Column) else star.parent
    return isinstance(holder, exp.Select) or (isinstance(star.parent, exp.Count))


def _first_argument(node: exp.Expr) -> Any:
    return node.expressions[0] if isinstance(node, exp.Unnest) and node.expressions else node.this
