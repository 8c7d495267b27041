"""Signatures of Windows programs, if environment variables say what with; without them nothing is signed.

Either ``PSCONNECT_SIGN_PFX``, a certificate with its key, by osslsigncode on any system; its password stands in the
file ``PSCONNECT_SIGN_PASSWORD_FILE``, and ``PSCONNECT_SIGN_TIMESTAMP`` is the address of an RFC 3161 server. Or
``PSCONNECT_SIGN_COMMAND``, a command that signs the file named behind it in place: SignTool with Artifact Signing.

``python -m workbench.signing FILE`` signs one file; NSIS calls it for the uninstaller, which only NSIS makes.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.errors import WorkbenchError

PFX, COMMAND = "PSCONNECT_SIGN_PFX", "PSCONNECT_SIGN_COMMAND"
PASSWORD_FILE, TIMESTAMP = "PSCONNECT_SIGN_PASSWORD_FILE", "PSCONNECT_SIGN_TIMESTAMP"


def signs(environ: Mapping[str, str]) -> bool:
    """Whether there is something to sign with."""
    return bool(environ.get(PFX) or environ.get(COMMAND))


def sign(file: Path, environ: Mapping[str, str]) -> None:
    """Sign a file in place; raises WorkbenchError if that fails."""
    if environ.get(COMMAND):
        _run([*shlex.split(environ[COMMAND]), str(file)], file)
        return
    signed = file.with_name(f"{file.name}.signed")
    try:
        _run(_osslsigncode(environ, file, signed), file)
        signed.replace(file)
    finally:
        signed.unlink(missing_ok=True)


def _osslsigncode(environ: Mapping[str, str], file: Path, signed: Path) -> Sequence[str]:
    password = ["-readpass", environ[PASSWORD_FILE]] if environ.get(PASSWORD_FILE) else []
    stamp = ["-ts", environ[TIMESTAMP]] if environ.get(TIMESTAMP) else []
    described = ["-h", "sha256", "-n", "psconnect"]
    places = ["-in", str(file), "-out", str(signed)]
    return ["osslsigncode", "sign", "-pkcs12", environ[PFX], *password, *described, *stamp, *places]


def _run(command: Sequence[str], file: Path) -> None:
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        raise WorkbenchError(f"{file.name} could not be signed: {command[0]} can’t be started.") from error
    if done.returncode != 0:
        raise WorkbenchError(f"{file.name} could not be signed:\n{done.stdout.decode(errors='replace').strip()}")


if __name__ == "__main__":
    sign(Path(sys.argv[1]), os.environ)
