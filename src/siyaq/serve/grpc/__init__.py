"""xAI's gRPC API (`xai_api.Chat`), as its own SDK speaks it, in plain text.

Owns: the messages of the protocol, and a server beside that of HTTP.
Refuses: rules of its own. A request becomes the body that the same request over HTTP has.
"""

from siyaq.serve.grpc.server import grpc_serving

__all__ = ["grpc_serving"]
