"""No click waits for PowerSchool: with a server that takes its time, each press returns long before an answer could."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from psconnect.desktop.wizard.pages.attributes import AttributesPage
from psconnect.desktop.wizard.pages.base import StepPage
from psconnect.desktop.wizard.pages.filters import FiltersPage
from psconnect.desktop.wizard.pages.summary import SummaryPage
from tests.desktop.wizard.conftest import Setting

Page = TypeVar("Page", bound=StepPage)
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


def page_of(setting: Setting, kind: type[Page]) -> Page:
    (page,) = [page for page in setting.window.pages.values() if isinstance(page, kind)]
    return page


def plugin_saved(setting: Setting) -> None:
    setting.plugin.card.save_to(setting.folder / "saved.zip")


def fields_asked_for(setting: Setting) -> None:
    finder = setting.plugin.finder
    assert not finder.verify_link.isHidden(), "what was found can be asked for"
    finder.verify_link.click()


def schools_read_anew(setting: Setting) -> None:
    assert setting.schools.refresh_button.isEnabled()
    setting.schools.refresh_button.click()


def other_samples(setting: Setting) -> None:
    page_of(setting, AttributesPage).others.click()


def samples_read_anew(setting: Setting) -> None:
    setting.session.live.start(setting.bridge, again=True)
    assert setting.session.live.busy
    page_of(setting, FiltersPage).show_draft()


def destination_tested(setting: Setting) -> None:
    setting.destination.test_button.click()


def first_run_counted(setting: Setting) -> None:
    page_of(setting, SummaryPage).first_run.button.click()


WORKING: list[tuple[str, Callable[[Setting], None]]] = [
    ("plugin", plugin_saved),
    ("plugin", fields_asked_for),
    ("schools", schools_read_anew),
    ("attributes", other_samples),
    ("filters", samples_read_anew),
    ("destination", destination_tested),
    ("summary", first_run_counted),
]


def test_what_works_in_the_background_lets_the_window_go_at_once(setting: Setting) -> None:
    setting.open()
    setting.to("summary")
    for step, press in WORKING:
        window = setting.window
        setting.press(window.side.buttons[step])
        if step == "plugin":
            setting.plugin.open_finder()
            setting.type(setting.plugin.finder.text, "gender")
            setting.settled()
        setting.district.server.set_latency(_LATENCY_MS)
        took = took_ms(partial(press, setting))
        busy = setting.bridge.busy
        left = took_ms(window.left.emit)
        setting.district.server.set_latency(0)
        setting.settled()
        assert busy, f"it works beside the window: {press.__name__}"
        assert (took < _LATENCY_MS / 2, left < _LATENCY_MS / 2) == (True, True), (press, round(took), round(left))
        setting.again()
