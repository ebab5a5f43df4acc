"""Material for the tests of `matching`: random corpora with a fake encoder, and a tiny real model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.batches import SideBatch
from matching.criteria import encode_challenge_facets, encode_profile_facets
from matching.features import Passages, TextFeatures, featurize
from matching.passages import InMemoryPassages
from matching.statistics import Statistics
from matching.texts import Side, compose
from tests.fakes import HashingEncoder

WORDS = [
    "pflege", "dienstplan", "ehrenamt", "spenden", "wohnung", "sucht", "beratung", "kita", "eltern", "jugend",
    "schule", "sprache", "demenz", "sturz", "sensor", "app", "software", "plattform", "termin", "fahrdienst",
    "essen", "einsamkeit", "nachbarn", "besuch", "schulden", "migration", "arbeit", "bewerbung", "care",
    "volunteer", "donation", "housing", "addiction", "counselling", "parents", "youth", "school", "language",
    "dementia", "sensor", "platform", "appointment", "transport", "meals", "lonely", "neighbours", "debt",
    "work", "the", "and", "der", "die", "das", "und", "mit", "ohne", "für",
]  # fmt: skip
REGIONS = ("bayern", "berlin", "hessen", "bundesweit", "remote")


class World:
    """Random texts of both sides, their features and passages; text i of a side has the id 10 * i + 7."""

    def __init__(self, seed: int, challenges: int, profiles: int, encoder: HashingEncoder) -> None:
        self.random = np.random.default_rng(seed)
        self.encoder = encoder
        self.passages = InMemoryPassages()
        self.features: dict[Side, list[TextFeatures]] = {}
        self.batches: dict[Side, SideBatch] = {}
        for side, count in ((Side.CHALLENGE, challenges), (Side.PROFILE, profiles)):
            self.features[side] = featurize(encoder, [self._text(side) for _ in range(count)])
            ids = [10 * i + 7 for i in range(count)]
            self.batches[side] = SideBatch.from_features(side, ids, self.features[side], self._facets(side, count))
            for text_id, feature in zip(ids, self.features[side], strict=True):
                self.passages.add(side, text_id, feature.passages)
        self.statistics = Statistics.estimate(
            self.batches.values(), Statistics.neutral(encoder.fingerprint, encoder.dimension)
        )

    def query_passages(self, side: Side, rows: Sequence[int]) -> Passages:
        return Passages.from_features([self.features[side][row] for row in rows])

    def _text(self, side: Side) -> Any:
        words = self.random.choice(WORDS, self.random.integers(3, 140))
        return compose(side, [("text", ". ".join(" ".join(part) for part in np.array_split(words, 5)))])

    def _facets(self, side: Side, count: int) -> Any:
        def pick(values: Sequence[Any]) -> Any:
            return values[self.random.integers(len(values))]

        if side is Side.CHALLENGE:
            return encode_challenge_facets(
                {"region": pick(REGIONS), "must_haves": pick(([], [{"kind": "hosting", "value": "eu"}]))}
                for _ in range(count)
            )
        return encode_profile_facets(
            {
                "regions": [pick(REGIONS), pick(REGIONS)],
                "hosting": pick((None, "germany", "outside_eu")),
                "free_pilot_slots": pick((None, 0, 3, 3)),
            }
            for _ in range(count)
        )


@pytest.fixture(scope="session")
def encoder() -> HashingEncoder:
    return HashingEncoder(dimension=24)


@pytest.fixture(scope="session")
def world(encoder: HashingEncoder) -> World:
    return World(seed=1, challenges=40, profiles=150, encoder=encoder)


@pytest.fixture
def make_world(encoder: HashingEncoder) -> Callable[..., World]:
    def make(seed: int = 1, challenges: int = 10, profiles: int = 30) -> World:
        return World(seed, challenges, profiles, encoder)

    return make


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder made on the spot: 2 layers, 20 dimensions, a window of 16, its own prompts."""
    import torch
    from safetensors.torch import save_file
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import WordLevel
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny") / "winziges-modell"
    folder.mkdir()
    vocabulary = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "frage", "angebot", ":", *sorted(set(WORDS))]
    unknown = {"unk_token": "[UNK]"}
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(vocabulary)}, **unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=20,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=40,
        max_position_embeddings=16,
        architectures=["BertModel"],
    )
    config.save_pretrained(folder)
    weights = {name: tensor.contiguous() for name, tensor in BertModel(config).state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    special = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    base, own = "sentence_transformers.base.modules", "sentence_transformers.sentence_transformer.modules"
    files = {
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 16, **special},
        "sentence_bert_config.json": {"max_seq_length": 16, "do_lower_case": False},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{base}.transformer.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{own}.pooling.Pooling"},
        ],
        "1_Pooling/config.json": {"embedding_dimension": 20, "pooling_mode": "mean"},
        "config_sentence_transformers.json": {"prompts": {"query": "frage : ", "passage": "angebot : "}},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content), "utf-8")
    return folder


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the bundled model is unpacked, once for all tests."""
    return tmp_path_factory.mktemp("models")
