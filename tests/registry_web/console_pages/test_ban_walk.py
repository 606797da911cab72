"""A market ban through the console's forms, from draft to lifting, by five officials, without shortcuts."""

from __future__ import annotations

import re
from io import BytesIO

import httpx
from pypdf import PdfReader

from tests.registry_web.console_core.office import Office, hidden
from tests.registry_web.console_pages.forms import At, words
from tests.support.events import firm, person

CASE = "CSCZ-2026-007"
FIRM = firm(71)
DRAFT = {
    "case_number": CASE,
    "filed_on": "2026-09-10",
    "kind": "1",
    "name": FIRM.name,
    "paper": "1",
    "code": FIRM.identifier.value,
    "purpose": "预览",
    "facts": "在政府采购投标中提供虚假业绩材料谋取中标",
    "reason": "情节严重",
    "category": "E-51",
    "severity": "3",
    "measure0": "M-PRO-01",
    "months0": "24",
    "legal_basis": "政府采购法 第七十七条第一款第一项",
}
SERVED = {"method": "1"}
EVIDENCE = {"evidence": b"the bid"}
RECEIPT = {"receipt": b"the receipt"}


def step(name: str) -> str:
    return f"/bans/case/{CASE}/step/{name}"


def verdict(page: httpx.Response) -> str:
    found = re.search(r'<div class="verdict [a-z]+" role="status"><strong>([^<]+)<', page.text)
    assert found, words(page)
    return found[1]


def draft(at: At, **changes: str) -> str:
    """Previews a draft; answers the page's words."""
    return words(at("handler").post("/bans/new", {**DRAFT, "do": "preview", **changes}, EVIDENCE))


def test_the_whole_procedure_through_forms_with_five_officials(bureau: Office, at: At) -> None:
    handler, lawyer, hearer, reviewer, chief = map(at, ("handler", "lawyer", "hearer", "reviewer", "chief"))
    too_long = draft(at, months0="48")
    assert "登记系统将会退回" in too_long
    assert "12至36个月" in too_long

    previewed = handler.post("/bans/new", {**DRAFT, "do": "preview"}, EVIDENCE)
    assert "政府采购" in words(previewed)
    assert "禁止" in words(previewed)
    digest = hidden(previewed, "previewed")
    assert digest
    drafted = handler.act("/bans/new", {**DRAFT, "previewed": digest}, EVIDENCE)
    assert drafted.accepted, drafted.text
    assert "政府采购 未见限制" not in drafted.text

    opinion = {"lawful": "yes", "opinion": "事实清楚, 适用法律正确", "on": "2026-09-14"}
    own_review = handler.act(step("review"), opinion)
    assert not own_review.accepted
    assert "已在本案办理经办" in own_review.text
    assert "须由法制审核岗位的人员办理" in own_review.text
    assert lawyer.act(step("review"), opinion).accepted

    notice = {
        "document_number": "沧示财告〔2026〕7号",
        "document_day": "2026-09-15",
        "served_on": "2026-09-16",
    }
    paper = handler.post(step("notice"), {**notice, "do": "paper"})
    assert "还缺" in words(paper)
    assert handler.act(step("notice"), notice | SERVED, RECEIPT).accepted
    asked = {"kind": "2", "on": "2026-09-18", "summary": "当事人要求听证"}
    assert handler.act(step("defence"), asked).accepted

    hearing = {"document_number": "沧示财听〔2026〕7号", "document_day": "2026-09-21", "place": "二楼会议室"}
    served = {"served_on": "2026-09-21"} | SERVED
    early = handler.act(step("hearing-notice"), hearing | served | {"hearing_on": "2026-09-24"}, RECEIPT)
    assert not early.accepted
    assert "七" in early.text or "7" in early.text
    assert "第六十四条" in early.text
    assert handler.act(
        step("hearing-notice"), hearing | served | {"hearing_on": "2026-10-13"}, RECEIPT
    ).accepted
    held = {"held_on": "2026-10-13", "record": "当事人对主要事实没有异议", "opinion": "维持"}
    assert not chief.act(step("hearing"), held, {"minutes": b"m"}).accepted
    assert hearer.act(step("hearing"), held, {"minutes": b"minutes"}).accepted

    talk = {"on": "2026-10-16", "members": "B-01\nB-31\nB-21", "agreed": "yes", "opinion": "同意"}
    assert reviewer.act(step("deliberation"), talk | {"collective": "1"}, {"minutes": b"m"}).accepted
    decision = {
        "document_number": "沧示财罚〔2026〕7号", "document_day": "2026-10-20",
        "m0_from": "2026-10-20", "m0_until": "2028-10-20",
        "facts": "提供虚假业绩材料谋取中标", "reason": "情节严重",
        "legal_basis": DRAFT["legal_basis"], "person0": "示例负责人", "capacity0": "4",
        "consequences": "不得参加政府采购活动", "removal": "期满终止", "relief": "六十日内申请行政复议",
        "repair_notice_number": "沧示财修告〔2026〕7号", "repair_notice_day": "2026-10-20",
    }  # fmt: skip
    heavier = chief.act(step("decision"), decision | {"m0_until": "2029-10-20"})
    assert not heavier.accepted
    assert "不得重于告知的内容" in heavier.text
    decided = chief.act(step("decision"), decision)
    assert decided.accepted, decided.text
    service = {"served_on": "2026-10-22", "with_repair_notice": "1"} | SERVED
    assert handler.act(step("service"), service, RECEIPT).accepted

    case = handler.read(f"/bans/case/{CASE}")
    assert "执行中" in case
    for who in ("B-11", "B-21", "B-22", "B-31", "B-01"):
        assert who in case
    lookup = {
        "what": "check", "paper": "1", "code": FIRM.identifier.value, "domain": "5", "role": "1",
        "reference": "ZC-1", "reason": "核对", "receipt": "",
    }  # fmt: skip
    assert verdict(handler.post("/lookup", lookup)) == "禁止"

    lifting = {
        "document_number": "沧示财解〔2026〕7号", "document_day": "2026-11-20",
        "effective_on": "2026-11-20", "reason": "已全面履行并修复信用",
    }  # fmt: skip
    assert "须由批准岗位的人员办理" in handler.act(step("lifting"), lifting).text
    assert chief.act(step("lifting"), lifting).accepted
    assert "已提前解除" in handler.read(f"/bans/case/{CASE}")
    assert verdict(handler.post("/lookup", lookup)) == "无法判定"  # No other department is connected here.


def test_papers_of_the_case_name_what_is_missing_and_are_made_with_it(at: At) -> None:
    handler = at("handler")
    path = f"/bans/case/{CASE}/paper/decision"
    bare = handler.post(path, {"name": "沧州市(示例)财政局"})
    assert bare.status_code == 400
    assert "文书还缺" in words(bare)
    whole = {
        "name": "沧州市(示例)财政局", "address": "示例路1号", "phone": "0317-0000000",
        "reconsideration": "沧州市(示例)人民政府", "court": "沧州市(示例)区人民法院",
        "party_address": "示例大街2号", "representative": "示例负责人",
    }  # fmt: skip
    text = handler.post(path, {**whole, "do": "text"})
    assert text.headers["content-type"].startswith("text/plain")
    assert "沧示财罚〔2026〕7号" in text.text
    made = handler.post(path, {**whole, "do": "pdf"})
    assert made.headers["content-type"] == "application/pdf"
    assert len(PdfReader(BytesIO(made.content)).pages) >= 1
    assert "office=" in made.headers["set-cookie"]


def test_a_draft_is_not_signed_before_it_was_previewed_as_it_is(at: At) -> None:
    handler = at("handler")
    fields = {**DRAFT, "case_number": "CSCZ-2026-008", "do": "preview"}
    digest = hidden(handler.post("/bans/new", fields, EVIDENCE), "previewed")
    changed = {**fields, "months0": "12", "previewed": digest, "do": "sign"}
    again = handler.post("/bans/new", changed, EVIDENCE)
    assert again.status_code == 200
    assert hidden(again, "previewed") != digest
    assert "CSCZ-2026-008" not in handler.read("/bans")


def test_a_persons_number_is_in_no_address_and_masked_on_every_page(at: At) -> None:
    handler, someone = at("handler"), person(77)
    number = someone.identifier.value
    fields = {
        **DRAFT, "case_number": "CSCZ-2026-P1", "kind": "9", "paper": "2", "code": number,
        "name": someone.name, "measure0": "M-PRO-03", "months0": "",
    }  # fmt: skip
    unreasoned = handler.post("/bans/new", {**fields, "purpose": "", "do": "preview"}, EVIDENCE)
    assert unreasoned.status_code == 400
    assert "查询事由" in words(unreasoned)
    previewed = handler.post("/bans/new", {**fields, "do": "preview"}, EVIDENCE)
    drafted = handler.act("/bans/new", {**fields, "previewed": hidden(previewed, "previewed")}, EVIDENCE)
    assert drafted.accepted, drafted.text
    page = handler.get("/bans/case/CSCZ-2026-P1")
    assert number not in page.text
    assert f"{number[:4]}**********{number[-4:]}" in page.text
    assert "预览会写入查询日志" in words(page)
    assert "政府采购" in words(handler.post("/bans/case/CSCZ-2026-P1", {}))
    assert number not in at("auditor").get("/bans").text


def test_evidence_is_hashed_and_kept_through_a_faulty_form(at: At) -> None:
    faulty = at("handler").post("/bans/new", {**DRAFT, "facts": "", "do": "preview"}, EVIDENCE)
    assert faulty.status_code == 400
    held = hidden(faulty, "evidence.held")
    assert re.fullmatch(r"[0-9a-f]{64} evidence\.txt", held)
    later = at("handler").post(
        "/bans/new", {**DRAFT, "case_number": "C-E", "do": "preview", "evidence.held": held}
    )
    assert "政府采购" in words(later)
