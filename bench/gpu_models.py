"""The rows of the GPU benchmark: which network, in which batch and precision, and how it is made.

Weights are random from a fixed seed and scaled so that signals neither fade
nor overflow (settle() of architectures.py); inputs are random too. Models are
made in float32.
"""

import fnmatch
from dataclasses import dataclass

from architectures import random_images, settle

SIDE = 224
RESNET = "resnet50"


@dataclass(frozen=True)
class Row:
    model: str
    batch: int
    precision: str  # fp16 or tf32

    @property
    def name(self):
        return f"{self.model}-{self.batch}-{self.precision}"


ROWS = [
    *(Row(RESNET, batch, "fp16") for batch in (1, 32, 128, 256)),
    Row(RESNET, 1, "tf32"),
    *(Row("bert-base-128", batch, "fp16") for batch in (1, 32)),
    *(Row("bert-large-384", batch, "fp16") for batch in (1, 32)),
    *(Row("vit_b_16", batch, "fp16") for batch in (1, 32)),
    Row("mobilenet_v2", 1, "fp16"),
    Row("efficientnet_b0", 32, "fp16"),
    Row("convnext_tiny", 32, "fp16"),
]


def choose(patterns, batches=(), precisions=()):
    """The rows whose name or model fits a pattern, in the patterns' order; of these batches and precisions."""
    fits = [
        row
        for pattern in patterns or ["*"]
        for row in ROWS
        if fnmatch.fnmatch(row.name, pattern) or fnmatch.fnmatch(row.model, pattern)
    ]
    return [
        row
        for row in dict.fromkeys(fits)
        if (not batches or row.batch in batches) and (not precisions or row.precision in precisions)
    ]


def images(name):
    import torchvision

    model = getattr(torchvision.models, name)(weights=None)
    for part, scale in model.named_parameters():
        if part.endswith("layer_scale"):
            scale.data.fill_(0.2)  # at its start of 1e-6 the blocks would add nothing
    return settle(model, *random_images(SIDE))


def tokens(name):
    """BERT's encoder: token numbers in, the last layer's states out."""
    import torch
    from transformers import BertConfig, BertModel

    sizes = {"bert-base": (768, 12, 12, 3072), "bert-large": (1024, 24, 16, 4096)}[name.rpartition("-")[0]]
    keys = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = BertModel(BertConfig(**dict(zip(keys, sizes))), add_pooling_layer=False)

        def forward(self, ids):
            return self.model(input_ids=ids).last_hidden_state

    return Encoder().eval()


def is_text(row):
    return row.model.startswith("bert")


def make_model(row, device="cuda"):
    import torch

    torch.manual_seed(0)
    with torch.device(device):
        model = tokens(row.model) if is_text(row) else images(row.model)
    return model.requires_grad_(False)


def make_input(row, device="cuda"):
    """The one input: float32 images or int64 token numbers."""
    import torch

    random = torch.Generator().manual_seed(1)
    if is_text(row):
        length = int(row.model.rpartition("-")[2])
        return torch.randint(1000, 29000, (row.batch, length), generator=random).to(device)
    return torch.randn(row.batch, 3, SIDE, SIDE, generator=random).to(device)


def in_precision(row, model, data):
    """Module and input as PyTorch is to run them: half precision where the row says so, images channels-last."""
    import torch

    if row.precision == "fp16":
        model = model.half()
        data = data.half() if data.is_floating_point() else data
    if data.dim() == 4:
        model, data = model.to(memory_format=torch.channels_last), data.to(memory_format=torch.channels_last)
    return model, data
