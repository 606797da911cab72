"""The pages of an act: what will be signed; its confirmation; what became of it.

    GET  /acts                     one's own acts
    GET  /acts/<id>                the statement in full, digest, signer, dual control; or the outcome
    POST /acts/<id>                confirmed: signed and submitted, once
    POST /acts/<id>/withdraw       half signed: taken back by whoever signed first
    POST /acts/<id>/submit         signed before, and the registry was not reached: the same bytes again
    GET  /acts/<id>/proof          that it is in the log: C2SP tlog-proof
    GET  /acts/<id>/faults.csv     of an upload: the rows that were refused

The confirmation carries the digest of what was on the page; what is kept must still have it. The second
factor answers that digest too, and the signing component computes it anew from what it is given to sign.

An act that takes two is read and confirmed twice: by whoever proposed it, and from then on by the one
official who was named second, from a session of his own (``act_seconds``). Nobody else finds it.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry.domain.files import file_of
from registry.provenance.tlog_proof import TlogProof
from registry.v1.statement_pb2 import Statement
from registry_client import AnswerError
from registry_web.cells import plain_cell
from registry_web.console.act_cosigning import SecondSignature
from registry_web.console.act_seconds import COSIGNING, HALF, WITHDRAWN
from registry_web.console.act_store import DONE, OPEN_S, SIGNED, Act, ActStore
from registry_web.console.act_work import ActWork, china_time, field_of
from registry_web.console.desk import Desk, PageError
from registry_web.console.official import Official
from registry_web.console.readable import Line, kind_word, lines_of
from registry_web.console.second_factor import RelyingParty
from registry_web.console.signing import SigningError
from registry_web.signer.permission import ToSign, challenge_over

_SHOWN_ROWS = 20
_SHOWN_FAULTS = 200
_PLACED = ("steps", "effects", "warnings")


class ActPages:
    """The pages of a console's acts."""

    def __init__(self, desk: Desk, store: ActStore, work: ActWork, party: RelyingParty) -> None:
        self._desk = desk
        self._store = store
        self._work = work
        self._party = party
        self._second = SecondSignature(desk, store, work)

    def routes(self) -> list[Route]:
        """Where they are."""
        route = self._desk.route
        return [
            route("/acts", self.list_own),
            route("/acts/{act}", self.show),
            route("/acts/{act}", self.confirm, methods=("POST",)),
            route("/acts/{act}/withdraw", self.withdraw, methods=("POST",)),
            route("/acts/{act}/submit", self.submit_again, methods=("POST",)),
            route("/acts/{act}/proof", self.proof),
            route("/acts/{act}/faults.csv", self.faults),
        ]

    # --- reading

    def list_own(self, request: Request) -> Response:
        """One's own acts, and what waits for one's second signature."""
        official, now = self._desk.official(request), self._desk.now()
        account = self._desk.session(request).account.number
        found = self._store.of_account(account, official.department, official.official_id)
        return self._desk.render(
            request,
            "console/acts.html",
            acts=[(act, _state(act, now), china_time(act.created)) for act in found],
            awaiting=[
                (act, act.second, _number(act), china_time(act.second.expires))
                for act in self._store.awaiting(official.department, official.official_id)
                if act.second is not None
            ],
        )

    def show(self, request: Request) -> Response:
        """An act."""
        act = self._act(request)
        if act.state == DONE:
            return self._show_outcome(request, act)
        return self._show_proposed(request, act)

    def _show_proposed(self, request: Request, act: Act, fault: str = "", status: int = 200) -> Response:
        messages = self._work.messages(act)
        key, trouble = self._work.key(request, act)
        challenge = challenge_over(messages)
        asks = bool(key and key.factors)
        options = self._party.question(key.factors, challenge) if key and asks else ""
        lines, rows = self._said(act)
        official = self._desk.official(request)
        awaited = self._work.awaits(official, act)
        if awaited and not trouble and not self._work.first_holds(act, messages[0]):
            trouble = "第一名人员的签名与所示内容不符, 不能共同签名。请其收回后重新提出。"
        return self._desk.render(
            request,
            "console/act.html",
            whole=True,
            status=status,
            act=act,
            fault=fault or trouble,
            kind=_kind(act),
            lines=lines,
            rows=rows,
            digest=challenge.hex(),
            key=key,
            options=options,
            holder=self._work.holder(act) if key else None,
            steps=_steps(act),
            clashes=_clashes(act, official),
            second=act.second,
            first_signed=china_time(act.second.signed) if act.second and act.second.signed else "",
            awaited=awaited,
            may_withdraw=act.state == HALF and not self._second.is_reader(request, act),
            effects=_texts(act.shown.get("effects")),
            warnings=_texts(act.shown.get("warnings")),
            more=[(name, _texts(value)) for name, value in act.shown.items() if name not in _PLACED],
            state=_state(act, self._desk.now()),
            until=china_time(act.second.expires if act.second and awaited else act.created + OPEN_S),
            may_confirm=(self._work.is_open(act) or awaited) and not trouble,
        )

    def _show_outcome(self, request: Request, act: Act) -> Response:
        lines, rows = self._said(act)
        refused = [
            (number + 1, [fault["message"] for fault in said["faults"]])
            for number, said in (self._store.outcomes(act) if act.batch else ())
            if said and not said["accepted"]
        ]
        return self._desk.render(
            request,
            "console/act_done.html",
            whole=True,
            act=act,
            kind=_kind(act),
            lines=lines,
            rows=rows,
            outcome=act.outcome,
            received=_china_text(act.outcome.get("received", "")),
            refused=refused[:_SHOWN_FAULTS],
            refused_count=len(refused),
        )

    def proof(self, request: Request) -> Response:
        """That the statement is in the log, for any tool that knows C2SP tlog-proof."""
        act = self._act(request)
        position = act.outcome.get("position")
        if position is None:
            raise PageError(404, "没有可以下载的回执。")
        try:
            proven = self._desk.registry(request).log.inclusion(position)
        except AnswerError:
            raise PageError(502, "登记系统的证明不成立, 请立即联系运维人员。") from None
        text = TlogProof(position, proven.proof, proven.checkpoint.note).text()
        headers = {"content-disposition": f'attachment; filename="statement-{position}.tlog-proof"'}
        return Response(text, media_type="text/plain; charset=utf-8", headers=headers)

    def faults(self, request: Request) -> Response:
        """The rows of an upload that were refused."""
        act = self._act(request)
        out = io.StringIO()
        out.write("\ufeff")
        writer = csv.writer(out)
        writer.writerow(("行", "陈述编号", "原因", "位置", "说明"))
        for number, said in self._store.outcomes(act):
            for fault in said.get("faults", ()):
                place = (number + 1, said["statement_id"], fault["reason"], fault["field"])
                writer.writerow([plain_cell(str(each)) for each in (*place, fault["message"])])
        headers = {"content-disposition": 'attachment; filename="faults.csv"'}
        return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    # --- acting

    def confirm(self, request: Request) -> Response:
        """Signs and submits, once; of what takes two the first signature is kept."""
        act = self._act(request)
        if self._second.is_reader(request, act):
            return self._cosign(request, act)
        again = RedirectResponse(f"/acts/{act.act_id}", 303)
        if not self._work.is_open(act):
            return again
        if act.session != self._desk.session(request).digest:
            raise PageError(403, "这一事项是在另一次登录中提出的, 请返回重新提出。")
        self._require_shown(request, act)
        if not self._store.claim(act):
            return again
        try:
            envelopes = self._work.signed(request, act, self._work.messages(act, whole=True))
        except SigningError as error:
            self._store.release(act)
            self._desk.note(request, "signature refused", f"{error.reason} {act.act_id}")
            return self._show_proposed(request, self._act(request), error.message, 422)
        except BaseException:
            self._store.release(act)
            raise
        if act.second is not None:
            self._store.seconds.half(act.act_id, envelopes[0].signatures[0].sig)
            self._desk.note(request, "act half signed", f"{act.digest[:16]} {act.act_id}")
            return again
        self._store.signed(act, envelopes)
        self._desk.note(request, "act signed", f"{act.digest[:16]} {act.act_id}")
        self._work.submit(request, act)
        return again

    def _cosign(self, request: Request, act: Act) -> Response:
        """The second signature; then both are submitted, once."""
        if self._work.awaits(self._desk.official(request), act):
            (message,) = self._require_shown(request, act)
            try:
                self._second.sign(request, act, message)
            except SigningError as error:
                return self._show_proposed(request, self._act(request), error.message, 422)
        return RedirectResponse(f"/acts/{act.act_id}", 303)

    def withdraw(self, request: Request) -> Response:
        """Takes back what is half signed."""
        act = self._act(request)
        self._second.withdraw(request, act)
        return RedirectResponse(f"/acts/{act.act_id}", 303)

    def _require_shown(self, request: Request, act: Act) -> list[ToSign]:
        """What is signed, if it is what was on the page. Raises PageError."""
        messages = self._work.messages(act)
        digest = challenge_over(messages).hex()
        if {field_of(self._desk, request, "digest"), act.digest} != {digest}:
            self._desk.note(request, "act refused", f"content changed {act.act_id}")
            raise PageError(409, "所签内容与页面上显示的不一致, 没有签名。请返回重新提出。")
        return messages

    def submit_again(self, request: Request) -> Response:
        """Submits what was signed before."""
        act = self._act(request)
        if act.state == SIGNED:
            self._work.submit(request, act)
        return RedirectResponse(f"/acts/{act.act_id}", 303)

    # --- what they share

    def _act(self, request: Request) -> Act:
        """The act of a request, if it is one's own, or half signed and to be signed by oneself. Raises
        PageError."""
        found = self._store.find(request.path_params["act"])
        own = found is not None and found.account == self._desk.session(request).account.number
        if found is None or not (own or self._second.is_reader(request, found)):
            raise PageError(404, "没有这一事项。")
        return found

    def _said(self, act: Act) -> tuple[tuple[Line, ...], list[tuple[str, tuple[Line, ...]]]]:
        """What is signed, in words: of one statement, or of the first rows of an upload."""
        if not act.batch:
            return (_read(act.payload)[1] if act.payload else ()), []
        return (), [_read(each) for each in self._store.payloads(act, 0, _SHOWN_ROWS)]


def _read(payload: bytes) -> tuple[str, tuple[Line, ...]]:
    try:
        statement = Statement.FromString(payload)
    except DecodeError:
        raise PageError(409, "保存的内容不能读取, 没有签名。请返回重新提出。") from None
    return kind_word(statement), lines_of(statement)


def _number(act: Act) -> str:
    """The number of the file of supervision that an act is about; empty for one that is about none."""
    return file_of(Statement.FromString(act.payload)).number if act.payload else ""


def _kind(act: Act) -> str:
    if act.batch:
        return "批量报送"
    return _read(act.payload)[0] if act.payload else ""


def _state(act: Act, now: float) -> str:
    """Where an act stands, in a word."""
    if act.has_run_out(now):
        return "已过期"
    if act.state == DONE:
        return "已收下" if act.outcome.get("accepted") else "未全部收下" if act.batch else "被退回"
    return _STATES[act.state]


_STATES = {
    "proposed": "待确认", "signing": "正在签名", "signed": "已签名，待提交", HALF: "待另一人共同签名",
    COSIGNING: "正在共同签名", WITHDRAWN: "已收回",
}  # fmt: skip


def _steps(act: Act) -> list[tuple[str, str, str]]:
    return [(str(each[0]), str(each[1]), str(each[2])) for each in act.shown.get("steps", ())]


def _clashes(act: Act, official: Official) -> list[str]:
    """Earlier steps of the case that the signer himself has taken, under his own id or name."""
    same = (official.official_id, "".join(official.name.split()))
    return [step for step, who, name in _steps(act) if who == same[0] or "".join(name.split()) == same[1]]


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, dict):
        return [f"{name}：{text}" for name, text in value.items()]
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else [str(value)]


def _china_text(instant: str) -> str:
    return china_time(datetime.fromisoformat(instant).timestamp()) if instant else ""
