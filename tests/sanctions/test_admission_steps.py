"""Nobody adopts an edition alone, whatever ids and names he is registered under (审监分离)."""

from collections.abc import Iterator

import pytest

from demo.departments import OPERATOR
from registry.commands.jobs import Outcome
from registry.provenance.keys import FileSigner
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from tests.support.editions import (
    Officials,
    appoint_officials,
    edition_adoption,
    edition_draft,
    edition_files,
    edition_review,
)
from tests.support.events import faults, placed, refusal
from tests.support.spine import Spine, found_spine

KEY = OPERATOR.key
SIGNER = "signatures[0].keyid"
SUBMITTER, REVIEWER = pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_LEGAL_REVIEWER
APPROVER, REGISTRAR = pb.OFFICIAL_ROLE_APPROVER, pb.OFFICIAL_ROLE_REGISTRAR
LATE = {("OFFICIAL_REQUIRED", SIGNER)}
SAME = {("SAME_OFFICIAL", SIGNER)}

_labels = iter(f"2099.{number}" for number in range(1, 1000))


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    founded = found_spine(tmp_path_factory.mktemp("steps") / "registry")
    yield founded
    founded.engine.close()


@pytest.fixture(scope="module")
def officials(spine: Spine) -> Officials:
    return appoint_officials(spine)


def drafted(spine: Spine, by: FileSigner) -> str:
    """The hash of a draft that stands."""
    draft = edition_draft(edition_files(next(_labels)))
    placed(spine.say(KEY, edition_draft=draft, by=by))
    return draft.edition


def review(spine: Spine, edition: str, by: FileSigner) -> Outcome:
    return spine.say(KEY, edition_review=edition_review(edition), by=by)


def adopt(spine: Spine, edition: str, by: FileSigner) -> Outcome:
    return spine.say(KEY, edition_adoption=edition_adoption(edition, "2030-01-01", "2026-11-23"), by=by)


def register(
    spine: Spine, official_id: str, name: str, section: str, *roles: pb.OfficialRole.ValueType
) -> None:
    """Registers an official of the operator, or registers him anew."""
    official = pb.OfficialRegistration(
        official_id=official_id, department=spine.code(KEY), name=name, section=section, roles=roles
    )
    placed(spine.say(KEY, official_registration=official))


def enrolled(spine: Spine, official_id: str) -> FileSigner:
    """A key of a registered official's own."""
    signer = FileSigner.generate(envelope_pb2.SUITE_ED25519)
    placed(spine.enrol(KEY, signer, official_id=official_id))
    return signer


def test_whoever_registers_officials_takes_no_step(spine: Spine, officials: Officials) -> None:
    boss = spine.appoint(KEY, "B-1", "办公室", REGISTRAR, SUBMITTER, REVIEWER, APPROVER)
    role = {("ROLE_REQUIRED", SIGNER)}
    draft = edition_draft(edition_files(next(_labels)))
    assert refusal(spine.say(KEY, edition_draft=draft, by=boss)) == role
    edition = drafted(spine, officials.drafter)
    assert refusal(review(spine, edition, boss)) == role
    placed(review(spine, edition, officials.reviewer))
    assert refusal(adopt(spine, edition, boss)) == role


def test_nobody_is_registered_as_a_reviewer_or_approver_of_a_draft_that_stands(
    spine: Spine, officials: Officials
) -> None:
    edition = drafted(spine, officials.drafter)
    reviewer = spine.appoint(KEY, "L-1", "法规一科", REVIEWER)
    assert refusal(review(spine, edition, reviewer)) == LATE
    placed(review(spine, edition, officials.reviewer))
    approver = spine.appoint(KEY, "L-2", "办公室", APPROVER)
    assert refusal(adopt(spine, edition, approver)) == LATE
    later = drafted(spine, officials.drafter)
    placed(review(spine, later, reviewer))
    placed(adopt(spine, later, approver))


def test_nobody_is_given_a_key_for_a_draft_that_stands(spine: Spine, officials: Officials) -> None:
    register(spine, "L-3", "示例丁", "法规二科", REVIEWER)
    edition = drafted(spine, officials.drafter)
    assert refusal(review(spine, edition, enrolled(spine, "L-3"))) == LATE


def test_neighbour_of_the_drafter_is_not_registered_in_another_section_for_the_review(
    spine: Spine, officials: Officials
) -> None:
    neighbour = spine.appoint(KEY, "N-1", "目录科", REVIEWER)
    edition = drafted(spine, officials.drafter)
    assert refusal(review(spine, edition, neighbour)) == {("SAME_SECTION", SIGNER)}
    register(spine, "N-1", "示例N-1", "目录一科", REVIEWER)
    assert refusal(review(spine, edition, neighbour)) == LATE


def test_two_staff_ids_with_one_name_are_one_person_for_an_edition(
    spine: Spine, officials: Officials
) -> None:
    register(spine, "T-1", "示例 戊", "目录科", SUBMITTER)
    register(spine, "T-2", "示例戊", "法规三科", REVIEWER)
    register(spine, "T-3", "示例戊\u200b", "办公室", APPROVER)
    drafter, reviewer, approver = (enrolled(spine, number) for number in ("T-1", "T-2", "T-3"))
    edition = drafted(spine, drafter)
    said = review(spine, edition, reviewer)
    assert refusal(said) == SAME
    assert "同名" in faults(said)[0].message
    assert "戊" not in faults(said)[0].message
    placed(review(spine, edition, officials.reviewer))
    assert refusal(adopt(spine, edition, approver)) == SAME
    placed(adopt(spine, edition, officials.approver))


def test_drafter_is_not_given_another_name_so_that_a_namesake_may_review(
    spine: Spine, officials: Officials
) -> None:
    register(spine, "V-1", "示例己", "目录科", SUBMITTER)
    register(spine, "V-2", "示例己", "法规三科", REVIEWER)
    drafter, namesake = enrolled(spine, "V-1"), enrolled(spine, "V-2")
    edition = drafted(spine, drafter)
    register(spine, "V-1", "示例庚", "目录科", SUBMITTER)
    assert refusal(review(spine, edition, namesake)) == LATE
    assert refusal(review(spine, edition, officials.reviewer)) == LATE


def test_drafter_who_has_left_does_not_hold_up_what_he_drafted(spine: Spine, officials: Officials) -> None:
    edition = drafted(spine, spine.appoint(KEY, "G-1", "目录科", SUBMITTER))
    gone = pb.OfficialRevocation(department=spine.code(KEY), official_id="G-1", reason="调离")
    placed(spine.say(KEY, official_revocation=gone))
    placed(review(spine, edition, officials.reviewer))
    placed(adopt(spine, edition, officials.approver))
