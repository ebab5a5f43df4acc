"""`bench encode`: the sentence-transformers encoder of the service beside `SentenceTransformer.encode` as it comes.

Both run the same model on the same texts. The second, small encoder that the service joins to it is timed beside them.
"""

import time

import numpy as np

from app.benchmarks.report import Report
from app.demo import dataset
from app.matches.texts import compose_text
from app.settings import Settings
from app.start import load_configured_encoder
from matching.bundled_model import ensure_bundled_model
from matching.encoder import BUNDLED, load_encoder
from matching.texts import Side, encoding_form

TEXTS = 2000
SEED = 5
ROUND = 250
"""Texts of one turn: both encoders are measured in turns, so that a busy machine slows both."""


def bench_encode(settings: Settings) -> Report:
    """Measure `encode_speedup` on texts of mixed length: whole texts and passages of the demonstration data."""
    from sentence_transformers import SentenceTransformer

    encoder = load_encoder(
        settings.encoder,
        settings.model_dir,
        dtype=settings.encoder_dtype,
        threads=settings.threads,
        texts_at_once=settings.encoder_batch,
    )
    joined = load_configured_encoder(settings)
    folder = str(ensure_bundled_model(settings.model_dir)) if settings.encoder == BUNDLED else settings.encoder
    plain = SentenceTransformer(folder, local_files_only=True)
    texts = mixed_texts()
    seconds = {"ours": 0.0, "plain": 0.0, "joined": 0.0}
    cosines = []
    for start in range(0, len(texts), ROUND):
        part = texts[start : start + ROUND]
        begun = time.perf_counter()
        mine = encoder.encode(part, Side.PROFILE)
        seconds["ours"] += time.perf_counter() - begun
        begun = time.perf_counter()
        theirs = plain.encode_document(part, batch_size=32, show_progress_bar=False)
        seconds["plain"] += time.perf_counter() - begun
        begun = time.perf_counter()
        joined.encode(part, Side.PROFILE)
        seconds["joined"] += time.perf_counter() - begun
        theirs = theirs / np.linalg.norm(theirs, axis=1, keepdims=True)
        cosines.append((mine * theirs).sum(axis=1))
    return Report(
        {
            "encode_speedup": seconds["plain"] / seconds["ours"],
            "texts_per_second": len(texts) / seconds["ours"],
            "joined_texts_per_second": len(texts) / seconds["joined"],
            "baseline_texts_per_second": len(texts) / seconds["plain"],
            "lowest_cosine": float(np.concatenate(cosines).min()),
            "texts": len(texts),
        },
        f"SentenceTransformer.encode in float32 with batches of 32, same texts, in turns; ours in {encoder.dtype}",
    )


def mixed_texts() -> list[str]:
    """Draw TEXTS different texts: whole challenges and profiles, and their passages."""
    found: dict[str, None] = {}
    for side, demos in ((Side.CHALLENGE, dataset.challenges()), (Side.PROFILE, dataset.profiles())):
        for demo in demos:
            text = compose_text(side, demo.content)
            for form in (text.whole, *text.passage_texts()):
                found[encoding_form(form)] = None
    forms = list(found)
    picked = np.random.default_rng(SEED).permutation(len(forms))
    # A number in front makes a repeated text another one.
    drawn = [forms[picked[turn % len(forms)]] for turn in range(TEXTS)]
    return [f"{turn} {form}" if turn >= len(forms) else form for turn, form in enumerate(drawn)]
