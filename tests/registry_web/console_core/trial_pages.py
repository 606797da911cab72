"""Pages for tests of the core: whatever a test wants is proposed as an act.

POST /try        kind, body (hex), submit, shown (JSON), occasion, second: proposes one statement
POST /try-many   body repeated: proposes an upload of events
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.v1.statement_pb2 import Event, Statement
from registry_web.console.acting import Acts
from registry_web.console.desk import Desk


def trial_pages(desk: Desk, acts: Acts) -> list[Route]:
    """The pages of a trial."""

    def first(request: Request) -> Response:
        desk.official(request)
        return desk.render(request, "console/first.html")

    def propose(request: Request) -> Response:
        given = desk.form(request)
        body = getattr(Statement(), str(given["kind"]))
        body.ParseFromString(bytes.fromhex(str(given["body"])))
        return acts.propose(
            request,
            body,
            title=str(given.get("title", "试办")),
            back=str(given.get("back", "/")),
            submit=str(given.get("submit", "")),
            shown=json.loads(str(given.get("shown", "{}"))),
            occasion=str(given.get("occasion", "")),
            second=str(given.get("second", "")),
        )

    def propose_many(request: Request) -> Response:
        bodies = [Event.FromString(bytes.fromhex(str(each))) for each in desk.form(request).getlist("body")]
        return acts.propose_batch(request, bodies, title="批量", back="/")

    return [
        desk.route("/", first),
        desk.route("/try", propose, methods=("POST",)),
        desk.route("/try-many", propose_many, methods=("POST",)),
    ]
