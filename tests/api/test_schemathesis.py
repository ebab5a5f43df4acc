"""Every operation, called with generated input, answers as the description of the API says.

Two checks of schemathesis are left out on purpose:

- positive_data_acceptance: what the description allows can still be refused (a text of symbols only, an organisation
  that is not there, texts that are too long together), so a refusal proves nothing. That well-formed input is accepted
  is proven by the other tests here.
- ignored_auth and its relatives: there are no accounts yet.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import GenerationConfig
from schemathesis.schemas import APIOperation, BaseSchema

from app.auth.actor import Actor
from app.auth.identify import Credentials, load_grants
from app.context import Context, Ground
from app.db.engine import make_engine
from app.db.migrate import upgrade
from app.main import create_app
from app.models import RoleGrant
from app.vocabulary import ActorKind, Role
from tests import stories
from tests.access.world import put_person
from tests.conftest import DATABASES, SettableClock, make_context, new_database

load_all_checks()
LEFT_OUT = ["positive_data_acceptance", "ignored_auth", "object_level_authorization"]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
DESCRIPTION = create_app(cast("Context", None)).openapi()
OPERATIONS = [f"{method.upper()} {path}" for path, methods in DESCRIPTION["paths"].items() for method in methods]
AT_MOST = 80
"""Boundary values of an operation that are tried without --long, evenly chosen; most have fewer."""
THERE = 6
"""Organisations, challenges and profiles that are there."""


@pytest.fixture(scope="module", params=DATABASES)
def api_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def api(
    api_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BaseSchema]:
    """The application on a database with some texts, as schemathesis sees it."""
    with new_database(api_kind, tmp_path_factory.mktemp("schemathesis"), request) as url:
        engine = make_engine(url)
        upgrade(engine)
        context = make_context(engine, SettableClock())
        welfare = stories.organisation(context, "welfare")
        for number in range(THERE):
            stories.challenge(context, welfare, stories.words_for(number))
            stories.profile(context, stories.words_for(number))
        context = replace(
            context, security=replace(context.security, allowed_hosts=frozenset({"testserver", "127.0.0.1"}))
        )
        person, _ = put_person(context, "everybody", {"role": Role.ADMIN})
        with context.sessions.write() as session:
            session.add(
                RoleGrant(
                    user_id=person,
                    role=Role.WELFARE_STAFF,
                    organisation_id=welfare,
                    manager=True,
                    created_at=context.clock.now(),
                )
            )

        def be_everybody(ground: Ground, _given: Credentials) -> Actor:
            """Take every caller for an admin who also manages an organisation, as long as the account is there."""
            with ground.sessions.read() as session:
                return Actor(ActorKind.USER, person, load_grants(session, person))

        yield schemathesis.openapi.from_asgi("/openapi.json", create_app(context, be_everybody))
        engine.dispose()


def operation_of(api: BaseSchema, label: str) -> APIOperation:
    operation = api.find_operation_by_label(label)
    assert operation is not None
    return operation


def call(case: Case, text_id: int | None = None) -> None:
    """Send a generated request, with the number of a row that is there in some of them, and check the answer."""
    for name in case.path_parameters or {} if text_id else ():
        case.path_parameters[name] = text_id
    checks = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]
    case.validate_response(case.call(), checks=checks)


def leave_out_every_other(request: pytest.FixtureRequest, label: str, offset: int) -> None:
    """Without --long each operation gets boundary values on one database and random ones on the other."""
    is_sqlite = request.getfixturevalue("api_kind") == "sqlite"
    if not request.config.getoption("--long") and (OPERATIONS.index(label) + offset + is_sqlite) % 2:
        pytest.skip("runs with --long; the other database is tried")


@pytest.mark.parametrize("label", OPERATIONS)
def test_boundary_values_are_answered_as_described(api: BaseSchema, label: str, request: pytest.FixtureRequest) -> None:
    leave_out_every_other(request, label, 0)
    generation = GenerationConfig(modes=MODES, deterministic=True)
    cases = list(
        api.iter_coverage_cases(operation_of(api, label), generation_modes=MODES, generation_config=generation)
    )
    every = 1 if request.config.getoption("--long") else -(-len(cases) // AT_MOST)
    assert sum(1 for case in cases[::every] if call(case) is None) > 0


@pytest.mark.parametrize("label", OPERATIONS)
def test_random_input_is_answered_as_described(api: BaseSchema, label: str, request: pytest.FixtureRequest) -> None:
    leave_out_every_other(request, label, 1)
    long = request.config.getoption("--long")
    cases: Any = st.one_of(*(operation_of(api, label).as_strategy(mode) for mode in MODES))

    @settings(
        max_examples=200 if long else 10,
        deadline=None,
        database=None,
        derandomize=not long,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=cases, text_id=st.one_of(st.none(), st.integers(1, THERE)))
    def send(case: Case, text_id: int | None) -> None:
        call(case, text_id)

    send()
