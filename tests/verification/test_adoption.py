"""How the edition of an answer became law: who holds every key of the registry cannot pass over a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.editions import current_edition
from registry.v1 import statement_pb2 as pb
from registry.verification import Line, Outcome, Report, check_receipt
from tests.support.editions import edition_adoption, edition_review
from tests.support.events import firm
from tests.verification.forger import Forger, Holder, kept_back

OFFICE = OPERATOR.office.code
UNKNOWN = firm(98).identifier.value
EDITION = current_edition().hash
DRAFTER, REVIEWER = pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_LEGAL_REVIEWER
APPROVER, REGISTRAR = pb.OFFICIAL_ROLE_APPROVER, pb.OFFICIAL_ROLE_REGISTRAR


class Adopted:
    """A log in which the edition that is answered by was adopted after the founding one."""

    def __init__(self, *, hands: str = "123", sections: str = "目法办", **more: Any) -> None:
        self.log = Forger(founding="00" * 32)
        roles = more.get("roles", ([DRAFTER], [REVIEWER], [APPROVER]))
        by = [self.appoint(f"X-{n}", sections[n - 1], roles[n - 1]) for n in (1, 2, 3)]
        drafter, reviewer, approver = (by[int(hand) - 1] for hand in hands)
        self.drafter = drafter
        if more.get("stolen"):
            self.revoke(drafter)
        self.drafted = self.log.say(drafter, edition_draft=pb.EditionDraft(edition=EDITION, label="2030.1"))
        if more.get("reviewed", True):
            review = edition_review(EDITION, lawful=more.get("lawful", True))
            self.log.say(reviewer, edition_review=review)
        adoption = edition_adoption(EDITION, "2026-01-01", "2026-01-01")
        adoption.filing_number = more.get("filing", adoption.filing_number)
        self.log.say(approver, edition_adoption=adoption)

    def appoint(self, official_id: str, section: str, roles: list[pb.OfficialRole.ValueType]) -> Holder:
        official = pb.OfficialRegistration(
            official_id=official_id, department=OFFICE, name="示例", section=section, roles=roles
        )
        self.log.say(self.log.operator, official_registration=official)
        return self.log.enrol(OFFICE, official_id=official_id)

    def revoke(self, holder: Holder) -> int:
        stated = pb.KeyRevocation(keyid=holder.signer.keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
        return self.log.say(self.log.operator, key_revocation=stated)

    def report(self, *statements: int, without: str = "", leaves: Sequence[int] = ()) -> Report:
        """What is found of the receipt without one reference in the map, some statements and some leaves."""
        self.log.map(without=without)
        receipt = self.log.receipt(UNKNOWN, f"E:{EDITION}", without=without)
        return check_receipt(kept_back(receipt, *statements, leaves=leaves), self.log.policy())

    def refusal(self, *statements: int, leaves: Sequence[int] = ()) -> str:
        """The one fault; the draft's statement is shown by no registry, for it is long."""
        (line,) = self.report(self.drafted, *statements, leaves=leaves).faults
        return f"{line.name}: {line.detail}"


def lines(report: Report, name: str) -> list[Line]:
    return [line for line in report if line.name == name]


def test_an_edition_that_went_through_three_hands_is_proven() -> None:
    report = Adopted().report()
    assert report.ok, report.faults
    proven, claimed = lines(report, "edition")
    assert (proven.outcome, claimed.outcome) == (Outcome.OK, Outcome.CLAIMED)
    assert "由序号9批准(备案号沧示备〔2026〕1号), 自2026-01-01施行" in proven.detail
    assert [line.outcome for line in lines(report, "draft")] == [Outcome.CLAIMED]


@pytest.mark.parametrize(
    ("forged", "fault"),
    [
        ({"hands": "122", "roles": ([DRAFTER], [REVIEWER, APPROVER], [APPROVER])}, "不是三人所为"),
        ({"hands": "113", "roles": ([DRAFTER, REVIEWER], [REVIEWER], [APPROVER])}, "不是三人所为"),
        ({"hands": "133"}, "不是登记机构有此岗位的人员办理的"),
        ({"roles": ([DRAFTER], [REVIEWER], [APPROVER, REGISTRAR])}, "不是登记机构有此岗位的人员办理的"),
        ({"roles": ([APPROVER], [REVIEWER], [APPROVER])}, "不是登记机构有此岗位的人员办理的"),
        ({"sections": "法法办"}, "由同一内设机构起草和审查"),
        ({"lawful": False}, "未通过合法性审查"),
        ({"reviewed": False}, "没有依次出示"),
        ({"filing": " "}, "没有备案"),
    ],
)
def test_a_step_that_was_passed_over_is_found(forged: dict[str, Any], fault: str) -> None:
    (line,) = Adopted(**forged).report().faults
    assert line.name == "edition"
    assert fault in line.detail


def test_the_draft_itself_need_not_be_shown_and_its_key_may_go_after_it() -> None:
    adopted = Adopted()
    adopted.revoke(adopted.drafter)
    report = adopted.report(adopted.drafted)
    assert report.ok, report.faults


def test_a_draft_by_a_key_that_was_revoked_before_is_refused() -> None:
    adopted = Adopted(stolen=True)
    assert adopted.refusal() == f"edition: 序号{adopted.drafted}的签名密钥已在序号{adopted.drafted - 1}撤销"


def test_where_its_leaf_is_kept_back_that_its_key_was_good_is_the_registrys_word() -> None:
    """As in receipts of an earlier release, which showed no leaf of it."""
    adopted = Adopted(stolen=True)
    report = adopted.report(leaves=[adopted.drafted])
    assert report.ok, report.faults
    (line,) = [each for each in report if "起草人的密钥" in each.detail]
    assert (line.outcome, line.name) == (Outcome.CLAIMED, "draft")
    assert not [each for each in Adopted().report() if "起草人的密钥" in each.detail]


def test_a_draft_whose_keys_revocation_is_kept_back_is_refused() -> None:
    adopted = Adopted(stolen=True)
    revoked, keyid = adopted.drafted - 1, adopted.drafter.signer.keyid[:12]
    assert adopted.refusal(revoked) == f"edition: 密钥 {keyid}…的链中序号{revoked}没有出示陈述"
    assert adopted.refusal(leaves=[revoked]) == f"edition: 密钥 {keyid}…的链中第2条没有出示序号"


def test_nobody_keeps_back_that_the_drafter_has_other_roles_since() -> None:
    adopted = Adopted()
    registered = adopted.drafter.position - 1
    assert adopted.refusal(leaves=[registered]).endswith("的链中第1条没有出示序号")


def test_without_its_chain_a_shown_adoption_is_refused() -> None:
    adopted = Adopted()
    adopted.log.map()
    report = check_receipt(adopted.log.receipt(UNKNOWN), adopted.log.policy())
    assert [line.detail for line in report.faults] == [f"没有出示目录版本 {EDITION[:12]}…的链"]


def test_an_edition_whose_steps_are_not_shown_is_the_registrys_word() -> None:
    log = Forger(founding="00" * 32)
    log.map()
    report = check_receipt(log.receipt(UNKNOWN), log.policy())
    assert report.ok, report.faults
    assert {line.outcome for line in lines(report, "edition")} == {Outcome.CLAIMED}


def test_the_founding_edition_is_named_by_the_genesis() -> None:
    log = Forger()
    log.map()
    report = check_receipt(log.receipt(UNKNOWN), log.policy())
    assert lines(report, "edition")[0].detail == f"目录 {EDITION[:12]}… 由创世陈述(序号0)确定"
