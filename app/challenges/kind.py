"""Challenges as a kind of text: states, transitions, expiry."""

from collections.abc import Collection
from datetime import date
from typing import Any

from app import errors
from app.challenges.schemas import ChallengeContent, ChallengeRead
from app.clock import add_months
from app.models import Challenge
from app.publishing.kinds import Kind, Step
from app.vocabulary import ChallengeState, OrganisationKind
from matching.texts import Side

MONTHS_SHOWN = 6


class ChallengeKind(Kind):
    """Needs of welfare organisations; they expire, and once solved or closed they stay so."""

    noun = "challenge"
    side = Side.CHALLENGE
    model = Challenge
    content = ChallengeContent
    read = ChallengeRead
    owner_kind = OrganisationKind.WELFARE
    steps = {
        "publish": Step("published", ("draft", "expired")),
        "pause": Step("paused", ("published",)),
        "resume": Step("published", ("paused",)),
        "solve": Step("solved", ("published", "paused", "expired")),
        "close": Step("closed", ("draft", "published", "paused", "expired")),
    }
    editable = ("draft", "published", "paused", "expired")

    def check_content(self, content: Any, changed: Collection[str], today: date) -> None:
        """Refuse a last day that is already over, unless it was not touched."""
        if "expires_on" in changed and content.expires_on is not None and content.expires_on < today:
            raise errors.MalformedInput(
                fields=(
                    errors.FieldError(
                        "expires_on",
                        "in_the_past",
                        "Wählen Sie einen Tag ab heute, oder lassen Sie das Feld weg (dann sechs Monate).",
                        "Choose a day from today on, or leave the field out (then six months).",
                    ),
                )
            )

    def complete(self, row: Any, today: date) -> None:
        """Set the last day where there is none, or an old one."""
        if row.expires_on is None or row.expires_on < today:
            row.expires_on = add_months(today, MONTHS_SHOWN)

    def wrong_state(self, state: str, allowed: tuple[str, ...]) -> errors.WrongState:
        """Solved and closed are final; everything else says from where the step is possible."""
        if state in {ChallengeState.SOLVED, ChallengeState.CLOSED}:
            return errors.ChallengeClosed(state=state)
        return super().wrong_state(state, allowed)


CHALLENGES = ChallengeKind()
