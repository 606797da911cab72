"""Why the reader may take the next step of a case, or may not (审监分离), before he tries.

The registry decides, by its own rules, when a step is submitted (行政处罚法 第五十八条、第六十四条). What is
said here is the same from what the page can see, so that nobody fills in a form for nothing and everybody
sees who did what: one person one role in a case, names count and not ids, legal review and hearing in another
section than the handling one, nobody of the section that granted the licence, no registrar.

Example: the official who drafted sees at 法制审核: 您已在本案办理经办, 一人在一案只能办理一个岗位。
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.domain.names import comparable
from registry.v1 import ban_service_pb2 as ban
from registry.v1 import statement_pb2 as pb

_SUBMITTER, _APPROVER = pb.OFFICIAL_ROLE_SUBMITTER, pb.OFFICIAL_ROLE_APPROVER
_LEGAL, _HEARING = pb.OFFICIAL_ROLE_LEGAL_REVIEWER, pb.OFFICIAL_ROLE_HEARING_OFFICER
ROLE_OF_STEP: Mapping[int, int] = {
    ban.BAN_STEP_DRAFT: _SUBMITTER,
    ban.BAN_STEP_REVIEW: _LEGAL,
    ban.BAN_STEP_NOTICE: _SUBMITTER,
    ban.BAN_STEP_DEFENCE: _SUBMITTER,
    ban.BAN_STEP_HEARING_NOTICE: _SUBMITTER,
    ban.BAN_STEP_HEARING: _HEARING,
    ban.BAN_STEP_DELIBERATION: pb.OFFICIAL_ROLE_REVIEWER,
    ban.BAN_STEP_DECISION: _APPROVER,
    ban.BAN_STEP_SERVICE: _SUBMITTER,
    ban.BAN_STEP_STAY: _APPROVER,
    ban.BAN_STEP_RESUMPTION: _APPROVER,
    ban.BAN_STEP_LIFTING: _APPROVER,
    ban.BAN_STEP_REVOCATION: _APPROVER,
    ban.BAN_STEP_CORRECTION: _APPROVER,
}
"""Whose each step is."""
ROLE_WORDS: Mapping[int, str] = {
    _SUBMITTER: "经办",
    pb.OFFICIAL_ROLE_REVIEWER: "审核",
    _LEGAL: "法制审核",
    _APPROVER: "批准",
    _HEARING: "听证主持",
    pb.OFFICIAL_ROLE_REGISTRAR: "登记",
}
ARTICLES: Mapping[int, str] = {
    ban.BAN_STEP_DRAFT: "行政处罚法 第五十四条",
    ban.BAN_STEP_REVIEW: "行政处罚法 第五十八条",
    ban.BAN_STEP_NOTICE: "行政处罚法 第四十四条、第六十二条",
    ban.BAN_STEP_DEFENCE: "行政处罚法 第四十五条",
    ban.BAN_STEP_HEARING_NOTICE: "行政处罚法 第六十四条",
    ban.BAN_STEP_HEARING: "行政处罚法 第六十三条至第六十五条",
    ban.BAN_STEP_DELIBERATION: "行政处罚法 第五十七条",
    ban.BAN_STEP_DECISION: "行政处罚法 第五十七条、第五十九条",
    ban.BAN_STEP_SERVICE: "行政处罚法 第六十一条",
    ban.BAN_STEP_STAY: "行政处罚法 第七十三条",
    ban.BAN_STEP_RESUMPTION: "行政处罚法 第七十三条",
    ban.BAN_STEP_LIFTING: "信用修复管理办法 第三条",
    ban.BAN_STEP_REVOCATION: "行政处罚法 第四十八条、第七十五条",
    ban.BAN_STEP_CORRECTION: "行政处罚法 第七十五条",
}
"""The article of each step, where the edition in force says nothing else."""


_APART: Mapping[int, tuple[int, ...]] = {
    _SUBMITTER: (_LEGAL, _HEARING),
    _LEGAL: (_SUBMITTER,),
    _HEARING: (_SUBMITTER,),
}
"""Roles that are not of one section."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: as the directory has him."""

    department: str
    official_id: str
    name: str
    section: str
    roles: frozenset[int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the reader may take a step, why (not), and whose it is."""

    step: int
    role: str
    article: str
    hindrances: tuple[str, ...]

    @property
    def may(self) -> bool:
        """Whether nothing stands against it that can be seen here."""
        return not self.hindrances


def standing(
    step: int,
    case: ban.BanCase,
    reader: Reader | None,
    names: Mapping[str, str],
    articles: Mapping[int, str] = ARTICLES,
) -> Standing:
    """Whether the reader may take a step of a case. ``names`` are those of officials by their staff id."""
    role = ROLE_OF_STEP.get(step, 0)
    found = tuple(_hindrances(role, case, reader, names)) if role else ()
    return Standing(step, ROLE_WORDS.get(role, ""), articles.get(step, ""), found)


def drafting(reader: Reader | None) -> tuple[str, ...]:
    """Why the reader may not draft a case."""
    return tuple(_hindrances(_SUBMITTER, ban.BanCase(), reader, {}))


def _hindrances(
    role: int, case: ban.BanCase, reader: Reader | None, names: Mapping[str, str]
) -> Iterable[str]:
    if reader is None:
        yield "须由本部门登记的人员以本人密钥办理。"
        return
    if case.department and case.department != reader.department:
        yield "这是其他部门的案件。"
        return
    if pb.OFFICIAL_ROLE_REGISTRAR in reader.roles:
        yield "登记员可以登记人员和密钥, 不得办理市场禁入。"
    elif role not in reader.roles:
        yield f"须由{ROLE_WORDS[role]}岗位的人员办理, 您没有这一岗位。"
    if case.licensing_section and comparable(case.licensing_section) == comparable(reader.section):
        yield "您在作出有关许可的内设机构, 许可与监督须由不同内设机构承担。"
    yield from _other_roles(role, case.acts, reader, names)
    yield from _sections(role, case.acts, reader)


def _other_roles(
    role: int, acts: Sequence[ban.BanAct], reader: Reader, names: Mapping[str, str]
) -> Iterable[str]:
    for act in acts:
        before = ROLE_OF_STEP.get(act.step, 0)
        if before == role:
            continue
        if act.official_id == reader.official_id:
            yield f"您已在本案办理{ROLE_WORDS[before]}, 一人在一案只能办理一个岗位。"
            return
        if comparable(names.get(act.official_id, "")) == comparable(reader.name) != "":
            yield "与您同名的人员已在本案另一岗位办理, 工号不同也不视为两人。"
            return


def _sections(role: int, acts: Sequence[ban.BanAct], reader: Reader) -> Iterable[str]:
    apart = _APART.get(role, ())
    sections = {comparable(act.section) for act in acts if ROLE_OF_STEP.get(act.step) in apart}
    if comparable(reader.section) in sections:
        yield (
            "您所在的内设机构已办理本案的法制审核或者听证, 不得再承办。"
            if role == _SUBMITTER
            else "您所在的内设机构承办本案, 须由其他内设机构的人员办理。"
        )
