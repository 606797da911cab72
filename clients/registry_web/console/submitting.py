"""Which call takes a signed statement, and what the registry has said, as it is kept and shown.

    way          call                                        bodies for which it is the ordinary one
    bans         registry.bans.take                          ban_draft … ban_served
    remedies     registry.remedies.take                      objection … repair_annulment
    directory    registry.register_department, …             registrations, keys, their ends
    supervision  registry.supervision.take                   supervision
    catalogue    registry.catalogue.draft, review, adopt     edition_draft, edition_review, edition_adoption
    intake       registry.submit                             everything else

Whether the registry refused or was not reached are two things: what it refused stays refused, and what did
not reach it is submitted again, the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc

from registry.v1.envelope_pb2 import Envelope
from registry.v1.error_reason_pb2 import ErrorReason
from registry_client import AnswerError, Registry, RegistryCallError, SubmitOutcome

WAYS = ("bans", "remedies", "directory", "catalogue", "supervision", "intake")
_REMEDIES = frozenset(
    {
        "objection", "objection_result", "repair_application", "repair_acceptance", "repair",
        "repair_refusal", "repair_annulment",
    }
)  # fmt: skip
_DIRECTORY: dict[str, str] = {
    "department_registration": "register_department",
    "official_registration": "register_official",
    "official_revocation": "revoke_official",
    "key_enrolment": "enrol_key",
    "key_revocation": "revoke_key",
}
_CATALOGUE: dict[str, str] = {
    "edition_draft": "draft",
    "edition_review": "review",
    "edition_adoption": "adopt",
}
_MAY_HAVE_ARRIVED = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.ABORTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAUTHENTICATED,
    }
)  # fmt: skip


class NotReachedError(Exception):
    """The registry has not answered: whether it recorded the statement is not known."""


def ordinary_way(kind: str) -> str:
    """The way that statements of a kind ordinarily take."""
    if kind.startswith("ban_"):
        return "bans"
    if kind in _REMEDIES:
        return "remedies"
    if kind == "supervision":
        return "supervision"
    return "directory" if kind in _DIRECTORY else "catalogue" if kind in _CATALOGUE else "intake"


def submit(registry: Registry, way: str, kind: str, envelope: Envelope) -> dict[str, Any]:
    """Submits a statement; what became of it. Raises NotReachedError."""
    return outcome_of(lambda: _call(registry, way, kind)(envelope))


def outcome_of(call: Callable[[], SubmitOutcome]) -> dict[str, Any]:
    """What became of a statement, however it was told. Raises NotReachedError."""
    try:
        return as_kept(call())
    except RegistryCallError as error:
        if error.code in _MAY_HAVE_ARRIVED:
            raise NotReachedError(error.message) from error
        return refused_call(error)
    except AnswerError as error:
        raise NotReachedError(str(error)) from error
    except ValueError:
        return _refused([{"reason": "", "field": "", "message": "这一陈述不能由这一办法提交。"}])


def as_kept(outcome: SubmitOutcome) -> dict[str, Any]:
    """An outcome as it is kept."""
    received = outcome.received_time.isoformat() if outcome.received_time else ""
    return {
        "accepted": outcome.accepted,
        "statement_id": outcome.statement_id,
        "position": outcome.position,
        "received": received,
        "already": outcome.already_recorded,
        "faults": [
            {
                "reason": ErrorReason.Name(each.reason).removeprefix("ERROR_REASON_"),
                "field": each.field,
                "message": each.message,
            }
            for each in outcome.faults
        ],
    }


def refused_call(error: RegistryCallError) -> dict[str, Any]:
    """A call that the registry refused as a whole."""
    faults = [
        {"reason": each.reason, "field": each.field, "message": each.description} for each in error.violations
    ]
    return _refused(faults or [{"reason": error.reason, "field": "", "message": error.message}])


def _refused(faults: list[dict[str, str]]) -> dict[str, Any]:
    return {"accepted": False, "statement_id": "", "position": None, "received": "", "faults": faults}


def _call(registry: Registry, way: str, kind: str) -> Callable[[Envelope], SubmitOutcome]:
    if way == "bans":
        return registry.bans.take
    if way == "remedies":
        return registry.remedies.take
    if way == "supervision":
        return registry.supervision.take
    if way == "directory" and kind in _DIRECTORY:
        found: Callable[[Envelope], SubmitOutcome] = getattr(registry, _DIRECTORY[kind])
        return found
    if way == "catalogue" and kind in _CATALOGUE:
        step: Callable[[Envelope], SubmitOutcome] = getattr(registry.catalogue, _CATALOGUE[kind])
        return step
    if way == "intake":
        return lambda envelope: registry.submit([envelope])[0]
    raise ValueError(f"{kind} is not submitted by {way}")
