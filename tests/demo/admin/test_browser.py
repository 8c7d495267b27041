"""The administrator's way in a real browser, from signing in to deleting the plugin, and how the pages read."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from psconnect.demo import Fault
from psconnect.model.clock import CancelToken
from psconnect.powerschool.menus import page_of
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.demo.admin.browser import Browser
from tests.demo.support import NAME as OTHER
from tests.demo.support import package

DASHBOARD = "Plugin Management Dashboard"


class Practice:
    """An administrator at a browser and psconnect side by side."""

    def __init__(self, browser, connected, folder):
        self.browser, self.connected, self.folder = browser, connected, folder

    def save_plugin(self):
        """Build the plugin in psconnect, and save its file."""
        built = self.connected.service.build_plugin(self.connected.name)
        path = self.folder / f"plugin-{built.version}.zip"
        path.write_bytes(built.content)
        return path, built

    def sign_in(self):
        self.browser.open(self.connected.server.admin_url)
        self.browser.fill("User name", self.browser.shown("User name"))
        self.browser.fill("Password", self.browser.shown("Password"))
        self.browser.press("Sign in")

    def to_plugins(self):
        for link in ("Start Page", "System", "System Settings", "Plugin Management Configuration"):
            self.browser.follow(link)
        assert self.browser.heading == DASHBOARD

    def upload(self, path):
        self.browser.follow("Install…")
        self.browser.fill("Plugin installation file", str(path))
        self.browser.press("Install")

    def enable(self):
        self.browser.follow("Enable…")
        asked = self.browser.text
        self.browser.press("Enable")
        return asked

    def read_credentials(self, name):
        """Copy id and secret from the page into psconnect."""
        self.to_plugins()
        self.browser.follow(name)
        self.browser.follow("Data Provider Configuration")
        pair = self.browser.shown("Client ID"), self.browser.shown("Client Secret")
        service, connection = self.connected.service, self.connected.name
        service.set_value(connection, "source.client_id", json.dumps(pair[0]))
        service.set_secret(connection, CLIENT_SECRET, pair[1])
        return pair

    def check(self):
        """The findings of psconnect's own check that failed, by code."""
        findings = self.connected.service.check(self.connected.name, lambda _finding: None)
        assert findings
        return [finding.code for finding in findings if finding.state == "failed"]

    def ask_token(self, pair):
        form = {"grant_type": "client_credentials"}
        return httpx.post(f"{self.connected.server.url}/oauth/access_token", data=form, auth=pair, trust_env=False)

    def call_status(self, token):
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{self.connected.server.url}/ws/schema/table/students/count"
        return httpx.get(address, headers=headers, trust_env=False).status_code

    def regenerate(self):
        self.browser.field("The present client ID and secret shall stop working at once").click()
        self.browser.press("Regenerate")
        assert "new client ID and secret" in self.browser.notice

    def disable(self):
        self.to_plugins()
        self.browser.press("Disable")
        assert "is disabled" in self.browser.notice

    def delete(self, name):
        self.to_plugins()
        self.browser.follow(name)
        self.browser.follow("Delete…")
        self.browser.press("Delete")
        assert "is deleted" in self.browser.notice


def test_the_whole_way_of_a_plugin(browser: Browser, connect, tmp_path: Path):
    practice = Practice(browser, connect(200, install=False), tmp_path)
    path, built = practice.save_plugin()

    practice.sign_in()
    assert browser.heading == "Start Page"
    practice.to_plugins()
    practice.upload(path)
    assert f"{built.name} {built.version} is installed. It has no access until you enable it." in browser.notice

    asked = practice.enable()
    assert f"{len(built.access)} fields" in asked
    assert all(f"{table} {field} View only" in asked for table, field in built.access)
    assert browser.notice == f"{built.name} is enabled."

    first = practice.read_credentials(built.name)
    assert practice.check() == []
    practice.regenerate()
    assert practice.ask_token(first).status_code == 401
    assert practice.check() != []
    second = practice.read_credentials(built.name)
    assert set(second).isdisjoint(first)
    assert practice.check() == []

    token = practice.ask_token(second).json()["access_token"]
    assert practice.call_status(token) == 200
    practice.disable()
    assert practice.call_status(token) == 401
    assert practice.check() != []

    assert practice.save_plugin()[1].version == built.version, "the same plugin keeps its version"
    practice.connected.service.set_value(practice.connected.name, "options.parents", json.dumps("none"))
    practice.connected.clock.wait(60, CancelToken())
    newer, again = practice.save_plugin()
    assert again.version > built.version
    practice.upload(newer)
    assert f"from {built.version} to {again.version}. Its credentials are unchanged." in browser.notice
    practice.enable()
    assert practice.read_credentials(built.name) == second
    assert practice.check() == []

    practice.delete(built.name)
    assert "No plugin is installed yet" in browser.text
    assert practice.ask_token(second).status_code == 404
    assert practice.connected.service.sync(practice.connected.name).state == "failed"


PAGES = {
    "sign in": "/admin/pw.html",
    "start page": "/admin/home.html",
    "search": "/admin/search.html?q=an",
    "student": "/admin/students/home.html?frn=001500",
    "markup for a name": "/admin/students/home.html?frn=001454",
    "staff": "/admin/faculty/home.html?frn=20470",
    "contact": "/admin/contacts/home.html?id=300003",
    "school": "/admin/schools/home.html?frn=0393",
    "section": "/admin/sections/home.html?frn=0035150",
    "system": "/admin/system.html",
    "settings": "/admin/systemsettings.html",
    "dashboard": "/admin/pluginconfiguration.html",
    "install": "/admin/plugins/install.html",
    "enable": "/admin/plugins/enable.html?id=101",
    "plugin": "/admin/plugins/plugin.html?id=101",
    "credentials": "/admin/plugins/dataprovider.html?id=101",
    "page sizes": "/admin/plugins/dataconfiguration.html?id=101",
    "delete": "/admin/plugins/delete.html?id=101",
    "change the district": "/admin/demo/district.html",
    "switchboard": "/admin/demo/switchboard.html",
    "not found": "/admin/nothing.html",
}

#: What is wrong with a page, in words: found by the browser itself, after all style sheets.
FLAWS = """
const flaws = [];
const seen = (one) => one.getClientRects().length > 0 && !one.closest('.skip');
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const light = (rgb) => {
  const [r, g, b] = rgb.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour.length < 4 || colour[3] === 1) return colour.slice(0, 3);
  }
  return [255, 255, 255];
};
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
for (const one of document.querySelectorAll('body *')) {
  const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own && !['INPUT', 'SELECT', 'TEXTAREA'].includes(one.tagName)) continue;
  if (!seen(one) || one.type === 'hidden') continue;
  const style = getComputedStyle(one);
  const found = ratio(parse(style.color).slice(0, 3), ground(one));
  if (found < 4.5) flaws.push(`contrast ${found.toFixed(2)}: ${one.textContent.trim().slice(0, 40)}`);
  if (parseFloat(style.fontSize) < 12) flaws.push(`small text: ${one.textContent.trim().slice(0, 40)}`);
}
for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
  if (!one.labels.length || !one.labels[0].textContent.trim()) flaws.push(`no label: ${one.name}`);
  for (const id of (one.getAttribute('aria-describedby') || '').split(' ').filter(Boolean))
    if (!document.getElementById(id)) flaws.push(`no description: ${one.name}`);
}
for (const one of document.querySelectorAll('table')) {
  if ([...one.querySelectorAll('thead th')].some((cell) => cell.scope !== 'col' || !cell.textContent.trim()))
    flaws.push('a column without a header');
  if (!one.querySelector('thead th')) flaws.push('a table without headers');
}
const levels = [...document.querySelectorAll('h1, h2, h3')].map((one) => Number(one.tagName[1]));
if (levels.filter((level) => level === 1).length !== 1 || levels[0] !== 1) flaws.push('not one heading');
levels.forEach((level, at) => { if (at && level > levels[at - 1] + 1) flaws.push('a heading is left out'); });
const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
if (new Set(ids).size !== ids.length) flaws.push(`an id twice: ${ids.filter((id, at) => ids.indexOf(id) !== at)}`);
for (const one of document.querySelectorAll('[aria-labelledby]'))
  for (const id of one.getAttribute('aria-labelledby').split(' '))
    if (!document.getElementById(id)) flaws.push(`labelled by nothing: ${id}`);
if (document.documentElement.scrollWidth > document.documentElement.clientWidth) flaws.push('wider than the window');
if (!document.documentElement.lang) flaws.push('no language');
if (document.scripts.length) flaws.push('a script');
return flaws;
"""


@pytest.fixture(scope="module")
def signed_in(browser, demo):
    """The browser, signed in on a server with two plugins and a fault."""
    demo.install(package())
    demo.enable(OTHER)
    demo.install(package(name="Another", queries=()))
    demo.set_faults([Fault("N13", path="/ws/v1/*", first=3)])
    browser.open(demo.admin_url)
    browser.fill("User name", demo.admin_user)
    browser.fill("Password", demo.admin_password)
    browser.press("Sign in")
    return browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1180, 520])
def test_every_page_reads_well(signed_in, demo, scheme, width):
    driver = signed_in.driver
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    driver.set_window_size(width, 900)
    found = {}
    for name, path in PAGES.items():
        signed_in.open(demo.url + path)
        flaws = driver.execute_script(FLAWS)
        if flaws:
            found[name] = flaws
    assert found == {}
    dark = driver.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 30)"
    assert dark == (scheme == "dark")


def test_focus_is_seen_and_the_keyboard_is_enough(signed_in, demo):
    """Tab goes from the skip link over the menu to the search; Enter searches."""
    signed_in.driver.set_window_size(1180, 900)
    signed_in.open(f"{demo.url}/admin/home.html")
    reached = []
    for _ in range(7):
        signed_in.driver.switch_to.active_element.send_keys("\ue004")
        active = signed_in.driver.switch_to.active_element
        assert active.value_of_css_property("outline-style") == "solid"
        reached.append(active.text or active.get_attribute("id"))
    assert reached == [
        "Skip to the content", "Start Page", "System", "Change the district", "Switchboard", "Sign out", "q",
    ]  # fmt: skip
    signed_in.driver.switch_to.active_element.send_keys("Nguyễn Phước")
    signed_in.enter()
    assert signed_in.heading == "Search"
    assert "Nguyễn Phước, Thị Mỹ Duyên" in signed_in.text


def test_a_reports_link_opens_the_student(signed_in, demo, sql):
    ((last,),) = sql("SELECT Last_Name FROM Students WHERE DCID = 510")
    signed_in.open(page_of(demo.url, "student", 510))
    assert last in signed_in.heading


def test_markup_in_a_name_is_shown_as_it_is(signed_in, demo):
    signed_in.open(f"{demo.url}/admin/students/home.html?frn=001454")
    assert signed_in.heading == "<script>alert(1)</script>, <b>Bold</b>"


def test_practising_a_change_and_a_fault(signed_in, demo):
    signed_in.open(f"{demo.url}/admin/demo/switchboard.html")
    signed_in.press("Remove all")
    assert demo.faults() == []
    signed_in.choose("Fault", "N12: Too many requests (seconds)")
    signed_in.choose("When", "On the first calls")
    signed_in.fill("How many, or which one", "2")
    signed_in.press("Add")
    assert demo.faults() == [Fault("N12", first=2, variant="seconds")]
    signed_in.open(f"{demo.url}/admin/demo/district.html")
    signed_in.choose("School", "The one that is easiest to close")
    signed_in.press("Make the change", under="A school closes")
    assert "has closed" in signed_in.notice
    signed_in.field("All changes shall be lost").click()
    signed_in.press("Start over", under="Start over")
    assert "as it was at first" in signed_in.notice
