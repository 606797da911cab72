"""Rows of the directory ↔ departments, officials and keys. Registrations and enrolments rest as they stood in
the statement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from registry.domain.departments import Department, Key, Official
from registry.store.rows import Values
from registry.v1 import statement_pb2 as pb


def department_values(entry: Department) -> Values:
    """The row of a registration."""
    registration = entry.registration.SerializeToString(deterministic=True)
    return {"position": entry.position, "code": entry.code, "registration": registration}


def department_from(row: Row[Any]) -> Department:
    """The department of a row."""
    return Department.registered(pb.DepartmentRegistration.FromString(row.registration), row.position)


def official_values(entry: Official) -> Values:
    """The row of an official."""
    return {
        "department": entry.registration.department,
        "official_id": entry.registration.official_id,
        "position": entry.position,
        "revoked_position": entry.revoked_position,
        "registration": entry.registration.SerializeToString(deterministic=True),
    }


def official_from(row: Row[Any]) -> Official:
    """The official of a row."""
    registration = pb.OfficialRegistration.FromString(row.registration)
    return Official(registration, row.position, row.revoked_position)


def key_values(entry: Key) -> Values:
    """The row of a key."""
    return {
        "keyid": entry.keyid,
        "position": entry.position,
        "revoked_position": entry.revoked_position,
        "revocation_reason": int(entry.revocation_reason),
        "enrolment": entry.enrolment.SerializeToString(deterministic=True),
    }


def key_from(row: Row[Any]) -> Key:
    """The key of a row."""
    enrolment = pb.KeyEnrolment.FromString(row.enrolment)
    enrolled = Key.enrolled(row.keyid, enrolment, row.position)
    if row.revoked_position is None:
        return enrolled
    return replace(enrolled, revoked_position=row.revoked_position, revocation_reason=row.revocation_reason)
