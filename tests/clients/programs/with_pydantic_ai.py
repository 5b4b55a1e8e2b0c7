"""pydantic-ai's OpenAI provider: both of OpenAI's APIs, whole and streamed."""

import asyncio
import sys

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

url, question = sys.argv[1:]
provider = OpenAIProvider(base_url=f"{url}/v1", api_key="none")


async def main() -> None:
    texts = []
    for kind in (OpenAIChatModel, OpenAIResponsesModel):
        agent = Agent(kind("siyaq", provider=provider))
        texts.append((await agent.run(question)).output)
        async with agent.run_stream(question) as stream:
            texts.append(await stream.get_output())
    assert len(set(texts)) == 1, texts
    print(texts[0])


asyncio.run(main())
