"""A form of supervision as a page: what it holds, what is wrong with it, and where a matter or rule is shown.

Example: ``answers_of(frame, request, fields)`` is what was posted, with its faults, or what is known
beforehand.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from registry_web.console.desk import PageError
from registry_web.console.pages.forms import Answers, Field
from registry_web.console.pages.framing import Departments, Frame
from registry_web.console.pages.supervision import takes_acts


def address_of(kind: str, departments: Departments, department: str, number: str) -> str:
    """Where a matter or rule is shown."""
    return f"/supervision/{kind}/at/{departments.number(department)}/{quote(number, safe='')}"


def require_handler(frame: Frame, request: Request) -> None:
    """Raises PageError for whoever signs no act of supervision: nobody fills in a form for nothing."""
    if not takes_acts(frame.official(request)):
        raise PageError(403, "这一事项由经办人员办理。")


def answers_of(frame: Frame, request: Request, fields: list[Field]) -> Answers:
    """What a form holds: what was posted, or what is known beforehand."""
    if request.method == "POST":
        return Answers.read(fields, frame.form(request))
    return Answers.initial(fields)


def form_page(
    frame: Frame,
    request: Request,
    *,
    title: str,
    effect: str,
    back: str,
    fields: tuple[list[Field], Answers],
) -> Response:
    """A form, with its faults where there are some."""
    asked_for, answers = fields
    return frame.render(
        request,
        "matter_act.html",
        status=400 if answers.faults else 200,
        title=title,
        effect=effect,
        fields=asked_for,
        answers=answers,
        back=back,
    )
