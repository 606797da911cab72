"""An edition becomes law by three persons: drafted, reviewed by another section, approved and filed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from demo.departments import OPERATOR
from registry.commands.jobs import Outcome
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from tests.support.editions import (
    Files,
    Officials,
    adopt,
    appoint_officials,
    changed_row,
    edition_adoption,
    edition_draft,
    edition_files,
    edition_review,
)
from tests.support.events import placed, refusal
from tests.support.spine import Spine, found_spine

KEY = OPERATOR.key
SIGNER = "signatures[0].keyid"
SUBMITTER, REVIEWER = pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_LEGAL_REVIEWER
APPROVER = pb.OFFICIAL_ROLE_APPROVER


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry to which no department is connected: editions are the operator's matter."""
    founded = found_spine(tmp_path_factory.mktemp("editions") / "registry")
    yield founded
    founded.engine.close()


@pytest.fixture(scope="module")
def officials(spine: Spine) -> Officials:
    return appoint_officials(spine)


@pytest.fixture(scope="module")
def do_everything(spine: Spine) -> FileSigner:
    """An official who has every role there is, of a section of his own."""
    return spine.appoint(KEY, "ALL", "综合科", SUBMITTER, REVIEWER, APPROVER)


_labels = iter(f"2099.{number}" for number in range(1, 1000))


def files() -> Files:
    """An edition that nobody has drafted."""
    return edition_files(next(_labels))


def drafted(spine: Spine, officials: Officials, stated: Files | None = None) -> str:
    """The hash of a draft that stands."""
    draft = edition_draft(stated or files())
    placed(spine.say(KEY, edition_draft=draft, by=officials.drafter))
    return draft.edition


def reviewed(spine: Spine, officials: Officials, *, lawful: bool = True) -> str:
    """The hash of a draft that was reviewed."""
    edition = drafted(spine, officials)
    review = edition_review(edition, lawful=lawful)
    placed(spine.say(KEY, edition_review=review, by=officials.reviewer))
    return edition


def approve(spine: Spine, edition: str, by: FileSigner, **more: str) -> Outcome:
    """What the registry says to an adoption."""
    fields = {"in_force_from": "2026-12-01", "filed_on": "2026-11-20", **more}
    return spine.say(KEY, edition_adoption=edition_adoption(edition, **fields), by=by)


# --- in order -------------------------------------------------------------------------------------


def test_edition_that_went_through_all_three_hands_is_law_from_its_day_on(
    spine: Spine, officials: Officials
) -> None:
    stated = files()
    position = adopt(spine, stated, "2030-05-01", officials)
    book, edition = spine.engine.state.book, edition_draft(stated)
    assert book.at(position, date(2030, 5, 1)) == edition.edition
    assert book.at(position, date(2030, 4, 30)) != edition.edition
    assert book.at(position - 1, date(2030, 5, 1)) != edition.edition
    spine.reopen()
    assert spine.engine.state.edition_at(position, date(2030, 5, 1)).label == edition.label


def test_draft_and_review_change_no_law(spine: Spine, officials: Officials) -> None:
    before = spine.engine.state.book.at(spine.position, date(2026, 11, 23))
    reviewed(spine, officials)
    assert spine.engine.state.book.at(spine.position, date(2026, 11, 23)) == before


# --- the draft ------------------------------------------------------------------------------------


def test_draft_that_is_no_sound_edition_is_refused_with_every_fault_and_its_line(
    spine: Spine, officials: Officials
) -> None:
    sound = edition_draft(files())
    for file in sound.files:
        file.content = file.content.replace("effect: ban", "effect: curse")
    said = spine.say(KEY, edition_draft=sound, by=officials.drafter)
    refused = [fault for fault in said.faults if fault.name == "EDITION_FAULTY"]  # type: ignore[union-attr]
    assert len(refused) > 10
    assert all(fault.field == "edition_draft.files" and ".yaml" in fault.message for fault in refused)


def test_draft_has_the_hash_and_the_label_that_its_files_make(spine: Spine, officials: Officials) -> None:
    for wrong in ({"edition": "00" * 32}, {"label": "2098.1"}):
        draft = edition_draft(files(), **wrong)
        refused = refusal(spine.say(KEY, edition_draft=draft, by=officials.drafter))
        assert refused == {("FIELD_INVALID", "edition_draft.edition")}


def test_draft_says_why(spine: Spine, officials: Officials) -> None:
    silent = edition_draft(files(), reason="")
    refused = refusal(spine.say(KEY, edition_draft=silent, by=officials.drafter))
    assert refused == {("FIELD_REQUIRED", "edition_draft.reason")}


def test_draft_has_at_least_one_file_and_no_more_than_sixty_four(spine: Spine, officials: Officials) -> None:
    for count in (0, 65):
        draft = pb.EditionDraft(reason="法规修改", files=[pb.EditionFile(name="a.yaml")] * count)
        refused = refusal(spine.say(KEY, edition_draft=draft, by=officials.drafter))
        assert refused == {("TOO_LARGE", "edition_draft.files")}


def test_label_is_used_once_and_so_is_a_content(spine: Spine, officials: Officials) -> None:
    stated = files()
    drafted(spine, officials, stated)
    again = {("EDITION_ALREADY_DRAFTED", "edition_draft.label")}
    same = spine.say(KEY, edition_draft=edition_draft(stated), by=officials.drafter)
    assert refusal(same) == again
    other = edition_draft(changed_row(stated, "M-PRO-02", note="另一内容"))
    assert refusal(spine.say(KEY, edition_draft=other, by=officials.drafter)) == again


def test_edition_of_the_founding_is_not_drafted_again(spine: Spine, officials: Officials) -> None:
    founding = spine.engine.state.edition_at(0, date(2026, 11, 23))
    other = edition_draft(edition_files(founding.label))
    refused = refusal(spine.say(KEY, edition_draft=other, by=officials.drafter))
    assert refused == {("EDITION_ALREADY_DRAFTED", "edition_draft.label")}


# --- the review -----------------------------------------------------------------------------------


def test_edition_that_was_never_drafted_is_neither_reviewed_nor_adopted(
    spine: Spine, officials: Officials
) -> None:
    """One that comes with the program is drafted like any other."""
    for edition in ("00" * 32, spine.engine.state.book.at(0, date(2026, 11, 23))):
        said = spine.say(KEY, edition_review=edition_review(edition), by=officials.reviewer)
        assert refusal(said) == {("EDITION_NOT_DRAFTED", "edition_review.edition")}
        refused = refusal(approve(spine, edition, officials.approver))
        assert refused == {("EDITION_NOT_DRAFTED", "edition_adoption.edition")}


def test_review_gives_its_opinion_in_words_and_is_given_once(
    spine: Spine, officials: Officials, do_everything: FileSigner
) -> None:
    edition = drafted(spine, officials)
    silent = edition_review(edition, opinion=" ")
    refused = refusal(spine.say(KEY, edition_review=silent, by=officials.reviewer))
    assert refused == {("FIELD_REQUIRED", "edition_review.opinion")}
    placed(spine.say(KEY, edition_review=edition_review(edition), by=officials.reviewer))
    again = spine.say(KEY, edition_review=edition_review(edition, lawful=False), by=do_everything)
    assert refusal(again) == {("EDITION_ALREADY_REVIEWED", "edition_review.edition")}


# --- the adoption ---------------------------------------------------------------------------------


def test_edition_that_nobody_reviewed_is_not_adopted(spine: Spine, officials: Officials) -> None:
    refused = refusal(approve(spine, drafted(spine, officials), officials.approver))
    assert refused == {("EDITION_NOT_REVIEWED", "edition_adoption.edition")}


def test_edition_that_was_found_unlawful_is_not_adopted(spine: Spine, officials: Officials) -> None:
    refused = refusal(approve(spine, reviewed(spine, officials, lawful=False), officials.approver))
    assert refused == {("EDITION_NOT_REVIEWED", "edition_adoption.edition")}


def test_edition_is_filed_with_a_number_on_a_day_that_has_come_and_in_force_from_a_day(
    spine: Spine, officials: Officials
) -> None:
    edition = reviewed(spine, officials)
    path = "edition_adoption"
    for more, fault in (
        ({"filing_number": " "}, ("FILING_REQUIRED", f"{path}.filing_number")),
        ({"filed_on": ""}, ("FIELD_REQUIRED", f"{path}.filed_on")),
        ({"filed_on": "2026-11-24"}, ("DATE_IN_FUTURE", f"{path}.filed_on")),
        ({"in_force_from": ""}, ("FIELD_REQUIRED", f"{path}.in_force_from")),
        ({"in_force_from": "2026-13-01"}, ("DATE_INVALID", f"{path}.in_force_from")),
        ({"label": "2098.1"}, ("FIELD_INVALID", f"{path}.label")),
    ):
        assert refusal(approve(spine, edition, officials.approver, **more)) == {fault}


def test_edition_is_adopted_once(spine: Spine, officials: Officials) -> None:
    edition = reviewed(spine, officials)
    placed(approve(spine, edition, officials.approver, in_force_from="2031-01-01"))
    again = approve(spine, edition, officials.approver, in_force_from="2026-01-01")
    assert refusal(again) == {("EDITION_ALREADY_ADOPTED", "edition_adoption.edition")}


# --- no one alone (审监分离) ----------------------------------------------------------------------


def test_seal_of_the_operator_takes_no_step(spine: Spine, officials: Officials) -> None:
    sealed = {("OFFICIAL_REQUIRED", SIGNER)}
    edition = reviewed(spine, officials)
    assert refusal(spine.say(KEY, edition_draft=edition_draft(files()))) == sealed
    undone = drafted(spine, officials)
    assert refusal(spine.say(KEY, edition_review=edition_review(undone))) == sealed
    assert refusal(approve(spine, edition, spine.signers[KEY])) == sealed


def test_each_step_is_taken_by_an_official_in_its_role(spine: Spine, officials: Officials) -> None:
    clerk = spine.appoint(KEY, "CLERK", "第三科", SUBMITTER)
    edition = reviewed(spine, officials)
    wrong = spine.say(KEY, edition_draft=edition_draft(files()), by=officials.reviewer)
    assert refusal(wrong) == {("ROLE_REQUIRED", SIGNER)}
    undone = drafted(spine, officials)
    wrong = spine.say(KEY, edition_review=edition_review(undone), by=clerk)
    assert refusal(wrong) == {("ROLE_REQUIRED", SIGNER)}
    assert refusal(approve(spine, edition, clerk)) == {("ROLE_REQUIRED", SIGNER)}


def test_official_with_every_role_takes_one_step_alone(
    spine: Spine, officials: Officials, do_everything: FileSigner
) -> None:
    alone = {("SAME_OFFICIAL", SIGNER)}
    himself = replace(officials, drafter=do_everything)
    edition = drafted(spine, himself)
    assert refusal(spine.say(KEY, edition_review=edition_review(edition), by=do_everything)) == alone
    placed(spine.say(KEY, edition_review=edition_review(edition), by=officials.reviewer))
    assert refusal(approve(spine, edition, do_everything)) == alone
    reviewed_by_him = drafted(spine, officials)
    review = edition_review(reviewed_by_him)
    placed(spine.say(KEY, edition_review=review, by=do_everything))
    assert refusal(approve(spine, reviewed_by_him, do_everything)) == alone


@pytest.mark.parametrize("section", ["目录科", " 目录 科 "])
def test_reviewer_is_of_another_section_than_the_drafter(
    spine: Spine, officials: Officials, section: str
) -> None:
    neighbour = spine.appoint(KEY, f"N-{len(section)}", section, REVIEWER)
    refused = refusal(spine.say(KEY, edition_review=edition_review(drafted(spine, officials)), by=neighbour))
    assert refused == {("SAME_SECTION", SIGNER)}


def test_official_who_has_left_takes_no_step(spine: Spine, officials: Officials) -> None:
    left = spine.appoint(KEY, "LEFT", "第四科", SUBMITTER)
    gone = pb.OfficialRevocation(department=spine.code(KEY), official_id="LEFT", reason="调离")
    placed(spine.say(KEY, official_revocation=gone))
    said = spine.say(KEY, edition_draft=edition_draft(files()), by=left)
    assert refusal(said) == {("OFFICIAL_UNKNOWN", SIGNER), ("KEY_REVOKED", SIGNER)}


def test_steps_are_neither_withdrawn_nor_corrected(spine: Spine, officials: Officials) -> None:
    placed(spine.say(KEY, "a-draft", edition_draft=edition_draft(files()), by=officials.drafter))
    target = pb.StatementReference(department=spine.code(KEY), statement_id="a-draft")
    said = spine.say(KEY, withdrawal=pb.Withdrawal(target=target, reason="有误"))
    assert refusal(said) == {("TARGET_NOT_AN_EVENT", "withdrawal.target")}
