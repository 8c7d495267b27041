"""The switchboard: every fault and switch of the server can be set on it, and shows there."""

from __future__ import annotations

import re
import time
from dataclasses import fields

import httpx
import pytest

from psconnect.demo import Fault, Quirks
from psconnect.demo.admin.fault_words import WORDS
from psconnect.demo.admin.switchboard import switches
from psconnect.demo.server.faults import VARIANTS

PAGE = "/admin/demo/switchboard.html"


@pytest.fixture(autouse=True)
def as_at_first(demo):
    """Each test leaves the server as it comes."""
    yield
    demo.clear_faults()
    demo.set_latency(0)
    demo.set_quirks(**{one.name: getattr(Quirks(), one.name) for one in fields(Quirks)})


def status(demo, path="/ws/v1/time"):
    return httpx.get(demo.url + path, trust_env=False).status_code


def test_every_fault_is_offered_in_every_form_with_words(visitor):
    visitor.open(PAGE)
    offered = set(re.findall(r'<option value="([A-Z]\d\d\|[^"]*)"', visitor.answer.text))
    assert offered == {f"{name}|{variant}" for name, variants in VARIANTS.items() for variant in variants}
    assert sorted(VARIANTS) == sorted(set(VARIANTS) & set(WORDS))


def test_a_fault_strikes_once_it_is_set_and_no_more_once_it_is_removed(visitor, demo):
    visitor.open(PAGE).send(
        "/admin/demo/fault.html", fault="N13|502", path="/ws/v1/*", when="first", calls="2", amount="1", field=""
    )
    assert demo.faults() == [Fault("N13", "/ws/v1/*", first=2, variant="502")]
    assert "N13 is in force: The server fails (5xx)." in visitor.notice
    assert "502 /ws/v1/* on the first 2" in visitor.text
    assert [status(demo) for _ in range(3)] == [502, 502, 200]
    visitor.send("/admin/demo/nofault.html", at="0")
    assert demo.faults() == []


def test_faults_are_removed_one_by_one_or_all_together(visitor, demo):
    demo.set_faults([Fault("N06"), Fault("D07"), Fault("N11")])
    visitor.open(PAGE).send("/admin/demo/nofault.html", at="1")
    assert [fault.name for fault in demo.faults()] == ["N06", "N11"]
    visitor.send("/admin/demo/nofault.html", at="all")
    assert demo.faults() == []


@pytest.mark.parametrize(
    ("fields_", "said"),
    [
        ({"fault": "X99|"}, "There is no fault"),
        ({"fault": "N13|999"}, "no variant"),
        ({"fault": "N13|500", "when": "nth", "calls": "0"}, "whole number from 1 on"),
        ({"fault": "N05|drip", "amount": "fast"}, "The amount is a number"),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(visitor, demo, fields_, said):
    visitor.open(PAGE).send("/admin/demo/fault.html", **fields_)
    assert said in visitor.notice
    assert demo.faults() == []


def test_latency_and_throttle(visitor, demo):
    visitor.open(PAGE).send("/admin/demo/speed.html", latency="60", throttle="250")
    assert (demo.latency_ms, demo.quirks.throttle_ms) == (60, 250)
    began = time.perf_counter()
    status(demo)
    assert time.perf_counter() - began >= 0.06
    assert 'name="latency" value="60"' in visitor.open(PAGE).answer.text


@pytest.mark.parametrize(("latency", "throttle"), [("-1", "0"), ("0", "1.5"), ("60001", "0"), ("", "0"), ("1e9", "0")])
def test_a_senseless_speed_is_refused(visitor, demo, latency, throttle):
    visitor.open(PAGE).send("/admin/demo/speed.html", latency=latency, throttle=throttle)
    assert 'class="notice bad"' in visitor.answer.text
    assert (demo.latency_ms, demo.quirks.throttle_ms) == (0, 0)


def form_of(page):
    """The fields of the switches' form as a browser would send them."""
    form = page[page.index('action="/admin/demo/switches.html"') :]
    found = dict(re.findall(r'<input type="(?:text|number)"[^>]* name="(\w+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', form))
    found |= dict.fromkeys(re.findall(r'<input type="checkbox"[^>]* name="(\w+)" value="yes" checked', form), "yes")
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.search(r"<option selected>([^<]*)<", options)[1]
    return found


def test_the_form_as_it_stands_changes_nothing(visitor, demo):
    visitor.open(PAGE)
    visitor.send("/admin/demo/switches.html", **form_of(visitor.answer.text))
    assert "The switches are set." in visitor.notice
    assert demo.quirks == Quirks()


@pytest.mark.parametrize("name", [one.name for one in fields(Quirks)])
def test_each_switch_has_a_place_with_help_and_can_be_set(visitor, demo, name):
    switch = next(one for one in switches(Quirks()) if one.name == name)
    assert len(switch.help) > 10
    visitor.open(PAGE)
    values = form_of(visitor.answer.text)
    changed: object
    if switch.kind == "flag":
        changed = not getattr(Quirks(), name)
        values[name] = "yes" if changed else ""
    elif switch.kind == "choice":
        changed = next(option for option in switch.options if option != switch.value)
        values[name] = changed
    else:
        changed = {"number": 7, "text": "24.1", "list": frozenset({"STUDENTS.DOB"})}[switch.kind]
        values[name] = "students.dob" if switch.kind == "list" else str(changed)
    visitor.send("/admin/demo/switches.html", **values)
    now = getattr(demo.quirks, name)
    assert str(now) == str(changed)
    assert type(now) is type(getattr(Quirks(), name))
    others = [one.name for one in fields(Quirks) if one.name != name]
    assert [getattr(demo.quirks, one) for one in others] == [getattr(Quirks(), one) for one in others]


def test_switches_back_to_the_first(visitor, demo):
    demo.set_quirks(token_type=False, maintenance="redirect")
    visitor.open(PAGE).send("/admin/demo/switches.html", reset="yes")
    assert demo.quirks == Quirks()


@pytest.mark.parametrize(("name", "value"), [("maintenance", "later"), ("page_size", "many")])
def test_a_senseless_switch_changes_none(visitor, demo, name, value):
    visitor.open(PAGE)
    visitor.send("/admin/demo/switches.html", **{**form_of(visitor.answer.text), "token_type": "", name: value})
    assert 'class="notice bad"' in visitor.answer.text
    assert demo.quirks == Quirks()
