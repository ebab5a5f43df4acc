"""What rows are read as, and what is said about bad ones."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.challenges.kind import CHALLENGES
from app.context import Context
from app.errors import FieldError
from app.fields import clean_text
from app.importing.cells import read_cells
from app.importing.columns import KINDS, template
from app.importing.contents import read_content
from app.importing.errors import KindUnknown
from app.importing.readers import read_table
from app.importing.service import CheckedFile, check_table
from app.profiles.kind import PROFILES
from app.publishing.kinds import Kind
from app.vocabulary import FieldOfAction, Language, Region
from tests.importing.files import CHALLENGE, PROFILE, as_cells, csv_file, json_file
from tests.stories import challenge, organisation, profile

TODAY = date(2026, 11, 23)


def check(context: Context, content: str, kind: Kind | None = None, organisation_id: int | None = None) -> CheckedFile:
    with context.sessions.read() as session:
        table = read_table(content.encode())
        return check_table(session, context.clock.today(), table, kind, organisation_id)


def told(checked: CheckedFile) -> list[tuple[int | None, str, str]]:
    return [(error.row, error.error.field, error.error.code) for error in checked.errors]


def cell(kind: Kind, name: str, text: str) -> Any:
    values, problems = read_cells(kind.content, {name: text})
    return problems[0].code if problems else values.get(name)


@pytest.mark.parametrize(
    ("kind", "name", "text", "value"),
    [
        (CHALLENGES, "title", " Was; mit, Zeichen | darin ", "Was; mit, Zeichen | darin"),
        (CHALLENGES, "number_of_sites", "12", 12),
        (CHALLENGES, "number_of_sites", "12,0", 12),
        (CHALLENGES, "own_funds", "10.000", "int_parsing"),
        (CHALLENGES, "own_funds", "10 000", "int_parsing"),
        (CHALLENGES, "own_funds", "2,5", "int_parsing"),
        (CHALLENGES, "staff_hours_per_week", "2,5", 2.5),
        (CHALLENGES, "staff_hours_per_week", "0.125", 0.125),
        (CHALLENGES, "staff_hours_per_week", "1.000", "float_parsing"),
        (CHALLENGES, "staff_hours_per_week", "nan", "float_parsing"),
        (CHALLENGES, "staff_hours_per_week", "1e3", "float_parsing"),
        (CHALLENGES, "deadline", "2027-01-31", date(2027, 1, 31)),
        (CHALLENGES, "deadline", "31.1.2027", date(2027, 1, 31)),
        (CHALLENGES, "deadline", "31.02.2027", "date_parsing"),
        (CHALLENGES, "deadline", "01/31/2027", "date_parsing"),
        (CHALLENGES, "deadline", "46387", "date_parsing"),
        (CHALLENGES, "region", " Baden-Württemberg ", "baden-wuerttemberg"),
        (CHALLENGES, "fields_of_action", "health, Family|| training,", ["health", "family", "training"]),
        (CHALLENGES, "budget_band", "  ", None),
        (PROFILES, "non_profit", "WAHR", True),
        (PROFILES, "non_profit", "nein", False),
        (PROFILES, "non_profit", "vielleicht", "bool_parsing"),
        (PROFILES, "certifications", "ISO 9001, ISO 27001", ["ISO 9001", "ISO 27001"]),
        (PROFILES, "certifications", "AZAV, Träger|ISO 9001", ["AZAV, Träger", "ISO 9001"]),
        (
            CHALLENGES,
            "must_haves",
            "hosting=germany|on_site|Max_Price_Band: up_to_5000|other:Text, mit = und: Komma",
            [
                {"kind": "hosting", "value": "germany"},
                {"kind": "on_site"},
                {"kind": "max_price_band", "value": "up_to_5000"},
                {"kind": "other", "text": "Text, mit = und: Komma"},
            ],
        ),
        (CHALLENGES, "must_haves", "offline, language=de", [{"kind": "offline"}, {"kind": "language", "value": "de"}]),
    ],
)
def test_a_cell_is_read_as_people_write_it(kind: Kind, name: str, text: str, value: Any) -> None:
    assert cell(kind, name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "german"),
    [
        ("must_haves", "hosting", "„hosting“: Hier fehlt der Wert: hosting=..."),
        ("must_haves", "on_site=ja", "„on_site=ja“: „on_site“ steht allein, ohne Wert."),
        ("must_haves", "hosting=mond", "„hosting=mond“: Erlaubt sind: 'germany', 'eu' oder 'on_premises'."),
        ("fields_of_action", "health|gesundheit", "„gesundheit“: Erlaubt sind: 'health'"),
        ("region", "Köln", "Erlaubt sind: 'baden-wuerttemberg'"),
        ("title", "x" * 201, "Der Text ist zu lang: höchstens 200 Zeichen."),
        ("title", "★★★", "Der Text enthält keine Buchstaben"),
        ("problem", "links\u202erechts", "Der Text enthält das unsichtbare Steuerzeichen U+202E"),
        ("number_of_sites", "0", "Der kleinste Wert ist 1."),
        ("expires_on", "2020-05-01", "Wählen Sie einen Tag ab heute"),
    ],
)
def test_a_bad_cell_is_named_with_its_piece(name: str, text: str, german: str) -> None:
    values = {key: value for key, value in CHALLENGE.items() if key != "organisation"} | {name: text}
    content, problems = read_content(CHALLENGES, values, is_csv=True, today=TODAY)
    assert content is None
    (problem,) = problems
    assert problem.field == name
    assert problem.message(Language.GERMAN).startswith(german)


def test_an_unknown_must_have_lists_the_known_ones() -> None:
    _, (problem,) = read_content(CHALLENGES, CHALLENGE_CELLS | {"must_haves": "nearby"}, is_csv=True, today=TODAY)
    assert "Bekannt sind" in problem.de
    assert "'max_price_band'" in problem.de
    assert "Known are" in problem.en


CHALLENGE_CELLS = {name: value for name, value in CHALLENGE.items() if name != "organisation"}

words = st.text("ab äß\";,|\n'–“=:1", max_size=40).map(lambda text: clean_text("x" + text))
phrases = st.text("ab ä;,\"'=1", max_size=20).map(lambda text: clean_text("x" + text))
challenges = st.builds(
    CHALLENGES.content,
    title=words,
    problem=words,
    wish=words,
    fields_of_action=st.lists(st.sampled_from(FieldOfAction), min_size=1, max_size=4),
    region=st.sampled_from(Region),
    setting=st.none() | words,
    number_of_sites=st.none() | st.integers(1, 100_000),
    staff_hours_per_week=st.none() | st.floats(0, 1000).map(lambda hours: round(hours, 4)),
    deadline=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    must_haves=st.lists(
        st.sampled_from([{"kind": "on_site"}, {"kind": "hosting", "value": "eu"}, {"kind": "min_maturity", "value": 7}])
        | phrases.map(lambda text: {"kind": "other", "text": text}),
        max_size=4,
    ),
)
profiles = st.builds(
    PROFILES.content,
    name=words,
    offer=words,
    problem_solved=words,
    capabilities=words,
    fields_of_action=st.lists(st.sampled_from(FieldOfAction), min_size=1, max_size=4),
    regions=st.lists(st.sampled_from(Region), min_size=1, max_size=4),
    maturity=st.none() | st.integers(1, 9),
    non_profit=st.none() | st.booleans(),
    certifications=st.lists(phrases, max_size=3),
    languages=st.lists(st.sampled_from(["de", "en", "tr"]), max_size=3),
    onboarding_hours=st.none() | st.floats(0, 10_000).map(lambda hours: round(hours, 4)),
)


@given(
    contents=st.lists(challenges, min_size=1, max_size=5) | st.lists(profiles, min_size=1, max_size=5),
    separator=st.sampled_from(",;"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_as_csv_is_read_back(contents: list[Any], separator: str, encoding: str, newline: str) -> None:
    kind = CHALLENGES if isinstance(contents[0], CHALLENGES.content) else PROFILES
    written = csv_file([as_cells(content) for content in contents], separator, newline)
    table = read_table(written.encode(encoding))
    read = [read_content(kind, record.values, is_csv=True, today=date(2000, 1, 1)) for record in table.records]
    assert read == [(content, []) for content in contents]


@given(contents=st.lists(challenges, min_size=1, max_size=5))
def test_what_was_written_as_json_lines_is_read_back(contents: list[Any]) -> None:
    table = read_table(json_file([content.model_dump(mode="json") for content in contents]).encode())
    read = [read_content(CHALLENGES, record.values, is_csv=False, today=date(2000, 1, 1)) for record in table.records]
    assert read == [(content, []) for content in contents]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("separator", [",", ";"])
def test_the_template_can_be_imported(context: Context, name: str, separator: str) -> None:
    organisation(context, "welfare")
    organisation(context, "startup")
    checked = check(context, template(KINDS[name], separator=separator))
    assert (checked.kind, checked.rows, checked.errors) == (KINDS[name], 1, ())


def test_rows_are_counted_as_a_spreadsheet_shows_them(context: Context) -> None:
    organisation(context, "welfare", "Haus")
    long = CHALLENGE | {"problem": "Drei\nZeilen\nText", "title": "Anders"}
    text = csv_file([long, CHALLENGE | {"region": "Köln"}]) + "\r\n;;;;;\r\n" + '"Haus";"Rest"\r\n'
    assert told(check(context, text)) == [(3, "region", "enum"), (6, "", "uneven_columns")]


def test_json_lines_are_counted_as_lines(context: Context) -> None:
    organisation(context, "welfare", "Haus")
    row = CHALLENGE | {"fields_of_action": ["health"]}
    text = "\n" + json_file([row]) + "\n" + json_file([row | {"titel": "Neu", "title": None}]) + "{kaputt\n[1]\n"
    assert told(check(context, text)) == [
        (4, "titel", "unknown_column"),
        (4, "title", "missing"),
        (5, "", "json_invalid"),
        (6, "", "no_object"),
    ]


@pytest.mark.parametrize(
    ("column", "nearest"),
    [
        ("titel", "title"),
        ("Region", "region"),
        ("fields of action", "fields_of_action"),
        ("organization", "organisation"),
    ],
)
def test_an_unknown_column_is_named_with_the_nearest_one(context: Context, column: str, nearest: str) -> None:
    checked = check(context, csv_file([CHALLENGE | {column: "x"}]))
    (error,) = checked.errors
    assert (error.row, error.error.field, error.error.code) == (1, column, "unknown_column")
    assert f"„{nearest}“" in error.error.de
    assert f"'{nearest}'" in error.error.en


def test_the_header_tells_all_that_is_wrong_with_it_at_once(context: Context) -> None:
    text = "title;title;problem;Quatschspalte;fields_of_action\r\na;b;c;d;health\r\n"
    assert set(told(check(context, text, CHALLENGES))) == {
        (1, "Quatschspalte", "unknown_column"),
        (1, "title", "repeated_column"),
        (1, "wish", "missing_column"),
        (1, "region", "missing_column"),
        (1, "organisation_id", "missing"),
    }


def test_the_kind_is_found_out_or_asked_for(context: Context) -> None:
    assert check(context, csv_file([CHALLENGE])).kind is CHALLENGES
    assert check(context, csv_file([PROFILE])).kind is PROFILES
    with pytest.raises(KindUnknown) as caught:
        check(context, "language,fields_of_action\nde,health\n")
    assert "--kind profiles" in str(caught.value)


def test_owners_are_found_by_id_by_name_or_by_the_option(context: Context) -> None:
    one, two = organisation(context, "welfare", "Haus"), organisation(context, "welfare", "Heim")
    rows = [
        CHALLENGE | {"organisation": " Haus "},
        CHALLENGE | {"organisation": "", "organisation_id": f"{two}"},
        CHALLENGE | {"organisation": "Heim", "organisation_id": f"{two}", "title": "Drei"},
        CHALLENGE | {"organisation": "", "title": "Vier"},
    ]
    checked = check(context, csv_file(rows), organisation_id=one)
    assert checked.errors == ()
    assert [row.organisation_id for row in checked.ready] == [one, two, two, one]


def test_wrong_owners_are_told_row_by_row(context: Context) -> None:
    welfare = organisation(context, "welfare", "Haus")
    organisation(context, "startup", "Firma")
    organisation(context, "welfare", "Zwilling")
    organisation(context, "welfare", "Zwilling")
    rows = [
        CHALLENGE | {"organisation": "Firma"},
        CHALLENGE | {"organisation": "Niemand"},
        CHALLENGE | {"organisation": "Zwilling"},
        CHALLENGE | {"organisation": "Firma", "organisation_id": f"{welfare}"},
        CHALLENGE | {"organisation": "", "organisation_id": "999999"},
        CHALLENGE | {"organisation": "", "organisation_id": "eins"},
        CHALLENGE | {"organisation": ""},
    ]
    assert told(check(context, csv_file(rows))) == [
        (2, "organisation", "wrong-organisation-kind"),
        (3, "organisation", "unknown_organisation"),
        (4, "organisation", "ambiguous_organisation"),
        (5, "organisation", "other_organisation"),
        (6, "organisation_id", "unknown_organisation"),
        (7, "organisation_id", "int_parsing"),
        (8, "organisation_id", "missing"),
    ]


def test_a_wrong_option_is_told_once(context: Context) -> None:
    rows = [CHALLENGE_CELLS, CHALLENGE_CELLS | {"title": "Zwei"}]
    assert told(check(context, csv_file(rows), organisation_id=77)) == [
        (None, "organisation_id", "unknown_organisation")
    ]


def test_each_startup_has_one_profile_in_database_and_file(context: Context) -> None:
    organisation(context, "startup", "Leisewacht GmbH")
    organisation(context, "startup", "Andere")
    profile(context, "Sensor", organisation(context, "startup", "Schon da"))
    rows = [
        PROFILE,
        PROFILE | {"organisation": "Andere"},
        PROFILE | {"name": "Neu"},
        PROFILE | {"organisation": "Schon da"},
    ]
    assert told(check(context, csv_file(rows))) == [
        (4, "organisation", "repeated_organisation"),
        (5, "organisation", "profile-exists"),
    ]


def test_the_same_challenge_twice_is_told(context: Context) -> None:
    welfare = organisation(context, "welfare", "Haus")
    organisation(context, "welfare", "Heim")
    stored = challenge(context, welfare, "Sturz Sensor")
    again = CHALLENGE | {name: stored[name] for name in ("title", "problem", "wish", "region")}
    rows = [CHALLENGE, CHALLENGE | {"organisation": "Heim"}, CHALLENGE | {"deadline": "31.12.2027"}, again]
    assert told(check(context, csv_file(rows))) == [(4, "title", "repeated_row"), (5, "title", "stored_already")]


def test_the_last_day_is_checked_against_today(context: Context) -> None:
    organisation(context, "welfare", "Haus")
    yesterday = context.clock.today() - timedelta(days=1)
    text = csv_file([CHALLENGE | {"expires_on": f"{yesterday:%d.%m.%Y}"}])
    assert told(check(context, text)) == [(2, "expires_on", "in_the_past")]


def test_messages_hold_no_control_characters() -> None:
    _, problems = read_content(CHALLENGES, {"\x1b[31mtitel\ud800": 1}, is_csv=False, today=TODAY)
    for problem in problems:
        assert isinstance(problem, FieldError)
        assert (problem.field + problem.de).isprintable()
