"""Receipts that cannot be given, or not in full: refused, or a shortfall that is named."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore
from typing import Any

import pytest

from registry.receipts.receipts import MAX_PROVING
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.receipt_pb2 import (
    EVIDENCE_LEVEL_SIGNED,
    ReceiptRequest,
)
from registry.v1.verdict_pb2 import INDETERMINATE_REASON_CODE_INVALID
from tests.receipts.asking import (
    SIGNED,
    ask,
    assert_files,
    question,
    restrictions,
    state,
)
from tests.receipts.checking import signed
from tests.receipts.serving import serving_receipts
from tests.support.events import (
    new_firm,
)
from tests.support.served import DEADLINE_S, Served, refused
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("receipts") / "registry"))
    with serving_receipts(spine) as running:
        yield running


def test_signed_is_signed_and_nothing_more(served: Served) -> None:
    request = question(new_firm(), SIGNED)
    response = ask(served, request)
    checked = signed(response.receipt, state(served))
    assert_files(checked, request, response)
    assert checked.answer.given == EVIDENCE_LEVEL_SIGNED
    assert not checked.answer.shortfalls
    assert not response.receipt.leaves


def test_who_asks_for_no_receipt_gets_none(served: Served) -> None:
    assert not ask(served, question(new_firm(), ReceiptRequest())).HasField("receipt")


def test_text_too_long_to_be_a_code_has_an_answer_and_no_receipt(served: Served) -> None:
    """The answer does not repeat it, so it could not be held against the question."""
    request = question(new_firm(), SIGNED)
    request.subject.value = "9" * 65
    refusal = refused(lambda: ask(served, request))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("subject.value",))
    request.ClearField("receipt")
    assert ask(served, request).indeterminate_reason == INDETERMINATE_REASON_CODE_INVALID
    batch = pb.BatchCheckRequest(
        identifier_type=request.subject.type,
        identifiers=[new_firm().identifier.value, "9" * 65],
        purpose=request.purpose,
        receipt=SIGNED,
    )
    refusal = refused(lambda: restrictions(served).BatchCheck(batch, timeout=DEADLINE_S))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("identifiers[1]",))


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (ReceiptRequest(evidence=EVIDENCE_LEVEL_SIGNED, nonce=b"x" * 33), "receipt.nonce"),
        (ReceiptRequest(evidence=7), "receipt.evidence"),  # type: ignore[arg-type]
    ],
)
def test_a_receipt_request_that_cannot_be_met_is_a_fault(
    served: Served, wanted: ReceiptRequest, field: str
) -> None:
    refusal = refused(lambda: ask(served, question(new_firm(), wanted)))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", (field,))


def test_an_explanation_gives_no_receipt_and_says_so(served: Served) -> None:
    request = pb.ExplainRequest(check=question(new_firm()))
    refusal = refused(lambda: restrictions(served).Explain(request))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("check.receipt",))


def test_without_receipt_keys_a_receipt_is_refused(tmp_path: Any) -> None:
    with serving_receipts(furnish(found_spine(tmp_path / "registry")), signers=False) as running:
        refusal = refused(lambda: ask(running, question(new_firm(), SIGNED)))
        assert refusal.reason == "EVIDENCE_NOT_AVAILABLE"
        assert "回执密钥" in refusal.message


class _Nothing:
    """Neither map nor checkpoint in time."""

    def prove(self, subject_keys: Any, position: int) -> None:
        return None

    def covering(self, size: int) -> None:
        return None


def test_a_map_that_is_behind_is_told(tmp_path: Any) -> None:
    with serving_receipts(furnish(found_spine(tmp_path / "registry")), prover=_Nothing()) as running:
        checked = signed(ask(running, question(new_firm())).receipt, state(running))
        assert (checked.answer.given, checked.reasons()) == (EVIDENCE_LEVEL_SIGNED, {"MAP_BEHIND"})


class _Waiting:
    """A map that makes its callers wait."""

    def __init__(self) -> None:
        self.asked, self.go_on = Semaphore(0), Event()

    def prove(self, subject_keys: Any, position: int) -> None:
        self.asked.release()
        assert self.go_on.wait(DEADLINE_S)


def test_those_who_wait_for_proofs_keep_nobody_else_waiting(tmp_path: Any) -> None:
    prover = _Waiting()
    spine = furnish(found_spine(tmp_path / "registry"))
    with serving_receipts(spine, prover=prover) as running, ThreadPoolExecutor(MAX_PROVING) as callers:
        calls = [callers.submit(ask, running, question(new_firm())) for _ in range(MAX_PROVING)]
        for _ in calls:
            assert prover.asked.acquire(timeout=DEADLINE_S)
        refusal = refused(lambda: ask(running, question(new_firm())))
        assert (refusal.reason, refusal.may_retry) == ("OVERLOADED", True)
        assert ask(running, question(new_firm(), SIGNED)).receipt.answer
        prover.go_on.set()
        assert all(call.result().HasField("receipt") for call in calls)
        assert ask(running, question(new_firm())).HasField("receipt")


def test_missing_cosignatures_are_told(tmp_path: Any) -> None:
    with serving_receipts(furnish(found_spine(tmp_path / "registry")), checkpoints=_Nothing()) as running:
        checked = signed(ask(running, question(new_firm())).receipt, state(running))
        assert (checked.answer.given, checked.reasons()) == (EVIDENCE_LEVEL_SIGNED, {"NOT_COSIGNED"})
