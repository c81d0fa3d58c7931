"""LangChain's published standard tests of a chat model, for ChatOpenAI pointed at a gateway.

Run by pytest in an environment of their own: see `test_langchain_standard`.
"""

import os

from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests


class TestChatOpenAI(ChatModelIntegrationTests):
    @property
    def chat_model_class(self):
        return ChatOpenAI

    @property
    def chat_model_params(self):
        # Of an address of one's own ChatOpenAI asks for no usage unless it is told to.
        return {"base_url": os.environ["GATEWAY"], "model": "m", "stream_usage": True, "max_retries": 0}

    @property
    def model_override_value(self):
        return "another"

    @property
    def supports_json_mode(self):
        return True
