"""`bench submit`: a whole service call, and reading its matches, against the bare encoding of the same text."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.auth.actor import OPERATOR
from app.benchmarks import synthetic
from app.benchmarks.report import Report
from app.challenges.schemas import ChallengeCreate
from app.challenges.service import submit_challenge
from app.clock import Clock
from app.context import Context
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.db.session import Sessions
from app.demo import dataset
from app.matches.match_repository import MatchFilter
from app.matches.service import matches_of
from app.matches.texts import compose_text
from app.models import Organisation
from app.rescoring import service
from app.rescoring.quality import no_quality
from app.rescoring.schemas import RunRequest
from app.rescoring.workshop import Workshop
from app.settings import Settings
from app.start import assemble, load_configured_encoder
from app.vocabulary import Language, OrganisationKind
from matching.texts import Side, Text, encoding_form

CHALLENGES = 1000
"""Published challenges beside the profiles: welfare bodies outnumber startups in life, not by much here."""
TEXTS = 50
MATCHES_READ = 20
SHORTEST, LONGEST = 600, 1200


def bench_submit(settings: Settings, profiles: int) -> Report:
    """Measure `submit_over_encode` with `profiles` profiles in the database, and `request_over_encode`.

    The latter adds reading the first 20 matches with their evidence.
    """
    with tempfile.TemporaryDirectory() as folder, filled_context(settings, Path(folder), profiles) as context:
        encoder = context.ranking.encoder
        organisation = _organisation(context)
        drafts = [_draft(organisation, words) for words in some_texts()]
        submit_challenge(context, OPERATOR, drafts[-1])  # loads the corpus
        encoding, submitting, reading = [], [], []
        for draft in drafts[:TEXTS]:
            forms = encoded_forms(compose_text(Side.CHALLENGE, draft))
            started = time.perf_counter()
            encoder.encode(forms, Side.CHALLENGE)
            encoding.append(time.perf_counter() - started)
            started = time.perf_counter()
            stored = submit_challenge(context, OPERATOR, draft)
            submitting.append(time.perf_counter() - started)
            started = time.perf_counter()
            explained = _read_matches(context, stored["id"])
            reading.append(time.perf_counter() - started)
    encode_ms, submit_ms = statistics.median(encoding) * 1000, statistics.median(submitting) * 1000
    read_ms = statistics.median(reading) * 1000
    request_ms = statistics.median(map(sum, zip(submitting, reading, strict=True))) * 1000
    return Report(
        {
            "submit_over_encode": submit_ms / encode_ms,
            "request_over_encode": request_ms / encode_ms,
            "read_ms": read_ms,
            "matches_explained": explained,
            "submit_ms": submit_ms,
            "encode_ms": encode_ms,
            "profiles": profiles,
            "challenges": CHALLENGES,
        },
        f"median of Encoder.encode on the same {TEXTS} lists (whole text and passages), same process, taken in turn",
    )


def _read_matches(context: Context, challenge_id: int) -> int:
    """Read the first page of a list as the API gives it. Returns how many matches came with evidence."""
    with context.sessions.read() as session:
        page = matches_of(
            context,
            session,
            OPERATOR,
            Side.CHALLENGE,
            challenge_id,
            MatchFilter(),
            Language.GERMAN,
            limit=MATCHES_READ,
            cursor=None,
        )
    page.model_dump_json()
    return sum(bool(item.evidence) for item in page.items)


@contextmanager
def filled_context(settings: Settings, folder: Path, profiles: int) -> Iterator[Context]:
    """Open a database with CHALLENGES challenges and `profiles` profiles, ranked, as a process."""
    encoder = load_configured_encoder(settings)
    engine = make_engine(settings.sqlalchemy_url if settings.database_url else f"sqlite:///{folder / 'bench.sqlite3'}")
    upgrade(engine)
    sessions, clock = Sessions(engine), Clock()
    for side, count in ((Side.CHALLENGE, CHALLENGES), (Side.PROFILE, profiles)):
        synthetic.fill(sessions, encoder, side, count, clock.now())
    context = assemble(settings, sessions, encoder, clock)
    shop = Workshop(context, context.ranking.encoders, "bench", measure=no_quality)
    service.rescore(shop, OPERATOR, RunRequest())
    yield context
    engine.dispose()


def encoded_forms(text: Text) -> list[str]:
    """Return the list a submission has the encoder read: the whole text and its passages."""
    passages = [] if len(text.passages) == 1 else text.passage_texts()
    return [encoding_form(text.whole), *(encoding_form(passage) for passage in passages)]


def _organisation(context: Context) -> int:
    now = context.clock.now()
    with context.sessions.write() as session:
        row = Organisation(
            name="Messung", kind=OrganisationKind.WELFARE, verified=True, version=1, created_at=now, updated_at=now
        )
        session.add(row)
        session.flush()
        return row.id


def some_texts() -> list[str]:
    """TEXTS + 1 different texts of SHORTEST to LONGEST characters, sentence by sentence from the demonstration data."""
    sentences = [
        sentence.strip() + "."
        for demo in dataset.challenges()
        for sentence in f"{demo.content.problem} {demo.content.wish}".split(". ")
    ]
    texts: list[str] = []
    at = 0
    for number in range(TEXTS + 1):
        wanted = SHORTEST + (LONGEST - SHORTEST) * number // TEXTS - 60
        text = ""
        while len(text) < wanted:
            text = f"{text} {sentences[at % len(sentences)]}".strip()
            at += 1
        texts.append(text[: LONGEST - 60])
    return texts


def _draft(organisation_id: int, words: str) -> ChallengeCreate:
    middle = words.rfind(" ", 0, 2 * len(words) // 3)
    return ChallengeCreate.model_validate(
        {
            "organisation_id": organisation_id,
            "title": words[:50],
            "problem": words[:middle],
            "wish": words[middle:],
            "fields_of_action": ["health"],
            "region": "berlin",
        }
    )
