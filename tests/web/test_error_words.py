"""Errors on pages speak to people: no codes, no addresses for programs, days as people write them, and a way on."""

import re
from collections.abc import Iterator

import pytest
from fastapi import Request

from app import errors
from app.errors import AppError
from app.vocabulary import Language
from app.web.forms import error_text
from app.web.messages import ERRORS
from app.web.view import View
from tests.web.conftest import Site

PROGRAMS = (
    errors.ScopeMissing,
    errors.SessionNeeded,
    errors.PreconditionRequired,
    errors.MalformedJson,
    errors.UnsupportedMediaType,
    errors.IdempotencyKeyReused,
    errors.StartError,
)
"""What a page can't answer with: tokens, JSON, headers that browsers do not send, the command line."""
VALUES = {
    "state": "solved",
    "kind": "startup",
    "status": "pilot",
    "allowed": "contract, ended",
    "day": "2026-12-24",
    "network": "SEND",
    "slots": 2,
    "times": 2,
    "limit": 1000,
    "minutes": 5,
    "run_id": 7,
    "active": 3,
    "texts": 4,
}
FOR_PROGRAMS = re.compile(
    r"\b(solved|draft|startup|welfare|pilot|contract, ended|next-best|rescore|force|rollback|lost_share|API|api|JSON"
    r"|ETag|Header|[Tt]oken)\b|[{}]|\d{4}-\d\d-\d\d"
)


def kinds(of: type[AppError] = AppError) -> Iterator[type[AppError]]:
    for kind in of.__subclasses__():
        if kind.__module__.startswith("app.errors"):
            yield kind
            yield from kinds(kind)


@pytest.mark.parametrize("language", Language)
def test_no_error_on_a_page_speaks_to_programs(language: Language) -> None:
    view = View(Request({"type": "http", "headers": []}), language, "auto")
    asked = {kind for kind in kinds() if not issubclass(kind, PROGRAMS)}
    assert len(asked) > 60
    wrong = {}
    for kind in asked:
        error = kind.__new__(kind)
        error.fields, error.values = (), VALUES
        said = " ".join(error_text(view, error))
        # English has some of these words as words.
        found = [one.group() for one in FOR_PROGRAMS.finditer(said)]
        if [one for one in found if language is Language.GERMAN or one not in {"startup", "welfare", "draft", "pilot"}]:
            wrong[kind.__name__] = said
    assert wrong == {}
    assert ERRORS.keys() <= {kind.code for kind in kinds()} | {"empty-file", "file-too-large"}


def test_days_and_codes_are_said_in_words() -> None:
    view = View(Request({"type": "http", "headers": []}), Language.GERMAN, "auto")
    assert "Ab 24.12.2026" in error_text(view, errors.AskAgainLater(day="2026-12-24"))[1]
    wrong_step = errors.WrongStep(status="pilot", allowed="contract, ended")
    assert error_text(view, wrong_step)[1] == (
        "Der Stand ist „Wir probieren es aus“. Möglich ist jetzt: Wir haben einen Vertrag, Beendet."
    )
    kind = errors.WrongNetworkKind(network="SEND", kind="startup")
    assert "der Art „Startup“" in error_text(view, kind)[1]
    english = View(view.request, Language.ENGLISH, "auto")
    assert "from 24 Dec 2026" in error_text(english, errors.AskAgainLater(day="2026-12-24"))[1]


def test_a_step_that_is_no_longer_possible_leads_back_to_its_object(site: Site) -> None:
    """Loading the page again would only send the same form again."""
    challenge = f"/challenges/{site.ids['challenge']}"
    page = site.post(f"{challenge}/steps/resume", {}, "staff_a")
    assert (page.status, page.said("h1")) == (409, "Das geht so nicht mehr")
    assert page.one("main a.kern-btn--primary")["href"] == challenge
    mail = site.post(f"/operation/mails/{site.ids['mail']}/send-again", {}, "admin")
    assert mail.status == 303
    mail = site.post(f"/operation/mails/{site.ids['mail']}/send-again", {}, "admin")
    assert mail.one("main a.kern-btn--primary")["href"] == "/operation"
    missing = site.post("/challenges/999999/steps/resume", {}, "staff_a")
    assert missing.one("main a.kern-btn--primary")["href"] == "/", "what is gone has no page to go back to"
