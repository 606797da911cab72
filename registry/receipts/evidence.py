"""Evidence beside an answer (PROOF): everything it takes to check it without the registry.

    chains    of the subject under each of its codes and of those related to it, of the keys that signed, of
              the officials who hold them: every leaf, complete by the map, or proven to be absent
    leaves    with inclusion in one checkpoint: the statements shown (``disclosure``) and those they stand by
              (``authority``, ``law``), the latest deliveries of the lists that law requires, the time anchors
              around them, the map's state, the registry's own leaves between the state and the known place,
              and, of a chain that goes on beyond that position, the leaves on both sides of it
    roots     consistency from the root of the known position to the checkpoint

All receipts of one call are made of one map state and one checkpoint. What cannot be proven is named in
shortfalls, and the receipt is SIGNED then: never less without a word. A code that is none, of an
organisation, needs no evidence beside that of others: whoever reads the answer sees it by the check
character.

Example: a firm without record. One chain without leaves, with the proof of its absence; leaves: deliveries of
L-01 to L-03, the keys of their departments, the genesis, the map's state; no hit, no statement about anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from registry.commands.ask import Ask, Found, Matter
from registry.commands.intake import person_secret
from registry.commands.log_statement import signed_statement
from registry.domain.identifiers import mask, names_a_subject, normalise
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.map_entry import MapEntry
from registry.provenance.map_tree import Proven
from registry.provenance.merkle import leaf_hash
from registry.provenance.note import split_note
from registry.provenance.proof import consistency_proof, inclusion_proof
from registry.provenance.vault import is_person, leaf_subject_key
from registry.receipts.authority import Authority, authority_of
from registry.receipts.disclosure import Governing, Statements, tells_too_much
from registry.receipts.law import Law
from registry.receipts.providers import Anchors, Checkpoints, MapProver
from registry.sanctions.ground import Link, SubjectRecord
from registry.sanctions.parties import still_holds
from registry.store.interface import StoreError
from registry.upkeep.map_book import MapEvidence
from registry.v1 import receipt_pb2 as pb
from registry.v1.receipt_pb2 import SHORTFALL_REASON_CONTENT_WITHHELD
from registry.v1.statement_pb2 import SUBJECT_LINK_KIND_ALTERNATE
from registry.v1.subject_pb2 import Identifier

MAX_CHAIN = 10_000
"""A longer chain is not shown."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What an answer says of one subject: whom it names, and positions of the statements that it shows."""

    found: Found
    shown: tuple[int, ...] = ()


@dataclass(slots=True)
class Plan:
    """What the receipt of one answer must hold: references with secrets, positions with statements,
    ``leaves`` without, and what falls short."""

    secrets: dict[str, bytes] = field(default_factory=dict)
    positions: set[int] = field(default_factory=set)
    leaves: set[int] = field(default_factory=set)
    shortfalls: list[pb.Shortfall] = field(default_factory=list)

    def fall_short(self, reason: pb.ShortfallReason.ValueType, found: Found | None = None) -> None:
        """Notes that something cannot be proven, once."""
        shortfall = pb.Shortfall(reason=reason)
        if found is not None:
            masked = mask(found.type, found.code)
            shortfall.subject.CopyFrom(Identifier(type=found.type, value=masked))
        if shortfall not in self.shortfalls:
            self.shortfalls.append(shortfall)


class Evidence:
    """Plans receipts and fills them in, for all answers of one call."""

    def __init__(
        self,
        ask: Ask,
        matter: Matter,
        prover: MapProver,
        checkpoints: Checkpoints,
        *,
        anchors: Anchors,
        governing: Governing,
    ) -> None:
        self._ask, self._state, self._matter = ask, ask.state, matter
        self._prover, self._checkpoints, self._anchors = prover, checkpoints, anchors
        self._statements = Statements(ask.state, governing)
        self._governing = governing
        self._law = Law(ask.state, self._statements, self._known)
        self._size = self._state.size
        self._chains: dict[str, list[int]] = {}
        self._map: MapEvidence | None = None
        self._note = ""
        self._end = 0

    def plan(self, answers: Sequence[Sequence[Rest]]) -> list[Plan]:
        """What the receipt of each answer holds, and the map and checkpoint that all of them rest on."""
        common = self._common()
        plans = [self._planned(rests, common) for rests in answers]
        sound = [plan for plan in plans if not plan.shortfalls]
        if sound and not self._prove(sound):
            for plan in sound:
                plan.fall_short(pb.SHORTFALL_REASON_MAP_BEHIND)
        elif sound and not self._cover(sound):
            for plan in sound:
                plan.fall_short(pb.SHORTFALL_REASON_NOT_COSIGNED)
        return plans

    def fill(self, receipt: pb.Receipt, plan: Plan) -> None:
        """Puts what was planned into a receipt."""
        assert self._map is not None
        state, position = self._map.state, self._matter.position
        assert state.position is not None
        bare = plan.leaves | set(range(state.size, position + 1))
        for ref, secret in sorted(plan.secrets.items()):
            bare.update(self._put_chain(receipt.chains.add(), ref, secret))
        self._put_leaves(receipt, plan.positions | {state.position}, bare)
        receipt.checkpoint = self._note
        receipt.consistency.extend(consistency_proof(self._state.tree, position + 1, self._end))
        receipt.map_position = state.position

    # --- what is to be shown

    def _common(self) -> Plan:
        """What every receipt holds: deliveries, the registry's own keys, and what these stand by."""
        keys = self._state.registry_keys
        plan = Plan(positions={0, *(entry.added for entry in keys), *self._deliveries()})
        self._vouch(plan)
        return plan

    def _deliveries(self) -> Iterator[int]:
        """The latest delivery of each list that law requires, of each department that keeps it."""
        position, domain = self._matter.position, self._matter.question.domain
        keepers = self._state.directory.connections(position).keepers
        for code in self._matter.edition.required_lists(domain):
            for department in keepers.get(code, ()):
                note = self._state.sources.latest(code, department, position)
                if note is not None:
                    yield note.position

    def _planned(self, rests: Sequence[Rest], common: Plan) -> Plan:
        plan = Plan(dict(common.secrets), set(common.positions))
        speaking = [rest for rest in rests if not _speaks_for_itself(rest.found)]
        for rest in speaking or rests:
            self._add(plan, rest)
        if not plan.shortfalls:
            self._vouch(plan)
            plan.positions.update(self._anchors.around(tuple(plan.positions)))
        return plan

    def _add(self, plan: Plan, rest: Rest) -> None:
        """The chains of one subject and those related to it, and the statements that were shown."""
        found, of = rest.found, self._state.index.get
        if not found.ref:
            plan.fall_short(pb.SHORTFALL_REASON_CODE_INVALID, found)
            return
        record = self._ask.record(found, self._matter)
        if not names_a_subject(found.type) and (record is None or not self._goals(record)):
            plan.fall_short(pb.SHORTFALL_REASON_CODE_WITHOUT_RECORD, found)
            return
        if is_person(found.ref) and not self._state.store.persons([found.ref]):
            plan.fall_short(pb.SHORTFALL_REASON_PERSON_WITHOUT_RECORD, found)
            return
        parties = self._ask.parties(record, self._matter) if record is not None else []
        refs = [party.ref for party in parties] or [found.ref]
        if record is not None and record.ref.startswith("L:"):
            refs = self._goals(record)
        links = {link.position for ref in (*refs, found.ref) for link in self._links(of(ref), refs)}
        self._add_chains(plan, found, refs)
        self._show(plan, found, {*rest.shown, *links}, refs)

    def _add_chains(self, plan: Plan, found: Found, refs: Iterable[str]) -> None:
        for ref in refs:
            if is_person(ref) and ref != found.ref:
                raise StoreError("自然人的密封身份只能披露给查询其本人的回执")
            plan.secrets[ref] = person_secret(ref, self._state.log)
            if len(self._chain(ref)) > MAX_CHAIN:
                plan.fall_short(pb.SHORTFALL_REASON_CHAIN_TOO_LONG, found)

    def _show(self, plan: Plan, found: Found, shown: set[int], refs: Iterable[str]) -> None:
        """Adds statements and what bears on them, unless one must not be shown."""
        if plan.shortfalls:
            return
        for ref in refs:
            known = self._known(ref)
            here = shown & {*known}
            here |= self._statements.replaced(here, known)
            shown.update(here, self._statements.referring(here, known))
        own = normalise(found.code) if is_person(found.ref) else ""
        for position in sorted(shown):
            if self._statements.is_erased(position):
                plan.fall_short(pb.SHORTFALL_REASON_CONTENT_ERASED, found)
            elif tells_too_much(
                self._statements.opened(position), self._matter.caller, self._matter.edition, own
            ):
                plan.fall_short(SHORTFALL_REASON_CONTENT_WITHHELD, found)
        plan.positions |= shown
        if not plan.shortfalls:
            self._take(plan, self._law.of(shown, self._matter.edition.hash))

    def _vouch(self, plan: Plan) -> None:
        stand_by = authority_of(plan.positions, self._statements, self._state, chain=self._known)
        self._take(plan, stand_by)

    def _take(self, plan: Plan, found: Authority) -> None:
        plan.secrets.update(dict.fromkeys(found.refs, b""))
        plan.positions |= found.positions
        plan.leaves |= found.leaves

    def _goals(self, record: SubjectRecord) -> list[str]:
        """The subjects to which a code of before the USCC leads; a subject's own record leads to itself."""
        if not record.ref.startswith("L:"):
            return [record.ref]
        return sorted({link.other for link in record.links if self._holds(link)})

    def _links(self, record: SubjectRecord | None, refs: Sequence[str]) -> Iterator[Link]:
        """The links of a record by which the question came from one code to another."""
        for link in record.links if record is not None else ():
            of_old_code = link.kind == SUBJECT_LINK_KIND_ALTERNATE
            wanted = link.outgoing if of_old_code else link.other in refs
            if wanted and record is not None and self._counts(link, record):
                yield link

    def _counts(self, link: Link, record: SubjectRecord) -> bool:
        find, position = self._state.index.get, self._matter.position
        return self._holds(link) or still_holds(link, record, find, position=position)

    def _holds(self, link: Link) -> bool:
        position = self._matter.position
        return link.known_from <= position and (link.known_to is None or position < link.known_to)

    def _chain(self, ref: str) -> list[int]:
        """Positions under a reference, as far as the log went when the evidence was begun."""
        chain = self._chains.get(ref)
        if chain is None:
            chain = self._chains[ref] = self._governing.chain(ref)
        return chain

    def _known(self, ref: str) -> list[int]:
        """Positions under a reference up to the known one."""
        chain = self._chain(ref)
        return chain[: bisect_right(chain, self._matter.position)]

    # --- what it rests on

    def _prove(self, plans: Iterable[Plan]) -> bool:
        """Has the map prove every chain; whether it could."""
        secrets = {ref: secret for plan in plans for ref, secret in plan.secrets.items()}
        keys = [leaf_subject_key(ref, secret) for ref, secret in secrets.items()]
        self._map = self._prover.prove(keys, self._matter.position)
        if self._map is None or self._map.state.position is None:
            return False
        if self._map.state.size > self._size:  # Leaves came in between that the state knows of.
            self._chains.clear()
        return True

    def _cover(self, plans: Iterable[Plan]) -> bool:
        """Has a checkpoint that covers everything; whether there is one."""
        assert self._map is not None
        last = max(position for plan in plans for position in plan.positions)
        size = 1 + max(last, self._matter.position, self._map.state.position or 0, self._map.state.size - 1)
        note = self._checkpoints.covering(size)
        if note is None:
            return False
        self._note, self._end = note, Checkpoint.parse(split_note(note)[0]).size
        return True

    def _put_chain(self, message: pb.ChainEvidence, ref: str, secret: bytes) -> list[int]:
        """Fills in a chain; answers the positions on both sides of the known one, if it goes on beyond."""
        assert self._map is not None
        key = leaf_subject_key(ref, secret)
        chain = [position for position in self._chain(ref) if position < self._map.state.size]
        leaves = [self._statements.row(position).leaf for position in chain]
        proven = self._map.proven[key]
        _check_proven(proven, MapEntry(key, len(leaves), leaf_hash(leaves[-1])) if leaves else None)
        message.ref, message.secret = ref, secret
        message.leaves.extend(leaves)
        message.proof.CopyFrom(proven.proof.to_message())
        known = bisect_right(chain, self._matter.position)
        return chain[max(0, known - 1) : known + 1] if known < len(chain) else []

    def _put_leaves(self, receipt: pb.Receipt, shown: set[int], bare: set[int]) -> None:
        tree = self._state.tree
        for position in sorted(shown | bare):
            row = self._statements.row(position)
            receipt.leaves.add(
                position=position,
                leaf=row.leaf,
                inclusion=inclusion_proof(tree, position, self._end),
                statement=signed_statement(row, self._state.log) if position in shown else None,
            )


def _speaks_for_itself(found: Found) -> bool:
    """Whether a code is seen to be none by itself: it is, unless it is masked in the answer."""
    return not found.ref and "*" not in mask(found.type, found.code)


def _check_proven(proven: Proven, entry: MapEntry | None) -> None:
    if proven.entry != entry:
        raise StoreError("存储被改动: 主体的链与映射不符; 请运行 registry verify")
