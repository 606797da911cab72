"""What a paper needs and no statement holds: of the department, of the party, of the hearing.

Example::

    office = Office("沧州市财政局（示例）", address="示例路1号", phone="0317-0000000",
                    reconsideration="沧州市人民政府（示例）", court="沧州市示例区人民法院")
    hearing = Particulars(hearing_time="9时30分", hearing_officer="示例丁")
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Office:
    """The department as its papers show it (行政机关名称、地址、电话), and where relief is found.

    ``reconsideration`` is the authority that reconsiders (行政复议法 第二十四条), ``court`` the court that
    has jurisdiction (行政诉讼法 第十四条、第十八条). ``contact`` is whom to ask for; it may be left out.
    """

    name: str
    address: str = ""
    phone: str = ""
    reconsideration: str = ""
    court: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What belongs to one case: the party's address (行政处罚法 第五十九条第一款第一项) and legal
    representative, when the hearing begins and who presides (第六十四条第二、四项), the place of service."""

    party_address: str = ""
    representative: str = ""
    hearing_time: str = ""
    hearing_officer: str = ""
    service_place: str = ""
