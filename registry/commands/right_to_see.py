"""Who may see what of a credit record (查阅权限).

* The registrar, and the department that stated it, see an entry whatever has become of it.
* Others see what stands, until its disclosure has ended (终止公示, 停止共享和使用: 信用修复管理办法
  第三条): not what was withdrawn, corrected or repaired, nor what has expired, nor a decision that is not
  served, nor what is shielded while a court's plan is carried out. Restrictions that law keeps to their term
  are told all the same, as hits.
* Of a natural person, others see only what is disclosed on the day, in a category that is disclosed at
  all, and bears on the purpose they state (个人信息保护法 第六条).
* So it is with the steps to a verdict that did not count: of what others stated a department is told only
  what still stands, and nothing about a natural person.
* A ban on leaving the country is told to nobody who may not ask in that domain (``access.policy``).

The right to see is that of the day on which somebody looks: what is repaired by then is not shown for an
earlier day or position either, though the clocks of the answer are those of the day asked about.

Example: 住建 asks about a firm that 人社 put on L-04. It sees the entry until 人社 repairs it; 人社 sees it
after that too, as REPAIRED.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from registry.access.identity import Caller, CallerRole
from registry.access.policy import may_ask
from registry.commands.ask import Matter
from registry.provenance.vault import is_person
from registry.sanctions.explanation.steps import Step
from registry.sanctions.record.entries import Entry
from registry.sanctions.record.sections import bears_on
from registry.sanctions.standing import ENDED
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import ImposedMeasure

_EVERYTHING = frozenset({CallerRole.REGISTRAR, CallerRole.AUDITOR})
_SECRET = subject_pb2.DOMAIN_EXIT_ENTRY


@lru_cache(maxsize=1024)
def domains_open_to(caller: Caller) -> frozenset[subject_pb2.Domain.ValueType]:
    """The domains of which a caller may see lists: those it may ask in; the registrar and the auditor all."""
    domains = [domain for domain in subject_pb2.Domain.values() if domain]
    whole = caller.role in _EVERYTHING
    return frozenset(domain for domain in domains if whole or may_ask(caller, domain))


def is_own(entry: Entry, caller: Caller) -> bool:
    """Whether a caller sees an entry whatever has become of it."""
    stated_by = entry.stated.recorded.department
    own = caller.role is CallerRole.DEPARTMENT and caller.name == stated_by
    return own or caller.role is CallerRole.REGISTRAR


def may_see(entry: Entry, matter: Matter, day: date) -> bool:
    """Whether the caller of a matter may see an entry of a file, by its clocks on a day."""
    if is_own(entry, matter.caller):
        return True
    if is_person(entry.stated.recorded.subject):
        return is_certifiable(entry, matter, day)
    return _is_open(entry, matter.caller) and not entry.disclosure.ended(day)


def is_certifiable(entry: Entry, matter: Matter, day: date) -> bool:
    """Whether an entry may be told to anybody who may ask: it is disclosed on a day."""
    if not _is_open(entry, matter.caller) or not entry.disclosure.running(day):
        return False
    if not is_person(entry.stated.recorded.subject):
        return True
    disclosed = entry.category is not None and entry.category.disclosure != "never"
    domain, whole = matter.question.domain, matter.caller.role is CallerRole.REGISTRAR
    return disclosed and (whole or bears_on(entry, domain, matter.edition, day))


def may_see_step(step: Step, caller: Caller) -> bool:
    """Whether a caller may see a step to a verdict: what counted stands in the answer anyway."""
    ground = step.hit.restriction.ground
    if step.counted or (caller.role is CallerRole.DEPARTMENT and caller.name == ground.department):
        return True
    return step.hit.status not in ENDED and not step.undisclosed and not is_person(ground.subject)


def _is_open(entry: Entry, caller: Caller) -> bool:
    domains = {ground.measure.domain for ground in entry.grounds if ground.measure is not None}
    return entry.is_kept and (domains != {_SECRET} or _SECRET in domains_open_to(caller))


def open_measures(entry: Entry, caller: Caller) -> list[ImposedMeasure]:
    """The measures that an entry imposes, as far as the caller may be told of them."""
    imposed = list(entry.stated.said.measures)
    if is_own(entry, caller) or _SECRET in domains_open_to(caller):
        return imposed
    of_ground = [ground.measure for ground in entry.grounds if ground.measure is not None]
    secret = {measure.code for measure in of_ground if measure.domain == _SECRET}
    return [each for each in imposed if each.measure_code not in secret]
