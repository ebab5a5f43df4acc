"""What is wrong with a field, in German and English, from what pydantic found."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from app.errors import FieldError, MalformedInput

# pydantic's error types (https://docs.pydantic.dev/latest/errors/validation_errors/) and our own.
_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("Dieses Feld fehlt. Bitte ausfüllen.", "This field is missing. Please fill it in."),
    "extra_forbidden": (
        "Dieses Feld gibt es nicht. Bitte entfernen oder den Namen prüfen.",
        "There is no such field. Please remove it or check its name.",
    ),
    "string_too_short": ("Bitte etwas hineinschreiben.", "Please write something."),
    "string_too_long": (
        "Der Text ist zu lang: höchstens {max_length} Zeichen.",
        "The text is too long: at most {max_length} characters.",
    ),
    "empty_text": ("Bitte etwas hineinschreiben.", "Please write something."),
    "only_symbols": (
        "Der Text enthält keine Buchstaben oder Ziffern. Bitte in Worten schreiben.",
        "The text has no letters or digits. Please use words.",
    ),
    "forbidden_character": (
        "Der Text enthält das unsichtbare Steuerzeichen {character}. Bitte entfernen, zum Beispiel neu eintippen.",
        "The text contains the invisible control character {character}. Please remove it, for instance by retyping.",
    ),
    "password_too_short": (
        "Das Passwort braucht mindestens {shortest} Zeichen.",
        "The password needs at least {shortest} characters.",
    ),
    "common_password": (
        "Dieses Passwort probieren Angreifer zuerst. Nehmen Sie ein anderes, zum Beispiel vier zufällige Wörter.",
        "Attackers try this password first. Take another one, for instance four random words.",
    ),
    "bad_email": (
        "Das ist keine E-Mail-Adresse. Beispiel: name@organisation.de.",
        "This is no e-mail address. Example: name@organisation.de.",
    ),
    "datetime_parsing": (
        "Bitte einen Zeitpunkt angeben wie 2026-12-31T12:00:00Z.",
        "Please give a moment like 2026-12-31T12:00:00Z.",
    ),
    "string_unicode": ("Der Text ist kein gültiges Unicode.", "The text is no valid Unicode."),
    "texts_too_long": (
        "Alle Texte zusammen dürfen {limit} Zeichen haben, es sind {total}. Bitte kürzen.",
        "All texts together may have {limit} characters, these have {total}. Please shorten.",
    ),
    "reason_missing": (
        "Sagen Sie, warum: Zu „not_interested“ gehört ein Grund.",
        "Say why: 'not_interested' needs a reason.",
    ),
    "reason_unwanted": (
        "Grund und Notiz gehören zu einer Absage. Bitte weglassen.",
        "Reason and note belong to a decline. Please leave them out.",
    ),
    "string_type": ("Hier wird Text erwartet.", "Text is expected here."),
    "string_pattern_mismatch": ("Das Format stimmt nicht: {pattern}.", "The format is wrong: {pattern}."),
    "int_type": ("Hier wird eine ganze Zahl erwartet.", "A whole number is expected here."),
    "int_parsing": ("Hier wird eine ganze Zahl erwartet.", "A whole number is expected here."),
    "int_from_float": ("Hier wird eine ganze Zahl erwartet.", "A whole number is expected here."),
    "number_type": (
        "Hier wird eine Zahl erwartet, ohne Anführungszeichen.",
        "A number is expected here, without quotes.",
    ),
    "float_type": ("Hier wird eine Zahl erwartet.", "A number is expected here."),
    "float_parsing": ("Hier wird eine Zahl erwartet.", "A number is expected here."),
    "finite_number": ("Hier wird eine endliche Zahl erwartet.", "A finite number is expected here."),
    "bool_type": ("Hier wird true oder false erwartet.", "true or false is expected here."),
    "bool_parsing": ("Hier wird true oder false erwartet.", "true or false is expected here."),
    "list_type": ("Hier wird eine Liste erwartet.", "A list is expected here."),
    "greater_than_equal": ("Der kleinste Wert ist {ge}.", "The smallest value is {ge}."),
    "less_than_equal": ("Der größte Wert ist {le}.", "The largest value is {le}."),
    "enum": ("Erlaubt sind: {expected}.", "Allowed are: {expected}."),
    "literal_error": ("Erlaubt sind: {expected}.", "Allowed are: {expected}."),
    "union_tag_invalid": (
        "„kind“ muss eines sein von: {expected_tags}.",
        "'kind' must be one of: {expected_tags}.",
    ),
    "union_tag_not_found": ("Hier fehlt „kind“.", "'kind' is missing here."),
    "too_short": ("Bitte mindestens {min_length} angeben.", "Please give at least {min_length}."),
    "too_long": ("Bitte höchstens {max_length} angeben.", "Please give at most {max_length}."),
    "date_parsing": ("Bitte ein Datum angeben wie 2026-12-31.", "Please give a date like 2026-12-31."),
    "date_from_datetime_parsing": (
        "Bitte ein Datum angeben wie 2026-12-31.",
        "Please give a date like 2026-12-31.",
    ),
    "date_from_datetime_inexact": (
        "Bitte ein Datum ohne Uhrzeit angeben.",
        "Please give a date without a time of day.",
    ),
    "date_type": ("Bitte ein Datum angeben wie 2026-12-31.", "Please give a date like 2026-12-31."),
    "model_attributes_type": ("Hier wird ein JSON-Objekt erwartet.", "A JSON object is expected here."),
    "model_type": ("Hier wird ein JSON-Objekt erwartet.", "A JSON object is expected here."),
    "dict_type": ("Hier wird ein JSON-Objekt erwartet.", "A JSON object is expected here."),
    "json_invalid": ("Das ist kein gültiges JSON.", "This is no valid JSON."),
}
_FALLBACK = ("Der Wert passt nicht: {message}", "The value does not fit: {message}")
_PLACES = frozenset({"body", "query", "path", "header"})


def field_errors(errors: Sequence[Mapping[str, Any]], *, skip_place: bool = True) -> tuple[FieldError, ...]:
    """Turn pydantic's errors into ours.

    `skip_place` drops the leading `body`, `query`, `path` or `header` of FastAPI's locations.
    """
    return tuple(_field_error(error, skip_place=skip_place) for error in errors)


def _field_error(error: Mapping[str, Any], *, skip_place: bool) -> FieldError:
    location = list(error["loc"])
    if skip_place and location and location[0] in _PLACES:
        location = location[1:]
    values = {"message": error["msg"], **error.get("ctx", {})}
    german, english = _MESSAGES.get(error["type"], _FALLBACK)
    return FieldError(
        field=".".join(str(part) for part in location),
        code=str(error["type"]),
        de=_filled(german, values, "oder"),
        en=_filled(english, values, "or"),
    )


def _filled(template: str, values: Mapping[str, Any], conjunction: str) -> str:
    plain = {name: str(value).replace(" or ", f" {conjunction} ") for name, value in values.items()}
    try:
        return template.format(**plain)
    except (KeyError, IndexError):
        return str(values["message"])


def malformed(error: ValidationError) -> MalformedInput:
    """Turn pydantic's exception into ours."""
    return MalformedInput(fields=field_errors(error.errors(include_url=False), skip_place=False))
