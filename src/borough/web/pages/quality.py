"""Data quality: scorecards, runs with their ledgers, and what is in quarantine."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from borough.compile.published import quarantine_relation
from borough.governance.audit import Audit
from borough.governance.gate import Gate
from borough.quality.scorecard import DIMENSIONS, by_dimension, by_rule
from borough.web.asking import NotFoundError, Reading, SignedIn, Templates, reader_of
from borough.web.fitted import cells, columns, figure
from borough.web.reading import Reader
from borough.web.remembering import remembered
from borough.web.snapshot import Snapshot, granted

SHOWN = 100
RUNS = 20
TOTALS = ("read", "accepted", "unchanged", "superseded", "quarantined", "held")


def router(templates: Templates) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/quality", response_class=HTMLResponse)
    def scorecards(request: Request, snapshot: Reading, user: SignedIn) -> Response:
        reader = reader_of(snapshot, user)
        figures = remembered(reader, "quality", lambda r: templates.part("figures.html", figures=[_scores(r), _owners(r), _trend(r), _refused(r), _runs(r)]))
        return templates.page(request, "quality.html", user=user, snapshot=snapshot, figures=figures, title="Data quality", scripts=["chart"])

    @routes.get("/quality/{dataset}", response_class=HTMLResponse)
    def rules(dataset: str, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        contract = snapshot.project.datasets.get(dataset)
        if contract is None:
            raise NotFoundError(f"there is no dataset {dataset[:60]!r}")
        reader = reader_of(snapshot, user)
        rows = [[*cells(r["rule"], r["column_name"] or "", r["dimension"], r["severity"], r["rows"], r["failed"]), *cells(_scored(r["score"]))] for r in reader.rows(by_rule(dataset))]
        told = figure("rules", "table", "Rules", columns("Rule", "Column", "Dimension", "Severity", "Rows", "Failed", "Passed"), rows)
        return templates.page(request, "quality.html", user=user, snapshot=snapshot, figures=templates.part("figures.html", figures=[told, _quarantine(snapshot, reader, dataset)]), title=contract.title or dataset, breadcrumbs=[("Data quality", "/quality")])

    @routes.get("/runs/{number}", response_class=HTMLResponse)
    def run(number: int, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        reader = reader_of(snapshot, user)
        rows = reader.rows(f"SELECT feed, dataset, position, cause, {', '.join(TOTALS)}, inserted, updated, deleted, reason FROM ledger WHERE run = $run ORDER BY feed, position", run=number)
        heads = columns("Feed", "Extract", "Why", *(t.capitalize() for t in TOTALS), "Inserted", "Updated", "Deleted", "Note")
        lines = [cells(r["feed"], r["position"].date() if r["position"] else None, r["cause"] or "", *(r[t] for t in TOTALS), r["inserted"], r["updated"], r["deleted"], r["reason"] or "") for r in rows]
        told = figure("ledger", "table", f"Ledger of run {number}", heads, lines, description="Read = accepted + unchanged + superseded + quarantined + held.")
        return templates.page(request, "quality.html", user=user, snapshot=snapshot, figures=templates.part("figures.html", figures=[told]), title=f"Run {number}", breadcrumbs=[("Data quality", "/quality")])

    return routes


def _scored(score: float | None) -> str:
    """A score that never rounds a failure away."""
    return "–" if score is None else "100%" if score == 1 else f"{min(score * 100, 99.99):.2f}%"


def _scores(reader: Reader) -> dict[str, Any]:
    """The scorecard: datasets by dimensions."""
    found = {(r["dataset"], r["dimension"]): r["score"] for r in reader.rows(by_dimension())}
    datasets = sorted({d for d, _ in found}, key=lambda d: (found.get((d, "all")) or 0, d))
    rows = []
    for dataset in datasets:
        row = cells(dataset, *(_scored(found.get((dataset, dimension))) for dimension in (*DIMENSIONS, "all")))
        row[0]["href"] = f"/quality/{dataset}"
        rows.append(row)
    return figure("scores", "table", "Scorecard by dataset and dimension", columns("Dataset", *(d.capitalize() for d in DIMENSIONS), "All"), rows, description="The share of checks that pass, the worst datasets first. Dimensions are those of the UK Government Data Quality Framework.")


def _owners(reader: Reader) -> dict[str, Any]:
    owners = {name: contract.owner or "nobody" for name, contract in reader.snapshot.project.datasets.items()}
    totals: dict[str, list[int]] = {}
    for r in reader.rows("SELECT s.dataset AS dataset, sum(s.rows) AS rows, sum(s.failed) AS failed FROM scorecard AS s JOIN (SELECT dataset, feed, rule, max(run) AS run FROM scorecard GROUP BY dataset, feed, rule) AS l ON s.dataset = l.dataset AND s.rule = l.rule AND s.run = l.run AND coalesce(s.feed, '') = coalesce(l.feed, '') GROUP BY s.dataset"):
        total = totals.setdefault(owners.get(r["dataset"], "nobody"), [0, 0])
        total[0], total[1] = total[0] + int(r["rows"]), total[1] + int(r["failed"])
    rows = [cells(owner, checks, failed, _scored(1 - failed / checks if checks else None)) for owner, (checks, failed) in sorted(totals.items(), key=lambda t: (1 - t[1][1] / t[1][0] if t[1][0] else 1, t[0]))]
    return figure("owners", "table", "By owner", columns("Owner", "Checks", "Failed", "Passed"), rows)


def _trend(reader: Reader) -> dict[str, Any]:
    rows = reader.rows("SELECT run, max(recorded) AS recorded, 1.0 - sum(failed) * 1.0 / nullif(sum(rows), 0) AS score FROM scorecard GROUP BY run ORDER BY run DESC LIMIT 60")[::-1]
    data = {"kind": "line", "x": {"title": "Run", "type": "number"}, "y": {"title": "checks passed", "percent": True}, "series": None, "rows": [{"x": r["run"], "y": r["score"] * 100, "low": None, "high": None, "series": None} for r in rows if r["score"] is not None], "trend": None}
    return figure("trend", "line", "Checks passed, run by run", columns("Run", "Recorded", "Passed"), [cells(str(r["run"]), r["recorded"], _scored(r["score"])) for r in rows], data=data)


def _refused(reader: Reader) -> dict[str, Any]:
    """How many rows are in quarantine, by dataset."""
    rows = _asked(reader, None, "SELECT dataset, count(*) AS n, min(recorded) AS since FROM quarantine GROUP BY dataset ORDER BY n DESC, dataset")
    lines = []
    for r in rows:
        line = cells(r["dataset"], r["n"], r["since"])
        line[0]["href"] = f"/quality/{r['dataset']}"
        lines.append(line)
    return figure("quarantine", "table", "In quarantine now", columns("Dataset", "Rows", "The oldest since"), lines, description="Rows that a rule refused, each kept with every reason until it is corrected or replayed.")


def _runs(reader: Reader) -> dict[str, Any]:
    rows = reader.rows(f"SELECT run, max(recorded) AS recorded, count(DISTINCT feed) AS feeds, {', '.join(f'sum({t}) AS {t}' for t in TOTALS)} FROM ledger GROUP BY run ORDER BY run DESC LIMIT {RUNS}")
    lines = []
    for r in rows:
        line = cells(str(r["run"]), r["recorded"], r["feeds"], *(int(r[t] or 0) for t in TOTALS))
        line[0]["href"] = f"/runs/{r['run']}"
        lines.append(line)
    return figure("runs", "table", "Runs", columns("Run", "Recorded", "Feeds", *(t.capitalize() for t in TOTALS)), lines)


def _quarantine(snapshot: Snapshot, reader: Reader, dataset: str) -> dict[str, Any]:
    """Refused rows of a dataset: what this reader may see of them."""
    seen = [c for c in ("feed", "file", "row", "key", "reasons", "original") if c in _visible(snapshot, reader, dataset)]
    rows = _asked(reader, dataset, f"SELECT {', '.join(seen)} FROM quarantine ORDER BY feed, file, row LIMIT {SHOWN}") if seen else []
    note = None if {"reasons", "original"} <= set(seen) else "The values and the reasons, which quote them, are not shown for your purpose."
    return figure("refused", "table", f"In quarantine (the first {SHOWN})", columns(*(c.capitalize() for c in seen)), [cells(*(r[c] if not isinstance(r[c], str) else r[c][:500] for c in seen)) for r in rows], description=note)


def _gate(snapshot: Snapshot, dataset: str | None) -> Gate:
    relation = quarantine_relation(snapshot.project, snapshot.engine, snapshot.lake, snapshot.published, dataset)
    return Gate(snapshot.engine, {"quarantine": relation}, snapshot.project.borough.purposes, Audit(snapshot.lake.notes("audit")), published=snapshot.number, roles=granted(snapshot.project))


def _visible(snapshot: Snapshot, reader: Reader, dataset: str) -> set[str]:
    return {c.name for c in _gate(snapshot, dataset).visible("quarantine", reader.purpose)}


def _asked(reader: Reader, dataset: str | None, sql: str) -> list[dict[str, Any]]:
    return reader.told(lambda r: _gate(r.snapshot, dataset).read(sql, r.who, r.purpose))

