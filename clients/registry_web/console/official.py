"""Who is signed in (经办人员): an official as the console knows him, and as the registry will be told.

An account is set up by the operator for one person in one role; what that person may do stands in the
registry's directory and in nothing here. ``duties`` are read from the directory and only shown.

    Official(account=3, login="li", name="李示例(示例)", role="department", department="11130900DEM0000106",
             official_id="C-014", section="政府采购科", duties=("OFFICIAL_ROLE_LEGAL_REVIEWER",))

An auditor (审计人员) belongs to no department and signs nothing: ``department`` and ``official_id`` are empty
and ``auditor`` is the name in its identity, ``registry://<origin>/auditor/<name>``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["department", "registrar", "auditor"]
ROLES: tuple[Role, ...] = ("department", "registrar", "auditor")


@dataclass(frozen=True, slots=True)
class Official:
    """One who is signed in. ``account`` is the number of the account, ``login`` its name."""

    account: int
    login: str
    name: str
    role: Role
    department: str
    official_id: str
    section: str = ""
    duties: tuple[str, ...] = ()
    auditor: str = ""
    department_name: str = ""

    @property
    def signs(self) -> bool:
        """Whether statements can be signed by this official at all."""
        return self.role != "auditor" and bool(self.official_id)

    @property
    def caller(self) -> str:
        """Role and name, as they stand in the registry's identity of a caller after the origin."""
        return f"{self.role}/{self.auditor if self.role == 'auditor' else self.department}"

    def has(self, duty: str) -> bool:
        """Whether the directory gives this official a duty, by its name in ``OfficialRole`` without prefix:
        ``official.has("APPROVER")``."""
        return f"OFFICIAL_ROLE_{duty}" in self.duties
