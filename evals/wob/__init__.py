"""MiniWoB++ and an oracle that knows how its task types are done."""
