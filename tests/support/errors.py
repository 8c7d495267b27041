"""Expects an error by its kind and by words of what a person reads of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from psconnect.model.errors import PsconnectError
from psconnect.wording.errors import word


@contextmanager
def raises_saying(kind: type[PsconnectError], words: str) -> Iterator[pytest.ExceptionInfo[PsconnectError]]:
    """The block raises an error of that kind; ``words`` is searched in its title and in what happened."""
    with pytest.raises(kind) as caught:
        yield caught
    told = word(caught.value)
    assert re.search(words, f"{told.title}: {told.happened}")
