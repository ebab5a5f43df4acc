"""What codes are called on pages."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from app.auth.permissions import Permission
from app.vocabulary import (
    Accessibility,
    AlertMode,
    Band,
    ChallengeState,
    DataProtectionPaper,
    DataProtectionRegime,
    DecisionReason,
    FieldOfAction,
    Hosting,
    IntroductionStatus,
    Language,
    MailTemplate,
    OrganisationKind,
    OutcomeAnswer,
    PairState,
    Payer,
    PersonalData,
    PriceModel,
    ProfileState,
    Region,
    Role,
    TargetGroup,
)
from app.web.i18n import N_

Options = Sequence[tuple[str, str]]
"""(code, label in German) in the order they are shown."""

_BY_VOCABULARY: dict[type[StrEnum], dict[str, str]] = {
    Language: {"de": N_("Deutsch"), "en": N_("Englisch")},
    OrganisationKind: {"welfare": N_("Wohlfahrtsorganisation"), "startup": N_("Startup")},
    Role: {
        "welfare_staff": N_("Mitarbeit in einer Wohlfahrtsorganisation"),
        "startup_member": N_("Mitglied eines Startups"),
        "network_coordinator": N_("Koordination eines Netzwerks"),
        "admin": N_("Verwaltung des Dienstes"),
    },
    ChallengeState: {
        "draft": N_("Entwurf"),
        "published": N_("Veröffentlicht"),
        "paused": N_("Pausiert"),
        "solved": N_("Gelöst"),
        "closed": N_("Geschlossen"),
        "expired": N_("Abgelaufen"),
    },
    FieldOfAction: {
        "health": N_("Gesundheit"),
        "youth_welfare": N_("Kinder- und Jugendhilfe"),
        "family": N_("Familie"),
        "elderly_care": N_("Altenhilfe und Pflege"),
        "disability": N_("Menschen mit Behinderung"),
        "special_social_situations": N_("Besondere soziale Lagen (Wohnungsnot, Sucht, Schulden, Migration)"),
        "volunteering": N_("Ehrenamt"),
        "staff_and_administration": N_("Personal und Verwaltung"),
        "training": N_("Aus- und Weiterbildung"),
        "self_help": N_("Selbsthilfe"),
    },
    TargetGroup: {
        "clients": N_("Klientinnen und Klienten"),
        "residents": N_("Bewohnerinnen und Bewohner"),
        "patients": N_("Patientinnen und Patienten"),
        "relatives": N_("Angehörige"),
        "professionals": N_("Fachkräfte"),
        "volunteers": N_("Freiwillige"),
        "children": N_("Kinder"),
        "young_people": N_("Jugendliche"),
        "families": N_("Familien"),
        "older_people": N_("Ältere Menschen"),
        "people_with_disabilities": N_("Menschen mit Behinderung"),
        "migrants": N_("Zugewanderte"),
        "homeless_people": N_("Menschen ohne Wohnung"),
        "people_with_addiction": N_("Menschen mit Sucht"),
        "people_in_debt": N_("Menschen mit Schulden"),
    },
    Region: {
        "baden-wuerttemberg": N_("Baden-Württemberg"),
        "bayern": N_("Bayern"),
        "berlin": N_("Berlin"),
        "brandenburg": N_("Brandenburg"),
        "bremen": N_("Bremen"),
        "hamburg": N_("Hamburg"),
        "hessen": N_("Hessen"),
        "mecklenburg-vorpommern": N_("Mecklenburg-Vorpommern"),
        "niedersachsen": N_("Niedersachsen"),
        "nordrhein-westfalen": N_("Nordrhein-Westfalen"),
        "rheinland-pfalz": N_("Rheinland-Pfalz"),
        "saarland": N_("Saarland"),
        "sachsen": N_("Sachsen"),
        "sachsen-anhalt": N_("Sachsen-Anhalt"),
        "schleswig-holstein": N_("Schleswig-Holstein"),
        "thueringen": N_("Thüringen"),
        "bundesweit": N_("Bundesweit"),
        "remote": N_("Ohne festen Ort"),
    },
    DataProtectionRegime: {
        "dsgvo": N_("DSGVO"),
        "kdg": N_("KDG (katholische Träger)"),
        "dsg_ekd": N_("DSG-EKD (evangelische Träger)"),
    },
    Band: {
        "free": N_("kostenlos"),
        "up_to_1000": N_("bis 1.000 Euro im Jahr"),
        "up_to_5000": N_("bis 5.000 Euro im Jahr"),
        "up_to_20000": N_("bis 20.000 Euro im Jahr"),
        "up_to_50000": N_("bis 50.000 Euro im Jahr"),
        "over_50000": N_("über 50.000 Euro im Jahr"),
    },
    PersonalData: {
        "none": N_("keine personenbezogenen Daten"),
        "contact": N_("Kontaktdaten"),
        "social": N_("Sozialdaten"),
        "health": N_("Gesundheitsdaten"),
        "religion": N_("Religion"),
        "minors": N_("Daten von Minderjährigen"),
    },
    Hosting: {
        "germany": N_("in Deutschland"),
        "eu": N_("in der EU"),
        "outside_eu": N_("außerhalb der EU"),
        "on_premises": N_("im Haus der Einrichtung"),
    },
    DataProtectionPaper: {
        "avv": N_("Vertrag zur Auftragsverarbeitung (AVV)"),
        "dsfa": N_("Datenschutz-Folgenabschätzung (DSFA)"),
    },
    Accessibility: {
        "none": N_("nicht barrierefrei"),
        "partial": N_("teilweise barrierefrei"),
        "full": N_("barrierefrei"),
    },
    Payer: {
        "own_funds": N_("Eigenmittel der Einrichtung"),
        "nursing_care_insurance": N_("Pflegekasse"),
        "health_insurance": N_("Krankenkasse"),
        "municipality": N_("Kommune"),
        "foundation": N_("Stiftung"),
        "public_funding": N_("öffentliche Förderung"),
    },
    PriceModel: {
        "free": N_("kostenlos"),
        "one_off": N_("einmalig"),
        "subscription": N_("laufend (Abo)"),
        "per_use": N_("nach Nutzung"),
        "per_person": N_("nach Personen"),
        "project": N_("als Projekt"),
    },
}
_BY_VOCABULARY |= {
    DecisionReason: {
        "wrong_field": N_("anderes Arbeitsfeld"),
        "wrong_region": N_("falsche Region"),
        "too_small": N_("zu klein für unsere Aufgabe"),
        "too_early": N_("noch nicht weit genug"),
        "no_capacity": N_("keine Zeit, keine Kapazität"),
        "data_protection": N_("Datenschutz"),
        "cost": N_("Kosten"),
        "already_solved": N_("schon gelöst"),
        "other": N_("anderer Grund"),
    },
    PairState: {
        "waiting": N_("Sie warten auf Antwort"),
        "asked": N_("Möchte mit Ihnen sprechen"),
        "declined": N_("Sie haben abgesagt"),
        "was_declined": N_("Hat abgesagt"),
        "expired": N_("Ohne Antwort abgelaufen"),
        "introduced": N_("Im Gespräch"),
    },
    IntroductionStatus: {
        "talking": N_("Wir sprechen miteinander"),
        "pilot": N_("Wir probieren es aus"),
        "contract": N_("Wir haben einen Vertrag"),
        "ended": N_("Beendet"),
    },
    OutcomeAnswer: {
        "talked": N_("Wir haben miteinander gesprochen"),
        "pilot": N_("Es gibt einen Pilotversuch"),
        "contract": N_("Es gibt einen Vertrag"),
        "ended": N_("Es ist nichts daraus geworden"),
    },
    MailTemplate: {
        "confirm_email": N_("Adresse bestätigen"),
        "reset_password": N_("Neues Passwort"),
        "invitation": N_("Einladung"),
        "already_registered": N_("Schon registriert"),
        "password_changed": N_("Passwort geändert"),
        "second_factor_removed": N_("Zweiter Faktor entfernt"),
        "organisation_verified": N_("Organisation bestätigt"),
        "alert": N_("Nachricht des Dienstes"),
        "digest": N_("Zusammenfassung"),
        "outcome": N_("Frage nach dem Ergebnis"),
        "barrier_report": N_("Meldung einer Barriere"),
    },
    AlertMode: {
        "at_once": N_("sofort"),
        "daily": N_("einmal am Tag"),
        "weekly": N_("einmal in der Woche"),
        "off": N_("nie"),
    },
}
_BY_VOCABULARY |= {
    # What a key lets a program do.
    Permission: {
        "read:organisations": N_("Organisationen sehen"),
        "write:organisations": N_("Angaben der Organisation ändern"),
        "read:members": N_("Sehen, wer zur Organisation gehört"),
        "write:members": N_("Menschen einladen und entfernen"),
        "read:challenges": N_("Herausforderungen lesen"),
        "write:challenges": N_("Herausforderungen schreiben und veröffentlichen"),
        "read:profiles": N_("Angebote lesen"),
        "write:profiles": N_("Das Angebotsprofil schreiben und veröffentlichen"),
        "read:matches": N_("Passungen lesen"),
        "write:previews": N_("Vorschläge zu einem Text abrufen"),
        "read:decisions": N_("Anfragen und Antworten lesen"),
        "write:decisions": N_("Interesse zeigen und absagen"),
        "read:introductions": N_("Gespräche lesen"),
        "write:introductions": N_("In Gesprächen schreiben"),
        "read:reports": N_("Berichte lesen"),
    },
}
_BY_VOCABULARY[ProfileState] = _BY_VOCABULARY[ChallengeState]
_PLAIN: dict[str, str] = {code: text for texts in _BY_VOCABULARY.values() for code, text in texts.items()}
# Codes that stand for different things in different vocabularies: outside of forms these meanings win.
_PLAIN |= _BY_VOCABULARY[FieldOfAction]
_BY_NAME = {vocabulary.__name__: texts for vocabulary, texts in _BY_VOCABULARY.items()}

MATURITY: Options = (
    ("2", N_("Idee")),
    ("4", N_("Erster Versuch")),
    ("6", N_("Test mit Nutzenden")),
    ("7", N_("Im Alltag erprobt")),
    ("8", N_("Fertiges Produkt")),
    ("9", N_("Seit Langem im Einsatz")),
)
"""Technology readiness levels as people say them; the levels between belong to the one below."""


def step_of(level: int, steps: Options) -> str:
    """Return the code of the step a level belongs to; what lies below all of them belongs to the first."""
    return max((code for code, _ in steps if int(code) <= level), default=steps[0][0])


def maturity(level: int) -> str:
    """Return how far something has come, in German."""
    return dict(MATURITY)[step_of(level, MATURITY)]


def options(vocabulary: type[StrEnum], only: Iterable[str] | None = None) -> Options:
    """Return the choices of a vocabulary, all of them or those of some codes."""
    texts = _BY_VOCABULARY[vocabulary]
    return [(code, texts[code]) for code in (texts if only is None else only)]


def label(code: StrEnum | str, vocabulary: str = "") -> str:
    """Return what a code is called, in German.

    vocabulary: the name of its vocabulary, for plain strings that mean different things in different ones ("none").
    """
    name = type(code).__name__ if isinstance(code, StrEnum) else vocabulary
    texts = _BY_NAME.get(name, _PLAIN)
    return texts.get(str(code), str(code))
