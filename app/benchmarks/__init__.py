"""`passgenau bench`: how fast the service is, always beside a baseline measured in the same run."""
