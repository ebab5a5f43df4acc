"""Background work: DBOS runs it, the domain stays right without it."""
