"""Sentences that pages say: what was done, and errors in words for people instead of programs."""

from collections.abc import Mapping

from app.vocabulary import Language
from app.web.i18n import N_, shown_date, shown_number, translations
from app.web.labels import label

DONE = {
    "signed-out": N_("Sie sind abgemeldet."),
    "email-confirmed": N_("Ihre E-Mail-Adresse ist bestätigt. Sie können sich jetzt anmelden."),
    "password-reset": N_("Ihr neues Passwort gilt. Melden Sie sich damit an."),
    "invitation-accepted": N_("Sie gehören jetzt dazu. Melden Sie sich an."),
    "person-saved": N_("Ihre Angaben sind gespeichert."),
    "password-changed": N_("Ihr Passwort ist geändert. Alle anderen Anmeldungen sind beendet."),
    "email-requested": N_("Wir haben eine Mail an die neue Adresse geschickt. Sie gilt, sobald Sie den Link öffnen."),
    "second-factor-added": N_("Der zweite Faktor ist eingerichtet."),
    "second-factor-removed": N_("Der zweite Faktor ist ausgeschaltet."),
    "session-ended": N_("Die Anmeldung ist beendet."),
    "token-revoked": N_("Der Zugangsschlüssel gilt nicht mehr."),
    "erased": N_("Ihr Konto und alle Angaben über Sie sind gelöscht."),
    "published": N_("Veröffentlicht. Das passt dazu."),
    "drafted": N_("Als Entwurf gespeichert."),
    "saved": N_("Gespeichert."),
    "discarded": N_("Verworfen."),
    "paused": N_("Pausiert. Niemand sieht es, bis Sie es fortsetzen."),
    "resumed": N_("Wieder veröffentlicht."),
    "solved": N_("Als gelöst markiert. Schön!"),
    "closed": N_("Geschlossen."),
    "deleted": N_("Gelöscht."),
    "invited": N_("Die Einladung ist unterwegs."),
    "invitation-withdrawn": N_("Die Einladung ist zurückgenommen."),
    "member-changed": N_("Die Rolle ist geändert."),
    "member-removed": N_("Die Person gehört nicht mehr dazu."),
    "organisation-saved": N_("Die Angaben der Organisation sind gespeichert."),
    "verified": N_("Die Organisation ist bestätigt und kann veröffentlichen."),
    "verification-withdrawn": N_("Die Bestätigung ist zurückgenommen. Was veröffentlicht war, ist pausiert."),
    "shortlisted": N_("Steht auf der Merkliste."),
    "note-saved": N_("Die Notiz ist gespeichert."),
    "unlisted": N_("Steht nicht mehr auf der Merkliste."),
    "search-kept": N_("Die Suche steht jetzt unter „Meine Suchen“."),
    "search-forgotten": N_("Die Suche ist vergessen."),
    "interest-sent": N_("Ihr Interesse ist angekommen. Wir schreiben Ihnen, sobald die andere Seite antwortet."),
    "declined": N_("Sie haben abgesagt. Unter „Gespräche“ können Sie das zurücknehmen."),
    "taken-back": N_("Zurückgenommen."),
    "agreed": N_("Beide Seiten haben zugesagt. Hier stehen die Kontaktdaten."),
    "message-sent": N_("Ihre Nachricht ist gesendet."),
    "contact-taken-over": N_("Die andere Seite sieht jetzt Ihren Namen und Ihre Adresse."),
    "barrier-reported": N_("Danke. Ihre Meldung ist unterwegs zu uns."),
    "outcome-given": N_("Ihre Antwort ist gespeichert."),
    "unsubscribed": N_("Sie bekommen keine solchen Mails mehr."),
    "mails-saved": N_("Gespeichert. So oft schreiben wir Ihnen."),
    "user-changed": N_("Gespeichert."),
    "persons-factor-removed": N_("Der zweite Faktor ist entfernt. Die Person hat eine Mail bekommen."),
    "coordinator-dismissed": N_("Die Person koordiniert das Netzwerk nicht mehr."),
    "user-erased": N_("Die Person ist gelöscht."),
    "rules-saved": N_("Gespeichert. Die Regeln gelten ab jetzt."),
    "run-requested": N_("Die Neuberechnung ist angestoßen."),
    "run-cancelled": N_("Die Neuberechnung ist abgebrochen."),
    "run-retried": N_("Die Teile werden noch einmal versucht."),
    "run-activated": N_("Die neuen Listen sind sichtbar."),
    "imported-challenges": N_("Alle Herausforderungen aus der Datei sind veröffentlicht."),
    "imported-profiles": N_("Alle Angebote aus der Datei sind veröffentlicht."),
    "mail-sent-again": N_("Die Mail wird noch einmal versucht."),
    "rolled-back": N_("Der frühere Stand ist wieder sichtbar."),
}
"""What a page says at its top after something was done, by the code in its address."""

ERRORS = {
    "not-signed-in": (
        N_("Bitte melden Sie sich an"),
        N_("Diese Seite sehen Sie nach der Anmeldung."),
    ),
    "credential-refused": (
        N_("Bitte melden Sie sich neu an"),
        N_("Ihre Anmeldung ist abgelaufen. Was Sie geschrieben haben, geht nicht verloren."),
    ),
    "second-factor-needed": (
        N_("Code fehlt oder stimmt nicht"),
        N_("Geben Sie den sechsstelligen Code Ihrer Authenticator-App ein. Jeder Code gilt einmal."),
    ),
    "second-factor-required": (
        N_("Zweiter Faktor nötig"),
        N_("Richten Sie in Ihrem Konto zuerst einen zweiten Faktor ein und melden Sie sich damit an."),
    ),
    "not-found": (
        N_("Seite nicht gefunden"),
        N_("Unter dieser Adresse gibt es nichts (mehr). Vielleicht hilft die Startseite weiter."),
    ),
    "method-not-allowed": (
        N_("So geht es nicht"),
        N_("Diese Adresse lässt sich so nicht aufrufen. Gehen Sie zurück und versuchen Sie es noch einmal."),
    ),
    "body-too-large": (
        N_("Das ist zu viel auf einmal"),
        N_("Der Text ist größer als 1 MB. Gehen Sie zurück, kürzen Sie ihn und senden Sie noch einmal."),
    ),
    "file-too-large": (
        N_("Die Datei ist zu groß"),
        N_("Eine Datei darf hier höchstens 700 kB haben. Teilen Sie sie auf."),
    ),
    "empty-file": (
        N_("Die Datei ist leer"),
        N_("Laden Sie die Vorlage herunter und füllen Sie sie aus."),
    ),
    "organisation-not-verified": (
        N_("Organisation ist noch nicht bestätigt"),
        N_("Veröffentlichen geht, sobald Ihr Netzwerk oder die Verwaltung die Organisation bestätigt hat."),
    ),
    "precondition-failed": (
        N_("Inzwischen geändert"),
        N_("Jemand anderes hat das inzwischen geändert. Unten stehen beide Fassungen."),
    ),
    "profile-exists": (
        N_("Es gibt schon ein Angebotsprofil"),
        N_("Jedes Startup hat genau ein Angebotsprofil. Bearbeiten Sie das vorhandene."),
    ),
    "run-held-back": (
        N_("Der Vergleich warnt"),
        N_("Dieser Stand weicht stark vom sichtbaren ab. Setzen Sie das Häkchen, wenn er trotzdem gelten soll."),
    ),
    "older-ranking": (
        N_("Inzwischen ist ein neuerer Stand sichtbar"),
        N_("Soll der ältere trotzdem gelten? Dann setzen Sie das Häkchen."),
    ),
    "scope-needs-same-ranking": (
        N_("Nur mit allen Texten möglich"),
        N_("Mit einem anderen Sprachmodell oder anderen Regeln wählen Sie als Umfang „alle Texte“."),
    ),
    "conflict": (
        N_("Das geht so nicht mehr"),
        N_("Inzwischen hat sich etwas geändert. Sehen Sie nach, wie es jetzt steht."),
    ),
    "wrong-state": (
        N_("Das geht so nicht mehr"),
        N_("Inzwischen hat sich etwas geändert. Sehen Sie nach, wie es jetzt steht."),
    ),
    "challenge-closed": (
        N_("Herausforderung ist abgeschlossen"),
        N_("Sie ist als „{state}“ markiert, und das bleibt so. Legen Sie bei Bedarf eine neue an."),
    ),
    "not-published": (
        N_("Noch nicht veröffentlicht"),
        N_("Eine Liste gibt es nur zu dem, was veröffentlicht ist. Hier ist der Stand „{state}“."),
    ),
    "wrong-organisation-kind": (
        N_("Das geht bei dieser Organisation nicht"),
        N_("Herausforderungen schreiben Wohlfahrtsorganisationen, ein Angebotsprofil haben Startups."),
    ),
    "wrong-network-kind": (
        N_("Dieses Netzwerk passt nicht"),
        N_("Zu „{network}“ gehören nur Organisationen der Art „{kind}“. Wählen Sie ein anderes oder keines."),
    ),
    "other-scoring": (
        N_("Nach anderen Regeln gemacht"),
        N_("Dieser Stand ist nach anderen Regeln berechnet, als jetzt gelten. Beginnen Sie eine neue Neuberechnung."),
    ),
    "ranking-made-otherwise": (
        N_("Gerade lässt sich nichts veröffentlichen"),
        N_("Passgenau wird gerade erneuert. Gehen Sie zurück, dort steht Ihr Text noch; bald geht es wieder."),
    ),
    "encoder-mismatch": (
        N_("Gerade gibt es keine Listen"),
        N_("Die Verwaltung muss die Listen erst neu berechnen. Ihre Texte sind gespeichert; versuchen Sie es später."),
    ),
    "gone": (
        N_("Nicht mehr da"),
        N_("Das gibt es nicht mehr. Sehen Sie nach, was jetzt da ist."),
    ),
    "match-gone": (
        N_("Das ist nicht mehr sichtbar"),
        N_("Die andere Seite hat ihren Text zurückgezogen, oder er ist abgelaufen. Ihre Liste zeigt, was jetzt passt."),
    ),
    "interest-expired": (
        N_("Anfrage ist abgelaufen"),
        N_("Antworten konnten Sie bis {day}. Passt es noch? Dann zeigen Sie in Ihrer Liste selbst Interesse."),
    ),
    "not-a-match": (
        N_("Steht nicht (mehr) in der Liste"),
        N_("Diese beiden passen nicht gut genug zusammen. In Ihrer Liste steht, was jetzt passt."),
    ),
    "already-decided": (
        N_("Schon entschieden"),
        N_("Ihre Organisation hat hier schon geantwortet. Unter „Gespräche“ können Sie das zurücknehmen."),
    ),
    "already-introduced": (
        N_("Sie sind schon im Gespräch"),
        N_("Beide Seiten haben zugesagt. Alles Weitere steht unter „Gespräche“."),
    ),
    "partner-declined": (
        N_("Die andere Seite hat abgesagt"),
        N_("Sehen Sie in Ihrer Liste nach, was sonst noch passt."),
    ),
    "ask-again-later": (
        N_("Noch nicht wieder möglich"),
        N_("Ihre letzte Anfrage blieb ohne Antwort. Ab {day} können Sie noch einmal fragen."),
    ),
    "taken-back-too-often": (
        N_("Noch nicht wieder möglich"),
        N_("Sie haben dieses Interesse {times}-mal zurückgenommen. Ab {day} können Sie noch einmal fragen."),
    ),
    "no-free-slots": (
        N_("Gerade kein Platz frei"),
        N_("Dieses Startup hat so viele Gespräche, wie es schafft. Fragen Sie ein anderes, oder später noch einmal."),
    ),
    "not-to-be-taken-back": (
        N_("Lässt sich nicht mehr zurücknehmen"),
        N_("Die andere Seite hat schon geantwortet, oder die Frist ist vorbei. Mehr steht unter „Gespräche“."),
    ),
    "thread-closed": (
        N_("Gespräch ist beendet"),
        N_("Schreiben und den Stand ändern geht hier nicht mehr."),
    ),
    "wrong-step": (
        N_("Das folgt nicht auf den jetzigen Stand"),
        N_("Der Stand ist „{status}“. Möglich ist jetzt: {allowed}."),
    ),
    "second-factor-state": (
        N_("Das geht gerade nicht"),
        N_("Ihr zweiter Faktor ist schon eingerichtet, oder es ist noch keiner begonnen. Sehen Sie im Konto nach."),
    ),
    "cross-origin": (
        N_("Das kam nicht von dieser Seite"),
        N_("Zu Ihrer Sicherheit haben wir nichts geändert. Öffnen Sie Passgenau neu und versuchen Sie es noch einmal."),
    ),
    "bad-request": (
        N_("So können wir das nicht lesen"),
        N_("Gehen Sie zurück und senden Sie das Formular noch einmal."),
    ),
    "run-not-under-way": (
        N_("Das geht so nicht mehr"),
        N_("Die Neuberechnung ist inzwischen weiter. Sehen Sie nach, wie es jetzt steht."),
    ),
    "run-not-complete": (
        N_("Noch nicht vollständig"),
        N_("Sichtbar machen und vergleichen lässt sich eine Neuberechnung erst, wenn sie fertig ist."),
    ),
    "mail-not-given-up": (
        N_("Diese Mail wartet nicht mehr"),
        N_("Sie ist unterwegs, schon gesendet oder nicht mehr nötig. Sie müssen nichts tun."),
    ),
}
"""(title, detail) of errors whose own texts speak to programs; `said_values` fills the placeholders."""


def said_values(values: Mapping[str, object], language: Language) -> dict[str, object]:
    """Return the values of an error as people write them: days and numbers in their format, codes as words."""
    return {name: _said(name, value, language) for name, value in values.items()}


def _said(name: str, value: object, language: Language) -> object:
    if name == "day":
        return shown_date(str(value), language)
    vocabulary = {"state": "ChallengeState", "kind": "OrganisationKind"}.get(name, "")
    if name in {"status", "allowed"}:
        vocabulary = "IntroductionStatus"
    if not vocabulary:
        return shown_number(value, language)
    words = translations(language).gettext
    return ", ".join(words(label(code, vocabulary)) for code in str(value).split(", "))


FIELD_ERRORS = {
    "missing": N_("Bitte ausfüllen."),
    "string_too_short": N_("Bitte ausfüllen."),
    "empty_text": N_("Bitte ausfüllen."),
    "string_type": N_("Bitte ausfüllen."),
    "too_short": N_("Bitte mindestens eines auswählen."),
    "enum": N_("Bitte etwas aus der Liste auswählen."),
    "reason_missing": N_("Bitte wählen Sie einen Grund."),
    "literal_error": N_("Bitte etwas aus der Liste auswählen."),
    "number_type": N_("Bitte eine Zahl eingeben, zum Beispiel 12."),
    "int_type": N_("Bitte eine ganze Zahl eingeben, zum Beispiel 12."),
    "string_pattern_mismatch": N_("Das Format stimmt nicht. Bitte prüfen Sie die Eingabe."),
    "date_parsing": N_("Bitte einen Tag wählen."),
    "date_from_datetime_parsing": N_("Bitte einen Tag wählen."),
    "unknown_organisation": N_("Diese Organisation gibt es nicht."),
    "unknown_network": N_("Dieses Netzwerk gibt es nicht."),
    "bad_cursor": N_("Diese Stelle der Liste gibt es nicht mehr."),
}
"""Messages beside fields, by the code of the rule, where the service's own speak to programs."""
