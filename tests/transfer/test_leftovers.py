"""What killed deliveries left is deleted when it is ours, and only then."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.transfer.folder import FolderPlace

HOME, OTHER = "a1" * 16, "b2" * 16
DAYS_AGO = 2 * 24 * 60 * 60


class Killed(BaseException):
    """Stands for the end of the process at this point."""


def nothing(_step: str) -> None:
    """Follow no steps."""


def place(folder: Path, name: str = "roster.zip", home: str = HOME) -> FolderPlace:
    return FolderPlace(folder, name, 3, nothing, home=home)


def killed_while_writing(at: FolderPlace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A half-written bundle, as a killed process leaves it."""
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_args, **_more: None)
        with contextlib.suppress(Killed), at.writing() as (file, temporary):
            file.write(b"half a roster")
            raise Killed
    assert temporary.exists()
    return temporary


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def aged(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    then = path.stat().st_mtime - DAYS_AGO
    os.utime(path, (then, then))
    return path


def test_what_a_killed_delivery_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_while_writing(place(tmp_path), monkeypatch)
    assert place(tmp_path).sweep() == []
    assert names(tmp_path) == []


def test_a_killed_trial_and_a_killed_claim_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = place(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_args, **_more: None)
        at.check()
        patch.setattr(Path, "replace", lambda *_args: (_ for _ in ()).throw(Killed))
        temporary = tmp_path / "made"
        temporary.touch()
        with pytest.raises(Killed):
            at.publish(temporary, CancelToken())
    temporary.unlink()
    assert len(names(tmp_path)) == 2
    at.sweep()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "home"), [("roster.zip", OTHER), ("roster two.zip", HOME), ("oster.zip", HOME), ("roster.zi.zip", HOME)]
)
def test_what_another_delivery_is_writing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, home: str
) -> None:
    theirs = killed_while_writing(place(tmp_path, name, home), monkeypatch)
    place(tmp_path).sweep()
    assert theirs.exists()
    place(tmp_path, name, home).sweep()
    assert not theirs.exists()


def test_what_older_versions_left_is_swept_a_day_later(tmp_path: Path) -> None:
    unmarked = [".roster.zip.abcd1234.tmp", ".psconnect-abcd_234.tmp", "previous/roster 20261118T173015-250000Z.tmp"]
    for name in unmarked:
        aged(tmp_path / name)
    others = [".roster.zip.short.tmp", ".other.zip.abcd1234.tmp", "notes.tmp", ".roster.zip.abcd1234.zip"]
    for name in others:
        aged(tmp_path / name)
    fresh = tmp_path / ".roster.zip.wxyz6789.tmp"
    fresh.touch()
    place(tmp_path).sweep()
    assert names(tmp_path) == sorted([*others, fresh.name])


def test_what_is_held_is_told_and_the_rest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = killed_while_writing(place(tmp_path), monkeypatch)
    killed_while_writing(place(tmp_path), monkeypatch)
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path == held:
            raise PermissionError(13, "held", str(path))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert place(tmp_path).sweep() == [held]
    assert names(tmp_path) == [held.name]


def test_a_folder_that_is_not_there_has_no_leftovers(tmp_path: Path) -> None:
    assert place(tmp_path / "away").sweep() == []
    assert place(tmp_path / "away").leave() == []
