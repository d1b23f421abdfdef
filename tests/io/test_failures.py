import json

from buem.errors import Problem
from buem.io.failures import encode_failure, reason, write_failures
from buem.results import Failure

U_VALUE = Problem(path="$.features[3].U", value="-0.2", expected="0 to 10 W/(m²K)", code="OUT_OF_RANGE")
AREA = Problem(path="$.features[3].area", value="", expected="above 0 m²")
FAILURE = Failure(id="B", index=3, problems=(U_VALUE, AREA))


def test_a_line_holds_the_first_problem_and_all_of_them():
    line = encode_failure(FAILURE)
    assert line.endswith(b"}\n")
    assert json.loads(line) == {
        "id": "B",
        "index": 3,
        "path": "$.features[3].U",
        "value": "-0.2",
        "expected": "0 to 10 W/(m²K)",
        "code": "OUT_OF_RANGE",
        "reason": "$.features[3].U: -0.2; expected 0 to 10 W/(m²K); $.features[3].area: missing; expected above 0 m²",
        "problems": [
            {"path": "$.features[3].U", "value": "-0.2", "expected": "0 to 10 W/(m²K)", "code": "OUT_OF_RANGE"},
            {"path": "$.features[3].area", "value": "", "expected": "above 0 m²", "code": "INVALID_VALUE"},
        ],
    }


def test_a_failure_without_problems_is_a_line_too():
    line = json.loads(encode_failure(Failure(id="B", index=0, problems=())))
    assert line["path"] == line["reason"] == ""
    assert line["problems"] == []


def test_reason_is_one_line():
    assert "\n" not in reason(FAILURE)


def test_one_line_a_building_in_the_given_order(tmp_path):
    path = tmp_path / "errors.jsonl"
    write_failures([FAILURE, Failure(id="C", index=4, problems=(AREA,))], path)
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["B", "C"]


def test_no_failure_is_an_empty_file(tmp_path):
    write_failures([], tmp_path / "errors.jsonl")
    assert (tmp_path / "errors.jsonl").read_bytes() == b""
