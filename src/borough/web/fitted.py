"""The fitted models of a snapshot: they tell of the borough as a whole, of nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from borough.compile.models.fitted import Fitted
from borough.pipeline.modelling import fitted_models
from borough.web.reading import Reader
from borough.web.snapshot import Snapshot
from borough.web.wording import share


def fitted_of(snapshot: Snapshot) -> Mapping[str, Fitted]:
    """The last version of each model that was fitted, by name."""
    if "fitted" not in snapshot.memory:
        documents = fitted_models(snapshot.engine, snapshot.lake, snapshot.published)
        snapshot.memory["fitted"] = {str(f["model"]): Fitted.from_json(f["document"]) for f in documents if f["model"] in snapshot.programme.models}
    found: Mapping[str, Fitted] = snapshot.memory["fitted"]
    return found


def band_evidence(reader: Reader, band: str | None) -> str | None:
    """How good the model is for homes of a band: what visits to such homes found that it was not fitted on."""
    fitted = next(iter(fitted_of(reader.snapshot).values()), None)
    found = next((b for b in fitted.report["bands"] if b["band"] == band), None) if fitted is not None and band else None
    if found is None:
        return None
    naive = found["naive"]
    if naive["share"] is None:
        return f"Of homes rated {band} only {naive['n']} were visited that the model had not learnt from: too few to say how often it is right."
    return f"Of {naive['n']:,} visits to homes rated {band}, which the model had not learnt from, {share(naive['share'])} found an unlicensed let (between {share(naive['low'])} and {share(naive['high'])})."


def interval_said(told: Mapping[str, Any]) -> str:
    """A share with its interval and number, or why there is none."""
    if told.get("share") is None:
        return f"{told.get('note', 'not known')} ({told.get('n', 0)})"
    return f"{share(told['share'])} ({share(told['low'])} to {share(told['high'])}; n = {told['n']:,})" if told.get("n") is not None else f"{share(told['share'])} ({share(told['low'])} to {share(told['high'])})"


def weights_figure(fitted: Fitted, stage: str, limit: int = 20) -> dict[str, Any]:
    """What a stage weighs, for the chart: average effects in points; the interval is the odds ratio's, scaled to the points."""
    lines = [f for f in fitted.report["factors"][stage] if "points" in f]
    lines.sort(key=lambda f: -abs(f["points"]))
    rows = [{"x": f["factor"], "y": f["points"], "low": None, "high": None, "series": None} for f in lines[:limit]]
    return {"kind": "weights", "x": {"title": "Factor", "type": "text"}, "y": {"title": "rating points", "percent": False}, "series": None, "rows": rows, "trend": None}


def calibration_figure(fitted: Fitted) -> dict[str, Any]:
    """The calibration curve, in percent: what was predicted of each tenth, and what was found."""
    rows = [{"x": c["predicted"] * 100, "y": c["found"] * 100, "low": c["low"] * 100, "high": c["high"] * 100, "series": None} for c in fitted.report["calibration"]["curve"]]
    return {"kind": "curve", "x": {"title": "Predicted", "type": "number"}, "y": {"title": "Found by visits", "percent": True}, "series": None, "rows": rows, "trend": None}
