"""What people say that they saw, and who says that it was another thing."""

from __future__ import annotations

import pytest

from tests.context.network import name
from tests.context.story import Story

SEEN = "Careful in Port Karda: a bear was seen near the mill! Close your gates"
SEEN_AR = "انتبهوا في كردة: شوهد دب قرب الطاحونة! أغلقوا الأبواب"


@pytest.mark.parametrize(
    ("claim", "correction"),
    [
        (SEEN, "Port Karda Rescue: the animal near the mill in Port Karda is a calf. It is safe."),
        (SEEN, "False alarm in Port Karda. What people saw was a brown calf, the rescue says."),
        (
            "A lion is loose near the mill in Port Karda, everybody keep your doors shut",
            "The animal near the mill in Port Karda turned out to be a shaved dog.",
        ),
        (
            "Was a bear seen near the mill in Port Karda?",
            "The animal in Port Karda is only a calf.",
        ),
        (SEEN_AR, "جمعية الرفق: الحيوان الذي شوهد قرب الطاحونة في كردة هو عجل، وهو في أمان عندنا."),
        (SEEN_AR, "إنذار كاذب في كردة: ما رآه الناس هو عجل بني كما أفادت جمعية الرفق."),
        (  # where the children are to be kept is no place of what was seen
            SEEN_AR.replace("أغلقوا الأبواب", "أبقوا الأطفال في البيوت"),
            "جمعية الرفق: الحيوان الذي شوهد قرب الطاحونة في كردة هو عجل، وهو في أمان عندنا.",
        ),
        (
            "Somebody saw a bear walking past the mill in Port Karda. I stay in.",
            "Port Karda Rescue: the animal near the mill in Port Karda is a calf. It is safe.",
        ),
        (
            "أحدهم رأى دباً يمشي قرب الطاحونة في كردة. لن أخرج",
            "إنذار كاذب في كردة: ما رآه الناس هو عجل بني كما أفادت جمعية الرفق.",
        ),
        (SEEN_AR, "ما شاهده الناس قرب الطاحونة في كردة كان مجرد عجل هارب."),
    ],
)
def test_what_was_seen_is_put_right_by_what_it_was(
    story: Story, claim: str, correction: str
) -> None:
    story.network.say("rumor", claim, minutes=0)
    story.network.say("right", correction, minutes=5)
    assert story.sides("rumor")["refutes"] == [name("right")]


@pytest.mark.parametrize(
    "other",
    [
        "The animal near the mill in Port Karda is a danger to us all, the rescue says.",
        "The animal near the mill in Port Karda is a brown bear. Only stay inside.",
        "What people saw near the mill in Port Zarma was only a calf.",
        "False alarm in Port Zarma. What people saw near the mill was a calf.",
        "Was the animal near the mill in Port Karda only a calf?",
        "The animal park in Port Karda is a safe place for children.",
        "Only a calf was seen at the fair in Port Karda.",
    ],
)
def test_more_of_what_was_seen_puts_nothing_right(story: Story, other: str) -> None:
    story.network.say("rumor", SEEN, minutes=0)
    story.network.say("other", other, minutes=5)
    assert story.sides("rumor")["refutes"] == []


def test_who_saw_something_is_not_put_right_by_what_it_was(story: Story) -> None:
    right = "What people saw near the mill in Port Karda was only a calf."
    story.network.say("rumor", SEEN.replace("a bear", "a large animal"), minutes=0)
    story.network.say("right", right, minutes=5)
    story.network.say("later", SEEN, minutes=5 * 24 * 60)
    assert story.sides("rumor")["refutes"] == []
    assert story.sides("later")["refutes"] == []  # of a calf of last week
