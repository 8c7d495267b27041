"""The mail server of a home: its settings, its secret, and sending through it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from psconnect.mail import Mail, MailLimits, Post, mail_message
from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.preferences import MailServer, Preferences, check_mail_server, preferences_from
from psconnect.reports.mail import trial_mail
from psconnect.service.preferences import PreferenceKeeping
from psconnect.store.settings.secrets import SecretPlace

MAIL_SECRET = "mail.password"  # noqa: S105 - the name of a secret, not one


@dataclass
class Mailing(PreferenceKeeping):
    """What a user can do with the mail server.

    Attributes:
        mail_limits: how long the server is waited for.
    """

    mail_limits: MailLimits = field(default_factory=MailLimits)

    @property
    def _mail_secret_owner(self) -> str:
        """Under whose name the secret is kept: the home's own, so that no connection and no other home shares it."""
        return f"home-{hashlib.sha256(str(self.home.config).encode()).hexdigest()[:8]}"

    def mail_secret_place(self) -> SecretPlace:
        """Where the mail server's secret is; empty if there is none."""
        return self.secrets.place(self._mail_secret_owner, MAIL_SECRET)

    def set_mail_secret(self, value: str, *, only_in_keyring: bool = False) -> bool:
        """Keep the secret; False if there is no keyring, so that it is forgotten when psconnect ends.

        With ``only_in_keyring``, FixSettings is raised then.
        """
        if not (self.secrets.in_keyring or only_in_keyring):
            self.secrets.keep_for_session(self._mail_secret_owner, MAIL_SECRET, value)
            return False
        self.secrets.set(self._mail_secret_owner, MAIL_SECRET, value)
        return True

    def remove_mail_secret(self) -> None:
        """Forget the secret, if there is one."""
        self.secrets.remove(self._mail_secret_owner, (MAIL_SECRET,))

    def save_mail_server(self, server: MailServer, secret: str = "") -> Preferences:
        """Store the server, and the secret if one is given; raises FixSettings for one that can't be used.

        A secret that nobody signs in with any more is removed: without host or user, or with others, which it is not
        for.
        """
        if server.host:
            check_mail_server(server)
        before = self.preferences().mail
        changed = self.change_preferences(lambda now: msgspec.structs.replace(now, mail=server))
        if secret and server.host and server.user:
            self.set_mail_secret(secret)
        elif not _same_sign_in(before, server):
            self.remove_mail_secret()
        return changed

    def set_mail_value(self, key: str, text: str) -> MailServer:
        """Change one setting of the mail server as it is typed; it may still lack others. Returns the settings."""
        value: str | int = int(text) if key == "port" and text.isdecimal() else text.strip()
        before = self.preferences().mail
        changed = preferences_from({"mail": {**msgspec.to_builtins(before), key: value}}).mail
        self.change_preferences(lambda now: msgspec.structs.replace(now, mail=changed))
        if not _same_sign_in(before, changed):
            self.remove_mail_secret()
        return changed

    def send_test_mail(
        self, to: str, *, server: MailServer | None = None, secret: str = "", cancel: CancelToken | None = None
    ) -> None:
        """Send a test mail; ``server`` and ``secret`` may be typed and unsaved. Raises what is wrong, in words.

        The kept secret goes to the stored server alone, and as the stored user.
        """
        with self._opened_post(server or self.preferences().mail, cancel or CancelToken(), secret) as post:
            refused = self._post_mail(post, trial_mail(post.server.host), [to])
        for error in refused.values():
            raise error

    def _opened_post(self, server: MailServer, cancel: CancelToken, secret: str = "") -> Post:
        check_mail_server(server)
        password = secret if server.user else ""
        if not password and _same_sign_in(self.preferences().mail, server):
            password = self.secrets.get(self._mail_secret_owner, MAIL_SECRET)
        if server.user and not password:
            raise FixSettings("PSC-MAIL-NO-SECRET", where=MAIL_SECRET, host=server.host, user=server.user)
        return Post(server, password, cancel, self.mail_limits)

    def _post_mail(self, post: Post, mail: Mail, to: Sequence[str]) -> dict[str, PsconnectError]:
        """Send a mail; returns who could not be reached and why, if others were. Raises if nobody was."""
        refused: dict[str, PsconnectError] = {
            one: FixSettings("PSC-MAIL-NOT-ASCII", where=one, address=one, host=post.server.host)
            for one in to
            if not post.takes(one)
        }
        reachable = [one for one in to if one not in refused]
        if not reachable:
            raise next(iter(refused.values()))
        return refused | post.send(mail_message(mail, post.server.sender, reachable, self.clock.now()))


def _same_sign_in(stored: MailServer, server: MailServer) -> bool:
    """Whether the secret that is kept for a server may be sent to another one."""
    return bool(server.host and server.user) and (
        (stored.host.casefold(), stored.user) == (server.host.casefold(), server.user)
    )
