"""What /metrics says, read as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

Labels = Mapping[str, str]


class Samples:
    """The samples of one answer."""

    def __init__(self, text: str) -> None:
        self.found = [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    def sum(self, name: str, /, **labels: str) -> float:
        """The values of this name, of all samples with these labels, together."""
        return sum(value for _, _, value in self.all(name, **labels))

    def all(self, name: str, /, **labels: str) -> list[tuple[str, Labels, float]]:
        """The samples of this name with these labels."""
        return [
            sample
            for sample in self.found
            if sample[0] == name and labels.items() <= sample[1].items()
        ]
