"""What a site tells of itself (moodle-api.md 6.1; `webservice/externallib.php`): also to an account that is blocked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from tests.moodle.server.functions.function import Function
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, Value

#: `release` and `version` of the builds that were observed (moodle.md "How to read the marks").
_BUILDS: Final = {
    "4.3": ("4.3 (Build: 20231009)", "2023100900"),
    "4.5": ("4.5.6 (Build: 20250811)", "2024100706"),
    "5.1": ("5.1+ (Build: 20251017)", "2025100600.02"),
}
NAME: Final = "core_webservice_get_site_info"


def site_info(address: Callable[[], str], service: Iterable[str]) -> Function:
    """The function for a site at this address, with these functions in the token's service."""

    def run(session: Session, _: dict[str, Any]) -> dict[str, Any]:
        robot = session.robot.user
        release, version = _BUILDS[session.release]
        return {
            "sitename": session.text(session.state.courses.get(1).fullname),
            "username": robot.username,
            "firstname": robot.firstname,
            "lastname": robot.lastname,
            "fullname": f"{robot.firstname} {robot.lastname}",
            "lang": robot.lang,
            "userid": robot.id,
            "siteurl": address(),
            "userpictureurl": f"{address()}/theme/image.php/boost/core/1/u/f1",
            "functions": [{"name": name, "version": version} for name in sorted(service)],
            "downloadfiles": 0,
            "uploadfiles": 0,
            "release": release,
            "version": version,
            "mobilecssurl": "",
            "advancedfeatures": [{"name": "enablewebservices", "value": 1}],
            "usercanmanageownfiles": True,
            "userquota": 104_857_600,
            "usermaxuploadfilesize": -1,
            "userhomepage": 1,
            "userprivateaccesskey": "made-up-private-access-key",
            "siteid": 1,
            "sitecalendartype": "gregorian",
            "usercalendartype": "gregorian",
            "userissiteadmin": False,
            "theme": "boost",
            "limitconcurrentlogins": 0,
            "policyagreed": 1,
        }

    return Function(Struct({"serviceshortnames": Many(Value("alphanumext"), "default", ())}), run)
