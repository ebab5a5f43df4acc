"""What DBOS stores of arguments and results, as JSON: ids and counts, nobody's data."""

import json
from typing import Any

from dbos import Serializer

_ERROR = "__error__"


class JsonSerializer(Serializer):
    """JSON instead of pickle, which would run code on reading. Of an exception only its class is kept."""

    def serialize(self, data: Any) -> str:
        """Return JSON."""
        return json.dumps(data, default=_plain, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        """Return what was stored."""
        data = json.loads(serialized_data)
        if isinstance(data, dict) and data.keys() == {_ERROR}:
            return RuntimeError(data[_ERROR])
        return data

    def name(self) -> str:
        """Name the format, which DBOS stores beside the data."""
        return "passgenau_json"


def _plain(value: Any) -> Any:
    if isinstance(value, BaseException):
        return {_ERROR: type(value).__name__}
    raise TypeError(f"{type(value).__name__} does not belong into a job")
