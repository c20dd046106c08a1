#!/usr/bin/env python3
"""Runs a benchmark by name: run.py NAME [ARGS...]

cpu     whole models against ONNX Runtime and OpenVINO (run.py cpu --help)
gpu     the networks of GPU inference against PyTorch (run.py gpu --help)
trtexec real models on the GPU, end to end through trtexec, beside ONNX Runtime
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

BENCHMARKS = {"cpu": "cpu.py", "gpu": "gpu.py", "trtexec": "trtexec.py"}


def main():
    name, *arguments = sys.argv[1:] or ["--help"]
    if name not in BENCHMARKS:
        print(__doc__)
        return 0 if name in ("-h", "--help") else 2
    # PyTorch is seldom in the environment of the tests, often in the machine's own.
    python = sys.executable if name != "gpu" or importlib.util.find_spec("torch") else "python3"
    return subprocess.run([python, Path(__file__).with_name(BENCHMARKS[name]), *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
