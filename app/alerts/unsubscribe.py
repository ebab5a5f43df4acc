"""One click ends alerts: the link in every mail needs no sign-in and does nothing else.

The token names the person and the topic, and carries a keyed hash of both, so nothing is stored for it and nobody can
make one for somebody else. Mail programs post to it by themselves (RFC 8058); opening it with GET changes nothing.
"""

import hmac

from app.alerts import repository
from app.auth.actor import Actor
from app.auth.keys import Keys
from app.context import Ground
from app.errors import LinkUnusable
from app.vocabulary import ActorKind, AlertMode, AlertTopic

PATH = "/api/v1/unsubscribe"
"""Where mail programs post to by themselves."""
PAGE = "/unsubscribe"
"""Where people are led, who decide there."""
ALL = "all"
"""The scope of a mail that tells of both topics."""
SCOPES = {topic.value: (topic,) for topic in AlertTopic} | {ALL: tuple(AlertTopic)}
_PURPOSE = "unsubscribe"


def make_token(keys: Keys, user_id: int, scope: str) -> str:
    """Return the token that ends one topic, or all, for one person."""
    return f"{user_id}.{scope}.{keys.hash(_PURPOSE, f'{user_id}:{scope}')}"


def unsubscribe(ground: Ground, token: str) -> None:
    """End the topic of a token; doing it twice is the same as once. Raises `LinkUnusable`."""
    number, _, rest = token.partition(".")
    scope, _, _ = rest.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and scope in SCOPES):  # noqa: PLR2004  fits
        raise LinkUnusable
    user_id = int(number)
    if not hmac.compare_digest(make_token(ground.security.keys, user_id, scope).encode(), token.encode()):
        raise LinkUnusable
    now = ground.clock.now()
    with ground.sessions.write() as session:
        if not repository.is_known(session, user_id):
            raise LinkUnusable
        repository.put_modes(session, user_id, dict.fromkeys(SCOPES[scope], AlertMode.OFF), now)
        actor = Actor(ActorKind.USER, user_id)
        ground.trail.record(session, actor, now, "alerts.unsubscribed", "person", user_id)
