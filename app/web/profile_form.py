"""The form of a capability profile."""

from collections.abc import Mapping
from typing import Any

from app.profiles.schemas import ProfileContent
from app.vocabulary import (
    Accessibility,
    Band,
    DataProtectionPaper,
    DataProtectionRegime,
    FieldOfAction,
    Hosting,
    Payer,
    PriceModel,
    Region,
    TargetGroup,
)
from app.web.forms import Ask, Field, Form
from app.web.i18n import N_
from app.web.labels import MATURITY, options, step_of

FIRST = (
    Field(
        "name",
        Ask.TEXT,
        N_("Name des Angebots"),
        N_("So steht es in den Listen. Höchstens 120 Zeichen."),
        required=True,
    ),
    Field(
        "offer",
        Ask.AREA,
        N_("Ihr Angebot in einem Satz"),
        N_("Ohne Fachwörter, höchstens 400 Zeichen."),
        required=True,
        rows=2,
    ),
    Field(
        "problem_solved",
        Ask.AREA,
        N_("Welches Problem lösen Sie?"),
        N_("Für wen, und was ist danach anders?"),
        required=True,
        rows=5,
    ),
    Field(
        "capabilities",
        Ask.AREA,
        N_("Was kann Ihr Angebot, und wie?"),
        N_("Was es tut, wie es abläuft und was man dafür braucht."),
        required=True,
        rows=5,
    ),
    Field(
        "fields_of_action", Ask.CHOICES, N_("Handlungsfelder"), N_("Mindestens eines."), True, options(FieldOfAction)
    ),
    Field("regions", Ask.CHOICES, N_("Wo bieten Sie es an?"), N_("Mindestens eines."), True, options(Region)),
)
PILOT = (
    Field(
        "free_pilot_slots",
        Ask.NUMBER,
        N_("Wie viele Pilotversuche können jetzt beginnen?"),
        N_("Bei 0 schlagen wir Sie niemandem vor, bis wieder Platz ist."),
    ),
    Field("response_days", Ask.NUMBER, N_("In wie vielen Tagen antworten Sie?"), N_("Zum Beispiel: 3")),
    Field(
        "onboarding_hours",
        Ask.DECIMAL,
        N_("Wie viele Stunden braucht die Einrichtung, bis es läuft?"),
        N_("Einrichten und Schulung zusammen, zum Beispiel 4,5."),
    ),
    Field(
        "exclusions",
        Ask.AREA,
        N_("Wofür ist es nicht gedacht?"),
        N_("Das erspart beiden Seiten ein Gespräch, das nichts wird."),
    ),
)
PROOF = (
    Field("target_groups", Ask.CHOICES, N_("Für wen ist es?"), options=options(TargetGroup)),
    Field(
        "settings_proven",
        Ask.AREA,
        N_("In welchen Einrichtungen ist es im Einsatz?"),
        N_("Zum Beispiel: zwei Pflegeheime, eine Tagespflege"),
    ),
    Field("welfare_references", Ask.AREA, N_("Referenzen in der sozialen Arbeit"), N_("Wer nutzt es, und seit wann?")),
    Field("evidence_of_effect", Ask.AREA, N_("Was wurde gemessen?"), N_("Was, wie und mit welchem Ergebnis.")),
    Field(
        "maturity",
        Ask.CHOICE,
        N_("Wie weit ist Ihr Angebot?"),
        options=MATURITY,
    ),
)
TERMS = (
    Field("price_model", Ask.CHOICE, N_("Wie wird bezahlt?"), options=options(PriceModel)),
    Field(
        "price_band",
        Ask.CHOICE,
        N_("Was zahlt eine Einrichtung im Jahr?"),
        N_("Eine übliche Einrichtung, alles zusammen."),
        options=options(Band),
    ),
    Field("payers", Ask.CHOICES, N_("Wer hat es bisher bezahlt?"), options=options(Payer)),
    Field("legal_form", Ask.TEXT, N_("Rechtsform"), N_("Zum Beispiel: e. V., gGmbH")),
    Field("non_profit", Ask.YES_NO, N_("Sind Sie gemeinnützig?")),
)
TECHNOLOGY = (
    Field("hosting", Ask.CHOICE, N_("Wo liegen die Daten?"), options=options(Hosting)),
    Field(
        "data_protection_papers",
        Ask.CHOICES,
        N_("Welche Unterlagen zum Datenschutz liegen vor?"),
        N_("Haken Sie nur an, was fertig ist und sich vorzeigen lässt."),
        options=options(DataProtectionPaper),
    ),
    Field(
        "data_protection_regimes",
        Ask.CHOICES,
        N_("Welches Datenschutzrecht erfüllen Sie?"),
        options=options(DataProtectionRegime),
    ),
    Field("offline_capable", Ask.YES_NO, N_("Geht es ohne Internet?")),
    Field("accessibility", Ask.CHOICE, N_("Wie barrierefrei ist es?"), options=options(Accessibility)),
    Field("certifications", Ask.LINES, N_("Zertifikate"), N_("Eines je Zeile.")),
    Field("interfaces", Ask.LINES, N_("Mit welchen Programmen arbeitet es zusammen?"), N_("Eines je Zeile.")),
    Field("languages", Ask.LINES, N_("Sprachen von Produkt und Hilfe"), N_("Kürzel, eines je Zeile: de, en, tr")),
)
FULL = Form((*FIRST, *PILOT, *PROOF, *TERMS, *TECHNOLOGY))
GROUPS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (N_("Pilotversuch und Antwort (freiwillig)"), PILOT),
    (N_("Erfahrung und Wirkung (freiwillig)"), PROOF),
    (N_("Preis und Rechtsform (freiwillig)"), TERMS),
    (N_("Technik und Datenschutz (freiwillig)"), TECHNOLOGY),
)


def to_values(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the form from the content of a profile."""
    level = content.get("maturity")
    return dict(content) | ({} if level is None else {"maturity": step_of(level, MATURITY)})


def to_content(values: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the content of a profile from the values of its form.

    stored: a level between those the form asks for stays, unless somebody chooses another.
    """
    content = {name: value for name, value in values.items() if name in ProfileContent.model_fields}
    maturity = content.get("maturity")
    if isinstance(maturity, str) and maturity.isdecimal():
        level = (stored or {}).get("maturity")
        kept = level is not None and step_of(level, MATURITY) == maturity
        content["maturity"] = level if kept else int(maturity)
    return content
