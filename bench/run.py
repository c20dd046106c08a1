#!/usr/bin/env python3
"""Runs a benchmark by name: run.py NAME [ARGS...]

cpu     whole models against ONNX Runtime and OpenVINO (run.py cpu --help)
"""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = {"cpu": "cpu.py"}


def main():
    name, *arguments = sys.argv[1:] or ["--help"]
    if name not in BENCHMARKS:
        print(__doc__)
        return 0 if name in ("-h", "--help") else 2
    return subprocess.run(
        [sys.executable, Path(__file__).with_name(BENCHMARKS[name]), *arguments], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
