"""What characters, words and sentences are, in Arabic and in Latin and Cyrillic scripts.

Owns: language identification, analysis into index terms, sentence boundaries, fingerprints and
similarity of texts, conversion between units of text. Terms carry the span they came from, so a
highlight falls on the original spelling.
Refuses: input and output, state, knowing what a post is. Everything here is a pure function and
may be called from any thread.
"""
