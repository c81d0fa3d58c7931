"""What became of an attempt, as data: equal, copied, sent to another process."""

import copy
import json
import pickle

import msgspec

from dragoman import Tried


def test_it_is_data():
    tried = Tried(whom="openai:gpt-5", status=503, error="OverloadedError", message="busy", seconds=0.5)

    assert pickle.loads(pickle.dumps(tried)) == copy.deepcopy(tried) == tried
    assert json.loads(msgspec.json.encode(tried))["whom"] == "openai:gpt-5"
    assert Tried(whom="local") == Tried(whom="local", status=None, error="", message="", request_id=None, seconds=0.0)
