"""siyaq over HTTP: the API, its streams, and the page.

Owns: protocols, limits, wire shapes, problem documents, static files.
Refuses: rules of its own. A handler parses, calls the product, and shapes what it returns.
"""
