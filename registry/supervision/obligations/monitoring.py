"""What has to be done with an alert, by whom and by when (签收和答复预警).

* The department in charge receives it (签收), within the term of the catalogue from the day it was made;
  whoever answers has received it.
* It answers what it did by the day that the alert names, which the indicator set in working days; where the
  indicator sets none, within the term of the catalogue.

Example: an alert of 2026-11-23 (Monday) to be answered in ten working days is to be received by 2026-11-26
and answered by 2026-12-07. Answered on 2026-11-25 without a receipt, both duties are met on that day.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.domain.files import ACT_NUMBERS
from registry.supervision.duties import Clocks, first_act
from registry.v1.supervision_file_pb2 import FileAct, Obligation, SupervisionFile

_RECEIPT, _ANSWER = ACT_NUMBERS["receipt"], ACT_NUMBERS["alert_answer"]
BASIS = "风险指标所定的答复期限"


def obligations(file: SupervisionFile, clocks: Clocks) -> Iterator[Obligation]:
    """Those of an alert."""
    alert, whose = file.acts[0], file.addressee
    answer = first_act(file, _ANSWER)
    received = first_act(file, _RECEIPT, _ANSWER)
    made = clocks.by_law(
        file,
        "alert_receipt",
        alert.received_on,
        whose=whose,
        task="签收预警",
        met_on=received.received_on if received else "",
    )
    if made is not None:
        yield made
    made = _to_answer(file, clocks, alert, _done(answer))
    if made is not None:
        yield made


def _to_answer(file: SupervisionFile, clocks: Clocks, alert: FileAct, met_on: str) -> Obligation | None:
    task, whose, start = "处置并答复预警", file.addressee, alert.received_on
    if not alert.until:
        return clocks.by_law(file, "alert_answer", start, whose=whose, task=task, met_on=met_on)
    return clocks.by_act(
        file, "alert_answer", alert.until, whose=whose, task=task, start=start, basis=BASIS, met_on=met_on
    )


def _done(answer: FileAct | None) -> str:
    """The day that counts for an answer: that on which it was stated to be done, unless it came too late."""
    return (answer.counted_on or answer.received_on) if answer is not None else ""
