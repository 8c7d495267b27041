"""A connection with a source that the window does not set up yet: shown as it is, and never turned into another one."""

from __future__ import annotations

from dataclasses import replace

from psconnect.desktop.sentences import where_from_to
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.settings import from_connection, onto, written
from psconnect.model.connection import from_dict, to_dict
from tests.desktop.wizard.test_flow import KNOWN

BUNDLE = from_dict(
    {
        "name": "From a bundle",
        "preset": "oneroster",
        "id": "k7mzqw",
        "source": {"kind": "oneroster-csv", "folder": "/srv/sis"},
        "destination": {"kind": "oneroster-csv", "folder": "/srv/roster"},
    }
)


def test_its_settings_pages_leave_the_source_alone() -> None:
    draft = from_connection(BUNDLE)
    assert written(draft, KNOWN, BUNDLE)["source"] == {"kind": "oneroster-csv", "folder": "/srv/sis"}
    assert to_dict(onto(draft, draft, KNOWN, BUNDLE)) == to_dict(BUNDLE)


def test_its_card_says_where_the_bundle_lies() -> None:
    assert where_from_to(BUNDLE) == "/srv/sis → /srv/roster"


def test_it_is_asked_for_no_plugin_and_no_credentials() -> None:
    known = replace(KNOWN, base=BUNDLE)
    draft = from_connection(BUNDLE)
    shown = [spec.key for spec in flow.with_settings(draft, known)]
    assert not {"plugin", "credentials"} & set(shown)
    assert not [need for need in flow.needs(draft, known) if need.step in ("plugin", "credentials")]
    assert "credentials" in [spec.key for spec in flow.with_settings(draft, KNOWN)]
