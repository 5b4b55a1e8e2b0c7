"""LiteLLM: completions and responses, whole and streamed, sync and async."""

import asyncio
import sys

import litellm

url, question = sys.argv[1:]
to = {"api_base": f"{url}/v1", "api_key": "none"}
asked = {"model": "openai/siyaq", "messages": [{"role": "user", "content": question}]}

whole = litellm.completion(**asked, **to).choices[0].message.content
parts = [c.choices[0].delta.content or "" for c in litellm.completion(**asked, **to, stream=True)]
assert "".join(parts) == whole, (parts, whole)
later = asyncio.run(litellm.acompletion(**asked, **to)).choices[0].message.content
assert later == whole
response = litellm.responses(model="openai/siyaq", input=question, **to)
assert response.output[-1].content[0].text == whole
assert response.output[-1].content[0].annotations
print(whole)
