"""Says what is inside a frozen psconnect: licences in ``licences``, all parts in ``psconnect.cdx.json`` (CycloneDX).

Run by the environment that froze it: ``contents.py FOLDER TOC VERSION``, TOC being PyInstaller's COLLECT-00.toc. What
is told is what is there: each file is traced to the Python package or the system's package that it came from.
"""

from __future__ import annotations

import ast
import json
import platform
import shutil
import sqlite3
import ssl
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

BILL = "psconnect.cdx.json"
LICENCES = "licences"
_TEXTS = Path(__file__).with_name("licences")
_LGPL = ("pyside6_essentials", "shiboken6")
"""Packages whose wheels lack the text of their licence, the LGPL, which builds on the GPL's."""
_GPL = ("readline", "gdbm")
"""Parts of a Python that would put psconnect under the GPL."""


def main(frozen: Path, toc: Path, version: str) -> None:
    """Write both beside the programs; raises SystemExit for what may not be inside."""
    sources = _sources(toc)
    if bad := sorted({one.name for one in sources if any(name in one.name for name in _GPL)}):
        raise SystemExit(f"Under the GPL, and so not to be shipped: {', '.join(bad)}")
    packages = _packages(sources)
    system = _system_packages(sources)
    licences = frozen / LICENCES
    licences.mkdir(exist_ok=True)
    for name, package in packages.items():
        _copy_licences(package, licences / name)
    for name in system:
        _copy(licences / f"debian-{name}", [Path("/usr/share/doc", name, "copyright")])
    # Beside the standard library, or on Windows beside the interpreter.
    places = (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix))
    _copy(licences / "python", [next(one / "LICENSE.txt" for one in places if (one / "LICENSE.txt").exists())])
    parts = [*_described(packages), *_runtime(), *(_debian(name, number) for name, number in system.items())]
    (frozen / BILL).write_text(json.dumps(_bill(parts, version), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _sources(toc: Path) -> set[Path]:
    """Every file that something in the folder was made of: those that were copied, and modules in the archive."""
    found: set[Path] = set()
    for listed in (toc, toc.with_name("PYZ-00.toc")):
        rows = ast.literal_eval(listed.read_text(encoding="utf-8"))
        lists = [one for one in rows if isinstance(one, list)] if isinstance(rows, tuple) else [rows]
        found |= {Path(row[1]) for one in lists for row in one if len(row) > 1 and row[1]}
    return found


def _packages(sources: set[Path]) -> dict[str, metadata.Distribution]:
    """The Python packages that files came from, by name in lower case."""
    found: dict[str, metadata.Distribution] = {}
    for package in metadata.distributions():
        files = {_on_disk(package, one).resolve() for one in package.files or ()}
        if any(one.resolve() in files for one in sources):
            found[package.name.lower().replace("-", "_")] = package
    return dict(sorted(found.items()))


def _system_packages(sources: set[Path]) -> dict[str, str]:
    """The Debian packages that libraries came from, with versions; none on other systems."""
    if shutil.which("dpkg-query") is None:
        return {}
    own = [one for one in sources if one.is_absolute() and one.parts[1] in ("usr", "lib") and "local" not in one.parts]
    asked = {str(one) for one in own} | {str(one.resolve()) for one in own}
    asked |= {one.removeprefix("/usr") for one in asked}
    done = subprocess.run(["dpkg-query", "-S", *sorted(asked)], capture_output=True, text=True, check=False)
    names = {line.partition(":")[0] for line in done.stdout.splitlines()}
    form = "-f=${Package} ${Version}\n"
    shown = subprocess.run(
        ["dpkg-query", "-W", form, *sorted(names)], capture_output=True, text=True, check=bool(names)
    )
    return dict(line.split(" ", 1) for line in sorted(shown.stdout.splitlines())) if names else {}


def _copy_licences(package: metadata.Distribution, folder: Path) -> None:
    """The texts that a package brings, else the one it names."""
    words = ("licen", "copying", "notice", "authors")
    files = [one for one in package.files or () if any(word in one.name.lower() for word in words)]
    texts = [_on_disk(package, one) for one in files if ".dist-info" in str(one) and one.suffix != ".py"]
    if folder.name in _LGPL:
        texts += sorted(_TEXTS.glob("*.txt"))
    if texts:
        _copy(folder, texts)
        return
    folder.mkdir(exist_ok=True)
    named = [one for field in ("License-Expression", "License") for one in package.metadata.get_all(field) or ()]
    named += [one for one in package.metadata.get_all("Classifier") or () if one.startswith("License")]
    said = "\n".join(named)
    if not said:
        raise SystemExit(f"{package.name} names no licence: look at it before it is shipped.")
    where = f"{package.name} {package.version} brings no text of its licence. It is said to be under:\n{said}\n"
    (folder / "licence.txt").write_text(where, encoding="utf-8")


def _on_disk(package: metadata.Distribution, file: metadata.PackagePath) -> Path:
    return Path(str(package.locate_file(file)))


def _copy(folder: Path, texts: Iterable[Path]) -> None:
    folder.mkdir(exist_ok=True)
    for text in texts:
        shutil.copyfile(text, folder / text.name)


def _described(packages: Mapping[str, metadata.Distribution]) -> list[dict[str, Any]]:
    """The packages as cyclonedx-py describes them, without what only froze the program."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-format", "JSON", sys.executable]
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["components"]
    return [one for one in listed if one["name"].lower().replace("-", "_") in packages]


def _runtime() -> list[dict[str, Any]]:
    """What Python itself brings, and Qt, of which PySide6 is only the binding."""
    qt = metadata.version("PySide6_Essentials")
    return [
        _part("cpython", platform.python_version(), "PSF-2.0"),
        _part("openssl", ssl.OPENSSL_VERSION.split()[1], "Apache-2.0"),
        _part("sqlite", sqlite3.sqlite_version, "blessing"),
        _part("qt", qt, "LGPL-3.0-only"),
    ]


def _part(name: str, version: str, licence: str) -> dict[str, Any]:
    licences = [{"license": {"id": licence}}]
    return {"type": "library", "bom-ref": name, "name": name, "version": version, "licenses": licences}


def _debian(name: str, version: str) -> dict[str, Any]:
    purl = f"pkg:deb/debian/{name}@{version}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _bill(parts: list[dict[str, Any]], version: str) -> dict[str, Any]:
    """The document, without time and serial number, so that the same program has the same one."""
    whole = {"type": "application", "bom-ref": "psconnect", "name": "psconnect", "version": version}
    found = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": whole}}
    return {**found, "components": sorted(parts, key=lambda one: str(one["bom-ref"]))}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
