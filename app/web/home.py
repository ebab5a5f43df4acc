"""What somebody can do next, from their roles and what is there."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.challenges import repository as challenges
from app.challenges import unfinished
from app.organisations import repository as organisations
from app.profiles import repository as profiles
from app.vocabulary import Role
from app.web.conversations import open_interests
from app.web.i18n import N_


@dataclass(frozen=True, slots=True)
class Task:
    """One card of the start page. `button` leads to `href`; `about` is a name, shown as it is."""

    title: str
    text: str
    button: str
    href: str
    primary: bool = False
    about: str = ""


UNTIL_VERIFIED = {
    Role.WELFARE_STAFF: N_(
        "Ihr Netzwerk oder die Verwaltung bestätigt Ihre Organisation. Bis dahin können Sie schon schreiben und "
        "speichern; veröffentlichen geht danach."
    ),
    Role.STARTUP_MEMBER: N_(
        "Ihr Netzwerk oder die Verwaltung bestätigt Ihre Organisation. Ihr Angebotsprofil können Sie schon anlegen und "
        "speichern, sobald die Pflichtfelder ausgefüllt sind; veröffentlichen geht danach."
    ),
}
NAMED = 3
"""Names that a card shows."""


def tasks(session: Session, actor: Actor) -> list[Task]:
    """Return the cards of a person, the most useful first."""
    roles = {grant.role for grant in actor.grants}
    found: list[Task] = []
    waiting = [grant for grant in actor.grants if grant.organisation_id is not None and not grant.verified]
    if waiting:
        found.append(
            Task(
                N_("Ihre Organisation wird noch geprüft"),
                UNTIL_VERIFIED[waiting[0].role],
                N_("Angaben der Organisation ansehen"),
                f"/organisations/{waiting[0].organisation_id}",
            )
        )
    waiting_for_answer, _ = open_interests(session, actor)
    if waiting_for_answer:
        names = dict.fromkeys(row.partner for row in waiting_for_answer)
        found.append(
            Task(
                N_("Jemand möchte mit Ihnen sprechen"),
                N_("Eine Antwort genügt, auch ein Nein. Danach wissen beide, woran sie sind."),
                N_("Ansehen und antworten"),
                waiting_for_answer[0].href if len(waiting_for_answer) == 1 else "/conversations",
                primary=True,
                about=", ".join(list(names)[:NAMED]) + (" …" if len(names) > NAMED else ""),
            )
        )
    if Role.WELFARE_STAFF in roles:
        found += _for_staff(session, actor)
    if Role.STARTUP_MEMBER in roles:
        found += _for_startups(session, actor)
    if Role.NETWORK_COORDINATOR in roles or Role.ADMIN in roles:
        found.append(
            Task(
                N_("Organisationen bestätigen"),
                N_("Wer neu ist, darf erst veröffentlichen, wenn jemand die Angaben geprüft hat."),
                N_("Wartende Organisationen ansehen"),
                "/verification",
                primary=bool(organisations.page_to_verify(session, actor, verified=False, limit=1, cursor=None).rows),
            )
        )
    if actor.lacks_second_factor:
        found.insert(
            0,
            Task(
                N_("Zweiter Faktor fehlt"),
                N_("Verwalten können Sie erst, wenn Sie sich mit einem zweiten Faktor anmelden."),
                N_("Zweiten Faktor einrichten"),
                "/account/second-factor",
                primary=True,
            ),
        )
    return found


def _for_staff(session: Session, actor: Actor) -> list[Task]:
    found = [
        Task(
            N_("Was brauchen Sie?"),
            N_("Drei Sätze genügen. Schon beim Schreiben sehen Sie Startups, die dazu passen."),
            N_("Herausforderung beschreiben"),
            "/challenges/new",
            primary=True,
        )
    ]
    if unfinished.of_actor(session, actor):
        found.append(
            Task(
                N_("Sie haben etwas angefangen"),
                N_("Ihr Text ist gespeichert. Sie können dort weiterschreiben, wo Sie aufgehört haben."),
                N_("Weiterschreiben"),
                "/challenges",
            )
        )
    elif challenges.page_of_own(session, actor, limit=1, cursor=None).rows:
        found.append(
            Task(
                N_("Ihre Herausforderungen"),
                N_("Sehen Sie nach, welche Startups heute passen."),
                N_("Herausforderungen ansehen"),
                "/challenges",
            )
        )
    return found


def _for_startups(session: Session, actor: Actor) -> list[Task]:
    if not profiles.of_actor(session, actor):
        return [
            Task(
                N_("Was können Sie?"),
                N_("Beschreiben Sie Ihr Angebot einmal. Danach sehen Sie, welche Herausforderungen dazu passen."),
                N_("Angebotsprofil anlegen"),
                "/profiles/new",
                primary=True,
            )
        ]
    return [
        Task(
            N_("Ihr Angebot"),
            N_("Sehen Sie nach, welche Herausforderungen heute zu Ihrem Angebot passen."),
            N_("Unser Angebot ansehen"),
            "/profile",
            primary=True,
        ),
        Task(
            N_("Alle Herausforderungen"),
            N_("Stöbern Sie in allem, was Wohlfahrtsorganisationen veröffentlicht haben."),
            N_("Herausforderungen finden"),
            "/browse",
        ),
    ]
