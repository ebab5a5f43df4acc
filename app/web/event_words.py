"""What the events of the audit trail are called on its page."""

from collections.abc import Mapping

from app.web.i18n import N_
from app.web.labels import Options
from app.web.view import View

ACTORS: Mapping[str, str] = {
    "anonymous": N_("Nicht angemeldet"),
    "user": N_("Person"),
    "operator": N_("Befehlszeile"),
    "service": N_("Der Dienst selbst"),
}
OBJECTS: Mapping[str, str] = {
    "barrier_report": N_("Meldung einer Barriere"),
    "challenge": N_("Herausforderung"),
    "decision": N_("Entscheidung"),
    "introduction": N_("Kontaktanbahnung"),
    "mail": N_("Mail"),
    "organisation": N_("Organisation"),
    "outcome": N_("Ergebnis"),
    "person": N_("Person"),
    "profile": N_("Angebotsprofil"),
    "ranking": N_("Stand der Listen"),
    "request": N_("Anfrage"),
    "rescoring_run": N_("Neuberechnung"),
    "rules": N_("Regeln"),
    "saved_search": N_("Gemerkte Suche"),
    "shortlist_entry": N_("Eintrag der Merkliste"),
    "unfinished_challenge": N_("Angefangene Herausforderung"),
}
_TEXTS = {
    "challenge": (
        N_("Herausforderung als Entwurf gespeichert"),
        N_("Herausforderung veröffentlicht"),
        N_("Herausforderung geändert"),
        N_("Herausforderung pausiert"),
        N_("Herausforderung gelöscht"),
    ),
    "profile": (
        N_("Angebotsprofil als Entwurf gespeichert"),
        N_("Angebotsprofil veröffentlicht"),
        N_("Angebotsprofil geändert"),
        N_("Angebotsprofil pausiert"),
        N_("Angebotsprofil gelöscht"),
    ),
}
EVENTS: Mapping[str, str] = {
    f"{noun}.{what}": label
    for noun, labels in _TEXTS.items()
    for what, label in zip(("drafted", "published", "edited", "paused", "deleted"), labels, strict=True)
} | {
    "challenge.solved": N_("Herausforderung als gelöst markiert"),
    "challenge.closed": N_("Herausforderung geschlossen"),
    "challenge.expired": N_("Herausforderung abgelaufen"),
    "profile.confirmed": N_("Angebotsprofil als aktuell bestätigt"),
    "unfinished_challenge.begun": N_("Herausforderung angefangen"),
    "unfinished_challenge.edited": N_("Angefangene Herausforderung geändert"),
    "unfinished_challenge.discarded": N_("Angefangene Herausforderung verworfen"),
    "notice.given": N_("Hinweis an die Organisation geschickt"),
    "decision.interested": N_("Interesse bekundet"),
    "decision.declined": N_("Abgesagt"),
    "interest.reminded": N_("An ein offenes Interesse erinnert"),
    "interest.expired": N_("Interesse ohne Antwort abgelaufen"),
    "decision.taken_back": N_("Entscheidung zurückgenommen"),
    "introduction.opened": N_("Kontaktanbahnung begonnen"),
    "introduction.message_sent": N_("Nachricht geschickt"),
    "introduction.status_changed": N_("Stand der Kontaktanbahnung geändert"),
    "introduction.contact_changed": N_("Kontaktperson gewechselt"),
    "outcome.asked": N_("Nach dem Ergebnis gefragt"),
    "outcome.answered": N_("Ergebnis angegeben"),
    "shortlist_entry.added": N_("Auf die Merkliste gesetzt"),
    "shortlist_entry.noted": N_("Notiz auf der Merkliste geändert"),
    "shortlist_entry.removed": N_("Von der Merkliste genommen"),
    "saved_search.kept": N_("Suche gemerkt"),
    "saved_search.forgotten": N_("Suche vergessen"),
    "alerts.changed": N_("Mail-Einstellungen geändert"),
    "alerts.unsubscribed": N_("Mails abbestellt"),
    "organisation.created": N_("Organisation angelegt"),
    "organisation.registered": N_("Organisation registriert"),
    "organisation.edited": N_("Organisation geändert"),
    "organisation.verified": N_("Organisation bestätigt"),
    "organisation.unverified": N_("Bestätigung der Organisation zurückgenommen"),
    "organisation.deleted": N_("Organisation gelöscht"),
    "organisation.erased": N_("Organisation mit allen Angaben gelöscht"),
    "member.invited": N_("Jemanden in die Organisation eingeladen"),
    "member.changed": N_("Rolle in der Organisation geändert"),
    "member.left": N_("Zugehörigkeit zur Organisation beendet"),
    "member.moved": N_("In eine andere Organisation gewechselt"),
    "management.transferred": N_("Leitung der Organisation übergeben"),
    "coordinator.invited": N_("Koordination eingeladen"),
    "coordinator.dismissed": N_("Koordination entlassen"),
    "invitation.accepted": N_("Einladung angenommen"),
    "invitation.withdrawn": N_("Einladung zurückgenommen"),
    "registration.repeated": N_("Noch einmal mit bekannter Adresse registriert"),
    "person.created": N_("Person angelegt"),
    "person.edited": N_("Angaben zur Person geändert"),
    "person.deactivated": N_("Person gesperrt"),
    "person.reactivated": N_("Sperre der Person aufgehoben"),
    "person.erased": N_("Person gelöscht"),
    "admin.created": N_("Verwaltung angelegt"),
    "admin.appointed": N_("Zur Verwaltung ernannt"),
    "admin.dismissed": N_("Aus der Verwaltung entlassen"),
    "email.confirmed": N_("E-Mail-Adresse bestätigt"),
    "email.change_requested": N_("Neue E-Mail-Adresse beantragt"),
    "password.changed": N_("Passwort geändert"),
    "password.reset": N_("Passwort neu gesetzt"),
    "password.reset_requested": N_("Neues Passwort beantragt"),
    "second_factor.begun": N_("Zweiten Faktor begonnen"),
    "second_factor.added": N_("Zweiten Faktor eingerichtet"),
    "second_factor.removed": N_("Zweiten Faktor ausgeschaltet"),
    "second_factor.removed_for_person": N_("Zweiten Faktor für jemanden entfernt"),
    "second_factor.refused": N_("Zweiter Faktor nicht angenommen"),
    "identity.linked": N_("Mit einem Anmeldedienst verbunden"),
    "sign_in.succeeded": N_("Angemeldet"),
    "sign_in.refused": N_("Anmeldung abgelehnt"),
    "session.ended": N_("Anmeldung beendet"),
    "token.created": N_("Zugangsschlüssel erzeugt"),
    "token.revoked": N_("Zugangsschlüssel ungültig gemacht"),
    "tries.blocked": N_("Nach zu vielen Versuchen gesperrt"),
    "password.refused": N_("Passwort nicht angenommen"),
    "credential.refused": N_("Ungültige Anmeldung abgelehnt"),
    "access.refused": N_("Zugriff verweigert"),
    "link.refused": N_("Link nicht angenommen"),
    "provider.refused": N_("Anmeldedienst hat abgelehnt"),
    "rules.changed": N_("Regeln geändert"),
    "mail.sent_again": N_("Mail noch einmal versucht"),
    "barrier_report.sent": N_("Barriere gemeldet"),
    "rescoring_run.requested": N_("Neuberechnung angestoßen"),
    "rescoring_run.cancelled": N_("Neuberechnung abgebrochen"),
    "rescoring_run.retried": N_("Teile der Neuberechnung noch einmal versucht"),
    "rescoring_run.activated": N_("Neuberechnung sichtbar gemacht"),
    "ranking.rolled_back": N_("Früheren Stand der Listen sichtbar gemacht"),
}


def event_options(view: View, asked: str) -> Options:
    """Return all events to choose from, (code, label), and what was asked for even if no event is called so."""
    found = {code: view.gettext(label) for code, label in EVENTS.items()}
    if asked:
        found.setdefault(asked, asked)
    return sorted(found.items(), key=lambda one: one[1].casefold())
