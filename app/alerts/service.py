"""Use cases about one's own alerts."""

from app.alerts import repository
from app.alerts.schemas import AlertSettingsRead, AlertSettingsWrite
from app.auth.actor import Actor
from app.context import Ground
from app.errors import NotFound
from app.vocabulary import AlertTopic


def read_alert_settings(ground: Ground, actor: Actor) -> AlertSettingsRead:
    """Return how often the caller is told."""
    assert actor.user_id is not None  # noqa: S101  routes of the account ask for a session
    with ground.sessions.read() as session:
        modes = repository.modes(session, actor.user_id)
    return AlertSettingsRead(matches=modes[AlertTopic.MATCHES], conversations=modes[AlertTopic.CONVERSATIONS])


def change_alert_settings(ground: Ground, actor: Actor, wanted: AlertSettingsWrite) -> AlertSettingsRead:
    """Choose how often the caller is told. Raises `NotFound` for somebody who was erased meanwhile."""
    assert actor.user_id is not None  # noqa: S101  routes of the account ask for a session
    now = ground.clock.now()
    modes = {AlertTopic.MATCHES: wanted.matches, AlertTopic.CONVERSATIONS: wanted.conversations}
    with ground.sessions.write() as session:
        if not repository.is_known(session, actor.user_id):
            raise NotFound
        repository.put_modes(session, actor.user_id, modes, now)
        ground.trail.record(session, actor, now, "alerts.changed", "person", actor.user_id)
    return AlertSettingsRead(matches=wanted.matches, conversations=wanted.conversations)
