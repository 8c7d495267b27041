"""A list of ``/ws/v1`` is read completely, or the reading fails: also when rows come and go meanwhile (5, 7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken
from psconnect.model.errors import BadRecord
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import PageFailed
from psconnect.powerschool.v1_lists import ListPath, ListReader
from tests.http.raw import answer, raw_server
from tests.support.demo import TestClock

TERMS = ListPath("/ws/v1/school/3/term", "term", "Terms", size=3)


@dataclass
class Changing:
    """A list on a server that changes as a test says.

    Attributes:
        ids: what is in it now.
        after: what happens after the nth call for a page, from 1.
        counted: what the count says instead of the truth.
    """

    ids: list[int]
    after: dict[int, Callable[[list[int]], None]] = field(default_factory=dict)
    counted: int | None = None
    most: int = 100
    pages: int = 0
    calls: list[str] = field(default_factory=list)
    item: Callable[[int], Any] = lambda id_: {"id": id_, "name": f"Term {id_}"}

    def __call__(self, request: bytes) -> bytes:
        parts = urlsplit(request.split()[1].decode())
        if parts.path.endswith("access_token"):
            return answer(body=b'{"access_token":"made-up-token","expires_in":"9999"}')
        self.calls.append(f"{parts.path}?{parts.query}")
        if parts.path.endswith("/count"):
            count = len(self.ids) if self.counted is None else self.counted
            return answer(body=json.dumps({"resource": {"count": count}}).encode())
        query = parse_qs(parts.query)
        size = min(int(query["pagesize"][0]), self.most)
        start = (int(query["page"][0]) - 1) * size
        found = [self.item(id_) for id_ in self.ids[start : start + size]]
        self.pages += 1
        self.after.get(self.pages, lambda _ids: None)(self.ids)
        wrapper: Any = {"@extensions": ""}
        wrapper |= {"term": found[0] if len(found) == 1 else found} if found else {}
        return answer(body=json.dumps({"terms": wrapper}).encode())


@contextmanager
def reading(changing: Callable[[bytes], bytes]) -> Iterator[ListReader]:
    clock = TestClock()
    with raw_server(handler=changing) as server:
        http = HttpClient(server.url, monotonic=clock.monotonic)
        yield ListReader(PowerSchoolClient(http, "made-up-id", "made-up-secret", clock, CancelToken()))
        http.close()


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 6, 7])
def test_every_length_around_the_page_size(number: int) -> None:
    changing = Changing(list(range(1, number + 1)))
    with reading(changing) as lists:
        assert list(lists.read(TERMS).found) == changing.ids
        assert [item["id"] for item in lists.read(TERMS)] == changing.ids


def test_a_short_list_takes_three_calls_and_two_without_the_count_before() -> None:
    changing = Changing([5, 6])
    with reading(changing) as lists:
        lists.read(TERMS)
        assert len(changing.calls) == 3
        changing.calls.clear()
        assert list(lists.read(TERMS, count_first=False).found) == [5, 6]
        assert len(changing.calls) == 2


def test_a_row_that_goes_and_another_that_comes_can_hide_none() -> None:
    """The first row goes after the first page, so the fourth moves out of sight, and one at the end makes up for it."""

    def move(ids: list[int]) -> None:
        ids.remove(1)
        ids.append(9)

    changing = Changing([1, 2, 3, 4, 5], after={1: move})
    with reading(changing) as lists, pytest.raises(PageFailed, match="two readings of terms differ"):
        lists.read(TERMS)
    with reading(changing) as lists:
        assert list(lists.read(TERMS).found) == [2, 3, 4, 5, 9]


def test_a_row_of_the_second_page_does_not_get_lost_where_that_is_empty_in_the_end() -> None:
    """The first of four rows goes when three were read: the fourth is on the first page then, and the count fits."""
    changing = Changing([1, 2, 3, 4], after={1: lambda ids: ids.remove(1)})
    with reading(changing) as lists, pytest.raises(PageFailed, match="two readings of terms differ"):
        lists.read(TERMS, count_first=False)
    with reading(changing) as lists:
        assert list(lists.read(TERMS, count_first=False).found) == [2, 3, 4]


@pytest.mark.parametrize(
    "move", [lambda ids: ids.append(9), lambda ids: ids.remove(1), lambda ids: ids.remove(5)], ids=["comes", "1", "5"]
)
def test_a_row_that_only_comes_or_goes_fails_the_count(move: Callable[[list[int]], None]) -> None:
    with reading(Changing([1, 2, 3, 4, 5], after={1: move})) as lists, pytest.raises(PageFailed):
        lists.read(TERMS)


@pytest.mark.parametrize("counted", [1, 3, 4, 6])
def test_D05_a_count_that_is_wrong_is_no_proof(counted: int) -> None:
    changing = Changing([1, 2, 3, 4, 5], counted=counted)
    with reading(changing) as lists, pytest.raises(PageFailed):
        lists.read(TERMS)
    changing = Changing([1, 2], counted=counted)
    with reading(changing) as lists, pytest.raises(PageFailed):
        lists.read(TERMS, count_first=False)


def test_a_server_that_gives_smaller_pages_is_read_on() -> None:
    with reading(Changing(list(range(1, 8)), most=2)) as lists:
        assert list(lists.read(TERMS).found) == list(range(1, 8))


def test_a_server_that_gives_the_same_page_for_ever_is_not_asked_for_ever() -> None:
    def same(request: bytes) -> bytes:
        if b"access_token" in request:
            return answer(body=b'{"access_token":"made-up-token","expires_in":"9999"}')
        if b"/count" in request:
            return answer(body=b'{"resource":{"count":7}}')
        return answer(body=b'{"terms":{"term":[{"id":1},{"id":2},{"id":3}]}}')

    with reading(same) as lists, pytest.raises(PageFailed, match="7 of terms were announced, 3 came"):
        lists.read(TERMS)


def test_D01_an_item_listed_twice_is_taken_once() -> None:
    changing = Changing([1, 2, 2], counted=2)
    with reading(changing) as lists:
        listing = lists.read(TERMS)
    assert (list(listing.found), listing.repeats) == ([1, 2], [2])


def test_D02_two_items_with_one_id_stop_the_reading() -> None:
    names = iter(range(100))
    with (
        reading(Changing([1, 2, 2], counted=2, item=lambda id_: {"id": id_, "name": f"{next(names)}"})) as lists,
        pytest.raises(BadRecord) as caught,
    ):
        lists.read(TERMS)
    assert caught.value.code == "PSC-READ-TWO-ROWS"


@pytest.mark.parametrize(
    "body",
    [b'{"results":{}}', b"{}", b'{"terms":{"term":[{"name":"no id"}]}}', b'{"terms":{"term":{"id":"x"}}}', b"[]"],
)
def test_D08_another_form_stops_the_reading(body: bytes) -> None:
    def other(request: bytes) -> bytes:
        if b"access_token" in request:
            return answer(body=b'{"access_token":"made-up-token","expires_in":"9999"}')
        return answer(body=b'{"resource":{"count":"1"}}' if b"/count" in request else body)

    with reading(other) as lists, pytest.raises(BadRecord) as caught:
        lists.read(TERMS)
    assert caught.value.code == "PSC-READ-SHAPE"


def test_what_is_asked_for() -> None:
    changing = Changing([1, 2, 3, 4], most=3)
    path = ListPath("/ws/v1/district/term", "term", "Terms", 3, "id=gt=0", ("a", "b"), ("u_x",))
    with reading(changing) as lists:
        lists.read(path)
    counts = [call for call in changing.calls if "/count" in call]
    pages = [parse_qs(urlsplit(call).query) for call in changing.calls if "/count" not in call]
    assert {parse_qs(urlsplit(call).query)["q"][0] for call in counts} == {"id=gt=0"}
    assert [page["page"][0] for page in pages] == ["1", "2", "1", "2"]
    assert all(page["q"] == ["id=gt=0"] for page in pages)
    assert [page.get("expansions") for page in pages] == [["a,b"], ["a,b"], None, None], "the second time ids alone"
    assert [page.get("extensions") for page in pages] == [["u_x"], ["u_x"], None, None]
