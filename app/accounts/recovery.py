"""Passwords and addresses: change them, get back in after forgetting one."""

from sqlalchemy.orm import Session

from app.accounts import links, repository
from app.accounts.people import Visitor, record, touch
from app.accounts.schemas import EmailChange, NewPasswordByLink, PasswordChange
from app.accounts.sign_in import admit
from app.auth import sessions
from app.auth.actor import ANONYMOUS, Actor
from app.auth.passwords import hash_password, verify_password
from app.context import Ground
from app.errors import WrongPassword
from app.mail.outbox import queue_mail
from app.models import User
from app.vocabulary import ActorKind, LinkPurpose, MailTemplate


def request_reset(ground: Ground, email: str, visitor: Visitor) -> None:
    """Send a link for a new password, if there is such an account; the answer never tells. Raises `TooManyTries`."""
    admit(ground, "reset", email, visitor)
    with ground.sessions.write() as session:
        user = repository.by_email(session, email)
        known = user is not None and user.deactivated_at is None
        if user is not None and known:
            links.send_reset(session, user, ground.clock.now())
        record(ground, session, ANONYMOUS, "password.reset_requested", user.id if user and known else None)


def reset_password(ground: Ground, given: NewPasswordByLink, visitor: Visitor) -> None:
    """Set a new password with a mailed link; every session ends. Raises `LinkUnusable`, `TooManyTries`."""
    admit(ground, "link", None, visitor)
    hashed = hash_password(given.password)
    now = ground.clock.now()
    with ground.sessions.write() as session:
        link = links.take(session, LinkPurpose.RESET_PASSWORD, given.token, now)
        assert link.user_id is not None  # noqa: S101  such links are made for people
        user = repository.person(session, link.user_id, lock=True)
        # Whoever opens the mail has shown that the address is theirs.
        user.email_confirmed_at = user.email_confirmed_at or now
        _set_password(ground, session, Actor(ActorKind.USER, user.id), user, hashed, "password.reset")


def change_password(ground: Ground, actor: Actor, given: PasswordChange, visitor: Visitor) -> str | None:
    """Set a new password; all other sessions end, this one goes on. Returns the new cookie. Raises `WrongPassword`."""
    user_id = check_password(ground, actor, given.password, visitor)
    hashed = hash_password(given.new_password)
    with ground.sessions.write() as session:
        user = repository.person(session, user_id, lock=True)
        return _set_password(ground, session, actor, user, hashed, "password.changed")


def change_email(ground: Ground, actor: Actor, given: EmailChange, visitor: Visitor) -> None:
    """Have a new address confirmed; until then the old one stays. Raises `WrongPassword`."""
    user_id = check_password(ground, actor, given.password, visitor)
    with ground.sessions.write() as session:
        user = repository.person(session, user_id, lock=True)
        if repository.by_email(session, given.email) is None:
            links.send_confirmation(session, user, ground.clock.now(), email=given.email)
        record(ground, session, actor, "email.change_requested", user.id, changes={"email": (user.email, given.email)})


def check_password(ground: Ground, actor: Actor, password: str, visitor: Visitor) -> int:
    """Ask for the password again. Returns the person's id. Raises `WrongPassword`, `TooManyTries`."""
    assert actor.user_id is not None  # noqa: S101  routes of the account ask for a session
    admit(ground, "password", str(actor.user_id), visitor)
    with ground.sessions.read() as session:
        stored = repository.person(session, actor.user_id).password_hash
    if not verify_password(password, stored):
        raise WrongPassword
    return actor.user_id


def _set_password(ground: Ground, session: Session, actor: Actor, user: User, hashed: str, action: str) -> str | None:
    """Store the hash, end all other sessions, rotate this one and tell the person by mail."""
    user.password_hash = hashed
    touch(ground, user)
    sessions.close_sessions(session, user.id, but=actor.session_id)
    queue_mail(session, MailTemplate.PASSWORD_CHANGED, ground.clock.now(), user_id=user.id)
    record(ground, session, actor, action, user.id, changes={"password": (None, "changed")})
    return sessions.rotate_by_id(session, actor.session_id)
