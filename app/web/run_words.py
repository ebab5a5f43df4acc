"""What rescoring runs and their comparisons are called on pages, and the tables of a comparison."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.rescoring.schemas import Comparison, RunRead, Scope, SideComparison
from app.web.i18n import N_, shown_date
from app.web.tables import Table, number, share
from app.web.view import View

SCOPES = (
    ("all", N_("alle Texte")),
    ("changed_since", N_("Texte, die seit einem Tag geändert wurden")),
    ("network", N_("Texte eines Netzwerks")),
)
STATES = {
    "queued": N_("wartet"),
    "running": N_("läuft"),
    "complete": N_("fertig, nicht sichtbar"),
    "active": N_("sichtbar"),
    "cancelled": N_("abgebrochen"),
    "failed": N_("gescheitert"),
}
BADGES = {
    "queued": "info",
    "running": "info",
    "complete": "warning",
    "active": "success",
    "cancelled": "info",
    "failed": "danger",
}
"""KERN's kinds of badge."""
STEPS = {
    "prepare": N_("Vorbereiten"),
    "encode": N_("Texte einlesen"),
    "freeze": N_("Kennzahlen festhalten"),
    "index": N_("Verzeichnis der Kandidaten anlegen"),
    "copy": N_("Unverändertes übernehmen"),
    "rank": N_("Reihenfolgen berechnen"),
    "finish": N_("Vergleichen und abschließen"),
}
FAILURES = {
    "BaseNoLongerActive": N_(
        "Während der Neuberechnung wurde ein anderer Stand sichtbar gemacht. Übernehmen lässt sich nur "
        "aus dem sichtbaren Stand: Beginnen Sie eine neue."
    ),
}
"""Errors of which more can be said than their names."""
SOURCES = {
    "demonstration": N_("Beurteilte Beispieltexte: nDCG@10"),
    "decisions": N_("Entscheidungen der Mitglieder: wie oft ein Ja über einem Nein steht, ab je 20"),
}
THRESHOLDS = {
    "lost_share": N_("Anteil der Passungen, die wegfallen (höchstens)"),
    "rank_correlation": N_("Ähnlichkeit der Reihenfolgen, 1 = gleich (mindestens)"),
    "emptied_share": N_("Anteil der Listen, die leer werden (höchstens)"),
    "startups_shown_share": N_("Startups auf den ersten zehn Plätzen, gemessen an bisher (mindestens)"),
    "quality_loss": N_("Rückgang der Güte (höchstens)"),
}
_AS_NUMBERS = frozenset({"rank_correlation", "quality_loss"})


@dataclass(frozen=True, slots=True)
class Check:
    """One threshold: what was measured, where its limit is, whether it was crossed."""

    text: str
    measured: str
    limit: str
    crossed: bool


def scope_text(view: View, scope: Scope, networks: Mapping[str, str]) -> str:
    """Say which texts a run is about. networks: {slug: name}."""
    if scope.since is not None:
        return f"{view.gettext(N_('geändert seit'))} {shown_date(scope.since, view.language)}"
    if scope.network is not None:
        return networks.get(scope.network, scope.network)
    return view.gettext(N_("alle Texte"))


def checks(view: View, found: Comparison) -> list[Check]:
    """Return all thresholds of a comparison."""
    exposure = found.exposure
    losses = [one.before - one.after for one in found.quality if one.before is not None and one.after is not None]
    measured: dict[str, float | None] = {
        "lost_share": found.challenges.lost_share,
        "rank_correlation": found.challenges.rank_correlation,
        "emptied_share": max(side.emptied / max(side.lists, 1) for side in (found.challenges, found.profiles)),
        "startups_shown_share": (
            exposure.startups_shown_after / exposure.startups_shown_before if exposure.startups_shown_before else None
        ),
        "quality_loss": max(losses, default=None),
    }
    return [
        Check(
            view.gettext(text),
            _written(view, name, measured[name]),
            _written(view, name, found.thresholds.get(name)),
            name in found.crossed,
        )
        for name, text in THRESHOLDS.items()
    ]


def _written(view: View, name: str, value: float | None) -> str:
    return number(view, value) if name in _AS_NUMBERS else share(view, value)


def failure(view: View, run: RunRead) -> str:
    """Say what a run has failed at, empty: at nothing."""
    if not run.last_error:
        return ""
    if run.last_error in FAILURES:
        return view.gettext(FAILURES[run.last_error])
    return view.gettext(N_("Letzter Fehler: %(error)s")) % {"error": run.last_error}


def reasons(view: View, run: RunRead) -> list[str]:
    """Return what the comparison of a run warns of."""
    return [view.gettext(THRESHOLDS.get(name, name)) for name in run.held_back]


def comparison_tables(view: View, found: Comparison) -> list[Table]:
    """Return what changes for readers, in tables."""
    _ = view.gettext
    before_after = [_(N_("Angabe")), _(N_("bisher")), _(N_("neu"))]
    exposure = found.exposure
    tables = [
        Table(
            _(N_("Listen, die Leserinnen und Leser sehen")),
            [_(N_("Angabe")), _(N_("Herausforderungen")), _(N_("Angebote"))],
            _rows_of_sides(view, found.challenges, found.profiles),
        ),
        Table(
            _(N_("Wer auf den ersten zehn Plätzen steht")),
            before_after,
            [
                (
                    _(N_("Startups, die irgendwo unter den ersten zehn stehen")),
                    number(view, exposure.startups_shown_before),
                    number(view, exposure.startups_shown_after),
                ),
                (
                    _(N_("Ungleichheit der Plätze (Gini, 0 = alle gleich oft)")),
                    number(view, exposure.gini_before),
                    number(view, exposure.gini_after),
                ),
            ],
        ),
    ]
    if found.quality:
        rows = [
            (f"{_(SOURCES[one.source])} ({one.queries})", number(view, one.before, 4), number(view, one.after, 4))
            for one in found.quality
        ]
        tables.append(Table(_(N_("Güte der Reihenfolge (1 = wie von Menschen beurteilt)")), before_after, rows))
    return tables


def _rows_of_sides(view: View, *sides: SideComparison) -> list[list[str]]:
    def counted(count: int, of: float | None) -> str:
        return f"{number(view, count)} ({share(view, of)})"

    _ = view.gettext
    return [
        [_(N_("Listen")), *(number(view, side.lists) for side in sides)],
        [_(N_("Passungen bleiben")), *(number(view, side.kept) for side in sides)],
        [_(N_("Passungen kommen dazu")), *(counted(side.gained, side.gained_share) for side in sides)],
        [_(N_("Passungen fallen weg")), *(counted(side.lost, side.lost_share) for side in sides)],
        [
            _(N_("Passungen in einer anderen Stufe")),
            *(counted(side.band_changes, side.band_changes_share) for side in sides),
        ],
        [
            _(N_("Ähnlichkeit der Reihenfolgen (Kendalls Tau)")),
            *(number(view, side.rank_correlation) for side in sides),
        ],
        [_(N_("Listen werden leer")), *(number(view, side.emptied) for side in sides)],
    ]
