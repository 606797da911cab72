"""The demonstration's tender as a file that ``registryctl screen`` reads (``samples/tender.json``)."""

from __future__ import annotations

import json

from demo.cast import TENDER, Asked
from registry_client.words import PAPERS, ROLES, word_of

TENDER_FILE = "tender.json"
OLD_NAMES = ("失信被执行人", "重大税收违法案件当事人名单", "政府采购严重违法失信行为记录名单")
"""The three lists of 财库〔2016〕125号 as tender documents name them, one by a name it no longer bears."""


def tender_file() -> bytes:
    """The file, asked about as a government procurement."""
    parties = [_party(asked, str(bid.number)) for bid in TENDER.bids for asked in bid.members]
    parties += [_party(asked, "") for asked in TENDER.others]
    content = {
        "number": TENDER.number,
        "title": TENDER.title,
        "domain": "政府采购",
        "tender": "依法必须招标",
        "region": TENDER.region,
        "industry": TENDER.industry,
        "cut_off": TENDER.opening.isoformat(timespec="minutes"),
        "reason": "资格审查",
        "lists": list(OLD_NAMES),
        "parties": parties,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _party(asked: Asked, bid: str) -> dict[str, str]:
    party = {"bid": bid} if bid else {}
    if asked.party.personal:
        party["paper"] = word_of(PAPERS, asked.party.identifier.type)
    return party | {
        "role": word_of(ROLES, asked.role),
        "code": asked.party.identifier.value,
        "name": asked.party.name,
    }
