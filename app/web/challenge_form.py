"""The form of a challenge: few fields first, everything else later."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.challenges.schemas import ChallengeContent
from app.vocabulary import (
    Band,
    DataProtectionPaper,
    DataProtectionRegime,
    FieldOfAction,
    Language,
    PersonalData,
    Region,
    TargetGroup,
)
from app.web.forms import Ask, Field, Form
from app.web.i18n import N_
from app.web.labels import options, step_of

MINIMUM_MATURITY = (
    ("4", N_("Ein erster Versuch genügt")),
    ("7", N_("Im Alltag erprobt")),
    ("9", N_("Seit Langem im Einsatz")),
)
TEXT = Form(
    (
        Field(
            "problem",
            Ask.AREA,
            N_("Was ist das Problem?"),
            N_("Wie Sie es einer Kollegin erzählen: Wer hat das Problem, wie oft, was wünschen Sie sich?"),
            required=True,
            rows=9,
        ),
    )
)
FIRST = (
    Field(
        "title",
        Ask.TEXT,
        N_("Überschrift"),
        N_("Eine Zeile, an der man Ihre Herausforderung erkennt, höchstens 200 Zeichen."),
        required=True,
    ),
    Field(
        "problem",
        Ask.AREA,
        N_("Was ist das Problem?"),
        N_("Wer hat es, wie oft, was kostet es an Zeit oder Geld?"),
        required=True,
        rows=7,
    ),
    Field(
        "wish",
        Ask.AREA,
        N_("Was soll sich ändern?"),
        N_("Woran würden Sie merken, dass es besser ist?"),
        required=True,
        rows=4,
    ),
    Field(
        "fields_of_action",
        Ask.CHOICES,
        N_("Handlungsfeld"),
        N_("Mindestens eines."),
        required=True,
        options=options(FieldOfAction),
    ),
    Field(
        "region",
        Ask.CHOICE,
        N_("Wo wird es gebraucht?"),
        N_("Ihr Bundesland; „Ohne festen Ort“, wenn niemand zu Ihnen kommen muss."),
        required=True,
        options=options(Region),
    ),
)
DETAILS = (
    Field("target_groups", Ask.CHOICES, N_("Für wen ist es?"), options=options(TargetGroup)),
    Field(
        "setting",
        Ask.TEXT,
        N_("Art der Einrichtung oder des Dienstes"),
        N_("Zum Beispiel: Wohnheim, Tagespflege. Höchstens 500 Zeichen."),
    ),
    Field("number_of_sites", Ask.NUMBER, N_("Wie viele Standorte?"), N_("Zum Beispiel: 3")),
    Field("legal_basis", Ask.TEXT, N_("Rechtsgrundlage"), N_("Zum Beispiel: SGB VIII § 31. Höchstens 300 Zeichen.")),
    Field(
        "budget_band",
        Ask.CHOICE,
        N_("Was darf es im Jahr kosten?"),
        N_("Ein grober Rahmen genügt."),
        options=options(Band),
    ),
    Field(
        "own_funds",
        Ask.NUMBER,
        N_("Eigenmittel in Euro"),
        N_("Was Ihre Organisation selbst dazugeben kann, zum Beispiel 2000."),
    ),
    Field("deadline", Ask.DATE, N_("Bis wann brauchen Sie eine Lösung?")),
    Field(
        "staff_hours_per_week",
        Ask.DECIMAL,
        N_("Wie viele Stunden in der Woche hat Ihr Team dafür?"),
        N_("Alle zusammen, zum Beispiel 2,5."),
    ),
    Field(
        "personal_data",
        Ask.CHOICES,
        N_("Um welche Daten geht es?"),
        N_("Was das Programm über Menschen wissen müsste."),
        options=options(PersonalData),
    ),
    Field(
        "existing_systems",
        Ask.AREA,
        N_("Welche Programme und Geräte nutzen Sie schon?"),
        N_("Womit die Lösung zusammenarbeiten müsste; auch „keine“ hilft."),
    ),
    Field("tried_before", Ask.AREA, N_("Was haben Sie schon versucht?"), N_("Und wie ging es aus?")),
    Field(
        "success", Ask.AREA, N_("Woran erkennen Sie den Erfolg?"), N_("Zum Beispiel: eine Stunde weniger Papier am Tag")
    ),
    Field(
        "minimum_maturity",
        Ask.CHOICE,
        N_("Wie erprobt muss es mindestens sein?"),
        N_("Was weniger erprobt ist, steht dann nicht in Ihrer Liste."),
        options=MINIMUM_MATURITY,
    ),
    Field("expires_on", Ask.DATE, N_("Bis wann soll es sichtbar sein?"), N_("Ohne Angabe: sechs Monate.")),
)
MUSTS = (
    Field("must_on_site", Ask.YES, N_("Das Startup muss zu uns kommen können")),
    Field("must_offline", Ask.YES, N_("Es muss ohne Internet gehen")),
    Field("must_accessibility", Ask.YES, N_("Es muss barrierefrei sein")),
    Field("must_non_profit", Ask.YES, N_("Der Anbieter muss gemeinnützig sein")),
    Field(
        "must_hosting",
        Ask.CHOICE,
        N_("Wo dürfen die Daten liegen?"),
        N_("Wer etwas anderes angibt, steht dann nicht in Ihrer Liste."),
        options=[
            ("germany", N_("nur in Deutschland oder bei uns")),
            ("eu", N_("nur in der EU")),
            ("on_premises", N_("nur bei uns im Haus")),
        ],
    ),
    Field(
        "must_data_protection_paper",
        Ask.CHOICES,
        N_("Welche Unterlagen zum Datenschutz müssen da sein?"),
        options=options(DataProtectionPaper),
    ),
    Field(
        "must_data_protection_regime",
        Ask.CHOICES,
        N_("Welches Datenschutzrecht muss das Startup erfüllen?"),
        options=options(DataProtectionRegime),
    ),
    Field(
        "must_language",
        Ask.CHOICE,
        N_("In welcher Sprache muss es sein?"),
        N_("Das Produkt und die Hilfe dazu."),
        options=options(Language),
    ),
    Field(
        "must_max_price_band",
        Ask.CHOICE,
        N_("Was darf es höchstens kosten?"),
        N_("Was teurer ist, steht dann nicht in Ihrer Liste."),
        options=options(Band),
    ),
    Field(
        "must_other",
        Ask.LINES,
        N_("Was muss sonst noch sein?"),
        N_("Eine Zeile je Punkt. Das prüft kein Programm; Sie klären es im Gespräch."),
    ),
)
FULL = Form((*FIRST, *MUSTS, *DETAILS))
GROUPS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (N_("Was unbedingt sein muss (freiwillig)"), MUSTS),
    (N_("Mehr Angaben (freiwillig)"), DETAILS),
)

_FLAGS = ("on_site", "offline", "accessibility", "non_profit")
_ONE = ("hosting", "language", "max_price_band")
_MANY = ("data_protection_paper", "data_protection_regime")
_PREFIX = "must_"
_CODES = {asked.name: {code for code, _ in asked.options} for asked in MUSTS}


def to_content(
    values: Mapping[str, Any], kept: Sequence[Mapping[str, Any]] = (), level: int | None = None
) -> dict[str, Any]:
    """Return the content of a challenge from the values of its form.

    kept: must-haves the form can't show; they stay. level: the stored maturity; one between those the form asks for
    stays, unless somebody chooses another.
    """
    musts: list[dict[str, Any]] = [{"kind": name} for name in _FLAGS if values.get(_PREFIX + name)]
    musts += [{"kind": name, "value": value} for name in _ONE if (value := values.get(_PREFIX + name))]
    musts += [{"kind": name, "value": value} for name in _MANY for value in values.get(_PREFIX + name) or []]
    musts += [{"kind": "other", "text": text} for text in values.get(_PREFIX + "other") or []]
    content = {name: value for name, value in values.items() if name in ChallengeContent.model_fields}
    maturity = content.get("minimum_maturity")
    if isinstance(maturity, str) and maturity.isdecimal():
        kept_level = level is not None and step_of(level, MINIMUM_MATURITY) == maturity
        content["minimum_maturity"] = level if kept_level else int(maturity)
    return content | {"must_haves": [*musts, *(dict(must) for must in kept)]}


def to_values(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the form from the content of a challenge."""
    values = dict(content)
    if isinstance(level := content.get("minimum_maturity"), int):
        values["minimum_maturity"] = step_of(level, MINIMUM_MATURITY)
    for must in content.get("must_haves") or []:
        name = _PREFIX + must["kind"]
        if must["kind"] in _FLAGS:
            values[name] = True
        elif must["kind"] in _ONE and name not in values and must["value"] in _CODES[name]:
            values[name] = must["value"]
        elif must["kind"] in _MANY and must["value"] in _CODES[name]:
            values.setdefault(name, []).append(must["value"])
        elif must["kind"] == "other":
            values.setdefault(name, []).append(must["text"])
    return values


def not_shown(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the must-haves that the form can't show: it must not lose them when it is saved."""
    shown = to_content(to_values(content))["must_haves"]
    return [must for must in content.get("must_haves") or [] if dict(must) not in shown]
