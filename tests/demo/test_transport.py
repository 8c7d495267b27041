"""The wire of the demo server: what goes wrong inside is told, and does not look like a broken connection."""

from __future__ import annotations

import httpx
import pytest

from psconnect.demo.server.messages import Reply, Request
from psconnect.demo.server.transport import Listener


@pytest.mark.parametrize("defect", [ValueError, KeyError, RuntimeError])
def test_a_defect_of_the_server_is_a_plain_500_and_told_on_its_console(
    defect: type[Exception], capfd: pytest.CaptureFixture[str]
) -> None:
    def answer(request: Request, _host: str) -> Reply:
        if request.path == "/works":
            return Reply(200, b"fine", {})
        raise defect("of ours")

    listener = Listener(0, answer, None)
    listener.start()
    try:
        with httpx.Client(base_url=listener.url) as client:
            assert client.get("/broken").status_code == 500
            assert client.get("/works").text == "fine"
    finally:
        listener.stop()
    assert f"{defect.__name__}: " in capfd.readouterr().err
