"""How the service stands: ranking, workers, mails, and how well needs are covered. For admins."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from app import rulebook
from app.api.dependencies import ContextDep, ReadAdministration, ReadSessionDep, WriteAdministration
from app.api.paths import Id
from app.decisions import rules
from app.decisions.rules import RulesWrite
from app.mail import waiting
from app.reports import coverage
from app.reports.coverage import Coverage, Covered
from app.rescoring import rankings
from app.rescoring.rankings import RankingStatus
from app.vocabulary import FieldOfAction, Region
from app.web import bands
from app.web.charts import Bar, Chart
from app.web.forms import Ask, Field, Form, FormPage, SentDep, parse
from app.web.i18n import N_
from app.web.labels import label
from app.web.tables import Table, number
from app.web.view import View, ViewDep

router = APIRouter(include_in_schema=False, prefix="/operation")

RULES = FormPage(
    N_("Regeln ändern"),
    N_("Speichern"),
    Form(
        (
            Field(
                "interest_days",
                Ask.NUMBER,
                N_("Tage, die eine Anfrage wartet"),
                N_("2 bis 90. Nach der Hälfte erinnern wir. Was schon wartet, behält seinen Tag."),
                required=True,
            ),
            Field(
                "open_interests",
                Ask.NUMBER,
                N_("Offene Anfragen einer Organisation"),
                N_("1 bis 100. So ertrinkt kein kleines Startup in Anfragen."),
                required=True,
            ),
            Field(
                "pilot_slots",
                Ask.NUMBER,
                N_("Pilotversuche eines Startups zugleich"),
                N_("1 bis 100. Gilt, wo das Angebot nichts anderes sagt."),
                required=True,
            ),
        )
    ),
    back="/operation",
)


@router.get("", operation_id="show_operation")
def show_operation(view: ViewDep, context: ContextDep, session: ReadSessionDep, _actor: ReadAdministration) -> Response:
    """Show what serves readers, who works, which mails are stuck, and what nobody offers."""
    now = context.clock.now()
    status = rankings.read_status(session, now)
    covered = coverage.read_coverage(session)
    return view.render(
        "operation.html",
        ranking=status,
        corpus=_corpus(view, status),
        outbox=waiting.read_outbox(session, now),
        rules=rulebook.current(session, context.rules),
        figures=[_best(view, covered), *_needs(view, covered), _exposure(view, covered)],
    )


@router.get("/rules", operation_id="show_rules")
def show_rules(view: ViewDep, context: ContextDep, session: ReadSessionDep, _actor: ReadAdministration) -> Response:
    """Show the numbers that may be changed while the service runs."""
    return RULES.show(view, asdict(rulebook.current(session, context.rules)))


@router.post("/rules", operation_id="submit_rules")
def submit_rules(view: ViewDep, sent: SentDep, context: ContextDep, actor: WriteAdministration) -> Response:
    """Let other numbers apply from now on."""

    def use(values: dict[str, Any]) -> Response:
        rules.choose(context, actor, parse(RulesWrite, values))
        return view.redirect("/operation", "rules-saved")

    return RULES.submit(view, sent, use)


@router.post("/mails/{mail_id}/send-again", operation_id="submit_mail_again")
def submit_mail_again(mail_id: Id, view: ViewDep, context: ContextDep, actor: WriteAdministration) -> Response:
    """Have a mail that was given up tried again."""
    waiting.send_again(context, actor, mail_id)
    return view.redirect("/operation", "mail-sent-again")


def _corpus(view: View, status: RankingStatus) -> Table:
    names = {"challenge": N_("Herausforderungen"), "profile": N_("Angebote")}
    heads = [N_("Texte"), N_("veröffentlicht"), N_("im sichtbaren Stand eingelesen")]
    rows = [
        [view.gettext(names[side.side.value]), number(view, side.published), number(view, side.encoded)]
        for side in status.sides
    ]
    return Table(view.gettext(N_("Texte")), [view.gettext(head) for head in heads], rows)


Figure = tuple[Chart, Table]
"""A plot and the table that says the same."""


def _figure(
    view: View, name: str, title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]
) -> Figure:
    """Draw rows of (label, figures); heads: what the labels are, then a name for each figure."""
    words = [view.gettext(head) for head in heads]
    shown = [(text, figures, [number(view, figure) for figure in figures]) for text, figures in rows]
    chart = Chart(name, view.gettext(title), words[1:], [Bar(text, figures, texts) for text, figures, texts in shown])
    return chart, Table(view.gettext(title), words, [[text, *texts] for text, _, texts in shown])


def _best(view: View, found: Coverage) -> Figure:
    rows = [
        (view.gettext(bands.LABELS[band] if band else N_("nichts passt")), (challenges,))
        for band, challenges in found.best
    ]
    heads = (N_("Beste Passung"), N_("Herausforderungen"))
    return _figure(view, "best", N_("Wie gut die beste Passung ist"), heads, rows)


def _needs(view: View, found: Coverage) -> list[Figure]:
    def rows(groups: Sequence[Covered], vocabulary: type[FieldOfAction | Region]) -> list[tuple[str, tuple[int, int]]]:
        return [(view.gettext(label(vocabulary(group.code))), (group.challenges, group.unmet)) for group in groups]

    figures = (N_("Herausforderungen"), N_("davon ohne passendes Angebot"))
    return [
        _figure(
            view,
            "fields",
            N_("Bedarf ohne Angebot nach Handlungsfeld"),
            (N_("Handlungsfeld"), *figures),
            rows(found.fields, FieldOfAction),
        ),
        _figure(
            view,
            "regions",
            N_("Bedarf ohne Angebot nach Region"),
            (N_("Region"), *figures),
            rows(found.regions, Region),
        ),
    ]


def _exposure(view: View, found: Coverage) -> Figure:
    rows = []
    for (least, startups), after in zip(found.seen, [*coverage.SEEN[1:], None], strict=True):
        if after is None:
            text = f"{least} {view.gettext(N_('und mehr'))}"
        else:
            text = str(least) if after == least + 1 else f"{least}\N{EN DASH}{after - 1}"
        rows.append((text, (startups,)))
    heads = (N_("Listen, in denen das Startup unter den ersten zehn steht"), N_("Startups"))
    return _figure(view, "exposure", N_("Wie oft Startups zu sehen sind"), heads, rows)
