"""Workers that are killed while they end interests: another one ends them, and the right mails lie there once."""

import signal
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from app.context import Context
from app.models import Alert, AuditEvent, Decision, MailOutbox
from app.vocabulary import AlertKind, DecisionState, MailTemplate
from tests import stories
from tests.after.people import put_startup, put_welfare
from tests.jobs.test_worker import finish, start


def test_what_a_killed_worker_left_is_done_once_by_the_next(
    context: Context, database_url: str, tmp_path: Path
) -> None:
    welfare = put_welfare(context, "ayla", expires_on="2040-01-01")
    startups = [put_startup(context, f"startup{number}") for number in range(3)]
    for startup in startups:
        stories.interested(context, welfare.actor, welfare.text, startup.text, "challenge")
    now = context.clock.now()
    with context.sessions.write() as session:
        # Long ago for the clock of the workers, which is the real one.
        session.execute(update(Decision).values(remind_at=now - timedelta(8), expires_at=now - timedelta(days=1)))
    for how in ("die-inside", "die-after"):
        killed = start(database_url, how, tmp_path / "mails", how)
        assert killed.finish(90)[0] == -signal.SIGKILL
    finish(start(database_url, "another", tmp_path / "mails"))
    with context.sessions.read() as session:
        assert set(session.scalars(select(Decision.state))) == {DecisionState.EXPIRED}
        told = session.scalars(select(Alert).where(Alert.kind == AlertKind.EXPIRED)).all()
        assert [(alert.user_id, alert.mail_id is not None) for alert in told] == [(welfare.person, True)] * 3
        assert len({alert.mail_id for alert in told}) == 3
        ended = session.scalar(select(func.count()).where(AuditEvent.action == "interest.expired"))
        assert ended == 3
        mails = session.scalars(select(MailOutbox).where(MailOutbox.template == MailTemplate.ALERT)).all()
        assert len(mails) == 6, "three that somebody is interested, three that nobody has answered"
        # Nobody waits for an answer to an interest that is over: its mail is given up.
        assert sorted(mail.sent_at is not None for mail in mails) == [False] * 3 + [True] * 3
        assert all(mail.sent_at is not None or mail.failed_at is not None for mail in mails)
        assert context.trail.verify(session).first_bad is None
    assert len(list((tmp_path / "mails").glob("*.eml"))) == 3
