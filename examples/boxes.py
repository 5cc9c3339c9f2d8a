"""A detector's boxes, which are rows of left, top, right and bottom."""

import numpy as np
from networks import Array


def area(boxes: Array) -> Array:
    size: Array = np.prod(np.maximum(boxes[..., 2:4] - boxes[..., :2], 0), axis=-1)
    return size


def overlap(box: Array, others: Array, of_smaller: bool = False) -> Array:
    """The shared area divided by the area of the union, or of the smaller of the two boxes."""
    common = np.concatenate(
        [np.maximum(box[:2], others[:, :2]), np.minimum(box[2:4], others[:, 2:4])], axis=1
    )
    shared, one, other = area(common), area(box), area(others)
    whole = np.minimum(one, other) if of_smaller else one + other - shared
    return np.asarray(shared / whole)


def suppress(boxes: Array, scores: Array, limit: float, of_smaller: bool = False) -> Array:
    """The indices of the boxes that overlap no box of a higher score by more than the limit."""
    order = np.argsort(-scores, kind="stable")
    kept = []
    while len(order):
        kept.append(order[0])
        common = overlap(boxes[order[0]], boxes[order[1:]], of_smaller)
        order = order[1:][common <= limit]
    return np.array(kept, np.intp)
