"""Loads the demonstration data into a database."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.challenges.kind import CHALLENGES
from app.context import Context
from app.db.session import Sessions
from app.demo import dataset
from app.matches.remembering import remembering
from app.models import Network, Organisation
from app.profiles.kind import PROFILES
from app.publishing.bulk import NewText, Progress, no_progress, submit_many


def is_there(sessions: Sessions) -> bool:
    """Tell whether demonstration data are in the database."""
    with sessions.read() as session:
        names = [draft.name for draft in dataset.organisations().values()]
        return session.scalar(select(Organisation.id).where(Organisation.name.in_(names)).limit(1)) is not None


def seed_demo(context: Context, progress: Progress = no_progress, folder: Path | None = None) -> dict[str, int]:
    """Store and publish the demonstration data, once. Returns {key in the data: id}, empty when it was there.

    folder: where vectors of these texts are kept, to be encoded once for all databases. Organisations are stored first
    and in the order of the data, so on an empty database ids are always the same.
    """
    if is_there(context.sessions):
        return {}
    organisations = dataset.organisations()
    demo_texts = [(CHALLENGES, demo) for demo in dataset.challenges()]
    demo_profiles = [(PROFILES, demo) for demo in dataset.profiles()]
    stored: dict[str, Organisation] = {}

    def store_organisations(session: Session) -> None:
        networks = {network.slug: network for network in session.scalars(select(Network))}
        now = context.clock.now()
        for key, draft in organisations.items():
            values = draft.model_dump(exclude={"network"})
            stored[key] = Organisation(
                **values,
                network=networks[draft.network] if draft.network else None,
                verified=True,
                version=1,
                created_at=now,
                updated_at=now,
            )
            session.add(stored[key])
            session.flush()

    def organisation_of(key: str) -> Callable[[Session], Organisation]:
        return lambda _session: stored[key]

    texts = [
        NewText(kind, organisation_of(demo.organisation), demo.content) for kind, demo in [*demo_texts, *demo_profiles]
    ]
    with remembering(context.ranking.encoder, folder) as encoder:
        ids = submit_many(context, texts, before=store_organisations, progress=progress, encoder=encoder)
    keys = [demo.key for _, demo in [*demo_texts, *demo_profiles]]
    return dict(zip(keys, ids, strict=True))
