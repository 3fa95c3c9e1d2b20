// Maps: points by band, areas by value, and a route. All of it from this service; the table beside each map says the same in words.
import {LngLatBounds, Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl} from "maplibre-gl";
import {BANDS, sign, style as banded} from "./bands.js";

const script = document.querySelector("script[data-worker]");
setWorkerUrl(new URL(script?.dataset.worker ?? "/static/map-worker.js", location.href).href);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const FONT = ["sans-serif"];
const STEPS = ["#e8f1f8", "#b3d2ea", "#75add6", "#3581bd", "#0f4f86"];
const LISTED = 25;

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value != null) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

for (const box of document.querySelectorAll("[data-map]")) {
  const told = JSON.parse(document.getElementById(box.dataset.source).textContent);
  try {
    draw(box, told);
  } catch (error) {
    box.replaceChildren(element("p", {class: "govuk-body app-map__none"}, "The map can't be drawn by this browser. The table has the same figures."));
    console.warn(error);
  }
}

function draw(box, told) {
  const canvas = element("div", {class: "app-map__canvas"});
  const legend = element("div", {class: "app-map__legend"});
  const list = element("div", {class: "app-map__list"});
  const help = element("p", {class: "govuk-hint app-map__help", id: `${box.dataset.source}-help`}, "Keyboard: arrow keys move the map, + and − zoom. What is in view is listed below the map.");
  box.replaceChildren(canvas, legend, help, list);
  const map = new MapLibre({
    container: canvas, style: {version: 8, sources: {}, layers: [{id: "ground", type: "background", paint: {"background-color": "#f4f8fb"}}]},
    bounds: told.bounds ?? [-0.5, 51.3, 0.3, 51.7], fitBoundsOptions: {padding: 30}, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0, maxZoom: 19,
    locale: {"Map.Title": told.title, "NavigationControl.ZoomIn": "Zoom in", "NavigationControl.ZoomOut": "Zoom out"},
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation?.();
  map.addControl(new NavigationControl({showCompass: false}), "top-right");
  map.addControl(new ScaleControl(), "bottom-left");
  map.getCanvas().setAttribute("aria-label", `${told.title}: a map`);
  map.getCanvas().setAttribute("aria-describedby", help.id);
  map.on("load", () => {
    for (const band of [...Object.keys(BANDS), "none"]) map.addImage(`band-${band}`, sign(band), {pixelRatio: 2});
    ({points, areas, route})[told.kind](map, told, {box, legend, list});
    map.once("sourcedata", () => map.once("render", () => {
      box.dataset.painted = "yes";
      document.dispatchEvent(new CustomEvent("borough:painted"));
    }));
  });
  map.once("idle", () => (box.dataset.drawn = "yes"));
}

function outlines(map, told) {
  if (!told.outlines) return;
  map.addSource("outlines", {type: "geojson", data: told.outlines});
  map.addLayer({id: "outlines-fill", type: "fill", source: "outlines", paint: {"fill-color": "#ffffff"}});
  map.addLayer({id: "outlines", type: "line", source: "outlines", paint: {"line-color": "#8a9499", "line-width": 1}});
}

function names(map, source = "outlines", field = "label") {
  map.addLayer({
    id: `${source}-names`, type: "symbol", source, minzoom: 10, maxzoom: 15,
    layout: {"text-field": ["get", field], "text-font": FONT, "text-size": 13, "text-padding": 6},
    paint: {"text-color": "#0b0c0c", "text-halo-color": "#ffffff", "text-halo-width": 1.6},
  });
}

function points(map, told, {legend, list}) {
  outlines(map, told);
  map.addSource("points", {type: "vector", tiles: [new URL(told.tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")], minzoom: 0, maxzoom: 17});
  const rank = ["match", ["get", "band"], "High", 4, "Moderate", 3, "Some", 2, "Low", 1, 0];
  map.addLayer({
    id: "points", type: "symbol", source: "points", "source-layer": "points",
    layout: {
      "icon-image": ["coalesce", ["image", ["concat", "band-", ["coalesce", ["get", "band"], "none"]]], ["image", "band-none"]], "icon-allow-overlap": true, "symbol-sort-key": rank,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.55, 14, 0.8, 17, 1.25],
    },
  });
  map.addLayer({
    id: "counts", type: "symbol", source: "points", "source-layer": "points", filter: [">", ["coalesce", ["get", "count"], 1], 1], minzoom: 13,
    layout: {"text-field": ["to-string", ["get", "count"]], "text-font": FONT, "text-size": 11, "text-offset": [0, 1], "symbol-sort-key": ["-", 0, ["get", "count"]]},
    paint: {"text-color": "#0b0c0c", "text-halo-color": "#ffffff", "text-halo-width": 1.4},
  });
  if (told.outlines) names(map);
  legend.replaceChildren(...told.bands.map((band) => element("span", {class: "app-map__key", "data-band": band}, element("span", {"aria-hidden": "true", class: "app-band__sign"}, banded(band).sign), ` ${band}`)));
  const follow = (feature) => {
    const {key, count} = feature.properties;
    if (key && told.link && !(count > 1)) location.href = told.link.replace("{key}", encodeURIComponent(key));
    else move(map, {center: feature.geometry.coordinates, zoom: map.getZoom() + 2});
  };
  map.on("click", "points", (event) => follow(event.features[0]));
  map.on("mouseenter", "points", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "points", () => (map.getCanvas().style.cursor = ""));
  const say = element("p", {class: "govuk-body", role: "status", "aria-live": "polite"});
  const found = element("ul", {class: "govuk-list app-map__found"});
  list.replaceChildren(say, found);
  const refresh = () => {
    const seen = new Map();
    for (const f of map.queryRenderedFeatures({layers: ["points"]})) seen.set(f.properties.key ?? f.geometry.coordinates.join(), f);
    const features = [...seen.values()].sort((a, b) => (b.properties.rating ?? 0) - (a.properties.rating ?? 0));
    const total = features.reduce((sum, f) => sum + (f.properties.count ?? 1), 0);
    say.textContent = `${total.toLocaleString("en-GB")} in view` + (features.length > LISTED ? `, of which ${LISTED} are listed, the highest rated first.` : ".");
    found.replaceChildren(...features.slice(0, LISTED).map((f) => entry(f, told, follow)));
  };
  map.on("idle", refresh);
}

function entry(feature, told, follow) {
  const {key, count, label, band, rating} = feature.properties;
  const words = `${banded(band).sign} ${count > 1 ? `${count.toLocaleString("en-GB")} together, the highest ${band ?? "not rated"}` : `${label ?? key}: ${band ?? "not rated"}${rating == null ? "" : `, ${Math.round(rating)}`}`}`;
  const one = count > 1 || !told.link ? element("button", {type: "button", class: "app-link-button"}, words) : element("a", {class: "govuk-link", href: told.link.replace("{key}", encodeURIComponent(key))}, words);
  if (one.tagName === "BUTTON") one.addEventListener("click", () => follow(feature));
  return element("li", {}, one);
}

function areas(map, told, {legend}) {
  const values = Object.values(told.values).filter((v) => v != null).sort((a, b) => a - b);
  const edges = [...new Set([0.2, 0.4, 0.6, 0.8].map((q) => values[Math.floor(q * (values.length - 1))]))].filter((v) => v != null);
  const classOf = (v) => edges.filter((e) => v > e).length;
  const colour = (v) => STEPS[Math.round((classOf(v) * (STEPS.length - 1)) / Math.max(1, edges.length))];
  const match = ["match", ["get", "code"], ...Object.entries(told.values).flatMap(([code, v]) => (v == null ? [] : [code, colour(v)])), "#ffffff"];
  map.addSource("areas", {type: "geojson", data: told.areas, promoteId: "code"});
  map.addLayer({id: "areas", type: "fill", source: "areas", paint: {"fill-color": values.length ? match : "#ffffff", "fill-opacity": 0.95}});
  map.addLayer({id: "areas-line", type: "line", source: "areas", paint: {"line-color": "#505a5f", "line-width": 1.2}});
  const said = (v) => (v == null ? "–" : v.toLocaleString("en-GB", {maximumFractionDigits: 1}));
  map.addLayer({
    id: "areas-names", type: "symbol", source: "areas",
    layout: {
      "text-field": ["match", ["get", "code"], ...Object.entries(told.values).flatMap(([code, v]) => [code, `${told.labels[code] ?? code}\n${said(v)}`]), ["get", "label"]],
      "text-font": FONT, "text-size": 13, "text-padding": 2,
    },
    paint: {"text-color": "#0b0c0c", "text-halo-color": "#ffffff", "text-halo-width": 1.8},
  });
  if (values.length) {
    const bounds = values[0] === values.at(-1) ? [values[0], values[0]] : [...new Set([values[0], ...edges, values.at(-1)])];
    legend.replaceChildren(...bounds.slice(0, -1).map((low, i) => {
      const swatch = element("span", {class: `app-map__swatch app-map__swatch--${STEPS.indexOf(colour(bounds[i + 1]))}`, "aria-hidden": "true"});
      return element("span", {class: "app-map__key"}, swatch, ` ${i ? "over " : ""}${said(low)} to ${said(bounds[i + 1])}`);
    }), element("span", {class: "app-map__key"}, told.unit));
  }
  fitTo(map, told);
  if (told.link) {
    map.on("click", "areas", (event) => (location.href = told.link.replace("{key}", encodeURIComponent(event.features[0].properties.code))));
    map.on("mouseenter", "areas", () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", "areas", () => (map.getCanvas().style.cursor = ""));
  }
}

async function fitTo(map, told) {
  if (told.bounds) return;
  const drawn = await (await fetch(told.areas)).json();
  const bounds = new LngLatBounds();
  const walk = (part) => (typeof part[0] === "number" ? bounds.extend(part) : part.forEach(walk));
  for (const feature of drawn.features) walk(feature.geometry.coordinates);
  if (!bounds.isEmpty()) map.fitBounds(bounds, {padding: 20, animate: false});
}

function route(map, told, {legend}) {
  outlines(map, told);
  const at = (s) => [s.longitude, s.latitude];
  map.addSource("way", {type: "geojson", data: {type: "Feature", properties: {}, geometry: {type: "LineString", coordinates: told.stops.map(at)}}});
  map.addLayer({id: "way", type: "line", source: "way", paint: {"line-color": "#505a5f", "line-width": 2, "line-dasharray": [2, 2]}});
  const features = told.stops.map((s) => ({type: "Feature", properties: {n: String(s.n), band: s.band ?? "none", href: s.href}, geometry: {type: "Point", coordinates: at(s)}}));
  map.addSource("stops", {type: "geojson", data: {type: "FeatureCollection", features}});
  map.addLayer({
    id: "stops", type: "symbol", source: "stops",
    layout: {
      "icon-image": ["concat", "band-", ["get", "band"]], "icon-allow-overlap": true, "icon-size": 1.3, "text-field": ["get", "n"], "text-font": FONT, "text-size": 13, "text-offset": [0, 1.2], "text-optional": true,
    },
    paint: {"text-color": "#0b0c0c", "text-halo-color": "#ffffff", "text-halo-width": 1.8},
  });
  map.on("click", "stops", (event) => (location.hash = event.features[0].properties.href));
  legend.replaceChildren(element("span", {class: "app-map__key"}, `${told.stops.length} stops, in the order in which they lie`));
}

function move(map, to) {
  if (still) map.jumpTo(to);
  else map.easeTo({...to, duration: 400});
}
