"""What the effects of a statement write: the rows of its group (``store.interface.Group``)."""

from __future__ import annotations

from collections.abc import Iterator

from registry.names import grams
from registry.sanctions.effects import Effects
from registry.sanctions.effects.changes import Erased
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.ledger import Ledger
from registry.store.interface import ChangeRow, ErasedRows, Group


def collect(group: Group, effects: Effects, before: Ledger) -> None:
    """Puts what a statement changes into its group; ``before`` is what was known up to it."""
    group.recorded += [effects.recorded] if effects.recorded else []
    group.targets += [effects.target] if effects.target else []
    group.targets += effects.fallen
    _collect_record(group, effects)
    _collect_directory(group, effects)
    group.deliveries += [effects.delivered] if effects.delivered else []
    group.doubted += [(delivery, effects.position) for delivery in effects.doubted]
    group.anchors += [effects.anchored] if effects.anchored else []
    group.bans += [effects.ban] if effects.ban else []
    group.remedies += effects.remedies
    group.files += effects.files
    if effects.erased:
        _collect_erased(group, effects.erased, effects)
        return
    group.changes += [ChangeRow(effects.position, ref) for ref in sorted(set(_changed(effects)))]
    for record in effects.subjects:
        _collect_known(group, record, _known_before(record, effects.position, before))


def _collect_record(group: Group, effects: Effects) -> None:
    group.opened += effects.opened
    group.closed += effects.closed
    group.marked += [(effects.subjects[0].ref, mark) for mark in effects.marked]
    group.marked += effects.noted
    group.unmarked += effects.unmarked
    group.linked += effects.linked
    group.unlinked += effects.unlinked
    group.named += effects.named
    group.unnamed += effects.unnamed
    group.grams += [(gram, n.subject) for n in effects.named for gram in sorted(grams(n.spelling))]


def _collect_directory(group: Group, effects: Effects) -> None:
    group.departments += effects.departments
    group.officials += effects.officials
    group.keys += effects.keys
    group.registry_keys += effects.registry_keys
    group.editions += [effects.edition] if effects.edition else []


def _collect_erased(group: Group, erased: Erased, effects: Effects) -> None:
    """What is known of the subject is written anew; its names are among the effects as named."""
    group.erased.append(ErasedRows(erased.positions, effects.position, erased.subject))
    group.changes.append(ChangeRow(effects.position, erased.subject, erasure=True))
    for since, until in effects.subjects[0].known:
        group.became_known.append((erased.subject, since))
        if until is not None:
            group.became_unknown.append((erased.subject, since, until))


def _known_before(record: SubjectRecord, position: int, before: Ledger) -> dict[int, int | None]:
    """The intervals of a record before a position. Where nothing is noted they are those that do not begin
    there, without an end that is there; else they may have changed in other ways, see ``knowing``."""
    if record.marks:
        return dict(before.subject(record.ref).known)
    return {since: None if until == position else until for since, until in record.known if since != position}


def _collect_known(group: Group, record: SubjectRecord, before: dict[int, int | None]) -> None:
    for since, until in record.known:
        if since not in before:
            group.became_known.append((record.ref, since))
        if before.get(since) != until:
            group.became_unknown.append((record.ref, since, until))


def _changed(effects: Effects) -> Iterator[str]:
    """The subjects whose records a statement changed; of rows of theirs, as ``change_rows`` has it, and not
    of whose record was only looked at."""
    position = effects.position
    told = (effects.recorded, effects.target, *effects.fallen)
    yield from (each.subject for each in told if each and position in (each.position, each.ended_position))
    yield from (row.subject for row in (*effects.opened, *effects.closed))
    yield from (link.subject for link in (*effects.linked, *effects.unlinked))
    yield from (naming.subject for naming in (*effects.named, *effects.unnamed))
    yield from (ref for ref, _ in effects.noted)
    for record in effects.subjects:
        noted = effects.marked or effects.unmarked
        if noted and any(position in (mark.known_from, mark.known_to) for mark in record.marks):
            yield record.ref
        if any(position in interval for interval in record.known):
            yield record.ref
