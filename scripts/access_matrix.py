"""Writes docs/access-matrix.csv from the policy tables: who may call what, with which papers, and sees whose.

    python -m scripts.access_matrix            # make access-matrix

One line for each method, domain, state of a certificate and state of a token; a column for each role:

    method        allowed, denied; ``shows`` is whose rows it shows (``registry.access.rows``)
    domain        allowed, denied: in which a role may ask (``registry.access.policy.DOMAINS``)
    certificate   what becomes of every call with it (``registry.access.papers``)
    token         the same, through a face, for the role that the token names
    page          allowed, denied: who may open a page of the console (tests/access_matrix/console_table.py)

Tests call all of it over real connections (tests/access_matrix), and compare the file with the tables.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from registry.access.identity import CallerRole
from registry.access.papers import CERTIFICATES, TOKENS, Outcome
from registry.access.policy import DOMAINS, METHODS
from registry.access.rows import SHOWN
from registry.v1.subject_pb2 import Domain
from tests.access_matrix.console_table import PAGES

PLACE = Path(__file__).parents[1] / "docs" / "access-matrix.csv"
ROLES = tuple(CallerRole)
_AT_THE_CONSOLE = (CallerRole.DEPARTMENT, CallerRole.REGISTRAR, CallerRole.AUDITOR)
_HEAD = ("kind", "name", "shows", *(role.value for role in ROLES))


def matrix() -> str:
    """The content of the file."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows(_lines())
    return written.getvalue()


def _lines() -> Iterator[tuple[str, ...]]:
    for method in sorted(METHODS):
        shows = SHOWN[method].value if method in SHOWN else ""
        yield ("method", method, shows, *(_may(role in METHODS[method]) for role in ROLES))
    for name, value in Domain.items():
        if value:
            in_domain = (_may(value in DOMAINS.get(role, ())) for role in ROLES)
            yield ("domain", name, "", *in_domain)
    for state, outcome in CERTIFICATES.items():
        yield ("certificate", state, "", *(outcome.value for _ in ROLES))
    for state, outcome in TOKENS.items():
        yield ("token", state, "", *(_by_token(role, outcome).value for role in ROLES))
    for page, powers in PAGES.items():
        yield ("page", page, "", *(_opens(role, powers) for role in ROLES))


def _opens(role: CallerRole, powers: str) -> str:
    """Accounts of the console are of three powers; nobody else has one."""
    return _may(role.value[0] in powers) if role in _AT_THE_CONSOLE else "no account"


def _may(allowed: bool) -> str:
    return "allowed" if allowed else "denied"


def _by_token(role: CallerRole, outcome: Outcome) -> Outcome:
    """A token never names a face."""
    named_face = role is CallerRole.FACE and outcome is Outcome.AS_CALLER
    return Outcome.UNAUTHENTICATED if named_face else outcome


if __name__ == "__main__":
    PLACE.write_text(matrix(), "utf-8")
    print(f"docs/{PLACE.name}: {matrix().count(chr(10)) - 1} lines")
