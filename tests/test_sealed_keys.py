"""Keys under a pass phrase: had again by it alone; any byte that differs opens nothing."""

from __future__ import annotations

import os

import pytest

from registry.backups.manifest import BackupError
from registry.backups.sealing import NONCE_BYTES, SALT_BYTES, open_keys, seal_keys

FILES = {"keys/vault.key": bytes(range(32)), "tls/server.key": b"-----BEGIN PRIVATE KEY-----\n"}
PHRASE = "一个足够长的口令: 十二字以上".encode()


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return seal_keys(FILES, PHRASE, random=os.urandom(SALT_BYTES + NONCE_BYTES))


def test_sealed_keys_are_had_again_by_their_pass_phrase(sealed: bytes) -> None:
    assert open_keys(sealed, PHRASE) == FILES
    for content in FILES.values():
        assert content not in sealed


@pytest.mark.parametrize("at", [0, 15, 16, 31, 32, 43, 44, -17, -1])
def test_byte_that_differs_opens_nothing(sealed: bytes, at: int) -> None:
    altered = bytearray(sealed)
    altered[at] ^= 1
    with pytest.raises(BackupError, match=r"keys\.sealed"):
        open_keys(bytes(altered), PHRASE)


@pytest.mark.parametrize("length", [0, 16, 44])
def test_part_of_them_is_none(sealed: bytes, length: int) -> None:
    with pytest.raises(BackupError, match="不是封存的密钥"):
        open_keys(sealed[:length], PHRASE)


def test_file_that_would_lie_elsewhere_is_refused() -> None:
    made = seal_keys({"../escape": b"x"}, PHRASE, random=bytes(SALT_BYTES + NONCE_BYTES))
    with pytest.raises(BackupError, match="不在安装目录之内"):
        open_keys(made, PHRASE)


@pytest.mark.parametrize("phrase", ["", "elf Zeichen", "十一个字的口令不够长"])
def test_pass_phrase_that_is_too_short_is_refused(phrase: str) -> None:
    with pytest.raises(BackupError, match="12"):
        seal_keys(FILES, phrase.encode(), random=bytes(SALT_BYTES + NONCE_BYTES))
