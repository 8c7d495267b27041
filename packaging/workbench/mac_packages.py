"""macOS: the frozen application as a disk image. Made on a Mac, and not yet tried on one (docs/installing.md).

Signed if ``PSCONNECT_SIGN_IDENTITY`` names a Developer ID of the keychain, and notarised if
``PSCONNECT_NOTARY_PROFILE`` names credentials that ``notarytool store-credentials`` keeps there. Without an identity
the signature names nobody: on Apple's own processors, a program without any does not start.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.release import Release

IDENTITY, PROFILE = "PSCONNECT_SIGN_IDENTITY", "PSCONNECT_NOTARY_PROFILE"
ENTITLEMENTS = Path("packaging", "macos", "entitlements.plist")
_NOBODY = "-"
_MACH_O = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How programs and libraries begin: for one 64-bit processor, and for several."""
Run = Callable[[Sequence[str]], None]


def signs(environ: Mapping[str, str]) -> bool:
    """Whether there is an identity to sign with."""
    return bool(environ.get(IDENTITY))


def run(command: Sequence[str]) -> None:
    """Run a command of macOS; raises WorkbenchError if it fails."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        raise WorkbenchError(f"{command[0]} can’t be started. Disk images are made on a Mac.") from error
    if done.returncode != 0:
        raise WorkbenchError(f"{command[0]} failed:\n{done.stdout.decode(errors='replace').strip()}")


def make_image(release: Release, app: Path, environ: Mapping[str, str] = os.environ, run: Run = run) -> Path:
    """The disk image of an application: itself beside a link to where it belongs."""
    for part in parts_to_sign(app):
        run(_signing(release, part, environ))
    target = release.folder / f"{release.name('macos')}.dmg"
    shown = release.folder / "work" / "image"
    shutil.rmtree(shown, ignore_errors=True)
    shutil.copytree(app, shown / app.name, symlinks=True)
    (shown / "Applications").symlink_to("/Applications")
    kind = ["-volname", "psconnect", "-format", "UDZO", "-fs", "HFS+", "-ov"]
    run(["hdiutil", "create", *kind, "-srcfolder", str(shown), str(target)])
    if release.signed:
        run(_signing(release, target, environ))
    if environ.get(PROFILE):
        run(["xcrun", "notarytool", "submit", str(target), "--keychain-profile", environ[PROFILE], "--wait"])
        run(["xcrun", "stapler", "staple", str(target)])
    return target


def parts_to_sign(app: Path) -> Iterator[Path]:
    """Programs and libraries inside, deepest first, and the application last: each signature covers what is below."""
    found = [path for path in app.rglob("*") if path.is_file() and not path.is_symlink() and _is_program(path)]
    yield from sorted(found, key=lambda path: (-len(path.parts), path))
    yield app


def _is_program(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _MACH_O


def _signing(release: Release, part: Path, environ: Mapping[str, str]) -> Sequence[str]:
    if not release.signed:
        return ["codesign", "--force", "--sign", _NOBODY, str(part)]
    allowed = ["--entitlements", str(release.checkout / ENTITLEMENTS)] if part.suffix != ".dmg" else []
    hardened = ["--timestamp", "--options", "runtime", *allowed]
    return ["codesign", "--force", *hardened, "--sign", environ[IDENTITY], str(part)]
