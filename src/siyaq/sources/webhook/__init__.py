"""Webhooks: deliveries that somebody signs and sends, each answered once it is durable."""

from siyaq.sources.webhook.receiving import Confirming, Delivered, Receiving, hook_of
from siyaq.sources.webhook.source import WebhookSource

__all__ = ["Confirming", "Delivered", "Receiving", "WebhookSource", "hook_of"]
