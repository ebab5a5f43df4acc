"""Erasing a person or an organisation, with everything that was made from their data (article 17 of the GDPR).

What is left: audit events with numbers that lead nowhere and hashes whose keys are gone, and one line in the erasure
log with a random name, so that a restored backup loses them again.
"""

from collections.abc import Collection
from contextlib import closing

from sqlalchemy import Engine, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from app.audit.trail import forget_object
from app.auth.actor import SERVICE, Actor
from app.challenges.kind import CHALLENGES
from app.context import Context, Ground
from app.errors import LastAdmin, LastManager, NotFound
from app.matches.ranking import CorpusWriter
from app.models import (
    AuditKey,
    Challenge,
    Decision,
    Erasure,
    IdempotentRequest,
    IntroductionStep,
    Message,
    OneTimeLink,
    Organisation,
    Profile,
    RoleGrant,
    User,
)
from app.profiles.kind import PROFILES
from app.publishing import service as publishing
from app.publishing.kinds import Kind, Row
from app.vocabulary import Role

PERSON = "person"
ORGANISATION = "organisation"


def erase_person(ground: Ground, actor: Actor, user_id: int) -> None:
    """Erase a person. Raises `NotFound`, `LastAdmin`, `LastManager`."""
    with ground.sessions.write() as session:
        user = session.scalar(select(User).where(User.id == user_id).with_for_update())
        if user is None:
            raise NotFound
        _keep_an_admin(session, user_id)
        _keep_managers(session, user_id)
        erase_in(ground, session, actor, user)
    ground.security.erasures.sync(ground.sessions)


def erase_organisation(context: Context, actor: Actor, organisation_id: int) -> None:
    """Erase an organisation with all its texts and memberships. Raises `NotFound`."""
    with context.sessions.write() as session, context.ranking.writer(session) as writer:
        organisation = session.scalar(
            select(Organisation).where(Organisation.id == organisation_id).with_for_update(of=Organisation)
        )
        if organisation is None:
            raise NotFound
        for kind in (CHALLENGES, PROFILES):
            _erase_texts(context, session, writer, kind, organisation_id)
        _erase_organisation(context, session, actor, organisation)
    context.security.erasures.sync(context.sessions)


def reapply(ground: Ground, uids: Collection[str]) -> int:
    """Erase again what a restored backup brought back. Returns how many there were.

    Works without an encoder: lists and vectors go with their texts, and the next process reads the corpus anew.
    """
    done = 0
    with ground.sessions.write() as session:
        for user in session.scalars(select(User).where(User.uid.in_(uids)).order_by(User.id)).all():
            erase_in(ground, session, SERVICE, user)
            done += 1
        found = session.scalars(select(Organisation).where(Organisation.uid.in_(uids)).order_by(Organisation.id))
        for organisation in found.all():
            for model, noun in ((Challenge, CHALLENGES.noun), (Profile, PROFILES.noun)):
                ids = select(model.id).where(model.organisation_id == organisation.id)
                session.execute(delete(AuditKey).where(AuditKey.object_kind == noun, AuditKey.object_id.in_(ids)))
                session.execute(delete(model).where(model.organisation_id == organisation.id))
            _erase_organisation(ground, session, SERVICE, organisation)
            done += 1
    return done


def scrub(engine: Engine) -> None:
    """Rewrite the database, so that the bytes of what was deleted are gone from its files."""
    if engine.dialect.name == "sqlite":
        # VACUUM stands outside transactions, and ours begin with every connection.
        with closing(engine.raw_connection()) as raw:
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")


def erase_in(ground: Ground, session: Session, actor: Actor, user: User) -> None:
    """Erase a person in a transaction that is under way."""
    # Sessions, tokens, roles, own links and mails go with the account; invitations to the address do not.
    session.execute(delete(OneTimeLink).where(or_(OneTimeLink.email == user.email, OneTimeLink.user_id == user.id)))
    session.execute(delete(IdempotentRequest).where(IdempotentRequest.user_id == user.id))
    # Their words in threads and notes go; that something was said, and when, the other side still sees.
    session.execute(update(Message).where(Message.author_id == user.id).values(body=None))
    session.execute(update(IntroductionStep).where(IntroductionStep.author_id == user.id).values(note=None))
    session.execute(update(Decision).where(Decision.decided_by == user.id).values(note=None))
    forget_object(session, PERSON, user.id)
    _log(ground, session, actor, PERSON, user.id, user.uid)
    session.execute(delete(User).where(User.id == user.id))


def _erase_texts(context: Context, session: Session, writer: CorpusWriter, kind: Kind, organisation_id: int) -> None:
    rows: list[Row] = list(
        session.scalars(
            select(kind.model)
            .where(kind.model.organisation_id == organisation_id)
            .options(joinedload(kind.model.organisation))
            .order_by(kind.model.id)
        )
    )
    for row in rows:
        publishing.remove(context, session, writer, kind, row)


def _erase_organisation(ground: Ground, session: Session, actor: Actor, organisation: Organisation) -> None:
    # Stored answers hold the texts; those of the operator and of colleagues who left have no other way to them.
    answers = select(IdempotentRequest.scope, IdempotentRequest.key, IdempotentRequest.answer)
    for scope, key, answer in session.execute(answers).all():
        owner = answer.get("organisation") or answer
        if owner.get("id") == organisation.id:
            session.execute(
                delete(IdempotentRequest).where(IdempotentRequest.scope == scope, IdempotentRequest.key == key)
            )
    forget_object(session, ORGANISATION, organisation.id)
    _log(ground, session, actor, ORGANISATION, organisation.id, organisation.uid)
    session.execute(delete(Organisation).where(Organisation.id == organisation.id))


def _log(ground: Ground, session: Session, actor: Actor, kind: str, number: int, uid: str) -> None:
    # In a restored database the line may be there before its object is erased again.
    session.merge(Erasure(uid=uid, kind=kind, erased_at=ground.clock.now()))
    ground.trail.record(session, actor, ground.clock.now(), f"{kind}.erased", kind, number)
    session.flush()


def _keep_an_admin(session: Session, user_id: int) -> None:
    admins = (
        select(RoleGrant.user_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role == Role.ADMIN, User.deactivated_at.is_(None))
    )
    if set(session.scalars(admins)) == {user_id}:
        raise LastAdmin


def _keep_managers(session: Session, user_id: int) -> None:
    managed = select(RoleGrant.organisation_id).where(RoleGrant.user_id == user_id, RoleGrant.manager)
    for organisation_id in session.scalars(managed).all():
        others = select(func.count()).where(RoleGrant.organisation_id == organisation_id, RoleGrant.user_id != user_id)
        if session.scalar(others) and not session.scalar(others.where(RoleGrant.manager)):
            raise LastManager
