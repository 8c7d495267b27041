"""Who else may read what psconnect makes: nobody, on Linux and macOS by modes, on Windows by the list it inherits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from psconnect.logs import close_log, logger, open_log
from psconnect.store.at_rest.access import readable_by_others, sddl_lets_others_in
from psconnect.store.files import private_folder
from psconnect.store.settings.home import home_at


@pytest.mark.parametrize(
    ("sddl", "others"),
    [
        ("D:(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;S-1-5-21-1-2-3-1001)", False),
        ("D:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)", True),
        ("O:BAG:DUD:PAI(A;;FA;;;SY)(A;;FR;;;WD)", True),
        ("D:(A;;FR;;;S-1-1-0)", True),
        ("D:(A;;FR;;;S-1-5-32-545)", True),
        ("D:(D;;FA;;;WD)(A;;FA;;;SY)", False),
        ("D:(A;;FA;;;SY)S:(AU;SAFA;FA;;;WD)", False),
        ("D:NO_ACCESS_CONTROL", True),
        ("", False),
    ],
)
def test_windows_access_lists(sddl: str, others: bool) -> None:
    assert sddl_lets_others_in(sddl) is others


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX'")
def test_folders_and_log_are_the_users_own_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = home_at(tmp_path / "a" / "b" / "psconnect")
        home.connections()
        home.rosters()
        log = open_log(home.log_folder())
        logger.info("something", extra={"data": {"count": 1}})
        close_log(log)
    finally:
        os.umask(before)
    assert readable_by_others(tmp_path / "a") == []
    assert (home.logs / "psconnect.log").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX'")
def test_what_an_earlier_version_left_open_is_found_and_closed(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    home.config.mkdir(mode=0o755)
    (home.config / "window.ini").touch(mode=0o644)
    (home.config / "window.ini").chmod(0o644)
    assert readable_by_others(home.config) == [str(home.config), str(home.config / "window.ini")]
    home.connections()
    assert readable_by_others(home.config) == [str(home.config / "window.ini")]
    private_folder(home.config)
    for number in range(20):
        (home.config / f"{number}.txt").touch()
        (home.config / f"{number}.txt").chmod(0o644)
    assert len(readable_by_others(home.config)) == 10
