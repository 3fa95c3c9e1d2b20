"""The stories of an officer, a manager and an analyst, in a real browser, on the fictional borough. Screenshots are kept in ``BOROUGH_SCREENSHOTS``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .northmere import CHROMIUM, Northmere

FRONTEND = Path(__file__).parents[2] / "src" / "borough" / "web" / "frontend"
AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking", "--no-first-run", "--disable-sync"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

NARROW = ("/", "/reports/risk_profile", "/visits", "/model/unlicensed_let/record")
"""Pages whose parts differ where the screen is narrow; that none has to be scrolled sideways is looked at on all."""

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium: make servers installs it on Debian"),
    pytest.mark.skipif(not AXE.exists(), reason="what browsers run is not built: make assets"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


class Person:
    """Somebody at a browser: what goes wrong there is kept, and must be nothing."""

    def __init__(self, chromium: Any, northmere: Northmere, role: str, width: int = 1280, **more: Any) -> None:
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, accept_downloads=True, base_url=northmere.address, **more)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" and "Failed to load resource" not in m.text and "ERR_INTERNET_DISCONNECTED" not in m.text else None)
        self.page.on("pageerror", lambda e: self.wrong.append(str(e)))
        self.page.on("request", lambda r: self.hosts.add(r.url.split("/")[2]) if r.url.startswith("http") else None)
        self.northmere = northmere
        self.page.goto(northmere.link(role))

    def open(self, path: str) -> Any:
        self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def picture(self, name: str) -> None:
        if folder := os.environ.get("BOROUGH_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    def leave(self) -> None:
        self.context.close()
        assert not self.wrong, self.wrong
        assert self.hosts == {self.northmere.address.removeprefix("http://")}, "something was fetched from another host"


def _violations(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]]


def test_an_officer_finds_a_home_and_records_a_visit_on_a_phone(chromium: Any, northmere: Northmere) -> None:
    client = northmere.client()
    assert client.post("/visits/plan", data={"visits": 5, "random": 20, "csrf": northmere.csrf(client)}).status_code == 303
    officer = Person(chromium, northmere, "officer", width=390, has_touch=True)
    page = officer.open("/reports/risk_profile")
    page.wait_for_selector("[data-map][data-drawn]", timeout=60_000)
    assert "in view" in page.inner_text(".app-map__list")
    officer.picture("officer-map-phone")
    for _ in range(100):
        page = officer.open("/visits")
        if page.locator(".app-visit").count() == 5:
            break
        page.wait_for_timeout(200)
    page.wait_for_selector("[data-map][data-drawn]", timeout=60_000)
    home = page.locator(".app-visit").first
    home.locator("summary").click()  # three taps: open, choose, save
    home.get_by_text("Owner-occupied").click()
    officer.picture("officer-visit-phone")
    home.get_by_role("button", name="Save").click()
    page.wait_for_selector("[data-state='sent']")
    # A lost connection: kept, and sent when there is one again.
    officer.context.set_offline(True)
    second = page.locator(".app-visit").nth(1)
    uprn = second.get_attribute("id").removeprefix("visit-")
    second.locator("summary").click()
    second.get_by_text("No access").click()
    second.get_by_role("button", name="Save").click()
    page.wait_for_selector("[data-kept]:not([hidden])")
    assert "1 visit is kept" in page.inner_text("[data-kept]")
    page.reload()  # the list opens without a connection, and knows what it keeps
    page.wait_for_selector(f"#visit-{uprn} [data-state='kept']")
    officer.picture("officer-offline-phone")
    officer.context.set_offline(False)
    page.wait_for_selector("[data-kept]", state="hidden", timeout=30_000)
    recorded = list((northmere.root / "recorded" / "visits").glob("*.csv"))
    assert sum(uprn in path.read_text(encoding="utf-8") for path in recorded) == 1
    officer.leave()


def test_a_manager_compares_wards_by_keyboard_alone(chromium: Any, northmere: Northmere) -> None:
    manager = Person(chromium, northmere, "viewer", reduced_motion="reduce")
    page = manager.open("/reports/totals_per_ward")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.locator("#f-measure").focus()
    page.keyboard.type("Noise")
    page.locator("#f-month-from").fill("2026-01-01")
    page.get_by_role("button", name="Apply filters").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**measure=noise**month_from=2026-01-01**")
    page.wait_for_selector("[data-map][data-drawn]", timeout=60_000)
    assert page.locator("svg.app-plot[role=img]").count() >= 2
    assert "The greatest is" in page.locator("svg.app-plot[role=img]").first.get_attribute("aria-label")
    canvas = page.locator(".app-map canvas").first
    canvas.focus()
    before = page.locator(".maplibregl-ctrl-scale").inner_text()
    for _ in range(3):
        page.keyboard.press("=")
        page.wait_for_timeout(500)
    assert page.locator(".maplibregl-ctrl-scale").inner_text() != before
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    manager.picture("manager-wards")
    assert page.locator("details[open] table").count() == 1
    assert manager.open("/reports/landlords").inner_text("h1") == "You can't see this"
    manager.leave()


def test_an_analyst_goes_from_ward_to_street_to_home_and_takes_figures_along(chromium: Any, northmere: Northmere) -> None:
    analyst = Person(chromium, northmere, "analyst")
    page = analyst.open("/reports/risk_profile")
    page.locator("#section-tile-8 tbody a").first.click()
    assert "ward_code=" in page.url
    page.locator("#section-tile-9 tbody a").first.click()
    page.wait_for_selector(".app-timeline, #evidence")
    analyst.picture("analyst-home")
    page.locator(".govuk-breadcrumbs a").last.click()
    assert "Homes" in page.inner_text("main")
    page = analyst.open("/reports/mismatch_council_tax")
    with page.expect_download() as download:
        page.get_by_text("Download CSV of Homes").click()
    assert download.value.suggested_filename == "mismatch_council_tax-3.csv"
    analyst.open("/model")
    analyst.picture("analyst-model")
    analyst.leave()


@pytest.mark.parametrize("width", [1280, 320])  # 320 CSS pixels: what is left of 1280 at 400% zoom
def test_axe_finds_nothing_on_any_page(chromium: Any, northmere: Northmere, width: int) -> None:
    officer = Person(chromium, northmere, "officer", width=width)
    home = northmere.table("SELECT uprn, landlord, usrn FROM property_risk WHERE band = 'High' AND landlord IS NOT NULL ORDER BY uprn LIMIT 1")[0]
    paths = (
        "/", "/reports", "/reports/risk_profile", "/reports/totals_per_ward", "/reports/landlords", "/reports/licences_due", "/reports/scheme_evidence", "/visits", "/model", "/model/unlicensed_let/record", "/quality",
        "/quality/licence", "/quality/areas/ward/Aldermore", "/developers", "/runs/2", "/search?q=street", f"/property/{home['uprn']}", f"/street/{home['usrn']}", f"/landlord/{home['landlord']}", "/about", "/purpose", "/sign-in", "/nothing",
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for path in paths:
        page = officer.open(path)
        if (width > 320 or path in NARROW) and (wrong := _violations(page)):
            found[path] = wrong
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            found.setdefault(path, []).append("it has to be scrolled sideways")
    assert not found
    officer.leave()


def test_a_page_says_the_same_without_javascript(chromium: Any, northmere: Northmere) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=northmere.address)
    page = context.new_page()
    page.goto(northmere.link("officer"))
    page.goto("/reports/totals_per_ward?measure=noise")
    ward = northmere.table("SELECT max(ward_code) AS ward FROM ward_homes", "service_planning")[0]["ward"]
    page.get_by_label("Ward", exact=True).select_option(ward)
    page.get_by_role("button", name="Apply filters").click()
    assert f"ward_code={ward}" in page.url and page.locator("table tbody tr").count() > 0
    context.close()
