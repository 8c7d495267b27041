"""Makes the kinds for tests known while a test runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psconnect.destinations import KINDS, add_kind
from psconnect.model.entities import BY_KEY, BY_RANK
from psconnect.model.problems import RULES
from tests.contracts.kinds.accounts import ACCOUNTS
from tests.contracts.kinds.listing import LISTING
from tests.contracts.kinds.strict import STRICT


@contextmanager
def kinds_for_tests() -> Iterator[None]:
    """The kinds for tests beside the real ones; forgotten afterwards."""
    kinds, by_key, by_rank, rules = dict(KINDS), dict(BY_KEY), dict(BY_RANK), set(RULES)
    for kind in (ACCOUNTS, LISTING, STRICT):
        add_kind(kind)
    try:
        yield
    finally:
        for name in KINDS.keys() - kinds.keys():
            del KINDS[name]
        for key in BY_KEY.keys() - by_key.keys():
            del BY_KEY[key]
        for rank in BY_RANK.keys() - by_rank.keys():
            del BY_RANK[rank]
        for rule in RULES.keys() - rules:
            del RULES[rule]
