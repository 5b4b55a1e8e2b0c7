"""A power meter that reports watts over MQTT: a smart plug, a power strip, a rack's meter.

`mqtt://[user:password@]host[:port]/topic[?field=a.b]`. A message is a number, or a JSON object in
which `field` names the number (by default the first of `power`, `apower`, `ENERGY.Power`, as
Zigbee2MQTT, Shelly and Tasmota write it). Watts are integrated over the time between messages.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from siyaq.core.errors import ConfigError

FIELDS = ("power", "apower", "ENERGY.Power")
SILENT_SECONDS = 90.0
"""A meter silent for longer is not believed: what it said last is not what is used now."""
_MAX_PAYLOAD = 65_536
_MAX_WATTS = 1e9


class MqttMeter:
    """Joules of a power meter, by what it has said so far."""

    name = "mqtt"

    def __init__(self, field: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._fields = (field,) if field else FIELDS
        self._clock = clock
        self._lock = threading.Lock()
        self._joules = 0.0
        self._watts: float | None = None
        self._at = 0.0  # up to here the watts are in the count
        self._heard = 0.0  # when the last message came
        self._client: Any = None
        self.refused = 0

    @classmethod
    def connect(cls, url: str) -> MqttMeter:
        """Subscribe to the topic of `url`, in a thread of the client's own that reconnects.

        Raises ConfigError for a URL that is not one, or without the package `paho-mqtt`.
        """
        parts = urlsplit(url)
        topic = unquote(parts.path.lstrip("/"))
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or not topic:
            raise ConfigError(
                "meter.mqtt must be mqtt://host/topic", hint="such as mqtt://localhost/plug/power"
            )
        try:
            from paho.mqtt.client import Client  # an optional extra
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as error:
            raise ConfigError(
                "meter.mqtt needs the package 'paho-mqtt'", hint="pip install 'siyaq[meter]'"
            ) from error
        meter = cls(parse_qs(parts.query).get("field", [""])[0])
        client = Client(CallbackAPIVersion.VERSION2)
        if parts.username:
            client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            client.tls_set()
        client.on_connect = lambda client, *_: client.subscribe(topic)
        client.on_message = lambda _client, _data, message: meter.take(bytes(message.payload))
        client.connect_async(
            parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883)
        )
        client.loop_start()
        meter._client = client
        return meter

    def take(self, payload: bytes) -> None:
        """Take one message; what is no power is counted and passed over."""
        watts = _watts(payload, self._fields)
        with self._lock:
            if watts is None:
                self.refused += 1
                return
            now = self._clock()
            self._advance(now)
            self._watts, self._at, self._heard = watts, now, now

    def joules(self) -> float | None:
        """Return the joules so far; None before the first message and while it is silent."""
        with self._lock:
            now = self._clock()
            if self._watts is None or now - self._heard > SILENT_SECONDS:
                return None
            self._advance(now)
            return self._joules

    def close(self) -> None:
        """Leave the broker."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def _advance(self, now: float) -> None:
        """Bring the count up to now; of a silence, only as much as is believed."""
        until = min(now, self._heard + SILENT_SECONDS)
        if self._watts is not None and until > self._at:
            self._joules += self._watts * (until - self._at)
            self._at = until


def _watts(payload: bytes, fields: tuple[str, ...]) -> float | None:
    """Return the watts in a message, None for what holds none."""
    if len(payload) > _MAX_PAYLOAD:
        return None
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    for field in fields:
        found = said if not isinstance(said, Mapping) else _at(said, field)
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if is_number and 0 <= found <= _MAX_WATTS:
            return float(found)
    return None


def _at(said: Any, field: str) -> Any:
    for name in field.split("."):
        said = said.get(name) if isinstance(said, Mapping) else None
    return said
