"""docs/powerschool.md 3: tokens and their failures."""

from __future__ import annotations

import base64

import pytest

from tests.demo.support import ALL, ONE, Caller, package

FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
CHALLENGE = 'Bearer error="invalid_token",realm="PowerSchool",error_description="The access token has expired"'


@pytest.mark.parametrize("path", ["/oauth/access_token", "/oauth/access_token/", "//oauth/access_token"])
def test_token_comes_from_the_path_with_and_without_slashes(caller, plugin, path):
    answer = caller.ask_token(plugin, path=path)
    assert answer.status == 200
    assert answer.json["token_type"] == "Bearer"
    assert len(answer.json["access_token"]) == 36
    assert 0 < int(answer.json["expires_in"]) <= 2_592_000


@pytest.mark.parametrize("as_text", [True, False])
def test_expires_in_is_text_or_number(serve, signed_in, as_text):
    server = serve(expires_in_text=as_text)
    caller = signed_in(server)
    found = caller.ask_token(server.plugins()[0]).json["expires_in"]
    assert type(found) is (str if as_text else int)


def test_token_type_can_be_left_out(serve, signed_in):
    server = serve(token_type=False)
    answer = signed_in(server).ask_token(server.plugins()[0])
    assert set(answer.json) == {"access_token", "expires_in"}


def test_same_token_is_shared_with_less_time_left(server, caller, plugin):
    server.advance_clock(1000)
    again = caller.ask_token(plugin).json
    assert again["access_token"] == caller.token
    assert 2_592_000 - 1010 <= int(again["expires_in"]) <= 2_592_000 - 1000


def test_separate_tokens_work_side_by_side(serve, signed_in):
    server = serve(token_sharing="separate")
    caller = signed_in(server)
    other = caller.ask_token(server.plugins()[0]).json["access_token"]
    assert other != caller.token
    assert caller.query(ONE).status == 200
    caller.token = other
    assert caller.query(ONE).status == 200


def test_revoking_server_makes_the_old_token_void(serve, signed_in):
    server = serve(token_sharing="revoke")
    caller = signed_in(server)
    new = caller.ask_token(server.plugins()[0]).json["access_token"]
    assert caller.query(ONE).status == 401
    caller.token = new
    assert caller.query(ONE).status == 200


def test_token_ends_with_its_life(serve, signed_in):
    server = serve(token_life_seconds=60)
    caller = signed_in(server)
    assert caller.query(ONE).status == 200
    server.advance_clock(61)
    answer = caller.query(ONE)
    assert (answer.status, answer.headers["www-authenticate"], answer.body) == (401, CHALLENGE, b"")
    caller.sign_in(server.plugins()[0])
    assert caller.query(ONE).status == 200


def test_forced_expiry(server, caller):
    server.expire_tokens()
    assert caller.query(ONE).status == 401


def test_wrong_secret(server, plugin):
    with Caller(server) as caller:
        for pair in (f"{plugin.client_id}:nonsense", f"nobody:{plugin.client_secret}", "", "no colon"):
            header = "Basic " + base64.b64encode(pair.encode()).decode()
            answer = caller.call(
                "POST", "/oauth/access_token", b"grant_type=client_credentials", {**FORM, "Authorization": header}
            )
            assert (answer.status, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["Basic ???", "Bearer x", "Basic"])
def test_unreadable_credentials(caller, header):
    answer = caller.call(
        "POST", "/oauth/access_token", b"grant_type=client_credentials", {**FORM, "Authorization": header}
    )
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(("taken", "status"), [(True, 200), (False, 401)])
def test_credentials_in_the_form(serve, signed_in, taken, status):
    server = serve(credentials_in_body=taken)
    caller = signed_in(server)
    plugin = server.plugins()[0]
    form = f"grant_type=client_credentials&client_id={plugin.client_id}&client_secret={plugin.client_secret}"
    assert caller.call("POST", "/oauth/access_token", form.encode(), FORM).status == status


@pytest.mark.parametrize(("status", "error"), [(401, "bad_request"), (400, "unsupported_grant_type")])
def test_malformed_grant(serve, signed_in, status, error):
    server = serve(bad_grant=status)
    answer = signed_in(server).ask_token(server.plugins()[0], form="grant_type=password")
    assert (answer.status, answer.json) == (status, {"error": error})


@pytest.mark.parametrize(("found", "status"), [(True, 404), (False, 401)])
def test_server_without_oauth_plugin(serve, found, status):
    server = serve(no_oauth_is_404=found)
    server.enable(server.install(package((), oauth="")).name)
    with Caller(server) as caller:
        answer = caller.call("POST", "/oauth/access_token", b"grant_type=client_credentials", FORM)
    assert answer.status == status


def test_token_path_takes_post_alone(caller):
    assert caller.call("GET", "/oauth/access_token").status == 405


def test_hammering_the_token_path(serve, signed_in):
    server = serve(tokens_a_minute=3)
    caller = signed_in(server)
    plugin = server.plugins()[0]
    assert [caller.ask_token(plugin).status for _ in range(3)] == [200, 200, 429]
    server.advance_clock(61)
    assert caller.ask_token(plugin).status == 200


def test_data_call_without_header_is_400_html(caller):
    for path in ("/ws/v1/district", "/ws/schema/table/students", "/ws/schema/query/api", "/ws/xte/score"):
        answer = caller.call("GET", path)
        assert answer.status == 400
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("header", ["Bearer 11111111-2222-3333-4444-555555555555", "Basic abc", "Bearer "])
def test_data_call_with_unknown_token(caller, header):
    answer = caller.call("GET", "/ws/schema/table/students?projection=dcid", None, {"Authorization": header})
    assert (answer.status, answer.headers["www-authenticate"]) == (401, CHALLENGE)


def test_metadata_and_time_are_open(server, caller, plugin):
    metadata = caller.call("GET", "/ws/v1/metadata").json["metadata"]
    assert "plugin_id" not in metadata
    assert metadata["powerschool_version"] == "25.9.0.0.252611238"
    assert metadata["district_timezone"] == "America/Chicago"
    server.set_page_size(plugin.name, 250)
    mine = caller.get("/ws/v1/metadata").json["metadata"]
    assert mine["plugin_id"] == plugin.id
    assert {mine[key] for key in mine if key.endswith("max_page_size")} == {250}
    resource = caller.call("GET", "/ws/v1/time").json["resource"]
    assert resource["time"].startswith("2026-11-21T08:3")
    assert type(resource["timestamp"]) is int
    assert caller.call("POST", "/ws/v1/time").status == 405


@pytest.mark.parametrize(("as_text", "value"), [(True, "false"), (False, False)])
def test_sso_flags(serve, as_text, value):
    with Caller(serve(sso_flags_as_text=as_text)) as caller:
        assert caller.call("GET", "/ws/v1/metadata").json["metadata"]["sso_enabled_admin"] == value


def test_disabled_plugin(server, caller, plugin):
    server.disable(plugin.name)
    assert caller.ask_token(plugin).json["error"] == "invalid_client"
    assert caller.query(ALL).status == 401
    server.enable(plugin.name)
    assert caller.query(ALL).status == 200


def test_disabled_plugin_on_a_server_that_says_not_found(serve, signed_in):
    server = serve(disabled_data_call="not found")
    caller = signed_in(server)
    server.disable(server.plugins()[0].name)
    assert caller.query(ALL).status == 404


def test_deleted_plugin_loses_its_token(server, caller, plugin):
    server.delete(plugin.name)
    assert caller.query(ALL).status == 401
