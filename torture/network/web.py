"""The line between the gateway and the registry breaks and heals, under statements and questions as JSON.

The gateway repeats for its callers what the client's library repeats (``registry_client.channel``); whoever
is told 5xx sends the same again, and must have the first answer.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx

from registry.access.identity import CallerRole
from registry.v1 import verdict_pb2
from registry.v1.envelope_pb2 import Envelope
from tests.support.events import firm
from tests.support.faces import facing
from tests.support.gateway import Gateway, gateway, question
from tests.support.spine import Spine
from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.clerk import KEY, Answer, Clerk, Crowd, NotAnsweredError, Outcome
from torture.network.ground import filed
from torture.network.line import Line
from torture.network.mishaps import MISHAPS
from torture.network.waiting import await_more

WAIT_S = 5
RESERVE_S = 3.0
"""So much later than it was asked to (``Prefer: wait``) the gateway may answer on a busy machine."""


@contextmanager
def clerk_at(faced: Gateway, account: Account, name: str, first: int) -> Iterator[Clerk]:
    """A clerk that calls over HTTP with tokens."""
    served = faced.faced.served
    with faced.caller(served.department(KEY)) as states, faced.caller(CallerRole.PROCUREMENT_SYSTEM) as asks:

        def submit(envelopes: Sequence[Envelope]) -> list[Outcome]:
            said = _posted(account, states, "/v1/intake:submit", {"envelopes": [_json(e) for e in envelopes]})
            return [_outcome(each) for each in said["results"]]

        def ask(number: int) -> Answer:
            asked = question(firm(number).identifier.value)
            said = _posted(account, asks, "/v1/restrictions:check", asked)
            known = int(said["answered"]["known_position"])
            return Answer(verdict_pb2.Verdict.Value(said["verdict"]), known)

        yield Clerk(served.spine, account, submit, ask, name, first)


def _posted(account: Account, client: httpx.Client, path: str, body: object) -> dict[str, Any]:
    began = time.monotonic()
    try:
        answer = client.post(path, json=body, headers={"prefer": f"wait={WAIT_S}"})
    except httpx.HTTPError as error:
        raise NotAnsweredError(type(error).__name__) from error
    finally:
        if (took := time.monotonic() - began) > WAIT_S + RESERVE_S:
            account.hung(f"the gateway answered after {took:.1f} s, asked for {WAIT_S}")
    if answer.status_code != httpx.codes.OK:
        raise NotAnsweredError(f"{answer.status_code} {answer.json().get('reason')}")
    said: dict[str, Any] = answer.json()
    return said


def _json(envelope: Envelope) -> dict[str, Any]:
    signatures = [
        {"keyid": each.keyid, "sig": base64.b64encode(each.sig).decode()} for each in envelope.signatures
    ]
    return {
        "payload_type": envelope.payload_type,
        "payload": base64.b64encode(envelope.payload).decode(),
        "signatures": signatures,
    }


def _outcome(result: dict[str, Any]) -> Outcome:
    accepted = result.get("accepted")
    statement_id = str(result["statement_id"])
    if isinstance(accepted, dict):
        return Outcome(statement_id, int(accepted["position"]))
    return Outcome(statement_id, None, str(result))


def _round(seed: int, directory: Path) -> Losses:
    chance, account = Random(seed), Account()
    mishap = list(MISHAPS.values())[seed % len(MISHAPS)]
    with filed(directory) as spine:
        account.held = spine.engine.state.head.note if spine.engine.state.head else ""
        with _faced(spine) as (gate, line), ExitStack() as stack:
            clerks = [
                stack.enter_context(clerk_at(gate, account, name, first))
                for name, first in (("B", 1), ("C", 5001))
            ]
            with Crowd(clerks):
                await_more(account, 4)
                mishap(line, chance)
                line.heal()
                await_more(account, 6)
            clerks[0].ask_all()
        return judged(account, spine.config, spine.config.location)


@contextmanager
def _faced(spine: Spine) -> Iterator[tuple[Gateway, Line]]:
    with facing(spine) as faced:
        host, _, port = faced.served.target.rpartition(":")
        with Line((host, int(port))) as line, gateway(faced, target=f"127.0.0.1:{line.port}") as url:
            yield Gateway(url, faced), line


FAULTS = (Fault("gateway and registry", 28, 0, _round),)
