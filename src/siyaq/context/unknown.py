"""What a card may say it does not know: a closed set, so that each can be translated."""

from __future__ import annotations

from enum import StrEnum


class Unknown(StrEnum):
    """One thing that could not be found out, or that was not looked for."""

    NO_EARLIER_RECORD = "no_earlier_record"
    """Whether it was said before our record began, which is shortly before the first post."""
    FEED_GAP = "feed_gap"
    """Whether it was said while we were not listening, within a day before the first post."""
    SHORT_TEXT = "short_text"
    """Whether equal posts are copies at all: the text is so short that many may write it."""
    MORE_COPIES = "more_copies"
    """How many copies there are beyond those counted."""
    THREAD_INCOMPLETE = "thread_incomplete"
    """What stands in posts that the thread names and we do not hold, or that are too many."""
    NOT_CHECKED_CLAIMS = "not_checked_claims"
    """Whether what it claims is true."""
    NOT_CHECKED_MEDIA = "not_checked_media"
    """What its pictures and films show, and where they come from."""
    NOT_CHECKED_COORDINATION = "not_checked_coordination"
    """Whether accounts that copied it do so at once, again and again: terms forbid to look."""
