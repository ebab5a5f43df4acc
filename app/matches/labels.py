"""Requirements, and what fits, in words for people: German and English."""

from typing import Final

from app.vocabulary import Language
from matching.criteria import CriterionResult, Status

Words = tuple[str, str]
"""German, English."""

_KINDS: Final[dict[str, Words]] = {
    "region": ("Region", "region"),
    "on_site": ("vor Ort", "on site"),
    "capacity": ("freie Plätze für Pilotversuche", "free pilot slots"),
    "hosting": ("Speicherort", "hosting"),
    "data_protection_paper": ("Datenschutzpapier", "data-protection paper"),
    "data_protection_regime": ("Datenschutzrecht", "data-protection law"),
    "language": ("Sprache", "language"),
    "offline": ("ohne Netz nutzbar", "usable offline"),
    "accessibility": ("barrierefrei", "accessible"),
    "non_profit": ("gemeinnütziger Anbieter", "non-profit supplier"),
    "max_price_band": ("Preis höchstens", "price at most"),
    "min_maturity": ("Reifegrad mindestens", "maturity at least"),
    "without": ("ohne", "without"),
    "end_to_end_encryption": ("Ende-zu-Ende-Verschlüsselung", "end-to-end encryption"),
    "anonymous_use": ("ohne Namen nutzbar", "usable without a name"),
    "no_training": ("ohne Schulung nutzbar", "usable without training"),
    "setting": ("nutzbar für", "usable by"),
    "labour_rules": ("Arbeitsrecht", "labour rules"),
    "legal_form": ("Rechtsform", "legal form"),
    "other": ("", ""),
}
_VALUES: Final[dict[tuple[str, str], Words]] = {
    ("hosting", "germany"): ("in Deutschland", "in Germany"),
    ("hosting", "eu"): ("in der EU", "in the EU"),
    ("hosting", "on_premises"): ("im eigenen Haus", "on premises"),
    ("data_protection_paper", "avv"): ("Auftragsverarbeitungsvertrag (AVV)", "processing contract (AVV)"),
    ("data_protection_paper", "dsfa"): ("Folgenabschätzung (DSFA)", "impact assessment (DSFA)"),
    ("data_protection_regime", "dsgvo"): ("DSGVO", "GDPR"),
    ("data_protection_regime", "kdg"): ("KDG", "KDG"),
    ("data_protection_regime", "dsg_ekd"): ("DSG-EKD", "DSG-EKD"),
    ("without", "camera"): ("Kamera", "cameras"),
    ("without", "audio_recording"): ("Tonaufnahme", "audio recording"),
    ("without", "location_tracking"): ("Ortung", "location tracking"),
    ("without", "machine_translation"): ("maschinelle Übersetzung", "machine translation"),
    ("without", "artificial_intelligence"): ("künstliche Intelligenz", "artificial intelligence"),
    ("without", "automated_decision"): ("automatische Entscheidung", "automated decisions"),
    ("without", "own_smartphone"): ("eigenes Smartphone", "an own smartphone"),
    ("without", "consumer_messenger"): ("private Messenger", "consumer messengers"),
    ("without", "us_services"): ("US-Dienste", "US services"),
    ("without", "performance_monitoring"): ("Leistungskontrolle", "performance monitoring"),
    ("setting", "counselling_centre"): ("Beratungsstellen", "counselling centres"),
    ("setting", "care_home"): ("Pflegeheime", "care homes"),
    ("setting", "home_care"): ("ambulante Dienste", "home-care services"),
    ("setting", "hospital"): ("Krankenhäuser", "hospitals"),
    ("setting", "day_care"): ("Kitas", "day-care centres"),
    ("setting", "school"): ("Schulen", "schools"),
    ("setting", "workshop"): ("Werkstätten (WfbM)", "sheltered workshops"),
    ("setting", "residential_group"): ("Wohngruppen", "residential groups"),
    ("setting", "association"): ("Vereine", "associations"),
    ("labour_rules", "avr"): ("AVR", "AVR"),
    ("labour_rules", "tvoed"): ("TVöD", "TVöD"),
    ("legal_form", "gmbh"): ("GmbH", "GmbH"),
    ("legal_form", "ggmbh"): ("gGmbH", "gGmbH"),
    ("legal_form", "ug"): ("UG", "UG"),
    ("legal_form", "gug"): ("gUG", "gUG"),
    ("legal_form", "ag"): ("AG", "AG"),
    ("legal_form", "ev"): ("e. V.", "e. V."),
    ("legal_form", "eg"): ("eG", "eG"),
    ("legal_form", "stiftung"): ("Stiftung", "foundation"),
    ("legal_form", "gbr"): ("GbR oder OHG", "partnership"),
    ("legal_form", "sole_trader"): ("Einzelunternehmen", "sole trader"),
    **{
        ("min_maturity", str(level)): words
        for level, words in enumerate(
            (
                ("Idee", "an idea"), ("Idee", "an idea"), ("Idee", "an idea"),
                ("erster Versuch", "a first trial"), ("erster Versuch", "a first trial"),
                ("Test mit Nutzenden", "a trial with users"), ("im Alltag erprobt", "proven in everyday use"),
                ("fertiges Produkt", "a finished product"), ("seit Langem im Einsatz", "in use for a long time"),
            ),
            start=1,
        )
    },
    ("max_price_band", "free"): ("kostenlos", "free"),
    ("max_price_band", "up_to_1000"): ("1.000 Euro im Jahr", "1,000 euros a year"),
    ("max_price_band", "up_to_5000"): ("5.000 Euro im Jahr", "5,000 euros a year"),
    ("max_price_band", "up_to_20000"): ("20.000 Euro im Jahr", "20,000 euros a year"),
    ("max_price_band", "up_to_50000"): ("50.000 Euro im Jahr", "50,000 euros a year"),
    ("max_price_band", "over_50000"): ("über 50.000 Euro im Jahr", "over 50,000 euros a year"),
    ("region", "bundesweit"): ("bundesweit", "nationwide"),
    ("region", "remote"): ("aus der Ferne", "remote"),
    ("region", "baden-wuerttemberg"): ("Baden-Württemberg", "Baden-Württemberg"),
    ("region", "bayern"): ("Bayern", "Bavaria"),
    ("region", "hessen"): ("Hessen", "Hesse"),
    ("region", "mecklenburg-vorpommern"): ("Mecklenburg-Vorpommern", "Mecklenburg-Western Pomerania"),
    ("region", "niedersachsen"): ("Niedersachsen", "Lower Saxony"),
    ("region", "nordrhein-westfalen"): ("Nordrhein-Westfalen", "North Rhine-Westphalia"),
    ("region", "rheinland-pfalz"): ("Rheinland-Pfalz", "Rhineland-Palatinate"),
    ("region", "sachsen"): ("Sachsen", "Saxony"),
    ("region", "sachsen-anhalt"): ("Sachsen-Anhalt", "Saxony-Anhalt"),
    ("region", "schleswig-holstein"): ("Schleswig-Holstein", "Schleswig-Holstein"),
    ("region", "thueringen"): ("Thüringen", "Thuringia"),
    **{
        ("language", code): words
        for code, words in {
            "de": ("Deutsch", "German"), "en": ("Englisch", "English"), "tr": ("Türkisch", "Turkish"),
            "ar": ("Arabisch", "Arabic"), "uk": ("Ukrainisch", "Ukrainian"), "ru": ("Russisch", "Russian"),
            "fa": ("Dari oder Farsi", "Dari or Farsi"), "ku": ("Kurdisch", "Kurdish"), "pl": ("Polnisch", "Polish"),
            "ro": ("Rumänisch", "Romanian"), "bg": ("Bulgarisch", "Bulgarian"), "fr": ("Französisch", "French"),
            "es": ("Spanisch", "Spanish"), "it": ("Italienisch", "Italian"), "nl": ("Niederländisch", "Dutch"),
            "so": ("Somali", "Somali"), "ti": ("Tigrinya", "Tigrinya"), "ps": ("Paschtu", "Pashto"),
            "vi": ("Vietnamesisch", "Vietnamese"), "sq": ("Albanisch", "Albanian"), "sr": ("Serbisch", "Serbian"),
            "el": ("Griechisch", "Greek"), "ka": ("Georgisch", "Georgian"), "he": ("Hebräisch", "Hebrew"),
            "yi": ("Jiddisch", "Yiddish"), "zh": ("Chinesisch", "Chinese"), "pt": ("Portugiesisch", "Portuguese"),
        }.items()
    },
}  # fmt: skip
_BESIDE: Final = {"hosting", "region", "max_price_band", "without", "setting"}
REASONS: Final[dict[str, Words]] = {
    "listed": ("Steht in der Liste auf Platz {rank}.", "Is in the list, at place {rank}."),
    "fails_must_haves": (
        "Das Profil sagt, dass es Muss-Kriterien nicht erfüllt: {failed}.",
        "The profile says that it doesn't meet must-haves: {failed}.",
    ),
    "others_fit_better": (
        "Kein Muss-Kriterium spricht dagegen, aber andere passen besser.",
        "Fails no must-have, but others fit better.",
    ),
    "fits_too_little": ("Passt zu wenig, um vorgeschlagen zu werden.", "Fits too little to be suggested."),
}
"""Why a text is in a list or not."""
STATUSES: Final[dict[Status, Words]] = {
    Status.MET: ("erfüllt", "met"),
    Status.OPEN: ("offen: steht nicht im Profil", "open: the profile doesn't say"),
    Status.FAILED: ("nicht erfüllt", "not met"),
}


def in_language(words: Words, language: Language) -> str:
    """Choose one of the two."""
    return words[1 if language is Language.ENGLISH else 0]


def requirement(kind: str, value: str | int | None, language: Language) -> str:
    """Name a requirement, for instance "Speicherort in Deutschland"."""
    name = in_language(_KINDS[kind], language)
    if value is None:
        return name
    known = _VALUES.get((kind, str(value)))
    said = str(value).capitalize() if known is None else in_language(known, language)
    return f"{name} {said}" if kind in _BESIDE else f"{name}: {said}"


def criterion(result: CriterionResult, language: Language) -> str:
    """Name the requirement of a result; one in free words that wasn't understood is quoted."""
    if result.key == "other":
        return result.words or ""
    return requirement(result.key, result.asked, language)
