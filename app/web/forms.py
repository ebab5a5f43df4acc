"""Forms: what they ask, how what was sent becomes the input of a service, and what is shown again with errors."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from app.api.problem_details import keep_refusal
from app.auth.keys import hash_token
from app.errors import (
    AppError,
    Conflict,
    EmailNotConfirmed,
    FieldError,
    LinkUnusable,
    MalformedInput,
    SecondFactorNeeded,
    SignInFailed,
    TooManyTries,
    WrongPassword,
)
from app.validation import malformed
from app.web.labels import Options
from app.web.messages import ERRORS, FIELD_ERRORS, said_values
from app.web.view import View

MAX_FIELDS = 400
CONTROL = frozenset({"version", "next", "carried", "token", "step", "confirm"})
"""Names that forms send for themselves, not for the service."""


class Ask(StrEnum):
    """How a field asks."""

    TEXT = "text"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105  a kind of field
    CODE = "code"
    AREA = "area"
    NUMBER = "number"
    DECIMAL = "decimal"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES = "yes"
    YES_NO = "yes_no"
    LINES = "lines"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Field:
    """One question. Texts are German and translated when shown; `options` are of choices."""

    name: str
    ask: Ask
    label: str
    hint: str = ""
    required: bool = False
    options: Options = ()
    autocomplete: str = ""
    rows: int = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent: {name: values}."""

    values: Mapping[str, list[str]]

    def one(self, name: str) -> str:
        """Return the value of a name, empty when it was not sent."""
        return (self.values.get(name) or [""])[0]

    @property
    def version(self) -> int:
        """Return the version a form was made from; 0, which is none, where the form sent none."""
        version = self.one("version")
        return int(version) if version.isdecimal() and len(version) < 10 else 0  # noqa: PLR2004  fits

    @property
    def key(self) -> str | None:
        """Return what is the same only when the same form is sent with the same words again; None without a token.

        Somebody who goes back and writes something else means a second thing, though the token is that of the first.
        """
        return hash_token(json.dumps(sorted(self.values.items()))) if self.one("token") else None


async def read_sent(request: Request) -> Sent:
    """Read the body of a form post; anything else counts as an empty form."""
    form: FormData = await request.form(max_files=0, max_fields=MAX_FIELDS)
    values: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    sent = Sent(values)
    # Should nobody be signed in any more, the sign-in page hands this on.
    request.state.sent = sent
    return sent


SentDep = Annotated[Sent, Depends(read_sent)]


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a page."""

    fields: tuple[Field, ...]

    def read(self, sent: Sent, *, only_sent: bool = False) -> dict[str, Any]:
        """Return what was sent as the JSON a service takes. Raises `MalformedInput` for names the form has not.

        only_sent: leave out what was not sent, for forms that change a part of something.
        """
        known = {asked.name for asked in self.fields}
        unknown = [name for name in sent.values if name not in known | CONTROL]
        if unknown:
            raise MalformedInput(
                fields=tuple(
                    FieldError(name, "extra_forbidden", "Dieses Feld gibt es nicht.", "There is no such field.")
                    for name in unknown
                )
            )
        return {
            asked.name: _value(asked, sent.values.get(asked.name, []))
            for asked in self.fields
            if not only_sent or asked.name in sent.values
        }

    def blank(self, values: Mapping[str, Any] | None = None) -> "BoundForm":
        """Return the form to be filled in, with what is known already."""
        known = values or {}
        return BoundForm(self, {asked.name: _shown(asked, known.get(asked.name)) for asked in self.fields})

    def again(self, view: View, sent: Sent, error: AppError | None) -> "BoundForm":
        """Return the form as it was sent, with what is wrong. Passwords are asked again."""
        values = {
            asked.name: [] if asked.ask in {Ask.PASSWORD, Ask.CODE} else sent.values.get(asked.name, [])
            for asked in self.fields
        }
        bound = BoundForm(self, values)
        return bound if error is None else bound.with_error(view, error)

    def choosing(self, name: str, choices: Options) -> "Form":
        """Return the form with other options of one field."""
        return Form(tuple(replace(one, options=choices) if one.name == name else one for one in self.fields))

    def without(self, *names: str) -> "Form":
        """Return the form without some fields."""
        return Form(tuple(asked for asked in self.fields if asked.name not in names))


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field with what is in it and what is wrong with it."""

    asked: Field
    values: Sequence[str]
    errors: Sequence[str] = ()

    @property
    def value(self) -> str:
        """Return the value of a field that has one."""
        return self.values[0] if self.values else ""

    @property
    def id(self) -> str:
        """Return the id of its element."""
        return f"f-{self.asked.name}"


@dataclass(frozen=True, slots=True)
class BoundForm:
    """A form as a page shows it."""

    form: Form
    values: Mapping[str, Sequence[str]]
    title: str = ""
    general: Sequence[str] = ()
    wrong: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> BoundField:
        """Return a field by its name."""
        (asked,) = (asked for asked in self.form.fields if asked.name == name)
        return BoundField(asked, self.values.get(name, []), self.wrong.get(name, ()))

    @property
    def all(self) -> list[BoundField]:
        """Return all fields in their order."""
        return [self[asked.name] for asked in self.form.fields]

    def with_error(self, view: View, error: AppError) -> "BoundForm":
        """Return the form with an error beside its fields, or above them where it belongs to none."""
        names = {asked.name for asked in self.form.fields}
        title, detail = error_text(view, error)
        wrong: dict[str, list[str]] = {}
        general = [] if error.fields else [detail]
        for problem in error.fields:
            message = field_message(view, problem)
            place = next((part for part in problem.field.split(".") if part in names), None)
            if place is None:
                general.append(message)
            elif message not in wrong.setdefault(place, []):
                wrong[place].append(message)
        return replace(self, title=title, general=general, wrong=wrong)


def error_text(view: View, error: AppError) -> tuple[str, str]:
    """Return title and detail of an error in words for people."""
    if (own := ERRORS.get(error.code)) is not None:
        return view.gettext(own[0]), view.gettext(own[1]).format(**said_values(error.values, view.language))
    return error.text(view.language)


def field_message(view: View, problem: FieldError) -> str:
    """Return what is wrong with a field in words for people."""
    own = FIELD_ERRORS.get(problem.code)
    return problem.message(view.language) if own is None else view.gettext(own)


SHOWN_IN_FORMS = (
    MalformedInput,
    Conflict,
    SignInFailed,
    SecondFactorNeeded,
    EmailNotConfirmed,
    WrongPassword,
    LinkUnusable,
    TooManyTries,
)
"""Errors that leave the reader in the form; all others get a page of their own."""

Use = Callable[[dict[str, Any]], Response]


def submit(view: View, form: Form, sent: Sent, template: str, use: Use, **values: Any) -> Response:
    """Do what a form is for; on an error show it again with what was typed."""
    try:
        return use(form.read(sent))
    except SHOWN_IN_FORMS as error:
        keep_refusal(view.request, error)
        page = view.render(template, error.status, form=form.again(view, sent, error), **values)
        if isinstance(error, TooManyTries):
            page.headers["Retry-After"] = str(error.retry_after)
        return page


def parse(model: type[BaseModel], values: Mapping[str, Any]) -> Any:
    """Return the input of a service. Raises `MalformedInput`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise malformed(error) from None


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page that is one form and sends to its own address. Texts are German and translated when shown.

    back: where `Abbrechen` leads; about: the name of what it is about, shown as it is.
    """

    heading: str
    button: str
    form: Form
    intro: tuple[str, ...] = ()
    danger: bool = False
    back: str = ""
    about: str = ""

    def show(self, view: View, values: Mapping[str, Any] | None = None, **hidden: str) -> Response:
        """Return the page to be filled in; `hidden` is sent along."""
        return view.render("form.html", page=self, form=self.form.blank(values), hidden=hidden)

    def submit(self, view: View, sent: Sent, use: Use, **hidden: str) -> Response:
        """Do what the form is for, or show it again with what is wrong."""
        return submit(view, self.form, sent, "form.html", use, page=self, hidden=hidden)


def _value(asked: Field, values: list[str]) -> Any:
    """Turn what a browser sends into what a schema takes; what can't be turned is left for the schema to refuse."""
    first = values[0] if values else ""
    special = _SPECIAL.get(asked.ask)
    if special is not None:
        return special(values, first)
    if asked.required and asked.ask not in {Ask.CHOICE, Ask.DATE}:
        return first
    return first or None


_SPECIAL: Mapping[Ask, Callable[[list[str], str], Any]] = {
    Ask.CHOICES: lambda values, _first: values,
    Ask.LINES: lambda _values, first: [line.strip() for line in first.split("\n") if line.strip()],
    Ask.YES: lambda _values, first: first == "yes",
    Ask.YES_NO: lambda _values, first: {"yes": True, "no": False}.get(first),
    Ask.NUMBER: lambda _values, first: _number(first.strip(), whole=True),
    Ask.DECIMAL: lambda _values, first: _number(first.strip(), whole=False),
    Ask.CODE: lambda _values, first: first.replace(" ", "") or None,
}


_THOUSANDS = re.compile(r"(?<=\d)[.\u2009\u202f '’](?=\d{3}(?!\d))")
"""Marks between groups of three digits."""


def _number(text: str, *, whole: bool) -> Any:
    if not text:
        return None
    try:
        # Germans write 1.000 and 2,5, others 2.5; anything else is left as it is, to be refused.
        return int(_THOUSANDS.sub("", text)) if whole else float(text.replace(",", "."))
    except ValueError:
        return text


def _shown(asked: Field, value: Any) -> list[str]:
    if value is None:
        return []
    if asked.ask is Ask.CHOICES:
        return [str(code) for code in value]
    if asked.ask is Ask.LINES:
        return ["\n".join(value)]
    if asked.ask is Ask.YES:
        # Like a browser: a box without a tick sends nothing.
        return ["yes"] if value else []
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)]
