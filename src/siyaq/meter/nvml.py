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

    def joules(self) -> float | None:
        """Return the joules of all cards since their driver was loaded."""
        try:
            counts = map(self._library.nvmlDeviceGetTotalEnergyConsumption, self._cards)
            return float(sum(counts)) / 1e3
        except self._library.NVMLError:  # cards before Volta do not count
            return None

    def load(self) -> float:
        """Return how many cards' worth of work was running in the last moment (0 to cards)."""
        try:
            rates = map(self._library.nvmlDeviceGetUtilizationRates, self._cards)
            return float(sum(rate.gpu for rate in rates)) / 100
        except self._library.NVMLError:
            return 0.0
