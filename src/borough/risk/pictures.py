"""Pictures of how well a model does, as SVG: readable without colour, with a title and a description for those who don't see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from borough.compile.models.fitted import Fitted
from borough.compile.models.model import Model
from borough.risk.measures import percent

INK, FAINT, FILL = "#0b0c0c", "#b1b4b6", "#1d70b8"
WIDTH, SIDE, TOP = 640, 70, 46
SHOWN = 20
"""Factors in a picture."""


def pictures(model: Model, fitted: Fitted) -> dict[str, str]:
    """File name → SVG: the calibration curve, the bands with their intervals, and the factors of each stage."""
    report = fitted.report
    made = {"calibration.svg": calibration(model.spec.title, report["calibration"]["curve"]), "bands.svg": bands(model.spec.title, report["bands"])}
    for stage in fitted.stages:
        made[f"factors_{stage.name}.svg"] = factors(model.stage(stage.name).spec.title, [f for f in report["factors"][stage.name] if "points" in f][:SHOWN])
    return made


def calibration(title: str, curve: Sequence[Mapping[str, Any]]) -> str:
    """What was predicted against what was found, by tenths, with 95% intervals; on the line both are the same."""
    size = 420
    most: float = max([0.1, *(c["high"] for c in curve), *(c["predicted"] for c in curve)])

    def x(share: float) -> float:
        return SIDE + size * share / most

    def y(share: float) -> float:
        return TOP + size * (1 - share / most)

    parts = [_line(x(0), y(0), x(most), y(most), FAINT, dashed=True)]
    for tick in (0, most / 4, most / 2, 3 * most / 4, most):
        parts += [_line(x(tick), y(0), x(tick), y(0) + 5), _text(x(tick), y(0) + 20, percent(tick), "middle"), _line(x(0) - 5, y(tick), x(0), y(tick)), _text(x(0) - 9, y(tick) + 4, percent(tick), "end")]
    for c in curve:
        parts += [_line(x(c["predicted"]), y(c["low"]), x(c["predicted"]), y(c["high"]), FILL), f'<circle cx="{x(c["predicted"]):.1f}" cy="{y(c["found"]):.1f}" r="5" fill="{FILL}"/>']
    parts += [_line(x(0), y(0), x(most), y(0)), _line(x(0), y(0), x(0), y(most)), _text(x(most / 2), y(0) + 42, "predicted", "middle"), _text(SIDE, TOP - 8, "found (as recorded), with 95% interval", "start")]
    told = "; ".join(f"predicted {percent(c['predicted'])}, found {percent(c['found'])}" for c in curve)
    return _picture(f"{title}: predicted and found, by tenths", told, SIDE + size + 40, TOP + size + 60, parts)


def bands(title: str, lines: Sequence[Mapping[str, Any]]) -> str:
    """For each band what was predicted (a stroke), what visits found (a bar) and that put right (a dot with its interval)."""
    span, parts, told = WIDTH - 2 * SIDE - 60, [], []

    def x(share: float) -> float:
        return SIDE + 50 + span * share

    for i, band in enumerate(lines):
        y = TOP + 20 + i * 54
        naive, right, predicted = band["naive"], band["corrected"], band["predicted"]
        parts.append(_text(SIDE + 42, y + 19, str(band["band"]), "end"))
        if naive["share"] is None:
            parts.append(_text(x(0) + 6, y + 19, f"not enough visits ({naive['n']})", "start"))
            told.append(f"{band['band']}: not enough visits")
            continue
        parts += [f'<rect x="{x(0):.1f}" y="{y}" width="{span * naive["share"]:.1f}" height="28" fill="{FAINT}"/>']
        if right["share"] is not None:
            parts += [_line(x(right["low"]), y + 14, x(right["high"]), y + 14, FILL), f'<circle cx="{x(right["share"]):.1f}" cy="{y + 14}" r="5" fill="{FILL}"/>']
        if predicted is not None:
            parts.append(_line(x(predicted), y - 4, x(predicted), y + 32, INK, wide=3))
        told.append(f"{band['band']}: predicted {percent(predicted)}, visits found {percent(naive['share'])}, put right {percent(right['share'])}")
    bottom = TOP + 20 + len(lines) * 54
    parts += [_line(x(0), TOP + 10, x(0), bottom), *(_text(x(s), bottom + 18, f"{s:.0%}", "middle") for s in (0, 0.25, 0.5, 0.75, 1)), _text(SIDE, bottom + 42, "bar: visits found · dot: put right, with 95% interval · stroke: predicted", "start")]
    return _picture(f"{title}: each band", "; ".join(told), WIDTH, bottom + 60, parts)


def factors(title: str, lines: Sequence[Mapping[str, Any]]) -> str:
    """The factors that go with the outcome: points to the left lower, to the right raise."""
    most = max([1.0, *(abs(f["points"]) for f in lines)])
    middle, half = 540, 170
    parts, told = [], []
    for i, f in enumerate(lines):
        y, length = TOP + 14 + i * 24, half * abs(f["points"]) / most
        left = middle - length if f["points"] < 0 else middle
        parts += [f'<rect x="{left:.1f}" y="{y}" width="{length:.1f}" height="16" fill="{FILL if f["points"] > 0 else FAINT}"/>', _text(middle - half - 12, y + 13, str(f["factor"]), "end"), _text(middle + half + 10, y + 13, f"{f['points']:+.1f}", "start")]
        told.append(f"{f['factor']} {f['points']:+.1f}")
    bottom = TOP + 14 + len(lines) * 24
    parts += [_line(middle, TOP, middle, bottom), _text(SIDE, bottom + 24, "points of probability, on average: what goes together, not what causes what", "start")]
    return _picture(f"{title}: which factors go with it", "; ".join(told), middle + half + 70, bottom + 44, parts)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = INK, *, wide: int = 1, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{wide if colour == INK else 2}"{dashes}/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'


def _picture(title: str, told: str, width: float, height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" aria-label={quoteattr(title)} font-family="Arial, sans-serif" font-size="13">'
    body = f'<title>{escape(title)}</title><desc>{escape(told)}</desc><rect width="100%" height="100%" fill="white"/><text x="20" y="24" font-size="16" font-weight="bold" fill="{INK}">{escape(title)}</text>'
    return "\n".join([head, body, *parts, "</svg>"]) + "\n"
