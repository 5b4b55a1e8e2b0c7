"""The messages of `xai_api.Chat` that siyaq reads and writes: names and numbers of fields.

Numbers are facts of the protocol (https://github.com/xai-org/xai-proto). Fields that are not here
are skipped when a message is read, as Protocol Buffers allow. The descriptors live in a pool of
their own, so that a program may have xAI's SDK loaded too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

PACKAGE = "xai_api"

USER, ASSISTANT, SYSTEM, TOOL, DEVELOPER = 1, 2, 3, 5, 6
ROLES = {USER: "user", ASSISTANT: "assistant", SYSTEM: "system", TOOL: "tool", DEVELOPER: "system"}
SEARCH_MODES = {1: "off", 2: "on", 3: "auto"}
STOP = 3  # FinishReason.REASON_STOP

_STRING, _INT32, _INT64, _BOOL, _ENUM = "string", "int32", "int64", "bool", "int32"
_TIME = "google.protobuf.Timestamp"

# message -> field -> (number, type, repeated)
_FIELDS: Mapping[str, Mapping[str, tuple[int, str, bool]]] = {
    "Content": {"text": (1, _STRING, False), "image_url": (2, "Opaque", False),
                "file": (3, "Opaque", False)},
    "Opaque": {},
    "Message": {"content": (1, "Content", True), "role": (2, _ENUM, False)},
    "WebSearch": {"excluded_domains": (1, _STRING, True), "allowed_domains": (2, _STRING, True)},
    "XSearch": {"from_date": (1, _TIME, False), "to_date": (2, _TIME, False),
                "allowed_x_handles": (3, _STRING, True), "excluded_x_handles": (4, _STRING, True)},
    "CollectionsSearch": {"collection_ids": (1, _STRING, True), "limit": (2, _INT32, False)},
    "Tool": {"function": (1, "Opaque", False), "web_search": (3, "WebSearch", False),
             "x_search": (4, "XSearch", False), "code_execution": (5, "Opaque", False),
             "collections_search": (6, "CollectionsSearch", False), "mcp": (7, "Opaque", False),
             "attachment_search": (8, "Opaque", False)},
    "WebSource": {"excluded_websites": (2, _STRING, True), "allowed_websites": (5, _STRING, True)},
    "NewsSource": {"excluded_websites": (2, _STRING, True)},
    "XSource": {"included_x_handles": (7, _STRING, True), "excluded_x_handles": (8, _STRING, True)},
    "RssSource": {"links": (1, _STRING, True)},
    "Source": {"web": (1, "WebSource", False), "news": (2, "NewsSource", False),
               "x": (3, "XSource", False), "rss": (4, "RssSource", False)},
    "SearchParameters": {"mode": (1, _ENUM, False), "sources": (9, "Source", True),
                         "from_date": (4, _TIME, False), "to_date": (5, _TIME, False),
                         "max_search_results": (8, _INT32, False)},
    "GetCompletionsRequest": {"messages": (1, "Message", True), "model": (2, _STRING, False),
                              "n": (8, _INT32, False), "tools": (17, "Tool", True),
                              "search_parameters": (20, "SearchParameters", False),
                              "previous_response_id": (22, _STRING, False),
                              "store_messages": (23, _BOOL, False)},
    "WebCitation": {"url": (1, _STRING, False)},
    "InlineCitation": {"id": (1, _STRING, False), "start_index": (2, _INT32, False),
                       "end_index": (6, _INT32, False), "web_citation": (3, "WebCitation", False)},
    "Said": {"content": (1, _STRING, False), "role": (2, _ENUM, False),
             "citations": (6, "InlineCitation", True)},
    "Output": {"finish_reason": (1, _ENUM, False), "index": (2, _INT32, False),
               "message": (3, "Said", False)},
    "OutputChunk": {"delta": (1, "Said", False), "finish_reason": (3, _ENUM, False),
                    "index": (4, _INT32, False)},
    "SamplingUsage": {"completion_tokens": (1, _INT32, False), "prompt_tokens": (2, _INT32, False),
                      "total_tokens": (3, _INT32, False), "prompt_text_tokens": (4, _INT32, False),
                      "num_sources_used": (8, _INT32, False),
                      "cost_in_usd_ticks": (11, _INT64, False)},
    "GetChatCompletionResponse": {"id": (1, _STRING, False), "outputs": (2, "Output", True),
                                  "created": (5, _TIME, False), "model": (6, _STRING, False),
                                  "usage": (9, "SamplingUsage", False),
                                  "citations": (10, _STRING, True)},
    "GetChatCompletionChunk": {"id": (1, _STRING, False), "outputs": (2, "OutputChunk", True),
                               "created": (3, _TIME, False), "model": (4, _STRING, False),
                               "usage": (6, "SamplingUsage", False),
                               "citations": (7, _STRING, True)},
    "StoredCompletion": {"response_id": (1, _STRING, False)},
}  # fmt: skip

_SCALARS = {
    _STRING: descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    _INT32: descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
    _INT64: descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
    _BOOL: descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
}


def _classes() -> Mapping[str, Any]:
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    file = descriptor_pb2.FileDescriptorProto(
        name="siyaq/chat.proto", package=PACKAGE, syntax="proto3", dependency=[_TIME_FILE]
    )
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, repeated) in fields.items():
            added = message.field.add(name=field, number=number)
            added.label = added.LABEL_REPEATED if repeated else added.LABEL_OPTIONAL
            if kind in _SCALARS:
                added.type = _SCALARS[kind]
            else:
                added.type = added.TYPE_MESSAGE
                added.type_name = f".{kind}" if "." in kind else f".{PACKAGE}.{kind}"
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))
        for name in _FIELDS
    }


_TIME_FILE = "google/protobuf/timestamp.proto"
CLASSES = _classes()
"""A message class for each name above."""
