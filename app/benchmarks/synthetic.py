"""Large corpora without encoding anything: texts from a made-up vocabulary, vectors drawn around real ones."""

from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.db.session import Sessions
from app.demo import dataset
from app.matches.sides import TABLES
from app.matches.texts import compose_text
from app.models import Organisation
from app.vocabulary import FieldOfAction, OrganisationKind, Region
from matching.criteria import LANDS, NATIONWIDE, REMOTE
from matching.encoder import Encoder
from matching.features import TextFeatures, featurize
from matching.statements import READER_VERSION
from matching.texts import Side, Text, text_hash
from matching.tokens import hashed_grams

SEED = 7
VOCABULARY = 60_000
WORDS_OF_A_TEXT = 95
"""Gives texts of about 1,200 characters."""
CLOSENESS = 0.99
"""Cosine between a drawn vector and the real one it is drawn around."""
CHUNK = 1000
NATIONWIDE_SHARE, REMOTE_SHARE, ASKING_SHARE = 0.2, 0.2, 0.4
HOSTINGS = ("germany", "eu", "outside_eu", None)
"""Of startups that state requirements."""

_ONSETS = [
    "b",
    "br",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pf",
    "r",
    "s",
    "sch",
    "schl",
    "sp",
    "st",
    "str",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ei", "au", "ie", "ä", "ö", "ü", "eu"]
_ENDS = ["", "", "n", "r", "l", "s", "t", "ng", "nd", "cht", "rk", "lt"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Vectors of a real text."""

    language: str
    whole: NDArray[np.float32]
    passages: NDArray[np.float16]


class Synthesis:
    """Draws texts of one side and their features; the same seed and part give the same corpus.

    part: of a corpus that several processes draw. demanding: challenges ask for a Land, for a place of hosting, for
    somebody on site; startups work in some Länder and host somewhere.
    """

    def __init__(self, side: Side, encoder: Encoder, seed: int, *, part: int = 0, demanding: bool = False) -> None:
        self.side = side
        self._demanding = demanding
        self._random = np.random.default_rng([seed, list(Side).index(side), part])
        self._anchors = _anchors(side, encoder)
        self._words = _vocabulary(np.random.default_rng(seed))
        # Zipf's law: the word of rank r is as frequent as 1 / r.
        frequency = 1 / (np.arange(VOCABULARY) + 10.0)
        self._cumulated = np.cumsum(frequency / frequency.sum())

    def draw(self) -> tuple[dict[str, Any], Text, TextFeatures]:
        """Return the fields of one text, the text composed of them, and its features."""
        anchor = self._anchors[self._random.integers(len(self._anchors))]
        ranks = np.minimum(np.searchsorted(self._cumulated, self._random.random(WORDS_OF_A_TEXT)), VOCABULARY - 1)
        words = self._words[ranks].tolist()
        sentences = [" ".join(words[start : start + 15]).capitalize() + "." for start in range(0, len(words), 15)]
        fields = _fields(self.side, sentences) | {"language": anchor.language}
        if self._demanding:
            fields |= self._demands()
        text = compose_text(self.side, SimpleNamespace(**dict.fromkeys(TABLES[self.side].text_fields) | fields))
        terms, counts = hashed_grams(text.whole)
        noise = self._random.standard_normal(anchor.whole.shape)
        rows = self._random.integers(len(anchor.passages), size=len(text.passages))
        passages = np.stack([_near(anchor.passages[row], noise) for row in rows]).astype(np.float16)
        return fields, text, TextFeatures(anchor.language, _near(anchor.whole, noise), passages, terms, counts)

    def _demands(self) -> dict[str, Any]:
        land = LANDS[self._random.integers(len(LANDS))]
        chance = self._random.random(3)
        if self.side is Side.PROFILE:
            regions = [NATIONWIDE] if chance[0] < NATIONWIDE_SHARE else [REMOTE] if chance[1] < REMOTE_SHARE else [land]
            return {"regions": regions, "hosting": HOSTINGS[self._random.integers(len(HOSTINGS))]}
        wished = [{"kind": "hosting", "value": "eu"}] if chance[0] < ASKING_SHARE else []
        if chance[1] < ASKING_SHARE:
            wished.append({"kind": "on_site"})
        return {"region": land, "must_haves": wished}


def fill(sessions: Sessions, encoder: Encoder, side: Side, count: int, now: datetime, seed: int = SEED) -> None:
    """Store `count` published texts of a side with their vectors; their lists are made by a rescoring run."""
    synthesis = Synthesis(side, encoder, seed)
    for start in range(0, count, CHUNK):
        with sessions.write() as session:
            _store(session, synthesis, encoder.fingerprint, min(CHUNK, count - start), now)


def _store(session: Session, synthesis: Synthesis, fingerprint: str, count: int, now: datetime) -> None:
    side, tables = synthesis.side, TABLES[synthesis.side]
    kind = OrganisationKind.WELFARE if side is Side.CHALLENGE else OrganisationKind.STARTUP
    base = {"version": 1, "created_at": now, "updated_at": now}
    owners = [base | {"name": f"Synthetisch {i}", "kind": kind, "verified": True} for i in range(count)]
    owner_ids = list(
        session.scalars(insert(Organisation).returning(Organisation.id, sort_by_parameter_order=True), owners)
    )
    drawn = [synthesis.draw() for _ in range(count)]
    rows = [
        base | {"organisation_id": owner, "state": tables.published, "published_at": now} | fields
        for owner, (fields, _, _) in zip(owner_ids, drawn, strict=True)
    ]
    ids = list(session.scalars(insert(tables.text).returning(tables.text.id, sort_by_parameter_order=True), rows))
    session.execute(
        insert(tables.vector),
        [
            {
                tables.id_name: text_id,
                "fingerprint": fingerprint,
                "text_hash": text_hash(text),
                "language": features.language,
                "whole": features.whole,
                "lexical": features.pack_lexical(),
                "passages": features.pack_passages(),
            }
            for text_id, (_, text, features) in zip(ids, drawn, strict=True)
        ],
    )


def _fields(side: Side, sentences: list[str]) -> dict[str, Any]:
    title, problem, wish = sentences[0][:60], " ".join(sentences[1:7]), " ".join(sentences[7:])
    shared = {"fields_of_action": [FieldOfAction.HEALTH.value]}
    if side is Side.CHALLENGE:
        return shared | {
            "title": title,
            "problem": problem,
            "wish": wish,
            "region": Region.BERLIN,
            "target_groups": [],
            "personal_data": [],
            "must_haves": [],
            "expires_on": date(2099, 1, 1),
        }
    lists = ("target_groups", "payers", "data_protection_papers", "data_protection_regimes", "certifications",
             "interfaces", "languages")  # fmt: skip
    return shared | {
        "name": title[:40],
        "offer": title,
        "problem_solved": problem,
        "capabilities": wish,
        "regions": [Region.NATIONWIDE.value],
        **{name: [] for name in lists},
        "statements": [],  # invented words state nothing
        "statements_version": READER_VERSION,
    }


def _anchors(side: Side, encoder: Encoder) -> list[Anchor]:
    contents = dataset.challenges() if side is Side.CHALLENGE else dataset.profiles()
    texts = [compose_text(side, demo.content) for demo in contents]
    return [Anchor(made.language, made.whole, made.passages) for made in featurize(encoder, texts)]


def _near(vector: NDArray[Any], noise: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return a unit vector whose cosine with `vector` is about CLOSENESS."""
    direction = vector.astype(np.float64)
    direction /= np.linalg.norm(direction)
    off = noise - (noise @ direction) * direction
    off /= np.linalg.norm(off)
    near: NDArray[np.float32] = (CLOSENESS * direction + np.sqrt(1 - CLOSENESS**2) * off).astype(np.float32)
    return near


def _vocabulary(random: np.random.Generator) -> NDArray[np.str_]:
    """VOCABULARY different words of two to four syllables."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        picks = random.integers(0, 2**31, size=(int(random.integers(2, 5)), 3)).tolist()
        syllables = (_ONSETS[a % len(_ONSETS)] + _VOWELS[b % len(_VOWELS)] + _ENDS[c % len(_ENDS)] for a, b, c in picks)
        words["".join(syllables)] = None
    return np.array(list(words))
