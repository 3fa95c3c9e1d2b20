"""The gazetteer in SQL: its lines and its properties, from the datasets that make it."""

from __future__ import annotations

from collections.abc import Mapping

from borough.compile.entities import gazetteer_of
from borough.compile.relations import Relations
from borough.engine.quoting import quoted

LINE = (
    ("uprn", "BIGINT"), ("text", "VARCHAR"), ("sao", "VARCHAR"), ("pao_text", "VARCHAR"), ("number", "BIGINT"), ("number_suffix", "VARCHAR"),
    ("number_to", "BIGINT"), ("number_to_suffix", "VARCHAR"), ("street", "VARCHAR"), ("locality", "VARCHAR"), ("town", "VARCHAR"),
    ("postcode", "VARCHAR"), ("status", "VARCHAR"), ("started", "DATE"), ("ended", "DATE"),
)  # fmt: skip
"""What a line of the gazetteer has; what its datasets lack is null."""
_OF_STREET = ("street", "locality", "town")


def lines_sql(relations: Relations) -> str | None:
    """SQL of the gazetteer's lines; None where the project has no gazetteer."""
    spec = gazetteer_of(relations.project)
    if spec is None or spec.addresses not in relations.project.datasets:
        return None
    named_as: Mapping[str, str] = {str(field): column for field, column in spec.columns.items()}
    named = {field: named_as.get(field, field) for field, _ in LINE} | {"usrn": spec.columns.get("usrn", "usrn")}
    own = relations.project.datasets[spec.addresses].columns
    streets = relations.project.datasets[spec.streets].columns if spec.streets in relations.project.datasets and spec.streets else {}
    joined = bool(streets) and named["usrn"] in own and named["usrn"] in streets
    cells = []
    for field, kind in LINE:
        column = named[field]
        parts = [f"a.{quoted(column)}"] if column in own else []
        parts += [f"s.{quoted(column)}"] if joined and field in _OF_STREET and column in streets else []
        value = f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0] if parts else "NULL"
        cells.append(f"CAST({value} AS {kind}) AS {quoted(field)}")
    join = ""
    if joined and spec.streets is not None:
        code = quoted(named["usrn"])
        texts = ", ".join(f"min({quoted(named[f])}) AS {quoted(named[f])}" for f in _OF_STREET if named[f] in streets)
        join = f" LEFT JOIN (SELECT {code}, {texts} FROM {relations.dataset(spec.streets, areas=False, links=False)} GROUP BY 1) s ON s.{code} = a.{code}"
    return f"(SELECT {', '.join(cells)} FROM {relations.dataset(spec.addresses, areas=False, links=False)} a{join})"


def properties_sql(relations: Relations) -> str:
    """SQL of the gazetteer's properties: uprn, parent_uprn, class, status. No rows where there is no dataset of them."""
    spec = gazetteer_of(relations.project)
    fields = {"uprn": "BIGINT", "parent_uprn": "BIGINT", "class": "VARCHAR", "status": "VARCHAR"}
    empty = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(field)}" for field, kind in fields.items())
    if spec is None or spec.properties is None or spec.properties not in relations.project.datasets:
        return f"(SELECT {empty} WHERE false)"
    own = relations.project.datasets[spec.properties].columns
    cells = []
    for field, kind in fields.items():
        column = {str(f): c for f, c in spec.columns.items()}.get(field, field)
        cells.append(f"CAST({quoted(column) if column in own else 'NULL'} AS {kind}) AS {quoted(field)}")
    return f"(SELECT {', '.join(cells)} FROM {relations.dataset(spec.properties, areas=False, links=False)})"


def touched_sql(relations: Relations, run: int) -> str | None:
    """SQL (uprn, postcode) of what a run added, changed or took away, with the postcodes before and after; None where there is no gazetteer."""
    spec = gazetteer_of(relations.project)
    if spec is None:
        return None
    column, selects = spec.columns.get("uprn", "uprn"), []
    for name in dict.fromkeys((spec.addresses, spec.properties)):
        log = relations.log(name) if name in relations.project.datasets and name else None
        if log is not None and name and column in relations.project.datasets[name].columns:
            by = ", ".join(quoted(c) for c in log.identity)
            # A delete has its key and need have nothing else: the UPRN is in the version before.
            code = spec.columns.get("postcode", "postcode")
            told = f"CAST(v.{quoted(code)} AS VARCHAR)" if code in relations.project.datasets[name].columns else "CAST(NULL AS VARCHAR)"
            selects.append(f"SELECT v.{quoted(column)} AS uprn, {told} AS postcode FROM {log.sql} v SEMI JOIN (SELECT {by} FROM {log.sql} WHERE _run = {int(run)}) n USING ({by})")
    selects += _on_streets(relations, run)
    return f"(SELECT DISTINCT uprn, postcode FROM ({' UNION ALL '.join(selects)}) WHERE uprn IS NOT NULL)" if selects else None


def _on_streets(relations: Relations, run: int) -> list[str]:
    """SELECTs (uprn, postcode) of the lines on streets that a run added, changed or took away: they may read otherwise."""
    spec, datasets = gazetteer_of(relations.project), relations.project.datasets
    if spec is None or spec.streets not in datasets or spec.streets is None or spec.addresses not in datasets:
        return []
    street, line, usrn = relations.log(spec.streets), relations.log(spec.addresses), spec.columns.get("usrn", "usrn")
    uprn, code, own = spec.columns.get("uprn", "uprn"), spec.columns.get("postcode", "postcode"), datasets[spec.addresses].columns
    if street is None or line is None or usrn not in own or usrn not in datasets[spec.streets].columns:
        return []
    by, told = ", ".join(quoted(c) for c in street.identity), f"CAST({quoted(code)} AS VARCHAR)" if code in own else "CAST(NULL AS VARCHAR)"
    changed = f"SELECT v.{quoted(usrn)} FROM {street.sql} v SEMI JOIN (SELECT {by} FROM {street.sql} WHERE _run = {int(run)}) n USING ({by}) WHERE v.{quoted(usrn)} IS NOT NULL"
    return [f"SELECT {quoted(uprn)} AS uprn, {told} AS postcode FROM {line.sql} WHERE {quoted(usrn)} IN ({changed})"]
