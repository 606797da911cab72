"""Editions, checks, differences and simulations as messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from registry.commands.edition_check import Checked
from registry.commands.edition_source import Files
from registry.commands.simulation import Simulated
from registry.sanctions.adoption import Act, EditionCase
from registry.sanctions.difference.columns import Names
from registry.sanctions.difference.differences import Change
from registry.sanctions.simulation.comparison import Part
from registry.sanctions.simulation.shift_words import told
from registry.v1 import catalogue_service_pb2 as pb
from registry.v1.statement_pb2 import EditionFile
from registry.v1.subject_pb2 import Identifier

_COUNTS = {
    pb.CHANGE_KIND_ADDED: "gain",
    pb.CHANGE_KIND_REMOVED: "lose",
    pb.CHANGE_KIND_CHANGED: "change",
}


def checked_message(checked: Checked) -> pb.CheckEditionResponse:
    """What a check found."""
    response = pb.CheckEditionResponse(
        faults=[
            pb.EditionFault(file=fault.place.file, line=fault.place.line, message=fault.message)
            for fault in checked.faults
        ],
        cases_run=checked.cases_run,
        unconfirmed=checked.unconfirmed,
    )
    if (edition := checked.edition) is not None:
        response.edition, response.label = edition.hash, edition.label
        response.measures, response.lists = len(edition.measures), len(edition.lists)
        response.categories = len(edition.categories)
    return response


def change_message(change: Change) -> pb.EditionChange:
    """One thing that changes."""
    return pb.EditionChange(
        kind=change.kind,
        section=change.section,
        code=change.code,
        text=change.text,
        severity=change.severity,
    )


def entry_message(case: EditionCase) -> pb.EditionEntry:
    """Where an edition stands."""
    entry = pb.EditionEntry(
        edition=case.edition,
        label=case.label,
        state=_state(case),
        drafted_by=_official(case.drafted),
        reviewed_by=_official(case.reviewed),
        opinion=case.opinion,
        adopted_by=_official(case.adopted),
        in_force_from="" if case.in_force_from == date.min else case.in_force_from.isoformat(),
        filing_number=case.filing_number,
        filed_on="" if case.filed_on is None else case.filed_on.isoformat(),
    )
    for act, field in ((case.drafted, "drafted"), (case.reviewed, "reviewed"), (case.adopted, "adopted")):
        if act is not None:
            setattr(entry, f"{field}_position", act.position)
    return entry


def file_messages(files: Files) -> list[EditionFile]:
    """Files in the order of their names."""
    return [EditionFile(name=name, content=files[name]) for name in sorted(files)]


def simulated_message(
    simulated: Simulated, identifier_of: Callable[[str], Identifier]
) -> pb.SimulateResponse:
    """A part of a simulation. ``identifier_of`` leads from a subject's reference to the identifier, as it may
    be shown."""
    run, part = simulated.run, simulated.part
    names = Names(run.before, run.after)
    identifiers = {ref: identifier_of(ref) for ref in {shift.subject for shift in part.sample}}
    return pb.SimulateResponse(
        position=run.position,
        cursor=simulated.cursor,
        done=part.done,
        subjects=part.subjects,
        subjects_total=simulated.total,
        events=part.events,
        domains=_domains(part),
        sample=[
            pb.SubjectChange(
                subject=identifiers[shift.subject],
                domain=shift.domain,
                kind=shift.kind,
                measure_code=shift.code,
                text=told(shift, names),
            )
            for shift in part.sample
        ],
    )


def _domains(part: Part) -> list[pb.DomainChange]:
    domains = sorted({domain for domain, _ in part.counts})
    found = {domain: pb.DomainChange(domain=domain) for domain in domains}
    for (domain, kind), count in part.counts.items():
        setattr(found[domain], _COUNTS[kind], count)
    return list(found.values())


def _official(act: Act | None) -> str:
    return act.official_id if act is not None else ""


def _state(case: EditionCase) -> pb.EditionState.ValueType:
    """How far it has come; 0 for one that was never drafted here."""
    if case.adopted is not None:
        return pb.EDITION_STATE_ADOPTED
    if case.reviewed is not None:
        return pb.EDITION_STATE_REVIEWED if case.lawful else pb.EDITION_STATE_REJECTED
    return pb.EDITION_STATE_DRAFTED if case.drafted is not None else pb.EDITION_STATE_UNSPECIFIED
