"""Words by which German and English texts say how an offer stands to a requirement.

A `Topic` is one requirement that can be read from prose. Texts name the thing itself ("Kamera"), with or without a
negation, or say in a turn of phrase of their own that a requirement is met or failed ("durchgehend eine
Internetverbindung nötig"). Patterns have no nested repetition, so that reading takes time linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

Requirement = tuple[str, str | int | None]
"""Kind of a requirement and its value, as in `matching.criteria`."""

_NEVER: Final = r"(?!)"


def pattern(expression: str) -> re.Pattern[str]:
    """Compile without regard to case; a blank stands for any white space, a blank with ? also for none."""
    return re.compile(expression.replace(" ?", r"\s*").replace(" ", r"\s+"), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Topic:
    """How a requirement is spoken of.

    named: the thing itself. unwanted: the requirement is to do without it, so naming it without a negation fails.
    meets, fails: phrases that settle it whatever else the clause says; `fails` is looked for first. needs: phrases that
    what the requirement does without is needed ("Smartphone erforderlich"), or with a negation that it is not. asks:
    phrases of a challenge that ask for it besides naming it. plain: naming alone says something; otherwise only phrases
    and negations do. anything: whether one of the patterns can match at all.
    """

    requirement: Requirement
    named: re.Pattern[str]
    meets: re.Pattern[str]
    fails: re.Pattern[str]
    needs: re.Pattern[str]
    asks: re.Pattern[str]
    anything: re.Pattern[str]
    unwanted: bool = False
    plain: bool = True


def _topic(
    kind: str,
    value: str | None,
    named: str,
    *,
    meets: str = _NEVER,
    fails: str = _NEVER,
    needs: str = _NEVER,
    asks: str = _NEVER,
    unwanted: bool = False,
    plain: bool = True,
) -> Topic:
    anything = "|".join(f"(?:{expression})" for expression in (named, meets, fails, needs, asks))
    return Topic(
        (kind, value),
        named=pattern(named),
        meets=pattern(meets),
        fails=pattern(fails),
        needs=pattern(needs),
        asks=pattern(asks),
        anything=pattern(anything),
        unwanted=unwanted,
        plain=plain,
    )


_NETWORK = (
    r"(?:internet\w*|online-?verbindung|mobilfunk\w*|handyempfang|netz(?:verbindung|zugang|empfang)?|wlan|wi-?fi|"
    r"mobile network|data connection|connection|connectivity|signal|reception)"
)
_PHONE = r"\b(?:smartphones?|handys?|mobiltelefone?|mobile phones?|phones?)\b"
_OWN_PHONE = rf"\b(?:(?:own|private?\w*|personal|eigene\w*) {_PHONE}|smartphones?|handys?|phones?)\b"
_NEEDED = (
    r"\b(?:nötig|benötigt|notwendig|erforderlich|vorausgesetzt|voraussetzung|pflicht|zwingend|unerlässlich|"
    r"required|needed)"
)

TOPICS: Final[tuple[Topic, ...]] = (
    _topic(
        "offline",
        None,
        r"offline\w*",
        meets=rf"(?:ohne|unabhängig von|without|independent of) (?:\w+ )?{_NETWORK}(?! {_NEEDED})"
        rf"|runs? (?:entirely )?on the device|auch bei (?:netz|strom|internet)ausfall",
        needs=rf"(?:internet\w*|online-?verbindung|netzverbindung|netzzugang)[^.;]{{0,40}}{_NEEDED}",
        fails=rf"(?:needs?|requires?) (?:an?|the|constant|permanent) ?(?:\w+ )?(?:data|internet|network|"
        rf"online) connection"
        rf"|ohne (?:\w+ )?{_NETWORK}[^.;]{{0,60}}(?:weder|nicht|keine?) |offline zeigt|offline[^.;,]{{0,40}}verworfen"
        rf"|(?:does not|doesn't|will not|won't) work (?:offline|without)",
        asks=rf"(?:ohne|without) (?:\w+ )?{_NETWORK}|funkloch|kein(?:en)? (?:empfang|netz|internet)",
    ),
    _topic(
        "without",
        "camera",
        r"(?:\b\w*kameras?\b|\b\w*cameras?\b|videoüberwachung|cctv)",
        meets=r"kameralos|ohne (?:bild|kamera|video)|keine optik|no (?:image|picture|video|camera)s?",
        fails=r"(?:decken|überwachungs|raum|wärmebild)kamera|ceiling cameras?",
        unwanted=True,
    ),
    _topic(
        "without",
        "audio_recording",
        r"(?:mitschnitte?|tonaufnahmen?|gesprächsaufzeichnung\w*|voice recordings?|audio recordings?|mikrofone?)",
        meets=r"nichts (?:mitgeschnitten|aufgezeichnet)|never (?:stored|recorded)|not (?:stored|recorded)|"
        r"ohne bild und ton",
        fails=r"(?:gespräche?|anrufe?|telefonate?) (?:werden|wird) (?:aufgezeichnet|mitgeschnitten)"
        r"|(?:calls|conversations) are recorded",
        asks=r"keine (?:speicherung|aufnahme|aufzeichnung) von (?:ton|gespräch|sprach)\w*",
        unwanted=True,
        plain=False,
    ),
    _topic(
        "without",
        "location_tracking",
        r"(?:\w*ortung\w*|bewegungsprofile?|standortverfolgung|gps(?:-?track\w*)?|location (?:tracking|history)|"
        r"track(?:ing)? (?:of )?(?:staff|people|employees)|geo-?tracking|locating)",
        meets=r"location is switched off|standort wird nicht",
        fails=r"live gps|gps track|standorte? in echtzeit|echtzeit-?ortung|dauerortung (?:ist|läuft)|mit ortung"
        r"|real-?time location|location (?:history|tracking) included|always know where your people",
        unwanted=True,
        plain=False,
    ),
    _topic(
        "without",
        "machine_translation",
        r"(?:maschinelle\w* übersetzung\w*|übersetzungs-?apps?|machine translation|translation apps?|"
        r"sprachcomputer|speech translator)",
        meets=r"keine maschine|immer ein mensch|(?:always|only) (?:a )?human|human interpreters? only",
        fails=r"no human (?:is )?involved|kein mensch (?:ist )?beteiligt|neural (?:translation )?engine",
        asks=r"human interpreters? only|nur menschliche dolmetsch\w*",
        unwanted=True,
    ),
    _topic(
        "without",
        "artificial_intelligence",
        r"(?:künstliche\w* intelligenz|artificial intelligence|\bki\b|\bai\b)",
        unwanted=True,
        plain=False,
        fails=r"unsere ki\b|mit ki\b|\bki-gestützt\w*|ai-(?:powered|based|driven)|on-board ai",
    ),
    _topic(
        "without",
        "automated_decision",
        r"(?:automati(?:sche|sierte)\w* entscheidung\w*|automated decisions?|automatic decisions?)",
        unwanted=True,
        fails=r"entscheidet (?:automatisch|selbstständig)|decides automatically",
    ),
    _topic(
        "without",
        "own_smartphone",
        rf"{_OWN_PHONE}",
        meets=rf"(?:ohne|without) (?:an? |das )?{_OWN_PHONE}|per (?:sms|festnetz|anruf|brief)|(?:sms|"
        rf"text message) oder (?:anruf|festnetz)"
        r"|(?:by|via) (?:sms|text message|landline)|landline or|text message or|telefonleitung|"
        r"über (?:das )?festnetz",
        needs=rf"{_PHONE}[^.;]{{0,60}}{_NEEDED}",
        fails=rf"need (?:our|the|an) (?:ios|android|app|smartphone)\b"
        rf"|(?:on|in) (?:their|his|her|the holder's|its) (?:own |personal )+{_PHONE}|no sms or landline"
        rf"|kein(?:e)? (?:sms|festnetz|telefon- oder papier)\w*|(?:requires?|needs?) (?:a|an own|their own) {_PHONE}",
        asks=rf"(?:ohne|without|kein(?:en?)?|no) (?:an? )?(?:\w+ )?{_PHONE}",
        unwanted=True,
        plain=False,
    ),
    _topic(
        "without",
        "consumer_messenger",
        r"(?:whats ?app|consumer messengers?|privaten? messenger)",
        fails=r"(?:per|über|via|through|in) whats ?app",
        unwanted=True,
    ),
    _topic(
        "without",
        "us_services",
        r"\b(?:us-?(?:dienst|cloud|anbieter|server|konzern|unternehmen)\w*|us (?:cloud|sub-?processors?|services?|"
        r"providers?)|"
        r"amerikanische\w* (?:dienst|cloud|anbieter|server)\w*)",
        unwanted=True,
    ),
    _topic(
        "without",
        "performance_monitoring",
        r"(?:leistungskontrolle\w*|verhaltenskontrolle\w*|auswertung einzelner (?:personen|beschäftigter|"
        r"mitarbeite\w+)|"
        r"performance (?:analytics|monitoring|tracking))",
        meets=r"nur anonyme (?:jahres)?zahlen|keine (?:einsicht|auswertung) (?:für|durch) (?:die )?(?:leitung|"
        r"vorgesetzte)",
        fails=r"visible to (?:managers|management)|für vorgesetzte sichtbar|rangliste der (?:beschäftigten|"
        r"mitarbeite\w+)",
        asks=r"(?:not|nicht) (?:visible to management|für die leitung sichtbar)",
        unwanted=True,
        plain=False,
    ),
    _topic(
        "end_to_end_encryption",
        None,
        r"(?:ende-zu-ende\w*|end-to-end(?: encrypt\w*)?|e2ee|zero-knowledge)",
        meets=r"bereits im browser verschlüsselt|not even we can read|auch wir (?:als betreiber )?sehen nichts",
        asks=r"auch der anbieter nicht mitlesen|not even the provider",
    ),
    _topic(
        "anonymous_use",
        None,
        r"(?:anonyme? (?:nutz|nutzung|anmeld|registr|use)\w*|anonym nutzbar|pseudonyme? nutzung|"
        r"anonymous(?:ly)? use\w*|"
        r"used? anonymously|ohne klarnamen|without (?:a |their )?real names?)",
        meets=r"fantasienamen?|under an alias|pseudonym\b|no e-?mail,? no (?:phone )?number|ohne (?:namen|e-?mail)\b",
        fails=r"klarnamen?(?:prüfung|pflicht|zwang)|real-?names? (?:check|policy|required)"
        r"|verify themselves with|identitätsprüfung (?:ist )?(?:pflicht|nötig)|ausweis\w* (?:nötig|erforderlich|"
        r"pflicht)",
    ),
    _topic(
        "no_training",
        None,
        r"(?:ohne (?:\w+ )?(?:einarbeitung|schulung|vorkenntnisse|einweisung)|no training|without (?:any )?training|"
        r"untrained (?:helpers|staff|users)|selbsterklärend\w*)",
        needs=rf"(?:schulung|einarbeitung|einweisung|zertifikatskurs)[^.;,]{{0,30}}{_NEEDED}",
        fails=r"(?:nach|erst nach) (?:einer?|der) \w*(?:stündig|tägig|wöchig)\w* (?:\w+ )?(?:schulung|einweisung|"
        r"einarbeitung)"
        r"|training (?:course )?(?:is )?(?:required|mandatory)|after a \w+[- ](?:day|hour|week) (?:training|course)",
    ),
    _topic(
        "accessibility",
        None,
        r"(?:barrierefrei\w*|bitv|wcag\w*|screen ?reader|accessib(?:le|ility)|en 301 549)",
        fails=r"(?:nicht|noch nicht) barrierefrei|not (?:yet )?accessible|cannot be used with (?:a )?screen ?reader",
    ),
    _topic(
        "data_protection_paper",
        "avv",
        r"(?:\bavv\b|auftragsverarbeitung\w*|data processing agreement|processing agreement|\bdpa\b)",
    ),
    _topic(
        "data_protection_paper",
        "dsfa",
        r"(?:\bdsfa\b|datenschutz-?folgenabschätzung|\bdpia\b|data protection impact assessment)",
    ),
    _topic("data_protection_regime", "dsgvo", r"(?:dsgvo|ds-gvo|gdpr)"),
    _topic(
        "data_protection_regime",
        "kdg",
        r"(?:\bkdg\b|kirchliche\w* datenschutz\w*|church data[- ]protection)",
    ),
    _topic(
        "data_protection_regime",
        "dsg_ekd",
        r"(?:dsg-?ekd|kirchliche\w* datenschutz\w*|church data[- ]protection)",
    ),
    _topic("labour_rules", "avr", r"\bavr\b"),
    _topic("labour_rules", "tvoed", r"\btvöd\b|\btvoed\b"),
    _topic(
        "non_profit",
        None,
        r"(?:als ggmbh|als gemeinnützige[rs]? (?:verein|unternehmen|gesellschaft|genossenschaft)|"
        r"wir sind (?:\w+ )?gemeinnützig\w*|we are a (?:registered )?(?:non-?profit|charity))",
        asks=r"(?:nur|anbieter muss|only) (?:\w+ )?(?:gemeinnützig\w*|non-?profits?)|supplier must be a non-?profit",
    ),
)

OPTIONAL: Final = pattern(
    r"(?:optional\w*|auf wunsch|möglich|zubuchbar|can be added|if you (?:like|want)|wenn (?:sie|man) will)"
)
"""What can be added need not be there."""
IN_PASSING: Final[dict[Requirement, re.Pattern[str]]] = {
    ("without", "camera"): pattern(
        r"(?:scann?\w*|barcode|qr-?\w*|handykamera|smartphone-?kamera|phone camera|per kamera|foto\w*)"
    ),
}
"""Beside these words the thing is a tool that somebody holds, not one that watches."""

SETTINGS: Final[dict[str, re.Pattern[str]]] = {
    "counselling_centre": pattern(r"(?:\w*beratungsstellen?|counsell?ing (?:centres?|centers?|services?))"),
    "care_home": pattern(r"(?:\w*pflegeheimen?|altenheimen?|heime\b|seniorenheimen?|care homes?|nursing homes?)"),
    "home_care": pattern(
        r"(?:ambulante\w* (?:pflege)?dienste?\w*|pflegedienste?n?|home[- ]care (?:services?|providers?))"
    ),
    "hospital": pattern(r"(?:kliniken|krankenhäusern?|hospitals?|clinics?)"),
    "day_care": pattern(r"(?:kitas?|kindertagesstätten?|kindergärten|nurser(?:y|ies)|day-?care cent(?:re|er)s?)"),
    "school": pattern(r"(?:schulen|schools?)\b"),
    "workshop": pattern(
        r"(?:wfbm|behindertenwerkstätten?|werkstätten für (?:behinderte )?menschen|sheltered workshops?)"
    ),
    "residential_group": pattern(r"(?:wohngruppen?|wohnstätten?|wohnheimen?|residential (?:groups?|units?|homes?))"),
    "association": pattern(r"(?:vereinen?\b|verbänden?\b|associations?|clubs?)"),
}
"""Kinds of facility an offer may be limited to."""
ANY_SETTING: Final = re.compile("|".join(words.pattern for words in SETTINGS.values()), re.IGNORECASE)

LIMITED_TO: Final = pattern(r"(?:ausschließlich|\bnur\b|\bonly\b|exclusively|solely)")
NOT_ONLY: Final = pattern(r"(?:nicht nur|nicht ausschließlich|not only|not just)")
LONG_NEGATION: Final = pattern(
    r"(?:\bnicht\b|\bnie(?:mals)?\b|\bnot\b|n't\b|\bnever\b|cannot|unavailable|verworfen|eingestellt|discontinued|"
    r"abgelehnt|untersagt|ausgeschlossen|withdr[ae]w\w*)(?! nur\b| only\b| just\b)"
)
"""Negates what stands before it in the clause, and what follows."""
NOUN_NEGATION: Final = pattern(
    r"\b(?:kein(?:e[nrms]?|erlei)?|ohne|weder|noch(?= \w+ (?:nutz|nöt))|statt|no|without|neither|nor|"
    r"none)\b(?! nur\b| only\b)"
)
"""Negates the noun that follows."""
NEW_THOUGHT: Final = pattern(r"\b(?:aber|sondern|jedoch|sonst|but|however|otherwise|whereas)\b")
FINITE: Final = pattern(
    r"\b(?:ist|sind|liegt|liegen|wird|werden|hat|haben|kommt|läuft|gibt|is|are|has|have|comes?|runs?|comes)\b"
)
