"""Effects of the steps by which an edition of the catalogue becomes law here (``adoption``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registry.domain.departments import Key
from registry.sanctions.adoption import Act, EditionCase, drafted_case, reviewed_case
from registry.sanctions.catalogue.drafts import parse_draft
from registry.sanctions.effects.changes import Effects
from registry.sanctions.ledger import Ledger
from registry.v1 import statement_pb2 as pb


def edition_effects(statement: pb.Statement, position: int, ledger: Ledger, signer: Key | None) -> Effects:
    """Draft, review or adoption."""
    act = _act(position, ledger, signer)
    match statement.WhichOneof("body"):
        case "edition_draft":
            draft = statement.edition_draft
            case = drafted_case(draft.edition, draft.label, act)
            return Effects(position, edition=case, content=parse_draft(draft))
        case "edition_review":
            review = statement.edition_review
            case = reviewed_case(
                _case(ledger, review.edition), act, lawful=review.lawful, opinion=review.opinion
            )
            return Effects(position, edition=case)
        case _:
            return Effects(position, edition=_adopted(statement.edition_adoption, act, ledger))


def _adopted(adoption: pb.EditionAdoption, act: Act, ledger: Ledger) -> EditionCase:
    return replace(
        _case(ledger, adoption.edition),
        adopted=act,
        in_force_from=date.fromisoformat(adoption.in_force_from),
        filing_number=adoption.filing_number,
        filed_on=date.fromisoformat(adoption.filed_on),
    )


def _case(ledger: Ledger, edition: str) -> EditionCase:
    case = ledger.book.case(edition)
    assert case is not None  # Admission has seen to it.
    return case


def _act(position: int, ledger: Ledger, signer: Key | None) -> Act:
    assert signer is not None  # Only the genesis has none.
    official = ledger.directory.official(signer.department, signer.official_id)
    return Act(position, signer.official_id, official.registration.section if official else "")
