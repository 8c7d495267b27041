"""Who gets in, who stays out, and what a form has to bring along."""

from __future__ import annotations

import re

import pytest

from psconnect.demo import Fault
from psconnect.demo.admin.sessions import MOST, Sessions
from psconnect.demo.server.messages import Request
from tests.demo.support import package

PAGES = (
    "/admin/home.html",
    "/admin/search.html?q=an",
    "/admin/students/home.html?frn=001431",
    "/admin/pluginconfiguration.html",
    "/admin/plugins/install.html",
    "/admin/demo/switchboard.html",
    "/admin/demo/district.html",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_the_sign_in_page(stranger, page):
    answer = stranger.client.get(page, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/admin/pw.html?back=")


def test_signing_in_leads_to_the_page_that_was_wanted(stranger, demo):
    page = "/admin/students/home.html?frn=001480"
    stranger.open(page)
    address = str(stranger.answer.url)
    stranger.send(address, username=demo.admin_user, password=demo.admin_password)
    assert str(stranger.answer.url) == demo.url + page
    assert "Student number" in stranger.text


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example.org/admin/x",
        "//evil.example.org/admin/",
        "/ws/v1/district",
        "/admin/\\evil",
        "admin/x",
        "",
    ],
)
def test_signing_in_leads_to_no_other_place(stranger, demo, back):
    stranger.open("/admin/pw.html")
    fields = {"csrf": stranger.csrf, "username": demo.admin_user, "password": demo.admin_password}
    answer = stranger.client.post("/admin/pw.html", params={"back": back}, data=fields, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/home.html")


def test_the_page_says_the_sign_in(stranger, demo):
    stranger.open("/admin/pw.html")
    assert demo.admin_user in stranger.text
    assert demo.admin_password in stranger.text


@pytest.mark.parametrize(("user", "password"), [("admin", "wrong"), ("root", None), ("", "")])
def test_a_wrong_sign_in_is_refused(stranger, demo, user, password):
    stranger.open("/admin/pw.html")
    stranger.send("/admin/pw.html", username=user, password=demo.admin_password if password is None else password)
    assert stranger.answer.status_code == 403
    assert "not the user name and password" in stranger.notice
    assert "Sign out" not in stranger.open("/admin/home.html").text


def test_the_cookie_is_for_these_pages_alone_and_another_one_after_signing_in(stranger, demo):
    before = stranger.open("/admin/pw.html").answer.headers["set-cookie"]
    fields = {"csrf": stranger.csrf, "username": demo.admin_user, "password": demo.admin_password}
    after = stranger.client.post("/admin/pw.html", data=fields, follow_redirects=False).headers["set-cookie"]
    for cookie in (before, after):
        assert re.fullmatch(r"demo-admin-\d+=[\w-]{32}; Path=/admin; HttpOnly; SameSite=Lax", cookie)
    assert before != after


def test_the_id_from_before_signing_in_is_worth_nothing(stranger):
    stranger.open("/admin/pw.html")
    ((name, value),) = stranger.client.cookies.items()
    stranger.sign_in()
    stranger.client.cookies.clear()
    answer = stranger.client.get("/admin/home.html", headers={"Cookie": f"{name}={value}"}, follow_redirects=False)
    assert answer.status_code == 302


def test_signing_out_ends_the_session_itself(visitor):
    ((name, value),) = visitor.client.cookies.items()
    visitor.open("/admin/home.html").send("/admin/sign-out.html")
    visitor.client.cookies.clear()
    answer = visitor.client.get("/admin/home.html", headers={"Cookie": f"{name}={value}"}, follow_redirects=False)
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/admin/sign-out.html",
        "/admin/plugins/install.html",
        "/admin/plugins/delete.html",
        "/admin/demo/district.html",
        "/admin/demo/startover.html",
        "/admin/demo/speed.html",
        "/admin/demo/switches.html",
    ],
)
@pytest.mark.parametrize("token", ["", "x" * 32])
def test_a_form_from_elsewhere_does_nothing(visitor, demo, path, token):
    before = (demo.latency_ms, demo.today, demo.quirks, demo.plugins())
    fields = {"csrf": token, "kind": "rollover", "sure": "yes", "latency": "5", "throttle": "5", "reset": "yes"}
    answer = visitor.client.post(path, data=fields)
    assert answer.status_code == 403
    assert "not from a page of your present session" in answer.text
    assert (demo.latency_ms, demo.today, demo.quirks, demo.plugins()) == before
    assert visitor.open("/admin/home.html").answer.status_code == 200


def test_a_token_of_another_session_is_no_token(visitor, stranger, demo):
    visitor.open("/admin/plugins/install.html")
    foreign = Sessions("x", secure=False).start().csrf
    answer = visitor.client.post(
        "/admin/plugins/install.html", data={"csrf": foreign}, files={"plugin": ("p.zip", package())}
    )
    assert answer.status_code == 403
    assert demo.plugins() == []


@pytest.mark.parametrize("path", ["/admin/home.html", "/admin/pw.html", "/admin/admin.css", "/admin/nothing.html"])
def test_nothing_is_kept_or_loaded_from_elsewhere(visitor, path):
    headers = visitor.open(path).answer.headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_an_unknown_page(visitor):
    visitor.open("/admin/nothing.html")
    assert visitor.answer.status_code == 404
    assert "no such page" in visitor.text


def test_other_methods_are_refused(visitor):
    assert visitor.client.put("/admin/home.html").status_code == 405
    assert visitor.client.head("/admin/home.html").status_code == 200


@pytest.mark.parametrize("cookie", ["a=b; demo-admin=\x01", "=;;;=", "demo-admin-1=" + "x" * 9000])
def test_a_senseless_cookie_is_none(stranger, cookie):
    answer = stranger.client.get("/admin/home.html", headers={"Cookie": cookie}, follow_redirects=False)
    assert answer.status_code == 302


def test_neither_faults_nor_latency_nor_the_count_of_calls_concern_these_pages(visitor, demo):
    demo.reset_calls()
    demo.set_faults([Fault("N13")])
    demo.set_quirks(maintenance="unavailable")
    try:
        assert visitor.open("/admin/home.html").answer.status_code == 200
        assert demo.calls.total == 0
        assert visitor.client.get("/ws/v1/time").status_code == 500
    finally:
        demo.clear_faults()
        demo.set_quirks(maintenance="off")


def test_the_oldest_visitors_go_first():
    sessions = Sessions("x", secure=True)
    first = sessions.start()
    others = [sessions.start() for _ in range(MOST)]

    def call(session):
        return Request("GET", "/admin/home.html", {}, {"cookie": f"x={session.id}"})

    assert sessions.of(call(first)) is None
    assert sessions.of(call(others[0])) is others[0]
    assert sessions.header(first).endswith("; Secure")
