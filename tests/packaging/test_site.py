"""The documentation as a site: every page is led to, every link leads somewhere; made for real among thorough tests."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT
from workbench.errors import WorkbenchError
from workbench.site import make_site

_DOCS = CHECKOUT / "docs"
_LINK = re.compile(r"\]\(([^()\s#]+)(?:#[^()\s]*)?\)")


def test_every_page_is_in_the_index() -> None:
    index = (_DOCS / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^[a-z-]+$", index, re.MULTILINE)
    assert sorted(listed) == sorted(page.stem for page in _DOCS.glob("*.md") if page.stem != "index")


@pytest.mark.parametrize("page", [*sorted(_DOCS.glob("*.md")), CHECKOUT / "README.md"], ids=lambda page: page.stem)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if not link.startswith("http")]
    assert [link for link in links if not (page.parent / link).exists()] == []


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found |= {value for name, value in attrs if name == "href" and value}


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_the_site_is_made_without_a_warning_and_leads_to_every_page(tmp_path: Path) -> None:
    first = make_site(CHECKOUT, _DOCS, tmp_path / "site")
    links = _Links()
    links.feed(first.read_text(encoding="utf-8"))
    pages = {f"{page.stem}.html" for page in _DOCS.glob("*.md") if page.stem != "index"}
    assert pages <= {link.partition("#")[0] for link in links.found}
    assert {page.name for page in (tmp_path / "site").glob("*.html")} >= pages


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_a_link_to_nowhere_ends_it(tmp_path: Path) -> None:
    pages = shutil.copytree(_DOCS, tmp_path / "docs")
    shutil.copytree(CHECKOUT / "resources" / "brand", tmp_path / "resources" / "brand")
    page = pages / "sftp.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nSee [there](no-such-page.md).\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"no-such-page\.md"):
        make_site(CHECKOUT, pages, tmp_path / "site")
