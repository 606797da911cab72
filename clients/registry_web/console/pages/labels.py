"""The words of the console for what travels as numbers, and how grave each is (state → word, tag).

Words are those of ``registry_client`` (``words``, ``procedure_words``); English stands in
``wording/console.toml``. A later release's value shows as its number.

Example: ``ban_state(BAN_STATE_STAYED)`` is ("中止执行", "warn").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from registry.domain.periods import CHINA
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import catalogue_service_pb2 as catalogue
from registry.v1 import incentive_service_pb2 as incentive
from registry.v1 import remedy_service_pb2 as remedy
from registry.v1 import statement_pb2 as pb
from registry.v1 import verdict_pb2 as verdict
from registry_client import procedure_words as procedure
from registry_client import words
from registry_client.files import reason_name
from registry_client.words import word_of
from registry_web.console.pages.separation import ROLE_OF_STEP, ROLE_WORDS

_BAN_TONES = {
    ban.BAN_STATE_REJECTED: "",
    ban.BAN_STATE_CLOSED: "",
    ban.BAN_STATE_DECIDED: "warn",
    ban.BAN_STATE_SERVED: "warn",
    ban.BAN_STATE_IN_FORCE: "bad",
    ban.BAN_STATE_STAYED: "warn",
    ban.BAN_STATE_EXPIRED: "",
    ban.BAN_STATE_LIFTED: "good",
    ban.BAN_STATE_REVOKED: "",
}
_REMEDY_TONES = {
    remedy.REMEDY_STATE_FILED: "warn",
    remedy.REMEDY_STATE_ACCEPTED: "info",
    remedy.REMEDY_STATE_GRANTED: "good",
    remedy.REMEDY_STATE_ANNULLED: "bad",
}
_RED_TONES = {
    incentive.RED_LIST_STATE_PUBLICISED: "info",
    incentive.RED_LIST_STATE_NOTICE_ENDED: "warn",
    incentive.RED_LIST_STATE_GRANTED: "good",
    incentive.RED_LIST_STATE_SUSPENDED: "bad",
}
EDITION_STATES: Mapping[str, int] = {
    "已起草": catalogue.EDITION_STATE_DRAFTED,
    "已通过合法性审查": catalogue.EDITION_STATE_REVIEWED,
    "未通过合法性审查": catalogue.EDITION_STATE_REJECTED,
    "已批准": catalogue.EDITION_STATE_ADOPTED,
    "未在本登记系统起草": catalogue.EDITION_STATE_UNSPECIFIED,
}
_EDITION_TONES = {
    catalogue.EDITION_STATE_DRAFTED: "warn",
    catalogue.EDITION_STATE_REVIEWED: "info",
    catalogue.EDITION_STATE_REJECTED: "bad",
    catalogue.EDITION_STATE_ADOPTED: "good",
}
CHANGES: Mapping[str, int] = {
    "新增": catalogue.CHANGE_KIND_ADDED,
    "删去": catalogue.CHANGE_KIND_REMOVED,
    "修改": catalogue.CHANGE_KIND_CHANGED,
}
SECTIONS: Mapping[str, str] = {
    "measures": "措施",
    "lists": "名单",
    "red_lists": "守信激励名单",
    "categories": "信息类别",
    "severity_rules": "公示期限",
    "deadlines": "办理期限",
    "domains": "领域",
    "roles": "角色",
    "zones": "开发区",
    "national_classes": "国家清单类别",
    "regions": "行政区划",
    "department_kinds": "部门类别",
    "activities": "活动",
    "start_anchors": "期限起算",
    "relief": "救济途径",
    "vocabularies": "代码表",
    "calendar": "节假日安排",
    "ban_rules": "禁入程序",
    "repair_rules": "信用修复",
    "early_ends": "提前终止",
    "false_repair": "虚假修复",
    "step_articles": "程序依据",
}
VERDICTS: Mapping[int, tuple[str, str]] = {
    verdict.VERDICT_CLEAR: ("未见限制", "clear"),
    verdict.VERDICT_REVIEW: ("需研判", "review"),
    verdict.VERDICT_BLOCKED: ("禁止", "blocked"),
    verdict.VERDICT_INDETERMINATE: ("无法判定", "unknown"),
}
_CERTIFIED = {"department": "部门", "registrar": "登记机关", "auditor": "审计", "system": "系统"}


def ban_state(state: int) -> tuple[str, str]:
    """Where a case stands, and how it is shown."""
    return word_of(procedure.BAN_STATES, state), _BAN_TONES.get(state, "info")  # type: ignore[call-overload]


def remedy_state(state: int, kind: int) -> tuple[str, str]:
    """Where an objection or application stands."""
    word = word_of(procedure.REMEDY_STATES, state)
    if kind == remedy.REMEDY_KIND_OBJECTION:
        word = {"成立或者准予": "异议成立", "不成立或者不予": "异议不成立"}.get(word, word)
    elif kind == remedy.REMEDY_KIND_REPAIR:
        word = {"成立或者准予": "准予修复", "不成立或者不予": "不予修复"}.get(word, word)
    return word, _REMEDY_TONES.get(state, "")  # type: ignore[call-overload]


def red_state(state: int) -> tuple[str, str]:
    """Where a candidacy or grant stands."""
    return word_of(words.RED_LIST_STATES, state), _RED_TONES.get(state, "")  # type: ignore[call-overload]


def edition_state(entry: catalogue.EditionEntry) -> tuple[str, str]:
    """Where an edition stands."""
    return word_of(EDITION_STATES, entry.state), _EDITION_TONES.get(entry.state, "")


def verdict_label(value: int) -> tuple[str, str]:
    """A verdict, and how it is shown."""
    return VERDICTS.get(value, (str(value), "unknown"))


def section_label(section: str) -> str:
    """A section of the catalogue."""
    return SECTIONS.get(section, section)


def roles_of(registration: pb.OfficialRegistration) -> list[str]:
    """The roles of an official."""
    return [word_of(words.OFFICIAL_ROLES, role) for role in registration.roles]


def moment(at: Timestamp | datetime) -> str:
    """An instant as the clock shows it in China, to the minute."""
    instant = at.ToDatetime(UTC) if isinstance(at, Timestamp) else at
    return "" if instant.timestamp() == 0 else instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def caller_label(uri: str) -> tuple[str, str]:
    """What kind of caller an identity names, and its name."""
    kind, _, name = uri.partition("://")[2].partition("/")[2].partition("/")
    for place, word in _CERTIFIED.items():
        if f"/{place}/" in uri:
            return word, uri.rpartition(f"/{place}/")[2]
    return kind, name


def reason_label(reason: int) -> str:
    """A reason of refusal, as programs call it."""
    return reason_name(reason)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Change:
    """Verdicts of a domain that change alike: in which roles, and how."""

    domain: int
    before: int
    after: int
    roles: tuple[str, ...]


def changes_of(preview: ban.PreviewResponse) -> tuple[list[Change], list[Change]]:
    """What a ban changes, by domain: what becomes a restriction, and what else becomes another verdict."""
    groups: dict[tuple[int, int, int], list[str]] = {}
    for each in preview.changes:
        roles = groups.setdefault((each.domain, each.before, each.after), [])
        role = word_of(words.ROLES, each.role)
        if role not in roles:
            roles.append(role)
    found = [Change(*key, tuple(roles)) for key, roles in groups.items()]
    grave = [each for each in found if each.after in (verdict.VERDICT_BLOCKED, verdict.VERDICT_REVIEW)]
    return grave, [each for each in found if each not in grave]


def from_of(message: Any) -> str:
    """The field ``from``, whose name is a word of Python."""
    return str(getattr(message, "from", "") or getattr(message, "first", ""))


GIVEN: Mapping[str, Any] = {
    "role_of": ROLE_WORDS,
    "role_words": ROLE_WORDS,
    "steps_of_role": {role: [step for step, of in ROLE_OF_STEP.items() if of == role] for role in ROLE_WORDS},
    "from_of": from_of,
    "changes_of": changes_of,
    "ban_state": ban_state,
    "ban_step": lambda step: word_of(procedure.BAN_STEPS, step),
    "remedy_state": remedy_state,
    "remedy_kind": lambda kind: word_of(procedure.REMEDY_KINDS, kind),
    "ground_word": lambda value: word_of(procedure.OBJECTION_GROUNDS, value),
    "outcome_word": lambda value: word_of(procedure.OBJECTION_OUTCOMES, value),
    "defence_word": lambda value: word_of(procedure.DEFENCES, value),
    "method_word": lambda value: word_of(procedure.SERVICE_METHODS, value),
    "notice_kind": lambda value: word_of(procedure.NOTICE_KINDS, value),
    "red_state": red_state,
    "edition_state": edition_state,
    "change_word": lambda value: word_of(CHANGES, value),
    "section_label": section_label,
    "verdict_label": verdict_label,
    "domain_word": lambda value: word_of(words.DOMAINS, value),
    "role_word": lambda value: word_of(words.ROLES, value),
    "tender_word": lambda value: word_of(words.TENDERS, value),
    "kind_word": lambda value: word_of(words.KINDS, value),
    "relation_word": lambda value: word_of(words.RELATIONS, value),
    "severity_word": lambda value: word_of(words.SEVERITIES, value),
    "capacity_word": lambda value: word_of(words.CAPACITIES, value),
    "status_word": lambda value: word_of(words.STATUSES, value),
    "effect_word": lambda value: word_of(words.EFFECTS, value),
    "hit_reason": lambda value: word_of(words.HIT_REASONS, value),
    "indeterminate_word": lambda value: word_of(words.INDETERMINATE, value),
    "clause_word": lambda value: word_of(words.OUTCOMES, value),
    "resolution_word": lambda value: word_of(words.RESOLUTIONS, value),
    "revocation_word": lambda value: word_of(words.REVOCATIONS, value),
    "roles_of": roles_of,
    "moment": moment,
    "caller_label": caller_label,
    "reason_label": reason_label,
}
"""What the templates of the console know."""
