"""Departments, officials and keys, as the log has registered them (部门, 经办人, 公钥).

A directory entry is known from the position of the statement that made it until the position of
the one that replaced or revoked it. Validity is decided by log order, never by dates that a
statement claims about itself; a key's own window (valid_from … valid_until) is compared with the
day on which the registry received the statement.

Worked example: the finance bureau is registered at position 1 and registered again with a wider
mandate at position 90. ``department(code)`` answers the second entry, ``connections(89)`` still
knows the first mandate only.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from registry.domain.connections import NO_CONNECTIONS, Connections, Source
from registry.v1 import statement_pb2 as pb


@dataclass(frozen=True, slots=True)
class Department:
    """A registered department and its mandate; ``position`` is the statement's that says so."""

    code: str
    name: str
    kinds: frozenset[str]
    categories: frozenset[str]
    lists: frozenset[str]
    measures: frozenset[str]
    region: str
    relayed_authorities: frozenset[str]
    position: int
    registration: pb.DepartmentRegistration

    @classmethod
    def registered(cls, registration: pb.DepartmentRegistration, position: int) -> Department:
        """The entry that a registration at ``position`` makes."""
        mandate = registration.mandate
        return cls(
            code=registration.code,
            name=registration.name,
            kinds=frozenset(registration.kinds),
            categories=frozenset(mandate.categories),
            lists=frozenset(mandate.lists),
            measures=frozenset(mandate.measures),
            region=mandate.region,
            relayed_authorities=frozenset(mandate.relayed_authorities),
            position=position,
            registration=registration,
        )


@dataclass(frozen=True, slots=True)
class Official:
    """A person acting for a department, with a section and roles (审监分离 is checked by them)."""

    registration: pb.OfficialRegistration
    position: int
    revoked_position: int | None = None

    @property
    def active(self) -> bool:
        """Whether the official has not been revoked."""
        return self.revoked_position is None


@dataclass(frozen=True, slots=True)
class Key:
    """An enrolled public key. ``official_id`` is empty for the department's own seal; ``categories`` are what
    may be signed with it, all of the mandate if there are none."""

    keyid: str
    department: str
    official_id: str
    valid_from: date
    valid_until: date
    position: int
    enrolment: pb.KeyEnrolment
    revoked_position: int | None = None
    revocation_reason: pb.KeyRevocationReason.ValueType = pb.KEY_REVOCATION_REASON_UNSPECIFIED
    categories: frozenset[str] = frozenset()

    @classmethod
    def enrolled(cls, keyid: str, enrolment: pb.KeyEnrolment, position: int) -> Key:
        """The entry that an enrolment at ``position`` makes; dates were checked on admission."""
        return cls(
            keyid=keyid,
            department=enrolment.department,
            official_id=enrolment.official_id,
            valid_from=date.fromisoformat(enrolment.valid_from),
            valid_until=date.fromisoformat(enrolment.valid_until),
            position=position,
            enrolment=enrolment,
            categories=frozenset(enrolment.categories),
        )

    def is_of_same_holder(self, other: Key) -> bool:
        """Whether both are the seal of one department, or keys of one official."""
        return (self.department, self.official_id) == (other.department, other.official_id)


class Directory:
    """Who may state what, with which key; changed only by applying admitted statements in order."""

    def __init__(self) -> None:
        self.operator = ""
        self._departments: dict[str, Department] = {}
        self._registrations: dict[str, list[Department]] = {}
        self._officials: dict[tuple[str, str], Official] = {}
        self._keys: dict[str, Key] = {}
        self._changes: list[int] = []
        self._connections: dict[int, Connections] = {}

    def department(self, code: str) -> Department | None:
        """The department's latest registration."""
        return self._departments.get(code)

    def official(self, department: str, official_id: str) -> Official | None:
        """The official's latest registration, revoked or not."""
        return self._officials.get((department, official_id))

    def key(self, keyid: str) -> Key | None:
        """The key, revoked or not."""
        return self._keys.get(keyid)

    def departments(self) -> Iterator[Department]:
        """Every department, in the order of first registration."""
        return iter(tuple(self._departments.values()))

    def officials(self, department: str = "") -> Iterator[Official]:
        """Every official of a department, or of all, in the order of latest registration."""
        entries = sorted(self._officials.values(), key=lambda official: official.position)
        return (o for o in entries if department in ("", o.registration.department))

    def keys(self, department: str = "") -> Iterator[Key]:
        """Every key of a department, or of all."""
        return (k for k in tuple(self._keys.values()) if department in ("", k.department))

    def is_registrar(self, key: Key) -> bool:
        """Whether statements signed with this key may change the directory: the operator's own
        seal, or an active official of the operator with the registrar role (登记员)."""
        if key.department != self.operator:
            return False
        if not key.official_id:
            return True
        official = self.official(key.department, key.official_id)
        roles = official.registration.roles if official and official.active else ()
        return pb.OFFICIAL_ROLE_REGISTRAR in roles

    def registrar_keys(self, on: date, without_official: str = "", *, without: Collection[str] = ()) -> int:
        """How many keys may change the directory on a day, but for an official's and those ``without``."""
        return sum(
            key.revoked_position is None
            and key.keyid not in without
            and key.valid_from <= on <= key.valid_until
            and self.is_registrar(key)
            and (not key.official_id or key.official_id != without_official)
            for key in self._keys.values()
        )

    def connections(self, position: int) -> Connections:
        """Which departments could state each list and decide each measure, as known at ``position``: where
        there is no such source, nothing found says nothing (law.md §5.2)."""
        at = bisect_right(self._changes, position)
        if not at:
            return NO_CONNECTIONS
        since = self._changes[at - 1]
        found = self._connections.get(since)
        if found is None:
            found = self._connections[since] = Connections(self._sources(since))
        return found

    def _sources(self, position: int) -> Iterator[Source]:
        until: dict[str, date] = {}
        for key in tuple(self._keys.values()):
            if key.position <= position:
                revoked = key.revoked_position is not None and key.revoked_position <= position
                last = date.min if revoked else key.valid_until
                until[key.department] = max(last, until.get(key.department, date.min))
        for code, last in until.items():
            known = [entry for entry in self._registrations.get(code, ()) if entry.position <= position]
            if known:
                yield Source(code, known[-1].lists, known[-1].measures, last)

    def put_department(self, department: Department) -> None:
        """Registers a department, or replaces its registration."""
        self._departments[department.code] = department
        self._registrations.setdefault(department.code, []).append(department)
        # Readers bisect the changes, so what a position leads to must be there before it.
        insort(self._changes, department.position)

    def put_official(self, official: Official) -> None:
        """Registers an official, or replaces the registration."""
        key = (official.registration.department, official.registration.official_id)
        self._officials[key] = official

    def put_key(self, key: Key) -> None:
        """Enrols a key, or replaces its entry by the revoked one."""
        self._keys[key.keyid] = key
        insort(self._changes, key.position)
        if key.revoked_position is not None:
            insort(self._changes, key.revoked_position)
