"""Secrets that an installation makes for itself."""

import base64
import subprocess
import sys

import pytest

from governance.embedded import secrets

NAMES = ["SECRET_KEY", "PRIVACY_KEYS", "PRIVACY_INDEX_KEY"]


@pytest.fixture(autouse=True)
def _no_secrets_in_environment(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_is_made_once_and_kept_private(tmp_path, name):
    made = secrets.from_environment(name, tmp_path)

    assert secrets.from_environment(name, tmp_path) == made
    path = tmp_path / "secrets" / name.lower()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert len(made) > 40


def test_the_privacy_key_has_a_name_and_32_bytes(tmp_path):
    name, _, key = secrets.from_environment("PRIVACY_KEYS", tmp_path).partition(":")
    assert name == "k1"
    assert len(base64.b64decode(key)) == 32


def test_the_environment_comes_first_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "from-outside")
    assert secrets.from_environment("SECRET_KEY", tmp_path) == "from-outside"
    assert not (tmp_path / "secrets").exists()


READER = """
import sys
from pathlib import Path
from governance.embedded import secrets
var = Path(sys.argv[1])
sys.stdin.readline()
print("|".join(secrets.from_environment("SECRET_KEY", var / str(i)) for i in range(200)))
"""


def test_processes_that_start_together_read_the_same_whole_secret(tmp_path):
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for reader in readers:
        reader.stdin.write("go\n")
        reader.stdin.flush()
    read = [reader.communicate()[0].strip() for reader in readers]

    assert len(set(read)) == 1
    assert all(len(secret) > 40 for secret in read[0].split("|"))
    assert not list(tmp_path.glob("*/secrets/.*"))
