"""Reading risk monitoring (查阅风险监测): indicators, alerts with what was done about them, figures.

* A department sees the indicators and the alerts that it is in charge of; the registrar and the auditor see
  all. What was answered is read by the department and the registrar. Nothing here is public.
* Figures are for who oversees. Of organisations only those are named that reached the threshold: a list of
  how often each was punished would be read as a score, and it is none.

Example: 市场监管局, in charge of ZB-1, lists the alert YJ-20261123-… with its duties; 税务局 lists nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from time import monotonic

from registry.access.identity import Caller, CallerRole
from registry.commands.ask import Ask
from registry.commands.bans import OVERSEEING, whose
from registry.commands.supervision.files import Files, concerns
from registry.commands.supervision.risk_counts import Counted, RiskCounts
from registry.commands.supervision.risk_sources import RiskSources
from registry.domain.files import ACT_NUMBERS, file_key, file_ref
from registry.supervision.obligations import obligations_of
from registry.supervision.risk.declared import Window, act_in_force
from registry.supervision.risk.matching import is_reached
from registry.supervision.risk.tally import Figure
from registry.v1 import monitoring_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.supervision_file_pb2 import ListFilesRequest, SupervisionFile

MAX_FIGURES = 50
PATIENCE_S = 2.0
"""How long figures are waited for; what is not counted by then is told of."""
_ANSWER = ACT_NUMBERS["alert_answer"]


class Monitoring:
    """Reads as of now. ``counts`` are those that alerts are made of, in the process that writes."""

    def __init__(self, ask: Ask, counts: RiskCounts) -> None:
        self._ask, self._state = ask, ask.state
        self._counts = counts
        self._files = Files(ask)
        self._sources = RiskSources(ask.state)

    def indicators(self, caller: Caller, day: date | None) -> list[pb.IndicatorEntry]:
        """Every indicator that a caller may see, as it was stated last."""
        on = day or self._ask.today()
        found = (self._entry(file, on) for file in self._stated())
        everything = caller.role in OVERSEEING
        return [each for each in found if everything or each.indicator.in_charge == caller.name]

    def alerts(self, caller: Caller, request: pb.ListAlertsRequest) -> tuple[list[pb.AlertEntry], str]:
        """A page of alerts, and the token of the next. Raises RegistryError."""
        if request.number:
            return [self._alert(caller, each) for each in self._numbered(caller, request.number)], ""
        wanted = ListFilesRequest(
            kind=acts.FILE_KIND_ALERT,
            addressee=whose(caller, request.in_charge),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        files, token = self._files.page(caller, wanted)
        found = [self._alert(caller, each) for each in files if _asked_for(each, request)]
        return found, token

    def figures(self, request: pb.GetRiskFiguresRequest) -> pb.GetRiskFiguresResponse:
        """What every indicator in force counts now."""
        end = monotonic() + PATIENCE_S
        self._counts.follow(lambda: monotonic() > end)
        counted = self._counts.counts()
        asked = [each for each in counted if request.indicator in ("", each.declared.file.number)]
        return pb.GetRiskFiguresResponse(
            indicators=[self._figures(each) for each in asked],
            day=self._counts.day.isoformat() if counted else "",
            counted=self._counts.counted,
            size=self._state.size,
        )

    def _stated(self) -> Iterator[SupervisionFile]:
        return self._state.store.all_files((acts.FILE_KIND_INDICATOR,))

    def _entry(self, file: SupervisionFile, day: date) -> pb.IndicatorEntry:
        last = file.acts[-1]
        return pb.IndicatorEntry(
            file=file.file,
            indicator=self._sources.content(last.position).supervision.indicator,
            position=last.position,
            in_force=act_in_force(file, day) is not None,
        )

    def _numbered(self, caller: Caller, number: str) -> list[SupervisionFile]:
        key = (acts.FILE_KIND_ALERT, self._state.directory.operator, number)
        found = self._state.store.files([key]).values()
        return [each for each in found if concerns(caller, each)]

    def _alert(self, caller: Caller, file: SupervisionFile) -> pb.AlertEntry:
        alert = self._sources.content(file.acts[0].position).risk_alert
        entry = pb.AlertEntry(
            alert=alert,
            indicator_name=self._name(alert),
            file=file,
            obligations=obligations_of(file, self._files.clocks()),
        )
        answers = [act.position for act in file.acts if act.act == _ANSWER]
        if answers and caller.role is not CallerRole.AUDITOR:
            entry.answer.CopyFrom(self._sources.content(answers[-1]).supervision.alert_answer)
        return entry

    def _name(self, alert: acts.RiskAlert) -> str:
        """The name of the indicator when the alert was made."""
        key = file_key(alert.indicator)
        file = self._state.store.files([key]).get(key)
        act = act_in_force(file, date.fromisoformat(alert.until)) if file is not None else None
        return self._sources.content(act.position).supervision.indicator.name if act is not None else ""

    def _figures(self, counted: Counted) -> pb.IndicatorFigures:
        declared = counted.declared
        indicator, window = (
            declared.indicator,
            Window.ending(self._counts.day, declared.indicator.window_days),
        )
        shown = [each for each in counted.figures if _is_shown(indicator, each)]
        shown.sort(key=lambda each: (-each.value, each.group))
        message = pb.IndicatorFigures(
            file=declared.file,
            indicator=indicator,
            until=window.last.isoformat(),
            figures=[self._figure(declared.file, indicator, each) for each in shown[:MAX_FIGURES]],
            groups=sum(each.value > 0 for each in counted.figures),
        )
        setattr(message, "from", window.first.isoformat())
        return message

    def _figure(
        self, file: acts.FileReference, indicator: acts.RiskIndicator, figure: Figure
    ) -> pb.RiskFigure:
        last = self._counts.last_alert((file_ref(file), figure.group))
        return pb.RiskFigure(
            group=figure.group,
            value=figure.value,
            before=figure.before,
            reached=is_reached(indicator, figure.value, figure.before),
            alert_number=last.number if last else "",
            alert_answered=last is not None and last.answered,
        )


def _is_shown(indicator: acts.RiskIndicator, figure: Figure) -> bool:
    """Whether a figure is told: what is zero is not, nor an organisation below the threshold."""
    by_subject = indicator.grouping == acts.INDICATOR_GROUPING_SUBJECT
    return figure.value >= (indicator.threshold if by_subject else 1)


def _asked_for(file: SupervisionFile, request: pb.ListAlertsRequest) -> bool:
    answered = any(act.act == _ANSWER for act in file.acts)
    of_it = request.indicator in ("", file.acts[0].linked.number)
    return of_it and not (answered and request.unanswered_only)
