"""The vault: under which reference a subject is kept, and how personal content rests (个人信息保护).

* An organisation's reference is its 统一社会信用代码. A natural person's is ``P:`` and the keyed hash
  (HMAC-SHA256) of paper type and number, so that a stolen store names nobody.
* Each person has a random secret. It keys the person's subject key in the log's leaves and the
  cipher of every statement about the person; destroying it makes both unreadable for ever while the
  log still verifies (invariant 6). It rests sealed, beside the sealed number.
* Every payload rests sealed with AES-256-GCM: 双公示 rows of companies name their legal
  representatives, so no statement is free of personal content. What comes out is byte for byte what
  was signed.

All keys come from one 32-byte master key by HMAC with a label; ``check_value`` tells a wrong master
key before anything is read or written with it. Randomness is an argument.

Sealed form: nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes); the label is bound as associated data.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.domain.identifiers import is_personal, names_a_subject, normalise
from registry.provenance.leaf import subject_key
from registry.v1 import subject_pb2

MASTER_BYTES = 32
SECRET_BYTES = 32
NONCE_BYTES = 12
PERSON_PREFIX = "P:"
LEGACY_PREFIX = "L:"
Opener = Callable[[bytes], bytes]
"""Gives a payload as it was signed, from its sealed form."""
_HK_MACAO_PERSON = 9
_PERSON = b"person"
_PAYLOAD = b"payload"


class VaultError(ValueError):
    """Something sealed could not be opened: another master key, or altered bytes."""


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person's identifier and secret, as the vault holds them."""

    identifier: subject_pb2.Identifier
    secret: bytes


class Vault:
    """Seals, opens and refers by one master key."""

    def __init__(self, master: bytes) -> None:
        if len(master) != MASTER_BYTES:
            raise VaultError(f"a vault key has {MASTER_BYTES} bytes, this one has {len(master)}")
        self._lookup = _derive(master, b"lookup")
        self._persons = AESGCM(_derive(master, b"persons"))
        self._payload_key = _derive(master, b"payloads")
        self._index = _derive(master, b"index")
        self._evidence = _derive(master, b"evidence")
        self.check_value = _derive(master, b"check")[:8].hex()

    def ref(self, identifier_type: subject_pb2.IdentifierType.ValueType, value: str) -> str:
        """The reference of a subject, from an identifier as written."""
        code = normalise(value)
        if not is_personal(identifier_type):
            # A code of before the USCC has a space of its own for each type: equal digits are no equal codes.
            return code if names_a_subject(identifier_type) else self._legacy_ref(identifier_type, code)
        if identifier_type == subject_pb2.IDENTIFIER_TYPE_HK_MACAO_PERMIT:
            code = code[:_HK_MACAO_PERSON]  # The last two digits of the old form count renewals.
        text = f"{identifier_type}|{code}".encode()
        return PERSON_PREFIX + hmac.digest(self._lookup, text, "sha256").hex()

    def _legacy_ref(self, identifier_type: subject_pb2.IdentifierType.ValueType, code: str) -> str:
        """Keyed, for a sole trader's tax number may be a citizen's."""
        text = f"{identifier_type}|{code}".encode()
        return LEGACY_PREFIX + hmac.digest(self._lookup, text, "sha256").hex()

    def seal_person(self, person: Person, nonce: bytes) -> bytes:
        """The sealed form of a person, for the store."""
        return nonce + self._persons.encrypt(
            nonce, person.secret + person.identifier.SerializeToString(), _PERSON
        )

    def open_person(self, sealed: bytes) -> Person:
        """The person again. Raises VaultError."""
        plain = _open(self._persons, sealed, _PERSON)
        return Person(subject_pb2.Identifier.FromString(plain[SECRET_BYTES:]), plain[:SECRET_BYTES])

    def names(self, person: Person, ref: str) -> bool:
        """Whether a person's number is kept, whose reference this is: of one that was erased it is masked."""
        return self.ref(person.identifier.type, person.identifier.value) == ref

    def seal_payload(self, payload: bytes, secret: bytes, nonce: bytes) -> bytes:
        """A payload at rest; ``secret`` is the person's, or empty for an organisation."""
        return nonce + self._cipher(secret).encrypt(nonce, payload, _PAYLOAD)

    def open_payload(self, sealed: bytes, secret: bytes) -> bytes:
        """The payload as it was signed. Raises VaultError."""
        return _open(self._cipher(secret), sealed, _PAYLOAD)

    def opener(self, secret: bytes) -> Opener:
        """What opens many payloads under one secret; it raises VaultError."""
        cipher = self._cipher(secret)

        def opened(sealed: bytes) -> bytes:
            return _open(cipher, sealed, _PAYLOAD)

        return opened

    def index_tag(self, content: bytes) -> bytes:
        """What shows that this registry made an index with these facts (HMAC-SHA256)."""
        return hmac.digest(self._index, content, "sha256")

    def evidence_key(self, name: bytes) -> bytes:
        """The key under which a piece of evidence rests, by its digest; or what is told of it, by a name."""
        return hmac.digest(self._evidence, name, "sha256")

    def _cipher(self, secret: bytes) -> AESGCM:
        return _payload_cipher(self._payload_key, secret)


def is_person(ref: str) -> bool:
    """Whether a reference is a natural person's."""
    return ref.startswith(PERSON_PREFIX)


def leaf_subject_key(ref: str, secret: bytes) -> bytes:
    """The subject key in a leaf: of a person keyed with the secret, otherwise a plain hash."""
    return hmac.digest(secret, ref.encode(), "sha256") if secret else subject_key(ref)


def _derive(master: bytes, label: bytes) -> bytes:
    return hmac.digest(master, b"registry.v1 vault " + label, "sha256")


@lru_cache(maxsize=4096)
def _payload_cipher(key: bytes, secret: bytes) -> AESGCM:
    return AESGCM(_derive(key, secret))


def _open(cipher: AESGCM, sealed: bytes, label: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label)
    except (InvalidTag, ValueError) as error:
        raise VaultError("sealed data cannot be opened: another vault key, or altered bytes") from error
