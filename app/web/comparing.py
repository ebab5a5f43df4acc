"""Two to four startups side by side, for one challenge: what differs is in the rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from app.api.dependencies import ContextDep, ReadMatches, ReadSessionDep
from app.api.paths import Id
from app.challenges import service as challenges
from app.matches import access
from app.matches.service import explain_match
from app.profiles import service as profiles
from app.web import bands
from app.web.cards import labels_of
from app.web.i18n import N_, shown_date, shown_languages, shown_number
from app.web.labels import label, maturity
from app.web.view import View, ViewDep
from matching.texts import Side

router = APIRouter(include_in_schema=False)

FEWEST: Final = 2
MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what is compared, and a cell for each startup. written: the cells are in the startups' own language."""

    name: str
    cells: Sequence[str]
    written: bool = False


def _codes(name: str) -> Callable[[View, Any], str]:
    return lambda view, text: ", ".join(view.gettext(label(code)) for code in getattr(text, name))


def _code(name: str) -> Callable[[View, Any], str]:
    return lambda view, text: view.gettext(label(getattr(text, name))) if getattr(text, name) else ""


def _yes(name: str) -> Callable[[View, Any], str]:
    def say(view: View, text: Any) -> str:
        value = getattr(text, name)
        return "" if value is None else view.gettext(N_("ja") if value else N_("nein"))

    return say


def _plain(name: str) -> Callable[[View, Any], str]:
    def say(view: View, text: Any) -> str:
        value = getattr(text, name)
        shown = ", ".join(value) if isinstance(value, list) else shown_number(value, view.language)
        return "" if value is None else str(shown)

    return say


def _maturity(view: View, text: Any) -> str:
    return view.gettext(maturity(text.maturity)) if text.maturity else ""


def _languages(view: View, text: Any) -> str:
    return shown_languages(text.languages, view.language)


def _confirmed(view: View, text: Any) -> str:
    return shown_date(text.last_confirmed, view.language) if text.last_confirmed else ""


FACTS: Final[Sequence[tuple[str, bool, Callable[[View, Any], str]]]] = (
    (N_("Angebot"), True, _plain("offer")),
    (N_("Handlungsfelder"), False, _codes("fields_of_action")),
    (N_("Wo"), False, _codes("regions")),
    (N_("Für wen"), False, _codes("target_groups")),
    (N_("Im Einsatz in"), True, _plain("settings_proven")),
    (N_("Referenzen"), True, _plain("welfare_references")),
    (N_("Gemessene Wirkung"), True, _plain("evidence_of_effect")),
    (N_("Wie weit es ist"), False, _maturity),
    (N_("Bezahlung"), False, _code("price_model")),
    (N_("Preis"), False, _code("price_band")),
    (N_("Bisher bezahlt von"), False, _codes("payers")),
    (N_("Gemeinnützig"), False, _yes("non_profit")),
    (N_("Ort der Daten"), False, _code("hosting")),
    (N_("Unterlagen zum Datenschutz"), False, _codes("data_protection_papers")),
    (N_("Ohne Internet"), False, _yes("offline_capable")),
    (N_("Barrierefreiheit"), False, _code("accessibility")),
    (N_("Zertifikate"), False, _plain("certifications")),
    (N_("Arbeitet zusammen mit"), False, _plain("interfaces")),
    (N_("Sprachen von Produkt und Hilfe"), False, _languages),
    (N_("Stunden für die Einrichtung"), False, _plain("onboarding_hours")),
    (N_("Freie Plätze für Pilotversuche"), False, _plain("free_pilot_slots")),
    (N_("Antwort in Tagen"), False, _plain("response_days")),
    (N_("Nicht gedacht für"), True, _plain("exclusions")),
    (N_("Zuletzt bestätigt"), False, _confirmed),
)


@router.get("/challenges/{challenge_id}/compare", operation_id="show_comparison")
def show_comparison(
    challenge_id: Id,
    view: ViewDep,
    context: ContextDep,
    session: ReadSessionDep,
    actor: ReadMatches,
    chosen: Annotated[list[Id] | None, Query(alias="with", max_length=20)] = None,
) -> Response:
    """Show startups side by side; with fewer than two or more than four, say how to choose."""
    access.published_of(session, actor, Side.CHALLENGE, challenge_id)
    challenge = challenges.read_challenge(session, actor, challenge_id)
    numbers = list(dict.fromkeys(chosen or []))
    if not FEWEST <= len(numbers) <= MOST:
        return view.render("compare.html", 422, challenge=challenge, partners=[], lines=[], count=len(numbers))
    explained = [
        explain_match(context, session, actor, Side.CHALLENGE, challenge_id, number, view.language)
        for number in numbers
    ]
    texts = [profiles.read_profile(session, actor, number) for number in numbers]
    partners = [_Attributes(text) for text in texts]
    lines = [
        Line(view.gettext(N_("Wie gut es passt")), [_band(view, one.match.band) for one in explained]),
        Line(view.gettext(N_("Warum")), [one.match.reason for one in explained]),
        Line(view.gettext(N_("Erfüllt")), [", ".join(labels_of(one.match.criteria, "met")) for one in explained]),
        Line(
            view.gettext(N_("Noch zu klären")),
            [", ".join(labels_of(one.match.criteria, "open")) for one in explained],
        ),
        Line(
            view.gettext(N_("Nicht erfüllt")),
            [", ".join(labels_of(one.match.criteria, "failed")) for one in explained],
        ),
        *(Line(view.gettext(name), [say(view, one) for one in partners], written) for name, written, say in FACTS),
    ]
    shown = [line for line in lines if any(line.cells)]
    return view.render("compare.html", challenge=challenge, partners=texts, lines=shown, count=len(numbers))


def _band(view: View, band: Any) -> str:
    return view.gettext(bands.LABELS[band] if band else N_("passt nicht"))


class _Attributes:
    """The JSON of a text, read by attributes."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        return self._values.get(name)
