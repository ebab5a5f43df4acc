"""Use cases of kept searches. They belong to one person; nobody else learns of them."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from app.audit.trail import forget_object
from app.auth.actor import Actor
from app.challenges import repository as challenges
from app.context import Context
from app.errors import NotFound, SavedSearchesFull
from app.matches.text_filter import TextFilter
from app.models import SavedSearch, User
from app.profiles import repository as profiles
from app.searches import repository
from app.vocabulary import ChallengeState, FieldOfAction, Language, ProfileState, Region
from matching.texts import Side

NOUN = "saved_search"
MOST = 20
NEW = timedelta(days=7)
COUNTED = 9
"""New texts are counted up to here."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for among the published texts of a side; None and no words filter nothing."""

    side: Side
    words: str = ""
    field_of_action: FieldOfAction | None = None
    region: Region | None = None
    language: Language | None = None

    @property
    def texts(self) -> TextFilter:
        """The filter that finds it."""
        return TextFilter(self.field_of_action, self.region, self.language, words=self.words)

    @property
    def is_any(self) -> bool:
        """Tell whether anything is asked for."""
        return bool(self.words or self.field_of_action or self.region or self.language)


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept search and how many texts were published for it within `NEW`, COUNTED + 1 for more."""

    id: int
    search: Search
    new: int


def kept(context: Context, session: Session, actor: Actor, side: Side) -> list[Kept]:
    """Return the searches of the caller on one side, oldest first."""
    if actor.user_id is None:
        return []
    rows = [row for row in repository.of_person(session, actor.user_id) if row.side == side.value]
    return [Kept(row.id, search, _new(context, session, actor, search)) for row in rows for search in [_search(row)]]


def keep(context: Context, actor: Actor, search: Search) -> None:
    """Keep a search; one that is there already stays as it is. Raises `SavedSearchesFull`, `NotFound`."""
    now = context.clock.now()
    with context.sessions.write() as session:
        if actor.user_id is None or session.get(User, actor.user_id, with_for_update=True) is None:
            raise NotFound
        rows = repository.of_person(session, actor.user_id)
        if any(_search(row) == search for row in rows):
            return
        if len(rows) >= MOST:
            raise SavedSearchesFull(limit=MOST)
        row = SavedSearch(
            user_id=actor.user_id,
            side=search.side.value,
            words=search.words,
            field_of_action=search.field_of_action.value if search.field_of_action else "",
            region=search.region.value if search.region else "",
            language=search.language.value if search.language else "",
            created_at=now,
        )
        session.add(row)
        session.flush()
        context.trail.record(session, actor, now, f"{NOUN}.kept", NOUN, row.id)


def forget(context: Context, actor: Actor, search_id: int) -> Side:
    """Let go of a search. Returns its side. Raises `NotFound`."""
    with context.sessions.write() as session:
        row = None if actor.user_id is None else repository.get(session, actor.user_id, search_id)
        if row is None:
            raise NotFound
        context.trail.record(session, actor, context.clock.now(), f"{NOUN}.forgotten", NOUN, row.id)
        session.delete(row)
        forget_object(session, NOUN, row.id)
        return Side(row.side)


def _new(context: Context, session: Session, actor: Actor, search: Search) -> int:
    wanted = replace(search.texts, published_after=context.clock.now() - NEW)
    limit = COUNTED + 1
    if search.side is Side.CHALLENGE:
        needed = ChallengeState.PUBLISHED
        return len(challenges.page(session, actor, state=needed, wanted=wanted, limit=limit, cursor=None).rows)
    offered = ProfileState.PUBLISHED
    return len(profiles.page(session, actor, state=offered, wanted=wanted, limit=limit, cursor=None).rows)


def _search(row: SavedSearch) -> Search:
    return Search(
        Side(row.side),
        row.words,
        FieldOfAction(row.field_of_action) if row.field_of_action else None,
        Region(row.region) if row.region else None,
        Language(row.language) if row.language else None,
    )
