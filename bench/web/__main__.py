"""How quick the pages are: ``python -m bench.web [--demo FOLDER] [--scale 1] [--seconds 30] [--port 8765]``.

``borough serve`` runs in a process of its own over a demo that has been run, fitted and rated (``--demo``; else one is made). Twenty people, each with a
session, open pages at once: each reads for a second on average (exponential) before the next. Every figure stands beside its limit, and beside a page
without data from the same run. The load generator shares the machine's cores with the service.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import gzip
import math
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

PEOPLE = 20
STATIC = Path(__file__).resolve().parents[2] / "src" / "borough" / "web" / "static"
PAGES = ("/", "/reports/risk_profile", "/reports/risk_profile?band=High", "/reports/totals_per_ward?measure=noise", "/reports/landlords", "/reports/licences_due", "/search?q=high+street", "/visits", "/quality", "/property/{uprn}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--demo", type=Path, help="a demo project that has been run, fitted and rated")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.demo or Path(scratch) / "northmere"
        if given.demo is None:
            for words in (("demo", "generate", folder, "--scale", given.scale), ("run", "-p", folder), ("model", "fit", "-p", folder), ("run", "-p", folder)):
                subprocess.run([sys.executable, "-m", "borough", *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        measure(folder, given.seconds, given.port)


def measure(folder: Path, seconds: float, port: int) -> None:
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", "borough", "serve", "--port", str(port), "-p", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            while True:
                try:
                    httpx.get(base + "/about")
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            print(f"{folder.name}: serving after {time.perf_counter() - begun:.1f} s")
            cookies = sessions(folder, PEOPLE)
            asyncio.run(load(base, cookies, seconds))
            memory = peak(server.pid)
            told("memory of the service at its highest, GB", memory, "2", memory <= 2)
            paint(base, cookies[0])
        finally:
            server.terminate()
    payload()


def sessions(folder: Path, count: int) -> list[str]:
    """Sessions of so many people, begun in the operational state as a sign-in would."""
    from borough.project.load import load as load_project
    from borough.state import open_state
    from borough.web.access.sessions import Sessions

    state = open_state(load_project(folder))
    made = Sessions(state, lambda: dt.datetime.now(dt.UTC), idle=dt.timedelta(minutes=30), longest=dt.timedelta(hours=1))
    cookies = [made.begin(f"bench-{secrets.token_hex(3)}", "officer", local=True) for _ in range(count)]
    state.close()
    return cookies


async def load(base: str, cookies: list[str], seconds: float) -> None:
    clients = [httpx.AsyncClient(base_url=base, cookies={"borough": c}, timeout=60) for c in cookies]
    first = clients[0]
    rows = (await first.get("/api/reports/risk_profile/9?band=High")).json()["rows"]
    uprns = [r["uprn"] for r in rows][:5000]
    for page in PAGES:
        (await first.get(page.format(uprn=uprns[0]))).raise_for_status()
    times: dict[str, list[float]] = {}
    ends = time.perf_counter() + seconds

    async def person(n: int) -> None:
        chance = random.Random(n)
        while time.perf_counter() < ends:
            page = chance.choice((*PAGES, "/about"))
            begun = time.perf_counter()
            (await clients[n].get(page.format(uprn=chance.choice(uprns)))).raise_for_status()
            times.setdefault(page, []).append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(chance.expovariate(1))

    await asyncio.gather(*(person(n) for n in range(len(clients))))
    peer = times.pop("/about", [math.nan])
    every = [t for some in times.values() for t in some]
    beside = f"a page without data {statistics.median(peer):.0f}"
    told(f"pages at {PEOPLE} people, median ms ({len(every)} pages)", statistics.median(every), "150", statistics.median(every) <= 150, beside)
    told("pages, 95th percentile ms", percentile(every), "400", percentile(every) <= 400, f"a page without data {percentile(peer):.0f}")
    for page, some in sorted(times.items(), key=lambda item: -statistics.median(item[1])):
        print(f"    {page:45} median {statistics.median(some):6.0f}, 95th {percentile(some):6.0f}, n {len(some)}")
    await one_by_one(clients[1:], uprns)
    for client in clients:
        await client.aclose()


async def one_by_one(clients: list[httpx.AsyncClient], uprns: list[int]) -> None:
    """Tiles that were drawn before, and lookups of one home, each answer awaited before the next is asked for."""
    bounds = (await clients[0].get("/reports/risk_profile")).text.partition('"bounds": [')[2].partition("]")[0]
    west, south, east, north = map(float, bounds.split(","))
    tiles = [tile for zoom in (11, 12, 13, 14) for tile in covering(west, south, east, north, zoom)][:120]
    for tile in tiles:
        await clients[0].get(tile)
    warm = [await timed(clients[1 + i % 3], tile) for i, tile in enumerate(tiles)]
    told(f"tiles drawn before, 95th percentile ms ({len(tiles)})", percentile(warm), "100", percentile(warm) <= 100)
    lookups = [await timed(clients[i % len(clients)], f"/api/properties/{uprn}/rating") for i, uprn in enumerate(uprns[:600])]
    told("JSON lookup of a home, 95th percentile ms (600)", percentile(lookups), "30", percentile(lookups) <= 30, f"median {statistics.median(lookups):.1f}")
    whole = [await timed(clients[i % len(clients)], f"/api/properties/{uprn}") for i, uprn in enumerate(uprns[600:900])]
    print(f"    a home with all its evidence: median {statistics.median(whole):.0f} ms, 95th {percentile(whole):.0f}")


async def timed(client: httpx.AsyncClient, path: str) -> float:
    begun = time.perf_counter()
    (await client.get(path)).raise_for_status()
    return (time.perf_counter() - begun) * 1000


def covering(west: float, south: float, east: float, north: float, zoom: int) -> list[str]:
    def at(longitude: float, latitude: float) -> tuple[int, int]:
        y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
        return int((longitude + 180) / 360 * 2**zoom), int(y * 2**zoom)

    (x0, y1), (x1, y0) = at(west, south), at(east, north)
    return [f"/tiles/risk_profile/5/{zoom}/{x}/{y}.mvt" for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def paint(base: str, cookie: str) -> None:
    """The first paint of the map with a cold cache in Chromium, three times."""
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        print("first paint of the map: there is no Chromium here (make servers)")
        return
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        for _ in range(3):
            browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"])
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.add_cookies([{"name": "borough", "value": cookie, "url": base}])
            page = context.new_page()
            begun = time.perf_counter()
            page.goto(base + "/reports/risk_profile", wait_until="commit")
            page.wait_for_selector("[data-map][data-painted]", timeout=60_000)
            found.append(time.perf_counter() - begun)
            browser.close()
    told("first paint of the map, cold, s (median of 3)", statistics.median(found), "2", statistics.median(found) <= 2, "the first frame with data; drawn by software, without a graphics card")


def payload() -> None:
    size = sum(len(gzip.compress(p.read_bytes(), 9)) for p in STATIC.iterdir() if p.suffix in (".js", ".css", ".svg", ".webmanifest")) / 1000
    told("what browsers fetch, compressed, kB", size, "600", size <= 600)


def peak(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1e6


def percentile(times: list[float]) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]


def told(what: str, figure: float, limit: str, kept: bool, beside: str = "") -> None:
    print(f"{what:60} {figure:9.2f}   limit {limit:5} {'kept' if kept else 'MISSED':7} {beside}")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
