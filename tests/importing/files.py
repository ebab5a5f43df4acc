"""Files that the import tests write."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

CHALLENGE = {
    "organisation": "Haus",
    "title": "Nachtdienst hört Stürze zu spät",
    "problem": "Nachts ist eine Fachkraft auf zwei Etagen allein; Stürze fallen erst beim Rundgang auf.",
    "wish": "Die Nachtwache soll sofort merken, wenn jemand gestürzt ist.",
    "fields_of_action": "elderly_care|health",
    "region": "nordrhein-westfalen",
}
PROFILE = {
    "organisation": "Leisewacht GmbH",
    "name": "Leisewacht",
    "offer": "Ein Sensor unter dem Boden meldet Stürze.",
    "problem_solved": "Nachts liegen Menschen lange, bis jemand den Sturz bemerkt.",
    "capabilities": "Bodensensoren, Meldung aufs Diensttelefon.",
    "fields_of_action": "elderly_care",
    "regions": "bundesweit",
}


def csv_file(rows: Iterable[Mapping[str, str]], separator: str = ";", newline: str = "\r\n") -> str:
    """A CSV of rows that need not have the same columns."""
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", delimiter=separator, lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def json_file(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_cells(content: BaseModel) -> dict[str, str]:
    """The cells somebody would write for a content; lists end in | so that a single phrase may hold a comma."""
    return {name: cell for name, value in content if (cell := _cell(value))}


def _cell(value: Any) -> str:
    match value:
        case None:
            cell = ""
        case bool():
            cell = "ja" if value else "nein"
        case list():
            cell = "".join(_cell(item) + "|" for item in value)
        case BaseModel():
            cell = "=".join(str(part) for part in value.model_dump(mode="json").values())
        case date():
            cell = f"{value.day:02}.{value.month:02}.{value.year}"
        case float():
            cell = f"{value:.4f}".replace(".", ",")
        case _:
            cell = str(value)
    return cell
