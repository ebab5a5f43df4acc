"""`bench preview`: the part of the page beside the text, over HTTP, against the bare encoding of the same text."""

import socket
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import uvicorn

from app.auth.actor import OPERATOR, Actor
from app.auth.identify import Credentials
from app.benchmarks.report import Report
from app.benchmarks.submit import CHALLENGES, TEXTS, encoded_forms, filled_context, some_texts
from app.challenges import proposals
from app.challenges.schemas import ChallengeContent
from app.context import Context, Ground
from app.main import create_app
from app.matches.texts import compose_text
from app.settings import Settings
from app.vocabulary import FieldOfAction, Region
from matching.texts import Side


def bench_preview(settings: Settings, profiles: int) -> Report:
    """Measure `preview_over_encode` with `profiles` profiles in the database."""
    with tempfile.TemporaryDirectory() as folder, filled_context(settings, Path(folder), profiles) as context:
        texts = some_texts()
        encoder = context.ranking.encoder
        encoding, previewing = [], []
        with _served(context) as url:
            _ask(url, texts[-1])  # loads the corpus
            for text in texts[:TEXTS]:
                forms = encoded_forms(compose_text(Side.CHALLENGE, _content(text)))
                began = time.perf_counter()
                encoder.encode(forms, Side.CHALLENGE)
                encoding.append(time.perf_counter() - began)
                began = time.perf_counter()
                fragment = _ask(url, text)
                previewing.append(time.perf_counter() - began)
                assert "preview-part" in fragment  # noqa: S101  anything else is no preview
    encode_ms, preview_ms = statistics.median(encoding) * 1000, statistics.median(previewing) * 1000
    return Report(
        {
            "preview_over_encode": preview_ms / encode_ms,
            "preview_ms": preview_ms,
            "encode_ms": encode_ms,
            "profiles": profiles,
            "challenges": CHALLENGES,
        },
        f"median of Encoder.encode on the same {TEXTS} lists (whole text and passages), same process, taken in turn",
    )


def _content(text: str) -> ChallengeContent:
    """Return what the page makes of a text that stands alone."""
    split = proposals.split_text(text)
    return ChallengeContent(
        title=split.title,
        problem=split.problem,
        wish=split.wish or split.title,
        fields_of_action=[FieldOfAction.HEALTH],
        region=Region.NATIONWIDE,
    )


def _operator(_ground: Ground, _given: Credentials) -> Actor:
    return OPERATOR


@contextmanager
def _served(context: Context) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(context, _operator), log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/challenges/preview"
    finally:
        server.should_exit = True
        thread.join()


def _ask(url: str, text: str) -> str:
    request = urllib.request.Request(  # noqa: S310  our own server
        url,
        urlencode({"problem": text}).encode(),
        {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  our own server
        html: str = answer.read().decode()
    return html
