"""What the results of the smooth functions have to be, in numbers."""

from relu_ufunc._operations import OPERATIONS, Operation

SMOOTH = [row for row in OPERATIONS if row.is_smooth]

USUAL = {"alpha": 1.0, "b": 4.0}
"""The parameters for which every float32 is looked at."""


def usual_parameters(operation: Operation) -> list[float]:
    return [USUAL[name] for name in operation.parameters]


CHECKSUMS: dict[str, int] = {
    "softplus": 0x8A69E630,
    "softplus_backward": 0xFAE97346,
    "elu": 0x29E3FAAF,
    "elu_backward": 0xDC1F2DAC,
    "selu": 0x414655E1,
    "selu_backward": 0x40BD1BCE,
    "celu": 0x29E3FAAF,
    "celu_backward": 0xDC1F2DAC,
    "gelu": 0x750BB619,
    "gelu_backward": 0x8918DBE4,
    "gelu_tanh": 0x2BA68971,
    "gelu_tanh_backward": 0x2EEE929C,
    "silu": 0x8BF97267,
    "silu_backward": 0x738EDA1C,
    "mish": 0xFE758560,
    "mish_backward": 0xABB76C33,
    "squareplus": 0x138661AA,
    "squareplus_backward": 0x7FA01943,
    "hard_swish": 0xB17FAD13,
    "hard_swish_backward": 0x9981D63C,
}
"""crc32 of the results for every 4099th float32, its NaN apart."""

DIGESTS: dict[str, int] = {}
"""What tests/c/smooth.c sums up of the results for all 2^32 float32."""

NEAR_TIES: dict[str, list[tuple[int, int]]] = {}
