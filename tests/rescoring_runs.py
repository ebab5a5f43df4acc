"""What tests of rescoring share: a worker on a context, with encoders that only hash words."""

from collections.abc import Callable
from typing import Any

from app.auth.actor import OPERATOR
from app.context import Context, Ground
from app.errors import EncoderUnusable
from app.matches.encoders import Encoders
from app.rescoring import service
from app.rescoring.quality import no_quality
from app.rescoring.schemas import RunRead, RunRequest
from app.rescoring.workshop import Workshop, nothing
from matching.statistics import Statistics
from tests.fakes import HashingEncoder

ENCODERS = {
    "hashing": HashingEncoder,
    "other": lambda: HashingEncoder(dimension=32, name="other"),
}


def hashing_encoders(prior: Statistics | None = None, offered: tuple[str, ...] = ("hashing", "other")) -> Encoders:
    """Encoders by name; `prior` are the packaged statistics of the first."""

    def load(name: str, _dtype: str | None) -> HashingEncoder:
        if name not in ENCODERS:
            raise EncoderUnusable(reason=f"no encoder {name}")
        return ENCODERS[name]()

    def statistics(encoder: Any) -> Statistics:
        if prior is not None and encoder.fingerprint == prior.fingerprint:
            return prior
        return Statistics.neutral(encoder.fingerprint, encoder.dimension)

    return Encoders(load, statistics, offered)


def make_shop(
    ground: Ground,
    prior: Statistics | None = None,
    *,
    name: str = "tester",
    reach: Callable[[str], None] = nothing,
    **more: Any,
) -> Workshop:
    """A worker that measures no quality on the demonstration data."""
    encoders = ground.ranking.encoders if isinstance(ground, Context) else hashing_encoders(prior)
    return Workshop(ground, encoders, name, reach=reach, measure=no_quality, **more)


def rescore(context: Context, prior: Statistics | None = None, **request: Any) -> RunRead:
    """A whole run, shown at its end."""
    shop = make_shop(context, prior)
    return service.rescore(shop, OPERATOR, RunRequest.model_validate(request))
