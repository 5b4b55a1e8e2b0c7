"""What xAI's clients ask for: search tools with filters, and the Live Search that came before.

Owns: `x_search`, `web_search`, `collections_search` and `search_parameters`, as limits of a
question over whatever is followed. Refuses: to search elsewhere than in the posts that are held.
"""

from siyaq.serve.xai.limits import Limits
from siyaq.serve.xai.live_search import SearchParameters
from siyaq.serve.xai.tools import SearchTool, limits_of

__all__ = ["Limits", "SearchParameters", "SearchTool", "limits_of"]
