"""Vectors of the demonstration texts are made once for all databases of a machine."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np

from app.matches.remembering import remembering
from matching.texts import Side
from tests.fakes import HashingEncoder

TEXTS = ["Sturz im Nachtdienst", "Dienstplan am Morgen", "Sturz im Nachtdienst"]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("demonstration-*.npz"))


def test_a_text_is_encoded_once_for_all_processes_and_for_each_side(tmp_path: Path) -> None:
    first, second = HashingEncoder(), HashingEncoder()
    with remembering(first, tmp_path) as reader:
        vectors = reader.encode(TEXTS, Side.CHALLENGE)
        assert np.array_equal(reader.encode(TEXTS, Side.CHALLENGE), vectors)
    assert first.encoded == 2
    assert np.array_equal(vectors, first.encode(TEXTS, Side.CHALLENGE))
    with remembering(second, tmp_path) as reader:
        assert np.array_equal(reader.encode(TEXTS, Side.CHALLENGE), vectors)
        assert second.encoded == 0
        reader.encode(["Neu"], Side.PROFILE)
        reader.encode(TEXTS[:1], Side.PROFILE)
    assert second.encoded == 2, "a side is a prompt of its own"
    assert len(files(tmp_path)) == 1


def test_encoders_do_not_share_and_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    for dimension in (16, 32):
        with remembering(HashingEncoder(dimension=dimension, name=f"e{dimension}"), tmp_path) as reader:
            assert reader.encode(TEXTS, Side.CHALLENGE).shape == (3, dimension)
    assert len(files(tmp_path)) == 2
    for file in files(tmp_path):
        file.write_bytes(file.read_bytes()[:100])
    encoder = HashingEncoder(dimension=16, name="e16")
    with remembering(encoder, tmp_path) as reader:
        reader.encode(TEXTS, Side.CHALLENGE)
    assert encoder.encoded == 2
    with remembering(HashingEncoder(dimension=16, name="e16"), tmp_path) as reader:
        assert len(reader) == 2


def test_of_those_who_start_at_once_one_reads_the_texts_and_the_others_wait(tmp_path: Path) -> None:
    encoders = [HashingEncoder() for _ in range(4)]
    together = Barrier(len(encoders))

    def start(encoder: HashingEncoder) -> None:
        together.wait()
        with remembering(encoder, tmp_path) as reader:
            reader.encode(TEXTS, Side.CHALLENGE)

    with ThreadPoolExecutor(len(encoders)) as threads:
        for done in [threads.submit(start, encoder) for encoder in encoders]:
            done.result()
    assert sorted(encoder.encoded for encoder in encoders) == [0, 0, 0, 2]


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    with remembering(HashingEncoder(), None) as reader:
        assert reader.encode([], Side.PROFILE).shape == (0, reader.dimension)
        reader.encode(TEXTS, Side.PROFILE)
    with remembering(HashingEncoder(), tmp_path / "none" / "yet") as reader:
        reader.encode(TEXTS, Side.PROFILE)
    assert files(tmp_path) == []
    assert len(files(tmp_path / "none" / "yet")) == 1
