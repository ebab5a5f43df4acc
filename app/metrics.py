"""What this process has measured, for Prometheus. Names follow https://prometheus.io/docs/practices/naming/."""

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()

REQUESTS = Histogram(
    "passgenau_http_request_duration_seconds",
    "Time until the answer began, by method, template of the route and status.",
    ("method", "route", "status"),
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ENCODING = Histogram(
    "passgenau_encode_seconds",
    "Time to encode the texts of one request or of one part of a rescoring run.",
    registry=REGISTRY,
)
RANKING = Histogram(
    "passgenau_rank_seconds",
    "Time to rank the texts of one request or of one part of a rescoring run.",
    registry=REGISTRY,
)
PARTITIONS = Counter(
    "passgenau_partitions_total",
    "Partitions of rescoring runs that this process took up, by kind and outcome.",
    ("kind", "outcome"),
    registry=REGISTRY,
)
