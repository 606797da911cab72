"""Matters, rules, intermediaries and notes of associations through the console's forms."""

from __future__ import annotations

from typing import Any

import pytest

from registry.v1 import matter_service_pb2 as service
from registry.v1 import supervision_pb2 as acts
from registry_web.console.official import Official
from registry_web.console.pages.supervision_rules import offered
from tests.registry_web.console_core.office import Office
from tests.registry_web.console_pages.forms import At, words
from tests.support.events import firm

MATTER: dict[str, Any] = {
    "number": "SP-W1", "name": "政府采购代理机构登记", "kind": "1", "approving": "许可科",
    "supervising": "采购监管科", "class": "采购", "basis": "政府采购法 第十三条", "since": "2026-01-01",
}  # fmt: skip
RULE: dict[str, Any] = {
    "number": "ZD-W1", "title": "采购代理机构监管办法", "matters": "SP-W1", "object": "代理机构",
    "content": "代理活动", "manner": "双随机", "measures": "责令改正", "basis": "政府采购法 第六十六条",
    "text": "第一条 全文", "place": "本局网站", "on": "2026-11-20",
}  # fmt: skip


def test_a_matter_is_stated_changed_and_listed_as_without_a_rule(bureau: Office, at: At) -> None:
    handler = at("handler")
    same = handler.act("/supervision/matters/new", MATTER | {"supervising": " 许可 科"})
    assert not same.accepted
    assert "审监分离" in same.text
    assert handler.act("/supervision/matters/new", MATTER).accepted
    page = handler.get("/supervision/matters")
    assert "政府采购代理机构登记" in words(page)
    assert "未备案" in words(page)
    one = page.text.partition('<th scope="row"')[2].partition('href="')[2].partition('"')[0]
    assert "采购监管科" in handler.read(one)
    form = handler.get(f"{one}/change")
    assert 'value="政府采购代理机构登记"' in form.text
    assert handler.act(f"{one}/change", MATTER | {"name": "代理机构登记", "since": "2026-06-01"}).accepted
    assert "代理机构登记" in handler.read(one)
    assert "SP-W1" in handler.read("/supervision/matters/unfiled")
    assert "监管" in handler.read("/supervision/matters/unfiled?overdue=1")


def test_an_intermediary_is_stated_and_marked_when_its_qualification_has_run_out(
    bureau: Office, at: At
) -> None:
    handler = at("handler")
    handler.act("/supervision/matters/new", MATTER | {"number": "SP-W2"})
    subject = firm(8410)
    asked = {
        "number": "ZJ-W1", "subject": subject.name, "code": subject.identifier.value, "subject_kind": "1",
        "service": "评估", "fee": "每件500元", "qualification": "评估资质", "qualification_number": "PG-1",
        "qualified_until": "2020-01-01", "matters": "SP-W2", "since": "2026-01-01",
    }  # fmt: skip
    done = handler.act("/supervision/matters/intermediaries/new", asked)
    assert done.accepted, done.text
    assert "已过期" in handler.read("/supervision/matters/intermediaries?overdue=1")


def test_a_rule_is_drafted_and_reviewed_by_the_lawyer_of_another_section(bureau: Office, at: At) -> None:
    handler, lawyer = at("handler"), at("lawyer")
    assert handler.act("/supervision/matters/new", MATTER | {"number": "SP-W3"}).accepted
    drafted = handler.act("/supervision/rules/new", RULE | {"matters": "SP-W3"})
    assert drafted.accepted, drafted.text
    page = lawyer.get("/supervision/rules?state=1")
    one = page.text.partition('<th scope="row"')[2].partition('href="')[2].partition('"')[0]
    assert handler.get(f"{one}/review").status_code == 409
    faulty = lawyer.post(f"{one}/review", {"lawful": "", "opinion": ""})
    assert faulty.status_code == 400
    reviewed = lawyer.act(f"{one}/review", {"lawful": "yes", "opinion": "合法", "on": "2026-11-21"})
    assert reviewed.accepted, reviewed.text
    assert "待备案" in lawyer.read(one)
    assert lawyer.get(f"{one}/file").status_code == 409  # 备案 is for 机构编制部门.


def test_each_step_of_a_rule_is_offered_to_whose_it_is() -> None:
    entry = service.RuleEntry(file=acts.FileReference(department="A"), state=service.RULE_STATE_DRAFTED)
    duties = ("OFFICIAL_ROLE_LEGAL_REVIEWER",)
    lawyer = Official(1, "l", "名", "department", "A", "L-1", "法规科", duties)
    justice = Official(2, "j", "名", "department", "J", "J-1", "审查科", duties)
    office = Official(3, "o", "名", "department", "E", "E-1", "科", ("OFFICIAL_ROLE_SUBMITTER",))
    auditor = Official(4, "a", "名", "auditor", "", "")
    assert offered(entry, lawyer, frozenset({"finance"})) == ["review"]
    assert offered(entry, justice, frozenset({"justice"})) == ["review"]
    assert offered(entry, justice, frozenset({"tax"})) == []
    entry.state = service.RULE_STATE_REVIEWED
    assert offered(entry, office, frozenset({"establishment"})) == ["file"]
    assert offered(entry, lawyer, frozenset({"finance"})) == []
    entry.state = service.RULE_STATE_FILED
    assert offered(entry, office, frozenset({"establishment"})) == ["check"]
    assert offered(entry, auditor, frozenset()) == []
    entry.state = service.RULE_STATE_UNLAWFUL
    assert offered(entry, office, frozenset({"establishment"})) == []


def test_what_associations_say_is_shown_as_that_and_stated_by_them_alone(bureau: Office, at: At) -> None:
    handler = at("handler")
    assert "不属于公共信用信息" in handler.read("/supervision/associations")
    assert handler.get("/supervision/associations/new").status_code == 403


def test_the_auditor_reads_it_all_and_states_nothing(bureau: Office, at: At) -> None:
    auditor = at("auditor")
    for page in ("/supervision/matters", "/supervision/rules", "/supervision/matters/unfiled"):
        assert "main" not in auditor.get(page).text.partition("headline")[2].partition("</div>")[0]
    assert "审批事项" in auditor.read("/supervision")


@pytest.mark.parametrize("login", ["auditor", "registrar"])
@pytest.mark.parametrize(
    "form", ["matters/new", "matters/intermediaries/new", "rules/new", "referrals/new", "draws/new"]
)
def test_nobody_is_led_to_a_form_for_which_he_cannot_sign(at: At, login: str, form: str) -> None:
    clerk = at(login)
    assert clerk.get(f"/supervision/{form}").status_code == 403
    listing = clerk.get(f"/supervision/{form.rpartition('/')[0]}")
    assert f'href="/supervision/{form}"' not in listing.text
