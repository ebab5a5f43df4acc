"""Two people changed the same thing: what they did differently, in words for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.api.problem_details import keep_refusal
from app.errors import PreconditionFailed
from app.web.forms import BoundForm, Form, Sent
from app.web.i18n import N_
from app.web.view import View


@dataclass(frozen=True, slots=True)
class Difference:
    """One field two people have changed: what it is called, what is stored, what was typed."""

    label: str
    theirs: str
    mine: str


def find_differences(view: View, mine: BoundForm, theirs: BoundForm) -> list[Difference]:
    """Return the fields two people have filled in differently, in words for people."""
    found = []
    for one, other in zip(mine.all, theirs.all, strict=True):
        if list(one.values) != list(other.values) and (one.value or other.value):
            found.append(
                Difference(
                    view.gettext(one.asked.label),
                    _said(view, other.asked.options, other.values),
                    _said(view, one.asked.options, one.values),
                )
            )
    return found


def _said(view: View, options: Any, values: Any) -> str:
    names = {"yes": N_("ja"), "no": N_("nein")} | dict(options)
    return ", ".join(view.gettext(names.get(value, value)) if value else "–" for value in values) or "–"


Show = Callable[[BoundForm, int, list[Difference]], Response]
"""Show a form with a status and what was stored meanwhile."""


def show_both(
    view: View, form: Form, sent: Sent, error: PreconditionFailed, stored: Mapping[str, Any], show: Show
) -> Response:
    """Show what somebody has typed beside what is stored now: to be sent again, or not."""
    keep_refusal(view.request, error)
    mine = form.again(view, sent, error)
    return show(mine, error.status, find_differences(view, mine, form.blank(stored)))
