"""Tables that are wider than a phone: they move sideways, what they are about stays."""

import pytest

from tests.browser.conftest import Open, Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["/audit", "/challenges/{challenge}/compare?with={profile}&with={second_profile}"])
def test_the_caption_of_a_wide_table_stays_in_view(site: Site, open_page: Open, path: str) -> None:
    page = open_page("admin", width=320).page
    page.goto(site.url + path.format(**site.world.ids))
    region = page.locator(".scroll").first
    assert region.evaluate("one => one.scrollWidth > one.clientWidth + 100"), "wider than its place"
    for moved in (0, 80, 100_000):
        inside = region.evaluate(
            """(one, moved) => {
                one.scrollLeft = moved;
                const [caption, place] = [one.querySelector("caption"), one].map(each => each.getBoundingClientRect());
                return caption.left >= place.left - 1 && caption.right <= place.right + 1 && caption.width > 50;
            }""",
            moved,
        )
        assert inside, moved
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
