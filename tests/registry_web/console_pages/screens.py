"""Screens of the console's pages, for pictures: what is furnished beforehand, who looks at what.

with office(directory) as bureau:
    furnish(bureau)
    for screen in console_screens():
        with visiting(chromium, DESKTOP) as visit:
            visit.page.context.add_cookies([cookie_of(bureau, screen.login)])
            screen.open(visit.page, bureau.url)
            visit.page.screenshot(path=f"{screen.name}.png", full_page=True)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.v1 import statement_pb2 as pb
from tests.registry_web.console_core.office import Office
from tests.registry_web.console_pages.penalties import file_of, row
from tests.support import remedies
from tests.support.ban_cases import KEY
from tests.support.events import document, firm, penalty, person

Steps = Callable[[Any], None]


def _nothing(_page: Any) -> None:
    """The page as it comes."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: its name, whose page it is, where, and what is done there first."""

    name: str
    login: str
    path: str
    steps: Steps = _nothing

    def open(self, page: Any, url: str) -> None:
        """Shows it in a page whose context has the cookie of ``login`` (``cookie_of``)."""
        page.goto(url + self.path)
        self.steps(page)

    @property
    def plain(self) -> bool:
        """Whether nothing has to be pressed for it."""
        return self.steps is _nothing


def furnish(bureau: Office) -> None:
    """Cases in every stage, an objection, an application, refusals, a repair decided on."""
    walk = bureau.bans.walk
    walk("CSCZ-2026-001", firm(1), until="ban_served", number="沧示财罚〔2026〕1号")
    walk("CSCZ-2026-002", firm(2), until="ban_notice")
    walk("CSCZ-2026-003", firm(3), until="ban_draft")
    walk("CSCZ-2026-004", person(4), until="ban_draft")
    walk("CSCZ-2026-005", firm(6), until="ban_deliberation")
    walk("CSCZ-2026-006", firm(7), until="ban_decision", number="沧示财罚〔2026〕6号")
    say = bureau.spine.say
    for number, name in ((8, "P-1"), (9, "P-2"), (10, "P-3")):
        event = penalty(KEY, firm(number), "2024-03-01", severity=pb.SEVERITY_GENERAL)
        event.document.CopyFrom(document(KEY, "2024-03-01", f"沧示财罚〔2024〕{number}号"))
        say(KEY, name, event=event)
    say(KEY, "R-1", event=penalty(KEY, firm(11), "2027-03-01"))
    say(KEY, "R-2", event=penalty(KEY, firm(12), "2026-03-01", legal_basis=[]))
    say(KEY, "O-1", objection=remedies.objection_to(KEY, "P-1"))
    say(KEY, "A-1", repair_application=remedies.application(KEY, "P-2", corrected_on="2024-06-01"))
    say(KEY, "A-2", repair_application=remedies.application(KEY, "P-3", corrected_on="2024-06-01"))
    say(KEY, "A-3", repair_acceptance=remedies.acceptance(KEY, "P-3", "A-2"))


def console_screens() -> list[Screen]:
    """Every page of the console but sign-in and acts."""
    case = "/bans/case/CSCZ-2026-00"
    return [
        Screen("console-work", "handler", "/"),
        Screen("console-work-lawyer", "lawyer", "/"),
        Screen("console-work-auditor", "auditor", "/"),
        Screen("console-due", "handler", "/due"),
        Screen("console-bans", "handler", "/bans"),
        Screen("console-ban-new", "handler", "/bans/new", _previewed),
        Screen("console-ban-waits-for-me", "lawyer", f"{case}3"),
        Screen("console-ban-not-for-me", "handler", f"{case}3"),
        Screen("console-ban-overdue", "handler", f"{case}2"),
        Screen("console-ban-in-force", "chief", f"{case}1"),
        Screen("console-ban-person", "handler", f"{case}4"),
        Screen("console-ban-review", "lawyer", f"{case}3/step/review"),
        Screen("console-ban-decision", "chief", f"{case}5/step/decision"),
        Screen("console-ban-lifting", "chief", f"{case}1/step/lifting"),
        Screen("console-ban-paper", "handler", f"{case}1/paper/decision"),
        Screen("console-remedies", "handler", "/remedies?all=1"),
        Screen("console-remedy-repair", "handler", "/remedies", _first_link("修复")),
        Screen("console-remedy-new", "handler", "/remedies/new/repair"),
        Screen("console-statements", "handler", "/statements"),
        Screen("console-refusals", "handler", "/statements/refused"),
        Screen("console-upload", "handler", "/statements/upload"),
        Screen("console-uploaded", "handler", "/statements/upload", _uploaded),
        Screen("console-catalogue", "registrar", "/catalogue"),
        Screen("console-catalogue-compare", "registrar", "/catalogue/compare"),
        Screen("console-catalogue-upload", "registrar", "/catalogue/upload"),
        Screen("console-departments", "registrar", "/directory"),
        Screen("console-officials", "registrar", "/directory/officials?department="),
        Screen("console-keys", "registrar", "/directory/keys?department="),
        Screen("console-register-official", "registrar", "/directory/act/register-official"),
        Screen("console-notices", "handler", "/notices"),
        Screen("console-red-lists", "handler", "/red-lists"),
        Screen("console-lookup", "handler", "/lookup", _looked_up),
        Screen("console-queries", "auditor", "/audit/queries", _queried),
        Screen("console-health", "auditor", "/audit/health"),
    ]


def cookie_of(bureau: Office, login: str) -> dict[str, str]:
    """The cookie of a new session, as Playwright takes it."""
    return {"name": "session", "value": bureau.session(login), "url": bureau.url}


def _first_link(text: str) -> Steps:
    def steps(page: Any) -> None:
        page.locator("tbody").get_by_role("link", name=text, exact=True).first.click()

    return steps


def fill_draft(page: Any, evidence: Path | None = None, case: str = "CSCZ-2026-007") -> None:
    """Fills the form of a new case in, as a person would."""
    subject = firm(13)
    page.fill("#case_number", case)
    page.fill("#filed_on", "2026-11-20")
    page.fill("#name", subject.name)
    page.fill("#code", subject.identifier.value)
    page.fill("#facts", "在政府采购投标中提供虚假业绩材料谋取中标")
    page.fill("#reason", "违反政府采购法第七十七条第一款第一项, 情节严重")
    content = {"name": "投标文件.pdf", "mimeType": "application/pdf", "buffer": b"%PDF the bid"}
    page.set_input_files("#evidence", evidence or content)
    page.locator(".held .mono").wait_for()
    page.select_option("#measure0", "M-PRO-01")
    page.fill("#months0", "24")
    page.fill("#legal_basis", "政府采购法 第七十七条第一款第一项")


def _previewed(page: Any) -> None:
    fill_draft(page)
    page.get_by_role("button", name="预览影响").click()
    page.locator("#preview table").first.wait_for()


def _uploaded(page: Any) -> None:
    content = file_of(row(501), row(502, 处罚决定日期="2026-02-30"), row(503, 处罚决定日期="2026/3/20"))
    file = {"name": "双公示-行政处罚.csv", "mimeType": "text/csv", "buffer": content}
    page.set_input_files("#file", file)
    page.get_by_role("button", name="上传并检查").click()
    page.locator(".tiles").first.wait_for()


def _looked_up(page: Any) -> None:
    page.fill("#code", firm(1).identifier.value)
    page.fill("#reference", "ZC-2026-18")
    page.fill("#reason", "核对供应商资格")
    page.get_by_role("button", name="查询", exact=True).click()
    page.locator(".verdict").wait_for()


def _queried(page: Any) -> None:
    page.fill("#reason", "2026年第四季度查询日志检查")
    page.get_by_role("button", name="查阅").click()
    page.locator("form.card + *").wait_for()
