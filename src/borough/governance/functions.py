"""The closed set of functions that a SELECT by a person or a report may call.

Whatever is not here is refused: functions that read files or the system, that ask the time or chance, and those that
sqlglot does not know (it lets unknown functions pass).
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

# name -> arguments of an example call. The example is parsed once to learn which node of the syntax tree means it.
SCALAR = {
    "abs": "x",
    "ceil": "x",
    "ceiling": "x",
    "floor": "x",
    "round": "x, 1",
    "sign": "x",
    "sqrt": "x",
    "power": "x, y",
    "pow": "x, y",
    "ln": "x",
    "log10": "x",
    "exp": "x",
    "mod": "x, y",
    "greatest": "x, y",
    "least": "x, y",
    "coalesce": "x, y",
    "ifnull": "x, y",
    "nullif": "x, y",
    "if": "x, y, z",
    "longitude_of": "x, y",  # of a point of the British National Grid, in metres
    "latitude_of": "x, y",
    "upper": "x",
    "lower": "x",
    "trim": "x",
    "ltrim": "x",
    "rtrim": "x",
    "length": "x",
    "substring": "x, 1, 2",
    "substr": "x, 1, 2",
    "left": "x, 1",
    "right": "x, 1",
    "replace": "x, 'a', 'b'",
    "concat": "x, y",
    "concat_ws": "'-', x, y",
    "split_part": "x, '-', 1",
    "lpad": "x, 3, '0'",
    "rpad": "x, 3, ' '",
    "strpos": "x, 'a'",
    "instr": "x, 'a'",
    "position": "'a' in x",
    "starts_with": "x, 'a'",
    "ends_with": "x, 'a'",
    "suffix": "x, 'a'",
    "contains": "x, 'a'",
    "repeat": "x, 2",
    "md5": "x",
    "regexp_matches": "x, 'a'",
    "regexp_extract": "x, '(a)', 1",
    "regexp_replace": "x, 'a', 'b', 'g'",
    "strftime": "x, '%Y-%m'",
    "date_trunc": "'month', x",
    "date_part": "'year', x",
    "date_diff": "'day', x, y",
    "datediff": "'day', x, y",
    "date_add": "x, interval 1 month",
    "year": "x",
    "quarter": "x",
    "month": "x",
    "week": "x",
    "day": "x",
    "dayofweek": "x",
    "isodow": "x",
    "dayofyear": "x",
    "hour": "x",
    "minute": "x",
    "last_day": "x",
    "make_date": "2016, 1, 1",
    "monthname": "x",
    "dayname": "x",
}
AGGREGATE = {
    "count": "x",
    "count_if": "x",
    "sum": "x",
    "avg": "x",
    "min": "x",
    "max": "x",
    "median": "x",
    "quantile_cont": "x, 0.5",
    "quantile_disc": "x, 0.5",
    "stddev": "x",
    "stddev_samp": "x",
    "stddev_pop": "x",
    "variance": "x",
    "var_samp": "x",
    "var_pop": "x",
    "corr": "x, y",
    "string_agg": "x, ','",
    "bool_or": "x",
    "bool_and": "x",
    "arg_min": "x, y",
    "arg_max": "x, y",
    "min_by": "x, y",
    "max_by": "x, y",
    "grouping": "x",
}
WINDOW = {
    "row_number": "", "rank": "", "dense_rank": "", "percent_rank": "", "cume_dist": "", "ntile": "4", "lag": "x, 1", "lead": "x, 1",
    "first_value": "x", "last_value": "x", "nth_value": "x, 2",
}  # fmt: skip
# The only functions that may stand in FROM: rows from nothing but their arguments.
TABLE = {"generate_series": "1, 2", "range": "1, 2", "unnest": "generate_series(1, 2)"}
NAMES = tuple(sorted({**SCALAR, **AGGREGATE, **WINDOW, **TABLE}))


@lru_cache(maxsize=1)
def allowed() -> tuple[frozenset[type[exp.Expr]], frozenset[str]]:
    """The node classes, and the names of functions without a class of their own, that are in the set."""
    classes: set[type[exp.Expr]] = set()
    names: set[str] = set()
    for name, arguments in {**SCALAR, **AGGREGATE, **WINDOW, **TABLE}.items():
        for node in sqlglot.parse_one(f"SELECT {name}({arguments})", dialect="duckdb").find_all(exp.Func):
            if isinstance(node, exp.Anonymous):
                names.add(node.name.lower())
            else:
                classes.add(type(node))
    return frozenset(classes), frozenset(names)
