"""What other processes do in tests; each is started afresh and knows nothing but the database."""

from multiprocessing.synchronize import Barrier

from app.clock import Clock
from app.context import Context
from app.db.engine import make_engine
from tests import stories
from tests.conftest import make_context
from tests.small_lists import shrink


def publish(url: str, number: int, count: int, welfare: int, together: Barrier) -> None:
    """Publish some challenges and profiles at the same time as the others do, with short lists."""
    shrink()
    engine = make_engine(url)
    context = make_context(engine, Clock())
    with context.sessions.read() as session:
        context.ranking.snapshot(session)  # old from now on
    together.wait()
    for turn in range(count):
        publish_one(context, welfare, number * count + turn)
    engine.dispose()


def publish_one(context: Context, welfare: int, number: int) -> None:
    if number % 2:
        stories.challenge(context, welfare, stories.words_for(number))
    else:
        stories.profile(context, stories.words_for(number + 1))
