"""Keys that are the same in every run, so that an input that was kept means the same tomorrow."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from registry.provenance.file_signer import FileSigner
from registry.provenance.verifying_key import load_verifying_key
from registry.provenance.vkey import NoteKey

ORIGIN = "credit.example/fuzz"


@cache
def signer(name: str) -> FileSigner:
    """The Ed25519 key with this name."""
    private = Ed25519PrivateKey.from_private_bytes(sha256(f"fuzz {name}".encode()).digest())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with TemporaryDirectory() as directory:
        path = Path(directory) / "key.pem"
        path.touch(mode=0o600)
        path.write_bytes(pem)
        return FileSigner.load(path, None)


def note_key(name: str, *, origin: str = ORIGIN) -> NoteKey:
    """Its public half as a key of notes."""
    made = signer(name)
    return NoteKey.of(origin, load_verifying_key(made.suite, made.public_key))
