"""Key files under a pass phrase, for those who want them in a backup.

A backup travels farther than the server: to another disk, another house, a firm that keeps tapes. Whoever
has the store and ``vault.key`` reads every person in it; whoever has ``log.key`` signs another history. So
keys are in no backup unless it is asked for, and then only sealed:

    REGISTRY-KEYS-1\\n ‖ salt (16) ‖ nonce (12) ‖ AES-256-GCM(key, {"keys/vault.key": "<base64>", …})

    key = scrypt(pass phrase, salt, n = 2^17, r = 8, p = 1, 32 bytes), everything before the cipher's text is
    bound to it as associated data.

A wrong pass phrase and an altered byte look the same, and nothing is handed out for either.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.backups.manifest import BackupError, is_inside

SALT_BYTES, NONCE_BYTES = 16, 12
SHORTEST = 12
"""Characters of a pass phrase: the sealed keys may be tried at leisure by whoever has the backup."""
_MAGIC = b"REGISTRY-KEYS-1\n"
_HEAD = len(_MAGIC) + SALT_BYTES + NONCE_BYTES
_COST, _BLOCK, _MEMORY = 1 << 17, 8, 1 << 28


def seal_keys(files: Mapping[str, bytes], passphrase: bytes, *, random: bytes) -> bytes:
    """Seals files by their names; ``random`` is ``SALT_BYTES + NONCE_BYTES`` fresh bytes. Raises BackupError
    for a pass phrase that is too short."""
    if len(passphrase.decode("utf-8", "replace")) < SHORTEST:
        raise BackupError(f"封存密钥的口令不得少于{SHORTEST}个字符")
    head = _MAGIC + random
    content = {name: base64.b64encode(each).decode() for name, each in sorted(files.items())}
    return head + _cipher(head, passphrase).encrypt(head[-NONCE_BYTES:], json.dumps(content).encode(), head)


def open_keys(sealed: bytes, passphrase: bytes) -> dict[str, bytes]:
    """The files again, by their names. Raises BackupError."""
    head = sealed[:_HEAD]
    if not sealed.startswith(_MAGIC) or len(sealed) <= _HEAD:
        raise BackupError("keys.sealed 不是封存的密钥")
    try:
        content = _cipher(head, passphrase).decrypt(head[-NONCE_BYTES:], sealed[_HEAD:], head)
    except InvalidTag:
        raise BackupError("封存密钥的口令不对, 或 keys.sealed 已损坏") from None
    files = {name: base64.b64decode(each) for name, each in json.loads(content).items()}
    if not all(map(is_inside, files)):
        raise BackupError("keys.sealed 中的文件名不在安装目录之内")
    return files


def _cipher(head: bytes, passphrase: bytes) -> AESGCM:
    salt = head[len(_MAGIC) : len(_MAGIC) + SALT_BYTES]
    return AESGCM(hashlib.scrypt(passphrase, salt=salt, n=_COST, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=32))
