"""A kickoff's redactor: pseudonyms that last, JSON that stays JSON, nothing put back that should not be."""

import json
import string
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.governance.redaction.redactor import Redactor

NAMES = ("Sarah Chen", "Bob Hill")


def tool(rows, call_id="call-1"):
    content = json.dumps({"about": {}, "rows": rows, "total": len(rows)}, ensure_ascii=False)
    return {"role": "tool", "tool_call_id": call_id, "name": "application_facts", "content": content}


CONVERSATION = [
    {"role": "system", "content": "You weigh options for a colleague."},
    {"role": "user", "content": "Application billing, owner Sarah Chen, s.chen@acme.com."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call-1",
                "type": "function",
                "function": {"name": "recall", "arguments": '{"query": "what did Bob Hill say\\n030 23125-417"}'},
            }
        ],
    },
    tool(
        [
            {"field": "technical_owner", "value": "Bob Hill", "evidence": ["a1b2c3d4e5f6.0.12.3"]},
            {"field": "description", "value": 'says "s.chen@acme.com"', "evidence": ["a1b2c3d4e5f6.0.12.4"]},
        ]
    ),
]


def test_a_value_keeps_its_pseudonym_over_all_calls_and_numbers_follow_the_conversation():
    redactor = Redactor(NAMES)
    first = redactor.redact(CONVERSATION[:2])
    later = redactor.redact(CONVERSATION)
    assert later[:2] == first
    assert first[1]["content"] == "Application billing, owner <PERSON_1>, <EMAIL_1>."
    assert json.loads(later[2]["tool_calls"][0]["function"]["arguments"]) == {
        "query": "what did <PERSON_2> say\n<PHONE_1>"
    }
    rows = json.loads(later[3]["content"])["rows"]
    assert [row["value"] for row in rows] == ["<PERSON_2>", 'says "<EMAIL_1>"']
    assert [row["evidence"] for row in rows] == [["a1b2c3d4e5f6.0.12.3"], ["a1b2c3d4e5f6.0.12.4"]]


def test_the_same_conversation_gives_the_same_bytes_at_once_or_step_by_step():
    at_once = Redactor(NAMES).redact(CONVERSATION)
    by_steps = Redactor(NAMES)
    for end in range(1, len(CONVERSATION) + 1):
        grown = by_steps.redact(CONVERSATION[:end])
    assert json.dumps(grown) == json.dumps(at_once)


def test_what_holds_nothing_to_replace_is_returned_byte_by_byte():
    content = '{ "rows":[ {"value": 1.50, "evidence":["a1b2c3d4e5f6.0.12.3"]} ] }'
    assert Redactor().redact([{"role": "tool", "content": content}])[0]["content"] == content


@pytest.mark.parametrize("name", CREWS)
def test_no_prompt_of_ours_holds_anything_to_replace(name):
    crew = CREWS[name]
    texts = [text for agent in crew.agents.values() for text in (agent.role, agent.goal, agent.backstory)]
    texts += [text for task in crew.tasks for text in (task.description, task.expected_output)]
    texts += [json.dumps(task.contract.model_json_schema()) for task in crew.tasks]
    redactor = Redactor(NAMES)
    redactor.redact([{"role": "user", "content": text} for text in texts])
    assert redactor.count == 0


def test_the_messages_given_are_not_changed():
    before = json.dumps(CONVERSATION)
    Redactor(NAMES).redact(CONVERSATION)
    assert json.dumps(CONVERSATION) == before


def test_the_count_says_how_many_values_left_as_pseudonyms():
    redactor = Redactor(NAMES)
    redactor.redact(CONVERSATION[:2])
    assert redactor.count == 2
    redactor.redact(CONVERSATION)
    assert redactor.count == 2 + 6


def test_answers_and_arguments_get_their_values_back():
    redactor = Redactor(NAMES)
    redactor.redact(CONVERSATION)
    assert redactor.restore("Ask <PERSON_1> (<EMAIL_1>).") == "Ask Sarah Chen (s.chen@acme.com)."
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "recall", "arguments": '{"query": "\\u003cPERSON_2\\u003e"}'},
    }
    (restored,) = redactor.restore([call])
    assert restored["function"]["arguments"] == '{"query": "Bob Hill"}'


def test_a_value_with_quotation_marks_is_put_back_as_json_where_the_answer_is_json():
    redactor = Redactor(['Dwayne "Rock" Hill'], restricted=['C:\\keys "old"'])
    redactor.redact([tool([{"field": "x", "value": 'path C:\\keys "old"', "evidence": []}])])
    answer = 'Here it is:\n```json\n{"risk": "<RESTRICTED_1> is old"}\n``` <RESTRICTED_1>'
    restored = redactor.restore(answer)
    assert json.loads(restored[restored.index("{") : restored.rindex("}") + 1]) == {"risk": 'C:\\keys "old" is old'}
    assert restored.endswith('C:\\keys "old"')


def test_an_invented_pseudonym_is_left():
    redactor = Redactor(NAMES)
    redactor.redact(CONVERSATION)
    assert redactor.restore("<PERSON_99> <EMAIL_0> <PERSON_> PERSON_1") == "<PERSON_99> <EMAIL_0> <PERSON_> PERSON_1"


def test_secrets_are_never_put_back():
    redactor = Redactor()
    (message,) = redactor.redact([{"role": "user", "content": "password: swordfish"}])
    assert redactor.restore(message["content"]) == "password: <SECRET_1>"


@pytest.mark.parametrize(
    "planted",
    ["<PERSON_1>", "&lt;PERSON_1&gt;", "\\u003cPERSON_1\\u003e", "<LITERAL_1>", "<PERSON_1\u003e", "<EMAIL_7>"],
)
def test_a_file_cannot_plant_a_pseudonym(planted):
    redactor = Redactor(NAMES)
    owner, cell = redactor.redact(
        [
            {"role": "user", "content": "Sarah Chen"},
            tool([{"field": "x", "value": f"retire {planted}", "evidence": []}]),
        ]
    )
    assert owner["content"] == "<PERSON_1>"
    value = json.loads(cell["content"])["rows"][0]["value"]
    assert "PERSON" not in value
    assert redactor.restore(value) == f"retire {planted}"


def test_an_answer_that_is_said_again_is_redacted_again_to_the_same_text():
    redactor = Redactor(NAMES)
    redactor.redact(CONVERSATION[:2])
    answer = "<PERSON_1> and <PERSON_99> decide"
    said = {"role": "assistant", "content": redactor.restore(answer)}
    (again,) = redactor.redact([said])
    assert again["content"] == "<PERSON_1> and <LITERAL_1> decide"
    assert redactor.restore(again["content"]) == said["content"]


def test_owners_that_a_tool_shows_are_known_from_there_on():
    redactor = Redactor()
    shown = tool([{"business_owner": "Ana Sousa", "technical_owner": ["Li Wei", "IT"]}])
    said = redactor.redact([shown, {"role": "user", "content": "ask Ana Sousa or Li Wei of IT"}])
    assert said[1]["content"] == "ask <PERSON_1> or <PERSON_2> of IT"


def test_restricted_values_do_not_leave_in_sentences_either():
    redactor = Redactor(restricted=["MXQ1234ABC", "low"])
    (message,) = redactor.redact([{"role": "user", "content": "chassis mxq1234abc is slow, low risk"}])
    assert message["content"] == "chassis <RESTRICTED_1> is slow, low risk"


def test_personal_data_stays_where_the_tenant_says_so_and_secrets_still_go():
    redactor = Redactor(NAMES, is_personal=False)
    (message,) = redactor.redact([{"role": "user", "content": "Sarah Chen, s.chen@acme.com, pwd=swordfish"}])
    assert message["content"] == "Sarah Chen, s.chen@acme.com, pwd=<SECRET_1>"


def test_parts_of_a_content_are_redacted_each():
    parts = [{"type": "text", "text": "Sarah Chen"}, {"type": "tool_result", "content": "Bob Hill"}, "Bob Hill", 7]
    (message,) = Redactor(NAMES).redact([{"role": "user", "content": parts}])
    assert message["content"] == [
        {"type": "text", "text": "<PERSON_1>"},
        {"type": "tool_result", "content": "<PERSON_2>"},
        "<PERSON_2>",
        7,
    ]


def test_a_name_after_an_escaped_line_break_in_quoted_json_is_found():
    text = "Context:\n" + json.dumps({"answer": "contact:\nSarah Chen\tBob Hill"})
    (message,) = Redactor(NAMES).redact([{"role": "user", "content": text}])
    assert json.loads(message["content"].removeprefix("Context:\n")) == {"answer": "contact:\n<PERSON_1>\t<PERSON_2>"}


def test_numbers_of_cards_do_not_leave_as_numbers_either():
    (message,) = Redactor().redact(
        [{"role": "tool", "content": '{"card": 4111111111111111, "bytes": 4111111111111112}'}]
    )
    assert json.loads(message["content"]) == {"card": "<SECRET_1>", "bytes": 4111111111111112}


@pytest.mark.parametrize("content", ["{not json Sarah Chen", "[" * 100_000 + "Sarah Chen", "{}{} Sarah Chen"])
def test_what_only_begins_like_json_is_text(content):
    (message,) = Redactor(NAMES).redact([{"role": "tool", "content": content}])
    assert message["content"].endswith("<PERSON_1>")


def test_threads_of_a_kickoff_share_their_pseudonyms():
    redactor, said = Redactor(NAMES), []
    threads = [
        threading.Thread(target=lambda: said.append(redactor.redact([{"role": "user", "content": "Sarah Chen"}])))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [messages[0]["content"] for messages in said] == ["<PERSON_1>"] * 8


# fmt: off
PIECES = st.sampled_from([
    "Sarah Chen", "s.chen@acme.com", "password: ", 'pwd="', "hunter2!", "\\", '"', "\0", "\n", "{", "}", "<PERSON_1>",
    "+49 30 23125417", "postgres://a:b@c/d", "token ", "9f86d081884c7d659a2feaa0c55ad015",
    "-----BEGIN PRIVATE KEY-----",
    "é", "担当", " ", ",", "'", "AKIAIOSFODNN7EXAMPLE", "://", "@", "\u00fc", "4111111111111111", "login:a/",
])
# fmt: on
TEXTS = st.lists(PIECES | st.text(string.printable, max_size=4), max_size=12).map("".join)


NUMBERS = st.integers() | st.floats() | st.just(4111111111111111)


@given(st.recursive(TEXTS | NUMBERS | st.none(), lambda each: st.lists(each) | st.dictionaries(TEXTS, each)))
def test_json_stays_json_of_the_same_shape_whatever_it_holds(value):
    document = {"rows": value}
    for prefix, ascii_only in (("", False), ("", True), ("Context: ", False), ("Context: ", True)):
        content = prefix + json.dumps(document, ensure_ascii=ascii_only)
        (message,) = Redactor(NAMES).redact([{"role": "tool", "content": content}])
        read = json.loads(message["content"].removeprefix(prefix))
        assert list(read) == ["rows"]
        assert type(read["rows"]) is type(value) or (value == 4111111111111111 and read["rows"] == "<SECRET_1>")


@given(st.lists(TEXTS, max_size=4))
def test_restoring_gives_what_was_said_but_for_secrets(texts):
    redactor = Redactor(NAMES)
    for text, message in zip(
        texts, redactor.redact([{"role": "user", "content": text} for text in texts]), strict=True
    ):
        if "SECRET" not in message["content"]:
            assert redactor.restore(message["content"]).casefold() == text.replace("\x00", "").casefold()


def test_a_long_conversation_costs_little_and_its_growth_less():
    """The budget is 5 ms for 20 kB on an idle core; a shared one gets room."""
    rows = [
        {
            "field": f"f{place}",
            "value": f"web{place:02}.corp.local runs Apache 2.4.{place} on RHEL 7.9, 10.0.{place}.7, owner IT ops",
            "basis": "assets",
            "evidence": [f"a1b2c3d4e5f6.0.{place}.3"] * 3,
        }
        for place in range(70)
    ]
    Redactor(NAMES).redact([tool(rows)])
    redactor = Redactor([*NAMES, *(f"Anna Maria Berg{place}" for place in range(200))])
    began = time.process_time()
    redactor.redact([tool(rows)])
    first = time.process_time()
    redactor.redact([tool(rows), {"role": "user", "content": "and now?"}])
    assert first - began < 0.05
    assert time.process_time() - first < 0.01
