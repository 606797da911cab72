"""A bureau with matters, filed rules and a second inspector: what an act of two needs at a console.

pair = inspectors(bureau)          # accounts "handler" (B-11) and "partner" (B-12) inspect, "stranger" not
pair.visit("JC-1")
"""

from __future__ import annotations

from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry_web.console.accounts import Identity
from tests.registry_web.console_core.office import PIN, Office
from tests.support.visits import Bureau

SECOND, STRANGER = "B-12", "B-13"


def inspectors(bureau: Office) -> Bureau:
    """The finance bureau as one that inspects; once for an office."""
    code, signers = bureau.spine.code("财政"), dict[str, FileSigner]()
    for login, official_id in (("partner", SECOND), ("stranger", STRANGER)):
        role = pb.OFFICIAL_ROLE_SUBMITTER
        signers[login] = bureau.spine.appoint("财政", official_id, "采购监管科", role)
        bureau.accounts.add(login, f"示例{official_id}", Identity("department", code, official_id))
        bureau.ring.add(signers[login], code, official_id, PIN)
    handler, lawyer = bureau.bans.signers["handler"], bureau.bans.signers["lawyer"]
    keys = {"first": handler, "second": signers["partner"], "drafter": handler, "lawyer": lawyer}
    return Bureau(bureau.spine, keys, "财政", ("B-11", SECOND)).furnished()
