"""A correction begins from the decision as it stands: nothing that was decided lightly becomes heavy."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx

from registry.v1 import ban_service_pb2 as service
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import CAPACITY_PROCUREMENT_AGENCY, Scope
from tests.registry_web.console_core.office import Office, hidden
from tests.registry_web.console_pages.forms import At
from tests.registry_web.console_pages.test_registers import number_of
from tests.registry_web.console_pages.test_remedies import filed
from tests.support.ban_cases import BASIS, KEY, decision_event
from tests.support.events import firm
from tests.support.served import DEADLINE_S

STEPS = ("ban_draft", "ban_review", "ban_notice", "ban_defence", "ban_deliberation")


def filled_in(page: httpx.Response) -> dict[str, str]:
    """The values with which the lines and days of a form begin."""
    found = re.findall(r'<input type="(?:text|date)"[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found}


def decided(bureau: Office, case: str, number: int, event: pb.Event, **proposals: pb.BanProposal) -> None:
    """A case whose decision is served; what was proposed and announced may be told."""
    bureau.bans.subjects[case] = firm(number)
    for kind in STEPS:
        changes: dict[str, Any] = {}
        if proposals and kind in ("ban_draft", "ban_notice"):
            changes = {"proposal" if kind == "ban_draft" else "announced": proposals["proposal"]}
        result = bureau.bans.take(kind, case, **changes)
        assert result.HasField("accepted"), result
    results = bureau.bans.take("ban_decision", case, event=event), bureau.bans.take("ban_served", case)
    for result in results:
        assert result.HasField("accepted"), result


def corrected(bureau: Office, at: At, case: str) -> pb.Event:
    """What takes the place of a decision of which nobody changed anything but the articles."""
    path = f"/bans/case/{case}/step/correction"
    known = filled_in(at("chief").get(path))
    done = at("chief").act(path, known | {"legal_basis": f"{BASIS[0]}第一款", "reason": "法律依据更正到款"})
    assert done.accepted, done.text
    case_read = bureau.bans.stub.GetCase(
        service.GetCaseRequest(department=bureau.spine.code(KEY), case_number=case), timeout=DEADLINE_S
    )
    statement = pb.Statement.FromString(case_read.statements[-1].signed.envelope.payload)
    assert list(statement.correction.replacement.legal_basis) == [f"{BASIS[0]}第一款"]
    return statement.correction.replacement


def test_a_decision_lighter_than_announced_stays_so(bureau: Office, at: At) -> None:
    event = decision_event(firm(183), "沧示财罚〔2026〕183号", "2027-11-10")
    event.severity = pb.SEVERITY_GENERAL
    event.measures[0].scope.CopyFrom(Scope(region="130902"))
    decided(bureau, "CSCZ-2026-K1", 183, event)
    replacement = corrected(bureau, at, "CSCZ-2026-K1")
    assert replacement.measures[0].scope.region == "130902"
    assert replacement.severity == pb.SEVERITY_GENERAL
    assert replacement.measures[0].until == "2027-11-10"
    assert replacement.document == event.document


def test_a_measure_that_was_announced_and_not_decided_does_not_come_in(bureau: Office, at: At) -> None:
    proposal = pb.BanProposal(category="E-51", severity=pb.SEVERITY_SERIOUS, legal_basis=BASIS)
    proposal.measures.add(measure_code="M-PRO-02", months=24, capacity=CAPACITY_PROCUREMENT_AGENCY)
    proposal.measures.add(measure_code="M-PRO-01", months=24)
    event = decision_event(firm(184), "沧示财罚〔2026〕184号")
    decided(bureau, "CSCZ-2026-K2", 184, event, proposal=proposal)
    replacement = corrected(bureau, at, "CSCZ-2026-K2")
    assert len(replacement.measures) == 1
    assert replacement.measures[0] == event.measures[0]


def test_a_decision_that_an_objection_shortened_is_not_lengthened_again(bureau: Office, at: At) -> None:
    case, chief = "CSCZ-2026-K3", at("chief")
    decided(bureau, case, 185, decision_event(firm(185), "沧示财罚〔2026〕185号"))
    claim = {
        "department": number_of(at, "财政局"), "statement": bureau.bans.decisions[case], "ground": "1",
        "filed_on": "2026-11-20", "claim": "期限有误",
    }  # fmt: skip
    assert at("handler").act("/remedies/new/objection", claim).accepted
    result = {
        "document_number": "沧示财异〔2026〕185号", "document_day": "2026-11-21", "reason": "期限应减",
        "outcome": "3", "new_number": "沧示财罚〔2026〕185号", "new_day": "2026-11-10",
        "new_severity": "3", "new_basis": BASIS[0], "new_m0_from": "2026-11-10",
        "new_m0_until": "2027-11-10",
    }  # fmt: skip
    shortened = chief.act(f"{filed(at, '1', bureau.bans.decisions[case])}/decide", result)
    assert shortened.accepted, shortened.text
    assert corrected(bureau, at, case).measures[0].until == "2027-11-10"
    assert "登记异议" in chief.read(f"/statements/at/{shortened.position}"), "it is a record in its own right"


def test_a_form_from_before_a_correction_does_not_undo_it(bureau: Office, at: At) -> None:
    case, chief = "CSCZ-2026-K4", at("chief")
    decided(bureau, case, 186, decision_event(firm(186), "沧示财罚〔2026〕186号"))
    path = f"/bans/case/{case}/step/correction"
    page = chief.get(path)
    stale = filled_in(page) | {
        "stands": hidden(page, "stands"), "legal_basis": f"{BASIS[0]}第一款", "reason": "法律依据更正到款",
    }  # fmt: skip
    shorter = chief.act(path, stale | {"m0_until": "2027-11-10"})
    assert shorter.accepted, shorter.text
    refused = chief.act(path, stale)
    assert refused.signed is None
    assert "决定在此期间已经变更" in refused.text
    anew = filled_in(refused.page)
    assert anew["m0_until"] == "2027-11-10"
    assert "法律依据更正到款" in refused.page.text, "what was typed is kept"
    again = stale | anew | {"stands": hidden(refused.page, "stands")}
    assert chief.act(path, again | {"legal_basis": f"{BASIS[0]}第二款"}).accepted
