"""The sizes of the processor's caches, and the size from which a result bypasses them."""

import os
import sys

from relu_ufunc import _core
from relu_ufunc._environment import whole_number

_SYSFS = "/sys/devices/system/cpu/cpu0/cache"

# On a virtual machine the system may report the last-level cache of the whole host. No
# processor has much more cache per core than this.
_MOST_BYTES_PER_CORE = 16 << 20
_USUAL_BYTES = 8 << 20


def cache_sizes() -> dict[int, int]:
    """Return the size in bytes of each level of data cache, as the system reports it."""
    ask = {"linux": _linux, "darwin": _macos, "win32": _windows}.get(sys.platform)
    return {} if ask is None else ask()


def last_level_bytes(sizes: dict[int, int]) -> int:
    """Return the bytes of last-level cache that this process can count on."""
    if not sizes:
        return _USUAL_BYTES
    return min(sizes[max(sizes)], _MOST_BYTES_PER_CORE * (os.cpu_count() or 1))


def _linux() -> dict[int, int]:
    sizes: dict[int, int] = {}
    try:
        for entry in os.listdir(_SYSFS):
            folder = f"{_SYSFS}/{entry}"
            if entry.startswith("index") and _read(f"{folder}/type") != "Instruction":
                level = int(_read(f"{folder}/level"))
                sizes[level] = _bytes(_read(f"{folder}/size"))
    except (OSError, ValueError):
        pass
    # sysfs and sysconf disagree on some virtual machines; the core can use the smaller size.
    for level in (1, 2, 3, 4):
        name = f"SC_LEVEL{level}_{'D' if level == 1 else ''}CACHE_SIZE"
        number = os.sysconf_names.get(name)
        size = 0 if number is None else os.sysconf(number)
        if size > 0:
            sizes[level] = min(size, sizes.get(level, size))
    return sizes


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


def _bytes(text: str) -> int:
    """Return the number of bytes that sysfs writes as "48K" or "260M"."""
    factors = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    return int(text[:-1]) * factors[text[-1]] if text[-1] in factors else int(text)


def _macos() -> dict[int, int]:
    import ctypes

    library = ctypes.CDLL(None)
    sizes: dict[int, int] = {}
    for level, names in {
        1: ("hw.perflevel0.l1dcachesize", "hw.l1dcachesize"),
        2: ("hw.perflevel0.l2cachesize", "hw.l2cachesize"),
        3: ("hw.l3cachesize",),
    }.items():
        for name in names:
            value = ctypes.c_int64(0)
            length = ctypes.c_size_t(ctypes.sizeof(value))
            failed = library.sysctlbyname(
                name.encode(), ctypes.byref(value), ctypes.byref(length), None, 0
            )
            if not failed and value.value > 0:
                sizes[level] = value.value
                break
    return sizes


def _windows() -> dict[int, int]:
    import ctypes

    # GetLogicalProcessorInformationEx returns RelationCache records. Each has its kind and
    # length (two 32-bit numbers), then the cache's level (a byte) and size (32 bits at 4).
    relation_cache = 2
    query = ctypes.windll.kernel32.GetLogicalProcessorInformationEx  # type: ignore[attr-defined,unused-ignore]
    length = ctypes.c_uint32(0)
    query(relation_cache, None, ctypes.byref(length))
    buffer = (ctypes.c_char * length.value)()
    if not query(relation_cache, buffer, ctypes.byref(length)):
        return {}
    sizes: dict[int, int] = {}
    data, offset = bytes(buffer), 0
    while offset < len(data):
        record = int.from_bytes(data[offset + 4 : offset + 8], "little")
        sizes[data[offset + 8]] = int.from_bytes(data[offset + 12 : offset + 16], "little")
        offset += record
    return sizes


SIZES = cache_sizes()

_stream_bytes = whole_number("RELU_UFUNC_STREAM_BYTES", least=0)
_core.set_stream_bytes(
    last_level_bytes(SIZES) if _stream_bytes is None else min(_stream_bytes, sys.maxsize)
)
