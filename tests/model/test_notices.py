"""The [notices] section: who is told, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.model.connection import from_dict
from psconnect.model.errors import FixSettings

LEAST = {"name": "Lincoln", "preset": "oneroster"}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"to": ["office at lincoln.org"]}, "PSC-NOTICE-ADDRESS"),
        ({"to": ["a@b.org, c@d.org"]}, "PSC-NOTICE-ADDRESS"),
        ({"results": "all"}, "PSC-NOTICE-NOBODY"),
        ({"ping_url": "http://hc.example/1"}, "PSC-NOTICE-PING"),
        ({"ping_url": "hc.example/1"}, "PSC-NOTICE-PING"),
    ],
)
def test_what_cannot_be_meant_is_refused(table: dict[str, Any], code: str) -> None:
    with pytest.raises(FixSettings) as caught:
        from_dict({**LEAST, "notices": table})
    assert caught.value.code == code


@pytest.mark.parametrize("url", ["https://hc.example/1", "http://127.0.0.1:8080/1"])
def test_what_is_meant_is_kept(url: str) -> None:
    table = {"to": ["office@lincoln.org"], "results": "weekly", "ping_url": url}
    notices = from_dict({**LEAST, "notices": table}).notices
    assert (notices.to, notices.results, notices.ping_url) == (["office@lincoln.org"], "weekly", url)
    assert not notices.names
