"""What a caller may know of the evidence of a file, and have of it.

The rules stand in ``evidence``, which asks here. What is published is settled by the acts of the file as they
were signed, not by who uploaded what: a digest that no act names is nobody else's.

Example: of the roster ML-1 the public may have the list that the act names, not the notes uploaded beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.access.identity import Caller, CallerRole
from registry.commands.bans import OVERSEEING
from registry.commands.intake import open_envelope
from registry.commands.state import RegistryState
from registry.commands.supervision.files import concerns
from registry.domain.evidence_items import named_in
from registry.domain.files import file_key, file_ref
from registry.store.interface import FileFilter
from registry.v1 import supervision_pb2
from registry.v1.statement_pb2 import Statement
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FileReference

PUBLISHED = frozenset(
    {
        supervision_pb2.FILE_KIND_RULE,
        supervision_pb2.FILE_KIND_ROSTER,
        supervision_pb2.FILE_KIND_PLAN,
        supervision_pb2.FILE_KIND_DRAW,
    }
)
MAX_REFERRALS = 100


@dataclass(frozen=True, slots=True)
class Right:
    """What a caller may know of a file's evidence, and have: all of it, or what is published."""

    know: bool = False
    have: bool = False
    published: frozenset[bytes] = frozenset()

    def knows(self, sha256: bytes) -> bool:
        """Whether a piece of it may be told of."""
        return self.know or sha256 in self.published

    def has(self, sha256: bytes) -> bool:
        """Whether its bytes may be had."""
        return self.have or sha256 in self.published


class Rights:
    """Works out rights as of now."""

    def __init__(self, state: RegistryState) -> None:
        self._state = state

    def of(self, caller: Caller, reference: FileReference) -> Right:
        """What a caller may know and have of a file's evidence."""
        if states(caller) and reference.department == caller.name:
            return Right(know=True, have=True)
        overseeing = caller.role in OVERSEEING
        if reference.kind == supervision_pb2.FILE_KIND_COMPLAINT:
            return Right(know=overseeing)
        file = self._state.store.files([file_key(reference)]).get(file_key(reference))
        if file is None:
            return Right(know=overseeing)
        if caller.role is CallerRole.DEPARTMENT and (concerns(caller, file) or self._told(caller, file)):
            return Right(know=True, have=True)
        return Right(know=overseeing, published=self._published(file))

    def _told(self, caller: Caller, file: SupervisionFile) -> bool:
        """Whether a referral that comes from a file was told to a caller, by somebody whom it concerned."""
        wanted = FileFilter(
            kinds=(supervision_pb2.FILE_KIND_REFERRAL,), addressee=caller.name, source=file_ref(file.file)
        )
        parties = {file.file.department, file.addressee, *(act.department for act in file.acts)}
        referrals = self._state.store.files_before(None, MAX_REFERRALS, wanted)
        return any(each.file.department in parties for each in referrals)

    def _published(self, file: SupervisionFile) -> frozenset[bytes]:
        """Digests that acts in a file name, if files of its kind are published by law."""
        if file.file.kind not in PUBLISHED:
            return frozenset()
        return frozenset(digest for act in file.acts for digest in self._named(act.position))

    def _named(self, position: int) -> set[bytes]:
        row = self._state.store.statement(position)
        if row is None:
            return set()
        envelope = open_envelope(row, self._state.log)
        return {item.sha256 for item in named_in(Statement.FromString(envelope.payload))}


def states(caller: Caller) -> bool:
    """Whether a caller is one who states, and so uploads."""
    return caller.role in (CallerRole.DEPARTMENT, CallerRole.REGISTRAR)
