"""LangChain's OpenAI provider: both of OpenAI's APIs, whole and streamed, sync and async."""

import asyncio
import sys

from langchain_openai import ChatOpenAI, OpenAIEmbeddings

url, question = sys.argv[1:]
to = {"base_url": f"{url}/v1", "api_key": "none"}

texts = []
models = []
for responses in (False, True):
    model = ChatOpenAI(model="siyaq", use_responses_api=responses, **to)
    whole = model.invoke(question)
    text = str(whole.text)
    streamed = "".join(str(piece.text) for piece in model.stream(question))
    assert streamed == text, (streamed, text)
    models.append(model)
    texts.append(text)
    if responses:
        assert whole.content[-1]["annotations"], whole.content
assert texts[0] == texts[1]


async def later() -> list[str]:
    return [str((await model.ainvoke(question)).text) for model in models]


assert asyncio.run(later()) == texts
vectors = OpenAIEmbeddings(model="siyaq", check_embedding_ctx_length=False, **to)
assert vectors.embed_query("abc") == [3.0, 1.0]
print(texts[0])
