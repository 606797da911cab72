"""What follows from an admitted statement: grounds, notes, links, and who may state what (the fold of the
log).

Pure: the same statement at the same position over the same ledger has the same effects, so that folding the
log again gives the same state (invariant 2).

* An event leaves one ground for each measure its document imposes, one for the list it enters a subject on,
  and one for the negative record as such (``recording``).
* A withdrawal closes what the target left, as if it had never been; a correction closes it and leaves what
  the replacement does; a repair or lifting ends it on the day before ``effective_on`` (``reference``).
* Links between codes and rulings on names change whom a code names (``identity``).
* Nothing is counted up, scored or inferred: a penalty without a measure imposes nothing (国办发〔2020〕49号).
"""

from __future__ import annotations

from registry.domain.departments import Key
from registry.sanctions.effects.bans import ban_effects, with_case
from registry.sanctions.effects.changes import Effects
from registry.sanctions.effects.directory import directory_effects, genesis_effects
from registry.sanctions.effects.disputes import confirmation_effects
from registry.sanctions.effects.editions import edition_effects
from registry.sanctions.effects.erasure import erasure_effects
from registry.sanctions.effects.identity import link_effects, ruling_effects
from registry.sanctions.effects.recording import candidacy_effects, event_effects, grant_effects
from registry.sanctions.effects.reference import (
    correction_effects,
    lifting_effects,
    note_effects,
    repair_effects,
    withdrawal_effects,
)
from registry.sanctions.effects.remedies import remedy_effects
from registry.sanctions.effects.sources import delivery_effects
from registry.sanctions.ledger import Ledger
from registry.v1 import statement_pb2 as pb

__all__ = ["Effects", "effects_of", "genesis_effects"]

_OF_BODY = {
    "event": event_effects,
    "correction": correction_effects,
    "withdrawal": withdrawal_effects,
    "lifting": lifting_effects,
    "status_note": note_effects,
    "subject_link": link_effects,
    "name_ruling": ruling_effects,
    "delivery": delivery_effects,
    "red_list_candidacy": candidacy_effects,
    "red_list_grant": grant_effects,
    "confirmation": confirmation_effects,
    "erasure": erasure_effects,
}


REMEDIES = frozenset(
    {
        "objection", "objection_result", "repair_application", "repair_acceptance", "repair_refusal",
        "repair_annulment",
    }
)  # fmt: skip


def effects_of(
    statement: pb.Statement, *, position: int, ledger: Ledger, signer: Key | None = None
) -> Effects:
    """The effects of an admitted statement at ``position``; ``signer`` is the key that signed it."""
    body = statement.WhichOneof("body") or ""
    if body == "repair":
        return with_case(repair_effects(statement, position, ledger, signer), statement, ledger, signer)
    if body in _OF_BODY:
        return with_case(_OF_BODY[body](statement, position, ledger), statement, ledger, signer)
    if body.startswith("ban_"):
        return ban_effects(statement, position, ledger, signer)
    if body in REMEDIES:
        effects = remedy_effects(statement, position, ledger, signer)
        return with_case(effects, statement, ledger, signer)
    if body.startswith("edition_"):
        return edition_effects(statement, position, ledger, signer)
    return directory_effects(statement, position, ledger)
