"""The demo borough: ratings against what is really so."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl
from bench.risk.work import line, opened, tenths

from borough.compile.models.scoring import chance_sql
from borough.demo import door
from borough.demo.build import world
from borough.demo.truth.ceiling import day_before, foretold, homes_on, unlicensed
from borough.demo.truth.traces import features, matrix, written
from borough.pipeline.modelling import POPULATION
from borough.risk.challenger import boosted
from borough.risk.challenger import matrix as plain_matrix
from borough.risk.judging import Judged, estimates
from borough.risk.measures import Wrong


def judged_borough(root: Path) -> None:
    """Fit on what was known a year before the last day, rate every home as of then, and compare with the truth of that day."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    demo = door.read(root)
    if demo is None or demo.until is None:
        raise SystemExit(f"{root} holds no demo")
    day = day_before(demo.until)
    made = world(demo.plan, demo.plan.districts()[0])
    homes = homes_on(made, day)
    outcome = unlicensed(made, homes, day)
    seen = foretold(matrix(features(made, written(root / "truth"), homes, day)), outcome, homes["usrn"].to_numpy())
    truth = homes.select("uprn").with_columns(truth=pl.Series(outcome), seen=pl.Series(seen))

    begun = time.perf_counter()
    work = opened(root, "unlicensed_let", day)
    rows = work.rows()
    fitted = work.fitted(rows, np.ones(len(rows.outcome), dtype=bool))
    seconds = time.perf_counter() - begun
    work.modelling.populate(work.outcomes)
    names = list(rows.raw)
    found = work.engine.arrays(f"SELECT property AS uprn, {chance_sql(work.model, fitted)} AS p, {', '.join(f'{_plain(n)} AS f{i}' for i, n in enumerate(names))} FROM {POPULATION} ORDER BY property")
    table = pl.DataFrame({"uprn": found["uprn"], "p": found["p"], "n": np.arange(len(found["p"]))}).join(truth, on="uprn", how="inner", maintain_order="left")
    labels, chance, best = table["truth"].to_numpy().astype(float), table["p"].to_numpy(), table["seen"].to_numpy()

    usable = np.isfinite(rows.outcome)
    visited = plain_matrix(rows.raw)
    together = {n: np.concatenate([rows.raw[n], found[f"f{i}"]]) for i, n in enumerate(names)}
    both = plain_matrix(together)
    seen_rows, all_rows = both[: len(visited)][usable], both[len(visited) :][table["n"].to_numpy()]
    logistic = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=1000)).fit(seen_rows, rows.outcome[usable])
    peers = {"logistic": logistic.predict_proba(all_rows)[:, 1], "boosting": boosted(seen_rows, rows.outcome[usable], all_rows)}

    def peer(measure: object) -> str:
        return ", ".join(f"plain {name} {measure(p):.3f}" for name, p in peers.items())  # type: ignore[operator]

    print(f"\n{root.name}: {len(labels):,} homes as of {day}, {labels.mean():.2%} unlicensed; fitted on {int(usable.sum()):,} visits")
    auc, ceiling = roc_auc_score(labels, chance), roc_auc_score(labels, best)
    line("ROC-AUC", f"{auc:.3f}", f"ceiling {ceiling:.3f} - 0.02", peer(lambda p: roc_auc_score(labels, p)))
    line("calibration slope", f"{_slope(labels, chance):.3f}", "0.9 to 1.1", peer(lambda p: _slope(labels, p)))
    line("calibration error over tenths", f"{tenths(labels, chance):.4f}", "at most 0.010", peer(lambda p: tenths(labels, p)))
    high = chance >= 0.5
    line("High: predicted less true, points", f"{100 * (chance[high].mean() - labels[high].mean()):+.1f}", "within 4", f"{int(high.sum()):,} homes, {labels[high].mean():.1%} unlicensed")
    top = np.argsort(-chance, kind="stable")[:500]
    limit = labels[np.argsort(-best, kind="stable")[:500]].mean()
    line("hit rate at 500 visits", f"{labels[top].mean():.3f}", f"85% of the ceiling's {limit:.3f}", peer(lambda p: labels[np.argsort(-p, kind="stable")[:500]].mean()))
    tenure = made.lives.spells.filter((pl.col("start") <= day) & (pl.col("end").is_null() | (pl.col("end") >= day))).sort("start").unique("uprn", keep="last").select("uprn", "tenure")
    owners = table.join(tenure, on="uprn", how="left", maintain_order="left")["tenure"].is_in(["owned", "mortgaged"]).fill_null(value=False).to_numpy()
    line("of High, owner-occupied", f"{owners[high].mean():.2%}", "below 10%", f"of all owner-occupiers {high[owners].mean():.3%} are rated High")
    shares = estimates(Judged(rows.outcome[usable], rows.outcome[usable], rows.outcome[usable], rows.reason[usable], rows.random[usable], np.ones(int(usable.sum())), rows.random[usable], wrong=Wrong(fitted.false_yes, fitted.false_no)))
    for name in ("naive", "corrected"):
        s = shares[name]
        inside = s["low"] <= labels.mean() <= s["high"]
        line(f"share unlicensed, {name}", f"{s['share']:.2%}", f"{s['low']:.2%} to {s['high']:.2%}", f"the truth, {labels.mean():.2%}, is {'inside' if inside else 'outside'}")
    line("seconds to read outcomes and fit", f"{seconds:.1f}", "with all tables under 60")
    work.engine.close()


def _plain(name: str) -> str:
    return f'"{name}"' if name.startswith("licence_") else f'TRY_CAST("{name}" AS VARCHAR)' if name in TEXTS else f'CAST("{name}" AS DOUBLE)' if name not in YES else f'CAST(CAST("{name}" AS INTEGER) AS DOUBLE)'


TEXTS = ("liable_party_type", "occupier_class", "council_tax_band", "epc_tenure", "energy_band", "built_form")
YES = ("landlord_is_liable", "company_is_liable", "payer_elsewhere", "single_person_discount", "discount_against_adults", "student_exemption", "empty_class", "above_shop", "owned_by_company", "owner_elsewhere")


def _slope(labels: np.ndarray, chance: np.ndarray) -> float:
    from sklearn.linear_model import LogisticRegression

    logit = np.log(np.clip(chance, 1e-6, 1 - 1e-6) / (1 - np.clip(chance, 1e-6, 1 - 1e-6)))
    return float(LogisticRegression(C=1e6).fit(logit[:, None], labels).coef_[0, 0])
