"""The second factor: codes of an authenticator app (TOTP, RFC 6238)."""

import pyotp

from app.accounts import repository
from app.accounts.people import Visitor, forget_second_factor, record, touch
from app.accounts.recovery import check_password
from app.accounts.schemas import TotpSetup
from app.accounts.sign_in import TOTP_KEY, TOTP_STEP, admit, take_code
from app.auth import sessions
from app.auth.actor import Actor
from app.context import Ground
from app.errors import SecondFactorState, SecondFactorWrong
from app.vocabulary import AuthLevel

ISSUER = "Passgenau"


def begin(ground: Ground, actor: Actor, password: str, visitor: Visitor) -> TotpSetup:
    """Make a secret for the app; it counts once a code was sent. Raises `WrongPassword`, `SecondFactorState`."""
    user_id = check_password(ground, actor, password, visitor)
    secret = pyotp.random_base32()
    with ground.sessions.write() as session:
        user = repository.person(session, user_id, lock=True)
        if user.totp_confirmed_at is not None:
            raise SecondFactorState
        user.totp_secret = ground.security.keys.encrypt(TOTP_KEY, secret)
        user.totp_last_step = None
        record(ground, session, actor, "second_factor.begun", user.id)
        uri = pyotp.TOTP(secret, interval=TOTP_STEP).provisioning_uri(name=user.email, issuer_name=ISSUER)
    return TotpSetup(secret=secret, uri=uri)


def confirm(ground: Ground, actor: Actor, code: str, visitor: Visitor) -> str | None:
    """Switch the second factor on with its first code; other sessions end, this one now has it.

    Returns the new cookie. Raises `SecondFactorWrong`, `SecondFactorState`, `TooManyTries`.
    """
    assert actor.user_id is not None  # noqa: S101  routes of the account ask for a session
    admit(ground, "code", str(actor.user_id), visitor)
    now = ground.clock.now()
    with ground.sessions.write() as session:
        user = repository.person(session, actor.user_id, lock=True)
        if user.totp_confirmed_at is not None or user.totp_secret is None:
            raise SecondFactorState
        if not take_code(ground, session, user, code):
            raise SecondFactorWrong
        user.totp_confirmed_at = now
        touch(ground, user)
        sessions.close_sessions(session, user.id, but=actor.session_id)
        record(ground, session, actor, "second_factor.added", user.id)
        return sessions.rotate_by_id(session, actor.session_id, AuthLevel.SECOND_FACTOR)


def remove(ground: Ground, actor: Actor, password: str, visitor: Visitor) -> str | None:
    """Switch the second factor off; admins lose their rights until they add one. Returns the new cookie."""
    user_id = check_password(ground, actor, password, visitor)
    with ground.sessions.write() as session:
        user = repository.person(session, user_id, lock=True)
        if user.totp_confirmed_at is None:
            raise SecondFactorState
        forget_second_factor(user)
        touch(ground, user)
        sessions.close_sessions(session, user.id, but=actor.session_id)
        record(ground, session, actor, "second_factor.removed", user.id)
        return sessions.rotate_by_id(session, actor.session_id, AuthLevel.PASSWORD)
