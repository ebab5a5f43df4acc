"""Terms of social work in German and English, so that shared terms are found across languages.

Each line is one notion: German word beginnings, then English ones. A word belongs to a notion when it begins with one
of them and has only an ending besides.
"""

from __future__ import annotations

import functools
from typing import Final

_NOTIONS: Final = """
pflege betreuung | care nursing
pflegeheim altenheim seniorenheim | nursing care-home
dienstplan schichtplan dienstplanung | roster rota shift
sturz stürz | fall falls
nacht nachts nachtdienst | night
ehrenamt ehrenamtlich freiwillig | volunteer
angehörige | relative relatives
bewohner | resident
patient | patient
jugend jugendlich | youth young
kind kinder | child children
familie eltern | family parent parents
schule schüler | school pupil
beratung berater | counsel advice advis
schulden schuldner | debt debts
sucht abhängig | addict addiction
obdachlos wohnungslos | homeless
flucht geflüchtet | refugee displaced
migration zugewandert | migra newcomer
dolmetsch übersetz sprachmittl | interpret translat
sprache sprach | language languages
demenz | dementia
behinder | disabilit disabled
werkstatt wfbm | workshop sheltered
assistenz assistent | assist assistance assistant
barriere barrierefrei | accessib barrier
dokumentation | documentation record
übergabe | handover
abrechnung rechnung | billing invoice
buchhaltung | accounting bookkeeping
förderung zuwendung fördermittel | grant funding
spende spender | donor donation donate
lebensmittel tafel | food groceries
küche essen mahlzeit | meal kitchen
fahrdienst fahrt fahrten | transport ride rides
rettung rettungsdienst sanität | rescue ambulance
katastrophe hochwasser | disaster flood
notruf alarm | alarm alert emergency
sensor | sensor sensors
kamera | camera
tablet | tablet
termin termine | appointment
zimmer wohnung wohn | room housing home
miete vermiet | rent landlord
wunde wund | wound
medikament medikation | medication drug
schmerz | pain
sterben trauer hospiz | grief hospice bereave
gewalt übergriff | violence assault
krise | crisis
traum trauma | trauma
therapie | therapy
schicht | shift
personal mitarbeite kolleg beschäftigt | staff employee colleague
ausbildung azubi lern | training apprentice learn
praktikum | placement internship
bewerbung | application applicant
formular antrag anträge | form forms application
vertrag verträge | contract
datenschutz | privacy data-protection
verschlüssel | encrypt
anonym pseudonym | anonymous pseudonym alias
einsam einsamkeit besuch | lonel visit befriend
nachbar quartier | neighbour neighborhood
kleidung altkleider | clothes clothing
lager bestand vorrat | stock inventory
gerät geräte | device devices equipment
reparatur | repair
wäsche | laundry
hitze | heat
heizung energie | heating energy
inklusion teilhabe | inclusion participation
gebärde | sign-language
gehör hörgeschädigt taub | deaf hearing
blind sehbehindert | blind visually
rollstuhl | wheelchair
leicht verständlich | plain easy
selbsthilfe | self-help peer
gruppe gruppen | group groups
verein | association club
stunde stunden zeiterfassung | hour hours timesheet
wahl stimm | election ballot vote
beschwerde | complaint
bericht berichte | report reports
wissen handbuch | knowledge handbook
"""


_LONGEST_ENDING: Final = 5
"""Letters an inflection or a derivation adds at most; more is another word of a compound."""


_SHORTEST: Final = 3


@functools.cache
def _beginnings() -> dict[str, int]:
    lines = filter(None, map(str.strip, _NOTIONS.splitlines()))
    return {word: number for number, line in enumerate(lines) for word in line.replace("|", " ").split()}


def notion(word: str) -> int | None:
    """Give the number of the notion a casefolded word belongs to, None for a word of no notion."""
    beginnings = _beginnings()
    for end in range(len(word), max(len(word) - _LONGEST_ENDING, _SHORTEST) - 1, -1):
        if (number := beginnings.get(word[:end])) is not None:
            return number
    return None
