"""Samples as the text that Prometheus and its kin read. The only user of their library."""

from collections.abc import Iterable, Iterator
from itertools import accumulate, chain

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from director.watching.figures import BOUNDS, FIGURES, PREFIX, Figure, Sample, Times

_Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily
_BOUNDS = [*map(str, BOUNDS), "+Inf"]


def exposed(samples: Iterable[Sample], accept: str) -> tuple[bytes, str]:
    """Write samples, and say in which of the forms that were asked for.

    Args:
        samples: In any order.
        accept: The header of that name; empty: the plain form.

    Returns:
        The text, and its content type.
    """
    encode, content_type = choose_encoder(accept)
    return encode(_Given(samples)), content_type


class _Given(Collector):
    def __init__(self, samples: Iterable[Sample]) -> None:
        self._of: dict[str, list[Sample]] = {}
        for sample in samples:
            self._of.setdefault(sample.figure, []).append(sample)

    def collect(self) -> Iterator[Metric]:
        """Give each figure with its values, as the library wants them."""
        for figure in FIGURES:
            family = _family(figure)
            for sample in self._of.get(figure.name, ()):
                _add(family, sample)
            yield family


def _family(figure: Figure) -> _Family:
    name = PREFIX + figure.name
    if figure.kind == "counter":
        return CounterMetricFamily(name, figure.means, labels=figure.labels)
    if figure.kind == "histogram":
        return HistogramMetricFamily(name, figure.means, labels=figure.labels)
    return GaugeMetricFamily(name, figure.means, labels=figure.labels)


def _add(family: _Family, sample: Sample) -> None:
    value = sample.value
    if isinstance(family, HistogramMetricFamily):
        times = value if isinstance(value, Times) else Times((), value)
        reached = list(zip(_BOUNDS, chain(accumulate(times.counts)), strict=True))
        family.add_metric(sample.labels, reached, times.seconds)
    elif not isinstance(value, Times):
        family.add_metric(sample.labels, value)
