"""What a caller watches (关注范围): a domain of its own, perhaps a region and lists; natural persons or not.

* The region is where an organisation is registered: digits 3 to 8 of its code (GB 32100). One that is
  registered with an office of the whole country is in none.
* Natural persons only for a caller that may watch them, for a stated purpose and reference.
* Codes of before the USCC are kept as keyed hashes: nobody is told of these.

Example: procurement, region 130900: of F, whose code begins with 91130902, everything is told; of a firm
whose code begins with 91130600 nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.access.identity import Caller
from registry.access.policy import WATCHING_PERSONS, may_ask
from registry.commands.purposes import purpose_faults
from registry.domain.faults import Findings
from registry.domain.scopes import region_covers, region_fault
from registry.errors import RegistryError
from registry.provenance.vault import LEGACY_PREFIX, is_person
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2, subject_pb2

MAX_LISTS = 50
_REGION_IN_CODE = slice(2, 8)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a caller watches."""

    caller: Caller
    purpose: restriction_service_pb2.Purpose
    region: str = ""
    lists: frozenset[str] = frozenset()
    persons: bool = False

    @property
    def domain(self) -> subject_pb2.Domain.ValueType:
        """The domain watched."""
        return self.purpose.domain

    def admits(self, ref: str) -> bool:
        """Whether changes of a subject may be told at all."""
        if is_person(ref):
            return self.persons
        return not ref.startswith(LEGACY_PREFIX) and (
            not self.region or region_covers(self.region, ref[_REGION_IN_CODE])
        )


def filter_of(
    caller: Caller,
    purpose: restriction_service_pb2.Purpose,
    *,
    region: str = "",
    lists: Sequence[str] = (),
    persons: bool = False,
) -> Filter:
    """What a caller asks to watch. Raises RegistryError with every fault."""
    _require_domain(caller, purpose.domain)
    found = Findings()
    if fault := region_fault(region):
        found.add(reasons.ERROR_REASON_FIELD_INVALID, "filter.region", f"{fault}。")
    if len(lists) > MAX_LISTS:
        found.add(reasons.ERROR_REASON_TOO_LARGE, "filter.list_codes", f"最多{MAX_LISTS}个名单。")
    if persons:
        _check_persons(found, caller, purpose, region)
    if found.faults:
        raise RegistryError(found.faults)
    return Filter(caller, purpose, region, frozenset(lists), persons)


def _check_persons(
    found: Findings, caller: Caller, purpose: restriction_service_pb2.Purpose, region: str
) -> None:
    field = "filter.include_persons"
    if caller.role not in WATCHING_PERSONS:
        message = "本系统只能逐一查询自然人, 不能关注自然人的全部变化。"
        found.add(reasons.ERROR_REASON_PURPOSE_REQUIRED, field, message)
    elif region:
        message = "地域按登记机关区分, 只用于单位; 关注自然人时请留空。"
        found.add(reasons.ERROR_REASON_FIELD_INVALID, field, message)
    for fault in purpose_faults(purpose):
        found.add(fault.reason, f"filter.{fault.field}", fault.message)


def _require_domain(caller: Caller, domain: subject_pb2.Domain.ValueType) -> None:
    field = "filter.purpose.domain"
    if domain == subject_pb2.DOMAIN_UNSPECIFIED:
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_REQUIRED, "缺少关注的领域。", field)
    if not may_ask(caller, domain):
        raise RegistryError.of(reasons.ERROR_REASON_DOMAIN_DENIED, "本系统无权关注这一领域。", field)
