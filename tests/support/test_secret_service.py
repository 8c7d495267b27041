"""Proves that the Secret Service of the tests is a real one, through the way the product takes."""

from __future__ import annotations

import subprocess
import sys

_SNIPPET = """
import keyring, sys
verb = sys.argv[1]
assert type(keyring.get_keyring()).__module__ == "keyring.backends.SecretService", keyring.get_keyring()
if verb == "set":
    keyring.set_password("psconnect test", "client_secret", sys.stdin.read())
elif verb == "get":
    print(keyring.get_password("psconnect test", "client_secret"))
else:
    keyring.delete_password("psconnect test", "client_secret")
"""


def _keyring(env: dict[str, str], verb: str, text: str = "") -> str:
    command = [sys.executable, "-c", _SNIPPET, verb]
    done = subprocess.run(command, env=env, input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_secret_is_kept_across_processes_and_deleted(secret_service: dict[str, str]) -> None:
    assert _keyring(secret_service, "get") == "None"
    _keyring(secret_service, "set", "made-up secret ü")
    assert _keyring(secret_service, "get") == "made-up secret ü"
    _keyring(secret_service, "delete")
    assert _keyring(secret_service, "get") == "None"


def test_each_service_starts_empty(secret_service: dict[str, str]) -> None:
    assert _keyring(secret_service, "get") == "None"
