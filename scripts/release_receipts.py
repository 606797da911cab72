"""Makes the receipts that are kept of a release (历次发布的回执): what comes later must still verify them.

    python -m scripts.release_receipts 0.1.0        # writes tests/receipts_of_releases/0.1.0

A registry is founded in a directory of its own, a fixed fictional history is stated, and questions are asked
over the wire by the real services. Beside the receipts lie the verifier's policy and ``verdicts.json``, what
each of them says. The folder of a version that is not released yet may be made again; that of a released one
never: there is nothing that could make it.

Example: ``blocked.pb`` is about a firm with a ban from procurement, signed in a batch, stamped by an outside
authority and witnessed; ``sm2.pb`` is one of a registry that signs with SM2 alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.serialization import Encoding

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import OwnStatement
from registry.provenance.answer import seal_receipt
from registry.provenance.base64_text import encode_base64
from registry.provenance.batch import sign_batch
from registry.provenance.checkpoint import Checkpoint
from registry.provenance.cosignature import cosigner_of, sign_cosignature
from registry.provenance.file_signer import FileSigner
from registry.provenance.note import add_line, split_note
from registry.v1 import envelope_pb2, receipt_pb2, subject_pb2, verdict_pb2
from registry.v1 import restriction_service_pb2 as service
from registry.v1 import statement_pb2 as pb
from registry.verification import check_receipt
from tests.receipts_of_releases.folder import FOLDER, policy_of
from tests.support import events
from tests.support.events import ban, firm, person
from tests.support.served import serving
from tests.support.spine import Spine, found_spine, furnish
from tests.support.stamps import PlainAuthority
from tests.verification.forger import Forger
from tests.verification.test_keys import FINANCE, UNKNOWN
from tests.verification.world import BIDDER, World, content_of, policy_text

WITNESS = "audit.example/w1"
COSIGNED_S = 1_795_500_000
BAN = "M-PRO-01"


def main(version: str) -> None:
    """Writes the folder of a version."""
    folder = FOLDER / version
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as home:
        _of_registry(folder, Path(home) / "registry")
    _of_sm2(folder)
    verdicts = {path.stem: _verdict(path) for path in sorted(folder.glob("*.pb"))}
    text = json.dumps(verdicts, indent=2, ensure_ascii=False)
    (folder / "verdicts.json").write_text(f"{text}\n", "utf-8")


def _of_registry(folder: Path, home: Path) -> None:
    spine, authority, witness = (
        found_spine(home),
        PlainAuthority(),
        FileSigner.generate(envelope_pb2.SUITE_ED25519),
    )
    furnish(spine, delivered=False)
    _state(spine, authority)
    key = cosigner_of(WITNESS, witness.public_key)
    certificate = encode_base64(authority.root.public_bytes(Encoding.DER))
    policy = policy_text(spine, f"tsa {certificate}", f"witness audit {key.vkey}")
    (folder / "policy").write_text(policy.replace("quorum none", "quorum audit"), "utf-8")
    spine.engine.upkeep.mapper.start()
    with serving(spine) as served:
        for name, receipt in _asked(World(served)):
            (folder / f"{name}.pb").write_bytes(content_of(_witnessed(receipt, witness)))
        spine.engine.upkeep.mapper.close()


def _state(spine: Spine, authority: PlainAuthority) -> None:
    """The history: bans, an entry that is repaired, a change of code, an official's key, stamps around it."""
    _stamp(spine, authority)
    _batch(spine, ban("财政", firm(1), BAN, "2026-03-01", "2028-03-01"), events.penalty("财政", firm(2)))
    entry = events.list_entry("人社", firm(2), "L-04", "2025-03-01", "2027-03-01")
    events.placed(spine.say("人社", "entry", event=entry))
    events.placed(spine.say("人社", repair=events.repair("人社", "entry", "2026-05-01")))
    events.placed(spine.say("财政", event=ban("财政", firm(3), BAN, "2026-03-01", "2028-03-01")))
    link = events.succession(firm(3), firm(33), "2026-06-01")
    events.placed(spine.say("市场监管", subject_link=link))
    clerk = spine.appoint("财政", "F-7", "采购监督科", pb.OFFICIAL_ROLE_SUBMITTER)
    banned = ban("财政", firm(4), BAN, "2026-03-01", "2028-03-01")
    events.placed(spine.say("财政", event=banned, by=clerk))
    events.placed(spine.say("法院", event=ban("法院", person(1), "M-EXI-01", "2026-04-01")))
    spine.deliver()
    _stamp(spine, authority)


def _batch(spine: Spine, *stated: pb.Event) -> None:
    statements = [spine.statement("财政", event=each) for each in stated]
    signed = sign_batch(
        [statement.SerializeToString() for statement in statements],
        origin=spine.engine.state.origin,
        department=spine.code("财政"),
        batch_id="batch-1",
        nonce=bytes(16),
        signer=spine.signers["财政"],
    )
    caller = Caller(CallerRole.DEPARTMENT, spine.code("财政"), spine.engine.state.origin)
    for promise in spine.engine.intake.submit_batch(signed, caller):
        outcome = promise.result(30)
        assert outcome is not None
        events.placed(outcome)


def _stamp(spine: Spine, authority: PlainAuthority) -> None:
    head = spine.engine.state.head
    assert head is not None
    text, now = split_note(head.note)[0], spine.clock()
    stated = pb.TimeAnchor(
        size=head.size, root=Checkpoint.parse(text).root, token=authority.token(text, now), gen_time_ms=now
    )
    spine.engine.writer.put([OwnStatement(pb.Statement(time_anchor=stated))])[0].result(30)


def _asked(world: World) -> Iterator[tuple[str, receipt_pb2.Receipt]]:
    yield "blocked", world.check(firm(1).identifier)
    yield "repaired", world.check(firm(2).identifier)
    yield "successor", world.check(firm(33).identifier)
    yield "by-an-official", world.check(firm(4).identifier)
    yield "absent", world.check(firm(98).identifier)
    yield "person", world.check(person(1).identifier, subject_pb2.DOMAIN_EXIT_ENTRY)
    yield "signed", world.check(firm(1).identifier, evidence=receipt_pb2.EVIDENCE_LEVEL_SIGNED)
    codes = [firm(number).identifier.value for number in (1, 2, 98)]
    yield "batch", world.batch(*codes)[0]
    yield "one-of-a-batch", world.batch(*codes, each=True)[1]
    parties = [service.Party(subject=firm(number).identifier, role=BIDDER, bid="甲") for number in (1, 4)]
    yield "tender", world.screen(*parties)[0]
    yield "record", world.record(firm(1).identifier)


def _witnessed(receipt: receipt_pb2.Receipt, witness: FileSigner) -> receipt_pb2.Receipt:
    if receipt.checkpoint:
        text, _ = split_note(receipt.checkpoint)
        line = sign_cosignature(text, COSIGNED_S, name=WITNESS, signer=witness)
        receipt.checkpoint = add_line(receipt.checkpoint, line.rstrip("\n"))
    return seal_receipt(receipt)


def _of_sm2(folder: Path) -> None:
    log = Forger(envelope_pb2.SUITE_SM2_SM3)
    log.say(log.enrol(FINANCE), event=ban("财政", firm(1), BAN, "2026-03-01", "2028-03-01"))
    log.map()
    (folder / "sm2.pb").write_bytes(log.receipt(UNKNOWN))
    (folder / "sm2.policy").write_text(log.policy("suite sm2-sm3").text(), "utf-8")


def _verdict(path: Path) -> str:
    report = check_receipt(path.read_bytes(), policy_of(path))
    assert report.ok, (path, report.faults)
    return verdict_pb2.Verdict.Name(report.verdict).removeprefix("VERDICT_")


if __name__ == "__main__":
    main(sys.argv[1])
