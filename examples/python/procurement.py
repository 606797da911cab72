"""What a procurement platform (采购平台) does with the registry, in Python with its SDK.

    pip install credit-registry
    python procurement.py 127.0.0.1:8443 clients/tender-platform verify.policy 91130902DEMAY4CLX6 OUT

It asks about one bidder with a receipt, checks that offline before it is filed (the law is applied again,
from the statements in the receipt), and screens a tender. Exit status: 0 no restriction found, 1 anything
else, so that a script never takes an error for a CLEAR.
"""

from __future__ import annotations

import sys
from pathlib import Path

from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, SUBJECT_ROLE_BIDDER
from registry_client import (
    Credentials,
    Question,
    Registry,
    RegistryCallError,
    Tender,
    TenderParty,
    Verdict,
    uscc,
)
from registry_client.verification import read_policy, verify

NUMBER, REASON = "沧采(示例)2026-001", "资格审查"


def main(target: str, credentials: str, policy: str, code: str, out: str) -> int:
    """Asks, checks, files, screens; the exit status."""
    question = Question(domain=DOMAIN_PROCUREMENT, role=SUBJECT_ROLE_BIDDER, reference=NUMBER, reason=REASON)
    with Registry(target, Credentials.load(credentials)) as registry:
        result = registry.check(uscc(code), question, receipt=EVIDENCE_LEVEL_PROOF)
        print(code, result.verdict.name)
        for hit in result.hits:
            print(f"  {hit.measure_code} {hit.measure_name} {'; '.join(hit.legal_basis)}")
        assert result.receipt is not None  # It was asked for; the SDK has held it against the question.
        content = result.receipt.message.SerializeToString(deterministic=True)
        report = verify(content, read_policy(policy))
        if not report.ok:
            print(*(f"{line.name}: {line.detail}" for line in report.faults), sep="\n", file=sys.stderr)
            return 1
        Path(out).write_bytes(content)
        print(f"receipt holds: {len(report.lines)} lines checked")
        tender = Tender(
            domain=DOMAIN_PROCUREMENT,
            number=NUMBER,
            title="办公设备采购(示例)",
            reason=REASON,
            parties=(TenderParty(uscc(code), SUBJECT_ROLE_BIDDER, bid="投标1"),),
        )
        for bid in registry.screening.screen(tender).bids:
            print(bid.bid, bid.verdict.name)
    return 0 if result.verdict is Verdict.CLEAR else 1


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except RegistryCallError as error:
        sys.exit(str(error))
