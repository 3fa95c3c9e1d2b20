// Builds what the browser fetches into ../static: scripts by esbuild, styles by Sass, each with a compressed twin.
// Nothing is fetched from another host at run time, so all of it has to be here; and it has to stay small.
import * as esbuild from "esbuild";
import * as sass from "sass";
import {gzipSync} from "node:zlib";
import {cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const LIMIT = 600_000;

rmSync(out, {recursive: true, force: true});
mkdirSync(out, {recursive: true});

await esbuild.build({
  entryPoints: ["boot", "app", "map", "chart", "service-worker"].map((name) => join(here, "src", `${name}.js`)),
  outdir: out, bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", logLevel: "warning",
});
// MapLibre's worker is a module of its own, which the map names by its address.
await esbuild.build({
  entryPoints: [{in: join(here, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"), out: "map-worker"}],
  outdir: out, bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", logLevel: "error",
});

const styles = {
  "app.css": sass.compile(join(here, "src", "app.scss"), {loadPaths: [join(here, "node_modules")], quietDeps: true, silenceDeprecations: ["import"]}).css,
  "map.css": readFileSync(join(here, "node_modules/maplibre-gl/dist/maplibre-gl.css"), "utf8"),
};
for (const [name, css] of Object.entries(styles)) {
  writeFileSync(join(out, name), (await esbuild.transform(css, {loader: "css", minify: true, legalComments: "none"})).code);
}
for (const name of ["manifest.webmanifest", "icon.svg"]) cpSync(join(here, "src", name), join(out, name));

let total = 0;
for (const name of readdirSync(out).sort()) {
  const small = gzipSync(readFileSync(join(out, name)), {level: 9});
  writeFileSync(join(out, `${name}.gz`), small);
  total += small.length;
  console.log(`${String(small.length).padStart(8)}  ${name}`);
}
console.log(`${String(total).padStart(8)}  bytes compressed, of at most ${LIMIT}`);
if (total > LIMIT) {
  console.error("too much: a phone at a doorstep has to fetch it");
  process.exit(1);
}
