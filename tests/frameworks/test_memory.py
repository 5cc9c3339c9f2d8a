"""Memory shared by a framework and NumPy: its address, and what is written through it."""

from typing import Any

import numpy as np
import pytest

import relu_ufunc as ru
from tests.bits import Array
from tests.frameworks.frameworks import Jax, OnnxRuntime, TensorFlow, Torch, framework_module

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]

N = 1000


def address(a: Array) -> int:
    of: int = a.__array_interface__["data"][0]
    return of


def apart_from_64(n_bytes: int) -> Array:
    """float32 values from -2 to 2, at an offset in bytes from a multiple of 64."""
    memory = np.empty(N + 32, np.float32)
    start = (-address(memory) % 64 + n_bytes) // 4
    array = memory[start : start + N]
    assert address(array) % 64 == n_bytes
    array[:] = np.linspace(-2, 2, N)
    return array


each_alignment = pytest.mark.parametrize("n_bytes", [0, 32, 4])


@each_alignment
def test_pytorch_both_ways(n_bytes: int) -> None:
    Torch()
    torch = framework_module("torch")
    array = apart_from_64(n_bytes)
    for tensor in (torch.from_numpy(array), torch.from_dlpack(array)):
        assert tensor.data_ptr() == address(array)
        for back in (tensor.numpy(), np.asarray(tensor), np.from_dlpack(tensor)):
            assert address(back) == address(array)
            assert back.flags.writeable
    tensor = torch.linspace(-2, 2, N)
    wanted = torch.relu(tensor)
    ru.relu(tensor.numpy(), out=tensor.numpy())
    assert torch.equal(tensor, wanted)


def test_pytorch_bfloat16() -> None:
    ml_dtypes, torch = framework_module("ml_dtypes"), framework_module("torch")
    tensor = torch.linspace(-2, 2, N).bfloat16()
    with pytest.raises(TypeError, match="BFloat16"):
        tensor.numpy()
    array = tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    assert address(array) == tensor.data_ptr()
    wanted = torch.relu(tensor)
    ru.relu(array, out=array)
    assert torch.equal(tensor, wanted)


def test_openvino_shows_bfloat16_as_float16() -> None:
    ml_dtypes, openvino = framework_module("ml_dtypes"), framework_module("openvino")
    bits = np.arange(2**16, dtype=np.uint16)
    numbers = bits.view(ml_dtypes.bfloat16)
    tensor = openvino.Tensor(numbers.view(np.int16), [bits.size], openvino.Type.bf16)
    assert tensor.data.dtype == np.float16
    assert address(tensor.data) == address(bits)
    wanted = ru.relu(numbers)
    right = ru.relu(tensor.data).view(np.uint16) == wanted.view(np.uint16)
    np.testing.assert_array_equal(right, ~(numbers < ml_dtypes.bfloat16(-(2.0**121))))
    array = tensor.data.view(ml_dtypes.bfloat16)
    ru.relu(array, out=array)
    np.testing.assert_array_equal(bits, wanted.view(np.uint16))


def test_paddle_shows_bfloat16_as_uint16() -> None:
    ml_dtypes, paddle = framework_module("ml_dtypes"), framework_module("paddle")
    tensor = paddle.linspace(-2, 2, N).astype("bfloat16")
    bits = tensor.numpy()
    assert bits.dtype == np.uint16
    np.testing.assert_array_equal(ru.relu(bits), bits)
    y = ru.relu(bits.view(ml_dtypes.bfloat16))
    back = paddle.to_tensor(y.view(np.uint16))
    assert back.dtype == paddle.bfloat16
    # For the CPU, Paddle has no relu of bfloat16.
    wanted = paddle.nn.functional.relu(tensor.astype("float32"))
    assert back.astype("float32").tolist() == wanted.tolist()


def test_tensorflow_to_numpy() -> None:
    TensorFlow()
    tf = framework_module("tensorflow")
    tensor = tf.linspace(-2.0, 2.0, N)
    shared = np.asarray(tensor)
    assert address(shared) == address(np.from_dlpack(tensor))
    assert not shared.flags.writeable
    assert address(tensor.numpy()) != address(shared)
    np.testing.assert_array_equal(ru.relu(shared), tf.nn.relu(tensor))


@each_alignment
def test_numpy_to_tensorflow(n_bytes: int) -> None:
    TensorFlow()
    tf = framework_module("tensorflow")
    array = apart_from_64(n_bytes)
    tensor = tf.experimental.dlpack.from_dlpack(array.__dlpack__())
    assert address(np.asarray(tensor)) == address(array)
    assert address(np.asarray(tf.constant(array))) != address(array)
    ru.relu(array, out=array)
    np.testing.assert_array_equal(tensor, array)
    assert (array >= 0).all()


def test_jax_to_numpy() -> None:
    Jax()
    jnp = framework_module("jax.numpy")
    for dtype in (jnp.float32, jnp.bfloat16):
        tensor = jnp.linspace(-2, 2, N, dtype=dtype)
        array = np.asarray(tensor)
        assert address(array) == tensor.unsafe_buffer_pointer()
        assert array.dtype == dtype
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            ru.relu(array, out=array)


@each_alignment
def test_numpy_to_jax_where_it_is_aligned(n_bytes: int) -> None:
    Jax()
    jax = framework_module("jax")
    array = apart_from_64(n_bytes)
    tensor = jax.device_put(array)
    assert (tensor.unsafe_buffer_pointer() == address(array)) == (n_bytes == 0)
    assert jax.numpy.asarray(array).unsafe_buffer_pointer() != address(array)
    if n_bytes:
        with pytest.raises(ValueError, match="aligned"):
            jax.numpy.from_dlpack(array, copy=False)
    else:
        tensor = jax.numpy.from_dlpack(array, copy=False)
        assert tensor.unsafe_buffer_pointer() == address(array)


@each_alignment
def test_onnx_runtime_reads_and_writes_our_memory(n_bytes: int) -> None:
    OnnxRuntime()
    runtime = framework_module("onnxruntime")
    array, out = apart_from_64(n_bytes), apart_from_64(n_bytes)
    value, result = (runtime.OrtValue.ortvalue_from_numpy(a) for a in (array, out))
    assert value.data_ptr() == address(array) == address(value.numpy())
    ru.leaky_relu(array, 0.5, out=value.numpy())
    assert array[0] == -1
    binding = (session := _relu_session()).io_binding()
    binding.bind_ortvalue_input("x", value)
    binding.bind_ortvalue_output("y", result)
    session.run_with_iobinding(binding)
    assert binding.get_outputs()[0].data_ptr() == address(out)
    np.testing.assert_array_equal(out, ru.relu(array))


def _relu_session() -> Any:
    runtime, helper = framework_module("onnxruntime"), framework_module("onnx").helper
    x, y = (helper.make_tensor_value_info(name, 1, [N]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
