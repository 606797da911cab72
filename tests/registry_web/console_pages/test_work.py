"""The work queue and what is due: a case waits for whoever may take its next step, and for nobody else."""

from __future__ import annotations

from tests.registry_web.console_core.office import Office
from tests.registry_web.console_pages.forms import At
from tests.support.ban_cases import KEY
from tests.support.events import firm, penalty


def waiting(page: str) -> str:
    """The part of the first page that says what waits."""
    return page.partition("等我办理 案号")[2].partition("期限 事项")[0]


def test_a_drafted_case_waits_for_the_legal_reviewer_and_for_nobody_else(bureau: Office, at: At) -> None:
    bureau.bans.walk("W-1", firm(41), until="ban_draft")
    assert "W-1" in waiting(at("lawyer").read("/"))
    for other in ("handler", "chief", "reviewer", "hearer", "registrar"):
        assert "W-1" not in waiting(at(other).read("/"))
    assert "不得再办理" not in at("lawyer").read("/bans/case/W-1")
    assert "须由法制审核岗位的人员办理" in at("chief").read("/bans/case/W-1")


def test_an_official_who_acted_is_not_given_another_role_of_the_same_case(bureau: Office, at: At) -> None:
    bureau.bans.walk("W-2", firm(42), until="ban_deliberation")
    assert "W-2" in waiting(at("chief").read("/"))
    seen = at("reviewer").read("/bans/case/W-2")
    assert "您已在本案办理审核, 一人在一案只能办理一个岗位" in seen
    assert "须由批准岗位的人员办理" in seen


def test_what_is_overdue_comes_first_with_its_article(bureau: Office, at: At) -> None:
    bureau.bans.walk("W-3", firm(43), until="ban_notice")
    due = at("handler").read("/due")
    assert due.index("W-3") < due.index("W-1")
    assert "逾期" in due
    assert "第六十四条" in due
    overdue = at("handler").read("/due?overdue=1")
    assert "W-1" not in overdue
    assert "W-3" in at("auditor").read("/due")


def test_refusals_are_shown_with_every_fault_newest_first(bureau: Office, at: At) -> None:
    for number in range(3):
        bureau.spine.say(KEY, f"R-{number}", event=penalty(KEY, firm(44), f"2027-03-0{number + 1}"))
    assert "2027-03-03晚于接收日期" in at("handler").read("/")
    page = at("handler").read("/statements/refused")
    assert page.index("2027-03-03") < page.index("2027-03-02") < page.index("2027-03-01")
    assert "DATE_IN_FUTURE" in page


def test_an_auditor_sees_every_department_and_no_form(bureau: Office, at: At) -> None:
    auditor = at("auditor")
    assert "等我办理" not in auditor.read("/")
    page = auditor.get("/bans").text
    assert "沧州市(示例)财政局" in page
    link = page.partition('href="/bans/case/W-1')[2].partition('"')[0]
    assert "department=" in link
    case = auditor.read(f"/bans/case/W-1{link.replace('&amp;', '&')}")
    assert "须由本部门登记的人员以本人密钥办理" in case
    assert auditor.get("/bans/new").status_code == 403
    assert not auditor.act("/bans/new", {}).accepted
