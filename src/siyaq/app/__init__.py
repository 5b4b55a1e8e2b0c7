"""The composition root: the only place that knows every room.

Owns: building siyaq out of its rooms, starting and stopping it in order, and the one
asynchronous interface (`core.product.Product`) that the page, the API, the command line and the
evaluation all use.
Refuses: rules. Whatever decides something lives in a room below.
"""
