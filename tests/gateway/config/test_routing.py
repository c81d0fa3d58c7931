import pytest

from configurations import mistakes

UPSTREAMS = '[upstreams.one]\nvendor = "openai"\n[upstreams.two]\nvendor = "groq"\n'


def routes(*each):
    return UPSTREAMS + "".join(f"[[routes]]\n{text}\n" for text in each)


def sentences(*each):
    return [sentence for _, sentence in mistakes(routes(*each))]


def test_several_upstreams_need_routes_and_one_does_not():
    assert mistakes(UPSTREAMS) == [
        (1, "upstreams: there are 2 and no [[routes]] that say which of them answers for which model")
    ]
    assert mistakes('[upstreams.one]\nvendor = "openai"') == []


@pytest.mark.parametrize(
    ("route", "says"),
    [
        (
            'model = "a"\ncandidates = ["onee"]',
            'routes[0].candidates[0]: there is no upstream "onee"; did you mean "one"?',
        ),
        (
            'model = "a"\ncandidates = ["one"]\nlast_resort = "x"',
            'routes[0].last_resort: there is no upstream "x"; there are one, two',
        ),
        ('model = "a"\ncandidates = ["one", "one"]', "routes[0].candidates[1] stands twice"),
        (
            'model = "a"\ncandidates = [{ upstream = "one", model = "b-*" }]',
            "the * of the route's model matched, which has none",
        ),
        ('model = "*a*"\ncandidates = [{ upstream = "one", model = "b-*" }]', "which has several"),
        ('model = "a*"\ncandidates = [{ upstream = "one", model = "*-*" }]', "has 2 *"),
        ('model = "a"\ncandidates = ["one"]\nhedge_after = 1', "there is no second candidate to ask"),
        ('model = "a"\ncandidates = ["one", "two"]\nhedge_after = 60', "first_token, 60 s, has run out by then"),
        ('model = "a"\ncandidates = ["one", "two"]\nretries = 0\nhedge_after = 1', "nobody is asked but the first"),
    ],
)
def test_a_route_that_cannot_do_what_it_says_is_told(route, says):
    found = sentences(route)

    assert len(found) == 1
    assert says in found[0]


def test_a_model_has_one_route():
    candidates = 'candidates = ["one"]'
    found = mistakes(routes(f'model = "gpt-*"\n{candidates}', f'model = "gpt-*"\n{candidates}'))

    assert found == [(9, 'routes[1].model: "gpt-*" has a route already, routes[0]')]


@pytest.mark.parametrize(
    ("first", "second", "reached"),
    [
        ("*", "gpt-*", True),
        ("gpt-*", "*", True),
        ("gpt-*", "gpt-5", True),
        ("*gpt*", "gpt*", True),
        ("g**", "g*", True),
        ("g*", "g**", False),
        ("a*b", "ab", True),
    ],
)
def test_a_route_that_nothing_reaches_is_told(first, second, reached):
    candidates = 'candidates = ["one"]'
    found = sentences(f'model = "{first}"\n{candidates}', f'model = "{second}"\n{candidates}')

    assert found == [] if reached else "nothing reaches it, for routes[0] takes all" in found[0]
