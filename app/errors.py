"""Errors that carry a status, a name and what to do, in German and English.

    AppError
    ├── NotFound 404
    ├── Conflict 409                a state that does not allow it
    │   ├── ChallengeClosed, WrongState, ProfileExists, ...
    ├── PreconditionRequired 428    edit without If-Match
    ├── PreconditionFailed 412      somebody else edited first
    ├── MalformedInput 422          the body, a field or a parameter can't be read
    ├── UnsupportedMediaType 415
    ├── ServiceUnavailable 503
    └── StartError                  the process can't start; shown on the command line

Services raise them; `app.api.problem_details` renders them as problem+json (RFC 9457), the command line as text.
"""

from dataclasses import dataclass
from typing import ClassVar

from app.vocabulary import Language


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: `field` as a dotted path, messages that say what to do."""

    field: str
    code: str
    de: str
    en: str

    def message(self, language: Language) -> str:
        """Return the message in one language."""
        return self.de if language is Language.GERMAN else self.en


class AppError(Exception):
    """Base of all expected errors. Keyword arguments fill the placeholders of the texts.

    `code` is stable and part of the problem type; `de` and `en` are (title, detail).
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    de: ClassVar[tuple[str, str]] = ("Interner Fehler", "Bitte versuchen Sie es später noch einmal.")
    en: ClassVar[tuple[str, str]] = ("Internal error", "Please try again later.")

    def __init__(self, *, fields: tuple[FieldError, ...] = (), **values: object) -> None:
        self.fields = fields
        self.values = values
        super().__init__(self.text(Language.ENGLISH)[1])

    def text(self, language: Language) -> tuple[str, str]:
        """Return (title, detail) in one language."""
        title, detail = self.de if language is Language.GERMAN else self.en
        return title, detail.format(**self.values)


class NotFound(AppError):
    """There is no such thing, or the reader may not know that there is."""

    status = 404
    code = "not-found"
    de = ("Nicht gefunden", "Unter dieser Adresse gibt es nichts (mehr). Prüfen Sie die Nummer.")
    en = ("Not found", "There is nothing at this address (any more). Check the number.")


class Conflict(AppError):
    """The state of the object does not allow it."""

    status = 409
    code = "conflict"
    de = ("Geht im jetzigen Zustand nicht", "Laden Sie die Daten neu und versuchen Sie es noch einmal.")
    en = ("Not possible in this state", "Reload the data and try again.")


class WrongState(Conflict):
    """A transition that the present state does not have."""

    code = "wrong-state"
    de = (
        "Geht im jetzigen Zustand nicht",
        "Der Zustand ist „{state}“. Möglich ist der Schritt aus: {allowed}.",
    )
    en = ("Not possible in this state", "The state is '{state}'. The step is possible from: {allowed}.")


class ChallengeClosed(WrongState):
    """A solved or closed challenge stays as it is."""

    code = "challenge-closed"
    de = (
        "Herausforderung ist abgeschlossen",
        "Der Zustand ist „{state}“ und bleibt so. Legen Sie bei Bedarf eine neue Herausforderung an.",
    )
    en = (
        "Challenge is closed",
        "The state is '{state}' and stays so. Create a new challenge if you need one.",
    )


class ProfileExists(Conflict):
    """One profile per startup."""

    code = "profile-exists"
    de = (
        "Diese Organisation hat schon ein Profil",
        "Jedes Startup hat genau ein Angebotsprofil. Bearbeiten Sie Profil {profile_id}.",
    )
    en = (
        "This organisation has a profile already",
        "Each startup has one profile. Edit profile {profile_id}.",
    )


class WrongOrganisationKind(Conflict):
    """Welfare bodies have challenges, startups have profiles."""

    code = "wrong-organisation-kind"
    de = (
        "Falsche Art von Organisation",
        "Herausforderungen gehören zu Wohlfahrtsorganisationen (welfare), Profile zu Startups (startup); diese ist „{kind}“.",
    )
    en = (
        "Wrong kind of organisation",
        "Challenges belong to welfare organisations, profiles to startups; this one is '{kind}'.",
    )


class WrongNetworkKind(Conflict):
    """A welfare body can't join a startup network, nor the reverse."""

    code = "wrong-network-kind"
    de = (
        "Falsche Art von Netzwerk",
        "Das Netzwerk „{network}“ nimmt nur Organisationen der Art „{kind}“ auf.",
    )
    en = ("Wrong kind of network", "The network '{network}' takes organisations of kind '{kind}' only.")


class OrganisationInUse(Conflict):
    """Deleting it would delete texts."""

    code = "organisation-in-use"
    de = (
        "Organisation hat noch Texte",
        "Löschen Sie zuerst ihre Herausforderungen und ihr Profil ({texts}).",
    )
    en = ("Organisation still has texts", "Delete its challenges and its profile first ({texts}).")


class NotPublished(Conflict):
    """Matches exist for published texts only."""

    code = "not-published"
    de = (
        "Noch nicht veröffentlicht",
        "Passungen gibt es nur für Veröffentlichtes; der Zustand ist „{state}“. Veröffentlichen Sie zuerst, oder nutzen Sie die Vorschau.",
    )
    en = (
        "Not published",
        "There are matches for published texts only; the state is '{state}'. Publish first, or use the preview.",
    )


class RescoringOvertaken(Conflict):
    """Another rescoring run has begun; two at once would spoil each other's rows."""

    code = "rescoring-overtaken"
    de = (
        "Neuberechnung abgebrochen",
        "Inzwischen hat eine andere Neuberechnung begonnen; diese hört auf. Der alte Stand gilt, bis die andere fertig ist.",
    )
    en = (
        "Rescoring stopped",
        "Another rescoring run has begun meanwhile, so this one stops. The old ranking stays until the other is complete.",
    )


class PreconditionRequired(AppError):
    """An edit must say which version it starts from."""

    status = 428
    code = "precondition-required"
    de = (
        "Version fehlt",
        "Senden Sie den ETag der zuletzt gelesenen Fassung im Header If-Match, damit keine fremde Änderung verloren geht.",
    )
    en = (
        "Version missing",
        "Send the ETag of the version you read in the header If-Match, so that nobody's change gets lost.",
    )


class PreconditionFailed(AppError):
    """Somebody else edited in between."""

    status = 412
    code = "precondition-failed"
    de = (
        "Inzwischen geändert",
        "Jemand hat das inzwischen geändert (jetzt {etag}). Laden Sie neu, übernehmen Sie Ihre Änderung, senden Sie noch einmal.",
    )
    en = (
        "Changed meanwhile",
        "Somebody changed this in between (now {etag}). Reload, apply your change, send again.",
    )


class MalformedInput(AppError):
    """Something sent can't be read or breaks a rule of its field; `fields` tells which and what to do."""

    status = 422
    code = "malformed-input"
    de = (
        "Eingabe unvollständig oder falsch",
        "Bitte korrigieren Sie die genannten Felder und senden Sie noch einmal.",
    )
    en = ("Input incomplete or wrong", "Please correct the fields named and send again.")


class MalformedJson(AppError):
    """The body is no JSON."""

    status = 400
    code = "malformed-json"
    de = ("Kein gültiges JSON", "Der Inhalt der Anfrage ist kein gültiges JSON in UTF-8 (Stelle {position}).")
    en = ("No valid JSON", "The body of the request is no valid JSON in UTF-8 (position {position}).")


class BadRequest(AppError):
    """The request itself is broken."""

    status = 400
    code = "bad-request"
    de = ("Anfrage nicht lesbar", "Die Anfrage lässt sich nicht lesen. Prüfen Sie Kopfzeilen und Inhalt.")
    en = ("Request can't be read", "The request can't be read. Check its headers and its body.")


class UnsupportedMediaType(AppError):
    """A body of another type than JSON."""

    status = 415
    code = "unsupported-media-type"
    de = ("Falscher Inhaltstyp", "Senden Sie JSON mit dem Header Content-Type: application/json.")
    en = ("Wrong content type", "Send JSON with the header Content-Type: application/json.")


class BodyTooLarge(AppError):
    """More than a megabyte."""

    status = 413
    code = "body-too-large"
    de = ("Anfrage zu groß", "Eine Anfrage darf höchstens 1 MB groß sein. Kürzen Sie die Texte.")
    en = ("Request too large", "A request may have at most 1 MB. Shorten the texts.")


class MethodNotAllowed(AppError):
    """The address exists, the method does not."""

    status = 405
    code = "method-not-allowed"
    de = (
        "Methode nicht möglich",
        "Diese Adresse kennt die Methode nicht. Die API-Seite /docs zeigt, was geht.",
    )
    en = ("Method not allowed", "This address does not know the method. The API page /docs shows what works.")


class IdempotencyKeyReused(AppError):
    """The same key with another body."""

    status = 422
    code = "idempotency-key-reused"
    de = (
        "Idempotency-Key schon benutzt",
        "Der Schlüssel gehört zu einer anderen Anfrage. Nehmen Sie einen neuen.",
    )
    en = ("Idempotency-Key used already", "The key belongs to another request. Take a new one.")


class ServiceUnavailable(AppError):
    """Something the service needs is away; the same request may work soon."""

    status = 503
    code = "service-unavailable"
    retry_after: ClassVar[int] = 5
    de = (
        "Gerade nicht erreichbar",
        "Der Dienst ist gerade nicht bereit. Versuchen Sie es in wenigen Sekunden noch einmal.",
    )
    en = ("Not reachable right now", "The service is not ready right now. Try again in a few seconds.")


class EncoderMismatch(ServiceUnavailable):
    """The active ranking was made with another encoder than the process has loaded."""

    code = "encoder-mismatch"
    de = (
        "Sprachmodell passt nicht zum Ranking-Stand",
        "Der aktive Stand nutzt {active}, geladen ist {loaded}. Starten Sie neu oder rechnen Sie mit „passgenau rescore“ neu.",
    )
    en = (
        "Encoder does not fit the ranking",
        "The active ranking was made with {active}, loaded is {loaded}. Restart, or run 'passgenau rescore'.",
    )


class StartError(AppError):
    """A process can't start; the command line prints it and ends with status 1."""

    status = 503
    code = "start-error"


class DatabaseNotMigrated(StartError):
    """The schema is older than the code."""

    code = "database-not-migrated"
    de = ("Datenbank ist nicht eingerichtet", "Führen Sie „passgenau migrate“ aus.")
    en = ("Database is not set up", "Run 'passgenau migrate'.")


class DatabaseIsNewer(StartError):
    """The schema is newer than the code: an old program must not write into it."""

    code = "database-is-newer"
    de = (
        "Datenbank ist neuer als das Programm",
        "Die Datenbank steht auf Fassung {revision}, die dieses Programm nicht kennt. Installieren Sie das neuere Programm.",
    )
    en = (
        "Database is newer than the program",
        "The database is at revision {revision}, which this program does not know. Install the newer program.",
    )


class NotLoopback(StartError):
    """There are no accounts yet, so nobody but this machine may reach the service."""

    code = "not-loopback"
    de = (
        "Nur auf diesem Rechner",
        "Es gibt noch keine Konten: Wer den Dienst erreicht, darf alles. Deshalb lauscht er nur auf 127.0.0.1, nicht auf {host}. Wenn ein Schutz davor steht: PASSGENAU_ALLOW_OPEN=1.",
    )
    en = (
        "This machine only",
        "There are no accounts yet: whoever reaches the service may do everything. So it listens on 127.0.0.1 only, not on {host}. If something in front of it protects it: PASSGENAU_ALLOW_OPEN=1.",
    )


class EncoderUnusable(StartError):
    """The configured encoder can't be loaded."""

    code = "encoder-unusable"
    de = ("Sprachmodell nicht ladbar", "{reason}")
    en = ("Encoder can't be loaded", "{reason}")


class InvalidSettings(StartError):
    """A setting has a value that makes no sense."""

    code = "invalid-settings"
    de = ("Einstellung unbrauchbar", "{reason}")
    en = ("Setting unusable", "{reason}")


class DatabaseUnreachable(StartError):
    """Nothing answers at the database's address."""

    code = "database-unreachable"
    de = (
        "Datenbank nicht erreichbar",
        "Prüfen Sie PASSGENAU_DATABASE_URL und PASSGENAU_DATA_DIR. ({reason})",
    )
    en = ("Database not reachable", "Check PASSGENAU_DATABASE_URL and PASSGENAU_DATA_DIR. ({reason})")


class RankingOfOtherEncoder(StartError):
    """The setting names another encoder than the active ranking was made with."""

    code = "ranking-of-other-encoder"
    de = (
        "Der Ranking-Stand gehört zu einem anderen Sprachmodell",
        "Er wurde mit {active} gemacht, eingestellt ist {loaded}. Rechnen Sie mit „passgenau rescore“ neu, oder stellen Sie PASSGENAU_ENCODER zurück.",
    )
    en = (
        "The ranking belongs to another encoder",
        "It was made with {active}, configured is {loaded}. Run 'passgenau rescore', or set PASSGENAU_ENCODER back.",
    )


class RankingOfOtherScoring(StartError):
    """The program scores differently from the one that made the active ranking."""

    code = "ranking-of-other-scoring"
    de = (
        "Der Ranking-Stand ist nach alten Regeln gemacht",
        "Dieses Programm rechnet anders als das, mit dem er gemacht wurde. Rechnen Sie mit „passgenau rescore“ neu.",
    )
    en = (
        "The ranking was made by older rules",
        "This program scores differently from the one that made it. Run 'passgenau rescore'.",
    )


class UnusableInput(StartError):
    """A file or folder named on the command line can't be used."""

    code = "unusable-input"
    de = ("Eingabe unbrauchbar", "{reason}")
    en = ("Input unusable", "{reason}")
