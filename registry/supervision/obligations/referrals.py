"""What has to be done, by whom and by when: 告知、移送.

    签收   referral_receipt     from the day on which the registry has it, for nobody reads it before
    受理   referral_acceptance  from the receipt, at the latest from the last day for it: who does not read
           gains nothing; of a suspected crime criminal_referral_acceptance (国务院令第730号 第八条)
    结果   referral_outcome     from the acceptance
    反馈   referral_answer      from the outcome; criminal_referral_answer also from a refusal, which is given
           in writing

What was refused is its sender's again, who has to refer it on or settle it (referral_finding_told).

Example: YS-3 of 2026-11-05 is to be read by 2026-11-10; read on 2026-11-09 it is to be accepted or not by
2026-11-18, read on 2026-11-30 by 2026-11-19.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.files import ACT_NUMBERS
from registry.supervision.duties import Clocks, first_act
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

_RECEIPT, _ACCEPTANCE = ACT_NUMBERS["receipt"], ACT_NUMBERS["referral_acceptance"]
_OUTCOME, _ANSWER = ACT_NUMBERS["referral_outcome"], ACT_NUMBERS["referral_answer"]


def obligations(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    """Those of a referral."""
    receipt, acceptance = first_act(file, _RECEIPT), first_act(file, _ACCEPTANCE)
    told = _duty(file, clocks, "referral_receipt", file.acts[0].received_on, "签收告知移送", receipt)
    yield from told
    # Whoever reads late begins no later than whoever never does: a clock that had run out stays run out.
    read = min(filter(None, (_day(receipt), *(each.due_on for each in told))), default="")
    if read:
        code = "criminal_referral_acceptance" if _is_criminal(file) else "referral_acceptance"
        yield from _duty(file, clocks, code, read, "决定是否受理移送", acceptance)
    if acceptance is not None:
        yield from (_of_accepted if acceptance.result else _of_refused)(file, clocks, acceptance)


def _of_accepted(file: SupervisionFile, clocks: Clocks, acceptance: FileAct) -> Iterator[Obligation]:
    outcome = first_act(file, _OUTCOME)
    start = acceptance.on or acceptance.received_on
    yield from _duty(file, clocks, "referral_outcome", start, "作出处理结果", outcome, cause=acceptance)
    if outcome is not None:
        yield from _answer(file, clocks, outcome)


def _of_refused(file: SupervisionFile, clocks: Clocks, refusal: FileAct) -> Iterator[Obligation]:
    settled = first_act(file, _OUTCOME)
    yield from _duty(
        file, clocks, "referral_finding_told", refusal.received_on, "移送未被受理, 另行移送或者处理", settled,
        cause=refusal, whose=file.file.department,
    )  # fmt: skip
    if _is_criminal(file):
        yield from _answer(file, clocks, refusal)


def _answer(file: SupervisionFile, clocks: Clocks, after: FileAct) -> Iterator[Obligation]:
    code = "criminal_referral_answer" if _is_criminal(file) else "referral_answer"
    start = after.on or after.received_on
    answer = first_act(file, _ANSWER)
    yield from _duty(file, clocks, code, start, "向移送部门反馈", answer, cause=after)


def _duty(
    file: SupervisionFile,
    clocks: Clocks,
    code: str,
    start: str,
    task: str,
    done: FileAct | None,
    *,
    cause: FileAct | None = None,
    whose: str = "",
) -> list[Obligation]:
    """The duty of a clock, the recipient's unless it is another's; none where its edition has no clock."""
    made = clocks.by_law(
        file, code, start, whose=whose or file.addressee, task=task, met_on=_day(done), cause=cause
    )
    return [made] if made is not None else []


def _day(act: FileAct | None) -> str:
    """The day on which an act counts as done; empty where there is none."""
    return (act.counted_on or act.on or act.received_on) if act is not None else ""


def _is_criminal(file: SupervisionFile) -> bool:
    return file.variant == pb.REFERRAL_KIND_TO_CRIMINAL
