"""Readers' notes and how helpful they are found, as they are sent."""

from __future__ import annotations

from siyaq.core.note import Note, NoteScore
from siyaq.core.wire import rfc3339
from siyaq.serve import schema


def note_score_json(score: NoteScore) -> schema.NoteScoreJson:
    """Shape how helpful readers find something."""
    return {
        "status": score.status,
        "ratings": score.ratings,
        "intercept": score.intercept,
        "factor": score.factor,
    }


def note_json(note: Note) -> schema.NoteJson:
    """Shape a reader's note."""
    return {
        "id": note.id,
        "text": note.text,
        "classification": note.classification,
        "misleading_tags": list(note.misleading_tags),
        "trustworthy_sources": note.trustworthy_sources,
        "at": rfc3339(note.at),
        "score": note_score_json(note.score),
    }
