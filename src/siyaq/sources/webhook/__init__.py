"""Webhooks: deliveries that somebody signs and sends, each answered once it is durable."""

from siyaq.sources.webhook.receiving import Delivered, Receiving
from siyaq.sources.webhook.source import WebhookSource

__all__ = ["Delivered", "Receiving", "WebhookSource"]
