"""The values that a test takes in turn are all tried, and all failures reported."""

import pytest

from tests.cases import CASES, each_case_with, in_turn


def test_every_value_is_tried_and_every_failure_reported() -> None:
    tried = []

    @in_turn("value", [1, 2, 3, 4])
    def test(value: int, divisor: int) -> None:
        tried.append(value)
        assert value % divisor

    with pytest.raises(ExceptionGroup) as caught:
        test(divisor=2)
    assert tried == [1, 2, 3, 4]
    assert [error.__notes__ for error in caught.value.exceptions] == [["value: 2"], ["value: 4"]]
    with pytest.raises(AssertionError) as alone:
        test(divisor=3)
    assert alone.value.__notes__ == ["value: 3"]
    test(divisor=5)


@pytest.mark.parametrize("other", ["x", "y"])
@in_turn("value", "ab")
def test_fixtures_and_parameters_are_passed_on(
    value: str, other: str, request: pytest.FixtureRequest
) -> None:
    assert value in "ab"
    assert f"[{other}]" in request.node.name


def test_no_case_is_left_out() -> None:
    def test(case: object) -> None: ...

    (mark,) = vars(each_case_with(lambda _: True)(test))["pytestmark"]
    assert [case for group in mark.args[1] for case in group] == CASES
