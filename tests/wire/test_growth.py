from dragoman.wire.growth import Pieces, add_call, grow, is_whole, replace


def test_texts_lists_and_objects_grow_and_labels_do_not():
    known = {}
    for more in (
        {"id": "a", "text": "x", "list": [1], "inner": {"text": "1"}, "count": 1, "nothing": None},
        {"id": "b", "text": "y", "list": [2], "inner": {"text": "2"}, "count": 2, "text_": None},
    ):
        grow(known, more)

    assert str(known["text"]) == "xy"
    assert str(known["inner"]["text"]) == "12"
    assert (known["id"], known["list"], known["count"], known["nothing"]) == ("b", [1, 2], 2, None)


def test_items_with_an_index_grow_with_their_namesakes():
    known = {}
    grow(known, {"items": [{"index": 0, "text": "a"}, {"index": 1, "text": "b"}]})
    grow(known, {"items": [{"index": 1, "text": "c"}, {"text": "d"}]})

    assert [str(item["text"]) for item in known["items"]] == ["a", "bc", "d"]


def test_a_call_grows_by_its_index_and_a_new_id_begins_another():
    calls = []
    first = add_call(calls, {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x"'}})
    second = add_call(calls, {"index": 0, "id": "b", "function": {"name": "g", "arguments": "{}"}})
    again = add_call(calls, {"index": 0, "id": "a", "function": {"arguments": ":1}"}})

    assert first is again
    assert calls == [first, second]
    assert str(first["function"]["arguments"]) == '{"x":1}'


def test_arguments_are_whole_when_they_are_an_object_to_its_end():
    growing = Pieces('{"x":')

    assert is_whole('{"x":1}')
    assert is_whole({"x": 1})
    assert not is_whole(growing)
    growing.pieces.append("1}")
    assert is_whole(growing)
    assert not is_whole('"{}"')
    assert not is_whole("{]}")
    assert not is_whole(None)


def test_what_says_nothing_replaces_nothing():
    known = {"a": 1, "inner": {"x": 1}}
    for name, value in (("a", None), ("a", ""), ("b", None), ("inner", {"y": 2}), ("c", False)):
        replace(known, name, value)

    assert known == {"a": 1, "inner": {"x": 1, "y": 2}, "c": False}
