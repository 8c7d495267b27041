"""Tokens: how a plugin gets one, and what a call with one may do (docs/powerschool.md 3)."""

from __future__ import annotations

import base64
import binascii
import threading
import uuid
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from psconnect.demo.server.messages import Refusal, Reply, Request, html_reply, json_reply, message_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.server.clock import Clock
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.plugins import PluginRegistry
    from psconnect.demo.server.quirks import Quirks

_MINUTE: Final = 60


@dataclass(slots=True)
class _Token:
    plugin_id: int
    expires: float


class Tokens:
    """The valid tokens by their text."""

    def __init__(self, clock: Clock, quirks: Callable[[], Quirks]) -> None:
        self._clock = clock
        self._quirks = quirks
        self._lock = threading.Lock()
        self._tokens: dict[str, _Token] = {}
        self._requests: deque[float] = deque()

    def forget(self, plugin_id: int) -> None:
        """Revoke the tokens of a plugin."""
        with self._lock:
            self._tokens = {text: token for text, token in self._tokens.items() if token.plugin_id != plugin_id}

    def expire_all(self) -> None:
        """Expire every token now."""
        with self._lock:
            for token in self._tokens.values():
                token.expires = self._clock.seconds()

    def hammered(self) -> bool:
        """Count a request for a token, and tell whether there were too many in the last minute."""
        limit = self._quirks().tokens_a_minute
        with self._lock:
            now = self._clock.seconds()
            self._requests.append(now)
            while self._requests[0] <= now - _MINUTE:
                self._requests.popleft()
            return 0 < limit < len(self._requests)

    def issue(self, plugin_id: int) -> tuple[str, int]:
        """Give a plugin a token, and the seconds it has left."""
        quirks = self._quirks()
        with self._lock:
            now = self._clock.seconds()
            mine = {text: one for text, one in self._tokens.items() if one.plugin_id == plugin_id and one.expires > now}
            if quirks.token_sharing == "same" and mine:  # noqa: S105 - a switch
                text, token = next(iter(mine.items()))
                return text, int(token.expires - now)
            if quirks.token_sharing == "revoke":  # noqa: S105 - a switch
                for text in mine:
                    del self._tokens[text]
            text = str(uuid.uuid4())
            self._tokens[text] = _Token(plugin_id, now + quirks.token_life_seconds)
            return text, quirks.token_life_seconds

    def seconds_left(self, plugin_id: int) -> int | None:
        """The remaining life of a plugin's longest-lived token, or None if it has none."""
        with self._lock:
            now = self._clock.seconds()
            left = [int(token.expires - now) for token in self._tokens.values() if token.plugin_id == plugin_id]
        return max(left) if left and max(left) > 0 else None

    def plugin_id(self, text: str) -> int | None:
        """The plugin that the token belongs to, or None if it is unknown or has expired."""
        with self._lock:
            token = self._tokens.get(text)
            return token.plugin_id if token and token.expires > self._clock.seconds() else None


class OAuth:
    """The token path, and the check of the token that comes with a data call."""

    def __init__(self, tokens: Tokens, plugins: PluginRegistry, quirks: Callable[[], Quirks]) -> None:
        self._tokens = tokens
        self._plugins = plugins
        self._quirks = quirks

    def token(self, request: Request) -> Reply:
        """Answer ``POST /oauth/access_token``."""
        quirks = self._quirks()
        if request.method != "POST":
            return Reply(405, b"", {"Allow": "POST"})
        if self._tokens.hammered():
            return message_reply(429, "Too many requests.")
        if quirks.no_oauth_is_404 and not self._plugins.any_with_oauth():
            return html_reply(404, "Not Found", "There is nothing here.")
        form = {key: values[-1] for key, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            error = "bad_request" if quirks.bad_grant == 401 else "unsupported_grant_type"  # noqa: PLR2004 - a status
            return json_reply(quirks.bad_grant, {"error": error})
        plugin = self._caller(request, form)
        if plugin is None or not (plugin.enabled or quirks.disabled_sign_in == "issued"):
            return json_reply(401, {"error": "invalid_client", "error_description": "The client is not known."})
        text, left = self._tokens.issue(plugin.id)
        answer: dict[str, object] = {"access_token": text}
        if quirks.token_type:
            answer["token_type"] = "Bearer"  # noqa: S105 - a word of the protocol
        answer["expires_in"] = str(left) if quirks.expires_in_text else left
        return json_reply(200, answer)

    def _caller(self, request: Request, form: dict[str, str]) -> Plugin | None:
        credentials = _basic(request.headers.get("authorization", ""))
        if credentials is None and self._quirks().credentials_in_body:
            credentials = (form.get("client_id", ""), form.get("client_secret", ""))
        return self._plugins.by_credentials(*credentials) if credentials else None

    def authorize(self, request: Request) -> Plugin:
        """The enabled plugin whose token came with a data call.

        Raises:
            Refusal: with the answer of 3.3.

        """
        header = request.headers.get("authorization")
        if header is None:
            raise Refusal(
                html_reply(400, "Bad Request", "The request has neither a session nor an Authorization header.")
            )
        scheme, _, text = header.partition(" ")
        plugin_id = self._tokens.plugin_id(text.strip()) if scheme.lower() == "bearer" else None
        plugin = self._plugins.by_id(plugin_id) if plugin_id is not None else None
        if plugin is not None and plugin.enabled:
            return plugin
        if plugin is not None and self._quirks().disabled_data_call == "not found":
            raise Refusal(message_reply(404, "Resource not found"))
        challenge = 'Bearer error="invalid_token",realm="PowerSchool",error_description="The access token has expired"'
        raise Refusal(Reply(401, b"", {"WWW-Authenticate": challenge}))

    def optional(self, request: Request) -> Plugin | None:
        """The plugin behind a call that needs no token."""
        try:
            return self.authorize(request)
        except Refusal:
            return None


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    name, _, secret = decoded.partition(":")
    return name, secret
