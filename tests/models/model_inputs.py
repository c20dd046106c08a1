"""What goes into a model: shapes from its catalogue entry, values from a fixed seed.

An entry (models.json, or what bench/export_models.py writes) describes each
input as {"type", "shape", "fill"}. A shape holds numbers and symbols; a symbol
may be a sum such as "past+tokens". A case gives the symbols their values, and
may replace fills: {"batch": 2, "samples": 288, "fill": {"sr": 8000}}.

Fills: "normal"; "quiet" (a tenth of it); "uniform" (0 to 1); "text" (pictures
of random words, white 1 and black -1, channels first); "mask" (ones, the last
row of several padded in its second half); [low, high) random integers; a
number, everywhere.
"""

import json
from pathlib import Path

import numpy as np

SEED = 20
UNKNOWN_IMAGE_SIDES = (224, 192)  # what an undeclared height or width is tried with
UNKNOWN_LENGTHS = (32, 21)


def extent(dim, case):
    """A dimension as a number: 3, "batch" or "past+tokens"."""
    if isinstance(dim, int):
        return dim
    return sum(case[symbol.strip()] for symbol in dim.split("+"))


def mask(shape):
    values = np.ones(shape)
    if len(shape) > 1 and shape[0] > 1:
        values[-1, ..., (shape[-1] + 1) // 2 :] = 0
    return values


def text(shape, random):
    """Pictures full of words, one line for every 48 pixels of height."""
    from PIL import Image, ImageDraw, ImageFont

    height, width = shape[2:]
    line = min(height, 48)
    font = ImageFont.load_default(size=line * 2 // 3)
    letters = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
    pictures = np.empty(shape, np.float32)
    for picture in pictures:
        image = Image.new("L", (width, height), 255)
        draw = ImageDraw.Draw(image)
        for top in range(0, height - line + 1, line):
            draw.text((4, top + line // 12), "".join(random.choice(letters, width * 3 // line)), 0, font)
        picture[:] = np.asarray(image, np.float32) / 127.5 - 1
    return pictures


RANDOM = {
    "normal": lambda shape, random: random.standard_normal(shape),
    "quiet": lambda shape, random: random.standard_normal(shape) * 0.1,
    "uniform": lambda shape, random: random.random(shape),
    "text": text,
    "mask": lambda shape, random: mask(shape),
}


def values(fill, element_type, shape, random):
    """An array of the given type and shape, filled as the entry says."""
    if isinstance(fill, str):
        made = RANDOM[fill](shape, random)
    elif isinstance(fill, list):
        made = random.integers(fill[0], fill[1], shape)
    else:
        made = np.full(shape, fill)
    return np.asarray(made).astype(element_type)


def make_inputs(entry, case, seed=SEED):
    """The arrays for one case of an entry, by input name; the same for the same seed."""
    random = np.random.default_rng(seed)
    fills = case.get("fill", {})
    arrays = {}
    for name, spec in entry["inputs"].items():
        shape = [extent(dim, case) for dim in spec["shape"]]
        arrays[name] = values(fills.get(name, spec["fill"]), spec["type"], shape, random)
    return arrays


def case_name(case):
    """A short label such as "batch=2 tokens=17"."""
    return " ".join(f"{symbol}={value}" for symbol, value in case.items() if symbol != "fill") or "fixed"


def read_entries(*paths):
    """The entries of several catalogues by name; later files win, absent ones are skipped."""
    entries = {}
    for path in map(Path, paths):
        if path.exists():
            entries.update({entry["name"]: entry for entry in json.loads(path.read_text())["models"]})
    return entries


def declared_inputs(path):
    """(name, NumPy type, dims) of each input that a model's file declares; a dim may be None."""
    import onnx

    graph = onnx.load(path, load_external_data=False).graph
    weights = {weight.name for weight in graph.initializer}
    for value in graph.input:
        if value.name not in weights:
            tensor = value.type.tensor_type
            dims = [d.dim_value or (d.dim_param or None) for d in tensor.shape.dim]
            yield value.name, onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type), dims


def default_fill(element_type):
    """Random numbers for real inputs; zeros and ones, valid as a mask, a flag or an index, for others."""
    return "normal" if element_type.kind not in "biu" else [0, 2]


def guess_entry(path):
    """An entry for a model that no catalogue describes, from the inputs that its file declares."""
    inputs, first, second = {}, {}, {}
    for name, element_type, dims in declared_inputs(path):
        shape = []
        for axis, dim in enumerate(dims):
            if isinstance(dim, int) and dim > 0:
                shape.append(dim)
                continue
            symbol = str(dim).replace("+", " plus ") if dim and dim != -1 else f"{name}.{axis}"
            shape.append(symbol)
            sizes = (1, 2) if axis == 0 else UNKNOWN_IMAGE_SIDES if len(dims) == 4 else UNKNOWN_LENGTHS
            first.setdefault(symbol, sizes[0])
            second.setdefault(symbol, sizes[1])
        inputs[name] = {"type": element_type.name, "shape": shape, "fill": default_fill(element_type)}
    cases = [first, second] if first else [{}]
    return {"name": Path(path).stem, "kind": "regressor", "inputs": inputs, "cases": cases}
