"""Not one byte of a receipt can be changed unnoticed, and no bytes whatever make the check raise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from registry.provenance.answer import seal_receipt
from registry.v1 import receipt_pb2
from registry.v1.receipt_pb2 import Receipt
from registry.verification import check_receipt
from tests.support.events import firm
from tests.verification.forger import Forger
from tests.verification.test_keys import FINANCE, UNKNOWN, event
from tests.verification.world import World, content_of


@pytest.fixture(scope="module")
def small() -> tuple[bytes, Forger]:
    """The smallest PROOF receipt: one event, one firm without record."""
    log = Forger()
    log.say(log.enrol(FINANCE), event=event())
    log.map()
    content = log.receipt(UNKNOWN)
    assert check_receipt(content, log.policy()).ok
    return content, log


def test_every_byte_of_a_small_proof_is_covered_by_the_digest(small: tuple[bytes, Forger]) -> None:
    content, log = small
    policy = log.policy()
    for at in range(len(content)):
        for bit in (1, 128):
            changed = bytearray(content)
            changed[at] ^= bit
            assert not check_receipt(bytes(changed), policy).ok, at


def test_cut_or_longer_it_is_refused(small: tuple[bytes, Forger]) -> None:
    content, log = small
    policy = log.policy()
    assert not any(check_receipt(content[:length], policy).ok for length in range(0, len(content), 7))
    assert not check_receipt(content + b"\x00", policy).ok
    assert not check_receipt(content + content, policy).ok


def test_every_byte_of_it_means_something_to_one_who_makes_the_digest_again(
    small: tuple[bytes, Forger],
) -> None:
    content, log = small
    policy = log.policy()
    for at, changed in enumerate(_resealed(content, range(len(content)))):
        assert changed is None or not check_receipt(changed, policy).ok, at


@pytest.mark.parametrize("number", [5, 33, 98])
def test_so_do_the_bytes_of_larger_ones(world: World, number: int) -> None:
    content = content_of(world.check(firm(number).identifier))
    places = Random(number).sample(range(len(content)), 300)
    for changed in _resealed(content, places):
        assert changed is None or not check_receipt(changed, world.policy, editions=world.editions).ok


def test_every_byte_of_a_signed_answer_is_covered(world: World) -> None:
    receipt = world.check(firm(5).identifier, evidence=receipt_pb2.EVIDENCE_LEVEL_SIGNED)
    content = content_of(receipt)
    for changed in _resealed(content, range(len(content))):
        assert changed is None or not check_receipt(changed, world.policy).ok


@given(st.binary(max_size=400))
def test_random_bytes_never_raise(small: tuple[bytes, Forger], content: bytes) -> None:
    assert not check_receipt(content, small[1].policy()).ok


@given(st.data())
def test_random_changes_never_raise(small: tuple[bytes, Forger], data: st.DataObject) -> None:
    content, log = small
    first = data.draw(st.integers(0, len(content) - 1))
    last = data.draw(st.integers(first, min(len(content), first + 40)))
    changed = content[:first] + data.draw(st.binary(max_size=40)) + content[last:]
    assert changed == content or not check_receipt(changed, log.policy()).ok


@given(st.binary(max_size=200))
def test_random_answers_under_a_true_signature_never_raise(
    small: tuple[bytes, Forger], answer: bytes
) -> None:
    from registry.provenance.answer import sign_answer

    content, log = small
    receipt = Receipt.FromString(content)
    receipt.answer = answer
    receipt.signature.CopyFrom(sign_answer(answer, [log.receipt_key]))
    assert not check_receipt(content_of(seal_receipt(receipt)), log.policy()).ok


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"version": 1}', b"{" * 10_000, b"\xff" * 100])
def test_what_is_no_receipt_is_a_line_that_says_so(small: tuple[bytes, Forger], content: bytes) -> None:
    report = check_receipt(content, small[1].policy())
    assert [line.name for line in report] == ["form"]
    assert not report.ok


def _resealed(content: bytes, places: Iterable[int]) -> Iterator[bytes | None]:
    """The receipt with one bit of each place changed and the digest made again; None where that is none."""
    receipt = Receipt.FromString(content)
    receipt.ClearField("digest")
    bare = content_of(receipt)
    for at in places:
        if at >= len(bare):
            continue
        changed = bytearray(bare)
        changed[at] ^= 1
        try:
            made = content_of(seal_receipt(Receipt.FromString(bytes(changed))))
        except (DecodeError, RuntimeWarning):
            yield None
            continue
        yield None if made == content else made
