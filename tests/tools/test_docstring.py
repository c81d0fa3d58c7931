"""Docstrings of the three styles."""

import pytest

from dragoman.tools.docstring import read_docstring

GOOGLE = """Say the weather.

    Slowly: as it is.

    Args:
        city: The city's name,
            in English: not the country's.
        unit (str, optional): Of the temperature.
        *days: How many.
        odd line without a name

    Returns:
        text: the weather

    Note:
        city: not this one
    """

NUMPY = """Say the weather.

    Slowly: as it is.

    Parameters
    ----------
    city : str
        The city's name,
        in English: not the country's.
    unit : str, optional
        Of the temperature.
    days
        How many.

    Returns
    -------
    str
        the weather
    """

SPHINX = """Say the weather.

    Slowly: as it is.

    :param city: The city's name,
        in English: not the country's.
    :param str unit: Of the temperature.
    :param days: How many.
    :type days: int
    :returns: the weather
        of tomorrow
    """


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX], ids=["Google", "NumPy", "Sphinx"])
def test_each_style_says_the_same(text):
    said, found = read_docstring(text)

    assert said == "Say the weather.\n\nSlowly: as it is."
    assert found == {
        "city": "The city's name, in English: not the country's.",
        "unit": "Of the temperature.",
        "days": "How many.",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, ""),
        ("", ""),
        ("One line.", "One line."),
        ("Watch out:\n\nit rains.", "Watch out:\n\nit rains."),
        ("Args:\n  a: b", ""),
        ("Title\n-----\nText", "Title\n-----\nText"),
    ],
)
def test_what_is_no_section_is_what_it_does(text, said):
    assert read_docstring(text)[0] == said


def test_two_spaces_are_enough_of_an_indent():
    assert read_docstring("Do.\n\nArgs:\n  a: one\n    more\n  b: two") == ("Do.", {"a": "one more", "b": "two"})
