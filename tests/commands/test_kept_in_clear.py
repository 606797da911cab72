"""A person's number is refused where it would rest in clear and be shown, and rests in no refusal either."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.access.identity import Caller, CallerRole
from registry.provenance.envelope import PAYLOAD_TYPE
from registry.v1 import envelope_pb2
from tests.support.events import ban, correction, firm, person, placed, refusal, ruling, target
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

NUMBER = person(7).identifier.value
OLD = "130999640229683"
WIDE = NUMBER.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ"))


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Spine:
    made = furnish(found_spine(tmp_path_factory.mktemp("clear") / "registry"), ["财政", "市场监管"])
    placed(made.say("财政", "sound", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")))
    return made


@pytest.mark.parametrize("written", [NUMBER, f"法人代表 {NUMBER[:6]} {NUMBER[6:]}", WIDE, OLD, f"({OLD})"])
@pytest.mark.parametrize("place", ["subject.name", "legal_basis[0]", "document.authority"])
def test_number_in_what_everybody_is_shown_is_refused(spine: Spine, written: str, place: str) -> None:
    event = ban("财政", firm(2), "M-PRO-01", "2026-03-01", "2028-03-01")
    if place == "subject.name":
        event.subject.name = written
    elif place == "document.authority":
        event.document.authority = written
    else:
        event.legal_basis[:] = [written]
    assert ("FIELD_INVALID", f"event.{place}") in refusal(spine.say("财政", event=event))
    corrected = correction("财政", "sound", event)
    outcome = refusal(spine.say("财政", correction=corrected))
    assert ("FIELD_INVALID", f"correction.replacement.{place}") in outcome


def test_number_of_before_1999_is_no_id_and_no_number_of_a_document(spine: Spine) -> None:
    event = ban("财政", firm(3), "M-PRO-01", "2026-03-01", "2028-03-01")
    assert ("FIELD_INVALID", "statement_id") in refusal(spine.say("财政", OLD, event=event))
    event.document.number = OLD
    assert ("FIELD_INVALID", "event.document.number") in refusal(spine.say("财政", event=event))


def test_number_is_no_name_that_a_code_rightly_bears(spine: Spine) -> None:
    outcome = refusal(spine.say("市场监管", name_ruling=ruling(firm(1), "甲公司", NUMBER)))
    assert ("FIELD_INVALID", "name_ruling.names[1]") in outcome


def test_fifteen_digits_that_are_no_birthday_are_a_number_like_any_other(spine: Spine) -> None:
    event = ban("财政", firm(4), "M-PRO-01", "2026-03-01", "2028-03-01")
    event.document.number = "130902202600001"
    placed(spine.say("财政", "130902202600001", event=event))


def test_refusal_rests_without_the_number_for_which_it_was_refused(spine: Spine) -> None:
    event = ban("财政", firm(5), "M-PRO-01", "2026-03-01", "2028-03-01")
    for statement_id in (NUMBER, OLD):
        spine.say("财政", statement_id, event=event)
    bare = envelope_pb2.Envelope(payload=NUMBER.encode(), payload_type=PAYLOAD_TYPE)
    spine.put("财政", bare)
    caller = Caller(CallerRole.DEPARTMENT, spine.code("财政"), ORIGIN)
    rows = spine.engine.intake.refusals(caller, after=0, page_size=1000)[-3:]
    assert [row.statement_id for row in rows] == ["", "", ""]
    assert [len(row.payload_sha256) for row in rows] == [32, 32, 0], "a bare number's hash is the number"


def test_what_the_log_already_has_is_folded_as_before(spine: Spine, tmp_path: Path) -> None:
    assert target("财政", "sound").statement_id == "sound"
    assert check_of(spine, tmp_path) == []


def check_of(spine: Spine, directory: Path) -> list[str]:
    """What a rebuild finds different."""
    from tests.commands.erasing import rebuilt

    return [str(each) for each in rebuilt(spine, directory).differences]
