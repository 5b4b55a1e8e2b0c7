"""The answer key agrees with the events, and its questions with the posts that answer them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from siyaq.testing.world import Truth
from tests.world.reading import START, plain_fold, truth_of, world_of

MINUTES = (0.5, 3, 10, 21)


def at(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def body_of(truth: Truth, name: str) -> str:
    if name in truth.articles:
        return f"{truth.articles[name].title}\n{truth.articles[name].text}"
    return truth.posts[name].text


def test_truth_is_the_fold_of_the_events(seed: int) -> None:
    world = world_of(seed)
    for minutes in MINUTES:
        moment = START + at(minutes)
        truth = truth_of(seed, minutes)
        held = plain_fold(world.events(START, moment))
        assert {uri: post.text for uri, post in truth.live.items()} == {
            uri: post.text for uri, post in held.items()
        }
        for uri, post in truth.live.items():
            record, first_at = held[uri].record, held[uri].first_at
            assert post.created_at == record["createdAt"]
            assert post.witnessed_at == first_at
            assert list(post.langs) == record.get("langs", [])
            reply = record.get("reply", {"parent": {"uri": ""}, "root": {"uri": ""}})
            assert (post.reply_to, post.root) == (reply["parent"]["uri"], reply["root"]["uri"])
            quoted = record.get("embed", {}).get("record", {})
            assert post.quote_of == quoted.get("uri", quoted.get("record", {}).get("uri", ""))


def test_deleted_hidden_and_edited_posts_are_told_apart(seed: int) -> None:
    world = world_of(seed)
    moment = START + at(21)
    truth = truth_of(seed, 21)
    events = world.events(START, moment)
    deleted = {event.uri for event in events if event.is_post and event.operation == "delete"}
    left = {event.did for event in events if event.status == "deleted"}
    assert deleted
    assert left
    for uri in truth.deleted:
        assert uri in deleted or truth.posts[uri].did in left
        assert truth.posts[uri].text == ""
        assert truth.posts[uri].facets == ()
    updated = {event.uri for event in events if event.is_post and event.operation == "update"}
    assert set(truth.edited) == updated - set(truth.deleted)
    assert all(truth.posts[uri].versions > 1 for uri in truth.edited)


def test_hidden_posts_return_with_their_account(seed: int) -> None:
    world = world_of(seed)
    events = world.events(START, START + at(30))
    gone = next(event for event in events if event.status == "deactivated")
    back = next(
        event
        for event in events
        if event.did == gone.did and event.kind == "account" and event.at > gone.at
    )
    away = world.truth(back.at)
    theirs = {uri for uri, post in away.posts.items() if post.did == gone.did}
    assert len(theirs) == 3
    assert theirs <= set(away.hidden)
    assert theirs <= world.truth(back.at + timedelta(microseconds=1)).live.keys()


def test_facets_name_the_text_they_say(seed: int) -> None:
    found = 0
    for post in truth_of(seed, 21).live.values():
        raw = post.text.encode()
        for facet in post.facets if not post.refusable else ():
            named = raw[facet.start_byte : facet.end_byte].decode()
            assert named == (facet.target if facet.kind == "link" else f"#{facet.target}")
            found += 1
    assert found > 20


def test_what_is_expected_to_answer_does_answer(seed: int) -> None:
    kinds: Counter[str] = Counter()
    for minutes in MINUTES:
        truth = truth_of(seed, minutes)
        for question in truth.questions:
            kinds[question.kind] += 1
            assert not set(question.expected) - truth.live.keys() - truth.articles.keys()
            if question.kind == "unanswerable":
                assert question.expected == ()
                assert question.must_contain == ()
                continue
            assert question.expected
            bodies = [body_of(truth, name) for name in question.expected]
            for forms in question.must_contain:
                holding = [body for body in bodies if any(form in body for form in forms)]
                assert holding, (question.text, forms)
    assert kinds["answerable"] > 20
    assert kinds["conflict"] >= 2
    assert kinds["unanswerable"] > 10


def test_answerable_facts_are_really_stated_wherever_the_key_says_so(seed: int) -> None:
    truth = truth_of(seed, 21)
    for question in truth.questions:
        if question.kind == "answerable":
            (forms,) = question.must_contain
            for name in question.expected:
                body = body_of(truth, name).casefold()
                assert any(form.casefold() in body for form in forms), (question.text, body)
                assert not any(form in body.split() for form in question.must_not_contain)


def test_what_was_taken_back_is_nowhere(seed: int) -> None:
    truth = truth_of(seed, 21)
    everything = " ".join(post.text for post in truth.live.values())
    secrets = [question for question in truth.questions if question.story.endswith("retraction")]
    assert secrets
    for question in secrets:
        assert question.kind == "unanswerable"
        assert question.must_not_contain
        assert not any(form in everything for form in question.must_not_contain)


def test_the_latest_story_is_the_one_that_started_last(seed: int) -> None:
    for minutes in MINUTES:
        truth = truth_of(seed, minutes)
        told = [story for story in truth.stories if story.headline and story.posts]
        if not told:
            continue
        newest = max(told, key=lambda story: story.started_at)
        latest = [question for question in truth.questions if question.kind == "latest"]
        assert {question.lang for question in latest} == {"en", "ar"}
        assert {question.story for question in latest} == {newest.id}
        assert set(newest.posts) <= set(latest[0].expected)


def test_every_question_has_its_twin(seed: int) -> None:
    truth = truth_of(seed, 10)
    put: Counter[tuple[str, str, str]] = Counter()
    for question in truth.questions:
        put[question.story, question.kind, question.lang] += 1
    for story, kind, _ in list(put):
        assert put[story, kind, "en"] == put[story, kind, "ar"]


def test_a_corrected_post_states_the_corrected_number(seed: int) -> None:
    truth = truth_of(seed, 21)
    slips = [question for question in truth.questions if question.story.endswith("slip")]
    assert slips
    for question in slips:
        assert question.must_not_contain
        assert set(question.must_not_contain).isdisjoint(question.must_contain[0])
        edited = set(question.expected) & set(truth.edited)
        assert len(edited) == 4  # two posts of the office, two of the papers


def test_facets_out_of_range_are_not_true(seed: int) -> None:
    checked = 0
    for event in world_of(seed).events(START, START + at(21)):
        told = (event.record or {}).get("facets")
        if not (event.story.endswith("hostile") and isinstance(told, list) and len(told) == 6):
            continue
        (held,) = [truth_of(seed, 21).posts[event.uri].facets]
        in_range = 1 if event.lang == "en" else 0  # bytes 1..2 cut an Arabic letter in half
        assert [(one.start_byte, one.end_byte) for one in held] == [(1, 2)] * in_range
        checked += 1
    assert checked


def test_campaigns_are_known_by_members_and_first(seed: int) -> None:
    truth = truth_of(seed, 21)
    over = truth.at - timedelta(minutes=3)
    old = [story for story in truth.stories if story.started_at < over]
    campaigns = [story.campaign for story in old if story.campaign]
    assert campaigns
    for campaign in campaigns:
        assert 10 <= len(campaign.members) <= 40
        assert len(set(campaign.accounts)) == len(campaign.members)
        posts = [truth.posts[uri] for uri in campaign.members]
        times = [post.witnessed_at for post in posts]
        assert times == sorted(times)
        assert times[-1] - times[0] <= timedelta(minutes=2)
        assert campaign.first == posts[0].uri
        assert len({post.text for post in posts}) > 3


def test_articles_are_corrected_under_their_guid(seed: int) -> None:
    world = world_of(seed)
    versions = world.articles(START, START + at(21))
    counts = Counter(article.guid for article in versions)
    corrected = [guid for guid, count in counts.items() if count == 2]
    assert corrected
    truth = truth_of(seed, 21)
    for guid in corrected:
        first, second = (article for article in versions if article.guid == guid)
        assert first.published_at == second.published_at < second.updated_at
        assert first.text != second.text
        assert truth.articles[guid].text == second.text
