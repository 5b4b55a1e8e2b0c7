"""siyaq: answers from live streams, every sentence cited and checked."""

__version__ = "0.1.0"
