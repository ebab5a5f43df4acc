"""Field types shared by all input schemas: clean prose with a limit, sets of codes, must-haves.

Length is checked before anything else looks at a text, so that no check costs more than its limit allows.
"""

import unicodedata
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    create_model,
)
from pydantic_core import PydanticCustomError

from app.vocabulary import (
    Band,
    DataProtectionPaper,
    DataProtectionRegime,
    LabourRules,
    Language,
    LegalForm,
    Setting,
    SpokenLanguage,
    Technology,
)

TOTAL_TEXT_LIMIT = 20_000
"""Characters all texts of one challenge or profile may have together."""

# Invisible characters that word processors leave behind; they carry nothing a reader sees.
_DROPPED = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff"))
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(text: str) -> str:
    """Return `text` in NFC without invisible characters and outer white space.

    Raises `PydanticCustomError` for control, surrogate and bidi-override characters, which can make a text read
    differently from what is stored, and for text without any letter or digit.
    """
    for character in text:
        if character in _BIDI_CONTROLS or (
            character not in "\n\r\t" and unicodedata.category(character) in {"Cc", "Cs"}
        ):
            raise PydanticCustomError(
                "forbidden_character",
                "Remove the invisible control character {character}",
                {"character": f"U+{ord(character):04X}"},
            )
    text = unicodedata.normalize("NFC", text.translate(_DROPPED)).replace("\r\n", "\n").replace("\r", "\n").strip()
    if text and not any(character.isalnum() for character in text):
        raise PydanticCustomError("only_symbols", "Write words: the text has no letter and no digit")
    return text


def _not_empty(text: str) -> str:
    if not text:
        raise PydanticCustomError("empty_text", "Write something here")
    return text


def required_text(limit: int, description: str, **field: Any) -> Any:
    """Return the type of a required text of 1 to `limit` characters."""
    return Annotated[
        str,
        StringConstraints(min_length=1, max_length=limit),
        AfterValidator(clean_text),
        AfterValidator(_not_empty),
        Field(description=description, **field),
    ]


def optional_text(limit: int, description: str, **field: Any) -> Any:
    """Return the type of a text that may be left out; empty counts as left out."""
    return Annotated[
        Annotated[str, StringConstraints(max_length=limit), AfterValidator(clean_text)] | None,
        AfterValidator(lambda text: text or None),
        Field(description=description, **field),
    ]


def _in_order_without_repeats(codes: list[Any]) -> list[Any]:
    return list(dict.fromkeys(codes))


def codes_of(vocabulary: Any, description: str, *, least: int = 0, **field: Any) -> Any:
    """Return the type of a list of codes without repeats."""
    return Annotated[
        list[vocabulary],
        Field(min_length=least, max_length=20, description=description, **field),
        AfterValidator(_in_order_without_repeats),
    ]


Phrase = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100),
    AfterValidator(clean_text),
    AfterValidator(_not_empty),
]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
"""An ISO 639-1 code."""


def _no_lookalike(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise PydanticCustomError("number_type", "A number is expected here")
    return value


NO_LOOKALIKE = BeforeValidator(_no_lookalike)
"""Refuses `true` and `"12"` where a number is described."""
YesOrNo = Annotated[bool, Strict()]
Maturity = Annotated[
    int,
    Field(ge=1, le=9, description="Technology readiness level, 1 (idea) to 9 (proven in use)."),
    NO_LOOKALIKE,
]


class StrictModel(BaseModel):
    """Input that refuses fields it does not know, so that a typo never gets lost."""

    model_config = ConfigDict(extra="forbid")


def patch_of(content: type[BaseModel], name: str, example: dict[str, Any]) -> type[BaseModel]:
    """Return the model of a partial change: the fields of `content`, each of which may be left out or null."""

    class Patch(StrictModel):
        model_config = ConfigDict(json_schema_extra={"examples": [example]})

    fields: dict[str, Any] = {
        field_name: (field.annotation | None, Field(default=None, description=field.description))  # type: ignore[operator]
        for field_name, field in content.model_fields.items()
    }
    return create_model(
        name,
        __base__=Patch,
        __doc__="Fields to change; those left out stay as they are, null empties an optional one.",
        **fields,
    )


class _MustHave(StrictModel):
    pass


class OnSite(_MustHave):
    """The startup must come to the region of the challenge."""

    kind: Literal["on_site"]


class HostingIn(_MustHave):
    """Data must lie in Germany (or in the house), at least in the EU, or in the house."""

    kind: Literal["hosting"]
    value: Literal["germany", "eu", "on_premises"]


class NeedsPaper(_MustHave):
    """A data-protection paper must be there."""

    kind: Literal["data_protection_paper"]
    value: DataProtectionPaper


class NeedsRegime(_MustHave):
    """The product must be cleared for a data-protection law."""

    kind: Literal["data_protection_regime"]
    value: DataProtectionRegime


class NeedsLanguage(_MustHave):
    """The product and its support must speak a language."""

    kind: Literal["language"]
    value: SpokenLanguage


class NeedsOffline(_MustHave):
    """It must work without a network."""

    kind: Literal["offline"]


class NeedsAccessibility(_MustHave):
    """People with disabilities must be able to use it."""

    kind: Literal["accessibility"]


class MaxPriceBand(_MustHave):
    """It may cost at most this much a year."""

    kind: Literal["max_price_band"]
    value: Band


class MinMaturity(_MustHave):
    """It must have come at least this far."""

    kind: Literal["min_maturity"]
    value: Maturity


class NeedsNonProfit(_MustHave):
    """The startup must be a non-profit."""

    kind: Literal["non_profit"]


class Without(_MustHave):
    """It must do without a technology."""

    kind: Literal["without"]
    value: Technology


class NeedsEndToEndEncryption(_MustHave):
    """Not even its maker can read along."""

    kind: Literal["end_to_end_encryption"]


class NeedsAnonymousUse(_MustHave):
    """People can use it without giving their name."""

    kind: Literal["anonymous_use"]


class NeedsNoTraining(_MustHave):
    """People can use it without being trained first."""

    kind: Literal["no_training"]


class ForSetting(_MustHave):
    """It must be usable by a kind of facility."""

    kind: Literal["setting"]
    value: Setting


class KnowsLabourRules(_MustHave):
    """It must know the labour rules of the organisation."""

    kind: Literal["labour_rules"]
    value: LabourRules


class NeedsLegalForm(_MustHave):
    """The startup must have a legal form."""

    kind: Literal["legal_form"]
    value: LegalForm


class OtherMustHave(_MustHave):
    """Anything else, in words. What rules understand of it is checked as that; the rest stays an open question."""

    kind: Literal["other"]
    text: required_text(300, "The requirement in one sentence.")  # type: ignore[valid-type]


MustHave = Annotated[
    OnSite
    | HostingIn
    | NeedsPaper
    | NeedsRegime
    | NeedsLanguage
    | NeedsOffline
    | NeedsAccessibility
    | MaxPriceBand
    | MinMaturity
    | NeedsNonProfit
    | Without
    | NeedsEndToEndEncryption
    | NeedsAnonymousUse
    | NeedsNoTraining
    | ForSetting
    | KnowsLabourRules
    | NeedsLegalForm
    | OtherMustHave,
    Field(discriminator="kind"),
]

FutureDate = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
TextLanguage = Annotated[Language | None, Field(description="Language of the text; detected when left out.")]


def check_total_length(texts: list[str | None]) -> None:
    """Raise `PydanticCustomError` when the texts together pass `TOTAL_TEXT_LIMIT`."""
    total = sum(len(text) for text in texts if text)
    if total > TOTAL_TEXT_LIMIT:
        raise PydanticCustomError(
            "texts_too_long",
            "All texts together may have {limit} characters, these have {total}",
            {"limit": TOTAL_TEXT_LIMIT, "total": total},
        )
