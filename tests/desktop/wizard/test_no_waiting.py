"""No click waits for PowerSchool: with a server that takes its time, each press returns long before an answer could."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.desktop.wizard.conftest import Setting

_LATENCY_MS = 1_500
"""Far more than a slow machine takes for a page, so that only waiting for the server can come near it."""


def took_ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1_000


def test_no_click_of_the_set_up_waits_for_the_server(setting: Setting) -> None:
    setting.open()
    setting.to("credentials")
    setting.fill_credentials()
    setting.district.server.set_latency(_LATENCY_MS)
    window = setting.window
    slowest: dict[str, float] = {"test": took_ms(setting.credentials.test_button.click)}
    slowest["stop"] = took_ms(setting.credentials.test_button.click)
    while window.next_button.isVisible():
        before = setting.session.draft.step
        slowest[before] = took_ms(window.next_button.click)
        if setting.session.draft.step == before:
            break
    slowest["back"] = took_ms(window.back_button.click)
    slowest["leave"] = took_ms(window.left.emit)
    setting.district.server.set_latency(0)
    setting.settled()
    assert len(slowest) > 4
    assert {step: round(ms) for step, ms in slowest.items() if ms > _LATENCY_MS / 2} == {}
