"""Whose signature counts: a registry that logs what must not stand is found out, though all its keys sign."""

from __future__ import annotations

from typing import Any

import pytest

from demo.departments import DEPARTMENTS, OPERATOR
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import SUITE_ED25519, SUITE_SM2_SM3
from registry.verification import Outcome, Report, check_receipt
from tests.support.events import ban, firm
from tests.support.suites import SUITES, needs_sm2
from tests.verification.forger import NOON_MS, Forger, Holder

FINANCE = next(each for each in DEPARTMENTS if each.key == "财政").office.code
COURT = next(each for each in DEPARTMENTS if each.key == "法院").office.code
UNKNOWN = firm(98).identifier.value
DAY_MS = 86_400_000


def event() -> pb.Event:
    return ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")


def report_of(log: Forger, *more: str, **options: Any) -> Report:
    log.map()
    return check_receipt(log.receipt(UNKNOWN, **options), log.policy(*more))


def refusal(log: Forger, *more: str, **options: Any) -> str:
    (fault,) = report_of(log, *more, **options).faults
    return f"{fault.name}: {fault.detail}"


@pytest.mark.parametrize("suite", SUITES)
def test_what_stands_is_accepted_in_every_suite(suite: int) -> None:
    log = Forger(suite)  # type: ignore[arg-type]
    key = log.enrol(FINANCE)
    log.say(key, event=event())
    log.say(key, batched=True, event=ban("财政", firm(2), "M-PRO-01", "2026-03-01", "2028-03-01"))
    name = {1: "ed25519", 2: "ecdsa-p256-sha256", 3: "sm2-sm3"}[suite]
    report = report_of(log, f"suite {name}")
    assert report.ok, report.faults
    lines = {line.name: line for line in report}
    assert lines["department signatures"].detail.endswith("其中1份在批次中")
    assert lines["receipt key"].outcome is Outcome.OK


@pytest.mark.parametrize("suite", SUITES)
def test_another_suite_than_the_policy_demands_is_refused(suite: int) -> None:
    log = Forger(suite)  # type: ignore[arg-type]
    other = "ed25519" if suite == 3 else "sm2-sm3"
    assert "签名算法" in refusal(log, f"suite {other}")


def test_a_suite_that_is_required_later_says_nothing_of_what_came_before() -> None:
    log = Forger()
    log.say(log.enrol(FINANCE), event=event())
    log.map()
    content, size = log.receipt(UNKNOWN), len(log.leaves)
    assert check_receipt(content, log.policy(f"suite sm2-sm3 {size + 1}")).ok
    assert not check_receipt(content, log.policy(f"suite sm2-sm3 {size}")).ok
    mixed = log.policy("suite ed25519", f"suite sm2-sm3 {size}")
    assert check_receipt(content, mixed).ok


@needs_sm2
def test_a_statement_of_after_that_is_signed_otherwise_is_refused_and_one_of_before_is_not() -> None:
    """The log, the answers and all departments but one signed with SM2 from the genesis on."""
    log = Forger(SUITE_SM2_SM3)
    old = log.enrol(FINANCE, FileSigner.generate(SUITE_ED25519))
    at = log.say(old, event=event())
    log.map()
    content = log.receipt(UNKNOWN)
    assert check_receipt(content, log.policy(f"suite sm2-sm3 {at + 2}")).ok
    (fault,) = check_receipt(content, log.policy(f"suite sm2-sm3 {at + 1}")).faults
    assert fault.detail == f"序号{at}的签名算法不是策略所要求的"


def test_a_department_that_signs_otherwise_than_the_policy_demands_is_refused() -> None:
    log = Forger()
    key = log.enrol(FINANCE, FileSigner.generate(2))  # type: ignore[arg-type]
    log.say(key, event=event())
    assert report_of(log).ok
    assert refusal(log, "suite ed25519") == "keys: 序号1的签名算法不是策略所要求的"


def test_a_key_that_was_revoked_before_signs_nothing() -> None:
    log = Forger()
    key = log.enrol(FINANCE)
    revocation = pb.KeyRevocation(keyid=key.signer.keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
    log.say(log.operator, key_revocation=revocation)
    assert report_of(log).ok
    at = log.say(key, event=event())
    assert refusal(log) == f"keys: 序号{at}的签名密钥已在序号2撤销"


def test_what_a_key_signed_before_it_was_revoked_stands() -> None:
    log = Forger()
    key = log.enrol(FINANCE)
    log.say(key, event=event())
    revocation = pb.KeyRevocation(keyid=key.signer.keyid, reason=pb.KEY_REVOCATION_REASON_RETIRED)
    log.say(log.operator, key_revocation=revocation)
    assert report_of(log).ok


def test_a_key_that_is_enrolled_later_than_its_statement_is_refused() -> None:
    log = Forger()
    signer = FileSigner.generate(SUITE_ED25519)
    log.say(Holder(signer, FINANCE, 2), event=event())
    log.enrol(FINANCE, signer)
    assert refusal(log) == "keys: 序号1的签名密钥不是在它之前登记的, 或没有出示"


def test_a_key_of_another_department_is_refused() -> None:
    log = Forger()
    key = log.enrol(COURT)
    log.say(Holder(key.signer, FINANCE, key.position), event=event())
    assert "属于另一部门" in refusal(log)


def test_a_signature_by_another_key_is_refused() -> None:
    log = Forger()
    key = log.enrol(FINANCE)
    log.say(Holder(FileSigner.generate(SUITE_ED25519), FINANCE, key.position), event=event())
    assert "不是叶子所指的密钥" in refusal(log)


def test_a_key_signs_on_its_days_alone() -> None:
    log = Forger()
    key = log.enrol(FINANCE, valid_until="2026-11-25")
    log.say(key, event=event())
    assert report_of(log).ok
    log = Forger(answered_ms=NOON_MS + 9 * DAY_MS)
    key = log.enrol(FINANCE, valid_until="2026-11-25")
    log.say(key, event=event(), leaf={"received_ms": NOON_MS + DAY_MS})
    at = len(log.leaves)
    log.say(
        Holder(log.log_key, OPERATOR.office.code, 0),
        map_state=pb.MapState(size=at, root=_root(log, at)),
        leaf={"received_ms": NOON_MS + DAY_MS},
    )
    (fault,) = check_receipt(log.receipt(UNKNOWN), log.policy()).faults
    assert fault.detail == "序号2收到于2026-11-26, 签名密钥只在2026-01-01至2026-11-25有效"


def test_a_key_signs_its_categories_alone() -> None:
    log = Forger()
    key = log.enrol(FINANCE, categories=["E-51"])
    log.say(key, event=event())
    wanted = event().category
    assert (wanted == "E-51") is report_of(log).ok
    other = log.enrol(FINANCE, categories=["E-99"])
    log.say(other, event=event())
    assert refusal(log).endswith(f"的类别{wanted}不在签名密钥的范围内")


def test_only_a_registrar_enrols_keys() -> None:
    log = Forger()
    key = log.enrol(FINANCE)
    log.enrol(COURT, by=key)
    assert refusal(log) == "keys: 序号2的签名者不是登记员"


def test_a_holder_may_put_another_key_in_the_place_of_his_own() -> None:
    log = Forger()
    key = log.enrol(FINANCE)
    successor = log.enrol(FINANCE, by=key, replaces=key.signer.keyid)
    log.say(successor, event=event())
    assert report_of(log).ok


def test_a_key_without_proof_of_possession_is_refused() -> None:
    log = Forger()
    signer = FileSigner.generate(SUITE_ED25519)
    stated = pb.KeyEnrolment(
        department=FINANCE, suite=signer.suite, public_key=signer.public_key,
        valid_from="2026-01-01", valid_until="2030-01-01",
    )  # fmt: skip
    log.say(log.operator, "", key_enrolment=stated)
    assert "应有登记者和新密钥两个签名" in refusal(log)
    log = Forger()
    log.say(log.operator, "", FileSigner.generate(SUITE_ED25519), key_enrolment=stated)
    assert "不是叶子所指的密钥" in refusal(log)


def test_an_officials_key_ends_with_the_official() -> None:
    log = Forger()
    official = pb.OfficialRegistration(official_id="F-7", department=FINANCE, name="示例", section="科")
    log.say(log.operator, official_registration=official)
    key = log.enrol(FINANCE, official_id="F-7")
    log.say(key, event=event())
    assert report_of(log).ok
    gone = log.say(
        log.operator, official_revocation=pb.OfficialRevocation(official_id="F-7", department=FINANCE)
    )
    assert report_of(log).ok
    log.say(key, event=event())
    assert refusal(log).endswith(f"的签名人员已在序号{gone}停用")


def test_an_official_who_was_never_registered_signs_nothing() -> None:
    log = Forger()
    key = log.enrol(FINANCE, official_id="F-7")
    log.say(key, event=event())
    assert "没有出示人员" in refusal(log)


def test_a_statement_for_another_log_is_refused() -> None:
    log = Forger()
    key = log.enrol(FINANCE)
    log.say(key, event=event(), origin="credit.example/other")
    assert refusal(log) == "statements: 序号2的陈述写给另一登记系统, 或没有内容"


def test_a_leaf_about_another_subject_is_refused() -> None:
    log = Forger()
    key = log.enrol(FINANCE)
    log.say(key, event=event(), leaf={"subject_key": bytes(32)})
    assert refusal(log) == "statements: 序号2的叶子的主体与陈述不符"


def test_a_leaf_that_was_received_before_the_one_before_it_is_refused() -> None:
    log = Forger()
    log.enrol(FINANCE)
    log.say(log.enrol(COURT), event=event(), leaf={"received_ms": NOON_MS - 1})
    assert "收到时间早于" in refusal(log)


def test_an_answer_of_before_what_it_knows_is_refused() -> None:
    log = Forger(answered_ms=NOON_MS)
    log.enrol(FINANCE)
    assert "答复时间早于" in refusal(log)


def _root(log: Forger, size: int) -> bytes:
    from registry.provenance.map_entry import subtree_hash

    return subtree_hash(log.entries(size), 0)
