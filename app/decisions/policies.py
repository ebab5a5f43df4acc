"""Who decides about matches and who reads decisions. Pure functions of actor and object.

the own organisation   decides for its text, and reads all its decisions
the other side         reads an interest in its text, and the answer to its own interest; no other decline
everybody else         nothing: neither admins nor coordinators decide or read
"""

from app.auth.actor import Actor
from app.models import Decision
from app.vocabulary import DecisionAnswer, DecisionState


def may_decide(actor: Actor, organisation_id: int) -> bool:
    """Tell whether somebody decides for an organisation."""
    return actor.is_trusted or actor.is_member(organisation_id)


def may_read(actor: Actor, decision: Decision, other_organisation_id: int) -> bool:
    """Tell whether somebody reads a decision; `other_organisation_id` is that of the other side of its pair."""
    if may_decide(actor, decision.organisation_id):
        return True
    return actor.is_member(other_organisation_id) and is_addressed(decision)


def is_addressed(decision: Decision) -> bool:
    """Tell whether a decision was told to the other side: an interest not taken back, or an answer."""
    if decision.answer is DecisionAnswer.NOT_INTERESTED:
        return decision.answers_id is not None
    return decision.state is not DecisionState.TAKEN_BACK
