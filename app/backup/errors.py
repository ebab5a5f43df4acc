"""Why a backup or restore can't be done; the old database stays as it was."""

from app.errors import StartError


class BackupExists(StartError):
    """Nothing is overwritten unasked."""

    code = "backup-exists"
    de = ("Datei gibt es schon", "{file} gibt es schon. Nehmen Sie einen anderen Namen, oder --force.")
    en = ("File exists", "{file} exists already. Take another name, or --force.")


class BackupUnusable(StartError):
    """The file can't be restored."""

    code = "backup-unusable"
    de = ("Sicherung unbrauchbar", "{file}: {reason}. Die Datenbank bleibt, wie sie ist.")
    en = ("Backup unusable", "{file}: {reason}. The database stays as it is.")


class DatabaseInUse(StartError):
    """A server or worker has it open."""

    code = "database-in-use"
    de = ("Datenbank wird benutzt", "Beenden Sie zuerst Server und Worker, dann noch einmal.")
    en = ("Database in use", "Stop the server and the workers first, then try again.")


class ToolMissing(StartError):
    """PostgreSQL's own programs do the work."""

    code = "tool-missing"
    de = (
        "{tool} fehlt",
        "Installieren Sie die PostgreSQL-Programme, oder nennen Sie ihren Ordner in PASSGENAU_PG_BIN.",
    )
    en = ("{tool} is missing", "Install PostgreSQL's client programs, or name their folder in PASSGENAU_PG_BIN.")


class ToolFailed(StartError):
    """PostgreSQL's own program gave up."""

    code = "tool-failed"
    de = ("{tool} ist gescheitert", "{reason}")
    en = ("{tool} failed", "{reason}")
