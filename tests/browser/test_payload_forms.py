"""[11] Every field of every form, through Chromium: what is written stays text where it is shown again."""

import re
from pathlib import Path

import pytest

from app.vocabulary import Role
from app.web.forms import Ask
from tests import stories
from tests.access.page_matrix import rows_of_pages
from tests.access.world import PEOPLE, put_person
from tests.browser.conftest import Open, Site
from tests.browser.probing import JOINED, forms, packs, probe, send
from tests.browsing import Watched
from tests.payloads import PAYLOADS

pytestmark = pytest.mark.browser

WRITTEN = (Ask.TEXT, Ask.EMAIL, Ask.PASSWORD, Ask.CODE, Ask.AREA, Ask.NUMBER, Ask.DECIMAL, Ask.DATE, Ask.LINES)
SHORT = 75
"""Characters that every field takes."""


def places(site: Site) -> list[tuple[str, str]]:
    """Every page with somebody who may see it: (subject, address)."""
    found = {}
    for row in rows_of_pages(site.world.ids):
        if row.method == "GET" and "200" in row.expected.split() and "download" not in row.operation:
            found[row.url] = PEOPLE[row.expected.split().index("200")]
    if "founder" not in site.world.cookies:
        startup = stories.organisation(site.context, "startup", "Ohne Angebot")
        grant = {"role": Role.STARTUP_MEMBER, "organisation_id": startup, "manager": True}
        site.world.ids["founder"], site.world.cookies["founder"] = put_person(site.context, "founder", grant)
    return [("founder", "/profiles/new"), *((subject, url) for url, subject in found.items())]


class Windows:
    """One window for each person."""

    def __init__(self, open_page: Open) -> None:
        self.open_page, self.opened = open_page, dict[str, Watched]()

    def of(self, subject: str) -> Watched:
        if subject not in self.opened:
            self.opened[subject] = self.open_page(subject if subject != "anonymous" else None)
        return self.opened[subject]


def write_everywhere(site: Site, open_page: Open, text: str, *, everything: bool = False) -> set[tuple[str, str]]:
    """Send a text through all forms. Returns the fields: (where the form sends to, name)."""
    windows, seen = Windows(open_page), set[tuple[str, str]]()
    for subject, address in places(site):
        page = windows.of(subject).page
        page.goto(site.url + address)
        probe(page)
        here = True
        for index, action, names in list(forms(page)):
            fields = {(action, name) for name in names}
            if fields <= seen:
                continue
            seen |= fields
            if not here:
                page.goto(site.url + address)
            here = False
            send(page, index, text, everything=everything)
            probe(page)
    return seen


def test_all_payloads_through_all_fields_of_all_forms(site: Site, open_page: Open) -> None:
    """All 60 at once: most fields refuse that and show it again, some keep it and lead on to where it is shown."""
    assert len(PAYLOADS) == 60
    seen = write_everywhere(site, open_page, JOINED)
    asked = "|".join(f"Ask.{ask.name}" for ask in WRITTEN)
    declared = re.compile(rf'Field\(\s*"(\w+)",\s*(?:{asked})\b')
    names = {name for file in Path("app/web").glob("*.py") for name in declared.findall(file.read_text("utf-8"))}
    assert len(names) > 40
    assert names - {name for _, name in seen} == set(), "fields that no page of the matrix shows"


def test_what_fits_is_taken_by_all_forms_and_stays_text(site: Site, open_page: Open) -> None:
    """A few of them, short enough for every field; the others are stored in `test_payload_values`."""
    write_everywhere(site, open_page, max(packs(SHORT), key=len))


@pytest.mark.long
@pytest.mark.parametrize("pack", packs(SHORT), ids=map(str, range(len(packs(SHORT)))))
def test_every_payload_through_every_field(site: Site, open_page: Open, pack: str) -> None:
    write_everywhere(site, open_page, pack)


@pytest.mark.long
def test_payloads_through_what_nobody_writes_into(site: Site, open_page: Open) -> None:
    """Choices, boxes and hidden fields as somebody would send them without a browser."""
    write_everywhere(site, open_page, JOINED, everything=True)
