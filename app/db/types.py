"""Column types that hide which database lies below."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import JSON, DateTime, Dialect, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

JsonValue = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes, always UTC. SQLite has no time zones and would give back naive ones."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use a zoned column where there is one."""
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values: nobody can tell what they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime; use Clock.now()")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware value in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Code(TypeDecorator[StrEnum]):
    """A member of a closed vocabulary, stored as its code; no database enum, so new members need no migration."""

    impl = String
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        super().__init__(40)
        self.vocabulary = vocabulary

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Store the code; an unknown one is a programming error and raises `ValueError`."""
        return None if value is None else self.vocabulary(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """Give back the member."""
        return None if value is None else self.vocabulary(value)


class EmbeddingVector(TypeDecorator[NDArray[np.float32]]):
    """A float32 vector (d,): pgvector's `vector` on PostgreSQL, its little-endian bytes on SQLite."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the storage."""
        if dialect.name == "postgresql":
            from pgvector.sqlalchemy import Vector

            return dialect.type_descriptor(Vector())
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: NDArray[np.float32] | None, dialect: Dialect) -> Any:
        """Turn an array into what the driver stores; float32 survives both ways unchanged."""
        if value is None:
            return None
        vector = np.ascontiguousarray(value, dtype="<f4")
        return vector if dialect.name == "postgresql" else vector.tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> NDArray[np.float32] | None:
        """Give back an array of float32."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return np.asarray(value, dtype=np.float32)
        return np.frombuffer(value, dtype="<f4")

    def compare_values(self, x: Any, y: Any) -> bool:
        """Tell whether a changed attribute really changed."""
        return np.array_equal(x, y)


class json_contains(FunctionElement[bool]):  # noqa: N801  reads as a SQL function
    """True where a JSON list column contains a code: `json_contains(Profile.regions, "bayern")`."""

    type = Boolean()
    name = "json_contains"
    inherit_cache = True


@compiles(json_contains, "sqlite")
def _json_contains_sqlite(element: json_contains, compiler: SQLCompiler, **kw: Any) -> str:
    column, code = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value = {code})"


@compiles(json_contains, "postgresql")
def _json_contains_postgresql(element: json_contains, compiler: SQLCompiler, **kw: Any) -> str:
    column, code = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"jsonb_exists({column}, {code})"
