"""Numbers of statements (陈述编号): the same row has the same id and the same bytes whenever it is sent.

A statement's id makes submission safe to repeat: the registry answers a repetition with the first answer,
and refuses other content under an id that is taken (STATEMENT_ID_REUSED), so that a changed row must be
stated as what it is, a correction. Both need an id, and the nonce inside the statement, that come out the
same on every run. They must not be computable by others all the same: ids are shown with every hit and stored
in the clear, and a plain hash of a document number and a citizen's number can be undone by trying all
citizens' numbers; the nonce is what keeps the log's hashes from being guessed. So both are keyed
(HMAC-SHA-256) with a secret of the department:

    id      <kind>.<40 hex digits of HMAC(secret, "statement-id" ‖ parts, each with its length before it)>
    nonce   first 16 bytes of HMAC(secret, "nonce" ‖ the statement, serialised without its nonce)

The secret is 32 random bytes in a file of 64 hex digits, mode 0600, made once for a department, shared by
whoever submits for it and kept longer than any signing key. A second secret would give the same rows other
ids, and they would be recorded twice; a stolen one lets its thief test guesses, and nothing more.

What names an event: department, category, list and measures, normalised document number, subject, and for a
licence its own number (许可编号), because one decision may grant several. All else is content. A repetition
never revives what was withdrawn since; to state the same anew on purpose, name another ``occasion``.

Example: ``E-03-CF.1d0c6a…`` for a penalty.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from registry.domain.documents import normalise_number
from registry.domain.identifiers import normalise
from registry.v1.statement_pb2 import Event, Statement

SECRET_BYTES = 32
NONCE_BYTES = 16
_ID_DIGITS = 40
_NORMAL = re.compile("[\u4e00-\u9fff]{1,30}〔[0-9]{4}〕[0-9]{1,6}号").fullmatch
"""A number that is in its normal form, beyond doubt."""
_LICENCE_NUMBER = "xkbh"


class NumberingError(ValueError):
    """A file with the secret cannot be read or written; the message is one line that begins with its path."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """Numbers statements with a department's secret of 32 bytes, which it never shows. ValueError for any
    other length.
    """

    secret: bytes = field(repr=False)
    _keyed: hmac.HMAC = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError(f"the secret for statement ids has {SECRET_BYTES} bytes, not {len(self.secret)}")
        object.__setattr__(self, "_keyed", hmac.new(self.secret, digestmod="sha256"))

    @classmethod
    def generate(cls) -> Numbering:
        """A new secret, not yet saved."""
        return cls(secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def load(cls, path: str | Path) -> Numbering:
        """The secret in a file. NumberingError if it is missing, unreadable or malformed."""
        try:
            return cls(bytes.fromhex(Path(path).read_text("ascii").strip()))
        except OSError as fault:
            raise NumberingError(f"{path}: the secret cannot be read: {fault.strerror}") from None
        except ValueError:
            raise NumberingError(f"{path}: not a secret for statement ids (64 hex digits)") from None

    def save(self, path: str | Path) -> None:
        """Writes a new file that only its owner may read. NumberingError if it exists already or cannot be
        written.
        """
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{self.secret.hex()}\n")
                file.flush()
                os.fsync(descriptor)
        except FileExistsError:
            raise NumberingError(f"{path}: exists already; a secret is never overwritten") from None
        except OSError as fault:
            raise NumberingError(f"{path}: the secret cannot be written: {fault.strerror}") from None

    @property
    def fingerprint(self) -> str:
        """Tells one secret from another, and nothing else of it."""
        return self._digest(b"fingerprint")[:NONCE_BYTES].hex()

    def statement_id(self, kind: str, *parts: str) -> str:
        """The id of the statement of this kind that the parts name.

        The kind is up to 23 of [A-Za-z0-9._:-], so that the id is one that the registry takes.
        """
        message = b"".join(_measured(part) for part in (kind, *parts))
        return f"{kind}.{self._digest(b'statement-id' + message).hex()[:_ID_DIGITS]}"

    def event_id(self, department: str, event: Event, *, occasion: str = "") -> str:
        """The id of an event stated by the department with this code."""
        licence = next((item.value for item in event.content if item.name == _LICENCE_NUMBER), "")
        subject = event.subject.identifier
        return self.statement_id(
            event.category,
            department,
            event.list_code,
            ",".join(sorted(imposed.measure_code for imposed in event.measures)),
            _normal_number(event.document.number),
            _normal_number(licence),
            str(int(subject.type)),
            normalise(subject.value),
            occasion,
        )

    def nonce(self, statement: Statement) -> bytes:
        """The nonce of a statement, from everything else in it."""
        bare = statement
        if statement.nonce:
            bare = Statement()
            bare.CopyFrom(statement)
            bare.ClearField("nonce")
        content = bare.SerializeToString(deterministic=True)
        return self._digest(b"nonce" + content)[:NONCE_BYTES]

    def batch_nonce(self, digest: bytes) -> bytes:
        """The nonce of the batch of statements that a digest names."""
        return self._digest(b"batch-nonce" + digest)[:NONCE_BYTES]

    def _digest(self, message: bytes) -> bytes:
        # The key is hashed in once: a file has a hundred thousand rows, with two of these each.
        keyed = self._keyed.copy()
        keyed.update(message)
        return keyed.digest()


def _normal_number(number: str) -> str:
    """``normalise_number``, which has nothing to do for most numbers."""
    return number if not number or _NORMAL(number) else normalise_number(number)


def _measured(part: str) -> bytes:
    encoded = part.encode()
    return len(encoded).to_bytes(4, "big") + encoded
