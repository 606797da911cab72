"""The second signature of an act that takes two: who gives it, how it is given, how the first takes his back.

Whoever was named second finds the act from the first signature on; nobody else does. Each step is kept before
the next (``act_seconds``): a refusal of the signing component leaves the act half signed.

    second.sign(request, act, message)      # SigningError: nothing was signed, it may be tried again
"""

from __future__ import annotations

from starlette.requests import Request

from registry_web.console.act_store import Act, ActStore
from registry_web.console.act_work import ActWork
from registry_web.console.desk import Desk, PageError
from registry_web.console.signing import SigningError
from registry_web.signer.permission import ToSign


class SecondSignature:
    """Gives second signatures, for the pages of acts."""

    def __init__(self, desk: Desk, store: ActStore, work: ActWork) -> None:
        self._desk = desk
        self._store = store
        self._work = work

    def is_reader(self, request: Request, act: Act) -> bool:
        """Whether whoever reads was named second in an act that the first has signed."""
        official, second = self._desk.official(request), act.second
        if second is None or second.signed is None:
            return False
        return second.is_for(official.department, official.official_id)

    def sign(self, request: Request, act: Act, message: ToSign) -> None:
        """Signs what the first has signed, and submits both signatures, once. Raises SigningError, and
        PageError where the first signature does not hold over it."""
        if not self._work.first_holds(act, message):
            self._desk.note(request, "act refused", f"first signature does not hold {act.act_id}")
            raise PageError(409, "第一名人员的签名与所示内容不符, 没有签名。")
        seconds = self._store.seconds
        if not seconds.claim(act.act_id):
            return
        try:
            envelope = self._work.cosigned(request, act, message)
        except BaseException as error:
            seconds.release(act.act_id)
            if isinstance(error, SigningError):
                self._desk.note(request, "signature refused", f"{error.reason} {act.act_id}")
            raise
        if seconds.cosigned(act.act_id, envelope.SerializeToString()):
            self._desk.note(request, "act signed", f"{act.digest[:16]} {act.act_id}")
            self._work.submit(request, act)

    def withdraw(self, request: Request, act: Act) -> None:
        """Takes back what is half signed. Raises PageError for the second official, or too late."""
        if act.second is None or self.is_reader(request, act):
            raise PageError(403, "只有第一名签名人可以收回。")
        if not self._store.seconds.withdraw(act.act_id):
            raise PageError(409, "另一名人员正在签名或者已经签名, 不能收回。")
        self._desk.note(request, "act withdrawn", f"{act.digest[:16]} {act.act_id}")
