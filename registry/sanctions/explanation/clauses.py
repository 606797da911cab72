"""What a restriction was asked, clause by clause (限制的逐项对照): where it stands, whom and what it binds.

Every outcome is that of the verdict's own functions, ``standing``, ``bearings`` and ``is_unconfirmed``; words
and what was compared are added here, and nothing is decided. ``bearings`` names the parts of a scope that are
not simply in scope, so a part that it does not name was held.

Worked example, M-BID-01 and a question that does not say what kind of tender it is::

    截至已知序号仍在登记              HELD       序号42登记, 已知序号90
    所问之日生效                      HELD       2026-03-01至2027-03-01; 所问之日2026-06-01; 生效
    约束以这一身份参加的主体          HELD       所问身份: 投标人或供应商; 限制落在: 企业
    项目依法必须招标                  UNSETTLED  所问: 未说明
    法律使其强制                      HELD       强制性限制
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registry.domain.periods import Period
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.catalogue.vocabulary import KINDS_ZH
from registry.sanctions.explanation.explained import FAILED, HELD, UNSETTLED, Explained
from registry.sanctions.explanation.facts import explained_facts
from registry.sanctions.restriction import Restriction
from registry.sanctions.standing import ENDED
from registry.sanctions.verdict import Question, bearings, is_unconfirmed
from registry.sanctions.words_zh import CAPACITIES_ZH, RELATIONS_ZH, ROLES_ZH, STATUS_ZH, TENDERS_ZH, word
from registry.v1 import restriction_service_pb2 as service
from registry.v1 import verdict_pb2 as pb

_STANDING = dict.fromkeys(
    (pb.HIT_STATUS_STAYED, pb.HIT_STATUS_OBJECTED, pb.HIT_STATUS_DISPUTED), UNSETTLED
) | dict.fromkeys((pb.HIT_STATUS_COMING, pb.HIT_STATUS_NOT_SERVED, pb.HIT_STATUS_SHIELDED, *ENDED), FAILED)
_ROLE = {pb.HIT_REASON_ROLE_NOT_STATED: UNSETTLED, pb.HIT_REASON_OTHER_ROLE: FAILED}
_TENDER = {pb.HIT_REASON_TENDER_KIND_NOT_STATED: UNSETTLED, pb.HIT_REASON_VOLUNTARY_TENDER: FAILED}
_REGION = {pb.HIT_REASON_REGION_NOT_SETTLED: UNSETTLED, pb.HIT_REASON_OTHER_REGION: FAILED}
_INDUSTRY = {pb.HIT_REASON_INDUSTRY_NOT_SETTLED: UNSETTLED, pb.HIT_REASON_OTHER_INDUSTRY: FAILED}
_ACTIVITY = {pb.HIT_REASON_ACTIVITY_NOT_SETTLED: UNSETTLED, pb.HIT_REASON_OTHER_ACTIVITY: FAILED}
_ANSWER: Mapping[str, tuple[str, service.ClauseOutcome.ValueType, str]] = {
    "blocks": ("法律使其强制", HELD, "强制性限制"),
    "review": ("法律使其强制", UNSETTLED, "后果由查询方依法裁量"),
    "information": ("限制参与", FAILED, "管理类措施, 不限制参与"),
}
_ONE_SUBJECT = (pb.SUBJECT_RELATION_SELF, pb.SUBJECT_RELATION_SAME)


def explained_clauses(
    question: Question,
    row: Restriction,
    status: pb.HitStatus.ValueType,
    edition: Edition,
    *,
    relation: pb.SubjectRelation.ValueType,
    position: int,
) -> tuple[Explained, ...]:
    """The clauses of one restriction, in the order in which they are asked."""
    found = [_recorded(row, position), _standing(question, row, status)]
    if relation != pb.SUBJECT_RELATION_SELF:
        found.append(_related(relation))
    found += _scope(question, row, edition)
    if row.origin == pb.RESTRICTION_ORIGIN_STATUTE and row.ground.facts is not None:
        found += explained_facts(row.measure, row.ground.facts, edition.rules)
    if is_unconfirmed(row, edition):
        detail = row.measure.note or "目录把这一行标为未经核实"
        found.append(Explained("目录对依据已核实", UNSETTLED, detail))
    text, outcome, detail = _ANSWER[row.answer]
    milder = ", 按从旧兼从轻适用了较轻的新规则" if row.milder else ""
    return (*found, Explained(text, outcome, detail + milder))


def _recorded(row: Restriction, position: int) -> Explained:
    ground = row.ground
    if ground.known_at(position):
        detail = f"序号{ground.position}登记, 已知序号{position}"
        return Explained("截至已知序号仍在登记", HELD, detail)
    return Explained("截至已知序号仍在登记", FAILED, f"序号{ground.known_to}起不再计入(撤回或者更正)")


def _standing(question: Question, row: Restriction, status: pb.HitStatus.ValueType) -> Explained:
    days = f"{span(row.period)}; 所问之日{question.day}"
    if not status:  # A restriction that there is none of stands nowhere.
        return Explained("所问之日在法定期间之内", HELD, days)
    return Explained("所问之日生效", _STANDING.get(status, HELD), f"{days}; {word(STATUS_ZH, status)}")


def span(period: Period) -> str:
    """The days of a period."""
    return f"{period.first}至{period.last}" if period.last else f"{period.first}起, 未定终日"


def _related(relation: pb.SubjectRelation.ValueType) -> Explained:
    detail = f"限制落在{word(RELATIONS_ZH, relation)}"
    if relation in _ONE_SUBJECT:
        return Explained("限制落在所问主体", HELD, detail)
    return Explained("限制落在所问主体", UNSETTLED, f"{detail}, 是否及于所问主体由人员研判")


def _scope(question: Question, row: Restriction, edition: Edition) -> Iterator[Explained]:
    """Role, kind of tender, region, industry, activity: as far as the restriction is limited by them."""
    doubts = {reason for _, reason in bearings(question, row, edition)}
    ground = row.ground

    def clause(
        text: str, outcomes: Mapping[pb.HitReason.ValueType, service.ClauseOutcome.ValueType], detail: str
    ) -> Explained:
        met = [outcome for reason, outcome in outcomes.items() if reason in doubts]
        return Explained(text, met[0] if met else HELD, detail)

    asked = f"所问身份: {word(ROLES_ZH, question.role)}; {_binds(row)}"
    yield clause("约束以这一身份参加的主体", _ROLE, asked)
    if row.measure.compulsory_tender_only:
        yield clause("项目依法必须招标", _TENDER, f"所问: {word(TENDERS_ZH, question.tender_kind)}")
    if ground.region:
        compared = _compared(ground.region, question.region, edition.regions)
        yield clause("事项在限制的地区之内", _REGION, compared)
    if ground.industry:
        yield clause("事项在限制的行业之内", _INDUSTRY, _compared(ground.industry, question.industry, {}))
    if row.activity:
        compared = _compared(row.activity, question.activity, edition.activities)
        yield clause("事项属于限制的活动", _ACTIVITY, compared)


def _binds(row: Restriction) -> str:
    """Whom the restriction binds: the roles that its row names, or as what it fell on the subject."""
    if row.measure.roles:
        return f"措施约束: {'、'.join(word(ROLES_ZH, role) for role in sorted(row.measure.roles))}"
    as_such = [word(KINDS_ZH, row.kind)] if row.kind else []
    fell_on = [*as_such, *(word(CAPACITIES_ZH, capacity) for capacity in row.capacities)]
    return f"限制落在: {'、'.join(fell_on) or '未说明'}"


def _compared(limit: str, asked: str, names: Mapping[str, str]) -> str:
    return f"限制: {_named(limit, names)}; 所问: {_named(asked, names) or '未说明'}"


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code}({names[code]})" if code in names else code
