"""How far one runtime's outputs are from another's."""

import numpy as np

DETECTION_TOLERANCE, DETECTIONS_LOST = 1e-2, 0.02
SMALLEST_SCALE = 1e-6  # outputs of all zeros are compared with this instead of their magnitude


def difference(found, wanted):
    """The largest difference relative to the wanted tensor's largest magnitude; inf where they cannot match."""
    if wanted.size == 0:
        return 0.0
    if wanted.dtype.kind not in "f" and wanted.dtype.name != "bfloat16":
        return 0.0 if np.array_equal(found, wanted) else np.inf
    found, wanted = found.astype(np.float64), wanted.astype(np.float64)
    finite = np.isfinite(wanted)
    if not np.array_equal(found[~finite], wanted[~finite], equal_nan=True) or not np.isfinite(found[finite]).all():
        return np.inf
    if not finite.any():
        return 0.0
    scale = max(np.abs(wanted[finite]).max(), SMALLEST_SCALE)
    return float(np.abs(found[finite] - wanted[finite]).max() / scale)


def as_rows(outputs, scales):
    """A detector's outputs (boxes, scores, labels) side by side, one row for each thing found."""
    columns = [np.reshape(array / scale, (len(array), -1)) for array, scale in zip(outputs.values(), scales)]
    return np.concatenate(columns, axis=1)


def compare_detections(found, wanted):
    """Like compare, for rows in the order of scores, where near-equal ones may change places or drop out."""
    scales = [max(np.abs(array).max(initial=0), 1) if array.dtype.kind == "f" else 1 for array in wanted.values()]
    if len({len(array) for array in found.values()}) != 1 or any(
        found[name].shape[1:] != array.shape[1:] for name, array in wanted.items()
    ):
        return np.inf, f"shapes {[list(array.shape) for array in found.values()]} do not fit together"
    want, got = as_rows(wanted, scales), as_rows({name: found[name] for name in wanted}, scales)
    distances = np.abs(want[:, None] - got[None]).max(-1) if len(got) else np.full((len(want), 1), np.inf)
    nearest = distances.min(1)
    matched = nearest <= DETECTION_TOLERANCE
    if abs(len(got) - len(want)) > DETECTIONS_LOST * len(want) or np.mean(~matched) > DETECTIONS_LOST:
        return np.inf, f"{len(got)} found, {len(want)} expected, {int((~matched).sum())} of these without a match"
    return float(nearest[matched].max(initial=0)), ""


def compare(found, wanted, tolerance, classifier):
    """(the largest difference over all outputs, what is wrong or an empty string)."""
    worst = 0.0
    for name, want in wanted.items():
        got = found[name]
        if got.shape != want.shape:
            return np.inf, f"{name}: shape {list(got.shape)}, expected {list(want.shape)}"
        if got.dtype != want.dtype:
            return np.inf, f"{name}: type {got.dtype}, expected {want.dtype}"
        off = difference(got, want)
        worst = max(worst, off)
        if off > tolerance:
            return worst, f"{name}: differs by {off:.2g}, allowed {tolerance:.2g}"
        if classifier and want.size and want.ndim and not np.array_equal(got.argmax(-1), want.argmax(-1)):
            return worst, f"{name}: other classes picked"
    return worst, ""
