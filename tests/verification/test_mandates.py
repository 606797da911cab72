"""What a department may state: its registrations say it, and a receipt shows them."""

from __future__ import annotations

from demo.departments import DEPARTMENTS
from registry.v1 import statement_pb2 as pb
from registry.verification import Outcome, Report, check_receipt
from tests.support.events import ban, candidacy, firm, list_entry, registration
from tests.verification.forger import Forger

FINANCE = next(each for each in DEPARTMENTS if each.key == "财政").office.code
UNKNOWN = firm(98).identifier.value


def event() -> pb.Event:
    return ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")


def narrow() -> pb.DepartmentRegistration:
    """财政 without the measure."""
    narrowed = registration("财政")
    narrowed.mandate.measures.remove("M-PRO-01")
    return narrowed


def report_of(log: Forger, *refs: str) -> Report:
    log.map()
    return check_receipt(log.receipt(UNKNOWN, *refs), log.policy())


def mandates(report: Report) -> list[tuple[Outcome, str]]:
    return [(line.outcome, line.detail) for line in report if line.name == "mandate"]


def test_a_statement_within_the_mandate_is_proven_by_the_departments_whole_chain() -> None:
    log = Forger()
    log.say(log.operator, department_registration=registration("财政"))
    log.say(log.enrol(FINANCE), event=event())
    told = f"部门 {FINANCE} 由序号1登记, 1份陈述都在其职责内(类别、名单、措施)"
    assert mandates(report_of(log, f"D:{FINANCE}")) == [(Outcome.OK, told)]


def test_without_the_chain_that_nothing_changed_is_the_registrys_word() -> None:
    log = Forger()
    log.say(log.operator, department_registration=registration("财政"))
    log.say(log.enrol(FINANCE), event=event())
    found = mandates(report_of(log))
    assert [outcome for outcome, _ in found] == [Outcome.OK, Outcome.CLAIMED]
    assert "其间没有变更" in found[1][1]


def test_a_department_that_is_not_shown_is_the_registrys_word() -> None:
    log = Forger()
    log.say(log.enrol(FINANCE), event=event())
    ((outcome, detail),) = mandates(report_of(log))
    assert outcome is Outcome.CLAIMED
    assert "的登记没有出示" in detail


def test_a_measure_list_or_category_beyond_the_mandate_is_refused() -> None:
    entry = list_entry("财政", firm(1), "L-04", "2026-03-01", "2028-03-01")
    entry.category = "E-51"
    other = event()
    other.category = "E-77"
    red = candidacy("财政", firm(1), "R-01", "2026-03-01", "2026-04-01")
    for body, fault in (
        ({"event": entry}, "名单L-04不在"),
        ({"event": other}, "类别E-77不在"),
        ({"red_list_candidacy": red}, "名单R-01不在"),
    ):
        log = Forger()
        log.say(log.operator, department_registration=registration("财政"))
        log.say(log.enrol(FINANCE), **body)
        (line,) = report_of(log, f"D:{FINANCE}").faults
        assert fault in line.detail


def test_the_registration_that_was_in_force_counts_and_no_other() -> None:
    log = Forger()
    log.say(log.operator, department_registration=narrow())
    key = log.enrol(FINANCE)
    log.say(log.operator, department_registration=registration("财政"))
    log.say(key, event=event())
    log.say(log.operator, department_registration=narrow())
    assert report_of(log, f"D:{FINANCE}").ok
    log.say(key, event=event())
    (line,) = report_of(log, f"D:{FINANCE}").faults
    assert "措施M-PRO-01不在作出陈述的部门的职责内" in line.detail
