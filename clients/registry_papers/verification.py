"""What a paper's QR code holds (二维码): short, and enough to find and check the statement in the log.

    https://credit.example/v#1042.5f0c…        where a base was given: position, and hash in hex
    credit.example/cangzhou 1042 5f0c…         else: origin of the log, position, hash

The part behind ``#`` is not sent to the server by a browser: that somebody holds a paper stays with the
reader. The hash is that of the statement in its leaf (provenance.md), which has the statement's nonce for
salt, so that nothing about the content can be guessed from it. ``registryctl log statement 1042`` proves it
against the log. A statement that is not recorded yet has no position; the hash alone stands.
"""

from __future__ import annotations

from registry_papers.case_file import Place
from registry_papers.paper import Verification


def verification_of(place: Place, verify_at: str) -> Verification:
    """What leads to a statement."""
    position = "" if place.position is None else str(place.position)
    digest = place.hash.hex()
    if verify_at:
        code = f"{verify_at}#{'.'.join(filter(None, (position, digest)))}"
    else:
        code = " ".join(filter(None, (place.origin, position, digest)))
    where = f"序号{position}" if position else "序号于登记时编定"
    how = f"，可用 registryctl log statement {position} 核验" if position else ""
    return Verification(code, (f"登记日志 {place.origin}，{where}{how}", f"陈述哈希 {digest}"))
