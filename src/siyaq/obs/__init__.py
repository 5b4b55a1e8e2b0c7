"""What siyaq says of itself: how logs are written, and the metrics of everything but HTTP.

Metrics for what happens often, logs for what is rare. No post text, question or handle is ever
logged: ids and counts only.
"""

from siyaq.obs.logs import configure_logging
from siyaq.obs.metrics import Metrics

__all__ = ["Metrics", "configure_logging"]
