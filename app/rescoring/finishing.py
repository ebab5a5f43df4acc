"""The last partition of a run: catch up, compare, and show the new ranking where that was asked for."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import SERVICE
from app.matches import generations
from app.matches.sides import TABLES
from app.models import Network, Organisation, RescoringRun
from app.models.ranking import GenerationState
from app.models.rescoring import RunState
from app.rescoring import activation, comparison, repository
from app.rescoring.repository import Task
from app.rescoring.schemas import Scope
from app.rescoring.workshop import Workshop
from matching.texts import Side


def finish(shop: Workshop, task: Task) -> None:
    """Complete a run. When it is interrupted, all of it is done again."""
    with shop.ground.sessions.read() as session:
        run = repository.get(session, task.run_id)
        selected = _selected(session, Scope.model_validate(run.scope))
    generation_id, wants_activation = run.generation_id, run.activate
    assert generation_id is not None  # noqa: S101  made when statistics were frozen
    # All of it: a text that has no list yet would count as one that lost all its matches.
    activation.catch_up(shop, generation_id, selected, leave=0)
    shop.reach("finish caught up")
    found = comparison.compare(shop, task.run_id, generation_id)
    shop.reach("finish compared")
    show = wants_activation and not (found and found.crossed)
    with shop.ground.sessions.write() as session:
        run = shop.hold(session, task)
        run.comparison = found.model_dump(mode="json") if found else None
        run.held_back = found.crossed if found else []
        generations.get_locked(session, generation_id).state = GenerationState.COMPLETE
        if not show:
            _complete(session, shop, run)
            repository.mark_done(session, task, shop.now(session))
        shop.reach("finish written")
    if show:
        _activate(shop, task, generation_id)
    shop.let_go()
    with shop.ground.sessions.read() as session:
        active = generations.active(session)
    if active is not None:
        shop.encoders.let_go({active.fingerprint})


def _activate(shop: Workshop, task: Task, generation_id: int) -> None:
    def last(session: Session) -> None:
        repository.mark_done(session, task, shop.now(session))
        now = shop.ground.clock.now()
        shop.ground.trail.record(session, SERVICE, now, "rescoring_run.activated", "rescoring_run", task.run_id)

    activation.activate(shop, generation_id, guard=lambda session: shop.hold(session, task), last=last)


def _complete(session: Session, shop: Workshop, run: RescoringRun) -> None:
    repository.set_state(run, RunState.COMPLETE)
    run.finished_at = shop.ground.clock.now()
    session.flush()


def _selected(session: Session, scope: Scope) -> list[tuple[Side, int]]:
    """Return the texts that a run of a part of them is about; those of a run of all have been ranked already."""
    found: list[tuple[Side, int]] = []
    for side in Side if scope.kind != "all" else ():
        tables = TABLES[side]
        query = select(tables.text.id).where(tables.text.state == tables.published)
        if scope.since is not None:
            query = query.where(tables.text.updated_at >= scope.since)
        else:
            members = select(Organisation.id).join(Network).where(Network.slug == scope.network)
            query = query.where(tables.text.organisation_id.in_(members))
        found += [(side, text_id) for text_id in session.scalars(query.order_by(tables.text.id))]
    return found
