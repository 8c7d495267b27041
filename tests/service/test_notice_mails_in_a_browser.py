"""A mail's page in a real browser: it shows, loads nothing, and can be read light, dark and on a phone."""

from __future__ import annotations

import email
import email.policy
import json
from pathlib import Path

from tests.demo.admin.browser import running_browser
from tests.mail.server import mail_server
from tests.service.test_notice_mails import OFFICE, noticed
from tests.support.demo import Connected

SCREENS = Path(__file__).resolve().parents[2] / "build" / "screens"

_GROUND = "return getComputedStyle(document.querySelector('.card')).backgroundColor"


def test_the_page_of_a_mail(connected: Connected, tmp_path: Path) -> None:
    with mail_server() as server:
        noticed(connected, server, results="all", to=[OFFICE])
        connected.service.sync(connected.name)
    with running_browser(tmp_path / "profile") as browser:
        driver = browser.driver
        SCREENS.mkdir(parents=True, exist_ok=True)
        for number, got in enumerate(server.got):
            message = email.message_from_bytes(got.content, policy=email.policy.SMTP)
            page = tmp_path / f"mail-{number}.html"
            page.write_text(message.get_body(("html",)).get_content(), encoding="utf-8")
            browser.open(page.as_uri())
            assert browser.heading
            loaded = driver.execute_script("return performance.getEntriesByType('resource').length")
            assert loaded == 0
            grounds = set()
            for scheme in ("light", "dark"):
                features = [{"name": "prefers-color-scheme", "value": scheme}]
                driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
                grounds.add(
                    driver.execute_script("return getComputedStyle(document.querySelector('.card')).backgroundColor")
                )
                driver.save_screenshot(str(SCREENS / f"mail-{number}-{scheme}.png"))
            assert len(grounds) == 2
            width = json.dumps({"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True})
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", json.loads(width))
            driver.save_screenshot(str(SCREENS / f"mail-{number}-phone.png"))
            driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
