"""What can be wrong with a file as a whole; what is wrong with one row is a `FieldError`."""

from app.errors import AppError


class UnusableFile(AppError):
    """Base: nothing in the file can be imported. `row` in the values says where, when it is known."""

    status = 422
    code = "unusable-file"


class FileNotReadable(UnusableFile):
    """The system does not give the file out."""

    code = "file-not-readable"
    de = ("Datei nicht lesbar", "„{file}“ lässt sich nicht öffnen: {reason}. Prüfen Sie Pfad und Rechte.")
    en = ("File not readable", "'{file}' can't be opened: {reason}. Check its path and permissions.")


class FileTooLarge(UnusableFile):
    """More bytes than an import takes."""

    code = "file-too-large"
    de = ("Datei zu groß", "Eine Datei darf höchstens {limit} MB haben. Teilen Sie sie auf.")
    en = ("File too large", "A file may have at most {limit} MB. Split it.")


class TooManyRows(UnusableFile):
    """More rows than an import takes."""

    code = "too-many-rows"
    de = ("Zu viele Zeilen", "Eine Datei darf höchstens {limit} Einträge haben. Teilen Sie sie auf.")
    en = ("Too many rows", "A file may have at most {limit} entries. Split it.")


class EmptyFile(UnusableFile):
    """Nothing but white space."""

    code = "empty-file"
    de = ("Datei ist leer", "Eine Vorlage gibt „passgenau import --template --kind challenges“ aus.")
    en = ("File is empty", "'passgenau import --template --kind challenges' prints a template.")


class OnlyHeader(UnusableFile):
    """Column names and nothing below them."""

    code = "only-header"
    de = ("Keine Einträge", "Die Datei hat nur eine Kopfzeile. Schreiben Sie darunter eine Zeile für jeden Eintrag.")
    en = ("No entries", "The file has a header only. Write one row for each entry below it.")


class NoText(UnusableFile):
    """A picture, a PDF, an archive."""

    code = "no-text"
    de = ("Keine Textdatei", "Die Datei enthält keinen Text. Gebraucht wird CSV, XLSX oder JSON Lines.")
    en = ("No text file", "The file holds no text. CSV, XLSX or JSON Lines is needed.")


class OldWorkbook(UnusableFile):
    """A spreadsheet in the format before XLSX, or one with a password, which looks the same from outside."""

    code = "workbook"
    de = (
        "Tabelle nicht lesbar",
        (
            "Die Tabelle hat ein altes Format oder ein Kennwort. Öffnen Sie sie und wählen Sie „Speichern unter“, "
            "Dateityp „Excel-Arbeitsmappe (.xlsx)“ oder „CSV UTF-8“, ohne Kennwort."
        ),
    )
    en = (
        "Spreadsheet not readable",
        (
            "The spreadsheet has an old format or a password. Open it and choose 'Save as', file type "
            "'Excel workbook (.xlsx)' or 'CSV UTF-8', without password."
        ),
    )


class DamagedWorkbook(UnusableFile):
    """An archive that is no workbook, or a broken one."""

    code = "damaged-workbook"
    de = (
        "Tabelle nicht lesbar",
        "Die Datei ist beschädigt oder keine Excel-Tabelle. Speichern Sie sie neu als .xlsx oder CSV.",
    )
    en = (
        "Spreadsheet not readable",
        "The file is damaged or no Excel workbook. Save it anew as .xlsx or CSV.",
    )


class WorkbookTooLarge(UnusableFile):
    """An archive that would unpack to more than an import takes."""

    code = "workbook-too-large"
    de = (
        "Tabelle zu groß",
        "Die Tabelle hat entpackt mehr als {limit} MB oder sehr viele Teile. Behalten Sie nur das Blatt mit Texten.",
    )
    en = (
        "Spreadsheet too large",
        "Unpacked the spreadsheet has more than {limit} MB or very many parts. Keep the sheet with the texts only.",
    )


class SheetTooLong(UnusableFile):
    """A cell far below what an import takes."""

    code = "sheet-too-long"
    de = ("Blatt zu lang", "Das Blatt reicht unter Zeile {limit}. Löschen Sie die Zeilen, die nicht dazugehören.")
    en = ("Sheet too long", "The sheet reaches below row {limit}. Delete the rows that don't belong.")


class TooManyColumns(UnusableFile):
    """More columns than any kind of text has."""

    code = "too-many-columns"
    de = ("Zu viele Spalten", "Das Blatt hat mehr als {limit} Spalten. Löschen Sie, was nicht dazugehört.")
    en = ("Too many columns", "The sheet has more than {limit} columns. Delete what doesn't belong.")


class FormulaCell(UnusableFile):
    """A formula, which is not evaluated."""

    code = "formula-cell"
    de = (
        "Formel in einer Zelle",
        "Zelle {cell} enthält eine Formel. Ersetzen Sie sie durch ihren Wert („Inhalte einfügen“, „Werte“).",
    )
    en = (
        "Formula in a cell",
        "Cell {cell} holds a formula. Replace it by its value ('Paste special', 'Values').",
    )


class ErrorCell(UnusableFile):
    """A cell that shows an error like #REF!."""

    code = "error-cell"
    de = ("Fehler in einer Zelle", "Zelle {cell} zeigt einen Fehler wie #BEZUG!. Schreiben Sie dort den Wert hin.")
    en = ("Error in a cell", "Cell {cell} shows an error like #REF!. Write the value there.")


class ForbiddenNul(UnusableFile):
    """A NUL byte, which no text has."""

    code = "nul-character"
    de = ("Unlesbares Zeichen", "Zeile {line} enthält ein NUL-Zeichen. Speichern Sie die Datei neu als CSV UTF-8.")
    en = ("Unreadable character", "Line {line} holds a NUL character. Save the file anew as CSV UTF-8.")


class DamagedEncoding(UnusableFile):
    """Bytes that are text in none of the encodings we read."""

    code = "damaged-encoding"
    de = (
        "Zeichensatz nicht lesbar",
        "Zeile {line} ist weder UTF-8 noch Windows-1252. Speichern Sie die Datei neu als CSV UTF-8.",
    )
    en = (
        "Encoding not readable",
        "Line {line} is neither UTF-8 nor Windows-1252. Save the file anew as CSV UTF-8.",
    )


class NotUtf8(UnusableFile):
    """JSON is UTF-8 by definition (RFC 8259)."""

    code = "not-utf-8"
    de = ("Zeichensatz nicht lesbar", "Zeile {line} ist kein UTF-8. JSON Lines muss in UTF-8 gespeichert sein.")
    en = ("Encoding not readable", "Line {line} is no UTF-8. JSON Lines must be stored in UTF-8.")


class BrokenQuotes(UnusableFile):
    """From an unclosed quote on, nobody can tell where a cell ends."""

    code = "broken-quotes"
    de = (
        "Anführungszeichen stimmen nicht",
        (
            "In Zeile {row} wird ein Anführungszeichen nicht geschlossen, oder dahinter steht noch Text. "
            "Anführungszeichen im Text werden verdoppelt."
        ),
    )
    en = (
        "Quotes don't match",
        "In row {row} a quote is not closed, or has text behind it. Quotes inside a text are doubled.",
    )


class CellTooLong(UnusableFile):
    """A cell longer than any text may be; mostly an unclosed quote that swallowed the rest of the file."""

    code = "cell-too-long"
    de = (
        "Zelle zu lang",
        "Eine Zelle in Zeile {row} hat mehr als {limit} Zeichen. Fehlt dort ein schließendes Anführungszeichen?",
    )
    en = ("Cell too long", "A cell in row {row} has more than {limit} characters. Is a closing quote missing there?")


class NoJsonLines(UnusableFile):
    """One JSON document instead of one object a line."""

    code = "no-json-lines"
    de = (
        "Kein JSON Lines",
        "Die Datei ist ein einziges JSON-Dokument. Gebraucht wird in jeder Zeile ein Objekt, ohne Komma dahinter.",
    )
    en = ("No JSON Lines", "The file is one JSON document. One object a line is needed, without a comma behind it.")


class KindUnknown(UnusableFile):
    """The columns fit neither kind, or both."""

    code = "kind-unknown"
    de = (
        "Unklar, was importiert werden soll",
        (
            "An den Spalten ({columns}) ist nicht zu erkennen, ob es Herausforderungen oder Profile sind. "
            "Geben Sie --kind challenges oder --kind profiles an."
        ),
    )
    en = (
        "Unclear what to import",
        (
            "The columns ({columns}) don't tell whether these are challenges or profiles. "
            "Add --kind challenges or --kind profiles."
        ),
    )


class NothingToImport(UnusableFile):
    """The command was called without a file, or for a template without a kind."""

    code = "nothing-to-import"
    de = (
        "Angabe fehlt",
        "Nennen Sie eine Datei, oder lassen Sie eine Vorlage ausgeben: --template --kind challenges (oder profiles).",
    )
    en = ("Missing argument", "Name a file, or have a template printed: --template --kind challenges (or profiles).")


class BadRows(UnusableFile):
    """Storing was asked for although the check found bad rows."""

    code = "bad-rows"
    de = ("Fehlerhafte Zeilen", "{bad} Zeilen sind fehlerhaft; gespeichert wird nur eine Datei ohne Fehler.")
    en = ("Bad rows", "{bad} rows are bad; only a file without errors is stored.")


class OvertakenByOthers(AppError):
    """Between check and storing somebody deleted an organisation or wrote a profile."""

    status = 409
    code = "overtaken-by-others"
    de = (
        "Inzwischen geändert",
        (
            "Während des Imports hat jemand an denselben Organisationen gearbeitet. Nichts wurde gespeichert; "
            "starten Sie den Import noch einmal."
        ),
    )
    en = (
        "Changed meanwhile",
        "Somebody worked on the same organisations during the import. Nothing was stored; start the import again.",
    )
