"""NVIDIA's own counters through NVML (`pip install nvidia-ml-py`), where there is such a card."""

from __future__ import annotations

from typing import Any


class Nvml:
    """Energy and load of every NVIDIA card of this machine."""

    name = "nvml"

    def __init__(self, library: Any, cards: list[Any]) -> None:
        self._library = library
        self._cards = cards

    @classmethod
    def find(cls) -> Nvml | None:
        """Return the cards of this machine, None without card, driver or package."""
        try:
            import pynvml  # an optional extra
        except ImportError:
            return None
        try:
            pynvml.nvmlInit()
            count = pynvml.nvmlDeviceGetCount()
            cards = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(count)]
        except pynvml.NVMLError:
            return None
        return cls(pynvml, cards) if cards else None

    @property
    def cards(self) -> int:
        """How many there are."""
        return len(self._cards)

    def joules(self) -> float | None:
        """Return the joules of all cards since their driver was loaded."""
        try:
            counts = map(self._library.nvmlDeviceGetTotalEnergyConsumption, self._cards)
            return float(sum(counts)) / 1e3
        except self._library.NVMLError:  # cards before Volta do not count
            return None

    def busy_seconds(self, seconds: float) -> float:
        """Return for how many seconds cards had work in the last so many, summed over the cards."""
        return sum(self._load(card, seconds) for card in self._cards) * seconds

    def _load(self, card: Any, seconds: float) -> float:
        """Return the mean of the driver's samples, else what it says of the last moment (0 to 1).

        The driver keeps a sample every sixth of a second or so, with times in microseconds.
        """
        library = self._library
        try:
            _, samples = library.nvmlDeviceGetSamples(card, library.NVML_GPU_UTILIZATION_SAMPLES, 0)
            newest = max(sample.timeStamp for sample in samples)
            since = newest - 1e6 * seconds
            loads = [one.sampleValue.uiVal for one in samples if one.timeStamp > since]
            return float(sum(loads)) / len(loads) / 100
        except (library.NVMLError, ValueError):  # not kept, or none yet
            pass
        try:
            return float(library.nvmlDeviceGetUtilizationRates(card).gpu) / 100
        except library.NVMLError:
            return 0.0
