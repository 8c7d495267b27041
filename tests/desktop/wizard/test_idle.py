"""A step that nobody touches is not laid out again and again."""

from __future__ import annotations

from collections import Counter

import pytest
from pytestqt.qtbot import QtBot

from psconnect.desktop.widgets.page import Scrolling
from tests.desktop.wizard.conftest import MakeSetting

_IDLE_MS = 300
_MOST = 2  # what was still on its way when the step had opened


def test_a_step_that_nobody_touches_is_not_laid_out_again(
    make_setting: MakeSetting, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits: Counter[str] = Counter()
    fit = Scrolling.fit

    def counted(area: Scrolling) -> None:
        fits[step] += 1
        fit(area)

    monkeypatch.setattr(Scrolling, "fit", counted)
    setting, step = make_setting(), ""
    setting.open()
    for key in ("connect", "credentials", "schools", "attributes", "filters", "safety", "destination"):
        setting.to(key)
        step = key
        qtbot.wait(_IDLE_MS)
        step = ""
    assert fits[""], "nothing was counted"
    assert not {key: count for key, count in fits.items() if key and count > _MOST}
