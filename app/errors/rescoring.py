"""What can be wrong with the work behind the pages: rescoring runs, their activation, mails."""

from app.errors.base import Conflict


class RunUnderWay(Conflict):
    """Only one run at a time."""

    code = "run-under-way"
    de = (
        "Es läuft schon eine Neuberechnung",
        "Neuberechnung {run_id} ist noch nicht fertig. Warten Sie ihr Ende ab, oder brechen Sie sie ab.",
    )
    en = (
        "A rescoring run is under way",
        "Run {run_id} is not finished. Wait for its end, or cancel it.",
    )


class RunNotUnderWay(Conflict):
    """A step that only a run in another state has."""

    code = "run-not-under-way"
    de = ("Geht im jetzigen Zustand nicht", "Neuberechnung {run_id} ist im Zustand „{state}“.")
    en = ("Not possible in this state", "Run {run_id} is in state '{state}'.")


class CorpusEmpty(Conflict):
    """There is nothing to rank."""

    code = "corpus-empty"
    de = (
        "Nichts zu berechnen",
        "Es ist keine Herausforderung oder kein Profil veröffentlicht. Veröffentlichen Sie zuerst beides.",
    )
    en = (
        "Nothing to compute",
        "No challenge or no profile is published. Publish some of both first.",
    )


class ScopeNeedsSameRanking(Conflict):
    """A part of the texts can't be ranked by other rules than the rest."""

    code = "scope-needs-same-ranking"
    de = (
        "Nur mit allen Texten möglich",
        "Mit einem anderen Sprachmodell oder anderen Regeln müssen alle Texte neu berechnet werden. Wählen Sie den Umfang „all“.",
    )
    en = (
        "Possible with all texts only",
        "With another encoder or by other rules all texts have to be computed anew. Choose the scope 'all'.",
    )


class NotComplete(Conflict):
    """Readers only ever see a whole ranking."""

    code = "run-not-complete"
    de = (
        "Noch nicht vollständig",
        "Neuberechnung {run_id} ist im Zustand „{state}“. Zeigen lässt sich nur ein vollständiger Stand.",
    )
    en = ("Not complete", "Run {run_id} is in state '{state}'. Only a complete ranking can be shown.")


class OlderRanking(Conflict):
    """A newer one is active; going back is meant or a mistake."""

    code = "older-ranking"
    de = (
        "Es gilt schon ein neuerer Stand",
        "Stand {active} ist neuer als der von Neuberechnung {run_id}. Wenn Sie zurück wollen: mit „force“, oder „rollback“.",
    )
    en = (
        "A newer ranking is active",
        "Ranking {active} is newer than that of run {run_id}. If you want to go back: with 'force', or 'rollback'.",
    )


class RunHeldBack(Conflict):
    """The comparison crossed a threshold; somebody has to decide."""

    code = "run-held-back"
    de = (
        "Weicht stark vom jetzigen Stand ab",
        "Der Vergleich überschreitet: {reasons}. Sehen Sie ihn sich an; zeigen lässt sich der Stand mit „force“.",
    )
    en = (
        "Differs much from the present ranking",
        "The comparison crosses: {reasons}. Look at it; the ranking can be shown with 'force'.",
    )


class OtherScoring(Conflict):
    """A ranking or a run was begun by a program that scores differently: the two kinds of scores must not mix."""

    code = "other-scoring"
    de = (
        "Nach anderen Regeln gemacht",
        "Dieses Programm bewertet Passungen anders als das, mit dem dieser Stand gemacht wurde; neue Texte kämen nach anderen Regeln hinein. Berechnen Sie mit „passgenau rescore“ einen neuen.",
    )
    en = (
        "Made by other rules",
        "This program scores matches differently from the one that made this ranking; new texts would enter by other rules. Make a new one with 'passgenau rescore'.",
    )


class GenerationGone(Conflict):
    """Older rankings are deleted."""

    code = "generation-gone"
    de = (
        "Dieser Stand ist gelöscht",
        "Aufgehoben werden die letzten drei, die sichtbar waren, und die letzten zwei fertigen. Stoßen Sie eine neue Neuberechnung an.",
    )
    en = (
        "This ranking is deleted",
        "The last three that were shown and the last two complete ones are kept. Start a new run.",
    )


class NothingToRollBackTo(Conflict):
    """There was no ranking before."""

    code = "nothing-to-roll-back-to"
    de = ("Kein früherer Stand", "Es gibt keinen früheren Stand, zu dem man zurückkehren kann.")
    en = ("No earlier ranking", "There is no earlier ranking to go back to.")


class CatchUpTooSlow(Conflict):
    """Texts change faster than they can be brought in."""

    code = "catch-up-too-slow"
    de = (
        "Es ändert sich gerade zu viel",
        "Texte ändern sich schneller, als sie sich nachtragen lassen. Der alte Stand gilt weiter; versuchen Sie es später noch einmal.",
    )
    en = (
        "Too much is changing",
        "Texts change faster than they can be brought in. The old ranking stays; try again later.",
    )


class MailNotGivenUp(Conflict):
    """Only a mail that was given up is tried again."""

    code = "mail-not-given-up"
    de = (
        "Geht im jetzigen Zustand nicht",
        "Diese Mail ist unterwegs, schon gesendet oder nicht mehr nötig. Laden Sie die Seite neu.",
    )
    en = (
        "Not possible in this state",
        "This mail is on its way, sent already or needed no more. Load the page again.",
    )
