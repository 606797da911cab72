"""Checks of the steps of a ban case."""

from __future__ import annotations

from datetime import date

from registry.domain.faults import Findings
from registry.sanctions.ledger import Ledger
from registry.v1 import statement_pb2 as pb


def check_ban_draft(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_ban_review(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_ban_notice(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_ban_defence(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_ban_hearing_notice(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_ban_hearing(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_ban_deliberation(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_ban_decision(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError


def check_ban_served(found: Findings, statement: pb.Statement, day: date, ledger: Ledger) -> None:
    raise NotImplementedError
