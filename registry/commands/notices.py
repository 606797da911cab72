"""Notices as their addressees have them: waiting for them, listing them, acknowledging them (告知、签收).

* A notice is delivered at least once: a stream begins with everything that is not acknowledged, in the
  order in which it was made, and goes on with each new one. It holds no lock and no transaction: pages are
  read from the store, and a page is delivered before the next is read, so a slow listener delays himself
  alone.
* To acknowledge is safe to repeat. What is another's is not touched, and its ids are answered as unknown,
  as are those that were never made: nobody learns which.
* A caller reads its own; the registrar and the auditor read all.
* An identifier is put in when a notice is read, masked for a natural person; it does not rest with it.

Example: a platform that was cut off after the second of three notices listens again and has all three, with
the same ids, unless it acknowledged the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Job
from registry.commands.outbox import Outbox, own_name
from registry.commands.paging import page_size as rows_of
from registry.commands.state import RegistryState
from registry.errors import RegistryError
from registry.provenance.vault import LEGACY_PREFIX
from registry.store.interface import AcknowledgedRow, NoticeRow, StoreError, SubscriptionRow
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import notice_service_pb2 as pb
from registry.v1.subject_pb2 import Identifier
from registry.watches import TooManyWatchesError, Watch

PAGE = 100
LOOK_S = 30.0
"""How long a listener sleeps at most before it looks again."""
MAX_ACKNOWLEDGED = 1000
STREAMS_EACH = 2
"""Streams of one addressee: one, and the one that it was cut off from."""
_EVERYTHING = frozenset({CallerRole.REGISTRAR, CallerRole.AUDITOR})


class Notices:
    """The notices of every addressee; ``write`` returns when its rows are durable."""

    def __init__(
        self, outbox: Outbox, write: Callable[[Sequence[Job]], None], clock: Callable[[], int]
    ) -> None:
        self._outbox = outbox
        self._store = outbox.state.store
        self._write = write
        self._clock = clock
        self._lock = Lock()
        self._listening: Counter[str] = Counter()

    @property
    def state(self) -> RegistryState:
        """The registry whose notices they are."""
        return self._outbox.state

    @contextmanager
    def listening(self, caller: Caller) -> Iterator[Watch]:
        """A watch over a caller's notices, until the block ends. Raises RegistryError if too many listen."""
        addressee = own_name(caller)
        with self._lock:
            if self._listening[addressee] >= STREAMS_EACH:
                raise _too_many()
            self._listening[addressee] += 1
        try:
            with self._outbox.watches.open() as watch:
                watch.look_for([addressee])
                yield watch
        except TooManyWatchesError as error:
            raise _too_many() from error
        finally:
            with self._lock:
                self._listening -= Counter([addressee])  # So who listens no more is not kept, either.

    def watch(self, caller: Caller, watch: Watch) -> Iterator[NoticeRow]:
        """What a caller has not acknowledged, then each new notice, until the watch is ended."""
        addressee, number = own_name(caller), 0
        while not watch.ended:
            page = self._store.notices_after(number, PAGE, addressee=addressee, unacknowledged=True)
            for row in page:
                number = row.number
                yield row
            if len(page) < PAGE:
                watch.wait(LOOK_S)

    def page(self, caller: Caller, request: pb.ListNoticesRequest) -> tuple[list[NoticeRow], str]:
        """Notices in the order in which they were made, and the next page's token. Raises RegistryError."""
        addressee, size = self._listed(caller, request.addressee), rows_of(request.page_size)
        after = self._number(request.page_token, addressee)
        rows = self._store.notices_after(
            after, size + 1, addressee=addressee, unacknowledged=request.unacknowledged_only
        )
        shown = rows[:size]
        return shown, shown[-1].notice_id if len(rows) > size else ""

    def acknowledge(self, caller: Caller, notice_ids: Sequence[str]) -> list[str]:
        """Notes that a caller has notices; answers those that are not its own."""
        addressee, known = own_name(caller), self._store.notices(set(notice_ids))
        own = {key for key, row in known.items() if row.addressee == addressee}
        waiting = tuple(sorted(key for key in own if known[key].acknowledged_ms is None))
        if waiting:
            self._write([AcknowledgedRow(addressee, waiting, self._clock())])
        return [key for key in dict.fromkeys(notice_ids) if key not in own]

    def subscribe(self, caller: Caller, *, subscribed: bool) -> None:
        """Whether a caller is told of every change in its domains."""
        self._write([SubscriptionRow(caller.uri, self._clock(), subscribed)])

    def message(self, row: NoticeRow) -> pb.Notice:
        """A notice as it is delivered."""
        notice = pb.Notice.FromString(row.told)
        notice.notice_id = row.notice_id
        notice.addressee_kind = pb.AddresseeKind.ValueType(row.addressee_kind)
        notice.addressee = row.addressee
        notice.position = row.position
        notice.made_time.FromMilliseconds(row.made_ms)
        if row.acknowledged_ms is not None:
            notice.acknowledged_time.FromMilliseconds(row.acknowledged_ms)
        if row.subject:
            notice.subject.CopyFrom(self._identifier(row.subject))
        return notice

    def _identifier(self, ref: str) -> Identifier:
        """Whom a notice is about, as it may be shown; nobody where the person is not kept any more."""
        try:
            return Identifier() if ref.startswith(LEGACY_PREFIX) else self._outbox.state.identifier_of(ref)
        except StoreError:
            return Identifier()

    def _listed(self, caller: Caller, addressee: str) -> str:
        """Whose notices are listed; empty for everybody's."""
        if caller.role in _EVERYTHING or addressee in ("", own_name(caller)):
            return addressee if caller.role in _EVERYTHING else own_name(caller)
        message = "只能查看发给本单位的告知。"
        raise RegistryError.of(reasons.ERROR_REASON_NOT_FOUND, message, "addressee")

    def _number(self, token: str, addressee: str) -> int:
        """The number that a page comes after; a token is the id of the last notice that was shown."""
        if not token:
            return 0
        row = self._store.notices([token]).get(token)
        if row is None or addressee not in ("", row.addressee):
            message = "翻页标记无效; 请从第一页重新开始。"
            raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "page_token")
        return row.number


def _too_many() -> RegistryError:
    message = "同时接收告知的连接已达上限, 请稍后重试, 或者改用 ListNotices。"
    return RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message)
