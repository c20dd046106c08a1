"""Tenfold's engines on PyTorch's tensors: built by trtexec, run in this process through gpu_engine.cpp."""

import ctypes
import json
import os
import subprocess
import time
from pathlib import Path


class EngineError(RuntimeError):
    """What Tenfold said when something failed."""


def trtexec(programs, *flags):
    """Runs it; returns the seconds from its start to its end."""
    environment = {"TENFOLD_TARGET": "cuda", **os.environ}
    started = time.monotonic()
    command = [str(programs / "bin" / "trtexec"), "--skipInference", *flags]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode < 0:
        raise EngineError(f"trtexec crashed with signal {-done.returncode}")
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "[E]" in line] or ["no message"]
        raise EngineError("build: " + lines[0][:400])
    return time.monotonic() - started


def build(programs, model, plan, flags, cache):
    """Builds a plan; returns the seconds that it took."""
    flags = [*flags, "--profilingVerbosity=detailed", f"--timingCacheFile={cache}"]
    return trtexec(programs, f"--onnx={model}", f"--saveEngine={plan}", *flags)


def layers(programs, plan):
    """{name: what runs it} of a plan built here."""
    trtexec(programs, f"--loadEngine={plan}", "--profilingVerbosity=detailed", f"--exportLayerInfo={plan}.json")
    found = json.loads(Path(f"{plan}.json").read_text())["Layers"]
    kinds = {layer["Name"]: layer["ParameterType"] or layer["LayerType"] for layer in found}
    return {layer["Name"]: (kinds[layer["Name"]], layer["TacticName"]) for layer in found}


def load_library(programs):
    os.environ.setdefault("TENFOLD_TARGET", "cuda")
    library = ctypes.CDLL(str(programs / "lib" / "libgpu_engine.so"))
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    signatures = {
        "benchError": (text, []),
        "benchLoad": (pointer, [text]),
        "benchUnload": (None, [pointer]),
        "benchTensors": (text, [pointer]),
        "benchType": (ctypes.c_int, [pointer, text]),
        "benchShape": (ctypes.c_int, [pointer, text, ctypes.POINTER(ctypes.c_int64)]),
        "benchSetAddress": (ctypes.c_bool, [pointer, text, pointer]),
        "benchEnqueue": (ctypes.c_bool, [pointer, pointer]),
        "benchProfile": (text, [pointer, pointer, ctypes.c_int]),
    }
    for name, (result, arguments) in signatures.items():
        getattr(library, name).restype = result
        getattr(library, name).argtypes = arguments
    return library


class Engine:
    """A loaded plan with one context. Its one input is given; its outputs are tensors of its own."""

    def __init__(self, programs, plan, data):
        import torch

        # As nvinfer1::DataType numbers them.
        types = {0: torch.float32, 1: torch.float16, 3: torch.int32, 4: torch.bool, 7: torch.bfloat16, 8: torch.int64}
        self.library = load_library(programs)
        self.engine = self.check(self.library.benchLoad(str(plan).encode()))
        lines = self.library.benchTensors(self.engine).decode().splitlines()
        (name,) = [line[2:].encode() for line in lines if line.startswith("<")]
        self.input = data.to(types[self.library.benchType(self.engine, name)]).contiguous()
        self.check(self.library.benchSetAddress(self.engine, name, self.input.data_ptr()))
        self.outputs = []
        for output in (line[2:].encode() for line in lines if line.startswith(">")):
            extents = (ctypes.c_int64 * 8)()
            rank = self.library.benchShape(self.engine, output, extents)
            dtype = types[self.library.benchType(self.engine, output)]
            self.outputs.append(torch.empty(tuple(extents[:rank]), dtype=dtype, device="cuda"))
            self.check(self.library.benchSetAddress(self.engine, output, self.outputs[-1].data_ptr()))

    def check(self, result):
        if not result:
            raise EngineError(self.library.benchError().decode()[:400])
        return result

    def run(self):
        """Enqueues on PyTorch's current stream."""
        import torch

        self.check(self.library.benchEnqueue(self.engine, torch.cuda.current_stream().cuda_stream))

    def profile(self, runs):
        """[(milliseconds, name)] of every step, the mean of so many runs."""
        import torch

        text = self.check(self.library.benchProfile(self.engine, torch.cuda.current_stream().cuda_stream, runs))
        pairs = (line.split(" ", 1) for line in text.decode().splitlines())
        return [(float(ms), name) for ms, name in pairs]

    def close(self):
        self.library.benchUnload(self.engine)
