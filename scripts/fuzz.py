#!/usr/bin/env python3
"""Runs every fuzzer of build-fuzz for some seconds, starting from its kept corpus.

    fuzz.py [SECONDS]     60 seconds each unless said otherwise

New inputs that reach new code go to build-fuzz/corpus/NAME; tests/fuzz/corpus/NAME
is only read. An input that crashes a fuzzer is kept as build-fuzz/findings/NAME-*
and fails it. Prints last 'N passed, N failed'.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build-fuzz"
LIMITS = ["-timeout=20", "-rss_limit_mb=4096", "-max_len=65536"]


def fuzz(program, seconds):
    """Whether the fuzzer ran to its end without a finding."""
    name = program.name.removesuffix("_fuzzer")
    found, findings = BUILD / "corpus" / name, BUILD / "findings"
    kept = ROOT / "tests" / "fuzz" / "corpus" / name
    for folder in (found, findings):
        folder.mkdir(parents=True, exist_ok=True)
    command = [program, *LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={findings}/{name}-", found]
    print(f"== {name}: {seconds} s from {len(list(kept.glob('*')))} kept inputs", flush=True)
    return subprocess.run(command + [kept] * kept.exists(), check=False).returncode == 0


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    programs = sorted((BUILD / "bin").glob("*_fuzzer"))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    results = {program.name: fuzz(program, seconds) for program in programs}
    for name, passed in results.items():
        print(f"{name}: {'no finding' if passed else 'FAILED, see build-fuzz/findings'}")
    failed = len(programs) - sum(results.values())
    print(f"{len(programs) - failed} passed, {failed} failed")
    return int(failed > 0 or not programs)


if __name__ == "__main__":
    sys.exit(main())
