"""xAI's own SDK: completions whole and streamed, sync and async, tools, kept completions."""

import asyncio
import sys
from datetime import UTC, datetime

import grpc
from xai_sdk import AsyncClient, Client
from xai_sdk.chat import assistant, system, user
from xai_sdk.search import SearchParameters, x_source
from xai_sdk.tools import collections_search, web_search, x_search

host, question, key = sys.argv[1:]
client = Client(api_key=key, api_host=host)


def told(**options):
    chat = client.chat.create(model="siyaq", **options)
    chat.append(system("say nothing"))
    chat.append(user(question))
    return chat


def cited(text, citations):
    assert citations
    for one in citations:
        mark = text[one.start_index : one.end_index]
        assert mark == f"[[{one.id}]]({one.web_citation.url})", mark


whole = told().sample()
assert whole.finish_reason == "REASON_STOP", whole.finish_reason
cited(whole.content, whole.inline_citations)
assert set(whole.citations) == {one.web_citation.url for one in whole.inline_citations}
assert whole.usage.num_sources_used == len(whole.citations)
assert whole.usage.cost_in_usd_ticks == 0

text = ""
for last, piece in told().stream():  # noqa: B007  # `last` is the whole so far
    text += piece.content
assert text == whole.content
assert last.content == whole.content
assert list(last.citations) == list(whole.citations)

since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
for tools in (
    [x_search(from_date=since, to_date=until)],
    [web_search()],
    [collections_search(collection_ids=["bluesky"])],
    [x_search(), web_search()],
):
    assert told(tools=tools).sample().content == whole.content, tools
nothing = told(tools=[collections_search(collection_ids=["nowhere"])]).sample()
old = told(search_parameters=SearchParameters(mode="on", sources=[x_source()], from_date=since))
assert old.sample().content == whole.content

first = told(store_messages=True).sample()
again = client.chat.get_stored_completion(first.id)
assert again[0].content == whole.content
follow = client.chat.create(model="siyaq", previous_response_id=first.id, store_messages=True)
follow.append(user("and the trucks?"))
assert follow.sample().content
client.chat.delete_stored_completion(first.id)


def refused(code, doing):
    try:
        doing()
    except grpc.RpcError as error:
        found = error.code()
    else:
        found = None
    assert found is code, (found, code)


refused(grpc.StatusCode.NOT_FOUND, lambda: client.chat.get_stored_completion(first.id))
refused(
    grpc.StatusCode.NOT_FOUND,
    lambda: client.chat.create(model="grok", messages=[user("?")]).sample(),
)
refused(
    grpc.StatusCode.INVALID_ARGUMENT,
    lambda: told(tools=[x_search(excluded_x_handles=["a"])]).sample(),
)
stranger = Client(api_key="wrong", api_host=host)
refused(
    grpc.StatusCode.UNAUTHENTICATED,
    lambda: stranger.chat.create(model="siyaq", messages=[user(question)]).sample(),
)


async def later():
    client = AsyncClient(api_key=key, api_host=host)
    chat = client.chat.create(model="siyaq", messages=[user(question)])
    assert (await chat.sample()).content == whole.content
    text = ""
    async for _, piece in chat.stream():
        text += piece.content
    assert text == whole.content
    await client.close()


asyncio.run(later())
client.close()
stranger.close()
assert assistant
print(whole.content)
