"""Why a process can't start; the command line prints them."""

from app.errors.base import StartError


class DatabaseNotMigrated(StartError):
    """The schema is older than the code."""

    code = "database-not-migrated"
    de = ("Datenbank ist nicht eingerichtet", "Führen Sie „passgenau migrate“ aus.")
    en = ("Database is not set up", "Run 'passgenau migrate'.")


class DatabaseIsNewer(StartError):
    """The schema is newer than the code: an old program must not write into it."""

    code = "database-is-newer"
    de = (
        "Datenbank ist neuer als das Programm",
        "Die Datenbank steht auf Fassung {revision}, die dieses Programm nicht kennt. Installieren Sie das neuere Programm.",
    )
    en = (
        "Database is newer than the program",
        "The database is at revision {revision}, which this program does not know. Install the newer program.",
    )


class NotLoopback(StartError):
    """Demonstration accounts have printed passwords, so nobody but this machine may reach them."""

    code = "not-loopback"
    de = (
        "Nur auf diesem Rechner",
        "Im Demo-Betrieb lauscht der Dienst nur auf 127.0.0.1, nicht auf {host}: Die Passwörter der Demo-Konten stehen in einer Datei. Für echten Betrieb: PASSGENAU_ENVIRONMENT=production. Wenn ein Schutz davor steht, zum Beispiel ein Container: PASSGENAU_ALLOW_OPEN=1.",
    )
    en = (
        "This machine only",
        "As a demo the service listens on 127.0.0.1 only, not on {host}: the passwords of the demo accounts are in a file. For real use: PASSGENAU_ENVIRONMENT=production. If something in front protects it, a container for instance: PASSGENAU_ALLOW_OPEN=1.",
    )


class EncoderUnusable(StartError):
    """The configured encoder can't be loaded."""

    code = "encoder-unusable"
    de = ("Sprachmodell nicht ladbar", "{reason}")
    en = ("Encoder can't be loaded", "{reason}")


class InvalidSettings(StartError):
    """A setting has a value that makes no sense."""

    code = "invalid-settings"
    de = ("Einstellung unbrauchbar", "{reason}")
    en = ("Setting unusable", "{reason}")


class DatabaseUnreachable(StartError):
    """Nothing answers at the database's address."""

    code = "database-unreachable"
    de = (
        "Datenbank nicht erreichbar",
        "Prüfen Sie PASSGENAU_DATABASE_URL und PASSGENAU_DATA_DIR. ({reason})",
    )
    en = ("Database not reachable", "Check PASSGENAU_DATABASE_URL and PASSGENAU_DATA_DIR. ({reason})")


class DatabaseFault(StartError):
    """The database fails in the middle of a command: it went away, is locked, has no room."""

    code = "database-fault"
    de = (
        "Die Datenbank macht nicht mit",
        "Prüfen Sie Verbindung und freien Platz, und rufen Sie den Befehl noch einmal auf. ({reason})",
    )
    en = ("The database fails", "Check the connection and free space, then run the command again. ({reason})")


class FileFault(StartError):
    """A file can't be read or written."""

    code = "file-fault"
    de = (
        "Eine Datei lässt sich nicht lesen oder schreiben",
        "Prüfen Sie Pfad, Rechte und freien Platz. ({reason})",
    )
    en = ("A file can't be read or written", "Check path, permissions and free space. ({reason})")


class RankingOfOtherEncoder(StartError):
    """The setting names another encoder than the active ranking was made with."""

    code = "ranking-of-other-encoder"
    de = (
        "Der Ranking-Stand gehört zu einem anderen Sprachmodell",
        "Er wurde mit {active} gemacht, eingestellt ist {loaded}. Rechnen Sie mit „passgenau rescore“ neu, oder stellen Sie PASSGENAU_ENCODER zurück.",
    )
    en = (
        "The ranking belongs to another encoder",
        "It was made with {active}, configured is {loaded}. Run 'passgenau rescore', or set PASSGENAU_ENCODER back.",
    )


class RankingOfOtherScoring(StartError):
    """The program scores differently from the one that made the active ranking."""

    code = "ranking-of-other-scoring"
    de = (
        "Der Ranking-Stand ist nach alten Regeln gemacht",
        "Dieses Programm rechnet anders als das, mit dem er gemacht wurde. Rechnen Sie mit „passgenau rescore“ neu.",
    )
    en = (
        "The ranking was made by older rules",
        "This program scores differently from the one that made it. Run 'passgenau rescore'.",
    )


class UnusableInput(StartError):
    """A file or folder named on the command line can't be used."""

    code = "unusable-input"
    de = ("Eingabe unbrauchbar", "{reason}")
    en = ("Input unusable", "{reason}")
