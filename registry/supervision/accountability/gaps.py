"""What ought to be there and is not (空白): told by name, as no line of the timeline can show it.

For each matter: is it in a catalogue, was its rule filed before the accident, was anything drawn under it?
For the subject: was it inspected, were findings told on? A gap says what the log lacks; whether the thing was
done and not recorded, the log cannot know.

Example: ``该期间没有对该主体的检查记录``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.domain.files import ACT_NUMBERS
from registry.supervision.accountability.known import day_of
from registry.supervision.accountability.trace import Scene
from registry.supervision.rules import covers, filing_of
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import SupervisionFile

_ANSWERS = frozenset(ACT_NUMBERS[name] for name in ("receipt", "referral_acceptance", "referral_outcome"))


@dataclass(frozen=True, slots=True)
class Concerned:
    """The files that an accident concerns, cut to what was known; ``drawn`` by matter."""

    files: Sequence[SupervisionFile]
    drawn: frozenset[str]
    more: bool = False
    """There are more of them than are looked at."""

    def of(self, kind: acts.FileKind.ValueType) -> list[SupervisionFile]:
        """Those of a kind."""
        return [file for file in self.files if file.file.kind == kind]


def gaps_of(scene: Scene, concerned: Concerned) -> Iterator[pb.TraceGap]:
    """Everything that is missing."""
    for number in scene.matters:
        yield from _about_matter(number, scene, concerned)
    yield from _about_visits(scene, concerned)
    for file in concerned.of(acts.FILE_KIND_REFERRAL):
        if not any(act.department == file.addressee and act.act in _ANSWERS for act in file.acts):
            text = f"移送{file.file.number}没有签收和答复记录"
            yield pb.TraceGap(kind=pb.TRACE_KIND_REFERRAL, matter=file.matter, text=text)


def _about_matter(number: str, scene: Scene, concerned: Concerned) -> Iterator[pb.TraceGap]:
    matters = [file for file in concerned.of(acts.FILE_KIND_MATTER) if file.file.number == number]
    before = [file for file in matters if file.acts[0].received_on <= scene.occurred_on]
    if not before:
        text = "事故发生前, 审批事项目录中没有这一事项"
        yield pb.TraceGap(kind=pb.TRACE_KIND_MATTER, matter=number, text=text)
    for matter in before:
        rules = [rule for rule in concerned.of(acts.FILE_KIND_RULE) if _governs(rule, matter, scene)]
        if not rules:
            text = "事故发生前, 这一事项没有已备案的监管制度"
            yield pb.TraceGap(kind=pb.TRACE_KIND_RULE, matter=number, text=text)
    if number not in concerned.drawn:
        text = "该期间没有就这一事项抽取检查对象"
        yield pb.TraceGap(kind=pb.TRACE_KIND_DRAW, matter=number, text=text)


def _governs(rule: SupervisionFile, matter: SupervisionFile, scene: Scene) -> bool:
    filed = filing_of(rule)
    same = rule.file.department == matter.file.department
    return same and covers(rule, matter) and filed is not None and filed.received_on <= scene.occurred_on


def _about_visits(scene: Scene, concerned: Concerned) -> Iterator[pb.TraceGap]:
    visits = [
        file
        for file in concerned.of(acts.FILE_KIND_INSPECTION)
        if scene.span.first.isoformat() <= day_of(file.acts[0]) <= scene.occurred_on
    ]
    if scene.subject:
        if not any(file.subject == scene.subject for file in visits):
            yield pb.TraceGap(kind=pb.TRACE_KIND_INSPECTION, text="该期间没有对该主体的检查记录")
    elif not visits:
        yield pb.TraceGap(kind=pb.TRACE_KIND_INSPECTION, text="该期间没有检查记录")
    told = {(each.acts[0].linked.department, each.acts[0].linked.number) for each in _from_visits(concerned)}
    for file in visits:
        outside = file.acts[0].outside_findings
        if outside and (file.file.department, file.file.number) not in told:
            text = f"检查{file.file.number}有{outside}项发现超出职责, 没有告知有关部门的记录"
            yield pb.TraceGap(kind=pb.TRACE_KIND_REFERRAL, matter=file.matter, text=text)


def _from_visits(concerned: Concerned) -> Iterator[SupervisionFile]:
    """Referrals that come from an inspection."""
    for file in concerned.of(acts.FILE_KIND_REFERRAL):
        if file.acts[0].linked.kind == acts.FILE_KIND_INSPECTION:
            yield file
