"""What private streams share: messages of any JSON mapped to posts, and clients that are optional.

A private stream is one whose messages somebody of ours writes: a queue, a broker, a webhook. Its
shape is theirs, so a file says which part of a message is which part of a post.
"""
