"""A real browser without a window, driven from the tests; it looks for nothing in the network."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1180,900",
)
_PATIENCE = 20.0
_NEEDED = {"chromium": "chromium", "chromedriver": "chromium-driver"}


class Browser:
    """What a person does on a page, by what a person sees: labels of fields, texts of buttons and links."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        """Go to an address."""
        self.driver.get(address)

    @property
    def heading(self) -> str:
        """The page's heading."""
        return self.driver.find_element(By.TAG_NAME, "h1").text

    @property
    def text(self) -> str:
        """The text a person sees."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    @property
    def notice(self) -> str:
        """What the page says about what was just done."""
        return "\n".join(one.text for one in self.driver.find_elements(By.CSS_SELECTOR, ".notice"))

    def shown(self, name: str) -> str:
        """The value beside a name in a list of values."""
        return str(
            self.driver.find_element(By.XPATH, f"//dt[normalize-space()={name!r}]/following-sibling::dd[1]").text
        )

    def follow(self, text: str) -> None:
        """Click a link, or what looks like a button and is one."""
        self._load(self.driver.find_element(By.LINK_TEXT, text))

    def press(self, text: str, under: str = "") -> None:
        """Press a button by its text; under a heading, where there are several."""
        place = f"//section[.//h2[normalize-space()={under!r}]]" if under else ""
        self._load(self.driver.find_element(By.XPATH, f"{place}//button[normalize-space()={text!r}]"))

    def enter(self) -> None:
        """Press the Enter key where the focus is, which sends a form."""
        self._load(self.driver.switch_to.active_element, Keys.ENTER)

    def field(self, label: str) -> WebElement:
        """The field of a label."""
        of = self.driver.find_element(By.XPATH, f"//label[normalize-space()={label!r}]").get_attribute("for")
        return self.driver.find_element(By.ID, str(of))

    def fill(self, label: str, text: str) -> None:
        """Type into a field in place of what is there."""
        field = self.field(label)
        if field.get_attribute("type") not in ("file", "password"):
            field.clear()
        field.send_keys(text)

    def choose(self, label: str, text: str) -> None:
        """Choose from a list by the text of the choice."""
        Select(self.field(label)).select_by_visible_text(text)

    def _load(self, element: WebElement, key: str = "") -> None:
        """Click or press a key, and wait until the page it leads to has taken the place of this one."""
        self.driver.execute_script("window.left = true")
        if key:
            element.send_keys(key)
        else:
            element.click()
        # While one page takes the place of another, the driver may find neither.
        wait = WebDriverWait(self.driver, _PATIENCE, 0.02, ignored_exceptions=(WebDriverException,))
        wait.until(lambda driver: driver.execute_script("return !window.left && document.readyState === 'complete'"))


@contextmanager
def running_browser(profile: Path) -> Iterator[Browser]:
    """A browser with this empty folder for its profile. It must be there on Linux; elsewhere the test is skipped."""
    missing = [package for program, package in _NEEDED.items() if shutil.which(program) is None]
    if missing and sys.platform != "linux":
        pytest.skip(f"needs {' and '.join(missing)}")
    if missing:
        pytest.fail(f"On Debian and Ubuntu: apt-get install {' '.join(missing)}", pytrace=False)
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = Chrome(options=options, service=Service(executable_path=str(shutil.which("chromedriver"))))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
