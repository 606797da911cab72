"""What was handed round (推诿): refused by one department and told to the next.

Referrals belong together that come from one another, lead on to one another (另行移送), or come from the same
inspection, complaint or alert after one of them was refused. It is told once a second department has it, for
a refusal alone may be right; whether it was is for others to say.

Example: 市场监管 tells 住建 of a blocked exit, which refuses; then 消防, which refuses; then 应急, which
takes it: three files, two refusals, and between the first and the last of them forty days.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.domain.files import ACT_NUMBERS, FileKey, file_key
from registry.supervision.accountability.known import Span, day_of
from registry.supervision.accountability.most import First
from registry.v1 import accountability_service_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_REFERRAL, REFERRAL_RESULT_REFERRED_ON, FileReference

_ACCEPTANCE, _OUTCOME = ACT_NUMBERS["referral_acceptance"], ACT_NUMBERS["referral_outcome"]


@dataclass(slots=True)
class _Hand:
    """One referral of several: who told whom, and what came of it."""

    reference: FileReference
    sender: str
    addressee: str
    refused_on: str
    taken: bool
    first: str
    last: str
    position: int


@dataclass(slots=True)
class HandOvers:
    """Takes referrals in the order in which they were opened; keeps those of which something was refused."""

    span: Span
    department: str
    limit: int
    parties_only: bool = False
    """Only the referrals that the department sent or was told: it has no business with the others."""
    _origins: dict[FileKey, FileKey] = field(default_factory=dict)
    _hands: dict[FileKey, list[_Hand]] = field(default_factory=dict)

    def add(self, file: SupervisionFile) -> None:
        """Takes a file of any kind, which has been cut."""
        if file.file.kind != FILE_KIND_REFERRAL:
            return
        key, hand = file_key(file.file), _hand(file)
        onward = [act.linked for act in file.acts if _goes_on(act) and act.linked.kind]
        origin = self._origin(key, file.acts[0].linked)
        for reference in onward:
            self._origins[file_key(reference)] = origin
        if hand.refused_on or onward or origin in self._hands:
            self._origins[key] = origin
            self._hands.setdefault(origin, []).append(hand)

    def _origin(self, key: FileKey, source: FileReference) -> FileKey:
        if key in self._origins:
            return self._origins[key]
        if not source.kind:
            return key
        return self._origins.get(file_key(source), file_key(source))

    def told(self, response: pb.GetAccountabilityReportResponse) -> None:
        """Puts into the report what was refused in the period and went to a second department."""
        kept: First[pb.HandOver] = First(self.limit)
        for hands in map(self._shown, self._hands.values()):
            refused = [hand for hand in hands if hand.refused_on]
            involved = [*(hand.sender for hand in hands[:1]), *(hand.addressee for hand in hands)]
            in_period = any(self.span.holds(hand.refused_on) for hand in refused)
            if len(hands) > 1 and in_period and self.department in ("", *involved):
                kept.offer((hands[0].first, hands[0].position), _told(hands, involved, len(refused)))
        response.hand_overs.extend(kept.rising())
        response.more_hand_overs = kept.more

    def _shown(self, hands: list[_Hand]) -> list[_Hand]:
        if not self.parties_only:
            return hands
        return [hand for hand in hands if self.department in (hand.sender, hand.addressee)]


def _goes_on(act: FileAct) -> bool:
    return act.act == _OUTCOME and act.result == REFERRAL_RESULT_REFERRED_ON


def _hand(file: SupervisionFile) -> _Hand:
    answers = [act for act in file.acts if act.act == _ACCEPTANCE]
    refused = answers[-1] if answers and not answers[-1].result else None
    outcomes = [act for act in file.acts if act.act == _OUTCOME]
    gone_on = any(map(_goes_on, outcomes))
    opening, last = file.acts[0], file.acts[-1]
    return _Hand(
        reference=file.file,
        sender=opening.department,
        addressee=file.addressee,
        refused_on=day_of(refused) if refused is not None else "",
        taken=bool(answers and answers[-1].result and not gone_on),
        first=day_of(opening),
        last=day_of(last),
        position=last.position,
    )


def _told(hands: list[_Hand], involved: list[str], refused: int) -> pb.HandOver:
    made = pb.HandOver(
        files=[hand.reference for hand in hands],
        departments=involved,
        refused=refused,
        until=max(hand.last for hand in hands),
        taken=hands[-1].taken,
        position=max(hand.position for hand in hands),
    )
    setattr(made, "from", hands[0].first)
    return made
