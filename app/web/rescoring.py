"""Pages of rescoring runs: begin one, follow it, compare, show it to readers, go back. For admins."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.api.dependencies import ContextDep, Cursor, ReadAdministration, ReadSessionDep, WriteAdministration
from app.api.paths import Id
from app.api.rescoring import ShopDep
from app.context import Context
from app.errors import FieldError, MalformedInput, NotComplete, NothingToRollBackTo
from app.organisations import repository as organisations
from app.rescoring import progress, rankings, repository, runs, service
from app.rescoring.schemas import RunRead, RunRequest
from app.web.charts import Bar, Chart
from app.web.forms import Ask, Field, Form, FormPage, SentDep, parse, submit
from app.web.i18n import N_
from app.web.run_words import BADGES, SCOPES, STATES, STEPS, checks, comparison_tables, failure, reasons, scope_text
from app.web.tables import shown_duration
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False, prefix="/rescoring")

ON_A_PAGE = 15
GERMAN_TIME = ZoneInfo("Europe/Berlin")
CANCEL = FormPage(
    N_("Neuberechnung abbrechen"),
    N_("Endgültig abbrechen"),
    Form(()),
    (
        N_(
            "Was bis jetzt berechnet ist, wird verworfen. Wer den Dienst nutzt, merkt nichts davon: "
            "Der sichtbare Stand bleibt."
        ),
    ),
    danger=True,
)
FORCE = Field("force", Ask.YES, N_("Ich habe das gelesen. Dieser Stand soll trotzdem gelten."))


def _networks(session: Session) -> dict[str, str]:
    return {network.slug: network.name for network in organisations.networks(session)}


def _words(view: View, networks: Mapping[str, str]) -> dict[str, Any]:
    """Return what templates say about runs with."""
    return {
        "states": STATES,
        "badges": BADGES,
        "steps": STEPS,
        "scope_text": lambda scope: scope_text(view, scope, networks),
        "duration": lambda seconds: shown_duration(seconds, view.language),
    }


@router.get("", operation_id="show_runs")
def show_runs(
    view: ViewDep, context: ContextDep, session: ReadSessionDep, _actor: ReadAdministration, cursor: Cursor = None
) -> Response:
    """All runs, newest first, and what can be done."""
    page = repository.page(session, limit=ON_A_PAGE, cursor=cursor)
    now = context.clock.now()
    found = [progress.read(session, run, now) for run in page.rows]
    return view.render(
        "runs.html",
        runs=found,
        next_cursor=page.next_cursor,
        kept=rankings.read_status(session, now),
        under_way=repository.under_way(session),
        history=_history(view, found),
        **_words(view, _networks(session)),
    )


def seconds_of(run: RunRead) -> float | None:
    """Return how long a run took, None for one that has not ended."""
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()


def _history(view: View, found: list[RunRead]) -> Chart:
    """Draw how long runs took, the oldest first."""
    bars = [
        Bar(
            f"{view.gettext(N_('Neuberechnung'))} {run.id}, {view.gettext(STATES[run.state.value])}",
            (seconds,),
            (shown_duration(seconds, view.language),),
        )
        for run in reversed(found)
        if (seconds := seconds_of(run)) is not None
    ]
    return Chart("runs", view.gettext(N_("Wie lange es gedauert hat")), (view.gettext(N_("Dauer")),), bars)


def _new_form(session: Session, context: Context) -> tuple[Form, str]:
    """Return the form of a new run, and the encoder of the ranking that readers see."""
    active = rankings.read_status(session, context.clock.now()).active
    present = active.encoder if active else ""
    offered = sorted(context.ranking.encoders.offered | {present} - {""})
    fields = (
        Field("kind", Ask.CHOICE, N_("Umfang"), required=True, options=SCOPES),
        Field("since", Ask.DATE, N_("Geändert seit"), N_("Nur, wenn Sie als Umfang einen Tag gewählt haben.")),
        Field(
            "network",
            Ask.CHOICE,
            N_("Netzwerk"),
            N_("Nur, wenn Sie als Umfang ein Netzwerk gewählt haben."),
            options=list(_networks(session).items()),
        ),
        Field(
            "encoder",
            Ask.CHOICE,
            N_("Sprachmodell"),
            N_("Mit einem anderen Sprachmodell als bisher müssen alle Texte neu berechnet werden."),
            required=True,
            options=[(name, name) for name in offered],
        ),
        Field(
            "activate",
            Ask.YES,
            N_("Gleich sichtbar machen, wenn der Vergleich nicht warnt"),
            N_("Ohne Häkchen sehen Sie sich erst den Vergleich an."),
        ),
    )
    return Form(fields), present


@router.get("/new", operation_id="show_new_run")
def show_new_run(view: ViewDep, context: ContextDep, session: ReadSessionDep, _actor: ReadAdministration) -> Response:
    """Ask what is to be computed anew."""
    form, present = _new_form(session, context)
    return view.render("run_new.html", form=form.blank({"kind": "all", "encoder": present}))


@router.post("/new", operation_id="submit_new_run")
def submit_new_run(
    view: ViewDep, sent: SentDep, context: ContextDep, session: ReadSessionDep, actor: WriteAdministration
) -> Response:
    """Begin a run."""
    form, _present = _new_form(session, context)
    session.close()

    def use(values: dict[str, Any]) -> Response:
        request = parse(RunRequest, _request(values))
        run_id = runs.request_run(context, context.ranking.encoders, actor, request)
        return view.redirect(f"/rescoring/{run_id}", "run-requested")

    return submit(view, form, sent, "run_new.html", use)


def _request(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the form into the input of the service. Raises `MalformedInput` where its parts contradict each other."""
    kind, since, network = values["kind"], values["since"], values["network"]
    wrong = [
        FieldError(name, code, de, en)
        for name, value, belongs_to, code, de, en in (
            ("since", since, "changed_since", "missing", "Bitte einen Tag wählen.", "Please choose a day."),
            ("network", network, "network", "missing", "Bitte ein Netzwerk wählen.", "Please choose a network."),
        )
        if kind == belongs_to and not value
    ] + [
        FieldError(
            name,
            "other_scope",
            "Das gehört zu einem anderen Umfang. Leeren Sie das Feld, oder wählen Sie den Umfang, zu dem es gehört.",
            "This belongs to another scope. Empty the field, or choose the scope it belongs to.",
        )
        for name, value, belongs_to in (("since", since, "changed_since"), ("network", network, "network"))
        if kind != belongs_to and value
    ]
    if wrong:
        raise MalformedInput(fields=tuple(wrong))
    scope = {"kind": kind, "since": _beginning_of(since) if since else None, "network": network}
    return {"scope": scope, "encoder": values["encoder"], "activate": values["activate"]}


def _beginning_of(day: str) -> str:
    """Return the first moment of a day, by German time; what is no day is left for the schema to refuse."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), GERMAN_TIME).isoformat()
    except ValueError:
        return day


@router.get("/roll-back", operation_id="show_roll_back")
def show_roll_back(view: ViewDep, context: ContextDep, session: ReadSessionDep, _actor: ReadAdministration) -> Response:
    """Say what going back means."""
    kept = rankings.read_status(session, context.clock.now())
    if kept.earlier is None:
        raise NothingToRollBackTo
    return view.render("roll_back.html", form=Form(()).blank(), kept=kept)


@router.post("/roll-back", operation_id="submit_roll_back")
def submit_roll_back(view: ViewDep, shop: ShopDep, actor: WriteAdministration) -> Response:
    """Show the ranking again that readers saw before."""
    service.roll_back(shop, actor)
    return view.redirect("/rescoring", "rolled-back")


@router.get("/{run_id}", operation_id="show_run")
def show_run(
    run_id: Id, view: ViewDep, context: ContextDep, session: ReadSessionDep, _actor: ReadAdministration
) -> Response:
    """One run: how far it is, what is wrong, what can be done now."""
    row = repository.get(session, run_id)
    now = context.clock.now()
    run = progress.read(session, row, now)
    is_kept = any(ranking.run == run_id for ranking in rankings.read_status(session, now).rankings)
    return view.render(
        "run.html",
        run=run,
        seconds=seconds_of(run),
        under_way=run.state in service.UNDER_WAY,
        can_show=run.state.value == "complete" and is_kept,
        has_comparison=row.comparison is not None,
        worker_lives=service.worker_lives(context),
        reasons=reasons(view, run),
        failure=failure(view, run),
        **_words(view, _networks(session)),
    )


@router.get("/{run_id}/comparison", operation_id="show_run_comparison")
def show_run_comparison(run_id: Id, view: ViewDep, context: ContextDep, _actor: ReadAdministration) -> Response:
    """How the new lists differ from those that readers saw."""
    found = service.read_comparison(context, run_id)
    run = service.read_run(context, run_id)
    return view.render(
        "run_comparison.html",
        run=run,
        found=found,
        checks=checks(view, found),
        tables=comparison_tables(view, found),
        can_show=run.state.value == "complete",
    )


def _activation(view: View, context: Context, run_id: int) -> tuple[Form, dict[str, Any]]:
    """Return the form that shows a run to readers, and what its page says. Raises `NotFound`, `NotComplete`."""
    run = service.read_run(context, run_id)
    if run.state.value != "complete" or run.generation is None:
        raise NotComplete(run_id=run_id, state=view.gettext(STATES[run.state.value]))
    with context.sessions.read() as session:
        active = rankings.active_id(session) or 0
    older = run.generation < active
    form = Form((FORCE,) if older or run.held_back else ())
    return form, {"run": run, "reasons": reasons(view, run), "older": older}


@router.get("/{run_id}/activate", operation_id="show_run_activation")
def show_run_activation(run_id: Id, view: ViewDep, context: ContextDep, _actor: ReadAdministration) -> Response:
    """Ask whether readers shall see the new lists; say where the comparison warns."""
    form, values = _activation(view, context, run_id)
    return view.render("run_activation.html", form=form.blank(), **values)


@router.post("/{run_id}/activate", operation_id="submit_run_activation")
def submit_run_activation(
    run_id: Id, view: ViewDep, sent: SentDep, shop: ShopDep, context: ContextDep, actor: WriteAdministration
) -> Response:
    """Show the new lists to readers, in one moment."""
    form, values = _activation(view, context, run_id)

    def use(given: dict[str, Any]) -> Response:
        service.activate_run(shop, actor, run_id, force=given.get("force", False))
        return view.redirect(f"/rescoring/{run_id}", "run-activated")

    return submit(view, form, sent, "run_activation.html", use, **values)


@router.get("/{run_id}/cancel", operation_id="show_run_cancellation")
def show_run_cancellation(run_id: Id, view: ViewDep, context: ContextDep, _actor: ReadAdministration) -> Response:
    """Say what cancelling means."""
    service.read_run(context, run_id)
    about = f"{view.gettext(N_('Neuberechnung'))} {run_id}"
    return replace(CANCEL, about=about, back=f"/rescoring/{run_id}").show(view)


@router.post("/{run_id}/cancel", operation_id="submit_run_cancellation")
def submit_run_cancellation(run_id: Id, view: ViewDep, context: ContextDep, actor: WriteAdministration) -> Response:
    """Stop a run; readers keep what they see."""
    runs.cancel_run(context, actor, run_id)
    return view.redirect(f"/rescoring/{run_id}", "run-cancelled")


@router.post("/{run_id}/retry", operation_id="submit_run_retry")
def submit_run_retry(run_id: Id, view: ViewDep, context: ContextDep, actor: WriteAdministration) -> Response:
    """Try the failed parts of a run again."""
    runs.retry_run(context, actor, run_id)
    return view.redirect(f"/rescoring/{run_id}", "run-retried")
