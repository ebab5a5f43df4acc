"""A worker in its own process. Run as `python -m tests.jobs.worker_process DATABASE_URL NAME FOLDER HOW`.

HOW: `once`, or `die` to be killed between sending a mail and noting it.
"""

import os
import signal
import sys
from email.message import EmailMessage
from pathlib import Path

from app.auth.keys import Keys
from app.clock import Clock
from app.context import Ground
from app.db.engine import make_engine
from app.db.session import Sessions
from app.jobs import worker
from app.mail.senders import FileSender
from app.security import Security
from app.settings import Settings


class DyingSender(FileSender):
    def send(self, message: EmailMessage) -> None:
        super().send(message)
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    url, name, folder, how = sys.argv[1:]
    ground = Ground(Sessions(make_engine(url)), Clock(), Security(Keys(b"a secret of the tests, no other")))
    settings = Settings(database_url=url, mail=f"file:{folder}")  # type: ignore[arg-type]
    if how == "die":
        worker.make_sender = lambda _settings: DyingSender(Path(folder))
    else:
        worker.LOST_AFTER = worker.LOST_AFTER * 0
    worker.work_once(ground, settings, name)


if __name__ == "__main__":
    main()
