"""LogService over real connections: what everybody can check, and which statements who may have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import OwnStatement
from registry.commands.log import MAX_LEAVES
from registry.commands.log_statement import GOVERNING_LEAVES, OWN_LEAVES
from registry.provenance.checkpoint import Checkpoint, open_checkpoint
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.leaf import LEAF_BYTES, Leaf, LeafType, statement_hash
from registry.provenance.merkle import leaf_hash, root_of
from registry.provenance.proof import verify_consistency, verify_inclusion
from registry.v1 import log_service_pb2 as pb
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.statement_pb2 import MapState, Statement
from registry.watches import MAX_WATCHES
from tests.support.events import firm, licence, person, placed
from tests.support.served import DEADLINE_S, Refusal, Served, exit_ban, refused, short_ban
from tests.support.spine import ORIGIN

FAR = 2**64 - 1
KEY = "财政"


def stub(served: Served, caller: Caller | None = None) -> LogServiceStub:
    return LogServiceStub(served.channel(caller or served.system(CallerRole.PROCUREMENT_SYSTEM)))


def opened(served: Served, note: str) -> Checkpoint:
    signer = FileSigner.load(served.spine.config.log_key, None)
    return open_checkpoint(note, load_verifying_key(signer.suite, signer.public_key), origin=ORIGIN)


def head(served: Served) -> Checkpoint:
    answer = stub(served).GetCheckpoint(pb.GetCheckpointRequest(), timeout=DEADLINE_S)
    return opened(served, answer.checkpoint)


def leaves(served: Served) -> list[bytes]:
    """Every leaf of the log, page by page."""
    found: list[bytes] = []
    while True:
        request = pb.GetLeavesRequest(first=len(found), count=10)
        page = stub(served).GetLeaves(request, timeout=DEADLINE_S)
        assert page.first == len(found)
        found += page.leaves
        if len(page.leaves) < 10:
            return found


def inclusion(served: Served, **asked: Any) -> pb.GetInclusionProofResponse:
    return stub(served).GetInclusionProof(pb.GetInclusionProofRequest(**asked), timeout=DEADLINE_S)


def consistency(served: Served, **asked: Any) -> pb.GetConsistencyProofResponse:
    return stub(served).GetConsistencyProof(pb.GetConsistencyProofRequest(**asked), timeout=DEADLINE_S)


def statement(served: Served, position: int, caller: Caller) -> pb.LogServiceGetStatementResponse:
    request = pb.LogServiceGetStatementRequest(position=position)
    return stub(served, caller).GetStatement(request, timeout=DEADLINE_S)


def is_refused(refusal: Refusal, code: grpc.StatusCode, reason: str, *fields: str) -> bool:
    return (refusal.code, refusal.reason, tuple(refusal.fields)) == (code, reason, fields)


@pytest.fixture(scope="module", autouse=True)
def positions(served: Served) -> dict[str, int]:
    """One statement of each kind that rights differ for, by what it is."""
    spine = served.spine
    own = OwnStatement(Statement(map_state=MapState(size=spine.position + 1, root=bytes(32))))
    stated = placed(spine.say(KEY, event=short_ban(7001)))
    personal = placed(spine.say("法院", event=exit_ban(person(7001))))
    spine.engine.writer.put([own])[0].result(DEADLINE_S)
    return {"genesis": 0, "event": stated, "person": personal, "map state": spine.position}


# --- proofs -----------------------------------------------------------------------------------------


def test_every_leaf_is_proven_to_be_in_the_latest_checkpoint_and_in_every_tree_before(served: Served) -> None:
    checkpoint, held = head(served), leaves(served)
    hashes = [leaf_hash(leaf) for leaf in held]
    assert (len(held), root_of(hashes)) == (checkpoint.size, checkpoint.root)
    assert {len(leaf) for leaf in held} == {LEAF_BYTES}
    for size in (1, 2, 3, checkpoint.size - 1, checkpoint.size):
        for position in {0, 1, size // 2, size - 1} & set(range(size)):
            answer = inclusion(served, position=position, size=size)
            assert (answer.position, answer.size, answer.leaf) == (position, size, held[position])
            assert answer.root == root_of(hashes[:size])
            verify_inclusion(leaf_hash(answer.leaf), position, size, answer.proof, answer.root)
            assert answer.checkpoint == ""


def test_without_a_size_the_proof_is_for_the_checkpoint_that_comes_with_it(served: Served) -> None:
    answer = inclusion(served, position=3)
    checkpoint = opened(served, answer.checkpoint)
    assert (answer.size, answer.root) == (checkpoint.size, checkpoint.root)
    verify_inclusion(leaf_hash(answer.leaf), 3, checkpoint.size, answer.proof, checkpoint.root)


def test_every_smaller_tree_is_proven_to_be_the_beginning_of_the_latest(served: Served) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves(served)]
    for first in range(len(hashes) + 1):
        answer = consistency(served, first=first)
        checkpoint = opened(served, answer.checkpoint)
        assert (answer.first, answer.second) == (first, checkpoint.size)
        verify_consistency(first, root_of(hashes[:first]), checkpoint.size, checkpoint.root, answer.proof)
    answer = consistency(served, first=3, second=7)
    verify_consistency(3, root_of(hashes[:3]), 7, root_of(hashes[:7]), answer.proof)
    assert answer.checkpoint == ""


def test_log_that_grows_extends_what_was_signed_before(served: Served) -> None:
    before = head(served)
    placed(served.spine.say("市场监管", event=licence("市场监管", firm(7002))))
    answer = consistency(served, first=before.size)
    after = opened(served, answer.checkpoint)
    assert after.size == before.size + 1
    verify_consistency(before.size, before.root, after.size, after.root, answer.proof)


def test_leaves_end_at_the_end_of_the_log(served: Served) -> None:
    size, everything = head(served).size, leaves(served)
    asked = [(size - 2, 5), (size, 5), (0, 0), (5, 1)]
    given = [
        list(stub(served).GetLeaves(pb.GetLeavesRequest(first=first, count=count), timeout=DEADLINE_S).leaves)
        for first, count in asked
    ]
    assert given == [everything[-2:], [], everything, everything[5:6]]


@pytest.mark.parametrize("beyond", [0, 1, FAR - 10_000])
def test_what_the_log_does_not_have_yet_is_ahead(served: Served, beyond: int) -> None:
    size = head(served).size
    for refusal, field in (
        (refused(lambda: inclusion(served, position=size + beyond)), "position"),
        (refused(lambda: inclusion(served, position=0, size=size + 1 + beyond)), "size"),
        (refused(lambda: consistency(served, first=size + 1 + beyond)), "first"),
        (refused(lambda: consistency(served, first=0, second=size + 1 + beyond)), "second"),
        (refused(lambda: statement(served, size + beyond, served.registrar())), "position"),
    ):
        assert is_refused(refusal, grpc.StatusCode.OUT_OF_RANGE, "POSITION_AHEAD", field), refusal
    request = pb.GetLeavesRequest(first=size + 1 + beyond)
    refusal = refused(lambda: stub(served).GetLeaves(request, timeout=DEADLINE_S))
    assert is_refused(refusal, grpc.StatusCode.OUT_OF_RANGE, "POSITION_AHEAD", "first")


def test_leaf_outside_the_tree_that_was_named_and_trees_in_the_wrong_order_are_refused(
    served: Served,
) -> None:
    for refusal, field in (
        (refused(lambda: inclusion(served, position=5, size=5)), "position"),
        (refused(lambda: inclusion(served, position=0, size=0)), "position"),
        (refused(lambda: consistency(served, first=6, second=5)), "first"),
    ):
        assert is_refused(refusal, grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID", field), refusal


def test_every_fault_of_a_request_is_told_at_once(served: Served) -> None:
    refusal = refused(lambda: inclusion(served, position=FAR, size=FAR))
    assert tuple(refusal.fields) == ("size", "position")
    refusal = refused(lambda: consistency(served, first=FAR, second=FAR))
    assert tuple(refusal.fields) == ("second", "first")
    request = pb.GetLeavesRequest(first=FAR, count=MAX_LEAVES + 1)
    refusal = refused(lambda: stub(served).GetLeaves(request, timeout=DEADLINE_S))
    assert tuple(refusal.fields) == ("count", "first")


# --- statements -------------------------------------------------------------------------------------


def test_statement_comes_byte_for_byte_with_its_leaf(served: Served, positions: dict[str, int]) -> None:
    position = positions["event"]
    answer = statement(served, position, served.department(KEY))
    envelope, leaf = answer.statement.envelope, Leaf.decode(answer.leaf)
    assert answer.leaf == inclusion(served, position=position).leaf
    assert leaf.statement_hash == statement_hash(PAYLOAD_TYPE, envelope.payload)
    assert answer.received_time.ToMilliseconds() == leaf.received_ms
    assert Statement.FromString(envelope.payload).event.document.authority_code == served.spine.code(KEY)
    signer = served.spine.signers[KEY]
    assert [each.keyid for each in envelope.signatures] == [signer.keyid]
    assert not answer.statement.HasField("batch")


def kinds(served: Served) -> dict[int, LeafType]:
    return {position: Leaf.decode(leaf).type for position, leaf in enumerate(leaves(served))}


def readable(served: Served, caller: Caller) -> set[int]:
    """Positions of the statements that a caller gets; every other is refused as if it were not there."""
    found = set()
    for position in range(head(served).size):
        try:
            answer = statement(served, position, caller)
        except grpc.RpcError as error:
            raised: Any = error
            assert raised.code() is grpc.StatusCode.NOT_FOUND
            continue
        assert answer.position == position
        found.add(position)
    return found


def made_by(served: Served, key: str) -> set[int]:
    return {
        row.position
        for row in served.spine.engine.store.statements()
        if row.department == served.spine.code(key)
    }


READERS = set(CallerRole) - {CallerRole.DEPARTMENT, CallerRole.PUBLIC, CallerRole.FACE}


@pytest.mark.parametrize("role", sorted(READERS, key=str))
def test_everybody_reads_the_registry_s_own_and_overseers_what_governs_it(
    served: Served, positions: dict[str, int], role: CallerRole
) -> None:
    by_kind = kinds(served)
    own = {position for position, kind in by_kind.items() if kind in OWN_LEAVES}
    governing = {position for position, kind in by_kind.items() if kind in GOVERNING_LEAVES}
    assert {positions["genesis"], positions["map state"]} == own
    assert len(governing) >= 16  # eight departments and their keys
    expected = {
        CallerRole.REGISTRAR: own | governing | made_by(served, "信用办"),
        CallerRole.AUDITOR: own | governing,
    }
    assert readable(served, served.of_role(role)) == expected.get(role, own)


@pytest.mark.parametrize("role", [CallerRole.PUBLIC, CallerRole.FACE])
def test_portal_and_a_face_by_itself_read_no_statement(served: Served, role: CallerRole) -> None:
    for position in range(3):
        refusal = refused(partial(statement, served, position, served.of_role(role)))
        assert refusal.reason == "METHOD_DENIED"


@pytest.mark.parametrize("key", [KEY, "法院", "市场监管"])
def test_department_reads_what_it_made_and_the_registry_s_own(served: Served, key: str) -> None:
    own = {position for position, kind in kinds(served).items() if kind in OWN_LEAVES}
    mine = made_by(served, key)
    assert mine
    assert readable(served, served.department(key)) == own | mine


def test_nobody_else_learns_of_a_person_from_the_log(served: Served, positions: dict[str, int]) -> None:
    number = person(7001).identifier.value.encode()
    position = positions["person"]
    assert number in statement(served, position, served.department("法院")).SerializeToString()
    for caller in (served.registrar(), served.of_role(CallerRole.AUDITOR), served.department(KEY)):
        refusal = refused(partial(statement, served, position, caller))
        assert is_refused(refusal, grpc.StatusCode.NOT_FOUND, "NOT_FOUND", "position")
        assert number.decode() not in refusal.message
    assert number not in inclusion(served, position=position).SerializeToString()


# --- watching ---------------------------------------------------------------------------------------


@pytest.fixture
def watching(served: Served) -> Iterator[Any]:
    call = stub(served).WatchCheckpoints(pb.WatchCheckpointsRequest(), timeout=DEADLINE_S)
    yield call
    call.cancel()


def test_watcher_is_told_the_latest_checkpoint_and_then_each_that_follows(
    served: Served, watching: Any
) -> None:
    seen = opened(served, next(watching).checkpoint)
    assert seen == head(served)
    for number in range(3):
        placed(served.spine.say("市场监管", event=licence("市场监管", firm(7100 + number))))
        after = opened(served, next(watching).checkpoint)
        assert after == head(served)
        proof = consistency(served, first=seen.size, second=after.size).proof
        verify_consistency(seen.size, seen.root, after.size, after.root, proof)
        seen = after


def test_watchers_leave_room_for_others_and_give_their_place_back(served: Served) -> None:
    calls = [
        stub(served, served.system(CallerRole.PROCUREMENT_SYSTEM, f"follower-{number % 2}")).WatchCheckpoints(
            pb.WatchCheckpointsRequest(), timeout=DEADLINE_S
        )
        for number in range(MAX_WATCHES)
    ]
    for call in calls:
        next(call)
    refusal = refused(
        lambda: next(stub(served).WatchCheckpoints(pb.WatchCheckpointsRequest(), timeout=DEADLINE_S))
    )
    assert is_refused(refusal, grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    assert refusal.may_retry
    assert head(served).size
    for call in calls:
        call.cancel()
    watches = served.spine.engine.state.index.watches
    while len(watches):
        time.sleep(0.01)
