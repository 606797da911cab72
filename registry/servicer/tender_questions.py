"""Whether a tender is well-formed, before anybody thinks about it. All faults are told at once.

* The domain is one in which there are bids; each party has a type of identifier and a role of this release,
  one that there is in a tender and in which such a subject can act: see ``questions`` for why nothing is
  guessed.
* A tender has 1 to 1,000 parties. Names of bids and parties are short, and no citizen's number stands in a
  text: identifiers travel in the identifier's field and nowhere else. Two names of bids are not one name that
  is written in two ways.
* Where a natural person is asked about, number and reason of the project are required (查询日志).
* A watch cannot be held at a position, and an answer to go on from must be of this registry, and be for the
  cut-off time of the project if it has one.

A status of gRPC holds some kilobytes, so that of very many faults the first are told and the rest counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from registry.commands.purposes import MAX_TEXT, purpose_missing
from registry.commands.screen import purpose_of, told_of_project
from registry.domain.faults import Fault, Findings
from registry.domain.identifiers import is_personal
from registry.domain.names import alike
from registry.domain.quoting import names_somebody
from registry.domain.scopes import industry_fault, region_fault
from registry.sanctions.reach import can_act_as
from registry.sanctions.tender import TENDER_DOMAINS, TENDER_ROLES
from registry.servicer.questions import asks_about_a_person, in_calendar
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2

MAX_PARTIES = 1000
MAX_LISTS = 100
MAX_TOLD = 20
_TYPES = frozenset(subject_pb2.IdentifierType.values()) - {subject_pb2.IDENTIFIER_TYPE_UNSPECIFIED}
_TENDER_KINDS = frozenset(subject_pb2.TenderKind.values())


def screen_faults(request: pb.ScreenRequest, path: str = "") -> list[Fault]:
    """What is wrong with a request to screen; ``path`` is where it stands in a larger one."""
    found = Findings()
    _check_project(found, request.project)
    _check_count(found, "parties", len(request.parties), least=1, most=MAX_PARTIES)
    _check_count(found, "named_lists", len(request.named_lists), least=0, most=MAX_LISTS)
    for number, name in enumerate(request.named_lists[:MAX_LISTS]):
        _check_text(found, f"named_lists[{number}]", name)
    for number, party in enumerate(request.parties[:MAX_PARTIES]):
        _check_party(found, f"parties[{number}]", party)
    _check_bids(found, [party.bid for party in request.parties[:MAX_PARTIES]])
    if any(map(_tells_of_a_person, request.parties[:MAX_PARTIES])):
        found.faults += told_of_project(purpose_missing(purpose_of(request.project)))
    return [Fault(fault.reason, path + fault.field, fault.message) for fault in found.faults]


def watch_faults(request: pb.WatchScreenRequest, *, origin: str, position: int) -> list[Fault]:
    """What is wrong with a request to watch, asked of a registry that has come to a position."""
    found = Findings()
    if request.screen.consistency.WhichOneof("requirement") == "at_exact_position":
        message = "持续关注不能固定在某一序号。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "screen.consistency", message)
    _check_instant(found, "until", request.until)
    if request.HasField("since"):
        _check_since(found, request.since, origin, position)
        _check_same_time(found, request)
    return [*screen_faults(request.screen, "screen."), *found.faults]


def _tells_of_a_person(party: pb.Party) -> bool:
    return asks_about_a_person(party.subject.type, (party.subject.value,))


def _check_project(found: Findings, project: pb.Project) -> None:
    invalid = reasons.ERROR_REASON_FIELD_INVALID
    if project.domain and project.domain not in TENDER_DOMAINS:
        found.add(invalid, "project.domain", "项目领域应为工程招投标或政府采购。")
    if project.tender_kind not in _TENDER_KINDS:
        found.add(invalid, "project.tender_kind", "本程序不认识这一招标类别。")
    _check_instant(found, "project.cut_off", project.cut_off)
    for name in ("number", "name", "reason"):
        _check_text(found, f"project.{name}", getattr(project, name))
    for name, fault in (
        ("region", region_fault(project.scope.region)),
        ("industry", industry_fault(project.scope.industry)),
    ):
        if fault:
            found.add(invalid, f"project.scope.{name}", f"{fault}。")


def _check_party(found: Findings, path: str, party: pb.Party) -> None:
    kind, role = party.subject.type, party.role
    if kind not in _TYPES:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.subject.type", "缺少证件或代码类型。")
    if not role:
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, f"{path}.role", "缺少主体在项目中的角色。")
    elif role not in TENDER_ROLES:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.role", "项目中没有这一角色。")
    elif not can_act_as(role, personal=is_personal(kind)):
        message = "自然人不能是代理机构, 组织不能是评审专家、法定代表人、管理人员或从业人员。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, f"{path}.role", message)
    _check_text(found, f"{path}.name", party.name)
    _check_text(found, f"{path}.bid", party.bid)


def _check_bids(found: Findings, bids: Sequence[str]) -> None:
    """Notes bids that look alike: of a consortium written as “1” and “1 ” one would be without its banned
    member."""
    one_of = frozenset(alike(bids))
    for number, bid in enumerate(bids):
        if bid in one_of:
            message = (
                "这一投标的名称与另一投标只有写法(空格、全角半角、大小写等)不同, 会被当作两个投标; 请统一。"
            )
            found.add(reasons.ERROR_REASON_FIELD_INVALID, f"parties[{number}].bid", message)


def _check_text(found: Findings, path: str, text: str) -> None:
    if len(text) > MAX_TEXT:
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, f"不超过{MAX_TEXT}字。")
    elif names_somebody(text):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, "这里不得写身份证件号码。")


def _check_count(found: Findings, path: str, count: int, *, least: int, most: int) -> None:
    if not least <= count <= most:
        found.add(reasons.ERROR_REASON_TOO_LARGE, path, f"应有{least}至{most}项, 这里有{count}项。")


def _check_instant(found: Findings, path: str, instant: Timestamp) -> None:
    if not in_calendar(instant):
        message = "时间应在公元1年至9999年之间, 且 nanos 在0至999999999之间。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, path, message)


def _check_since(found: Findings, since: pb.Answered, origin: str, position: int) -> None:
    if since.origin != origin:
        message = "这份答复不是本登记系统给出的。"
        found.add(reasons.ERROR_REASON_ORIGIN_MISMATCH, "since.origin", message)
    if since.known_position > position:
        message = f"序号{since.known_position}尚未产生(目前到{position})。"
        found.add(reasons.ERROR_REASON_POSITION_AHEAD, "since.known_position", message)
    if not since.HasField("valid_time"):  # It would be read as 1970, and what changed since then told.
        found.add(reasons.ERROR_REASON_FIELD_REQUIRED, "since.valid_time", "缺少原答复的时点。")
    _check_instant(found, "since.valid_time", since.valid_time)


def _check_same_time(found: Findings, request: pb.WatchScreenRequest) -> None:
    """What changed from one time to another is no change of a report that is for one time."""
    project, then = request.screen.project, request.since.valid_time
    if not project.HasField("cut_off") or not (in_calendar(then) and in_calendar(project.cut_off)):
        return
    if then.ToMilliseconds() != project.cut_off.ToMilliseconds():
        message = "这份答复不是按本项目的截止时点给出的。"
        found.add(reasons.ERROR_REASON_ANSWER_NOT_REPRODUCED, "since.valid_time", message)
