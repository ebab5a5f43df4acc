"""Every page is light: under 150 kB on the first load, without fonts, as it goes over the wire."""

import re

from tests.access.page_matrix import rows_of_pages
from tests.access.world import PEOPLE
from tests.web.conftest import Answer, Site

MOST = 150_000
FONTS = (".woff2", ".woff")


class Wire:
    """Counts bytes as they are sent, compressed where the server compresses."""

    def __init__(self, site: Site) -> None:
        self.site, self.known = site, dict[str, int]()

    def size(self, path: str, subject: str = "anonymous") -> int:
        """Head and body of one answer."""
        headers = self.site.world.headers(subject) | {"Accept-Encoding": "gzip"}
        with self.site.client.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200, path
            head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
            return head + sum(map(len, answer.iter_raw()))

    def file(self, path: str) -> int:
        """A file and what it asks for itself; each is kept, as all pages ask for the same."""
        if path not in self.known:
            self.known[path] = self.size(path) + sum(
                self.file(path.rpartition("/")[0] + "/" + name.removeprefix("./"))
                for name in self._asked_by(path)
                if not name.startswith("data:") and not name.endswith(FONTS)
            )
        return self.known[path]

    def _asked_by(self, path: str) -> list[str]:
        if not path.endswith(".css"):
            return []
        return re.findall(r"""url\(["']?([^"')]+)""", self.site.client.get(path).text)

    def page(self, path: str, subject: str) -> int:
        """A page with everything it links to be loaded with it."""
        html = Answer(self.site.client.get(path, headers=self.site.world.headers(subject))).html
        linked = [str(one["href"]) for one in html.select('link[rel="stylesheet"]')]
        linked += [str(one["src"]) for one in html.select("script[src], img[src]")]
        return self.size(path, subject) + sum(self.file(one) for one in linked if not one.startswith("data:"))


def test_every_page_is_light_on_the_first_load(site: Site) -> None:
    wire, seen, heavy = Wire(site), 0, {}
    for row in rows_of_pages(site.ids):
        if row.method != "GET" or "download" in row.operation or "200" not in row.expected.split():
            continue
        weight = wire.page(row.url, PEOPLE[row.expected.split().index("200")])
        seen += 1
        if not 40_000 < weight < MOST:
            heavy[row.url] = weight
    assert heavy == {}
    assert seen > 60
    assert {name.rpartition("/")[2] for name in wire.known} >= {"kern.min.css", "passgenau.css", "htmx.min.js"}
