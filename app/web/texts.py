"""What pages of challenges and profiles share: changing one, and taking it to another state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.api.problem_details import keep_refusal
from app.auth.actor import Actor
from app.context import Context
from app.errors import Forbidden, PreconditionFailed
from app.publishing import policies
from app.web.conflicts import find_differences
from app.web.forms import SHOWN_IN_FORMS, BoundForm, Form, Sent
from app.web.organisations import version_tag
from app.web.view import View

ToContent = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Editor:
    """The page that changes a text. `load` reads it, `store` takes changes and the version they start from."""

    template: str
    form: Form
    load: Callable[[], dict[str, Any]]
    store: Callable[[dict[str, Any], str], dict[str, Any]]
    to_values: Callable[[Mapping[str, Any]], dict[str, Any]]
    to_content: Callable[[dict[str, Any], Mapping[str, Any]], dict[str, Any]]

    def show(self, view: View, actor: Actor, **values: Any) -> Response:
        """Return the form with what is stored."""
        text = self.load()
        require_writer(actor, text)
        return self._render(view, 200, self.form.blank(self.to_values(text)), text, text["version"], (), values)

    def submit(self, view: View, actor: Actor, sent: Sent, done: str, **values: Any) -> Response:
        """Store the changes. When somebody else was faster, both versions are shown side by side."""
        text = self.load()
        require_writer(actor, text)
        try:
            changes = self.to_content(self.form.read(sent), text)
            self.store(changes, version_tag(sent))
        except PreconditionFailed as error:
            keep_refusal(view.request, error)
            theirs = self.load()
            form = self.form.again(view, sent, error)
            differences = find_differences(view, form, self.form.blank(self.to_values(theirs)))
            return self._render(view, error.status, form, theirs, theirs["version"], differences, values)
        except SHOWN_IN_FORMS as error:
            keep_refusal(view.request, error)
            return self._render(
                view, error.status, self.form.again(view, sent, error), text, sent.one("version"), (), values
            )
        return view.redirect(done, "saved")

    def _render(
        self, view: View, status: int, form: BoundForm, text: Any, version: Any, differences: Any, values: Any
    ) -> Response:
        return view.render(
            self.template, status, form=form, text=text, version=version, differences=differences, **values
        )


def require_writer(actor: Actor, text: Mapping[str, Any]) -> None:
    """Raise `Forbidden` for somebody who may read a text but not change it."""
    if not policies.may_write(actor, text["organisation"]["id"]):
        raise Forbidden


UseCase = Callable[[Context, Actor, int, str | None], dict[str, Any]]
