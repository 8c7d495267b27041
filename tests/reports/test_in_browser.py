"""The HTML report in a real browser: nothing is fetched or refused, links lead to names, and it prints whole."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

from selenium.webdriver.common.by import By

from psconnect.model.problems import Problem
from psconnect.model.reconciled import Reconciled
from psconnect.model.runs import ChangeCounts
from psconnect.reports import write_report
from tests.demo.admin.browser import running_browser
from tests.reports.conftest import District


def test_it_opens_leads_to_names_and_prints(district: District, tmp_path: Path) -> None:
    district.school(100, "مدرسة النور")
    problems = [Problem("missing-required", "student", key, 100, "username") for key in range(1, 120)]
    number = district.run(
        problems,
        changes={"student": ChangeCounts(0, 2)},
        reconciled={"student": Reconciled(130, 11, because={"missing-required": 119})},
    )
    for key in (500, 501):
        district.student_changes(number, key, {"grade": "06"}, {"familyName": f"王小明-{key}", "grade": "07"})
    path = write_report(district.content(number), tmp_path / "r.html")
    profile = tmp_path / "profile"
    profile.mkdir()
    with running_browser(profile) as browser:
        browser.open(path.as_uri())
        assert browser.heading == "2 changes were delivered to the OneRoster CSV bundle"
        assert browser.driver.get_log("browser") == [], "what the page asks for is refused by its own policy"
        wide = browser.driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, "nothing sticks out at the side"
        figure = browser.driver.find_element(By.LINK_TEXT, "~2")
        figure.click()
        target = browser.driver.execute_script("return document.querySelector(':target').parentElement.textContent")
        assert target.startswith("Updated")
        assert "王小明-500" in browser.text
        printed = tmp_path / "printed.pdf"
        printed.write_bytes(base64.b64decode(browser.driver.print_page()))
    told = subprocess.run(
        ["pdftotext", "-layout", str(printed), "-"], check=True, capture_output=True, text=True
    ).stdout
    first, *others = told.split("\f")
    assert "Needs attention, 119 records" in first
    assert "DCID" not in first, "the first page stands alone"
    assert sum(len(re.findall("student with DCID", page)) for page in others) == 119
    assert len([page for page in others if "student with DCID" in page]) > 1
    assert all("Name" in page for page in others if "student with DCID" in page), "headings come again"
