"""A Moodle site of a test's own: what a test starts, looks at and changes."""

from __future__ import annotations

from types import TracebackType
from typing import Literal, Self

from tests.moodle.server.app import App
from tests.moodle.server.capabilities import CAPABILITIES
from tests.moodle.server.content import SiteContent
from tests.moodle.server.records import User
from tests.moodle.server.session import Robot
from tests.moodle.server.state import State
from tests.moodle.server.switches import Blocked, Switches
from tests.moodle.server.tokens import SERVICE, Tokens
from tests.moodle.server.wire import LOOPBACK, Listener

#: Roles that the robot may give: manager and below, without guest, user and front page.
_ASSIGNABLE = {1, 3, 4, 5}


class MoodleSite(SiteContent):
    """A site over real HTTP. Use it as a context manager, or start and stop it; content and port survive a stop.

    Attributes:
        switches: settings of the site and of its PHP, changed at any time.
        calls: what was asked, in order.
        faults: what is to go wrong.
        tokens: the service's tokens; `token` is the first.
        robot: the account behind them, with its role.
        service: names of the functions in the token's service.
        release: `4.3`, `4.5` or `5.1`.

    """

    def __init__(
        self, release: Literal["4.3", "4.5", "5.1"] = "5.1", path: str = "", switches: Switches | None = None
    ) -> None:
        super().__init__(State(switches or Switches(), release))
        if release == "5.1":
            self.switches.installed_auths.discard("mnet")  # Gone with this release (observed).
        self.release, self.path = release, path.rstrip("/")
        account = User(
            username=SERVICE,
            firstname="PS",
            lastname="Connect",
            email="robot@moodle.invalid",
            password="Robot-1-secret",
        )
        self.robot = Robot(self.state.users.add(account), set(CAPABILITIES), set(_ASSIGNABLE))
        self.tokens = Tokens()
        self._app = App(self.state, self.robot, self.tokens, "")
        self.calls, self.faults, self.service = self._app.calls, self._app.faults, self._app.service
        self._listener: Listener | None = None
        self._port = 0

    @property
    def switches(self) -> Switches:
        """The site's switches."""
        return self.state.switches

    @property
    def address(self) -> str:
        """The address the site is configured for, without a slash at the end."""
        return self._app.address

    @property
    def token(self) -> str:
        """The robot's token."""
        return self.tokens.first

    @property
    def admin(self) -> User:
        """The site's administrator."""
        return self.state.users.where(username="admin")[0]

    @property
    def capabilities(self) -> set[str]:
        """What the robot's role allows; may be changed."""
        return self.robot.capabilities

    @property
    def blocked(self) -> Blocked | None:
        """What keeps the robot from everything but site info."""
        return self.robot.blocked

    @blocked.setter
    def blocked(self, reason: Blocked | None) -> None:
        self.robot.blocked = reason

    def grant(self, *capabilities: str) -> None:
        """Allow these in the robot's role."""
        self.capabilities.update(capabilities)

    def revoke(self, *capabilities: str) -> None:
        """Take these out of the robot's role."""
        self.capabilities.difference_update(capabilities)

    def start(self) -> None:
        """Serve, on the same port as before if there was one."""
        if self._listener is None:
            self._listener = Listener(self._port, self._app.answer)
            self._port = self._listener.port
            self._app.address = f"http://{LOOPBACK}:{self._port}{self.path}"

    def stop(self) -> None:
        """Break every connection off and accept none; content stays."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
