"""Challenges and profiles that tests write, through the services as the API does."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import OPERATOR, Actor
from app.challenges import service as challenges
from app.challenges.schemas import EXAMPLE as CHALLENGE
from app.challenges.schemas import ChallengeCreate
from app.context import Context
from app.decisions import service as decisions
from app.decisions.schemas import DecisionRead, DecisionWrite
from app.models import Network, Organisation
from app.organisations.schemas import OrganisationCreate
from app.organisations.service import create_organisation
from app.profiles import service as profiles
from app.profiles.kind import PROFILES
from app.profiles.schemas import EXAMPLE as PROFILE
from app.profiles.schemas import ProfileContent, ProfileCreate
from app.publishing.bulk import NewText, submit_many
from app.vocabulary import OrganisationKind

CHALLENGE_CONTENT = {name: value for name, value in CHALLENGE.items() if name != "organisation_id"}
PROFILE_CONTENT = {name: value for name, value in PROFILE.items() if name != "organisation_id"}

# fmt: off
WORDS = [
    "Nachtdienst", "Sturz", "Sensor", "Dienstplan", "Tablet", "Übergabe", "Schulden", "Beratung", "Ehrenamt",
    "Fahrdienst", "Inklusion", "Sprache", "Wohnung", "Jugendhilfe", "Pflegegrad", "Abrechnung", "Angehörige",
    "Lernplattform", "Küche", "Barriere", "shelter", "volunteers", "addiction", "screening", "payroll", "interpreter",
    "caregiver", "training", "outreach", "dementia",
]
# fmt: on


def words_for(number: int, count: int = 6) -> str:
    """Some words, the same for the same number."""
    return " ".join(WORDS[(number * 7 + place * (number % 5 + 1)) % len(WORDS)] for place in range(count))


def organisation(context: Context, kind: str, name: str = "Haus") -> int:
    draft = OrganisationCreate(name=name, kind=OrganisationKind(kind))
    return create_organisation(context, OPERATOR, draft).id


def challenge(context: Context, welfare: int, words: str, **fields: Any) -> dict[str, Any]:
    """Submit a challenge made of some words. Returns its JSON."""
    content = {
        "title": words[:200],
        "problem": f"Uns fehlt {words}.",
        "wish": f"Wir wünschen uns {words}.",
        "fields_of_action": ["health"],
        "region": "bayern",
        "organisation_id": welfare,
    }
    return challenges.submit_challenge(context, OPERATOR, ChallengeCreate.model_validate(content | fields))


def profile(context: Context, words: str, startup: int | None = None, **fields: Any) -> dict[str, Any]:
    """Submit the profile of a startup, of a new one unless it is named. Returns its JSON."""
    content = _profile(words, fields) | {
        "organisation_id": startup or organisation(context, "startup", words[:100]),
    }
    return profiles.submit_profile(context, OPERATOR, ProfileCreate.model_validate(content))


def _profile(words: str, fields: dict[str, Any]) -> dict[str, Any]:
    content = {
        "name": words[:120],
        "offer": f"Wir bieten {words}."[:400],
        "problem_solved": f"Es fehlt oft {words}.",
        "capabilities": f"Wir können {words}.",
        "fields_of_action": ["health"],
        "regions": ["bundesweit"],
    }
    return content | fields


def profiles_at_once(context: Context, drafts: Sequence[tuple[str, str | None, str, dict[str, Any]]]) -> list[int]:
    """Publish the profiles of new startups in one transaction: (name of the startup, network, words, fields) each."""
    texts = [
        NewText(
            PROFILES,
            partial(_startup, context, name, network),
            ProfileContent.model_validate(_profile(words, fields)),
        )
        for name, network, words, fields in drafts
    ]
    return submit_many(context, texts)


def _startup(context: Context, name: str, network: str | None, session: Session) -> Organisation:
    now = context.clock.now()
    row = Organisation(
        name=name,
        kind=OrganisationKind.STARTUP,
        network=session.scalars(select(Network).where(Network.slug == network)).one() if network else None,
        verified=True,
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row


def interested(context: Context, actor: Actor, challenge_id: int, profile_id: int, side: str) -> DecisionRead:
    """Say yes to a match for one side."""
    wanted = DecisionWrite.model_validate({"side": side, "answer": "interested"})
    return decisions.decide(context, actor, challenge_id, profile_id, wanted)


def declined(
    context: Context, actor: Actor, challenge_id: int, profile_id: int, side: str, reason: str = "other", **more: Any
) -> DecisionRead:
    """Say no to a match for one side."""
    wanted = DecisionWrite.model_validate({"side": side, "answer": "not_interested", "reason": reason} | more)
    return decisions.decide(context, actor, challenge_id, profile_id, wanted)


def publish_some(context: Context, count: int = 4) -> None:
    """Submit a few challenges and profiles."""
    welfare = organisation(context, "welfare")
    for number in range(count):
        challenge(context, welfare, words_for(number))
        profile(context, words_for(number + count))
