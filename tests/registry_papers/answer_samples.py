"""Answers of every kind, signed by a receipt key of their own, and the policy that knows it.

content = receipt_of(check(hits=5))      # as it is filed; registry_client.verify accepts it under POLICY
receipt_of(screen(parties=40, blocked=(0, 7)))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.domain.identifiers import mask
from registry.provenance.answer import seal_receipt, sign_answer
from registry.provenance.file_signer import FileSigner
from registry.provenance.vkey import vkey
from registry.provenance.witness_policy import Policy
from registry.v1 import envelope_pb2, subject_pb2, verdict_pb2
from registry.v1 import receipt_pb2 as pb
from registry.v1 import record_service_pb2 as record
from registry.v1 import restriction_service_pb2 as service
from registry.v1.verdict_pb2 import CheckedList, CheckedMeasure, Hit
from registry_papers.answers.reading import CERTIFICATE
from tests.support.events import firm, person

ORIGIN = "credit.example/cangzhou"
ANSWERED_MS = 1_795_406_400_000
POSITION = 41_205
_SIGNER = FileSigner.generate(envelope_pb2.SUITE_ED25519)
_OTHER = FileSigner.generate(envelope_pb2.SUITE_ED25519)
PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT
RELIEF = (
    "对决定不服的, 可以自知道之日起六十日内申请行政复议(行政复议法 第二十条), 或者自知道之日起六个月内"
    "向人民法院提起行政诉讼(行政诉讼法 第四十六条); 期间以决定书载明的为准"
)
_MEASURES = (
    ("M-PRO-01", "一至三年内禁止参加政府采购活动", "", ""),
    ("M-PRO-05", "列入三类名单的拒绝参与政府采购", "L-01", "失信被执行人名单"),
    ("M-PRO-06", "拖欠农民工工资失信主体政府采购限制", "L-04", "拖欠农民工工资失信联合惩戒对象名单"),
    ("M-BUS-14", "降低资质等级/吊销资质证书", "", ""),
    ("M-PRO-04", "三年内有重大违法记录不具备供应商资格", "", ""),
)
_LISTS = (
    ("L-01", "失信被执行人名单", 7),
    ("L-02", "政府采购严重违法失信行为记录名单", 30),
    ("L-03", "重大税收违法失信主体", 31),
    ("L-04", "拖欠农民工工资失信联合惩戒对象名单", 31),
)
_Asked = tuple[str, Any, Any]
"""Method, question and response."""


def policy(signer: FileSigner = _SIGNER) -> Policy:
    """The policy of a verifier who knows the receipt key."""
    keys = (f"{word} {vkey(ORIGIN, signer.suite, signer.public_key)}" for word in ("log", "receipt"))
    return Policy.parse("".join(f"{line}\n" for line in (*keys, "quorum none")).encode())


def policy_of_another() -> Policy:
    """The policy of who knows another registry's key."""
    return policy(_OTHER)


def receipt_of(asked: _Asked, /, **changes: Any) -> bytes:
    """A signed receipt of an answer, as it is filed."""
    answer = answer_of(asked, **changes).SerializeToString(deterministic=True)
    receipt = pb.Receipt(version=1, answer=answer, signature=sign_answer(answer, [_SIGNER]))
    return seal_receipt(receipt).SerializeToString(deterministic=True)


def answer_of(asked: _Asked, /, **changes: Any) -> pb.Answer:
    """An answer that nobody signed yet."""
    method, question, response = asked
    return pb.Answer(
        **{
            "origin": ORIGIN,
            "method": method,
            "question": question.SerializeToString(deterministic=True),
            "request_sha256": bytes(range(32)),
            "response": response.SerializeToString(deterministic=True),
            "position": POSITION,
            "root": bytes(range(32, 64)),
            "edition": _answered().edition,
            "answered_ms": ANSWERED_MS,
            "caller": "registry://credit.example/cangzhou/system/procurement/ggzy",
            "purpose_reference": _reference(question),
            "nonce": bytes(range(64, 80)),
            "asked": pb.EVIDENCE_LEVEL_SIGNED,
            "given": pb.EVIDENCE_LEVEL_SIGNED,
        }
        | changes
    )


def check(*, hits: int = 0, code: str = "", name: str = "") -> _Asked:
    """An answer to Check; BLOCKED with hits, else CLEAR."""
    subject = subject_pb2.Identifier(
        type=subject_pb2.IDENTIFIER_TYPE_USCC, value=code or firm(1).identifier.value
    )
    purpose = service.Purpose(domain=PROCUREMENT, reference="CZCG-2026-0917", reason="资格审查")
    question = service.CheckRequest(subject=subject, purpose=purpose)
    question.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    question.matter.scope.region = "130903"
    response = service.CheckResponse(subject=subject, answered=_answered())
    response.verdict = verdict_pb2.VERDICT_BLOCKED if hits else verdict_pb2.VERDICT_CLEAR
    response.identity.status = verdict_pb2.RESOLUTION_STATUS_RESOLVED
    response.identity.names.extend([name] if name else [])
    response.hits.extend(hit(number) for number in range(hits))
    response.checked_and_empty.lists.extend(lists())
    response.checked_and_empty.measures.extend(
        CheckedMeasure(code=code, name=name) for code, name, _, _ in _MEASURES[hits:]
    )
    return "registry.v1.RestrictionService/Check", question, response


def indeterminate() -> _Asked:
    """An answer to Check that says nothing about the subject."""
    method, question, response = check()
    response.verdict = verdict_pb2.VERDICT_INDETERMINATE
    response.indeterminate_reason = verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN
    response.indeterminate_detail = "没有这一主体的任何记录, 不能据此认为未受限制。"
    response.identity.status = verdict_pb2.RESOLUTION_STATUS_NOT_FOUND
    return method, question, response


def of_person() -> _Asked:
    """An answer to Check about a natural person, as it is filed: masked."""
    method, question, response = check(hits=1)
    for subject in (question.subject, response.subject):
        subject.type = subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
        subject.value = mask(subject.type, person(1).identifier.value)
    return method, question, response


def screen(*, parties: int = 3, blocked: Sequence[int] = (0,), name: str = "", of_two: int = 0) -> _Asked:
    """An answer to Screen: a bid for each party, the first ``of_two`` bids of two parties each."""
    question = service.ScreenRequest()
    project = question.project
    project.number, project.name, project.domain = "CZCG-2026-0917", "示例小学教学楼设备采购", PROCUREMENT
    project.reason, project.scope.region = "资格审查", "130903"
    response = service.ScreenResponse(lists=lists(), answered=_answered())
    for number in range(parties):
        whose = firm(number + 1)
        party = service.Party(
            subject=whose.identifier, role=subject_pb2.SUBJECT_ROLE_BIDDER, name=name or whose.name
        )
        place = number // 2 if number < 2 * of_two else number - of_two
        party.bid = f"{place + 1}"
        question.parties.add().CopyFrom(party)
        told = response.parties.add(party=party, verdict=verdict_pb2.VERDICT_CLEAR)
        told.identity.status = verdict_pb2.RESOLUTION_STATUS_RESOLVED
        told.identity.current.CopyFrom(whose.identifier)
        told.identity.names.append(whose.name)
        if number in blocked:
            told.verdict = verdict_pb2.VERDICT_BLOCKED
            told.hits.append(hit(number % len(_MEASURES)))
    _fill_bids(response)
    return "registry.v1.RestrictionService/Screen", question, response


def batch(count: int = 4) -> _Asked:
    """An answer to BatchCheck; the second is BLOCKED, the third INDETERMINATE."""
    question = service.BatchCheckRequest(
        identifier_type=subject_pb2.IDENTIFIER_TYPE_USCC,
        identifiers=[firm(number + 1).identifier.value for number in range(count)],
        purpose=service.Purpose(domain=PROCUREMENT, reference="CZCG-2026-0917"),
    )
    response = service.BatchCheckResponse(answered=_answered())
    response.verdicts.extend([verdict_pb2.VERDICT_CLEAR] * count)
    response.verdicts[1] = verdict_pb2.VERDICT_BLOCKED
    response.verdicts[2] = verdict_pb2.VERDICT_INDETERMINATE
    response.hit_subjects.append(1)
    response.hits.append(hit(0))
    response.indeterminate_subjects.append(2)
    response.indeterminate_reasons.append(verdict_pb2.INDETERMINATE_REASON_SUBJECT_UNKNOWN)
    response.checked.add().checked.lists.extend(lists())
    return "registry.v1.RestrictionService/BatchCheck", question, response


def certificate(*, entries: int = 1) -> _Asked:
    """An answer to GetCertificate."""
    purpose = service.Purpose(domain=PROCUREMENT, reference="CZCG-2026-0917")
    question = record.GetCertificateRequest(subject=firm(1).identifier, purpose=purpose)
    response = record.GetCertificateResponse(
        until="2026-11-23", nothing_recorded=not entries, lists=lists(), answered=_answered()
    )
    setattr(response, "from", "2023-11-23")
    response.identity.status = verdict_pb2.RESOLUTION_STATUS_RESOLVED
    response.identity.names.append(firm(1).name)
    response.statement = "本报告是专项信用报告(发改财金〔2025〕565号), 不是能否参与具体事项的结论。"
    section = response.sections.add(category="E-03-CF", name="行政处罚(含简易程序)")
    section.entries.extend(entry(number) for number in range(entries))
    response.sections.add(category="E-03-QZ", name="行政强制")
    return CERTIFICATE, question, response


def whole_record(*, entries: int = 2) -> _Asked:
    """An answer to GetRecord."""
    purpose = service.Purpose(domain=PROCUREMENT, reference="CZCG-2026-0917")
    question = record.GetRecordRequest(subject=firm(1).identifier, purpose=purpose)
    response = record.GetRecordResponse(answered=_answered())
    response.identity.status = verdict_pb2.RESOLUTION_STATUS_RESOLVED
    section = response.sections.add(category="E-03", name="行政管理信息")
    section.entries.extend(entry(number) for number in range(entries))
    response.sections.add(category="E-02", name="司法裁判及执行信息")
    return "registry.v1.RecordService/GetRecord", question, response


def hit(number: int) -> Hit:
    """A restriction that blocks."""
    code, name, list_code, list_name = _MEASURES[number]
    found = Hit(
        measure_code=code, measure_name=name, effect=verdict_pb2.HIT_EFFECT_BLOCKS,
        reasons=[verdict_pb2.HIT_REASON_MANDATORY], list_code=list_code, list_name=list_name,
        legal_basis=["政府采购法 第七十七条", "政府采购法实施条例 第七十三条"], until="2028-02-29",
        relief=RELIEF,
        position=18_000 + number, statement_id=f"S-{number}", department="11130900DEM0000228",
        status=verdict_pb2.HIT_STATUS_IN_FORCE, origin=verdict_pb2.RESTRICTION_ORIGIN_DECISION,
        relation=verdict_pb2.SUBJECT_RELATION_SELF,
    )  # fmt: skip
    setattr(found, "from", "2026-03-01")
    document = found.document
    document.number, document.authority = f"沧示财采罚〔2026〕{number + 1}号", "沧州市(示例)财政局"
    document.decided_on = "2026-03-01"
    return found


def entry(number: int) -> record.RecordEntry:
    """An entry of a file."""
    found = record.RecordEntry(
        position=18_000 + number, statement_id=f"S-{number}", department="11130900DEM0000228",
        category="E-03-CF", category_name="行政处罚", state=record.ENTRY_STATE_STANDS, in_force=True,
        in_force_from="2026-03-01", disclosed=True, disclosed_from="2026-03-01", disclosed_until="2027-03-01",
        repairable_from="2026-06-01", disclosure_basis="信用修复管理办法 (国家发展改革委令第36号): 一般",
        retained_until="2042-03-01", legal_basis=["政府采购法 第七十七条"],
    )  # fmt: skip
    found.document.number = f"沧示财罚字〔2026〕{number + 1}号"
    found.document.authority = "沧州市(示例)财政局"
    found.document.decided_on = "2026-03-01"
    found.content.add(name="sy", value="在采购活动中提供虚假材料谋取中标")
    return found


def lists() -> list[CheckedList]:
    """What was searched."""
    return [
        CheckedList(code=code, name=name, connected=True, as_of="2026-11-22", max_age_days=days)
        for code, name, days in _LISTS
    ]


def _fill_bids(response: service.ScreenResponse) -> None:
    bids: dict[str, list[int]] = {}
    for place, party in enumerate(response.parties):
        bids.setdefault(party.party.bid, []).append(place)
    for bid, places in bids.items():
        blocked = [place for place in places if response.parties[place].hits]
        verdict = verdict_pb2.VERDICT_BLOCKED if blocked else verdict_pb2.VERDICT_CLEAR
        response.bids.add(bid=bid, verdict=verdict, decided_by=blocked or places)


def _answered() -> service.Answered:
    told = service.Answered(origin=ORIGIN, known_position=POSITION, edition_label="2026.2")
    told.edition = "4700627e533075f603b770a9febc2eba63f9c091eb4e3e20d56cfd15481f5330"
    told.valid_time.FromMilliseconds(ANSWERED_MS)
    told.known_time.FromMilliseconds(ANSWERED_MS - 3_600_000)
    return told


def _reference(question: Any) -> str:
    is_tender = isinstance(question, service.ScreenRequest)
    reference: str = question.project.number if is_tender else question.purpose.reference
    return reference
