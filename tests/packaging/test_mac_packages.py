"""The disk image for macOS, as far as it can be judged without a Mac: what is signed, in which order, and what with."""

from __future__ import annotations

import plistlib
import runpy
import struct
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.support.home import CHECKOUT
from workbench.errors import WorkbenchError
from workbench.mac_packages import ENTITLEMENTS, IDENTITY, PROFILE, make_image, parts_to_sign, run, signs
from workbench.release import Release

_PROGRAM, _LIBRARY = b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01", b"\xca\xfe\xba\xbe\x00\x00\x00\x02"
_NAME = "Developer ID Application: Example (A1B2C3D4E5)"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder like the one that PyInstaller makes."""
    contents = tmp_path / "psconnect.app" / "Contents"
    files = {
        "Info.plist": b"<plist/>",
        "MacOS/psconnect": _PROGRAM,
        "MacOS/psconnectw": _PROGRAM,
        "Frameworks/QtCore.framework/Versions/A/QtCore": _LIBRARY,
        "Frameworks/msgspec/_core.so": _PROGRAM,
        "Frameworks/base_library.zip": b"PK\x03\x04",
        "Resources/psconnect.cdx.json": b"{}",
    }
    for name, content in files.items():
        (contents / name).parent.mkdir(parents=True, exist_ok=True)
        (contents / name).write_bytes(content)
    (contents / "Frameworks" / "QtCore").symlink_to("QtCore.framework/Versions/A/QtCore")
    return contents.parent


def commands_for(app: Path, environ: dict[str, str]) -> tuple[Path, list[list[str]]]:
    release = Release(CHECKOUT, "1.2.3", 0, signed=signs(environ))
    found: list[list[str]] = []
    made = Release(app.parent, release.version, release.date, release.signed)
    image = make_image(made, app, environ, lambda command: found.append([*command]))
    return image, found


def test_each_signature_covers_what_is_below_it(app: Path) -> None:
    signed = [part.relative_to(app).as_posix() for part in parts_to_sign(app)]
    assert signed == [
        "Contents/Frameworks/QtCore.framework/Versions/A/QtCore",
        "Contents/Frameworks/msgspec/_core.so",
        "Contents/MacOS/psconnect",
        "Contents/MacOS/psconnectw",
        ".",
    ]


def test_without_an_identity_the_image_says_that_it_is_unsigned(app: Path) -> None:
    image, commands = commands_for(app, {})
    assert image.name.endswith("-unsigned.dmg")
    *signing, making = commands
    assert [command[:4] for command in signing] == [["codesign", "--force", "--sign", "-"]] * 5
    assert making[:2] == ["hdiutil", "create"]
    shown = Path(making[making.index("-srcfolder") + 1])
    assert sorted(path.name for path in shown.iterdir()) == ["Applications", "psconnect.app"]
    assert (shown / "psconnect.app" / "Contents" / "Frameworks" / "QtCore").is_symlink()


def test_with_an_identity_everything_is_hardened_stamped_and_notarised(app: Path) -> None:
    image, commands = commands_for(app, {IDENTITY: _NAME, PROFILE: "psconnect"})
    assert not image.name.endswith("-unsigned.dmg")
    kinds = [command[0] if command[0] != "xcrun" else command[1] for command in commands]
    assert kinds == ["codesign"] * 5 + ["hdiutil", "codesign", "notarytool", "stapler"]
    for command in commands[:5]:
        assert command[command.index("--options") + 1] == "runtime"
        assert "--timestamp" in command
        assert command[command.index("--sign") + 1] == _NAME
        assert command[command.index("--entitlements") + 1].endswith(ENTITLEMENTS.as_posix())
    assert commands[7][3:] == [str(image), "--keychain-profile", "psconnect", "--wait"]


def test_what_only_a_mac_has_is_told() -> None:
    with pytest.raises(WorkbenchError, match="made on a Mac"):
        run(["no-such-hdiutil"])
    with pytest.raises(WorkbenchError, match="failed"):
        run([sys.executable, "-c", "raise SystemExit(1)"])


def test_the_hardened_runtime_allows_what_python_needs_and_nothing_else() -> None:
    allowed = plistlib.loads((CHECKOUT / ENTITLEMENTS).read_bytes())
    assert allowed == {
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
        "com.apple.security.cs.disable-library-validation": True,
    }


def test_the_application_has_a_window_and_says_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CHECKOUT / "packaging" / "freeze"))
    details = runpy.run_path(str(CHECKOUT / "packaging" / "freeze" / "details.py"))
    said = details["info_plist"](CHECKOUT)
    assert said["CFBundleExecutable"] == "psconnectw"
    assert not said["LSBackgroundOnly"]
    assert said["CFBundleShortVersionString"] == said["CFBundleVersion"] == "0.1.0"
    assert said["NSHighResolutionCapable"]
    languages = {path.parent.parent.name for path in (CHECKOUT / "resources" / "translations").rglob("*.mo")}
    assert set(said["CFBundleLocalizations"]) == {"en", *languages}


def test_the_icon_has_every_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizes of Apple’s icon set; ``ic11`` and ``ic12`` are for screens of twice the density."""
    sizes = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1_024}
    pictures = runpy.run_path(str(CHECKOUT / "packaging" / "freeze" / "pictures.py"))
    svg = CHECKOUT / "resources" / "brand" / "psconnect.svg"
    held = pictures["write_icns"](svg, tmp_path / "psconnect.icns").read_bytes()
    assert struct.unpack(">4sI", held[:8]) == (b"icns", len(held))
    found, place = dict[bytes, int](), 8
    while place < len(held):
        kind, length = struct.unpack(">4sI", held[place : place + 8])
        image = QImage.fromData(held[place + 8 : place + length])
        assert image.width() == image.height()
        assert image.pixelColor(image.width() // 2, image.height() // 2).alpha() == 255, "it is drawn"
        found[kind], place = image.width(), place + length
    assert found == sizes
