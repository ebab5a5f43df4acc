"""The encoders a process has loaded: that of the active ranking, and that of a coming one.

A ranking names its encoder; every process follows it. So an encoder is switched by activating a ranking, and no
process has to be told or started again.
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.errors import EncoderMismatch, EncoderUnusable
from app.matches.reference import packaged_statistics
from app.settings import Settings
from matching.encoder import BUNDLED, Encoder, EncoderError, load_encoder
from matching.joined_encoder import JoinedEncoder
from matching.statistics import Statistics
from matching.universal_encoder import UniversalEncoder, UniversalEncoderError

Load = Callable[[str, str | None], Encoder]
"""Takes the name of an encoder and a dtype, None: what suits this machine. Raises `EncoderUnusable`."""


class Named(Protocol):
    """What a generation or a run says about its encoder."""

    @property
    def encoder(self) -> Any: ...  # noqa: D102

    @property
    def dtype(self) -> Any: ...  # noqa: D102

    @property
    def fingerprint(self) -> Any: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class EncoderName:
    """The same without the session it was read in."""

    encoder: str
    dtype: str
    fingerprint: str

    @classmethod
    def of(cls, named: Named) -> "EncoderName":
        """Copy it."""
        return cls(named.encoder, named.dtype, named.fingerprint)


def has_second_encoder(settings: Settings, name: str) -> bool:
    """Tell whether texts are read by two encoders; the weights were chosen for the bundled one with a second."""
    return settings.second_encoder == "universal" or (settings.second_encoder == "auto" and name == BUNDLED)


def load_named_encoder(settings: Settings, name: str, dtype: str | None = None) -> Encoder:
    """Load an encoder, joined with the second one or not. Raises `EncoderUnusable`."""
    try:
        first = load_encoder(
            name,
            settings.model_dir,
            dtype=dtype or settings.encoder_dtype,  # type: ignore[arg-type]
            threads=settings.threads,
            texts_at_once=settings.encoder_batch,
        )
        if not has_second_encoder(settings, name):
            return first
        return JoinedEncoder(first, UniversalEncoder.load(settings.threads))
    except (EncoderError, UniversalEncoderError) as error:
        raise EncoderUnusable(reason=str(error)) from error


class Encoders:
    """Loads encoders as they are needed and keeps them; threads share it.

    prior: gives the packaged statistics of an encoder. offered: names of encoders that may be asked for from outside.
    """

    def __init__(self, load: Load, prior: Callable[[Encoder], Statistics], offered: Collection[str] = ()) -> None:
        self.offered = frozenset(offered)
        self.prior = prior
        self._load = load
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Encoder]] = {}

    @classmethod
    def of_settings(cls, settings: Settings) -> "Encoders":
        """Load what the settings name, with the threads they give."""

        def load(name: str, dtype: str | None) -> Encoder:
            return load_named_encoder(settings, name, dtype)

        model_dir: Path = settings.model_dir
        offered = {"bundled", settings.encoder, *settings.encoders}
        return cls(load, lambda encoder: packaged_statistics(encoder, model_dir), offered)

    @classmethod
    def only(cls, encoder: Encoder, name: str = "") -> "Encoders":
        """Have one encoder and no way to load another."""

        def refuse(wanted: str, _dtype: str | None) -> Encoder:
            raise EncoderUnusable(reason=f"the encoder {wanted} is not here")

        encoders = cls(refuse, lambda one: Statistics.neutral(one.fingerprint, one.dimension))
        encoders.keep(name, encoder)
        return encoders

    def keep(self, name: str, encoder: Encoder) -> None:
        """Add an encoder that is loaded already."""
        with self._lock:
            self._known[encoder.fingerprint] = (name, encoder)

    def load(self, name: str, dtype: str | None = None) -> Encoder:
        """Return the encoder of this name, loaded where it is not here. Raises `EncoderUnusable`."""
        with self._lock:
            for known_as, encoder in self._known.values():
                if known_as == name and dtype in {None, encoder.dtype}:
                    return encoder
            encoder = self._load(name, dtype)
            self._known[encoder.fingerprint] = (name, encoder)
            return encoder

    def loaded(self, fingerprint: str) -> Encoder | None:
        """Return an encoder if it is here already."""
        found = self._known.get(fingerprint)
        return found[1] if found else None

    def of(self, named: Named) -> Encoder:
        """Return the encoder of a generation or run. Raises `EncoderMismatch` where this machine has another one."""
        encoder = self.loaded(named.fingerprint)
        if encoder is not None:
            return encoder
        try:
            encoder = self.load(named.encoder, named.dtype)
        except EncoderUnusable:
            loaded = ", ".join(sorted(self._known)) or "-"
            raise EncoderMismatch(active=named.fingerprint, loaded=loaded) from None
        if encoder.fingerprint != named.fingerprint:
            raise EncoderMismatch(active=named.fingerprint, loaded=encoder.fingerprint)
        return encoder

    def let_go(self, needed: Collection[str]) -> None:
        """Forget the encoders whose fingerprints nobody needs any more; a loaded one takes a gigabyte."""
        with self._lock:
            for fingerprint in self._known.keys() - set(needed):
                del self._known[fingerprint]
