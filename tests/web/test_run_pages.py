"""Admins begin, follow, compare, show and take back rankings on pages."""

import pytest
from sqlalchemy import update

from app.auth.actor import OPERATOR
from app.matches import generations
from app.models import RescoringPartition, RescoringRun, WorkerHeartbeat
from app.models.rescoring import PartitionState, RunState
from app.rescoring import partitions, rankings, repository, runs, service
from app.rescoring.quality import ENOUGH
from app.rescoring.schemas import Quality
from tests.rescoring_runs import hashing_encoders, make_shop
from tests.web.conftest import Site

REQUEST = {"kind": "all", "since": "", "network": "", "encoder": "hashing"}


@pytest.fixture
def free(site: Site) -> Site:
    """The world with its queued run cancelled."""
    runs.cancel_run(site.context, OPERATOR, site.ids["run"])
    return site


def active(site: Site) -> int | None:
    with site.context.sessions.read() as session:
        return generations.active_id(session)


def requested(site: Site, **changes: str) -> int:
    answer = site.post("/rescoring/new", REQUEST | changes, "admin")
    assert answer.status == 303, answer.text
    return int(answer.location.split("?")[0].rsplit("/", 1)[1])


def completed(site: Site, held_back: list[str] | None = None) -> int:
    run_id = requested(site)
    assert service.work_off(make_shop(site.context), run_id).state == RunState.COMPLETE
    with site.context.sessions.write() as session:
        repository.get(session, run_id).held_back = held_back or []
    return run_id


def test_a_run_is_begun_compared_shown_and_taken_back(free: Site) -> None:
    before = active(free)
    run_id = completed(free)
    page = free.get(f"/rescoring/{run_id}", "admin")
    assert page.said("#run-progress .kern-badge") == "fertig, nicht sichtbar"
    assert active(free) == before, "nobody sees it yet"
    comparison = free.get(f"/rescoring/{run_id}/comparison", "admin")
    captions = [caption.get_text() for caption in comparison.all("caption")]
    assert captions == ["Grenzen", "Listen, die Leserinnen und Leser sehen", "Wer auf den ersten zehn Plätzen steht"]
    figures = {
        row.select("th")[0].get_text(): [cell.get_text() for cell in row.select("td")]
        for row in comparison.all("tbody tr")
    }
    stored = service.read_comparison(free.context, run_id)
    assert figures["Listen"] == [str(stored.challenges.lists), str(stored.profiles.lists)]
    assert figures["Passungen bleiben"] == [str(stored.challenges.kept), str(stored.profiles.kept)]
    assert figures["Anteil der Listen, die leer werden (höchstens)"] == ["0\xa0%", "2\xa0%", "eingehalten"]
    confirmation = free.get(f"/rescoring/{run_id}/activate", "admin")
    assert not confirmation.all("input[name=force]")
    shown = free.post(f"/rescoring/{run_id}/activate", {}, "admin")
    assert free.get(shown.location, "admin").said(".kern-alert--success") == "Die neuen Listen sind sichtbar."
    assert active(free) != before
    assert f"Früherer Stand: {before}," in free.get("/rescoring/roll-back", "admin").said("main")
    back = free.post("/rescoring/roll-back", {}, "admin")
    assert free.get(back.location, "admin").said(".kern-alert--success") == "Der frühere Stand ist wieder sichtbar."
    assert active(free) == before


def test_a_comparison_says_how_well_both_rankings_agree_with_people(free: Site) -> None:
    run_id = completed(free)
    measured = [
        Quality(source="demonstration", measure="ndcg@10", queries=59, before=0.8912, after=0.8903),
        Quality(source="decisions", measure="auroc", queries=47, before=0.75, after=0.721),
    ]
    with free.context.sessions.write() as session:
        run = repository.get(session, run_id)
        run.comparison = (run.comparison or {}) | {
            "quality": [one.model_dump() for one in measured],
            "crossed": ["quality_loss"],
        }
    page = free.get(f"/rescoring/{run_id}/comparison", "admin")
    rows = {row.select("th")[0].get_text(): row.select("td") for row in page.all("tbody tr")}
    (decided,) = (name for name in rows if name.startswith("Entscheidungen der Mitglieder"))
    assert decided.endswith(f"ab je {ENOUGH} (47)")
    assert [cell.get_text() for cell in rows[decided]] == ["0,75", "0,721"]
    assert [cell.get_text() for cell in rows["Rückgang der Güte (höchstens)"]] == ["0,029", "0,02", "überschritten"]


def test_a_second_run_is_refused_in_the_form_and_what_was_chosen_is_kept(site: Site) -> None:
    page = site.post("/rescoring/new", REQUEST | {"activate": "yes"}, "admin")
    assert page.status == 409
    assert f"Neuberechnung {site.ids['run']} ist noch nicht fertig" in page.said("#errors")
    assert page.one("#f-encoder option[selected]")["value"] == "hashing"
    assert page.one("#f-activate").has_attr("checked")
    listed = site.get("/rescoring", "admin")
    assert listed.one("main .kern-btn--primary")["href"] == f"/rescoring/{site.ids['run']}", "leads to it instead"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"kind": "changed_since"}, "since", "Bitte ausfüllen."),
        ({"kind": "changed_since", "since": "gestern"}, "since", ""),
        ({"kind": "network"}, "network", "Bitte ausfüllen."),
        ({"kind": "network", "network": "nirgends"}, "network", "Dieses Netzwerk gibt es nicht."),
        ({"since": "2026-11-01"}, "since", "Das gehört zu einem anderen Umfang."),
        ({"network": "drk"}, "network", "Das gehört zu einem anderen Umfang."),
        ({"kind": "everything"}, "kind", "Bitte etwas aus der Liste auswählen."),
        ({"encoder": "/etc/passwd"}, "encoder", "Dieses Sprachmodell ist nicht freigegeben."),
    ],
)
def test_what_contradicts_itself_is_said_beside_the_field(
    free: Site, changes: dict[str, str], field: str, message: str
) -> None:
    page = free.post("/rescoring/new", REQUEST | changes, "admin")
    assert page.status == 422
    assert message in page.said(f"#f-{field}-error")
    assert page.one(f"#errors a[href='#f-{field}']")
    with free.context.sessions.read() as session:
        assert repository.under_way(session) is None


def test_scopes_reach_the_run_as_they_were_chosen(free: Site) -> None:
    run_id = requested(free, kind="changed_since", since="2026-11-01")
    scope = service.read_run(free.context, run_id).scope
    assert scope.since is not None
    assert scope.since.isoformat() == "2026-11-01T00:00:00+01:00", "a day begins at German midnight"
    assert "geändert seit 01.11.2026" in free.get(f"/rescoring/{run_id}", "admin").said("main")
    free.post(f"/rescoring/{run_id}/cancel", {}, "admin")
    run_id = requested(free, kind="network", network="drk")
    assert service.read_run(free.context, run_id).scope.network == "drk"
    assert "Deutsches Rotes Kreuz" in free.get("/rescoring", "admin").said("main")


def test_a_threshold_stops_and_a_tick_goes_on(free: Site) -> None:
    before = active(free)
    run_id = completed(free, ["lost_share", "quality_loss"])
    assert "Vergleich warnt" in free.get("/rescoring", "admin").said("main tbody tr:first-child")
    page = free.get(f"/rescoring/{run_id}/activate", "admin")
    assert [item.get_text() for item in page.all("main .kern-list li")] == [
        "Anteil der Passungen, die wegfallen (höchstens)",
        "Rückgang der Güte (höchstens)",
    ]
    stopped = free.post(f"/rescoring/{run_id}/activate", {}, "admin")
    assert (stopped.status, stopped.said("#errors h2")) == (409, "Der Vergleich warnt")
    assert active(free) == before
    free.post(f"/rescoring/{run_id}/activate", {"force": "yes"}, "admin")
    assert active(free) != before


def test_an_older_run_needs_a_tick_as_well(free: Site) -> None:
    older, newer = completed(free), completed(free)
    free.post(f"/rescoring/{newer}/activate", {}, "admin")
    shown = active(free)
    assert "Diese Neuberechnung ist älter." in free.get(f"/rescoring/{older}/activate", "admin").said("main")
    stopped = free.post(f"/rescoring/{older}/activate", {}, "admin")
    assert (stopped.status, stopped.said("#errors h2")) == (409, "Inzwischen ist ein neuerer Stand sichtbar")
    assert active(free) == shown
    free.post(f"/rescoring/{older}/activate", {"force": "yes"}, "admin")
    assert active(free) != shown


def test_failed_parts_are_shown_with_their_error_and_tried_again(site: Site) -> None:
    run_id = site.ids["run"]
    with site.context.sessions.write() as session:
        session.execute(
            update(RescoringPartition)
            .where(RescoringPartition.run_id == run_id)
            .values(state=PartitionState.FAILED, attempt=5, last_error="MemoryError")
        )
        run = repository.get(session, run_id)
        repository.set_state(run, RunState.FAILED)
        run.last_error = "MemoryError"
    page = site.get(f"/rescoring/{run_id}", "admin")
    assert "Letzter Fehler: MemoryError" in page.said("main")
    assert [cell.get_text() for cell in page.all("tbody td")] == ["0", "Vorbereiten", "5", "MemoryError"]
    with site.context.sessions.write() as session:
        repository.get(session, run_id).last_error = "BaseNoLongerActive"
    assert "ein anderer Stand sichtbar gemacht" in site.get(f"/rescoring/{run_id}", "admin").said("main")
    again = site.post(str(page.one(f"form[action='/rescoring/{run_id}/retry']")["action"]), {}, "admin")
    assert site.get(again.location, "admin").said("#run-progress .kern-badge") == "läuft"
    assert site.post(f"/rescoring/{run_id}/retry", {}, "admin").status == 409, "there is nothing left to try again"
    assert service.work_off(make_shop(site.context), run_id).state == RunState.COMPLETE


def test_progress_is_told_and_who_has_no_script_gets_a_link(site: Site) -> None:
    run_id = site.ids["run"]
    page = site.get(f"/rescoring/{run_id}", "admin")
    assert page.one("#run")["data-events"] == f"/api/v1/rescoring-runs/{run_id}/events"
    assert page.one("#by-hand a")["href"] == f"/rescoring/{run_id}"
    assert page.one("progress")["value"] == "0"
    assert "passgenau worker" in page.said("#run-progress"), "nobody works on it"
    with site.context.sessions.write() as session:
        session.add(WorkerHeartbeat(name="one", seen_at=site.context.clock.now()))
    shop = make_shop(site.context)
    ((_, number, _),) = service.look(shop)
    partitions.work_on(shop, run_id, number)
    page = site.get(f"/rescoring/{run_id}", "admin")
    assert page.one("progress")["value"] == "1"
    assert int(str(page.one("progress")["max"])) > 1
    assert "passgenau worker" not in page.said("#run-progress")
    runs.cancel_run(site.context, OPERATOR, run_id)
    ended = site.get(f"/rescoring/{run_id}", "admin")
    assert not ended.all("[data-events], #by-hand, script[src='/static/run.js']")


def test_cancelling_asks_first(site: Site) -> None:
    run_id = site.ids["run"]
    link = site.get(f"/rescoring/{run_id}", "admin").one("#run .kern-btn--tertiary")
    asked = site.get(str(link["href"]), "admin")
    assert asked.said("main form button") == "Endgültig abbrechen"
    assert service.read_run(site.context, run_id).state == RunState.QUEUED
    done = site.post(str(link["href"]), {}, "admin")
    assert site.get(done.location, "admin").said("#run-progress .kern-badge") == "abgebrochen"
    assert site.post(str(link["href"]), {}, "admin").status == 409


@pytest.mark.parametrize("step", ["comparison", "activate"])
def test_what_is_not_complete_has_nothing_to_compare_or_show(site: Site, step: str) -> None:
    page = site.get(f"/rescoring/{site.ids['run']}/{step}", "admin")
    assert (page.status, page.said("h1")) == (409, "Noch nicht vollständig")
    assert site.get(f"/rescoring/999999/{step}", "admin").status == 404


def test_without_an_earlier_ranking_nothing_leads_back(site: Site) -> None:
    assert not site.get("/rescoring", "admin").all("a[href='/rescoring/roll-back']")
    assert site.get("/rescoring/roll-back", "admin").said("h1") == "Kein früherer Stand"


def test_the_history_is_drawn_from_what_the_table_says(free: Site) -> None:
    run_id = completed(free)
    with free.context.sessions.write() as session:
        run = session.get_one(RescoringRun, run_id)
        assert run.started_at is not None
        run.finished_at = run.started_at.replace(minute=run.started_at.minute + 12)
    page = free.get("/rescoring", "admin")
    assert [head.get_text() for head in page.all("main thead th")][5] == "Dauer"
    assert page.said("main tbody tr:first-child td:nth-of-type(5)") == "12 Minuten"
    assert [text.get_text() for text in page.all("figure svg text")][-2:] == [
        f"Neuberechnung {run_id}, fertig, nicht sichtbar",
        "12 Minuten",
    ]


def test_rankings_that_are_kept_know_who_made_them(free: Site) -> None:
    first = active(free)
    run_id = completed(free)

    def kept() -> list[tuple[int, bool, int | None]]:
        with free.context.sessions.read() as session:
            found = rankings.read_status(session, free.context.clock.now())
            assert found.scoring_is_current
            assert [(side.published, side.encoded) for side in found.sides] == [(4, 4), (2, 2)]
            return [(one.id, one.active, one.run) for one in found.rankings]

    second = service.read_run(free.context, run_id).generation or 0
    assert kept() == [(second, False, run_id), (first, True, None)]
    free.post(f"/rescoring/{run_id}/activate", {}, "admin")
    assert kept() == [(second, True, run_id), (first, False, None)]


def test_only_encoders_that_are_offered_can_be_chosen(free: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free.context.ranking, "encoders", hashing_encoders())
    offered = free.get("/rescoring/new", "admin").all("#f-encoder option")
    assert [str(option["value"]) for option in offered] == ["", "hashing", "other"]
    run_id = requested(free, encoder="other")
    service.work_off(make_shop(free.context), run_id)
    assert service.read_run(free.context, run_id).encoder == "other"
    refused = free.post("/rescoring/new", REQUEST | {"kind": "network", "network": "drk", "encoder": "other"}, "admin")
    assert (refused.status, refused.said("#errors h2")) == (409, "Nur mit allen Texten möglich")
