"""What can be wrong with a request before anybody looks at what it is about."""

from app.errors.base import AppError


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
