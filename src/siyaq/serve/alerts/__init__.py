"""Saved questions and their alerts on the wire: HTTP, Atom, and the words of messages."""
