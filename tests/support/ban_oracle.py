"""What law says of the acts of a ban case, worked out by itself: from bodies, persons and days alone.

It shares nothing with the program but the messages: no state of a case, no table of steps, no deadline. Acts
are what was admitted, in order: kind of statement, who signed, its body. Working days are counted in the
calendar of 2026 as the State Council announced it (国庆 2026-10-01 to 07, and so on), asked of the edition.

    check_order(acts)                       # every step has had its predecessors
    is_banned(acts, date(2026, 11, 12))     # whether 政府采购 is closed to the firm that day
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from registry.v1 import statement_pb2 as pb
from tests.support.bans import EDITION, LICENSING, PEOPLE

Act = tuple[str, str, Any]
_ROLES = {
    "ban_draft": "经办", "ban_notice": "经办", "ban_defence": "经办", "ban_hearing_notice": "经办",
    "ban_served": "经办", "ban_review": "法制", "ban_hearing": "听证", "ban_deliberation": "审核",
}  # fmt: skip
"""Of every other act: 批准."""


def check_order(acts: Sequence[Act]) -> None:  # noqa: C901 - one case a step
    """Every step of a case came after those that law wants before it."""
    seen: list[str] = []
    asked = heard = lawful = agreed = revoked = lifted = False
    for kind, _, body in acts:
        assert not revoked, kind
        match kind:
            case "ban_draft":
                assert not seen
            case "ban_review":
                assert seen == ["ban_draft"]
                lawful = body.lawful
            case "ban_notice":
                assert lawful
                assert seen[-1] == "ban_review"
            case "ban_defence":
                assert "ban_notice" in seen
                assert "ban_deliberation" not in seen
                asked = asked or body.kind == pb.DEFENCE_KIND_HEARING_REQUESTED
                heard = not asked
            case "ban_hearing_notice":
                assert asked
            case "ban_hearing":
                assert "ban_hearing_notice" in seen
                heard = True
            case "ban_deliberation":
                assert heard
                agreed = body.agreed
                assert not agreed or body.collective
            case "ban_decision":
                assert agreed
                assert seen[-1] == "ban_deliberation"
            case "ban_served":
                assert "ban_decision" in seen
                assert "ban_served" not in seen
            case "lifting":
                assert "ban_served" in seen
                assert not lifted
                lifted = True
            case "status_note":
                assert "ban_served" in seen
                assert not lifted or body.status == pb.NOTED_STATUS_RESUMED
            case "withdrawal":
                assert "ban_decision" in seen
                revoked = True
            case "correction":
                assert "ban_decision" in seen
                assert not lifted
        seen.append(kind)


def check_times(acts: Sequence[Act]) -> None:
    """Nothing came too early, and no step before one that it follows."""
    latest = date.min
    for kind, _, body in acts:
        day = day_of(kind, body)
        if kind in _ROLES or kind == "ban_decision":
            assert day >= latest or kind == "ban_defence", kind
            latest = max(latest, day)
    days = {kind: day_of(kind, body) for kind, _, body in acts}
    if "ban_notice" in days:
        _check_defence([body for kind, _, body in acts if kind == "ban_defence"], days)
    for announced in (body for kind, _, body in acts if kind == "ban_hearing_notice"):
        first = date.fromisoformat(announced.hearing_on)
        assert first >= _working_days_later(days["ban_hearing_notice"], 7)
        assert days.get("ban_hearing", first) >= first


def _check_defence(said: Sequence[pb.BanDefence], days: Mapping[str, date]) -> None:
    """The party had its time: five working days from the notice."""
    last = _working_days_later(days["ban_notice"], 5)
    for defence in said:
        day = date.fromisoformat(defence.on)
        assert day >= days["ban_notice"]
        assert defence.kind != pb.DEFENCE_KIND_SILENT or day > last
        assert defence.kind != pb.DEFENCE_KIND_HEARING_REQUESTED or day <= last
    only_stated = bool(said) and all(each.kind == pb.DEFENCE_KIND_STATED for each in said)
    if only_stated and "ban_deliberation" in days:
        assert days["ban_deliberation"] > last


def check_persons(acts: Sequence[Act]) -> None:
    """Nobody acted in two roles, for the section that granted the licence, or by a seal; whoever reviewed in
    law or heard the party is of another section than those who handled the case."""
    roles: dict[str, set[str]] = {}
    sections: dict[str, set[str]] = {}
    for kind, who, body in acts:
        person = PEOPLE[who]
        assert person.section != LICENSING
        assert who != "registrar"
        assert who != "newcomer" or kind not in (*_ROLES, "ban_decision") or kind == "ban_draft"
        role = _ROLES.get(kind, "批准")
        roles.setdefault(person.name.replace(" ", ""), set()).add(role)
        sections.setdefault(role, set()).add(person.section)
        if kind == "ban_deliberation" and body.collective:
            assert len(set(body.members)) >= 3
    assert all(len(each) == 1 for each in roles.values()), roles
    handling = sections.get("经办", set())
    assert not handling & (sections.get("法制", set()) | sections.get("听证", set()))


def check_announced(acts: Sequence[Act]) -> None:
    """Nothing was announced beyond the draft, nor decided or corrected beyond what was announced."""
    drafted = announced = 36
    for kind, _, body in acts:
        if kind == "ban_draft":
            drafted = body.proposal.measures[0].months
            assert 12 <= drafted <= 36
        elif kind == "ban_notice":
            announced = body.announced.measures[0].months
            assert announced <= drafted
        elif kind in ("ban_decision", "correction"):
            first, last = term_of(body.event if kind == "ban_decision" else body.replacement)
            assert (last.year - first.year) * 12 + last.month - first.month <= announced


def decision_number(acts: Sequence[Act]) -> str:
    """The number by which a case is decided; empty before."""
    found = ""
    for kind, _, body in acts:
        if kind in ("ban_decision", "correction"):
            found = (body.event if kind == "ban_decision" else body.replacement).document.number
    return found


def is_banned(acts: Sequence[Act], day: date) -> bool:
    """Whether the decision of a case closes 政府采购 to its subject on a day: served, within its term, not
    stayed, not lifted, not revoked."""
    term: tuple[date, date] | None = None
    served = lifted = stayed = None
    stays: list[tuple[date, date]] = []
    for kind, _, body in acts:
        if kind in ("ban_decision", "correction"):
            term = term_of(body.event if kind == "ban_decision" else body.replacement)
        elif kind == "ban_served":
            served = day_of(kind, body)
        elif kind == "lifting":
            lifted = day_of(kind, body)
        elif kind == "withdrawal":
            return False
        elif kind == "status_note" and body.status == pb.NOTED_STATUS_STAYED:
            stayed = day_of(kind, body)
        elif kind == "status_note":
            assert stayed is not None
            stays.append((stayed, day_of(kind, body)))
            stayed = None
    if term is None or served is None or not term[0] <= day <= term[1] or day < served:
        return False
    if lifted is not None and day >= lifted:
        return False
    on_stay = any(first <= day < end for first, end in stays) or (stayed is not None and day >= stayed)
    return not on_stay


def days_of_interest(acts: Sequence[Act]) -> Iterator[date]:
    """The days on which something begins or ends, and those around them."""
    if not any(kind == "ban_decision" for kind, _, _ in acts):
        return
    days = {day_of(kind, body) for kind, _, body in acts if kind != "withdrawal"}
    for kind, _, body in acts:
        if kind in ("ban_decision", "correction"):
            days.update(term_of(body.event if kind == "ban_decision" else body.replacement))
    yield from sorted({day + timedelta(days=near) for day in days for near in (-1, 0, 1)})


def term_of(made: pb.Event) -> tuple[date, date]:
    """First and last day of the measure that is imposed."""
    imposed = made.measures[0]
    return date.fromisoformat(getattr(imposed, "from")), date.fromisoformat(imposed.until)


def day_of(kind: str, body: Any) -> date:
    """The day of a step, as its body says."""
    match kind:
        case "ban_draft":
            text = body.filed_on
        case "ban_notice" | "ban_hearing_notice" | "ban_served":
            text = body.service.served_on
        case "ban_hearing":
            text = body.held_on
        case "ban_decision":
            text = body.event.document.decided_on
        case "correction":
            text = body.replacement.document.decided_on
        case "status_note" | "lifting":
            text = body.effective_on
        case "withdrawal":
            return date.max
        case _:
            text = body.on
    return date.fromisoformat(text)


def _working_days_later(day: date, amount: int) -> date:
    while amount:
        day += timedelta(days=1)
        amount -= EDITION.calendar.is_working_day(day)
    return day
