"""Who may read ``/ws/v1``, in which form it answers, and the server's time (docs/powerschool.md 2, 3.3, 4, 15.4)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from psconnect.demo.server.routes import Route, RouteTable
from tests.demo.support import package, plugin_xml, zipped

CLOSED = {"errorMessage": {"message": "Plugin is missing required accessLevelV1Api READ permission"}}
PATHS = ("district", "district/student/count", "school/4/term", "student/431", "section_enrollment/10001", "nowhere")


@pytest.mark.parametrize("oauth", ["<oauth/>", '<oauth accessLevelV1Api="NONE"/>'])
def test_a_plugin_without_the_level_reads_nothing(serve, signed_in, oauth):
    caller = signed_in(serve(), package(oauth=oauth))
    for path in PATHS:
        answer = caller.get(f"/ws/v1/{path}")
        assert (answer.status, answer.json) == (401, CLOSED), path
    for path in ("metadata", "time"):
        assert caller.get(f"/ws/v1/{path}").status == 200


@pytest.mark.parametrize("level", ["READ", "FULL"])
def test_a_plugin_with_the_level_reads(serve, signed_in, level):
    caller = signed_in(serve(), package(oauth=f'<oauth accessLevelV1Api="{level}"/>'))
    assert [caller.get(f"/ws/v1/{path}").status for path in PATHS] == [200, 200, 200, 200, 200, 404]


def test_an_older_server_knows_no_level(serve, signed_in):
    caller = signed_in(serve(server_version="25.1.0"), zipped({"plugin.xml": plugin_xml(oauth="<oauth/>")}))
    assert caller.get("/ws/v1/district").status == 200


def test_no_token(v1):
    assert v1.call("GET", "/ws/v1/district").status == 400
    stale = v1.call("GET", "/ws/v1/district", headers={"Authorization": "Bearer unknown"})
    assert (stale.status, stale.body) == (401, b"")
    assert 'error="invalid_token"' in stale.headers["www-authenticate"]


def test_a_body_on_a_read_is_tolerated(v1):
    headers = {"Authorization": f"Bearer {v1.token}", "Content-Type": "application/json"}
    assert v1.call("GET", "/ws/v1/district/school", b"{}", headers).status == 200


@pytest.mark.parametrize(
    ("accept", "switch", "kind"),
    [
        (None, "json", "json"),
        (None, "xml", "xml"),
        ("application/json", "xml", "json"),
        ("*/*", "xml", "json"),
        ("application/xml", "json", "xml"),
        ("text/xml;q=0.9, application/json", "json", "json"),
    ],
)
def test_the_form_of_an_answer(v1, v1_server, accept, switch, kind):
    v1_server.set_quirks(v1_without_accept=switch)
    headers = {"Authorization": f"Bearer {v1.token}", **({"Accept": accept} if accept else {})}
    answer = v1.call("GET", "/ws/v1/school/4/term?q=start_year==2026", headers=headers)
    assert answer.headers["content-type"] == f"application/{kind};charset=UTF-8"
    if kind == "json":
        assert len(answer.json["terms"]["term"]) == 7
    else:
        root = ET.fromstring(answer.body)
        assert (root.tag, len(root.findall("term"))) == ("terms", 7)


def test_texts_alone(read, v1_server):
    v1_server.set_quirks(v1_typing=False)
    assert read("student/431")["student"]["id"] == "431"
    assert read("school/4/term/count") == {"resource": {"count": "21"}}


@pytest.mark.parametrize(("switch", "scale"), [("ms", 1000), ("s", 1)])
def test_the_timestamp(read, v1_server, switch, scale):
    v1_server.set_quirks(timestamp_unit=switch)
    resource = read("time")["resource"]
    begun = 1_795_249_800  # 2026-11-21 08:30; the server's clock runs on while the tests of this folder last
    assert begun <= resource["timestamp"] // scale < begun + 12 * 60 * 60


# -- the table of paths ------------------------------------------------------------------------------------------------


def answer(_request, _plugin, captured):
    """A handler that is never called here."""
    raise AssertionError(captured)


def test_literal_parts_come_before_any_others():
    table = RouteTable(
        [Route("GET", "/a/{id}", answer), Route("GET", "/a/b", answer), Route("GET", "/a/{id}/c", answer)]
    )
    found = [table.find(parts) for parts in (["a", "b"], ["a", "x"], ["a", "b", "c"])]
    assert [match.captured for match in found] == [(), ("x",), ("b",)]
    assert table.find(["a"]) is None
    assert table.find(["a", "x", "d"]) is None


def test_a_route_stands_once():
    with pytest.raises(ValueError, match=r"GET /a/\{key\} is routed twice"):
        RouteTable([Route("GET", "/a/{id}", answer), Route("GET", "/a/{key}", answer)])
