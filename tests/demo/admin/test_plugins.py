"""The Plugin Management Dashboard without a browser: what is said when something is wrong, and what each form does."""

from __future__ import annotations

import base64
import re

import httpx
import pytest

from tests.demo.support import NAME, Query, package, zipped

DASHBOARD = "/admin/pluginconfiguration.html"


@pytest.fixture(autouse=True)
def no_plugins(demo):
    """Each test begins and ends without plugins."""
    yield
    for plugin in demo.plugins():
        demo.delete(plugin.name)


@pytest.fixture
def upload(visitor):
    """Uploads a file on the page for it."""

    def send(content, name="plugin.zip"):
        visitor.open("/admin/plugins/install.html")
        return visitor.send("/admin/plugins/install.html", files={"plugin": (name, content)})

    return send


@pytest.fixture
def installed(upload, demo):
    """The test plugin, installed and enabled."""
    upload(package())
    return demo.enable(NAME)


def token(demo, client_id, client_secret):
    pair = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return httpx.post(
        f"{demo.url}/oauth/access_token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {pair}"},
        trust_env=False,
    )


def test_an_empty_dashboard_says_what_to_do(visitor):
    assert "No plugin is installed yet" in visitor.open(DASHBOARD).text


def test_the_way_through_the_menus(visitor):
    path = "/admin/home.html"
    for label in ("System", "System Settings", "Plugin Management Configuration"):
        path = re.search(rf'<a href="([^"]+)"[^>]*>{label}</a>', visitor.open(path).answer.text)[1]
    assert "<h1><bdi>Plugin Management Dashboard</bdi></h1>" in visitor.open(path).answer.text


def test_installing_gives_no_access_yet(upload, visitor, demo):
    upload(package())
    assert f"{NAME} 1.0 is installed. It has no access until you enable it." in visitor.notice
    assert "Not enabled" in visitor.text
    assert demo.plugins()[0].enabled is False


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no zip at all", "plugin.xml"),
        (zipped({"folder/plugin.xml": "<plugin/>"}), "plugin.xml"),
        (package(name="x" * 41), "cvc-"),
        (package(publisher=""), "cvc-"),
        (package([Query("q" * 201, ("STUDENTS.DCID dcid",), "SELECT dcid FROM students")]), "200"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_on_the_page(upload, visitor, demo, content, said):
    upload(content)
    assert visitor.answer.status_code == 422
    assert said in visitor.notice
    assert 'role="alert"' in visitor.answer.text
    assert demo.plugins() == []


def test_no_file_chosen(visitor, demo):
    visitor.open("/admin/plugins/install.html")
    visitor.send("/admin/plugins/install.html", files={"plugin": ("", b"")})
    assert visitor.answer.status_code == 422
    assert "Choose the plugin’s file" in visitor.notice


def test_the_same_version_again_is_refused(upload, visitor):
    upload(package())
    upload(package())
    assert "version 1.0 is not higher" in visitor.notice


def test_the_access_list_is_shown_before_enabling(upload, visitor, demo):
    upload(package(fields=["STUDENTS.FIRST_NAME"]))
    plugin = demo.plugins()[0]
    visitor.open(f"/admin/plugins/enable.html?id={plugin.id}")
    assert demo.plugins()[0].enabled is False
    for table, field, _ in plugin.access:
        assert f"{table} {field} View only" in visitor.text
    visitor.send("/admin/plugins/enable.html", id=plugin.id)
    assert f"{NAME} is enabled." in visitor.notice
    assert demo.plugins()[0].enabled is True


def test_an_unknown_column_stops_enabling_with_its_name(upload, visitor, demo):
    upload(package(fields=["STUDENTS.EMAIL", "STUDENTS.SSN"]))
    plugin = demo.plugins()[0]
    visitor.open(f"/admin/plugins/enable.html?id={plugin.id}").send("/admin/plugins/enable.html", id=plugin.id)
    assert visitor.answer.status_code == 422
    assert "could not be enabled. STUDENTS EMAIL: Invalid Column STUDENTS SSN: Excluded Column" in visitor.notice
    assert demo.plugins()[0].enabled is False


def test_credentials_are_shown_once_it_is_enabled(upload, visitor, demo):
    upload(package())
    page = f"/admin/plugins/dataprovider.html?id={demo.plugins()[0].id}"
    assert "There is no client ID yet" in visitor.open(page).text
    plugin = demo.enable(NAME)
    visitor.open(page)
    assert f"Client ID {plugin.client_id} Client Secret {plugin.client_secret}" in visitor.text
    assert "No token is in use" in visitor.text
    assert token(demo, plugin.client_id, plugin.client_secret).status_code == 200
    assert re.search(r"expires in 2,59\d,\d\d\d seconds", visitor.open(page).text)


def test_regenerating_needs_a_tick(installed, visitor, demo):
    page = f"/admin/plugins/dataprovider.html?id={installed.id}"
    visitor.open(page).send("/admin/plugins/regenerate.html", id=installed.id)
    assert "Nothing was changed" in visitor.notice
    assert demo.plugins()[0] == installed
    visitor.send("/admin/plugins/regenerate.html", id=installed.id, sure="yes")
    assert "new client ID and secret" in visitor.notice
    assert demo.plugins()[0].client_secret != installed.client_secret
    assert token(demo, installed.client_id, installed.client_secret).status_code == 401


def test_an_upgrade_says_that_new_access_waits(installed, upload, visitor, demo):
    upload(package(fields=["STUDENTS.FIRST_NAME"], version="1.1"))
    assert "was upgraded from 1.0 to 1.1. Its credentials are unchanged." in visitor.notice
    assert "Enabled, new access waits" in visitor.text
    assert "STUDENTS FIRST_NAME" not in visitor.open(f"/admin/plugins/plugin.html?id={installed.id}").text
    visitor.open(f"/admin/plugins/enable.html?id={installed.id}").send("/admin/plugins/enable.html", id=installed.id)
    assert "new access waits" not in visitor.open(DASHBOARD).text
    assert "STUDENTS FIRST_NAME" in visitor.open(f"/admin/plugins/plugin.html?id={installed.id}").text
    assert demo.plugins()[0].client_secret == installed.client_secret


def test_a_query_that_did_not_load_is_named(upload, visitor, demo):
    broken = Query("com.roster.test.students.broken", ("STUDENTS.DCID dcid",), "SELECT dcid, id FROM students")
    upload(package([broken]))
    visitor.open(f"/admin/plugins/plugin.html?id={demo.plugins()[0].id}")
    assert "Not loaded The statement selects 2 columns, but 1 are declared." in visitor.text


def test_page_sizes_are_those_of_the_metadata(installed, visitor, demo):
    page = "/admin/plugins/dataconfiguration.html"
    visitor.open(f"{page}?id={installed.id}")
    names = re.findall(r'<input type="number" id="(\w+)"', visitor.answer.text)
    sizes = {name: 100 + at for at, name in enumerate(names)}
    visitor.send(page, id=installed.id, **sizes)
    assert "saved" in visitor.notice
    given = token(demo, installed.client_id, installed.client_secret).json()["access_token"]
    told = httpx.get(
        f"{demo.url}/ws/v1/metadata", headers={"Authorization": f"Bearer {given}"}, trust_env=False
    ).json()["metadata"]
    assert {f"{name}_max_page_size": size for name, size in sizes.items()}.items() <= told.items()
    assert len(sizes) == 8
    visitor.send(page, **{**sizes, "id": installed.id, "student": "0", "term": 7})
    assert "The page size of Students is a whole number from 1 on" in visitor.notice
    assert 'id="term" name="term" value="106"' in visitor.open(f"{page}?id={installed.id}").answer.text


@pytest.mark.parametrize(("level", "status"), [("NONE", 401), ("FULL", 200)])
def test_the_access_level_gates_v1(installed, visitor, demo, level, status):
    visitor.open(f"/admin/plugins/dataprovider.html?id={installed.id}")
    visitor.send("/admin/plugins/accesslevel.html", id=installed.id, level=level)
    given = token(demo, installed.client_id, installed.client_secret).json()["access_token"]
    answer = httpx.get(f"{demo.url}/ws/v1/district", headers={"Authorization": f"Bearer {given}"}, trust_env=False)
    assert answer.status_code == status
    visitor.send("/admin/plugins/accesslevel.html", id=installed.id, level="ALL")
    assert "Choose one of the access levels" in visitor.notice


def test_servers_before_25_2_have_no_access_level(installed, visitor, demo):
    page = f"/admin/plugins/dataprovider.html?id={installed.id}"
    assert "API access level" in visitor.open(page).text
    demo.set_quirks(server_version="24.1.0")
    try:
        assert installed.client_id in visitor.open(page).answer.text
        assert "API access level" not in visitor.text
    finally:
        demo.set_quirks(server_version="25.9.0.0.252611238")


def test_deleting_asks_first(installed, visitor, demo):
    visitor.open(f"/admin/plugins/delete.html?id={installed.id}")
    assert "go with it" in visitor.text
    assert len(demo.plugins()) == 1
    visitor.send("/admin/plugins/delete.html", id=installed.id)
    assert demo.plugins() == []


@pytest.mark.parametrize("page", ["plugin", "enable", "delete", "dataprovider", "dataconfiguration"])
@pytest.mark.parametrize("key", ["", "9", "x", "1" * 40])
def test_a_plugin_that_is_not_there(visitor, page, key):
    assert visitor.open(f"/admin/plugins/{page}.html?id={key}").answer.status_code == 404
    assert "not installed" in visitor.text


def test_a_name_with_markup_stays_text(upload, visitor):
    upload(package(name="<b>Bold</b>"))
    assert "<b>Bold</b>" not in visitor.answer.text
    assert "&lt;b&gt;Bold&lt;/b&gt;" in visitor.answer.text
