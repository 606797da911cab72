"""A subject of which only a stolen key tells is as good as unknown, and never clear."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.provenance.keys import FileSigner
from registry.v1 import verdict_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry.v1.subject_pb2 import Subject
from registry.v1.verdict_pb2 import (
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
)
from tests.support.events import (
    ask,
    ban,
    correction,
    licence,
    new_firm,
    placed,
    succession,
    withdrawal,
)
from tests.support.signing_keys import confirmation, found_stolen
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy

PROCUREMENT = "M-PRO-01"


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    """Each test has its own: a key is stolen once."""
    furnished = furnish(found_spine(tmp_path / "registry"))
    yield furnished
    furnished.engine.close()


@pytest.fixture
def licensed(spine: Spine) -> tuple[Subject, int]:
    """A firm of which nothing is known but a licence, by a key that is found stolen then; and since when."""
    registrar, safe, firm = "市场监管", FileSigner.generate(SUITE_ED25519), new_firm()
    placed(spine.enrol(registrar, safe))
    at = placed(spine.say(registrar, "first", event=licence(registrar, firm)))
    assert ask(spine, firm).verdict == VERDICT_CLEAR
    found_stolen(spine, spine.signers[registrar], at)
    spine.signers[registrar] = safe
    return firm, at


def as_good_as_unknown(spine: Spine, firm: Subject) -> bool:
    decision = ask(spine, firm)
    assert not decision.hits
    return (decision.verdict, decision.indeterminate) == (
        VERDICT_INDETERMINATE,
        verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN,
    )


@pytest.mark.parametrize("sound", ["confirmation", "event", "correction", "another department"])
def test_firm_that_is_known_by_a_stolen_key_alone_is_not_clear(
    spine: Spine, licensed: tuple[Subject, int], tmp_path: Path, sound: str
) -> None:
    (firm, at), registrar = licensed, "市场监管"
    assert as_good_as_unknown(spine, firm)
    assert ask(spine, firm, at=at).verdict == VERDICT_CLEAR
    match sound:
        case "confirmation":
            said = spine.say(registrar, confirmation=confirmation("first", registrar))
        case "event":
            said = spine.say(registrar, event=licence(registrar, firm))
        case "correction":
            said = spine.say(registrar, correction=correction(registrar, "first", licence(registrar, firm)))
        case _:
            ended = ban("财政", firm, PROCUREMENT, "2020-03-01", "2021-03-01")
            said = spine.say("财政", event=ended)
    known = placed(said)
    for _ in range(2):
        assert ask(spine, firm).verdict == VERDICT_CLEAR
        assert ask(spine, firm, at=known - 1).verdict == VERDICT_INDETERMINATE
        spine.reopen()
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_withdrawal_of_what_a_thief_stated_leaves_the_firm_unknown(
    spine: Spine, licensed: tuple[Subject, int], tmp_path: Path
) -> None:
    firm, _ = licensed
    placed(spine.say("市场监管", withdrawal=withdrawal("市场监管", "first")))
    assert as_good_as_unknown(spine, firm)
    placed(spine.say("市场监管", event=licence("市场监管", firm)))
    assert ask(spine, firm).verdict == VERDICT_CLEAR
    assert Copy.of(spine.directory, tmp_path).rebuild() == []


def test_code_that_a_thief_ties_to_a_firm_without_fault_is_not_clear(spine: Spine) -> None:
    registrar, safe = "市场监管", FileSigner.generate(SUITE_ED25519)
    placed(spine.enrol(registrar, safe))
    unknown, clean = new_firm(), new_firm()
    placed(spine.say(registrar, event=licence(registrar, clean)))
    at = placed(spine.say(registrar, "tied", subject_link=succession(unknown, clean)))
    assert ask(spine, unknown).verdict == VERDICT_CLEAR
    found_stolen(spine, spine.signers[registrar], at)
    assert as_good_as_unknown(spine, unknown)
    assert ask(spine, clean).verdict == VERDICT_CLEAR
    placed(spine.say(registrar, by=safe, confirmation=confirmation("tied", registrar)))
    assert ask(spine, unknown).verdict == VERDICT_CLEAR
