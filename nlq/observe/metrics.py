"""Prometheus metrics of the service. No label holds a tenant, a person or anything that was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from nlq.values import Answer

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
STEPS = ("read", "plan", "compile", "guard", "execute", "answer")


class Metrics:
    """One process's counts, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter("nlq_answers", "Answers by surface, status, engine and reason.",
                                ("surface", "status", "engine", "reason"), registry=self._registry)  # fmt: skip
        self._kept = Counter("nlq_cache_hits", "Answers whose rows were kept from before.", registry=self._registry)
        self._agreed = Counter(
            "nlq_readings", "Answers by whether two readings agreed.", ("agreement",), registry=self._registry
        )
        self._took = Histogram("nlq_step_seconds", "Seconds that each step of a question took.", ("step",), buckets=SECONDS,
                               registry=self._registry)  # fmt: skip
        self._requests = Counter("nlq_requests", "Requests by route, method and status.", ("route", "method", "status"),
                                 registry=self._registry)  # fmt: skip
        self.open = Gauge("nlq_requests_open", "Requests that are being answered.", registry=self._registry)

    def answered(self, answer: Answer, surface: str) -> None:
        """Count an answer."""
        reason = answer.reason.code if answer.reason else ""
        self._answers.labels(surface, answer.status, answer.provenance.engine, reason).inc()
        self._agreed.labels({True: "yes", False: "no", None: "one reading"}[answer.confidence.agreement]).inc()
        if answer.cache_hit:
            self._kept.inc()
        for step in STEPS:
            took = getattr(answer.timings, step)
            if took is not None:
                self._took.labels(step).observe(took / 1_000)

    def request(self, route: str, method: str, status: int) -> None:
        """Count a request; `route` is its pattern, never its address."""
        self._requests.labels(route, method, str(status)).inc()

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)
