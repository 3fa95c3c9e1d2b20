"""Judging a model by outcomes that it was not fitted on: naively, and put right for who was visited and what was recorded wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from borough.compile.models.model import Model
from borough.risk.measures import ENOUGH_VISITS, Flags, Wrong, at_capacity, calibration, corrected_auc, discrimination, recall, share
from borough.risk.regression import Reals

CORRECTED = 100
"""Yeses from which ROC-AUC is put right for what was recorded wrongly: by fewer that is no figure."""
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Judged:
    """Outcomes that are judged by: labels 0 or 1, the model's probability and the challenger's, why somebody went, and the inverse chance that anybody did."""

    labels: Reals
    chance: Reals
    challenger: Reals
    reason: Texts
    random: Flags
    weight: Reals
    spared: Flags
    groups: Mapping[str, Texts] = field(default_factory=dict)
    area: Texts | None = None
    wrong: Wrong = field(default_factory=Wrong)
    weeks: float = 4.0

    def of(self, chosen: Flags) -> Judged:
        return Judged(
            self.labels[chosen], self.chance[chosen], self.challenger[chosen], self.reason[chosen], self.random[chosen], self.weight[chosen], self.spared[chosen],
            {n: v[chosen] for n, v in self.groups.items()}, self.area[chosen] if self.area is not None else None, self.wrong, self.weeks,
        )  # fmt: skip


def judge(model: Model, judged: Judged) -> dict[str, Any]:
    """Everything that is told of how well a model does."""
    labels, chance = judged.labels, judged.chance
    told = discrimination(labels, chance)
    other = discrimination(labels, judged.challenger)
    if told["roc_auc"] is not None and judged.wrong != Wrong() and told["yes"] >= CORRECTED:
        told["roc_auc_corrected"] = corrected_auc(labels, told["roc_auc"], judged.wrong)
    base = {"random": _rate(judged, judged.random), **({"complaint-led": _rate(judged, judged.reason == "complaint")} if "complaint" in judged.reason else {})}
    return {
        "discrimination": told,
        "challenger": {**other, "calibration_error": calibration(labels, judged.challenger)["error"], "gap": _gap(told, other), "margin": model.spec.margin},
        "calibration": calibration(labels, chance),
        **({"calibration_random": calibration(judged.of(judged.random).labels, judged.of(judged.random).chance, judged.wrong)} if judged.random.sum() >= 10 * ENOUGH_VISITS else {}),
        "capacity": at_capacity(labels, chance, model.spec.capacity, judged.weeks, base),
        "recall": recall(labels, chance),
        "reasons": {str(r): share(labels[judged.reason == r]) for r in sorted({str(r) for r in judged.reason if r is not None})},
        "bands": bands(model, judged),
        "shares": estimates(judged),
        "areas": _by(judged, judged.area) if judged.area is not None else [],
        "fairness": [line for name, values in judged.groups.items() for line in _groups(model, judged, name, values)],
        "spared": spared(model, judged),
    }  # fmt: skip


def _rate(judged: Judged, chosen: Flags) -> float | None:
    found: float | None = share(judged.labels[chosen])["share"]
    return found


def _gap(own: Mapping[str, Any], other: Mapping[str, Any]) -> float | None:
    return None if own["roc_auc"] is None or other["roc_auc"] is None else round(other["roc_auc"] - own["roc_auc"], 5)


def estimates(judged: Judged) -> dict[str, Any]:
    """The share of yeses among all who could be visited: as found by the visits, weighed by the inverse chance of a visit, by random visits alone, and with what was recorded wrongly put right."""
    told = {"naive": share(judged.labels), "weighted": weighted(judged.labels, judged.weight)}
    if judged.random.any():
        told["random visits"] = share(judged.labels[judged.random])
        told["corrected"] = share(judged.labels[judged.random], judged.wrong)
    else:
        told["corrected"] = weighted(judged.labels, judged.weight, judged.wrong)
    return told


def weighted(labels: Reals, weight: Reals, wrong: Wrong | None = None) -> dict[str, Any]:
    """A weighted share, with an interval by the effective number of rows (Kish 1965)."""
    if len(labels) < ENOUGH_VISITS:
        return share(labels)
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    mean = float(weight @ labels / weight.sum())
    from borough.risk.measures import wilson

    values = [mean, *wilson(mean * effective, effective)]
    told = [round(v if wrong is None else wrong.right(v), 5) for v in values]
    return {"n": len(labels), "effective": round(effective), "share": told[0], "low": told[1], "high": told[2]}


def bands(model: Model, judged: Judged) -> list[dict[str, Any]]:
    """Each band: what was predicted, what visits found, and that put right. Where random visits are too few, by the weights."""
    of = np.array([model.band(100 * c) for c in judged.chance], dtype=object)
    lines = []
    for name, edge in model.bands:
        own = judged.of(of == name)
        random = own.labels[own.random]
        right = share(random, judged.wrong) if len(random) >= ENOUGH_VISITS else weighted(own.labels, own.weight, judged.wrong)
        lines.append({"band": name, "from": edge, "predicted": round(float(own.chance.mean()), 5) if len(own.labels) else None, "naive": share(own.labels), "corrected": right})
    return lines


def _by(judged: Judged, values: Texts) -> list[dict[str, Any]]:
    lines = []
    for value in sorted({str(v) for v in values if v is not None}):
        own = judged.of(values == value)
        lines.append({"value": value, "predicted": round(float(own.chance.mean()), 5), **share(own.labels), "roc_auc": discrimination(own.labels, own.chance)["roc_auc"] if len(own.labels) >= 5 * ENOUGH_VISITS else None})
    return lines


def _groups(model: Model, judged: Judged, name: str, values: Texts) -> list[dict[str, Any]]:
    """How well each group is served: among those who are no, the share rated in the highest band is the harm."""
    edge = model.bands[0][1]
    lines = []
    for line in _by(judged, values):
        own = judged.of(values == line["value"])
        lines.append({"attribute": name, **line, "false_alarms": share((100 * own.chance[own.labels == 0] >= edge).astype(np.float64))})
    return lines


def spared(model: Model, judged: Judged) -> dict[str, Any] | None:
    """Of those whom a visit should spare, the share in the highest band; and of that band, the share whom it should have spared."""
    if not judged.spared.any():
        return None
    high = 100 * judged.chance >= model.bands[0][1]
    return {"rated highest": share(high[judged.spared].astype(np.float64)), "of the band": share(judged.spared[high].astype(np.float64))}


def differences(lines: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """By attribute, the gap in false alarms between the groups with most and least."""
    found: dict[str, list[float]] = {}
    for line in lines:
        if line["false_alarms"]["share"] is not None:
            found.setdefault(str(line["attribute"]), []).append(float(line["false_alarms"]["share"]))
    return {name: round(max(v) - min(v), 5) for name, v in found.items() if len(v) > 1}
