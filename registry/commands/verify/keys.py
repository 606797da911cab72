"""Every key by the order of the log (密钥以日志顺序为准): which one a leaf names, and whether it was valid.

Read once, before anything else, from the statements about keys, officials and the registry itself; not from
the derived table of keys. Each of those statements is checked like every other when its turn comes.

A leaf at position p names the position k of the statement that enrolled its signer's key: k < p, unless it is
the founding one, and the key is not revoked before p. A key may sign its own revocation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from heapq import merge
from operator import attrgetter

from google.protobuf.message import DecodeError

from registry.commands.intake import open_envelope
from registry.commands.state import Log
from registry.commands.submission import verifying_key
from registry.domain.registry_keys import RegistryKeyEntry, RegistryKeys
from registry.provenance.keys import VerifyingKey, keyid_of
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.vault import VaultError
from registry.sanctions.effects.directory import registry_key_added
from registry.store.interface import StatementRow
from registry.v1.envelope_pb2 import Suite
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG, KeyEnrolment, RegistryKeyChange, Statement

_KINDS = ("K:", "O:", "R:")
_READ = (
    LeafType.GENESIS, LeafType.KEY_REGISTER, LeafType.KEY_REVOKE, LeafType.KEY_ROTATION, LeafType.DIRECTORY,
    LeafType.MAP_STATE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BookedKey:
    """A department's key: enrolled at a position, revoked at another or not at all."""

    position: int
    keyid: str
    suite: Suite.ValueType
    public_key: bytes
    holder: tuple[str, str]
    revoked: int | None = None


@dataclass(frozen=True, slots=True)
class MapStated:
    """A map state of the log: at which position it was stated, of which size, with which root."""

    position: int
    size: int
    root: bytes


@dataclass(slots=True)
class KeyBook:
    """The keys of a log, and the states of its map; made by one process and handed to others."""

    operator: str = ""
    keys: dict[int, BookedKey] = field(default_factory=dict)
    own: list[RegistryKeyEntry] = field(default_factory=list)
    states: list[MapStated] = field(default_factory=list)

    @classmethod
    def read(cls, log: Log) -> KeyBook:
        """The keys of a log. What cannot be read is left out; whoever checks it will say so."""
        book, own = cls(), RegistryKeys()
        for row in _rows(log):
            statement = _content(row, log)
            if statement is not None:
                book._take(statement, row.position, own)
        book.own = list(own)
        return book

    def signer(self, key_position: int, keyid: str, position: int) -> VerifyingKey:
        """The department's key that a leaf names. ValueError if it is another, or was not valid there."""
        key = self.keys.get(key_position)
        if key is None or key.keyid != keyid or not (key_position < position or position == 0):
            raise ValueError("签名密钥不是叶子所记的那一把")
        if key.revoked is not None and key.revoked < position:
            raise ValueError(f"签名密钥已在序号{key.revoked}撤销")
        return verifying_key(key.suite, key.public_key)

    def holder(self, keyid: str, position: int) -> BookedKey:
        """The department's key of this id that was enrolled and not revoked at a position. ValueError if
        there is none."""
        for key in self.keys.values():
            if key.keyid == keyid and key.position < position and not (key.revoked or position) < position:
                return key
        raise ValueError("第二个签名的密钥当时没有登记或者已撤销")

    def log_keys_at(self, position: int) -> list[RegistryKeyEntry]:
        """The log keys with which the registry signs a statement of its own at a position."""
        return self.log_keys_of(position + 1)

    def log_keys_of(self, size: int) -> list[RegistryKeyEntry]:
        """The log keys that sign the checkpoint of a size."""
        return [e for e in self.own if e.purpose == REGISTRY_KEY_PURPOSE_LOG and e.signs_size(size)]

    def _take(self, statement: Statement, position: int, own: RegistryKeys) -> None:
        match statement.WhichOneof("body"):
            case "genesis" if position == 0:
                self.operator = statement.genesis.operator.code
                self._enrol(statement.genesis.operator_key, position)
                for key in statement.genesis.registry_keys:
                    own.put(registry_key_added(key, position))
            case "key_enrolment":
                self._enrol(statement.key_enrolment, position)
            case "key_revocation":
                keyid = statement.key_revocation.keyid
                self._revoke(position, lambda key: key.keyid == keyid)
            case "official_revocation":
                gone = statement.official_revocation
                self._revoke(position, lambda key: key.holder == (gone.department, gone.official_id))
            case "map_state":
                stated = statement.map_state
                self.states.append(MapStated(position, stated.size, stated.root))
            case "registry_key_change":
                _change(statement.registry_key_change, position, own)

    def _enrol(self, enrolment: KeyEnrolment, position: int) -> None:
        keyid, holder = keyid_of(enrolment.public_key), (enrolment.department, enrolment.official_id)
        key = BookedKey(position, keyid, enrolment.suite, enrolment.public_key, holder)
        self.keys[position] = key

    def _revoke(self, position: int, concerns: Callable[[BookedKey], bool]) -> None:
        for at, key in self.keys.items():
            if key.revoked is None and concerns(key):
                self.keys[at] = replace(key, revoked=position)


def _change(change: RegistryKeyChange, position: int, own: RegistryKeys) -> None:
    if change.HasField("add"):
        own.put(registry_key_added(change.add, position))
    elif (entry := own.get(change.retire)) is not None:
        own.put(replace(entry, retired=position))


def _rows(log: Log) -> Iterator[StatementRow]:
    kinds = [log.store.statements_under(prefix) for prefix in _KINDS]
    return merge(*kinds, key=attrgetter("position"))


def _content(row: StatementRow, log: Log) -> Statement | None:
    try:
        if Leaf.decode(row.leaf).type not in _READ:
            return None
        return Statement.FromString(open_envelope(row, log).payload)
    except (VaultError, DecodeError, ValueError):
        return None
