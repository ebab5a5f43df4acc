"""Policies with one thing changed decide differently for somebody: no condition is there in vain [reliability row 35].

The decisions of a policy module are everything its functions say about each kind of caller and each object of the
world, in Python and in SQL; the matrix and the comparison of both hold the unchanged ones to what is wanted.
"""

import ast
import itertools
import types
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import OPERATOR, Actor
from app.decisions import policies as deciding
from app.introductions import policies as introductions
from app.models import Challenge, Decision, Introduction, Network, Organisation, Profile
from app.organisations import policies as organisations
from app.publishing import policies as publishing
from app.reports import policies as reports
from app.vocabulary import DecisionAnswer, DecisionState
from matching.texts import Side
from tests.access.test_doors_and_faults import actor_of
from tests.access.world import PEOPLE, World, copy_of, make_world

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def mutants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Copies of a module, each with one operator swapped, one operand left out or one answer turned round."""
    for place, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", 0)
        for what in changes(node):
            copy = deepcopy(tree)
            change(list(ast.walk(copy))[place], what)
            yield f"line {line}: {what}", ast.fix_missing_locations(copy)


def changes(node: ast.AST) -> list[str]:
    if isinstance(node, ast.BoolOp):
        return ["swap", *(f"leave out {number}" for number in range(len(node.values)))]
    if isinstance(node, ast.Compare):
        return ["swap"]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ["drop not"]
    if isinstance(node, ast.If):
        return ["always", "never"]
    if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id == "bool":
        return ["yes to all", "no to all"]
    return []


def change(node: Any, what: str) -> None:
    if what == "swap" and isinstance(node, ast.BoolOp):
        node.op = SWAPPED[type(node.op)]()
    elif what == "swap":
        node.ops = [SWAPPED[type(node.ops[0])](), *node.ops[1:]]
    elif what.startswith("leave out"):
        del node.values[int(what.rsplit(" ", 1)[1])]
        node.values = node.values * 2  # one alone is no expression of this kind
    elif what == "drop not":
        node.op = ast.UAdd()
    elif what in {"always", "never"}:
        node.test = ast.Constant(value=what == "always")
    else:
        node.body = [ast.Return(ast.Constant(value=what == "yes to all"))]


class Decisions:
    """Everything a policy module says; an exception is an answer as well."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.found: list[Any] = []

    def ask(self, call: Any, *arguments: Any) -> None:
        try:
            self.found.append(call(*arguments))
        except Exception as error:  # noqa: BLE001  a mutant may do anything
            self.found.append(type(error).__name__)

    def about_organisations(self, policies: Any, actor: Actor) -> None:
        self.ask(policies.may_create, actor)
        for row in self.session.scalars(select(Organisation)).unique():
            for name in ("may_read", "may_edit", "may_edit_identity", "may_verify"):
                self.ask(getattr(policies, name), actor, row)
            for name in ("may_see_members", "may_manage_members", "may_export"):
                self.ask(getattr(policies, name), actor, row.id)
        self.ask(lambda: sorted(self.session.scalars(select(Organisation.id).where(policies.readable_in(actor)))))

    def about_texts(self, policies: Any, actor: Actor, side: Side, model: Any) -> None:
        self.ask(policies.may_browse, actor, side)
        self.ask(policies.may_preview, actor, side)
        self.ask(lambda: sorted(self.session.scalars(select(model.id).where(policies.readable_in(actor, side, model)))))
        for row in self.session.scalars(select(model).options(joinedload(model.organisation))):
            self.ask(policies.may_write, actor, row.organisation_id)
            self.ask(policies.may_publish, actor, row.organisation_id)
            for state in ("draft", "published"):
                self.ask(policies.may_read, actor, side, row.organisation, state)
                self.ask(policies.may_read_matches, actor, row.organisation_id, state)
            self.ask(policies.may_read_signals, actor)

    def about_publishing(self, policies: Any, actor: Actor) -> None:
        self.about_texts(policies, actor, Side.CHALLENGE, Challenge)
        self.about_texts(policies, actor, Side.PROFILE, Profile)

    def about_introductions(self, policies: Any, actor: Actor) -> None:
        self.ask(lambda: sorted(self.session.scalars(select(Introduction.id).where(policies.readable_in(actor)))))
        for welfare, startup in itertools.permutations(self.organisations(), 2):
            introduction = Introduction(welfare_id=welfare, startup_id=startup)
            self.ask(policies.may_read, actor, introduction)
            self.ask(policies.side_of, actor, introduction)

    def about_decisions(self, policies: Any, actor: Actor) -> None:
        for own, other in itertools.permutations(self.organisations(), 2):
            self.ask(policies.may_decide, actor, own)
            for answer, state, answers in itertools.product(DecisionAnswer, DecisionState, (None, 1)):
                decision = Decision(organisation_id=own, answer=answer, state=state, answers_id=answers)
                self.ask(policies.may_read, actor, decision, other)

    def about_reports(self, policies: Any, actor: Actor) -> None:
        for network in self.session.scalars(select(Network.id)):
            self.ask(policies.may_read, actor, network)

    def organisations(self) -> list[int]:
        return list(self.session.scalars(select(Organisation.id).order_by(Organisation.id)))


def decisions(policies: Any, actors: list[Actor], session: Session) -> list[Any]:
    taken = Decisions(session)
    about = getattr(taken, f"about_{policies.__name__.split('.')[1]}")
    for actor in actors:
        about(policies, actor)
    return taken.found


@pytest.mark.parametrize(
    ("module", "least"),
    [(publishing, 40), (organisations, 40), (introductions, 10), (deciding, 10), (reports, 5)],
    ids=lambda value: value.__name__ if isinstance(value, types.ModuleType) else "",
)
def test_nine_of_ten_changed_policies_are_noticed(
    world: World, tmp_path: Path, module: types.ModuleType, least: int
) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    survived, total = [], 0
    with copy_of(world) as (context, _), context.sessions.read() as session:
        actors = [*(actor_of(context, world, subject) for subject in PEOPLE), OPERATOR]
        wanted = decisions(module, actors, session)
        for name, mutant in mutants(tree):
            changed = types.ModuleType(module.__name__)
            exec(compile(mutant, name, "exec"), changed.__dict__)  # noqa: S102  our own module, changed
            total += 1
            if decisions(changed, actors, session) == wanted:
                survived.append(name)
    assert total >= least
    assert len(survived) <= total / 10, survived
