"""Objection and repair through the console's forms, from filing to result."""

from __future__ import annotations

import re
from typing import Any

from registry.v1 import statement_pb2 as pb
from tests.registry_web.console_core.office import Office
from tests.registry_web.console_pages.forms import At, words
from tests.support.ban_cases import KEY
from tests.support.events import firm, penalty

PAPERS = {"commitment": b"commitment", "proof": b"paid"}
DOCUMENT = {"document_number": "沧示财修〔2026〕1号", "document_day": "2026-11-20"}


def penalised(bureau: Office, name: str, number: int) -> str:
    bureau.spine.say(KEY, name, event=penalty(KEY, firm(number), "2024-03-01", severity=pb.SEVERITY_GENERAL))
    return str(next(e.position for e in bureau_departments(bureau) if e.registration.code == code(bureau)))


def bureau_departments(bureau: Office) -> Any:
    from registry.v1.directory_service_pb2 import ListDepartmentsRequest
    from registry.v1.directory_service_pb2_grpc import DirectoryServiceStub

    served = bureau.served
    stub = DirectoryServiceStub(served.channel(served.registrar()))
    return stub.ListDepartments(ListDepartmentsRequest(), timeout=20).departments


def code(bureau: Office) -> str:
    return bureau.spine.code(KEY)


def filed(at: At, kind: str, target: str) -> str:
    """The address of what was filed about a statement; it is on the list."""
    page = at("handler").get(f"/remedies?kind={kind}")
    rows = re.findall(r'<tr>\s*<th[^>]*><a href="([^"]+)".*?</tr>', page.text, re.DOTALL)
    found = [row for row in rows if target in page.text]
    assert found, words(page)
    return str(found[-1])


def test_a_repair_is_applied_for_accepted_granted_and_annulled(bureau: Office, at: At) -> None:
    department = penalised(bureau, "P-R1", 31)
    handler = at("handler")
    asked = {"department": department, "statement": "P-R1", "filed_on": "2026-11-20"}
    early = handler.act("/remedies/new/repair", asked | {"corrected_on": "2026-11-21"}, PAPERS)
    assert not early.accepted
    assert "申请日期" in early.text
    applied = handler.act("/remedies/new/repair", asked | {"corrected_on": "2024-06-01"}, PAPERS)
    assert applied.accepted, applied.text
    one = filed(at, "2", "P-R1")
    page = handler.read(one)
    assert "已提出" in page
    assert "修复条件" in page
    assert "第36号" in page
    assert handler.post(f"{one}/accept", {"accepted": "no", "reason": ""}).status_code == 400
    turned = handler.post(f"{one}/accept", {"accepted": "no", "reason": "不\u202e受理\u206f"})
    assert turned.status_code == 400
    assert "含有看不见的字符, 会使显示的文字与所写的不同" in words(turned)
    assert ">不受理</textarea>" in turned.text, "the field comes back without them"
    assert handler.act(f"{one}/accept", {"accepted": "yes", "reason": ""}).accepted
    assert handler.get(f"{one}/accept").status_code == 409
    granted = handler.act(f"{one}/grant", DOCUMENT | {"effective_on": "2026-11-20", "reason": "符合条件"})
    assert granted.accepted, granted.text
    assert "准予修复" in handler.read(one)
    annulled = handler.act(
        f"{one}/annul",
        {
            "document_number": "沧示财修撤〔2026〕1号", "document_day": "2026-11-21",
            "effective_on": "2026-11-21", "reason": "证明材料系伪造",
        },
    )  # fmt: skip
    assert annulled.accepted, annulled.text
    assert "修复已撤销" in handler.read(one)


def test_an_objection_is_filed_and_decided_with_a_correction(bureau: Office, at: At) -> None:
    department = penalised(bureau, "P-O1", 32)
    handler = at("handler")
    claim = {
        "department": department, "statement": "P-O1", "ground": "1", "filed_on": "2026-11-20",
        "claim": "处罚日期有误",
    }  # fmt: skip
    assert handler.act("/remedies/new/objection", claim).accepted
    one = filed(at, "1", "P-O1")
    assert "处罚日期有误" in handler.read(one)
    decision = {
        "document_number": "沧示财异〔2026〕1号", "document_day": "2026-11-21",
        "reason": "经核实, 严重程度应为轻微", "outcome": "3",
        "new_number": "沧示财罚字〔2024〕1号", "new_day": "2024-03-01", "new_severity": "1",
        "new_basis": "示例法 第一条", "new_content": "cflb=警告",
    }  # fmt: skip
    unfilled = handler.post(f"{one}/decide", decision | {"new_number": ""})
    assert unfilled.status_code == 400
    decided = handler.act(f"{one}/decide", decision)
    assert decided.accepted, decided.text
    assert "异议成立" in handler.read(one)
    assert "更正" in handler.read(one)


def test_what_another_department_was_asked_to_decide_is_not_offered_here(bureau: Office, at: At) -> None:
    handler, registrar = at("handler"), at("registrar")
    department = penalised(bureau, "P-O2", 33)
    claim = {
        "department": department, "statement": "P-O2", "ground": "4", "filed_on": "2026-11-20", "claim": "x",
    }  # fmt: skip
    assert handler.act("/remedies/new/objection", claim).accepted
    one = filed(at, "1", "P-O2")
    assert "异议处理" not in registrar.read(one)
    assert registrar.get(f"{one}/decide").status_code == 409
