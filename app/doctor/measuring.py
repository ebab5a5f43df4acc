"""Which batch size and precision encode fastest on this processor."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from app.doctor.findings import Finding, Words, ok, warn
from app.settings import Settings
from matching.texts import Side

if TYPE_CHECKING:
    from matching.encoder import SentenceTransformerEncoder

SIZES: Final = (4, 8, 16, 32)
TEXTS: Final = 96
_WORTH_IT: Final = 1.05
"""How many times faster another size has to be before it is recommended: what lies below is chance."""


def encoding_speed(settings: Settings) -> Iterator[Finding]:
    """Time the configured model with each batch size, in each precision the processor computes in."""
    from matching.encoder import choose_dtype, load_encoder

    configured = choose_dtype(settings.encoder_dtype)
    texts = _texts()
    best: dict[str, float] = {}
    for dtype in dict.fromkeys((configured, "float32", choose_dtype("auto"))):
        encoder = load_encoder(settings.encoder, settings.model_dir, dtype=dtype, threads=settings.threads)  # type: ignore[arg-type]
        present = encoder.texts_at_once if settings.encoder_batch is None else settings.encoder_batch
        speeds = measure(encoder, texts, sorted({*SIZES, present}))
        best[dtype] = max(speeds.values())
        yield _of_sizes(present, dtype, speeds)
    fastest = max(best, key=lambda dtype: best[dtype])
    if best[fastest] > _WORTH_IT * best[configured]:
        yield _of_precision(fastest, configured)


def measure(
    encoder: "SentenceTransformerEncoder",
    texts: list[str],
    sizes: Sequence[int],
    clock: Callable[[], float] = time.perf_counter,
) -> dict[int, float]:
    """Return texts per second by batch size; the better of two turns each, so that a hiccup counts for nothing."""
    encoder.encode(texts[:4], Side.PROFILE)
    speeds = dict.fromkeys(sizes, 0.0)
    for _ in range(2):
        for size in sizes:
            encoder.texts_at_once = size
            begun = clock()
            encoder.encode(texts, Side.PROFILE)
            speeds[size] = max(speeds[size], len(texts) / max(clock() - begun, 1e-9))
    return speeds


def _of_sizes(present: int, dtype: str, speeds: dict[int, float]) -> Finding:
    shown = ", ".join(f"{size}: {speed:.1f}" for size, speed in speeds.items())
    found = Words(f"{dtype}, Texte je Sekunde bei {shown}", f"{dtype}, texts per second with {shown}")
    fastest = max(speeds, key=lambda size: speeds[size])
    if speeds[fastest] <= _WORTH_IT * speeds[present]:
        return ok("encoding speed", *found)
    return warn(
        "encoding speed",
        found,
        Words(f"PASSGENAU_ENCODER_BATCH={fastest} setzen.", f"Set PASSGENAU_ENCODER_BATCH={fastest}."),
    )


def _of_precision(fastest: str, configured: str) -> Finding:
    return warn(
        "encoding speed",
        Words(f"{fastest} ist hier schneller als {configured}.", f"{fastest} is faster here than {configured}."),
        Words(
            f"PASSGENAU_ENCODER_DTYPE={fastest} setzen und „passgenau rescore --activate“ ausführen.",
            f"Set PASSGENAU_ENCODER_DTYPE={fastest} and run 'passgenau rescore --activate'.",
        ),
    )


def _texts() -> list[str]:
    from app.demo import dataset
    from app.matches.texts import compose_text
    from matching.texts import encoding_form

    forms = [
        encoding_form(form)
        for demo in dataset.challenges()
        for text in [compose_text(Side.CHALLENGE, demo.content)]
        for form in (text.whole, *text.passage_texts())
    ]
    return forms[:: max(1, len(forms) // TEXTS)][:TEXTS]
