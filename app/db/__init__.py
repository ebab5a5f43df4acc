"""Database access: engine, sessions, column types. The only place that commits."""
