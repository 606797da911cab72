"""The log through the SDK: a registry's answers are proven, and what is altered on the way is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.leaf import Leaf
from registry.provenance.merkle import leaf_hash, root_of
from registry.provenance.note import NoteError
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy
from registry.v1 import log_service_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_client import RegistryCallError
from registry_client.calls import Calls
from registry_client.errors import AnswerError
from registry_client.log import Log
from tests.support.events import firm, licence, placed
from tests.support.served import Served, serving, short_ban
from tests.support.spine import ORIGIN, found_spine, furnish

KEY = "财政"
DEADLINE_S = 20.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("served") / "registry"))
    for number in range(3):
        placed(spine.say(KEY, event=short_ban(number + 1)))
    with serving(spine) as running:
        yield running


def vkey(signer: FileSigner, name: str = ORIGIN) -> str:
    return NoteKey.of(name, load_verifying_key(signer.suite, signer.public_key)).vkey


@pytest.fixture
def own_key(served: Served) -> str:
    return vkey(FileSigner.load(served.spine.config.log_key, None))


@pytest.fixture
def log(served: Served, own_key: str) -> Log:
    """The log as a system reads it that knows its key."""
    return Log(served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM)), Calls(DEADLINE_S)).trusting(
        own_key
    )


class Altering(grpc.UnaryUnaryClientInterceptor):
    """Somebody between registry and caller who alters answers."""

    def __init__(self, alter: Callable[[Any], object]) -> None:
        self._alter = alter

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        answer = continuation(details, request)
        self._alter(answer.result())
        return answer


def altered(served: Served, own_key: str, alter: Callable[[Any], object]) -> Log:
    """The log of a department, with one kind of answer altered on the way."""
    channel = grpc.intercept_channel(served.channel(served.department(KEY)), Altering(alter))
    return Log(channel, Calls(DEADLINE_S)).trusting(own_key)


def when(kind: type, change: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda answer: change(answer) if isinstance(answer, kind) else None


def flipped(content: bytes, at: int = 0) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def test_checkpoint_is_the_signed_head_of_the_log(served: Served, log: Log) -> None:
    latest, head = log.checkpoint(), served.spine.engine.state.head
    assert head is not None
    assert (latest.note, latest.size, latest.verified) == (head.note, head.size, True)
    assert latest.checkpoint.root == served.spine.engine.state.edge.root()


def test_checkpoint_that_lacks_a_signature_asked_for_is_refused(log: Log, own_key: str) -> None:
    stranger = vkey(FileSigner.generate(SUITE_ED25519))
    for keys in ((stranger,), (own_key, stranger)):
        with pytest.raises(AnswerError):
            log.trusting(*keys).checkpoint()
    policy = Policy.parse(f"log {own_key}\nrequire {stranger}\nquorum none\n")
    with pytest.raises(AnswerError, match="缺少"):
        log.under(policy).checkpoint()
    assert log.under(Policy.parse(f"log {own_key}\nquorum none\n")).checkpoint().verified


def test_keys_of_two_logs_or_none_are_no_keys_of_a_log(log: Log, own_key: str) -> None:
    other = vkey(FileSigner.generate(SUITE_ED25519), "credit.example/other")
    for keys in ((), (own_key, other)):
        with pytest.raises(ValueError, match="one log"):
            log.trusting(*keys)
    with pytest.raises(NoteError):
        log.trusting("nonsense")


def test_without_keys_the_answers_agree_and_nothing_is_said_to_be_verified(served: Served) -> None:
    unsure = Log(served.channel(served.system(CallerRole.BORDER_SYSTEM)), Calls(DEADLINE_S))
    assert not unsure.checkpoint().verified
    assert not unsure.inclusion(0).checkpoint.verified


def test_leaves_are_proven_one_by_one_and_in_ranges(log: Log) -> None:
    held = log.checkpoint()
    everything = log.leaves(0, checkpoint=held)
    assert len(everything) == held.size
    assert root_of([leaf_hash(leaf) for leaf in everything]) == held.checkpoint.root
    for position in (0, 7, held.size - 1):
        assert log.inclusion(position, held).leaf == everything[position]
        assert log.inclusion(position).leaf == everything[position]
        for count in (1, 2, 5):
            assert log.leaves(position, count, held) == everything[position : position + count]
    assert log.leaves(held.size, checkpoint=held) == ()


def test_log_is_proven_to_have_only_grown(served: Served, log: Log) -> None:
    held = log.checkpoint()
    assert log.consistency(held) == held
    placed(served.spine.say("市场监管", event=licence("市场监管", firm(7002))))
    later = log.consistency(held)
    assert later.size == held.size + 1
    assert log.consistency(held, later) == later


def test_log_of_another_history_does_not_extend_what_was_kept(
    served: Served, log: Log, tmp_path: Path
) -> None:
    """The fork: another log of the same name, signed with the same key, that is longer."""
    furnish(other := found_spine(tmp_path / "other"))
    kept = other.engine.state.head
    assert kept is not None
    fork = Log(served.channel(served.system(CallerRole.AUDITOR)), Calls(DEADLINE_S)).opened(kept.note)
    assert fork.size < log.checkpoint().size
    with pytest.raises(AnswerError, match="does not lead"):
        log.consistency(fork)
    other.engine.close()


def test_statement_is_the_one_that_the_log_holds(served: Served, own_key: str) -> None:
    position = placed(served.spine.say(KEY, "S-own", event=short_ban(40)))
    mine = altered(served, own_key, lambda _answer: None)
    found = mine.statement(position)
    assert (found.statement.statement_id, found.leaf.position) == ("S-own", position)
    assert found.received_time.timestamp() * 1000 == Leaf.decode(found.leaf.leaf).received_ms
    assert mine.statement(0).statement.WhichOneof("body") == "genesis"
    with pytest.raises(RegistryCallError, match="NOT_FOUND"):
        mine.statement(1)


INCLUSION, CONSISTENCY = pb.GetInclusionProofResponse, pb.GetConsistencyProofResponse
STATEMENT = pb.LogServiceGetStatementResponse


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(when(INCLUSION, lambda answer: answer.proof.pop()), id="hash left out"),
        pytest.param(when(INCLUSION, lambda answer: answer.proof.append(bytes(32))), id="hash added"),
        pytest.param(
            when(INCLUSION, lambda answer: answer.proof.insert(0, flipped(answer.proof.pop(0)))),
            id="hash changed",
        ),
        pytest.param(
            when(INCLUSION, lambda answer: setattr(answer, "leaf", flipped(answer.leaf))), id="leaf changed"
        ),
        pytest.param(
            when(INCLUSION, lambda answer: setattr(answer, "leaf", answer.leaf[:-1])), id="leaf cut"
        ),
        pytest.param(
            when(
                INCLUSION,
                lambda answer: setattr(answer, "checkpoint", answer.checkpoint.replace("=", "A", 1)),
            ),
            id="checkpoint changed",
        ),
        pytest.param(
            when(INCLUSION, lambda answer: setattr(answer, "checkpoint", "")), id="checkpoint left out"
        ),
    ],
)
def test_altered_inclusion_is_refused(served: Served, own_key: str, alter: Callable[[Any], object]) -> None:
    with pytest.raises(AnswerError):
        altered(served, own_key, alter).inclusion(5)


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(when(CONSISTENCY, lambda answer: answer.proof.pop()), id="hash left out"),
        pytest.param(when(CONSISTENCY, lambda answer: answer.proof.append(bytes(32))), id="hash added"),
        pytest.param(
            when(CONSISTENCY, lambda answer: answer.proof.insert(0, flipped(answer.proof.pop(0)))),
            id="hash changed",
        ),
        pytest.param(
            when(CONSISTENCY, lambda answer: setattr(answer, "checkpoint", "")), id="checkpoint left out"
        ),
    ],
)
def test_altered_consistency_is_refused(served: Served, own_key: str, alter: Callable[[Any], object]) -> None:
    mine = altered(served, own_key, alter)
    held = mine.checkpoint()
    placed(served.spine.say("市场监管", event=licence("市场监管", firm(7200 + held.size))))
    with pytest.raises(AnswerError):
        mine.consistency(held)


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(when(pb.GetLeavesResponse, lambda answer: answer.leaves.pop()), id="leaf left out"),
        pytest.param(
            when(pb.GetLeavesResponse, lambda answer: answer.leaves.append(answer.leaves[0])), id="leaf added"
        ),
        pytest.param(
            when(pb.GetLeavesResponse, lambda answer: answer.leaves.append(answer.leaves.pop(0))),
            id="leaves moved",
        ),
        pytest.param(
            when(pb.GetLeavesResponse, lambda answer: answer.leaves.insert(2, flipped(answer.leaves.pop(2)))),
            id="leaf changed",
        ),
        pytest.param(
            when(pb.GetLeavesResponse, lambda answer: setattr(answer, "first", answer.first + 1)),
            id="other place",
        ),
    ],
)
def test_altered_leaves_are_refused(served: Served, own_key: str, alter: Callable[[Any], object]) -> None:
    with pytest.raises(AnswerError):
        altered(served, own_key, alter).leaves(3, 6)


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(
            when(STATEMENT, lambda answer: setattr(answer, "leaf", flipped(answer.leaf))), id="leaf changed"
        ),
        pytest.param(
            when(STATEMENT, lambda answer: setattr(answer.received_time, "seconds", 1)), id="time changed"
        ),
        pytest.param(
            when(STATEMENT, lambda answer: setattr(answer.statement.envelope, "payload_type", "text/plain")),
            id="type changed",
        ),
        pytest.param(
            when(
                STATEMENT,
                lambda answer: setattr(
                    answer.statement.envelope, "payload", flipped(answer.statement.envelope.payload, 5)
                ),
            ),
            id="payload changed",
        ),
        pytest.param(
            when(STATEMENT, lambda answer: setattr(answer.statement.envelope, "payload", b"\xff")),
            id="payload unreadable",
        ),
        pytest.param(
            when(STATEMENT, lambda answer: answer.statement.batch.path.append(bytes(32))), id="batch invented"
        ),
    ],
)
def test_altered_statement_is_refused(served: Served, own_key: str, alter: Callable[[Any], object]) -> None:
    position = placed(served.spine.say(KEY, event=short_ban(50)))
    with pytest.raises(AnswerError):
        altered(served, own_key, alter).statement(position)


def test_watcher_sees_each_checkpoint_extend_the_one_before(served: Served, log: Log) -> None:
    held = log.checkpoint()
    placed(served.spine.say("市场监管", event=licence("市场监管", firm(7300))))
    watching = log.watch_checkpoints(held)
    first = next(watching)
    assert first.size == held.size + 1
    placed(served.spine.say("市场监管", event=licence("市场监管", firm(7301))))
    assert next(watching).size == first.size + 1
    watching.close()  # type: ignore[attr-defined]
