"""Where a restriction binds, and whether a question falls within it (适用范围: 地域、行业、活动).

A restriction and a question each may name a region, an industry and an activity; an empty text is “not
limited” in a restriction and “not stated” in a question. Their relation, for each of the three:

* ``INSIDE``: the restriction binds what is asked about. One without limits binds everything.
* ``OUTSIDE``: it does not.
* ``UNSETTLED``: it binds a part of what is asked about, or the question does not say, or one of the codes
  is malformed. Whoever asks must look closer; it is never taken for OUTSIDE, or a typing error would clear.

``max`` of the three relations is the relation of the whole.

Region (GB/T 2260), six digits in three pairs: PP0000 a province, PPCC00 a city, PPCCDD a county. A code
contains those that continue its pairs: 130000 contains 130900 contains 130902. The whole country is the
empty text; 100000 and 000000 are found in the wild, are not in the standard, and are refused.

Development zones (开发区、高新区、新区) are not in the standard and have the local codes of the statistical
division (统计用区划代码), such as 130973 渤海新区: within the city by its pairs, beside the counties by them,
and on the ground upon land of some of these. ``region_relation`` is told of that by ``overlaps``, from each
zone to the counties it shares land with. What one of them binds binds a part of the other, so OUTSIDE would
be a false clear: the relation is UNSETTLED, either way round, and likewise between the zone and whatever
else contains such a county or lies in it. Zones that share a county are still apart. ``overlaps`` makes
nothing closer than UNSETTLED: no mandate (``region_covers``) follows from it.

Industry (GB/T 4754-2017): a section letter and two, three or four digits, division, group and class (门类,
大类, 中类, 小类). E contains E47 contains E471 contains E4710. Where a level is not subdivided the code is
filled up with zeros, so E4710 and E471 are the same. The letter is given by the division: E is 47-50.

Activity: a code of the catalogue edition. The edition says which contains which (``parts``): 限制消费
contains travel by air and by fast trains; otherwise there is no order among them.

Worked example: a ban in 130900 (沧州市) is INSIDE for a tender in 130902, OUTSIDE for one in 130100, and
UNSETTLED for one in 130000 or in a place that is not stated. With the overlap of 130973 (渤海新区) and
130983 (黄骅市), a ban in either is UNSETTLED for a tender in the other, and OUTSIDE for one in 130984.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType

_REGION = re.compile(r"[0-9]{6}").fullmatch
_INDUSTRY = re.compile(r"([A-T])(?:([0-9]{2})[0-9]{0,2})?").fullmatch

# First division of each section, GB/T 4754-2017 table 1; the last entry is one past the last division.
_SECTIONS = "ABCDEFGHIJKLMNOPQRST"
_FIRST_DIVISIONS = (1, 6, 13, 44, 47, 51, 53, 61, 63, 66, 70, 71, 73, 76, 80, 83, 84, 86, 91, 97, 98)

NO_OVERLAPS: Mapping[str, frozenset[str]] = MappingProxyType({})
"""No zone shares land with any county."""

_NOWHERE: frozenset[str] = frozenset()


class Relation(IntEnum):
    """How a question's scope lies to a restriction's; the greater is the further away."""

    INSIDE = 0
    UNSETTLED = 1
    OUTSIDE = 2


# A member looked up in its class costs a question more than both stems do.
_INSIDE, _UNSETTLED, _OUTSIDE = Relation


def region_relation(
    restriction: str, question: str, overlaps: Mapping[str, frozenset[str]] = NO_OVERLAPS
) -> Relation:
    """How the region asked about lies to the restriction's (GB/T 2260).

    ``overlaps`` leads from the code of a development zone to those of the counties it shares land with.
    """
    relation = _relation(restriction, question, _region_stem)
    # Two look-ups are all that a question pays that is not about a zone, and only where it may be cleared.
    if relation is _OUTSIDE and (restriction in overlaps or question in overlaps):
        return _UNSETTLED if _overlap(restriction, question, overlaps) else _OUTSIDE
    return relation


def industry_relation(restriction: str, question: str) -> Relation:
    """How the industry asked about lies to the restriction's (GB/T 4754-2017)."""
    return _relation(restriction, question, _industry_stem)


def activity_relation(
    restriction: str, question: str, parts: Mapping[str, frozenset[str]] = NO_OVERLAPS
) -> Relation:
    """How the activity asked about lies to the restriction's: the same or part of it, another, or not stated.

    ``parts`` leads from an activity to those it contains."""
    if not restriction or restriction == question or question in parts.get(restriction, _NOWHERE):
        return _INSIDE
    return _OUTSIDE if question and restriction not in parts.get(question, _NOWHERE) else _UNSETTLED


def region_covers(outer: str, inner: str) -> bool:
    """Whether the region ``inner`` lies wholly in ``outer``; empty is the whole country.

    Of malformed codes neither covers the other.
    """
    if not outer:
        return not inner or _region_stem(inner) is not None
    if not inner:
        return False
    outer_stem, inner_stem = _region_stem(outer), _region_stem(inner)
    return outer_stem is not None and inner_stem is not None and inner_stem.startswith(outer_stem)


def region_fault(value: str) -> str | None:
    """What is wrong with the form of a region code, in Chinese; None if nothing. Empty is no fault.

    A region that the standard does not list, but whose form is right, is no fault: development zones
    (开发区) have local codes.
    """
    if not value:
        return None
    if not _REGION(value):
        return "行政区划代码应为6位数字（GB/T 2260）"
    if value[:2] in ("00", "10"):
        return "行政区划代码前两位应为省级代码；全国范围请留空"
    if value[2:4] == "00" and value[4:] != "00":
        return "行政区划代码中间两位为00时，末两位也应为00（GB/T 2260）"
    return None


def industry_fault(value: str) -> str | None:
    """What is wrong with the form of an industry code, in Chinese; None if nothing. Empty is no fault."""
    if not value:
        return None
    match = _INDUSTRY(value)
    if match is None:
        return "行业代码应为门类字母A至T，后接2、3或4位数字，或只有字母（GB/T 4754-2017）"
    section, division = match.groups()
    index = _SECTIONS.index(section)
    first, end = _FIRST_DIVISIONS[index], _FIRST_DIVISIONS[index + 1]
    if division is not None and not first <= int(division) < end:
        return f"门类{section}的大类为{first:02}至{end - 1:02}，没有{division}（GB/T 4754-2017）"
    return None


def _relation(restriction: str, question: str, stem_of: Callable[[str], str | None]) -> Relation:
    if not restriction:
        return _INSIDE
    limit, asked = stem_of(restriction), stem_of(question)
    if not limit or not asked:
        return _UNSETTLED
    if asked.startswith(limit):
        return _INSIDE
    return _UNSETTLED if limit.startswith(asked) else _OUTSIDE


def _overlap(one: str, other: str, overlaps: Mapping[str, frozenset[str]]) -> bool:
    """Whether a county that one of two regions shares land with is not outside the other, either way."""
    return any(
        _relation(region, county, _region_stem) is not _OUTSIDE
        for zone, region in ((one, other), (other, one))
        for county in overlaps.get(zone, _NOWHERE)
    )


# Both caches are bounded: questions come from outside. There are some 3,000 regions and 2,000 industries.
@lru_cache(maxsize=8192)
def _region_stem(code: str) -> str | None:
    """The pairs that every code within this one begins with; "" for empty, None for malformed."""
    if region_fault(code) is not None:
        return None
    if code[2:] == "0000":
        return code[:2]
    return code[:4] if code[4:] == "00" else code


@lru_cache(maxsize=8192)
def _industry_stem(code: str) -> str | None:
    """The code without the zeros that fill it up; "" for empty, None for malformed."""
    if industry_fault(code) is not None:
        return None
    return code[:3] + code[3:].rstrip("0")
