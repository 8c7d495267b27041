"""Signatures: what is ours is signed if a certificate is given; another program, osslsigncode, verifies it."""

from __future__ import annotations

import datetime as dt
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.packaging.test_packages import ICON, release  # noqa: F401 - a fixture
from workbench import signing
from workbench.errors import WorkbenchError
from workbench.release import Release
from workbench.windows_packages import PROGRAMS, make_setup

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tried with Debian's NSIS and osslsigncode")
_PLAIN = 'OutFile "{target}"\nRequestExecutionLevel user\nSection\nSectionEnd\n'


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A program for Windows that does nothing."""
    folder = tmp_path_factory.mktemp("program")
    script, target = folder / "plain.nsi", folder / "plain.exe"
    script.write_text(_PLAIN.format(target=target), encoding="utf-8")
    subprocess.run(["makensis", "-V1", str(script)], check=True, capture_output=True)
    return target.read_bytes()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate that nobody trusts: ``test.pfx`` with its key, ``password`` and ``test.pem``."""
    folder = tmp_path_factory.mktemp("certificate")
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "psconnect test")])
    begins = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=3_650))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    sealed = serialization.BestAvailableEncryption(b"made up")
    (folder / "test.pfx").write_bytes(pkcs12.serialize_key_and_certificates(b"test", key, made, None, sealed))
    (folder / "test.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "password").write_text("made up", encoding="utf-8")
    return folder


@pytest.fixture
def given(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    variables = {signing.PFX: str(certificate / "test.pfx"), signing.PASSWORD_FILE: str(certificate / "password")}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


def verified(file: Path, certificate: Path) -> bool:
    command = ["osslsigncode", "verify", "-CAfile", str(certificate / "test.pem"), "-in", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Signature verification: ok" in done.stdout


def test_every_program_of_ours_is_signed(
    release: Release,  # noqa: F811
    tmp_path: Path,
    program: bytes,
    certificate: Path,
    given: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frozen = tmp_path / "psconnect"
    (frozen / "_internal").mkdir(parents=True)
    for name in PROGRAMS:
        (frozen / name).write_bytes(program)
    # NSIS makes the uninstaller while it makes the setup: what signs it keeps a copy to look at.
    kept, keep = tmp_path / "uninstall.exe", tmp_path / "keep.py"
    keep.write_text(
        "import os, pathlib, shutil, sys\n"
        "from workbench.signing import sign\n"
        "sign(pathlib.Path(sys.argv[1]), os.environ)\n"
        f"shutil.copy(sys.argv[1], {str(kept)!r})\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("workbench.windows_packages.UNINSTALLER", (sys.executable, str(keep)))

    setup = make_setup(Release(release.checkout, release.version, release.date, signed=True), frozen, ICON)

    assert not setup.name.endswith("-unsigned.exe")
    assert given
    for file in (setup, kept, *(frozen / name for name in PROGRAMS)):
        assert verified(file, certificate), file.name
        file.write_bytes(file.read_bytes().replace(b"This program", b"That program", 1))
        assert not verified(file, certificate), file.name


def test_without_a_certificate_nothing_is_signed() -> None:
    assert not signing.signs({})
    assert signing.signs({signing.PFX: "x"})
    assert signing.signs({signing.COMMAND: "x"})


def test_a_command_of_ones_own_signs_in_place(tmp_path: Path) -> None:
    file = tmp_path / "a b.exe"
    file.write_bytes(b"MZ")
    code = "import sys; open(sys.argv[1], 'ab').write(b' signed')"

    signing.sign(file, {signing.COMMAND: shlex.join([sys.executable, "-c", code])})

    assert file.read_bytes() == b"MZ signed"


def test_what_can_not_be_signed_stays_as_it_was_and_is_told(tmp_path: Path, given: dict[str, str]) -> None:
    file = tmp_path / "psconnect.exe"
    file.write_bytes(b"no program")
    with pytest.raises(WorkbenchError, match=r"psconnect\.exe could not be signed"):
        signing.sign(file, given)
    with pytest.raises(WorkbenchError, match="can’t be started"):
        signing.sign(file, {signing.COMMAND: "no-such-command-here"})
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"no program"]
