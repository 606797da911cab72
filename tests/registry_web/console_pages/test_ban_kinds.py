"""Cases of other kinds by the same forms: an entry on a list, a correction, a stay; papers beforehand."""

from __future__ import annotations

from tests.registry_web.console_core.office import Office, hidden
from tests.registry_web.console_pages.forms import At
from tests.registry_web.console_pages.test_ban_walk import DRAFT, EVIDENCE, RECEIPT
from tests.support.ban_cases import KEY
from tests.support.events import firm, office

OFFICE = {
    "name": "沧州市(示例)财政局", "address": "示例路1号", "phone": "0317-0000000",
    "reconsideration": "沧州市(示例)人民政府", "court": "沧州市(示例)区人民法院",
    "party_address": "示例大街2号", "representative": "示例负责人",
}  # fmt: skip


def test_an_entry_on_a_list_is_decided_by_the_same_forms(bureau: Office, at: At) -> None:
    handler, lawyer, reviewer, chief = map(at, ("handler", "lawyer", "reviewer", "chief"))
    case, subject = "CSCZ-2026-L1", firm(81)
    draft = DRAFT | {
        "case_number": case, "name": subject.name, "code": subject.identifier.value, "category": "E-06",
        "measure0": "", "months0": "", "list": "L-02", "list_months": "36",
    }  # fmt: skip
    previewed = handler.post("/bans/new", {**draft, "do": "preview"}, EVIDENCE)
    drafted = handler.act("/bans/new", {**draft, "previewed": hidden(previewed, "previewed")}, EVIDENCE)
    assert drafted.accepted, drafted.text
    path = f"/bans/case/{case}/step"
    assert lawyer.act(f"{path}/review", {"lawful": "yes", "opinion": "合法", "on": "2026-09-14"}).accepted
    notice = {"document_number": "沧示财告〔2026〕81号", "document_day": "2026-09-15"}
    served = {"served_on": "2026-09-16", "method": "1"}
    assert handler.act(f"{path}/notice", notice | served, RECEIPT).accepted
    assert handler.act(f"{path}/defence", {"kind": "4", "on": "2026-09-28"}).accepted
    talk = {"on": "2026-10-16", "members": "B-01\nB-31", "agreed": "yes", "opinion": "同意"}
    assert reviewer.act(f"{path}/deliberation", talk, {"minutes": b"m"}).accepted
    decision = {
        "document_number": "沧示财列〔2026〕81号", "document_day": "2026-10-20",
        "list_from": "2026-10-20", "list_until": "2029-10-20",
        "facts": "提供虚假材料", "reason": "情节严重", "legal_basis": DRAFT["legal_basis"],
        "person0": "示例负责人", "capacity0": "4", "consequences": "公示", "removal": "期满移出",
        "relief": "六十日内申请行政复议",
        "repair_notice_number": "沧示财修告〔2026〕81号", "repair_notice_day": "2026-10-20",
    }  # fmt: skip
    decided = chief.act(f"{path}/decision", decision)
    assert decided.accepted, decided.text
    service = {"served_on": "2026-10-22", "method": "1", "with_repair_notice": "1"}
    assert handler.act(f"{path}/service", service, RECEIPT).accepted
    page = handler.read(f"/bans/case/{case}")
    assert "列入政府采购严重违法失信行为记录名单" in page
    assert "执行中" in page


def test_a_decision_is_corrected_stayed_resumed_and_revoked(bureau: Office, at: At) -> None:
    chief, case = at("chief"), "CSCZ-2026-A1"
    bureau.bans.walk(case, firm(82), until="ban_served", number="沧示财罚〔2026〕82号")
    path = f"/bans/case/{case}/step"
    correction = {
        "document_number": "沧示财罚〔2026〕82号", "document_day": "2026-11-10", "m0_from": "2026-11-10",
        "m0_until": "2028-05-10", "legal_basis": "政府采购法 第七十七条", "reason": "期限更正",
    }  # fmt: skip
    corrected = chief.act(f"{path}/correction", correction)
    assert corrected.accepted, corrected.text
    assert "2028-05-10" in chief.read(f"/bans/case/{case}")
    note = {
        "document_number": "沧示财停〔2026〕82号", "document_authority": office(KEY).name,
        "document_code": office(KEY).code, "document_day": "2026-11-15", "effective_on": "2026-11-15",
        "reason": "复议机关决定停止执行",
    }  # fmt: skip
    stayed = chief.act(f"{path}/stay", note)
    assert stayed.accepted, stayed.text
    assert "中止执行" in chief.read(f"/bans/case/{case}")
    assert chief.get(f"{path}/lifting").status_code == 409
    resumed = chief.act(
        f"{path}/resumption", note | {"document_day": "2026-11-18", "effective_on": "2026-11-18"}
    )
    assert resumed.accepted, resumed.text
    assert "document_authority" in chief.get(f"{path}/stay").text
    revoked = chief.act(f"{path}/revocation", {"reason": "经复议撤销"})
    assert revoked.accepted, revoked.text
    assert "已撤销" in chief.read(f"/bans/case/{case}")


def test_a_notice_is_made_before_its_step_is_recorded_and_nothing_is_signed(bureau: Office, at: At) -> None:
    handler, case = at("handler"), "CSCZ-2026-F1"
    bureau.bans.walk(case, firm(83), until="ban_review")
    bureau.bans.walk("CSCZ-2026-F2", firm(84), until="ban_served", number="沧示财罚〔2026〕84号")
    kept = handler.post("/bans/case/CSCZ-2026-F2/paper/decision", {**OFFICE, "do": "text"})
    assert kept.status_code == 200
    size = bureau.spine.position
    fields = {"document_number": "沧示财告〔2026〕83号", "document_day": "2026-11-20", "do": "paper"}
    made = handler.post(f"/bans/case/{case}/step/notice", fields)
    assert made.headers["content-type"] == "application/pdf", made.text[-3000:]
    assert bureau.spine.position == size
    assert "告知" in handler.read(f"/bans/case/{case}")
