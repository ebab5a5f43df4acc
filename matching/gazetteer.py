"""Places and languages as texts name them: where data lie, where a startup works, what a product speaks."""

from __future__ import annotations

import re
from typing import Final

from matching.lexicon import pattern

_LANDS: Final = {
    "baden-wuerttemberg": "baden-württemberg|baden-wuerttemberg",
    "bayern": "bayern|bavaria|bayerisch\\w*|bayrisch\\w*",
    "berlin": "berlin",
    "brandenburg": "brandenburg",
    "bremen": "bremen",
    "hamburg": "hamburg",
    "hessen": "hessen|hesse",
    "mecklenburg-vorpommern": "mecklenburg-vorpommern",
    "niedersachsen": "niedersachsen|lower saxony",
    "nordrhein-westfalen": "nordrhein-westfalen|nrw|north rhine-westphalia",
    "rheinland-pfalz": "rheinland-pfalz|rhineland-palatinate",
    "saarland": "saarland",
    "sachsen": "sachsen(?!-anhalt)|saxony(?!-anhalt)",
    "sachsen-anhalt": "sachsen-anhalt|saxony-anhalt",
    "schleswig-holstein": "schleswig-holstein",
    "thueringen": "thüringen|thueringen|thuringia",
}
LANDS: Final[dict[str, re.Pattern[str]]] = {
    code: pattern(rf"(?<![\w-])(?:{names})\b") for code, names in _LANDS.items()
}

_GERMAN_PLACES: Final = (
    "deutschland deutsche[mnrs]? germany german berlin hamburg münchen munich köln cologne frankfurt stuttgart "
    "düsseldorf leipzig dortmund essen bremen dresden hannover hanover nürnberg nuremberg duisburg bochum "
    "wuppertal bielefeld bonn münster mannheim karlsruhe augsburg wiesbaden kiel aachen halle magdeburg freiburg "
    "krefeld lübeck mainz erfurt rostock kassel potsdam saarbrücken oldenburg osnabrück heidelberg darmstadt "
    "paderborn regensburg würzburg ulm göttingen wolfsburg ingolstadt heilbronn pforzheim offenbach fürth trier "
    "jena weimar falkenstein koblenz siegen chemnitz gera cottbus schwerin bayreuth bamberg erlangen konstanz "
    "tübingen marburg gießen lüneburg flensburg nordrhein-westfalen bayern hessen sachsen thüringen niedersachsen"
)
_EU_PLACES: Final = (
    "eu europe europa europäisch\\w* european ireland irland dublin amsterdam niederlande netherlands paris "
    "frankreich france belgien belgium brüssel brussels österreich austria wien vienna finnland finland helsinki "
    "schweden sweden stockholm dänemark denmark copenhagen kopenhagen polen poland warschau warsaw spanien spain "
    "madrid italien italy mailand milan rom portugal lissabon lisbon tschechien prag prague estland estonia "
    "tallinn litauen lithuania lettland latvia luxemburg luxembourg"
)
_FAR_PLACES: Final = (
    "usa us u\\.s\\.a? vereinigte staaten united states amerika\\w* american virginia oregon ohio kalifornien "
    "california texas carolina utah iowa nevada seattle canada kanada toronto montreal singapur singapore indien "
    "india mumbai china japan tokyo tokio sydney australien australia israel brasilien brazil london "
    "großbritannien england uk united kingdom schweiz switzerland zürich zurich"
)


def _places(names: str) -> re.Pattern[str]:
    joined = names.replace("vereinigte staaten", "vereinigte_staaten").replace("united states", "united_states")
    joined = joined.replace("united kingdom", "united_kingdom")
    return pattern(rf"(?<![\w-])(?:{'|'.join(joined.split()).replace('_', ' ')})(?!\w)")


GERMAN_PLACE: Final = _places(_GERMAN_PLACES)
EU_PLACE: Final = _places(_EU_PLACES)
FAR_PLACE: Final = _places(_FAR_PLACES)
ON_PREMISES: Final = pattern(
    r"(?:im haus\b|im eigenen haus|in ihrem haus|auf (?:ihrem|dem) (?:eigenen )?(?:rechner|server)|"
    r"eigene[mnr]? servern?|"
    r"(?:verlassen|verlässt) (?:\w+ ){0,2}(?:haus|einrichtung|gerät)[^.;,]{0,10}nicht|on-?premises?|"
    r"on your own servers?|"
    r"leaves? the (?:house|building|premises)|bleiben (?:\w+ ){0,2}im (?:haus|gebäude)|self-hosted)"
)
WHERE_DATA_LIE: Final = pattern(
    r"(?:\bserver\w*|\w*hosting\w*|\bgehostet\w*|\w*rechenzentr\w+|\bcloud\w*|\bdaten\b|\bspeicher\w*|gespeichert|"
    r"\bhosted\b|data cent(?:re|er)s?|\bstored\b|\bstorage\b|\bprocessed\b|\bdata\b|infrastructure|\bregion\b|"
    r"\bbetrieb\b|\bbetrieben\b|auswertung läuft|running in|computing cluster|gpus?\b|sub-?processors?|"
    r"on-?premise\w*|"
    r"auf (?:ihrem|dem) (?:eigenen )?(?:rechner|server))"
)
"""A place counts as where data lie only beside one of these."""
HAPPENS_THERE: Final = pattern(
    r"(?:developed|gegründet|founded|entwickelt|\bused|users?|genutzt|customers?|kunden) (?:\w+ )?(?:in|aus)? ?$"
)
"""Before a place: something else than the data is there."""
OF_A_LANGUAGE: Final = pattern(
    r"(?:-| (?:interface|language|version|texts?|speaking|support\w*|and|or|pdfs?|users?|voices?|output|oberfläche|"
    r"sprache|und|oder)\b)"
)
"""After "German": the language is meant, not the place."""

_LANGUAGES: Final = {
    "de": "deutsch|german",
    "en": "englisch|english",
    "tr": "türkisch|tuerkisch|turkish",
    "ar": "arabisch|arabic",
    "uk": "ukrainisch|ukrainian",
    "ru": "russisch|russian",
    "fa": "farsi|dari|persisch|persian",
    "ku": "kurdisch|kurmandschi|kurmanji|kurdish",
    "pl": "polnisch|polish",
    "ro": "rumänisch|romanian",
    "bg": "bulgarisch|bulgarian",
    "fr": "französisch|french",
    "es": "spanisch|spanish",
    "it": "italienisch|italian",
    "nl": "niederländisch|dutch",
    "so": "somali",
    "ti": "tigrinya|tigrinja",
    "ps": "paschtu|pashto",
    "vi": "vietnamesisch|vietnamese",
    "sq": "albanisch|albanian",
    "sr": "serbisch|serbian",
    "el": "griechisch|greek",
    "ka": "georgisch|georgian",
    "he": "hebräisch|hebrew",
    "yi": "jiddisch|yiddish",
    "zh": "chinesisch|chinese",
    "pt": "portugiesisch|portuguese",
}
_ITS_LANGUAGE: Final = (
    r"(?= (?:and|or|und|oder|interface|versions?|support\w*|voices?|language|output|locali[sz]ation|desk|vor)\b"
    r"| ?[,.;:)/]| ?$| only| available)"
)
"""German and English are also where somebody comes from; the other languages seldom are."""
LANGUAGE_CODES: Final = tuple(_LANGUAGES)
LANGUAGES: Final[dict[str, re.Pattern[str]]] = {
    code: pattern(rf"\b(?:{names})(?:e[nrms]?)?\b{_ITS_LANGUAGE if code in ('de', 'en') else ''}")
    for code, names in _LANGUAGES.items()
}
ANY_LANGUAGE: Final = re.compile("|".join(words.pattern for words in LANGUAGES.values()), re.IGNORECASE)
SPOKEN: Final = pattern(
    r"(?:\bauf\b|in \d+ (?:\w+ )?languages|\bliegen\b|\bspricht\b|\bsprachen?\b|\bsprachfassung\w*|oberfläche|"
    r"\binhalte?\b|"
    r"languages?|interface|version|support\w*|available|\bin\b|voices?|output|localisation|localization|\btexte?\b)"
)
"""Beside one of these the name of a language is one the product speaks."""
CLOSED_LIST: Final = pattern(
    r"(?:weitere sprachen (?:\w+ )?(?:\w+ )?nicht|keine weiteren sprachen|\bnur auf\b|ausschließlich auf|"
    r"in \w+(?: and \w+)? only|only (?:available )?in|no other languages?|other languages are not)"
)
"""The list of languages is whole."""


def is_language(place: re.Match[str], text: str) -> bool:
    """Tell whether "German" or "deutsche" in a text is about a language."""
    word = place.group().lower()
    return (
        word.startswith(("german", "deutsche")) and word != "germany" and bool(OF_A_LANGUAGE.match(text[place.end() :]))
    )
