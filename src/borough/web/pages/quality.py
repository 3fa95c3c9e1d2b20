"""Data quality: scorecards, runs with their ledgers, and what is in quarantine."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from borough.compile.published import quarantine_relation
from borough.governance.audit import Audit
from borough.governance.gate import Gate
from borough.quality.scorecard import DIMENSIONS, by_dimension, by_place, by_place_and_run, by_rule, by_run, in_place
from borough.web.access import User
from borough.web.asking import NotFoundError, Reading, SignedIn, Templates, reader_of
from borough.web.reading import Reader
from borough.web.remembering import remembered
from borough.web.snapshot import Snapshot, granted
from borough.web.tabled import Figure, cells, columns, figure, taken

SHOWN = 100
RUNS = 20
TOTALS = ("read", "accepted", "unchanged", "superseded", "quarantined", "held")


def router(templates: Templates) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/quality", response_class=HTMLResponse)
    def scorecards(request: Request, snapshot: Reading, user: SignedIn, file: str | None = None) -> Response:
        reader = reader_of(snapshot, user)
        if file:
            return taken(scorecards_of(reader), file, "quality")
        figures = remembered(reader, "quality", lambda r: templates.part("figures.html", figures=scorecards_of(r)))
        return templates.page(request, "quality.html", user=user, snapshot=snapshot, figures=figures, title="Data quality", scripts=["chart"])

    @routes.get("/quality/{dataset}", response_class=HTMLResponse)
    def rules(dataset: str, request: Request, snapshot: Reading, user: SignedIn, file: str | None = None) -> Response:
        figures = of_dataset(reader_of(snapshot, user), dataset)
        return below(request, snapshot, user, figures, snapshot.project.datasets[dataset].title or dataset, f"quality_{dataset}", file)

    @routes.get("/quality/areas/{area}/{name}", response_class=HTMLResponse)
    def place(area: str, name: str, request: Request, snapshot: Reading, user: SignedIn, file: str | None = None) -> Response:
        reader = reader_of(snapshot, user)
        if area not in snapshot.project.borough.scorecard_areas or area not in snapshot.project.datasets:
            raise NotFoundError(f"data quality is not told by {area[:60]!r}")
        rows = reader.rows(in_place(area, name))
        if not rows:
            raise NotFoundError(f"nothing is known of the data of {area} {name[:60]!r}")
        drawn = _drawn(reader.rows(by_place_and_run(area, name)), "Checks passed, run by run")
        return below(request, snapshot, user, [_failing(rows), drawn], name, f"quality_{area}", file)

    @routes.get("/runs/{number}", response_class=HTMLResponse)
    def run(number: int, request: Request, snapshot: Reading, user: SignedIn, file: str | None = None) -> Response:
        return below(request, snapshot, user, [ledger(reader_of(snapshot, user), number)], f"Run {number}", f"run_{number}", file)

    def below(request: Request, snapshot: Snapshot, user: User, figures: list[Figure], title: str, name: str, file: str | None) -> Response:
        """A page under the scorecards, or what of it is taken along."""
        if file:
            return taken(figures, file, name)
        shown = templates.part("figures.html", figures=figures)
        return templates.page(request, "quality.html", user=user, snapshot=snapshot, figures=shown, title=title, breadcrumbs=[("Data quality", "/quality")], scripts=["chart"])

    return routes


def scorecards_of(reader: Reader) -> list[Figure]:
    """How good all data are, who owns them, where they are, and what the last runs did."""
    return [_scores(reader), _owners(reader), *_places(reader), _trend(reader), _refused(reader), _runs(reader)]


def of_dataset(reader: Reader, dataset: str) -> list[Figure]:
    """How good one dataset is, rule by rule, and what of it is in quarantine. Raises NotFoundError."""
    if dataset not in reader.snapshot.project.datasets:
        raise NotFoundError(f"there is no dataset {dataset[:60]!r}")
    return [_rules(reader, dataset), *_places(reader, dataset), _trend(reader, dataset), _quarantine(reader.snapshot, reader, dataset)]


def _rules(reader: Reader, dataset: str) -> Figure:
    rows = [cells(r["rule"], r["column_name"] or "", r["dimension"], r["severity"], r["rows"], r["failed"], _scored(r["score"])) for r in reader.rows(by_rule(dataset))]
    return figure("rules", "table", "Rules", columns("Rule", "Column", "Dimension", "Severity", "Rows", "Failed", "Passed"), rows)


def ledger(reader: Reader, number: int) -> Figure:
    """What became of every row that a run read."""
    rows = reader.rows(f"SELECT feed, dataset, position, cause, {', '.join(TOTALS)}, inserted, updated, deleted, reason FROM ledger WHERE run = $run ORDER BY feed, position", run=number)
    heads = columns("Feed", "Extract", "Why", *(t.capitalize() for t in TOTALS), "Inserted", "Updated", "Deleted", "Note")
    lines = [cells(r["feed"], r["position"].date() if r["position"] else None, r["cause"] or "", *(r[t] for t in TOTALS), r["inserted"], r["updated"], r["deleted"], r["reason"] or "") for r in rows]
    return figure("ledger", "table", f"Ledger of run {number}", heads, lines, description="Read = accepted + unchanged + superseded + quarantined + held.")


def _scored(score: float | None) -> tuple[str, float | None]:
    """A score in words that never round a failure away, and as it is."""
    return ("–" if score is None else "100%" if score == 1 else f"{min(score * 100, 99.99):.2f}%"), score


def _scores(reader: Reader) -> Figure:
    """The scorecard: datasets by dimensions."""
    found = {(r["dataset"], r["dimension"]): r["score"] for r in reader.rows(by_dimension())}
    datasets = sorted({d for d, _ in found}, key=lambda d: (found.get((d, "all")) or 0, d))
    rows = []
    for dataset in datasets:
        row = cells(dataset, *(_scored(found.get((dataset, dimension))) for dimension in (*DIMENSIONS, "all")))
        row[0]["href"] = f"/quality/{dataset}"
        rows.append(row)
    return figure("scores", "table", "Scorecard by dataset and dimension", columns("Dataset", *(d.capitalize() for d in DIMENSIONS), "All"), rows, description="The share of checks that pass, the worst datasets first. Dimensions are those of the UK Government Data Quality Framework.")


def _owners(reader: Reader) -> Figure:
    owners = {name: contract.owner or "nobody" for name, contract in reader.snapshot.project.datasets.items()}
    totals: dict[str, list[int]] = {}
    for r in reader.rows("SELECT s.dataset AS dataset, sum(s.rows) AS rows, sum(s.failed) AS failed FROM scorecard AS s JOIN (SELECT dataset, feed, rule, max(run) AS run FROM scorecard GROUP BY dataset, feed, rule) AS l ON s.dataset = l.dataset AND s.rule = l.rule AND s.run = l.run AND coalesce(s.feed, '') = coalesce(l.feed, '') GROUP BY s.dataset"):
        total = totals.setdefault(owners.get(r["dataset"], "nobody"), [0, 0])
        total[0], total[1] = total[0] + int(r["rows"]), total[1] + int(r["failed"])
    rows = [cells(owner, checks, failed, _scored(1 - failed / checks if checks else None)) for owner, (checks, failed) in sorted(totals.items(), key=lambda t: (1 - t[1][1] / t[1][0] if t[1][0] else 1, t[0]))]
    return figure("owners", "table", "By owner", columns("Owner", "Checks", "Failed", "Passed"), rows)


def _places(reader: Reader, dataset: str | None = None) -> list[Figure]:
    """A table for each kind of area: its wards by dimensions, the worst first."""
    project = reader.snapshot.project
    return [told for area in project.borough.scorecard_areas if area in project.datasets and (told := _by_place(reader, area, dataset)) is not None]


def _failing(found: list[dict[str, Any]]) -> Figure:
    """The rules that some row of an area fails."""
    rows = []
    for r in (r for r in found if r["failed"]):
        rows.append(cells(r["dataset"], r["rule"], r["dimension"], int(r["rows"]), int(r["failed"]), _scored(r["score"])))
        rows[-1][0]["href"] = f"/quality/{r['dataset']}"
    said = f"{len(rows)} of {len(found)} rules, the worst first; nothing fails the others. Rows are those that were kept: what was refused is not known by area."
    return figure("rules", "table", "Rules that rows fail", columns("Dataset", "Rule", "Dimension", "Rows", "Failed", "Passed"), rows, description=said)


def _by_place(reader: Reader, area: str, dataset: str | None) -> Figure | None:
    found: dict[str | None, dict[str, dict[str, Any]]] = {}
    for r in reader.rows(by_place(area, dataset)):
        found.setdefault(r["name"], {})[r["dimension"]] = r
    if not found:
        return None
    used = [d for d in DIMENSIONS if any(d in by for by in found.values())]
    rows = []
    for name in sorted(found, key=lambda n: (n is None, found[n]["all"]["score"] or 0, n)):
        by = found[name]
        row = cells(name or "not known", *(_scored(by[d]["score"] if d in by else None) for d in (*used, "all")), int(by["all"]["rows"]), int(by["all"]["failed"]))
        if name is not None and dataset is None:
            row[0]["href"] = f"/quality/areas/{area}/{quote(name, safe='')}"
        rows.append(row)
    title = area.replace("_", " ")
    heads = columns(title.capitalize(), *(d.capitalize() for d in used), "All", "Checks", "Failed")
    said = "Checks of the rows that were kept, in the area of their own point or of their home; refused rows are not known by area. Data of a special category are left out."
    return figure(f"by_{area}", "table", f"By {title}", heads, rows, description=said)


def _trend(reader: Reader, dataset: str | None = None) -> Figure:
    return _drawn(reader.rows(by_run(dataset)), "Checks passed, run by run")


def _drawn(newest_first: list[dict[str, Any]], title: str) -> Figure:
    rows = newest_first[::-1]
    data = {"kind": "line", "x": {"title": "Run", "type": "number"}, "y": {"title": "checks passed", "percent": True}, "series": None, "rows": [{"x": r["run"], "y": r["score"] * 100, "low": None, "high": None, "series": None} for r in rows if r["score"] is not None], "trend": None}
    return figure("trend", "line", title, columns("Run", "Recorded", "Passed"), [cells(str(r["run"]), r["recorded"], _scored(r["score"])) for r in rows], data=data)


def _refused(reader: Reader) -> Figure:
    """How many rows are in quarantine, by dataset."""
    rows = _asked(reader, None, "SELECT dataset, count(*) AS n, min(recorded) AS since FROM quarantine GROUP BY dataset ORDER BY n DESC, dataset")
    lines = []
    for r in rows:
        line = cells(r["dataset"], r["n"], r["since"])
        line[0]["href"] = f"/quality/{r['dataset']}"
        lines.append(line)
    return figure("quarantine", "table", "In quarantine now", columns("Dataset", "Rows", "The oldest since"), lines, description="Rows that a rule refused, each kept with every reason until it is corrected or replayed.")


def _runs(reader: Reader) -> Figure:
    rows = reader.rows(f"SELECT run, max(recorded) AS recorded, count(DISTINCT feed) AS feeds, {', '.join(f'sum({t}) AS {t}' for t in TOTALS)} FROM ledger GROUP BY run ORDER BY run DESC LIMIT {RUNS}")
    lines = []
    for r in rows:
        line = cells(str(r["run"]), r["recorded"], r["feeds"], *(int(r[t] or 0) for t in TOTALS))
        line[0]["href"] = f"/runs/{r['run']}"
        lines.append(line)
    return figure("runs", "table", "Runs", columns("Run", "Recorded", "Feeds", *(t.capitalize() for t in TOTALS)), lines)


def _quarantine(snapshot: Snapshot, reader: Reader, dataset: str) -> Figure:
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


def _asked(reader: Reader, dataset: str | None, sql: str) -> list[Figure]:
    return reader.told(lambda r: _gate(r.snapshot, dataset).read(sql, r.who, r.purpose))

