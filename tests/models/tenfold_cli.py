"""Tenfold's command line as Python functions: build, run, bench, inspect."""

import json
import re
import subprocess
import time
from pathlib import Path

import numpy as np

DEFAULT = Path(__file__).resolve().parents[2] / "build" / "bin" / "tenfold"


class TenfoldError(RuntimeError):
    """The program ended with an error; the message is its last line, or the signal that ended it."""


def file_name(name):
    """The file that holds an input or output, as `tenfold run` names it."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name) + ".npy"


def input_flags(inputs, folder):
    """Writes each array into the folder; returns --input NAME=FILE for each."""
    flags = []
    for name, array in inputs.items():
        path = Path(folder) / ("in_" + file_name(name))
        np.save(path, array)
        flags += ["--input", f"{name}={path}"]
    return flags


class Tenfold:
    def __init__(self, program=DEFAULT, timeout=900):
        self.program, self.timeout = Path(program), timeout

    def call(self, *arguments):
        """Runs the program; returns its standard output."""
        command = [str(self.program), *map(str, arguments)]
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, errors="replace", timeout=self.timeout
            )
        except subprocess.TimeoutExpired:
            raise TenfoldError(f"no end after {self.timeout} s") from None
        if done.returncode < 0:
            raise TenfoldError(f"crashed with signal {-done.returncode}")
        if done.returncode != 0:
            lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
            raise TenfoldError(next((line for line in lines if "rror" in line), lines[-1]))
        return done.stdout

    def build(self, model, plan, inputs=()):
        """Builds a plan; returns the seconds that it took. `inputs` are --input flags to tune for."""
        started = time.monotonic()
        self.call("build", model, "-o", plan, *inputs)
        return time.monotonic() - started

    def run(self, model_or_plan, inputs, folder, output_names):
        """Runs once; returns the outputs by name. Files go through the folder."""
        folder = Path(folder)
        for name in output_names:
            (folder / file_name(name)).unlink(missing_ok=True)
        self.call("run", model_or_plan, *input_flags(inputs, folder), "--output-dir", folder)
        outputs = {}
        for name in output_names:
            path = folder / file_name(name)
            if not path.exists():
                raise TenfoldError(f"output {name!r} is missing: expected the file {path.name}")
            outputs[name] = np.load(path)
        return outputs

    def bench(self, plan, inputs, folder, *flags):
        """What `tenfold bench` measured: median_ms, p99_ms, build_s, peak_mb, iterations."""
        report = Path(folder) / "bench.json"
        self.call("bench", plan, *input_flags(inputs, folder), "--json", report, *flags)
        return json.loads(report.read_text())

    def inspect(self, plan):
        """The plan's table of regions, as text."""
        return self.call("inspect", plan)
