"""How far the scope of a restriction bears on a question, worked out plainly: role, tender, region, industry,
activity. Part of ``oracle``; written from law.md §4.3 and §5.3, shares no code with the product."""

from __future__ import annotations

from registry.sanctions.catalogue.edition import Measure

INSIDE, UNSETTLED, OUTSIDE = "INSIDE", "UNSETTLED", "OUTSIDE"

# Who is bound in a role, where the measure does not name its roles: "*" whoever it fell on as what he
# is; otherwise the capacities (and for a traveller natural persons as such).
WHO_IS_BOUND: dict[str, set[str]] = {
    "BIDDER": {"*"},
    "CONSORTIUM_MEMBER": {"*"},
    "APPLICANT": {"*"},
    "AGENCY": {"TENDER_AGENCY", "PROCUREMENT_AGENCY"},
    "INTERMEDIARY": {"INTERMEDIARY"},
    "EVALUATOR": {"EXPERT"},
    "LEGAL_REPRESENTATIVE": {"LEGAL_REP"},
    "MANAGER": {"MANAGER"},
    "PROJECT_MANAGER": {"PRACTITIONER"},
    "PRACTITIONER": {"PRACTITIONER"},
    "TRAVELLER": {"NATURAL_PERSON", "LEGAL_REP", "MANAGER"},
}

# 开发区, 高新区, 渤海新区 have no borders here; the counties they lie across.
ZONES = {
    "130971": {"130902", "130921"},
    "130972": {"130902", "130903", "130921"},
    "130973": {"130924", "130983"},
}

# 法释〔2010〕8号 第三条: 限制消费 includes travel by air and in the better classes of trains.
CONTAINS = {"HIGH_CONSUMPTION": {"AIR_RAIL_TRAVEL"}}

INDUSTRIES = {
    **{letter: (first, last) for letter, first, last in [("A", 1, 5), ("C", 13, 43), ("E", 47, 50)]},
    **{letter: (first, last) for letter, first, last in [("F", 51, 52), ("H", 61, 62), ("K", 70, 70)]},
}


def role_part(role: str, measure: Measure, falls_on: set[str], roles_named: set[str]) -> str:
    """A role that is not stated is unsettled, unless the measure binds in every role there is.

    ``falls_on``: the kind as such and the capacities in which it fell on the subject."""
    bound = {each for each in WHO_IS_BOUND if binds_in(each, falls_on, roles_named)}
    if bound == set(WHO_IS_BOUND):
        return INSIDE
    if role not in WHO_IS_BOUND:
        return UNSETTLED
    return INSIDE if role in bound else OUTSIDE


def binds_in(role: str, falls_on: set[str], roles_named: set[str]) -> bool:
    """Whether the restriction binds whoever it fell on when he acts in a role."""
    if roles_named:
        return role in roles_named
    for who in WHO_IS_BOUND[role]:
        if who == "*" and any(one.startswith("KIND:") for one in falls_on):
            return True
        if who == "NATURAL_PERSON" and "KIND:NATURAL_PERSON" in falls_on:
            return True
        if who in falls_on:
            return True
    return False


def tender_part(compulsory_only: bool, tender: str) -> str:
    """招标投标法 第五十三条 and others: 依法必须进行招标的项目."""
    if not compulsory_only or tender == "COMPULSORY":
        return INSIDE
    return OUTSIDE if tender == "VOLUNTARY" else UNSETTLED


def region_part(limit: str, asked: str) -> str:
    """GB/T 2260: 130000 contains 130900 contains 130902. What binds in a zone may bind in its counties."""
    if limit == "":
        return INSIDE
    if not is_region(limit) or not is_region(asked):
        return UNSETTLED
    if limit in places_around(asked):
        return INSIDE
    if asked in places_around(limit):
        return UNSETTLED
    return UNSETTLED if share_land(limit, asked) or share_land(asked, limit) else OUTSIDE


def share_land(zone: str, place: str) -> bool:
    """Whether a place is a county that the zone lies across, or contains one or lies in one."""
    for county in ZONES.get(zone, set()):
        if place in places_around(county) or county in places_around(place):
            return True
    return False


def is_region(code: str) -> bool:
    """Six digits, of a province that may exist; no county without its city."""
    if len(code) != 6 or any(char not in "0123456789" for char in code):
        return False
    return code[:2] not in ("00", "10") and not (code[2:4] == "00" and code[4:6] != "00")


def places_around(code: str) -> set[str]:
    """The place itself, its city and its province."""
    return {code, code[:4] + "00", code[:2] + "0000"}


def industry_part(limit: str, asked: str) -> str:
    """GB/T 4754: E contains E47 contains E471 contains E4710; E4710 and E471 are the same."""
    if limit == "":
        return INSIDE
    if not is_industry(limit) or not is_industry(asked):
        return UNSETTLED
    if plain_industry(limit) in industries_around(asked):
        return INSIDE
    return UNSETTLED if plain_industry(asked) in industries_around(limit) else OUTSIDE


def is_industry(code: str) -> bool:
    """A section alone, or with two to four digits whose first two are a division of it."""
    if code[:1] not in INDUSTRIES:
        return False
    if len(code) == 1:
        return True
    if not 3 <= len(code) <= 5 or any(char not in "0123456789" for char in code[1:]):
        return False
    first, last = INDUSTRIES[code[0]]
    return first <= int(code[1:3]) <= last


def plain_industry(code: str) -> str:
    """Without the zeros that fill up groups and classes."""
    while len(code) > 3 and code.endswith("0"):
        code = code[:-1]
    return code


def industries_around(code: str) -> set[str]:
    """The industry itself and all that contain it."""
    plain = plain_industry(code)
    return {plain[:length] for length in range(1, len(plain) + 1) if length != 2}


def activity_part(limit: str, asked: str) -> str:
    """The same activity, or one that it contains; asked about the containing one, a part is bound."""
    if limit in ("", asked) or asked in CONTAINS.get(limit, set()):
        return INSIDE
    if asked == "" or limit in CONTAINS.get(asked, set()):
        return UNSETTLED
    return OUTSIDE
