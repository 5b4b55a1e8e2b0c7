"""What work costs, and where traces of it go; each is read by the one part that it is for."""

from __future__ import annotations

from siyaq.config.checks import http_url, model_prices, one_of, post_prices, price, share
from siyaq.config.section import Setting

SETTINGS = (
    Setting(
        "meter.energy",
        "auto",
        "where joules come from: auto (power meter, RAPL, NVML, else an estimate), estimate, none",
        one_of("auto", "estimate", "none"),
    ),
    Setting(
        "meter.mqtt",
        "",
        "a power meter that reports watts, as mqtt://user:password@host:1883/topic?field=power"
        " (environment only)",
        secret=True,
    ),
    Setting("meter.core_watts", "3.5", "watts of one busy core, where joules are estimated", price),
    Setting("prices.kwh", "0", "dollars for a kilowatt-hour", price),
    Setting("prices.cpu_hour", "0", "dollars for an hour of one core's work", price),
    Setting("prices.gpu_hour", "0", "dollars for an hour of one graphics card's work", price),
    Setting(
        "prices.models",
        "",
        "dollars for a million tokens read/written of each model, such as qwen=0.20/0.60",
        model_prices,
    ),
    Setting(
        "prices.posts",
        "",
        "dollars for each post that a source hands over, such as x=0.005",
        post_prices,
    ),
    Setting(
        "traces.endpoint",
        "",
        "where OpenTelemetry traces are sent (OTLP over HTTP), such as http://127.0.0.1:4318; none:"
        " nothing is traced; needs siyaq[otel]",
        http_url,
    ),
    Setting(
        "traces.headers",
        "",
        "headers sent along, as 'name=value' separated by commas (environment only)",
        secret=True,
    ),
    Setting("traces.headers_file", "", "a file of such headers, one 'name=value' a line"),
    Setting(
        "traces.sample_rate",
        "1",
        "which share of traces is sent, from 0 to 1; a caller's own choice for its trace counts"
        " before this one",
        share,
    ),
)
