"""Both whole texts on the page of a pair, with the places marked that speak for each other."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from app.matches.schemas import SpanRead
from app.web.marking import mark_text
from matching.texts import Side
from tests.web.conftest import Site

PROBLEM = "Nachts ist niemand da.\nStürze werden spät bemerkt."


@given(st.lists(st.tuples(st.integers(0, len(PROBLEM)), st.integers(0, len(PROBLEM))), max_size=6))
def test_marking_changes_no_text(ends: list[tuple[int, int]]) -> None:
    spans = [SpanRead(field="problem", start=min(a, b), end=max(a, b), text="") for a, b in ends]
    (field,) = mark_text(Side.CHALLENGE, SimpleNamespace(problem=PROBLEM, wish=""), spans)
    assert "".join(piece.text for piece in field.pieces) == PROBLEM
    inside = {place for a, b in ends for place in range(min(a, b), max(a, b))}
    at, marked = 0, set()
    for piece in field.pieces:
        marked |= set(range(at, at + len(piece.text))) if piece.number else set()
        at += len(piece.text)
    assert marked == inside


def test_a_pair_shows_both_texts_with_the_same_numbers(site: Site) -> None:
    page = site.get(f"/challenges/{site.ids['challenge']}/matches/{site.ids['profile']}?side=challenge", "staff_a")
    quotes = [quote.get_text() for quote in page.all(".evidence blockquote")]
    assert quotes
    own, other = page.all(".marked section")
    for section, said in ((own, quotes[::2]), (other, quotes[1::2])):
        marks = {int(mark.sup.get_text()): mark.get_text() for mark in section.select("mark") if mark.sup}
        assert marks == {number: f"{number}{text}" for number, text in enumerate(said, start=1)}
