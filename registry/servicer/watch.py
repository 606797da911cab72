"""WatchService: changes of restrictions as they come, or as somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import grpc

from registry.commands.ask import Ask
from registry.commands.change_filter import Filter, filter_of
from registry.commands.changes import MAX_POLLS, MAX_STREAMS, Change, Changes, Page
from registry.commands.resuming import position_of, token_of
from registry.domain.faults import Fault
from registry.errors import RegistryError
from registry.servicer.change_messages import change_messages, checkpoint_message, whole_change
from registry.servicer.gate import current_caller
from registry.servicer.patience import Patience, Sending
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import watch_service_pb2 as pb
from registry.v1 import watch_service_pb2_grpc
from registry.watches import Watch

CHECKPOINT_S = 3.0
"""How often a watcher is told how far it is, whatever happens."""
CHECKPOINT_EVERY = 20_000
"""After how many statements without an event it is told so in between."""
MAX_POLL_S = 25
"""Below the half minute after which what lies between client and registry likes to cut a silent call off."""
RESERVE_S = 0.5
"""What is left of a call's deadline for its answer to arrive."""
DEFAULT_CHANGES, MAX_CHANGES = 100, 1000
MAX_PAGES = 100
"""Pages without an event that one poll goes through."""


class WatchServicer(watch_service_pb2_grpc.WatchServiceServicer):
    """See watch_service.proto."""

    def __init__(self, ask: Ask, patience: Patience | None = None) -> None:
        self._changes = Changes(ask)
        self._patience = patience or Patience()

    def WatchRestrictions(
        self, request: pb.WatchRestrictionsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.WatchRestrictionsResponse]:
        """See watch_service.proto."""
        wanted = self._wanted(request.filter)
        first = self._first(request.start, wanted)
        with (
            self._changes.waiting(wanted.caller, "stream", MAX_STREAMS) as watch,
            self._patience.with_reader(context.cancel) as sending,
        ):
            if context.add_callback(watch.end):
                yield from self._watched(wanted, first, watch, sending)

    def PollRestrictions(
        self, request: pb.PollRestrictionsRequest, context: grpc.ServicerContext
    ) -> pb.PollRestrictionsResponse:
        """See watch_service.proto."""
        wanted = self._wanted(request.filter)
        first, size = self._first(request.start, wanted), _size(request.max_changes)
        until = monotonic() + _wait_s(request.wait_seconds, context.time_remaining())
        page = self._next(wanted, first)
        if not page.changes and monotonic() < until:
            with self._changes.waiting(wanted.caller, "poll", MAX_POLLS) as watch:
                if context.add_callback(watch.end):
                    page = self._waited_for(wanted, page.reached + 1, watch, until)
        return self._polled(wanted, page, size)

    # --- by stream

    def _watched(
        self, wanted: Filter, first: int, watch: Watch, sending: Sending
    ) -> Iterator[pb.WatchRestrictionsResponse]:
        caught_up, told_at, told = False, monotonic(), first
        while not watch.ended:
            head = self._changes.position
            page = self._changes.page(wanted, first) if first <= head else Page((), first - 1)
            for change in page.changes:
                for position, response in self._responses(wanted, change):
                    yield from self._sent(position, response, sending, current=caught_up)
            first = page.reached + 1
            arrived = not caught_up and page.reached >= head
            caught_up = caught_up or arrived
            if arrived or first - told >= CHECKPOINT_EVERY or monotonic() - told_at >= CHECKPOINT_S:
                told_at, told = monotonic(), first
                yield from self._sent(first, self._checkpoint(wanted, first), sending, current=caught_up)
            elif page.reached >= head:
                watch.wait(max(0.0, CHECKPOINT_S - (monotonic() - told_at)))

    def _sent(
        self, position: int, response: pb.WatchRestrictionsResponse, sending: Sending, *, current: bool
    ) -> Iterator[pb.WatchRestrictionsResponse]:
        """Sends a response after which it goes on at a position. Raises RegistryError, with where to go on,
        if that takes the reader too long, or has one that was ``current`` fall behind too far."""
        begun = monotonic()
        with sending.one():
            yield response
        behind = self._changes.position - position if current else 0
        if monotonic() - begun > self._patience.send_s or behind > self._patience.behind:
            raise _too_slow(response.resume_token)

    def _responses(
        self, wanted: Filter, change: Change
    ) -> Iterator[tuple[int, pb.WatchRestrictionsResponse]]:
        """One event; of very many subjects in several responses, of which the last moves the token on."""
        for part in change_messages(change):
            position = change.position if part.continued else change.position + 1
            token = self._token(position, wanted)
            yield position, pb.WatchRestrictionsResponse(resume_token=token, change=part)

    def _checkpoint(self, wanted: Filter, first: int) -> pb.WatchRestrictionsResponse:
        checkpoint = checkpoint_message(self._changes, first - 1)
        return pb.WatchRestrictionsResponse(resume_token=self._token(first, wanted), checkpoint=checkpoint)

    # --- by asking

    def _next(self, wanted: Filter, first: int) -> Page:
        """The first page with an event, or how far there is none."""
        page = Page((), first - 1)
        for _ in range(MAX_PAGES):
            if page.changes or page.reached >= self._changes.position:
                break
            page = self._changes.page(wanted, page.reached + 1)
        return page

    def _waited_for(self, wanted: Filter, first: int, watch: Watch, until: float) -> Page:
        page = self._next(wanted, first)
        while not page.changes and not watch.ended and (left := until - monotonic()) > 0:
            watch.wait(left)
            page = self._next(wanted, page.reached + 1)
        return page

    def _polled(self, wanted: Filter, page: Page, size: int) -> pb.PollRestrictionsResponse:
        told, reached = page.changes[:size], page.reached
        if len(page.changes) > size:
            reached = told[-1].position
        return pb.PollRestrictionsResponse(
            resume_token=self._token(reached + 1, wanted),
            changes=map(whole_change, told),
            checkpoint=checkpoint_message(self._changes, reached),
        )

    # --- what both have in common

    def _wanted(self, asked: pb.RestrictionFilter) -> Filter:
        return filter_of(
            current_caller.get(),
            asked.purpose,
            region=asked.region,
            lists=asked.list_codes,
            persons=asked.include_persons,
        )

    def _first(self, start: pb.WatchStart, wanted: Filter) -> int:
        """The position to begin at. Raises RegistryError."""
        match start.WhichOneof("start"):
            case "resume_token":
                first = position_of(start.resume_token, wanted, self._changes.origin)
            case "from_position":
                first = start.from_position
            case _:
                return self._changes.position + 1
        after = self._changes.known(first - 1) + 1
        if first > after:
            message = f"序号{first - 1}尚未产生(目前到{after - 1})。"
            raise RegistryError.of(reasons.ERROR_REASON_POSITION_AHEAD, message, "start")
        return first

    def _token(self, position: int, wanted: Filter) -> str:
        return token_of(position, wanted, self._changes.origin)


def _size(asked: int) -> int:
    return min(asked or DEFAULT_CHANGES, MAX_CHANGES)


def _wait_s(asked: int, left_s: float | None) -> float:
    wait_s = float(min(asked, MAX_POLL_S))
    return wait_s if left_s is None else max(0.0, min(wait_s, left_s - RESERVE_S))


def _too_slow(token: str) -> RegistryError:
    message = "接收太慢, 已断开; 请用 resume_token 续接, 不会遗漏。"
    fault = Fault(reasons.ERROR_REASON_READER_TOO_SLOW, "", message)
    return RegistryError([fault], {"resume_token": token})
