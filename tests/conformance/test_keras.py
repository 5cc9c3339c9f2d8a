"""Keras' tests of its rectifiers, with our functions in its NumPy backend."""

import unittest
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.bits import Array
from tests.cases import UFUNCS, each_isa

# Warnings from Keras' tests are not our concern.
pytestmark = [pytest.mark.conformance, pytest.mark.filterwarnings("ignore")]

SHRINKS = {"soft_shrink", "hard_shrink"}
SMOOTH = {
    "softplus",
    "log_sigmoid",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "squareplus",
    "hard_silu",
    "hard_sigmoid",
}

# What is in the name of a test of one of our functions; elu is in that of many.
TESTED = (
    "elu",
    "softplus",
    "log_sigmoid",
    "silu",
    "squareplus",
    "mish",
    "hard_sigmoid",
    "soft_shrink",
    "hard_shrink",
)

# The suites, and the functions of ours that each has to call.
SUITES = {
    "activations.activations_test": {"relu", "relu6", "leaky_relu", *SHRINKS, *SMOOTH, "mish"},
    "ops.nn_test": {"relu", "relu6", "leaky_relu", *SHRINKS, *SMOOTH},
    "layers.activations.elu_test": {"elu"},
    "layers.activations.relu_test": {"relu"},
    "layers.activations.leaky_relu_test": {"leaky_relu"},
    "layers.activations.prelu_test": {"relu"},
}


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The module with the functions of the backend that Keras chooses when it is imported."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KERAS_BACKEND", "numpy")
        environment.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        for name in ("keras", "jax"):
            pytest.importorskip(name, reason=f"the extra `conformance` is not installed: no {name}")
        module: ModuleType = import_module("keras.src.backend").nn
    assert module.__name__ == "keras.src.backend.numpy.nn"
    return module


def _tests(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _tests(test)
        else:
            yield test


def _functions(isa: str) -> dict[str, Callable[..., Any]]:
    """Our functions with Keras' arguments."""
    ufuncs = UFUNCS[isa]

    return {
        "relu": ufuncs["relu"],
        "relu6": ufuncs["relu6"],
        "leaky_relu": lambda x, negative_slope=0.2: ufuncs["leaky_relu"](
            x, np.array(negative_slope, x.dtype)
        ),
        "soft_shrink": lambda x, threshold=0.5: ufuncs["soft_threshold"](
            x, np.array(threshold, x.dtype)
        ),
        "hard_shrink": lambda x, threshold=0.5: ufuncs["hard_threshold"](
            x, np.array(threshold, x.dtype)
        ),
        "softplus": ufuncs["softplus"],
        "log_sigmoid": ufuncs["log_sigmoid"],
        "elu": lambda x, alpha=1.0: ufuncs["elu"](x, np.array(alpha, x.dtype)),
        "selu": ufuncs["selu"],
        "celu": lambda x, alpha=1.0: ufuncs["celu"](x, np.array(alpha, x.dtype)),
        "gelu": lambda x, approximate=True: ufuncs["gelu_tanh" if approximate else "gelu"](x),
        "silu": ufuncs["silu"],
        "squareplus": lambda x, b=4: ufuncs["squareplus"](x, np.array(b, x.dtype)),
        "hard_silu": ufuncs["hard_swish"],
        "hard_sigmoid": ufuncs["hard_sigmoid"],
    }


@pytest.mark.parametrize("name", SUITES)
@each_isa
def test_with_our_functions_put_in(
    name: str, isa: str, backend: Any, monkeypatch: pytest.MonkeyPatch, count: Counter[str]
) -> None:
    calls = Counter[str]()

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Array]:
        def call(x: object, *arguments: object, **keywords: object) -> Array:
            calls[name] += 1
            a: Array = backend.convert_to_tensor(x)
            return np.asarray(function(a, *arguments, **keywords))

        return call

    for function_name, function in _functions(isa).items():
        monkeypatch.setattr(backend, function_name, counted(function_name, function))
    # Keras composes it of two functions of the backend.
    operation = import_module("keras.src.activations.activations").Mish
    mish = staticmethod(counted("mish", UFUNCS[isa]["mish"]))
    monkeypatch.setattr(operation, "static_call", mish)

    module = import_module(f"keras.src.{name}")
    for test in _tests(unittest.defaultTestLoader.loadTestsFromModule(module)):
        if not any(name in test.id().lower().rpartition(".")[2] for name in TESTED):
            continue
        result = unittest.TestResult()
        before = calls.total()
        test.run(result)
        assert result.wasSuccessful(), result.errors + result.failures
        assert not result.skipped
        count["Keras: tests that call our functions"] += calls.total() > before
    assert set(calls) >= SUITES[name]
    count["Keras: calls of our functions"] += calls.total()
