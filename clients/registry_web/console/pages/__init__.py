"""The console's pages (管理台的页面): what officials work with all day.

``routes(desk, acts, pages)`` is everything; each family is a module:

    work            what waits, what is due, what is overdue
    bans, ban_draft, ban_papers       市场禁入 from draft to its end, with previews and papers
    remedies        异议、信用修复
    submissions, uploads              报送: statements, refusals, files
    editions        目录: editions, differences, simulation
    directory       部门、人员、密钥
    told            告知, 守信激励名单
    audit, lookup   查询日志、日志状态, 主体查询
    supervision     监管: what is due, and the way to each area (supervision_areas)

Pages ask the registry for the official and decide nothing; whatever is stated goes through ``Acts.propose``,
which shows what will be signed. Lists are paged by the registry's tokens. Words are Chinese; English stands
in ``wording/console.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import Route

from registry_web.console.acting import Acts
from registry_web.console.desk import Desk
from registry_web.console.official import Official
from registry_web.console.pages.audit import AuditPages
from registry_web.console.pages.ban_draft import DraftPages
from registry_web.console.pages.ban_papers import PaperPages
from registry_web.console.pages.ban_timeline import STEP_OF_DEADLINE
from registry_web.console.pages.bans import BanPages
from registry_web.console.pages.directory import DirectoryPages
from registry_web.console.pages.editions import EditionPages
from registry_web.console.pages.framing import Frame
from registry_web.console.pages.labels import GIVEN
from registry_web.console.pages.lookup import LookupPages
from registry_web.console.pages.remedies import RemedyPages
from registry_web.console.pages.submissions import SubmissionPages
from registry_web.console.pages.supervision import SupervisionPages
from registry_web.console.pages.supervision_accountability import AccountabilityPages
from registry_web.console.pages.supervision_associations import AssociationPages
from registry_web.console.pages.supervision_complaints import ComplaintPages
from registry_web.console.pages.supervision_draws import DrawPages
from registry_web.console.pages.supervision_inspections import InspectionPages
from registry_web.console.pages.supervision_intermediaries import IntermediaryPages
from registry_web.console.pages.supervision_matters import MatterPages
from registry_web.console.pages.supervision_referrals import ReferralPages
from registry_web.console.pages.supervision_risk import RiskPages
from registry_web.console.pages.supervision_rosters import RosterPages
from registry_web.console.pages.supervision_rules import RulePages
from registry_web.console.pages.told import NoticePages, RedListPages
from registry_web.console.pages.uploads import UploadPages
from registry_web.console.pages.work import WorkPages
from registry_web.pages import Pages


def routes(desk: Desk, acts: Acts, pages: Pages) -> list[Route]:
    """Every page of the console but signing in and the acts themselves."""
    pages.add(**GIVEN, case_deadlines=frozenset(STEP_OF_DEADLINE))
    desk.menu = menu
    frame = Frame(desk, acts)
    bans = BanPages(frame)
    families = (
        WorkPages(frame), DraftPages(frame), bans, PaperPages(frame, bans), RemedyPages(frame),
        UploadPages(frame), SubmissionPages(frame), EditionPages(frame), DirectoryPages(frame),
        NoticePages(frame), RedListPages(frame), AuditPages(frame), LookupPages(frame),
        SupervisionPages(frame), AccountabilityPages(frame), ReferralPages(frame), InspectionPages(frame),
        DrawPages(frame), RosterPages(frame), MatterPages(frame), IntermediaryPages(frame), RulePages(frame),
        RiskPages(frame),
        AssociationPages(frame), ComplaintPages(frame),
    )  # fmt: skip
    return [route for family in families for route in family.routes()]


def menu(official: Official) -> Sequence[tuple[str, str]]:
    """What somebody finds in the menu."""
    found = [("/", "工作台"), ("/bans", "禁入案件"), ("/remedies", "异议修复"), ("/supervision", "监管")]
    if official.role != "auditor":
        found += [("/statements", "报送"), ("/lookup", "查询")]
    found += [("/notices", "告知"), ("/red-lists", "激励"), ("/catalogue", "目录")]
    found.append(("/directory", "名录"))
    if official.role == "auditor":
        found.append(("/audit/queries", "查询日志"))
    return [*found, ("/audit/health", "日志")]
