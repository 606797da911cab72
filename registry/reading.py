"""A reading process (查询进程): answers out of what the writer has committed, and passes everything else on.

It opens the store read-only beside the writer, follows it, and answers the methods of ``ANSWERED_HERE``.
What has to be written first, it asks the writer for (``servicer.forwarding``): a question about a natural
person (query log), the first answer that tells a caller of a decision (recipients), a receipt (which may
need the map and witnesses).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc

from registry.access.certificate_door import CertificateDoor
from registry.access.token_files import TokenDoor
from registry.at_once import methods_at_once
from registry.commands.ask import Ask
from registry.commands.following import Follower, FollowingState
from registry.config import Config, Load
from registry.editions import shipped_editions
from registry.engine import StartError, read_secret
from registry.errors import error_of
from registry.indexing.generations import Generations
from registry.observing.process import Observing
from registry.provenance.keys import KeyFileError
from registry.provenance.vault import Vault, VaultError
from registry.receipts.receipts import Receipts
from registry.server import DESCRIPTORS, STREAMS, bind, new_server
from registry.servicer.disclosure import DisclosureServicer
from registry.servicer.forwarding import Forwarded, MustWriteError, PassedOnError, Writing
from registry.servicer.gate import Gate, current_caller
from registry.servicer.restriction import RestrictionServicer
from registry.servicer.streamed import Elsewhere
from registry.shared_position import SharedPosition
from registry.steady_clock import SteadyClock
from registry.store.interface import QueryRow, RecipientRow, Replicated, Store, StoreError
from registry.store.opening import open_for_reading
from registry.store.replica import replica_first
from registry.v1 import disclosure_service_pb2_grpc, receipt_pb2, restriction_service_pb2_grpc

POSITION = "position"
"""The file of ``SharedPosition`` in the writer's directory."""
_ASKED = ("Check", "BatchCheck", "CheckColumns", "StreamCheck", "Screen", "Explain", "Resolve")
_SHOWN = ("FindOrganisations", "GetDisclosure", "ListDisclosedBans", "ListTypicalCases")
ANSWERED_HERE = frozenset(
    {
        *(f"/registry.v1.RestrictionService/{name}" for name in _ASKED),
        *(f"/registry.v1.DisclosureService/{name}" for name in _SHOWN),
    }
)
"""Methods that a reading process answers itself, unless something has to be written first. Counts of all that
is disclosed are kept by the writer: kept by every process they would be made as often."""

_CALLS = {"check": "Check", "batch": "BatchCheck", "columns": "CheckColumns"}
"""How the questions of a stream are asked by themselves."""


class ReceiptsOfWriter(Receipts):
    """Receipts are made by the writer: the map, the witnesses and the newest checkpoint are there."""

    def require(self, wanted: receipt_pb2.ReceiptRequest, *_args: object) -> bool:
        """See Receipts. Raises MustWriteError where one is asked for."""
        if wanted.ByteSize():
            raise MustWriteError
        return False


@dataclass(slots=True)
class Reading:
    """The registry in a process that only reads."""

    store: Store
    state: FollowingState
    ask: Ask
    follower: Follower
    writing: Writing

    def close(self) -> None:
        """Stops following and closes the store."""
        self.follower.close()
        self.writing.close()
        self.store.close()


def writer_address(run: Path) -> str:
    """Where the writer listens, whose directory for the time it runs is ``run``."""
    return f"unix:{run / 'writer.sock'}"


def start_reading(config: Config, run: Path, clock: Callable[[], int] | None = None) -> Reading:
    """Opens an installation's store beside its writer, whose directory is ``run``. Raises StartError."""
    try:
        vault = Vault(read_secret(config.vault_key))
        store, replicated = _opened(config)
    except (StoreError, VaultError, KeyFileError) as error:
        raise StartError(str(error)) from error
    try:
        committed = SharedPosition(run / POSITION)
        base = partial(Generations.of(config).newest, checked=False)
        state = FollowingState(
            store, vault, shipped_editions(), committed=committed.get, replicated=replicated, base=base
        )
    except StoreError as error:
        store.close()
        raise StartError(str(error)) from error
    follower = Follower(state)
    follower.start()
    ask = Ask(state, _written_by_another(store), clock or SteadyClock())
    return Reading(store, state, ask, follower, Writing(writer_address(run)))


def _opened(config: Config) -> tuple[Store, Replicated | None]:
    """The store, and the same once more where it is read from a replica."""
    primary: Store = open_for_reading(config.location)
    if not config.replica:
        return primary, None
    try:
        both = replica_first(primary, open_for_reading(config.replica))
    except StoreError:
        primary.close()
        raise
    return both, both


def _written_by_another(store: Store) -> Callable[[Sequence[QueryRow | RecipientRow]], None]:
    """What stands for writing here: nothing is to be done where the writer has written the same before."""

    def check(rows: Sequence[QueryRow | RecipientRow]) -> None:
        for row in rows:
            told = isinstance(row, RecipientRow) and store.recipients([row.position])
            if not told or (row.caller, row.domain) not in told:
                raise MustWriteError

    return check


def _asked_of_writer(writing: Writing) -> Elsewhere:
    """Puts one question of a stream to the writer, as the call that it would be by itself: a stream is one of
    few there, and the caller's other streams have questions too."""

    def ask(kind: str, question: bytes, context: grpc.ServicerContext) -> bytes:
        path = f"/registry.v1.RestrictionService/{_CALLS[kind]}"
        try:
            return writing.unary(path, question, current_caller.get(), context.time_remaining())
        except PassedOnError as refused:
            raise error_of(refused.told) from None

    return ask


def reading_gate(
    reading: Reading,
    *,
    at_once: bool = False,
    tokens: TokenDoor | None = None,
    certificates: CertificateDoor | None = None,
) -> Gate:
    """The gate of a reading process. ``at_once``: as ``[server] at_once``."""
    methods = methods_at_once(wanted=at_once)
    return Gate(reading.state.origin, STREAMS, reading.writing, ANSWERED_HERE, methods, tokens, certificates)


def build_reading_server(
    reading: Reading,
    credentials: grpc.ServerCredentials,
    address: str,
    gate: Gate | None = None,
    load: Load | None = None,
    observing: Observing | None = None,
) -> tuple[grpc.Server, int]:
    """A gRPC server over a reading process, on an address that it shares with others; and its port. Raises
    StartError."""
    server = new_server(gate or reading_gate(reading), shared=True, load=load, observing=observing)
    server.add_generic_rpc_handlers((Forwarded(DESCRIPTORS),))
    receipts, elsewhere = ReceiptsOfWriter(reading.ask), _asked_of_writer(reading.writing)
    restrictions = RestrictionServicer(reading.ask, receipts, elsewhere)
    restriction_service_pb2_grpc.add_RestrictionServiceServicer_to_server(restrictions, server)
    disclosure = DisclosureServicer(reading.ask)
    disclosure_service_pb2_grpc.add_DisclosureServiceServicer_to_server(disclosure, server)
    return server, bind(server, credentials, address)
