#!/usr/bin/env python3
"""Measures one model in ONNX Runtime or OpenVINO, in this process alone.

    peers.py ort|openvino MODEL --input NAME=FILE.npy... --threads N --duration S --json FILE

Takes the same flags and writes the same JSON as `tenfold bench`: median_ms,
p99_ms, build_s (loading and compiling the model), peak_mb (what the process
grew by after Python and the inputs were loaded) and iterations. Everything is
in float32, or integers where the model is quantized; OpenVINO gets the input
shapes as fixed ones.
"""

import argparse
import json
import resource
import statistics
import time
from pathlib import Path

import numpy as np

FEWEST_RUNS = 5


def onnxruntime_runner(model, inputs, threads):
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, inputs)


def openvino_runner(model, inputs, threads):
    import openvino

    network = openvino.Core().read_model(model)
    network.reshape({name: openvino.PartialShape(list(array.shape)) for name, array in inputs.items()})
    options = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
    }
    request = openvino.Core().compile_model(network, "CPU", options).create_infer_request()
    for name, array in inputs.items():
        request.set_tensor(name, openvino.Tensor(array))
    return request.infer


RUNNERS = {"ort": onnxruntime_runner, "openvino": openvino_runner}
MODULES = {"ort": "onnxruntime", "openvino": "openvino"}


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(run, seconds):
    """Milliseconds of each run, after a warm-up of a fifth of the time."""
    times = []
    for budget in (seconds / 5, seconds):
        times.clear()
        end = time.perf_counter() + budget
        while time.perf_counter() < end or len(times) < FEWEST_RUNS:
            started = time.perf_counter()
            run()
            times.append(1e3 * (time.perf_counter() - started))
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runtime", choices=RUNNERS)
    parser.add_argument("model")
    parser.add_argument("--input", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--duration", type=float, default=1)
    parser.add_argument("--json", type=Path, required=True)
    args = parser.parse_args()
    inputs = {name: np.load(file) for name, file in (given.split("=", 1) for given in args.input)}
    __import__(MODULES[args.runtime])
    before, started = peak_mb(), time.perf_counter()
    run = RUNNERS[args.runtime](args.model, inputs, args.threads)
    build_s = time.perf_counter() - started
    times = measure(run, args.duration)
    result = {
        "median_ms": statistics.median(times),
        "p99_ms": float(np.quantile(times, 0.99)),
        "build_s": build_s,
        "peak_mb": peak_mb() - before,
        "iterations": len(times),
    }
    args.json.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
