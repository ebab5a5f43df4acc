from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.texts import MAX_PASSAGES, Side, compose, encoding_form, split_passages, text_hash
from matching.tokens import words

PROSE = "Wir suchen eine Lösung für Dienstpläne. Das kostet z. B. 3 Std. pro Woche, d. h. ca. 5 Prozent! Geht das? "

any_text = st.one_of(
    st.text(max_size=3000),
    st.lists(st.sampled_from(["Pflege ", "z. B. ", "Ende. ", "\n", "wo? ", "x" * 400, "Wort "]), max_size=300).map(
        "".join
    ),
)


def test_parts_are_exact_ranges_and_empty_fields_are_left_out() -> None:
    fields = [("title", " Titel "), ("problem", "   "), ("wish", "Zwei\nZeilen"), ("success", "")]
    text = compose(Side.CHALLENGE, fields, "de")
    assert text.whole == " Titel \nZwei\nZeilen"
    assert [(part.field, text.whole[part.start : part.end]) for part in text.parts] == [
        ("title", " Titel "),
        ("wish", "Zwei\nZeilen"),
    ]


def test_short_text_is_one_passage() -> None:
    assert compose(Side.PROFILE, [("offer", "Eine App. Sie hilft.")]).passage_texts() == ["Eine App. Sie hilft."]


def test_passages_group_sentences_to_readable_length() -> None:
    passages = compose(Side.CHALLENGE, [("problem", PROSE * 9)], "de").passage_texts()
    assert all(150 <= len(passage) <= 420 for passage in passages)
    assert all(passage[-1] in ".!?" for passage in passages)


@pytest.mark.parametrize("ending", ["z. B. viele", "Nr. 5 im Plan", "Dr. Meier kam", "am 3. Mai"])
def test_abbreviations_end_no_sentence(ending: str) -> None:
    before = (
        "Ein ganzer Satz mit vielen Wörtern, der lang genug ist, um allein eine Passage zu füllen, und noch mehr " * 2
    )
    passages = compose(Side.CHALLENGE, [("problem", f"{before}{ending}. {before}.")], "de").passage_texts()
    assert not any(passage.startswith(ending.rsplit(". ", 1)[-1]) for passage in passages)


@given(any_text)
def test_passages_are_in_order_disjoint_bounded_and_cover_every_word(whole: str) -> None:
    passages = split_passages(whole)
    assert 1 <= len(passages) <= MAX_PASSAGES
    at = 0
    for start, end in passages:
        assert at <= start <= end <= len(whole)
        assert not whole[at:start].strip()
        assert whole[start:end] == whole[start:end].strip()
        at = end
    assert not whole[at:].strip()


@given(any_text)
def test_encoding_form_is_stable_and_has_single_blanks(text: str) -> None:
    form = encoding_form(text)
    assert words(encoding_form(form)) == words(form)
    assert form == " ".join(form.split())


def test_hash_depends_on_side_and_text_alone() -> None:
    challenge = compose(Side.CHALLENGE, [("title", "Hilfe"), ("wish", "bald")], "de")
    assert text_hash(challenge) == text_hash(compose(Side.CHALLENGE, [("a", "Hilfe\nbald")], "en"))
    assert text_hash(challenge) != text_hash(compose(Side.PROFILE, [("title", "Hilfe"), ("wish", "bald")], "de"))
    assert len(text_hash(challenge)) == 64


def test_language_is_detected_unless_given() -> None:
    fields = [("problem", "We need somebody who helps our volunteers to plan their shifts")]
    assert compose(Side.CHALLENGE, fields).language == "en"
    assert compose(Side.CHALLENGE, fields, "de").language == "de"
    with pytest.raises(ValueError, match="'fr'"):
        compose(Side.CHALLENGE, fields, "fr")


def test_sides_name_each_other() -> None:
    assert Side.CHALLENGE.other is Side.PROFILE
    assert Side("profile").other is Side.CHALLENGE
