"""The registry's state in memory: what the log has established up to its last committed statement.

Built from the store at start and moved on only by committed groups. Readers take a position first
and ask everything as of that position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from time import monotonic, sleep
from typing import TypeAlias

from google.protobuf.message import DecodeError

from registry.commands.freshness import ACKNOWLEDGED_S, MOMENT_S, not_all_read, require_recent
from registry.domain.departments import Directory
from registry.domain.identifiers import mask, normalise
from registry.domain.registry_keys import RegistryKeys
from registry.domain.sources import Sources
from registry.errors import RegistryError
from registry.index import Base, Index
from registry.provenance.leaf import Leaf
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import HashReader
from registry.provenance.tiles import TileEdge, TileReader
from registry.provenance.vault import Vault, VaultError, is_person
from registry.sanctions.adoption import EditionBook, EditionCase
from registry.sanctions.bans.case import CaseBook
from registry.sanctions.catalogue.drafts import parse_draft
from registry.sanctions.catalogue.edition import Edition, Measure
from registry.sanctions.catalogue.located_yaml import CatalogueError
from registry.sanctions.catalogue.parser import content_hash
from registry.sanctions.effects import Effects
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.remedies.remedy import RemedyBook
from registry.store.interface import CheckpointRow, Store, StoreError
from registry.v1.statement_pb2 import Statement
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_USCC, Identifier
from registry.waiting import waiting

ORIGIN = "origin"
VAULT_CHECK = "vault_check"
AS_OF = "as_of"
"""Of a store that was made to be read (`registry.backups.past`): up to where. No server takes it."""
PAGE = 4096
"""Changed subjects read at a time."""
MAX_KEPT = 4096
"""Positions whose time of receipt is at hand: those of the latest groups, and those asked about lately."""


@dataclass(frozen=True, slots=True)
class Log:
    """The log and what it takes to read it; nothing derived from it, for that may be what is broken."""

    store: Store
    vault: Vault
    editions: Mapping[str, Edition]
    origin: str


def open_log(store: Store, vault: Vault, editions: Mapping[str, Edition]) -> Log:
    """The log of a store. Raises StoreError if it was sealed with another vault key."""
    facts = store.meta()
    if facts.get(VAULT_CHECK) != vault.check_value:
        raise StoreError("个人信息密钥与存储不符; 请使用建库时的 vault.key")
    return Log(store, vault, editions, facts[ORIGIN])


FindBase: TypeAlias = "Callable[[RegistryState, int, str], Base | None]"
"""Answers the newest base of the index that a state can use, if it is of a later position than another, or of
the same with tables for another edition than this. Raises StoreError."""


def no_base(_state: RegistryState, _after: int, _edition: str) -> None:
    """For a state whose index is to lie on nothing."""


class RegistryState:
    """Directory, sources, editions, index and head of the log."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        editions: Mapping[str, Edition],
        base: FindBase = no_base,
    ) -> None:
        """Loads a store, over a base of the index where there is one. Raises StoreError."""
        self._find_base = base
        self.log = open_log(store, vault, editions)
        self.store = store
        self.vault = vault
        self.editions = dict(editions)
        self.origin = self.log.origin
        self.directory = Directory()
        self.sources = Sources()
        self.book = EditionBook()
        self.registry_keys = RegistryKeys()
        self.bans = CaseBook()
        self.remedies = RemedyBook()
        self.suites: frozenset[int] = frozenset()
        """Suites that new statements must be signed with; empty = any."""
        self._loaded_s = monotonic()
        self._seen_s: float | None = None
        self.head: CheckpointRow | None = store.checkpoint()
        self.written = self.size
        """How many statements this process has committed, whether or not they are acknowledged."""
        self.edge = tree_edge(store, self.size)
        self._tiles = TileReader(store.tile)
        self._received: dict[int, int] = {}
        self.load_small()
        self._load_procedures()
        self.index = self._loaded_index(base(self, -1, ""))
        if self.head is not None:
            self._keep(self.head.size - 1, self.head.last_received_ms)

    def renew_base(self) -> bool:
        """Takes a newer base of the index, if there is one; whether there was."""
        below = self.index.base
        base = self._find_base(self, self.index.floor, below.edition if below is not None else "")
        if base is not None:
            self.index.lay(base)
        return base is not None

    def _loaded_index(self, base: Base | None) -> Index:
        if base is None:
            return Index(self.store.subjects(self.measure), self.size - 1)
        index = Index(base=base)
        index.apply(self._records_since(index, base.position + 1, self.size), self.size - 1)
        index.forget_empty(index.changed_after(base.position))
        return index

    def _records_since(self, index: Index, first: int, end: int) -> Iterator[SubjectRecord]:
        """The records that the statements from a position to before another may have changed, as they are
        now; of whom nothing is left, an empty one."""
        refs = list(self._changed(index, first, end))
        for start in range(0, len(refs), PAGE):
            page = refs[start : start + PAGE]
            records = {ref: SubjectRecord(ref) for ref in page}
            records |= {each.ref: each for each in self.store.subjects_of(page, self.measure)}
            yield from records.values()

    def _changed(self, index: Index, first: int, end: int) -> dict[str, None]:
        """The subjects whose records may have changed. The row of an erased link cannot name its other end:
        that is among those that the record has known until now."""
        refs = dict.fromkeys(ref for _, ref in self.store.changes(first, end))
        for record in [index.get(ref) for ref in refs]:
            if record is not None:
                refs.update(dict.fromkeys(link.other for link in record.links))
        return refs

    @property
    def size(self) -> int:
        """How many statements the log holds."""
        return self.head.size if self.head else 0

    def watch(self) -> None:
        """From now on somebody looks again and again, and what nobody has seen for long is not believed."""
        if self.store.changes_hands and self._seen_s is None:
            self._seen_s = self._loaded_s

    def look(self) -> bool:
        """Whether the store is where this state left it: another process may have come to write. Raises
        StoreError."""
        looked_s, head = monotonic(), self.store.checkpoint()
        until = looked_s + ACKNOWLEDGED_S
        while is_ahead := head is not None and head.size > max(self.size, self.written):
            if monotonic() > until:
                break
            sleep(MOMENT_S)  # What this process commits is in the store a moment before it knows.
        if not is_ahead and self._seen_s is not None:
            self._seen_s = looked_s
        return not is_ahead

    def require_fresh(self) -> None:
        """Raises RegistryError if the state may lag behind the store by more than is borne. The writer's own
        is what the store holds, unless another machine may have come to write since it looked."""
        if self._seen_s is not None:
            require_recent(monotonic() - self._seen_s)

    @property
    def is_fresh(self) -> bool:
        """Whether questions are answered."""
        try:
            self.require_fresh()
        except RegistryError:
            return False
        return True

    def catch_up(self, position: int = -1) -> None:
        """Takes everything into account that is committed, at least as far as a position if there is one so
        late. The writer's own state always has."""

    def see_all(self) -> None:
        """Takes everything into account that anybody has been told of, as it is now. Raises RegistryError if
        that cannot be had, StoreError."""
        if self.store.changes_hands and not self.look():
            raise not_all_read()

    def newest(self) -> int:
        """The position for a question that asks for none: the last that was acknowledged to anybody."""
        return self.index.position

    def known(self, position: int) -> int:
        """The same for a caller who comes from another process with a position that he was told there: this
        one looks that far first. Raises RegistryError, StoreError."""
        if position > self.index.position:
            with waiting():
                self.catch_up(position)
        return self.newest()

    @property
    def tree(self) -> HashReader:
        """The tree over every committed leaf, as it is now."""
        return self._tiles.beside(self.edge)

    def received_ms(self, position: int) -> int:
        """When the statement at a position was received, in Unix milliseconds. Raises StoreError."""
        received = self._received.get(position)
        if received is None:
            with waiting():
                row = self.store.statement(position)
            if row is None:
                raise StoreError(f"存储被改动: 没有序号{position}的陈述")
            received = self._keep(position, Leaf.decode(row.leaf).received_ms)
        return received

    def _keep(self, position: int, received_ms: int) -> int:
        if len(self._received) >= MAX_KEPT:
            self._received.clear()
        self._received[position] = received_ms
        return received_ms

    def edition_at(self, position: int, day: date) -> Edition:
        """The catalogue edition that applies on a day, as known at a position of the log."""
        return self.edition(self.book.at(position, day))

    def edition(self, edition: str) -> Edition:
        """An edition by its hash; a draft of before the start is read when it is first asked for. Raises
        StoreError if its content is not at hand, CatalogueError if it is read more strictly than it was."""
        return self.editions.get(edition) or self._read_in(edition, self.book.case(edition))

    def _read_in(self, edition: str, case: EditionCase | None) -> Edition:
        if case is None or case.drafted is None:
            raise StoreError(f"本程序没有存储所用的目录版本 {edition[:12]}…; 请用带有该版本的程序打开")
        content = self.editions[edition] = self._drafted(edition, case.drafted.position)
        return content

    def measure(self, edition: str, code: str, law_date: date) -> Measure:
        """A measure's row by the edition that applied it. Raises StoreError if that is not at hand."""
        measure = self.edition(edition).measure(code, law_date)
        if measure is None:
            raise StoreError(f"目录版本 {edition[:12]} 中没有 {law_date} 有效的措施 {code}")
        return measure

    def identifier_of(self, ref: str) -> Identifier:
        """The identifier of a subject by its reference, as it may be shown: masked for a natural person."""
        if not is_person(ref):
            return Identifier(type=IDENTIFIER_TYPE_USCC, value=ref)
        sealed = self.store.persons([ref]).get(ref)
        if sealed is None:
            raise StoreError("没有这一自然人的密封身份")
        person = self.vault.open_person(sealed).identifier
        return Identifier(type=person.type, value=mask(person.type, normalise(person.value)))

    def take(self, effects: Sequence[Effects], head: CheckpointRow, edge: TileEdge) -> None:
        """Moves on by a committed group; ``edge`` is that of the tree with it, and grows no more."""
        for effect in effects:
            self._take_directory(effect)
            self._take_procedures(effect)
        self.edge = edge
        self.head = head
        self._keep(head.size - 1, head.last_received_ms)  # Before anybody can have this position.
        self.index.apply((record for effect in effects for record in effect.subjects), head.size - 1)
        for effect in effects:
            if effect.erased:
                self.index.forget_empty(record.ref for record in effect.subjects)

    def _take_directory(self, effect: Effects) -> None:
        if effect.operator:
            self.directory.operator = effect.operator
        for department in effect.departments:
            self.directory.put_department(department)
        for official in effect.officials:
            self.directory.put_official(official)
        for key in effect.keys:
            self.directory.put_key(key)
        for entry in effect.registry_keys:
            self.registry_keys.put(entry)
        if effect.delivered:
            self.sources.put(effect.delivered)
        for delivery in effect.doubted:
            self.sources.doubt(delivery, effect.position)
        if effect.content:
            self.editions[effect.content.hash] = effect.content
        if effect.edition:
            self._put_edition(effect.edition)

    def _take_procedures(self, effect: Effects) -> None:
        if effect.ban:
            self.bans.put(effect.ban)
        for filed in effect.remedies:
            self.remedies.put(filed)
        if effect.erased:
            self.bans.forget(effect.erased.positions)
            self.remedies.forget(effect.erased.positions)

    def _put_edition(self, case: EditionCase) -> None:
        self._make_ready(case)
        self.book.put(case)

    def _make_ready(self, case: EditionCase) -> None:
        """Has the content of an adopted edition at hand, before a position leads to it. Raises StoreError."""
        if case.adopted is not None and case.edition not in self.editions:
            try:
                self._read_in(case.edition, case)
            except CatalogueError as error:
                message = f"目录版本{case.label}已批准, 但本程序不能读取其草案: {error.faults[0]}"
                raise StoreError(message) from error

    def load_small(self) -> None:
        """Reads all but the subjects' records from the store, each part whole before it takes the place of
        what was there. Raises StoreError."""
        directory, sources, registry_keys = Directory(), Sources(), RegistryKeys()
        for department in self.store.departments():
            directory.operator = directory.operator or department.code
            directory.put_department(department)
        for official in self.store.officials():
            directory.put_official(official)
        for key in self.store.enrolled_keys():
            directory.put_key(key)
        for entry in self.store.registry_keys():
            registry_keys.put(entry)
        for note in self.store.deliveries():
            sources.put(note)
        self.book = self._loaded_book()
        self.directory, self.sources, self.registry_keys = directory, sources, registry_keys

    def _load_procedures(self) -> None:
        for case in self.store.ban_cases():
            self.bans.put(case)
        for filed in self.store.remedies():
            self.remedies.put(filed)

    def _loaded_book(self) -> EditionBook:
        cases, book = list(self.store.editions()), EditionBook()
        for case in cases:
            book.put(replace(case, adopted=None))  # Editions are listed in the order of drafting,
        for case in sorted(filter(_is_adopted, cases), key=_adopted_at):  # and adopted in another.
            self._make_ready(case)
            book.put(case)
        return book

    def _drafted(self, edition: str, position: int) -> Edition:
        """The edition whose files the draft at a position holds. Raises StoreError, or CatalogueError."""
        row = self.store.statement(position)
        try:
            payload = self.vault.open_payload(row.sealed_payload, b"") if row else b""
            draft = Statement.FromString(payload).edition_draft
        except (VaultError, DecodeError) as error:
            raise StoreError(f"存储被改动: 序号{position}的目录版本草案不能读取") from error
        if content_hash({file.name: file.content for file in draft.files}) != edition:
            raise StoreError(f"存储被改动: 序号{position}不是目录版本 {edition[:12]}… 的草案")
        return parse_draft(draft)


def tree_edge(store: Store, size: int) -> TileEdge:
    """The right edge of the tree of a store. Raises StoreError if its tiles do not reach that far."""

    def hashes(level: int, first: int, end: int) -> list[bytes]:
        if level:
            return store.tile_roots(level - 1, first, end)
        rows = islice(store.statements(first), end - first) if first < end else ()
        return [leaf_hash(row.leaf) for row in rows]

    try:
        return TileEdge.resume(size, hashes)
    except ValueError as error:
        raise StoreError("存储被改动: 树的分块不全; 请运行 registry rebuild") from error


def _is_adopted(case: EditionCase) -> bool:
    return case.adopted is not None


def _adopted_at(case: EditionCase) -> int:
    return case.adopted.position if case.adopted else 0
