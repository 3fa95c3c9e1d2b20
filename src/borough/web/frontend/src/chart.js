// Charts of a page's figures. The table beside each has the same figures; the drawing's label says what it shows.
import * as Plot from "@observablehq/plot";
import {style as banded} from "./bands.js";

const COLOURS = ["#1d70b8", "#b35900", "#00703c", "#6b3fa0", "#aa2a2a", "#505a5f", "#0f7a8a", "#8a6d00"];
const number = (v) => (v == null ? "–" : v.toLocaleString("en-GB", {maximumFractionDigits: 1}));

function drawn(told, figure, width) {
  const made = ({bar, line, interval, curve, weights})[told.kind](told, width);
  const svg = Plot.plot({...made, width, style: undefined, className: "app-plot", ariaLabel: undefined});
  // The library's own style lies in the stylesheet: what stands in a page may not style it.
  for (const style of svg.querySelectorAll("style")) style.remove();
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", said(told, figure));
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  for (const part of svg.querySelectorAll("[aria-hidden], [aria-roledescription], [aria-description]")) for (const a of ["aria-hidden", "aria-roledescription", "aria-description"]) part.removeAttribute(a);
  return svg;
}

// What a sighted person sees at once: what is drawn, how many, the greatest and the least.
function said(told, figure) {
  const title = figure.querySelector("figcaption")?.textContent.trim() ?? "Chart";
  const rows = told.rows.filter((r) => r.y != null);
  const unit = told.y.percent ? "%" : ` ${told.y.title}`;
  if (!rows.length) return title;
  const most = rows.reduce((a, b) => (b.y > a.y ? b : a));
  const least = rows.reduce((a, b) => (b.y < a.y ? b : a));
  const named = (r) => `${r.x}${r.series ? `, ${r.series}` : ""}: ${number(r.y)}${unit}`;
  return `${title}. A chart of ${rows.length} values. The greatest is ${named(most)}; the least ${named(least)}. The table below has them all.`;
}

const scale = (told) => {
  if (!told.series) return {};
  const known = told.series.every((s) => banded(s).shape && ["High", "Moderate", "Some", "Low"].includes(s));
  return {domain: told.series, range: told.series.map((s, i) => (known ? banded(s).colour : COLOURS[i % COLOURS.length])), legend: true};
};
const percent = (told) => (told.y.percent ? "%" : "");
const longest = (rows) => Math.min(230, 16 + 7.4 * Math.max(...rows.map((r) => String(r.x).length)));

function bar(told, width) {
  if (told.x.type !== "text") return upright(told);
  const names = [...new Set(told.rows.map((r) => r.x))];
  return {
    marginLeft: Math.min(longest(told.rows), width * 0.45), marginRight: 50, marginBottom: 45, height: 65 + names.length * 26, color: scale(told),
    x: {label: `${told.y.title} ${percent(told)}`.trim(), labelOffset: 40, grid: true, nice: true, ticks: Math.max(3, width / 110)}, y: {label: null, domain: names},
    marks: [
      Plot.barX(told.rows, {y: "x", x: "y", fill: told.series ? "series" : COLOURS[0], order: told.series ?? undefined, inset: 1}),
      ...(told.series ? [] : [Plot.text(told.rows, {y: "x", x: "y", text: (d) => number(d.y), dx: 4, textAnchor: "start"})]),
      Plot.ruleX([0]),
    ],
  };
}

const dated = (told) => told.rows.map((r) => ({...r, x: told.x.type === "date" ? new Date(r.x) : r.x}));

function upright(told) {
  const rows = dated(told);
  return {
    height: 320, marginLeft: 60, color: scale(told), x: {label: null}, y: {label: told.y.title, grid: true, nice: true, zero: true},
    marks: [Plot.rectY(rows, {x: "x", y: "y", interval: told.x.type === "date" ? "month" : 1, fill: told.series ? "series" : COLOURS[0]}), Plot.ruleY([0])],
  };
}

function line(told) {
  const rows = dated(told);
  const trend = (told.trend ?? []).map((r) => ({...r, x: new Date(r.x)}));
  return {
    height: 320, marginLeft: 60, marginRight: told.series ? 110 : 20, color: {...scale(told), legend: false}, x: {label: told.x.type === "date" ? null : told.x.title}, y: {label: `${told.y.title} ${percent(told)}`.trim(), grid: true, nice: true, zero: !told.y.percent},
    marks: [
      Plot.lineY(rows, {x: "x", y: "y", stroke: told.series ? "series" : COLOURS[0], z: told.series ? "series" : undefined, strokeWidth: 2}),
      ...(told.series
        ? [Plot.dot(rows, {x: "x", y: "y", symbol: "series", stroke: "series", r: 3}), Plot.text(rows, Plot.selectLast({x: "x", y: "y", z: "series", text: "series", textAnchor: "start", dx: 8}))]
        : [Plot.dot(rows, {x: "x", y: "y", fill: COLOURS[0], r: 2.5})]),
      ...(trend.length ? [Plot.lineY(trend, {x: "x", y: "y", stroke: "#0b0c0c", strokeDasharray: "6 4", strokeWidth: 2}), Plot.text(trend, Plot.selectLast({x: "x", y: "y", text: () => "12-month mean", dy: -8, textAnchor: "end"}))] : []),
    ],
  };
}

function interval(told, width) {
  const names = [...new Set(told.rows.map((r) => r.x))];
  return {
    marginLeft: Math.min(longest(told.rows), width * 0.45), marginRight: 60, marginBottom: 45, height: 65 + names.length * 28, color: scale(told),
    x: {label: `${told.y.title} ${percent(told)}`.trim(), labelOffset: 40, grid: true, nice: true, zero: true, ticks: Math.max(3, width / 110)}, y: {label: null, domain: names, type: "point"},
    marks: [
      Plot.ruleY(told.rows.filter((r) => r.low != null), {y: "x", x1: "low", x2: "high", strokeWidth: 3, stroke: "#8fb8dc"}),
      Plot.dot(told.rows, {y: "x", x: "y", fill: told.series ? "series" : COLOURS[0], r: 5}),
      Plot.text(told.rows, {y: "x", x: (d) => d.high ?? d.y, text: (d) => number(d.y) + percent(told), dx: 8, textAnchor: "start"}),
    ],
  };
}

function curve(told) {
  return {
    height: 400, marginLeft: 60, marginBottom: 45, x: {label: "Predicted %", labelOffset: 40, domain: [0, 100], grid: true}, y: {label: "Found by visits %", domain: [0, 100], grid: true},
    marks: [
      Plot.line([[0, 0], [100, 100]], {stroke: "#505a5f", strokeDasharray: "6 4"}), Plot.text([[92, 88]], {text: () => "as predicted", rotate: 0, textAnchor: "end", dy: 14, fill: "#505a5f"}),
      Plot.ruleX(told.rows, {x: "x", y1: "low", y2: "high", stroke: "#8fb8dc", strokeWidth: 3}), Plot.dot(told.rows, {x: "x", y: "y", fill: COLOURS[0], r: 5}),
    ],
  };
}

function weights(told, width) {
  return {
    marginLeft: Math.min(longest(told.rows) + 20, width * 0.5), marginRight: 50, marginBottom: 45, height: 65 + told.rows.length * 24,
    x: {label: told.y.title, labelOffset: 40, grid: true, nice: true}, y: {label: null, domain: told.rows.map((r) => r.x)},
    marks: [
      Plot.barX(told.rows, {y: "x", x: "y", fill: (d) => (d.y < 0 ? "#1d70b8" : "#b35900"), inset: 2}), Plot.ruleX([0]),
      Plot.text(told.rows, {y: "x", x: "y", text: (d) => "+" + number(d.y), dx: 4, textAnchor: "start", filter: (d) => d.y >= 0}),
      Plot.text(told.rows, {y: "x", x: "y", text: (d) => "−" + number(Math.abs(d.y)), dx: -4, textAnchor: "end", filter: (d) => d.y < 0}),
    ],
  };
}

function show(figure) {
  const told = JSON.parse(document.getElementById(figure.dataset.source).textContent);
  if (!told?.rows?.length) return;
  const place = document.createElement("div");
  place.className = "app-chart__drawing";
  figure.append(place);
  const draw = () => place.replaceChildren(drawn(told, figure, Math.max(280, Math.min(960, figure.clientWidth))));
  draw();
  let width = figure.clientWidth;
  new ResizeObserver(() => {
    if (Math.abs(figure.clientWidth - width) > 8) {
      width = figure.clientWidth;
      draw();
    }
  }).observe(figure);
}

// One after the other, when there is nothing more urgent: a map comes first.
const waiting = [...document.querySelectorAll("[data-chart]")];
const soon = window.requestIdleCallback ?? ((work) => setTimeout(work, 1));
const next = () => {
  if (!waiting.length) return;
  show(waiting.shift());
  soon(next);
};
if (document.querySelector("[data-map]")) {
  const begin = () => soon(next);
  document.addEventListener("borough:painted", begin, {once: true});
  setTimeout(begin, 3000);
} else soon(next);
window.addEventListener("beforeprint", () => waiting.splice(0).forEach(show));
