"""What sentences of a profile state, in both languages, and how negations turn it round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo import dataset
from app.matches.texts import facets, statements_of
from matching.criteria import Status, check, eligible, encode_challenge_facets, encode_profile_facets
from matching.statements import Statement, read_statements, sentences
from matching.texts import Side


def stated(text: str, kind: str, value: str | int | None = None) -> bool | None:
    found = {statement.requirement: statement.holds for statement in read_statements([("offer", text)])}
    return found.get((kind, value))


@pytest.mark.parametrize(
    ("text", "kind", "value", "expected"),
    [
        ("Unsere Server stehen in Karlsruhe.", "hosting", "germany", True),
        ("Die Server stehen in den USA.", "hosting", "germany", False),
        ("Die Server stehen in den USA.", "hosting", "eu", False),
        ("All data are stored in Dublin.", "hosting", "germany", False),
        ("All data are stored in Dublin.", "hosting", "eu", True),
        ("Ein Rechenzentrum in Deutschland bieten wir nicht an.", "hosting", "germany", False),
        ("An EU region for storage is on the roadmap.", "hosting", "eu", False),
        ("Alle Daten bleiben im Haus.", "hosting", "on_premises", True),
        ("Entwickelt in Dublin, unsere Server stehen in Mainz.", "hosting", "germany", True),
        ("Das Team sitzt in Hamburg und London.", "hosting", "germany", None),
        ("The German interface is easy to use and data are exported.", "hosting", "germany", None),
        ("Funktioniert auch ohne Internet.", "offline", None, True),
        ("Eine Internetverbindung ist zwingend erforderlich.", "offline", None, False),
        ("Eine Internetverbindung ist nicht nötig.", "offline", None, True),
        ("The app needs a constant internet connection.", "offline", None, False),
        ("Offline-Nutzung ist leider nicht möglich.", "offline", None, False),
        ("Eine Deckenkamera beobachtet den Flur.", "without", "camera", False),
        ("Wir arbeiten ohne Kameras.", "without", "camera", True),
        ("Keine Mikrofone, keine Kameras.", "without", "camera", True),
        ("Man scannt den Barcode mit der Kamera.", "without", "camera", None),
        ("Cameras are optional.", "without", "camera", None),
        ("Ein Smartphone wird nicht benötigt.", "without", "own_smartphone", True),
        ("Nutzende brauchen ein Smartphone, das ist Voraussetzung.", "without", "own_smartphone", False),
        ("Jede Fahrt wird per GPS-Tracking mit Standort in Echtzeit gezeigt.", "without", "location_tracking", False),
        ("Es entsteht kein Bewegungsprofil.", "without", "location_tracking", True),
        ("Übersetzt wird maschinelle Übersetzung mit Prüfung.", "without", "machine_translation", False),
        ("Never machine translation, always a person.", "without", "machine_translation", True),
        ("Nachrichten sind Ende-zu-Ende-verschlüsselt.", "end_to_end_encryption", None, True),
        ("Messages are not end-to-end encrypted.", "end_to_end_encryption", None, False),
        ("Die Anmeldung läuft mit Klarnamenpflicht.", "anonymous_use", None, False),
        ("Man wählt einen Fantasienamen.", "anonymous_use", None, True),
        ("Nach einer zweitägigen Schulung geht es los.", "no_training", None, False),
        ("No training needed.", "no_training", None, True),
        ("Ein AVV liegt vor und muss nicht angefragt werden.", "data_protection_paper", "avv", True),
        ("Einen AVV schließen wir nicht ab.", "data_protection_paper", "avv", False),
        ("Konform mit DSGVO und KDG.", "data_protection_regime", "kdg", True),
        ("Das KDG decken wir noch nicht ab.", "data_protection_regime", "kdg", False),
        ("Texte liegen auf Deutsch und Türkisch vor, weitere Sprachen gibt es nicht.", "language", "tr", True),
        ("The product is available in English only.", "language", "de", False),
        ("There is no German version.", "language", "de", False),
        ("Many German brands trust us.", "language", "de", None),
        ("Heime, Wohngruppen und Kliniken können wir nicht beliefern.", "setting", "care_home", False),
        ("Für Beratungsstellen ist das Produkt nicht zugelassen.", "setting", "counselling_centre", False),
        ("Über 300 Beratungsstellen arbeiten damit.", "setting", "counselling_centre", None),
        ("Wir arbeiten ausschließlich in Hessen und im Saarland.", "region_on_site", "bayern", False),
        ("Wir arbeiten ausschließlich in Hessen und im Saarland.", "region_on_site", "hessen", True),
        ("Wir arbeiten in Hessen.", "region_on_site", "bayern", None),
        ("Lizenz ab 12.000 Euro jährlich.", "max_price_band", "up_to_5000", False),
        ("Lizenz ab 12.000 Euro jährlich.", "max_price_band", "up_to_20000", None),
        ("Kostenlos, große Träger zahlen 900 Euro im Jahr.", "max_price_band", "free", None),
        ("Der Prototyp steht bei TRL 4.", "min_maturity", 6, False),
        ("Der Prototyp steht bei TRL 4.", "min_maturity", 4, True),
        ("Die AVR sind hinterlegt.", "labour_rules", "avr", True),
        ("Tarifregeln (AVR, TVöD) sind nicht abgebildet.", "labour_rules", "avr", False),
    ],
)
def test_what_a_sentence_states(text: str, kind: str, value: str | int | None, expected: bool | None) -> None:
    assert stated(text, kind, value) is expected


def test_the_sentence_that_says_so_is_named() -> None:
    text = "Wir helfen Nachtdiensten. Die Server stehen z. B. in Ohio. Fragen Sie uns!"
    (found,) = (s for s in read_statements([("offer", text)]) if s.requirement == ("hosting", "eu"))
    assert text[found.start : found.end] == "Die Server stehen z. B. in Ohio."
    assert Statement.from_list(found.as_list()) == found


def test_a_clause_that_fails_a_requirement_goes_before_one_that_meets_it() -> None:
    text = "Server in Deutschland. Die Sicherung liegt auf Servern in Virginia."
    assert stated(text, "hosting", "germany") is False


def test_a_field_goes_before_prose_and_prose_fills_what_fields_leave_open() -> None:
    challenge = {"must_haves": [{"kind": "hosting", "value": "germany"}]}
    prose = {"statements": [s.as_list() for s in read_statements([("offer", "Die Server stehen in Texas.")])]}
    (result,) = (r for r in check(challenge, prose) if r.key == "hosting")
    assert result.status is Status.FAILED
    assert result.source is not None
    (result,) = (r for r in check(challenge, prose | {"hosting": "germany"}) if r.key == "hosting")
    assert result.status is Status.MET
    assert result.source is None


def test_what_an_exclusion_names_is_excluded() -> None:
    found = read_statements([("exclusions", "Pflegeheime und Kitas")])
    assert {s.requirement for s in found if not s.holds} == {("setting", "care_home"), ("setting", "day_care")}


@given(st.text(max_size=600))
def test_any_text_can_be_read_and_spans_lie_within_it(text: str) -> None:
    for found in read_statements([("offer", text)]):
        assert 0 <= found.start < found.end <= len(text)
        assert not text[found.start].isspace()
    covered = "".join(text[start:end] for start, end in sentences(text))
    assert "".join(covered.split()) == "".join(text.split())


def test_prose_agrees_with_the_fields_of_the_demonstration_profiles() -> None:
    """The reader was not written on these texts; fields and prose of a profile were written together."""
    agreed = differed = 0
    for demo in dataset.profiles():
        fields = facets(Side.PROFILE, demo.content)
        fields_only = fields | {"statements": []}
        for statement in statements_of(demo.content):
            must = {"kind": statement.kind, "value": statement.value}
            if statement.kind == "region_on_site":
                continue
            (result,) = (r for r in check({"must_haves": [must]}, fields_only) if r.key == statement.kind)
            if result.status is not Status.OPEN:
                agreed += (result.status is Status.MET) == statement.holds
                differed += (result.status is Status.MET) != statement.holds
    assert agreed > 90
    assert differed <= 0.03 * agreed


def test_no_useful_demonstration_pair_is_shut_out_and_every_listed_violation_is() -> None:
    challenges = {demo.key: facets(Side.CHALLENGE, demo.content) for demo in dataset.challenges()}
    profiles = {demo.key: facets(Side.PROFILE, demo.content) for demo in dataset.profiles()}
    violated = [line.split("\t")[:2] for line in (dataset.DATA / "violations.tsv").read_text("utf-8").splitlines()]
    rows, columns = list(challenges), list(profiles)
    allowed = eligible(encode_challenge_facets(challenges.values()), encode_profile_facets(profiles.values()))
    for (challenge, profile), grade in dataset.judgements().items():
        assert allowed[rows.index(challenge), columns.index(profile)] or grade == 1, (challenge, profile)
    assert len(violated) == 10
    for challenge, profile in violated:
        assert not allowed[rows.index(challenge), columns.index(profile)], (challenge, profile)
