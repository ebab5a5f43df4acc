"""Packaged statistics: what a ranking knows about language before it has texts of its own.

They are estimated from the demonstration texts with the encoder in use, once, and kept beside the model.
"""

import os
import tempfile
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.demo import dataset
from app.matches.remembering import digest, remembering
from app.matches.texts import compose_text
from matching.batches import SideBatch
from matching.encoder import Encoder
from matching.features import featurize
from matching.statistics import Statistics, StatisticsError
from matching.texts import Side


def packaged_statistics(encoder: Encoder, cache_dir: Path) -> Statistics:
    """Return the packaged statistics for an encoder, from the cache or made now (a few seconds)."""
    cached = cache_dir / f"reference-{digest(encoder.fingerprint)}.npz"
    with suppress(OSError, StatisticsError):
        statistics = Statistics.from_bytes(cached.read_bytes())
        statistics.require(encoder.fingerprint)
        return statistics
    with remembering(encoder, cache_dir) as reader:
        statistics = make_statistics(reader)
    with suppress(OSError):  # a cache that can't be written costs seconds at the next start, nothing else
        cache_dir.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=cache_dir)
        with os.fdopen(handle, "wb") as file:
            file.write(statistics.to_bytes())
        Path(temporary).replace(cached)
    return statistics


def make_statistics(encoder: Encoder) -> Statistics:
    """Estimate statistics from the demonstration texts."""
    batches = []
    for side, contents in (
        (Side.CHALLENGE, [demo.content for demo in dataset.challenges()]),
        (Side.PROFILE, [demo.content for demo in dataset.profiles()]),
    ):
        # Statistics are of whole texts: as one passage each, the passages are not encoded.
        texts = [replace(text, passages=((0, len(text.whole)),)) for text in map(partial(compose_text, side), contents)]
        batches.append(SideBatch.from_features(side, range(len(texts)), featurize(encoder, texts)))
    return Statistics.estimate(batches, Statistics.neutral(encoder.fingerprint, encoder.dimension))
