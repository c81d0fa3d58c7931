"""All checks together: chosen, run one after the other, reported."""

import re
from pathlib import Path

import msgspec
import pytest

from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.probe.check import Check
from dragoman.probe.finding import VERDICTS
from dragoman.probe.plan import CHECKS, chosen, examine, meet, report
from dragoman.sse import EventTooLarge
from faulty_vendor import KEY, Vendor


def test_names_are_names_of_one_thing():
    names = [check.name for check in CHECKS]
    subjects = list(dict.fromkeys(check.subject for check in CHECKS))

    assert len(set(names)) == len(names)
    assert [check.subject for check in CHECKS] == sorted((check.subject for check in CHECKS), key=subjects.index)


def test_each_check_has_its_row_in_the_documentation():
    page = (Path(__file__).parent.parent.parent / "docs" / "check.md").read_text()
    rows = [re.findall("`([^`]+)`", row.split("|")[1]) or row.strip("|* ") for row in page.splitlines() if "|" in row]
    told = [name for row in rows if isinstance(row, list) for name in row]

    assert told == [check.name for check in CHECKS]
    assert [row for row in rows if isinstance(row, str) and row in {check.subject for check in CHECKS}] == list(
        dict.fromkeys(check.subject for check in CHECKS)
    )


def test_a_name_chooses_a_check_and_a_subject_all_of_its_checks():
    assert [check.name for check in chosen(["seed", "models"])] == ["models", "model", "seed"]
    assert [check.name for check in chosen(["usage"])] == ["usage", "sum", "same-streamed", "plausible"]


def test_what_provokes_is_left_out_unless_it_is_asked_for():
    assert "rate-limit" not in {check.name for check in chosen()}
    assert "rate-limit" not in {check.name for check in chosen(["limits"])}
    assert "rate-limit" in {check.name for check in chosen(provoke=True)}
    assert [check.name for check in chosen(["rate-limit"])] == ["rate-limit"]


def test_a_name_that_is_none_is_told():
    with pytest.raises(
        InvalidRequestError, match="no check and no subject 'sede'; the subjects are models, parameters,"
    ):
        chosen(["sede"])


def test_a_vendor_without_fault_is_found_without_fault():
    checks = [check for check in chosen() if check.name not in {"leaving", "pace", "wrong-key"}]
    with Vendor() as vendor, vendor.endpoint() as endpoint:
        meet(endpoint)
        findings = list(examine(endpoint, checks))
        made = report(endpoint, findings, 1.0)

    assert [finding for finding in findings if finding.verdict != "honoured"] == []
    assert made.counts == dict.fromkeys(VERDICTS, 0) | {"honoured": len(checks)}
    assert (made.url, made.model, made.requests) == (vendor.url, "m", endpoint.sent)
    assert 0 < made.tokens.used < made.tokens.budget


def test_a_small_budget_leaves_checks_undone_and_is_kept():
    with Vendor() as vendor, vendor.endpoint(budget=400) as endpoint:
        findings = list(examine(endpoint, chosen(["parameters", "tools"])))

    assert endpoint.purse.tokens.used <= 400
    assert findings[0].verdict == "honoured"
    assert findings[-1].verdict == "unclear"
    assert "--budget" in findings[-1].evidence


def test_a_report_is_json_of_a_stable_form():
    with Vendor() as vendor, vendor.endpoint() as endpoint:
        made = report(endpoint, list(examine(endpoint, chosen(["models"]))), 1.0)

    told = msgspec.json.decode(msgspec.json.encode(made))
    assert list(told) == ["url", "model", "counts", "tokens", "requests", "seconds", "findings"]
    assert told["findings"][0] == {
        "name": "models",
        "subject": "models",
        "verdict": "honoured",
        "evidence": "'m' is one of 1",
        "request_id": "req_1",
    }


def test_the_model_is_the_first_one_listed_where_none_is_named():
    with Vendor() as vendor, vendor.endpoint(model="") as endpoint:
        meet(endpoint)

        assert endpoint.model == "m"


def test_a_model_has_to_be_named_where_none_is_listed():
    with Vendor("no-models") as vendor, vendor.endpoint(model="") as endpoint:
        with pytest.raises(InvalidRequestError, match=r"say which model to ask: .*/models lists none, 404"):
            meet(endpoint)


def test_models_that_think_know_the_length_by_its_new_name_and_no_temperature():
    with Vendor("max_tokens", "temperature") as vendor, vendor.endpoint() as endpoint:
        meet(endpoint)
        (found,) = examine(endpoint, chosen(["max_completion_tokens"]))

        assert (endpoint.cap, endpoint.cold) == ("max_completion_tokens", {})
        assert found.verdict == "honoured"


@pytest.mark.parametrize(
    ("vendor", "said"),
    [
        ({"keyed": True}, "does not answer a plain question: 401 invalid_api_key"),
        ({"limited": 9}, "the server takes no more requests for now"),
    ],
)
def test_an_endpoint_that_answers_nothing_cannot_be_looked_at(vendor, said):
    with Vendor(**vendor) as served, served.endpoint() as endpoint:
        with pytest.raises(ConfigurationError, match=said):
            meet(endpoint)


def test_the_credential_stays_out_of_what_is_said():
    with Vendor("key-echoed", keyed=True) as vendor, vendor.endpoint(key="sk-planted") as endpoint:
        with pytest.raises(ConfigurationError) as raised:
            meet(endpoint)

    assert "sk-planted" not in str(raised.value)
    assert KEY not in str(raised.value)


def test_nothing_there():
    with Vendor() as vendor, vendor.endpoint() as endpoint:
        vendor.socket.close()
        vendor.shutdown()
        with pytest.raises(ConfigurationError, match="nothing answers at"):
            meet(endpoint)


def test_a_check_that_hears_nothing_is_broken_and_the_next_one_runs():
    with Vendor("silent") as vendor, vendor.endpoint() as endpoint:
        found = list(examine(endpoint, chosen(["bad-json", "error-object"])))

    assert [finding.verdict for finding in found] == ["broken", "broken"]
    assert found[0].evidence.startswith("no answer: ")
    assert found[0].request_id is None


def test_an_event_beyond_all_bounds_is_broken():
    def look(_):
        raise EventTooLarge("one event is larger than 1 bytes")

    with Vendor() as vendor, vendor.endpoint() as endpoint:
        (found,) = examine(endpoint, [Check("n", "s", look)])

    assert (found.verdict, found.evidence) == ("broken", "one event is larger than 1 bytes")
