#!/usr/bin/env python3
"""Runs ONNX's backend tests through `tenfold conformance` and holds them to what must pass.

    run.py DIR [KIND...] [--tenfold PROGRAM]

Materializes the tests below DIR if they are not there, then runs every kind.
A case counts as failed here if it crashes, gives a wrong result, or fails
for another reason than "not supported: OPERATOR"; of what is not supported,
there may only be so much that each kind passes as many cases as REQUIRED says.
Last line: 'N passed, N failed, N skipped', the skipped being not supported.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from materialize import KINDS, materialize

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = {"node": 1100}
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)
CASE_NAME = re.compile(r"\btest_\w+")
TIMEOUT = 1800


def run_kind(program, folder):
    """(passed, not supported, lines that tell of real failures) of one folder of cases."""
    command = [str(program), "conformance", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace", timeout=TIMEOUT)
    summary = SUMMARY.findall(done.stdout)
    if done.returncode < 0 or not summary:
        tail = (done.stdout + done.stderr).strip().splitlines()[-1:]
        return 0, 0, [f"{folder.name}: ended with exit code {done.returncode}, after: {''.join(tail)}"]
    passed, failed, skipped = (int(number or 0) for number in summary[-1])
    told = [line for line in (done.stdout + done.stderr).splitlines() if CASE_NAME.search(line)]
    wrong = [line for line in told if re.search("fail", line, re.IGNORECASE) and "not supported:" not in line]
    unsupported = [line for line in told if "not supported:" in line]
    if len(wrong) + len(unsupported) < failed:
        wrong.append(f"{folder.name}: {failed} failed, of which only {len(wrong) + len(unsupported)} are explained")
    return passed, max(failed - len(wrong), 0) + skipped, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--tenfold", type=Path, default=ROOT / "build" / "bin" / "tenfold")
    args = parser.parse_args()
    passed = failed = skipped = 0
    for kind in args.kinds or KINDS:
        if not (args.dir / kind).exists():
            materialize(kind, args.dir)
        good, unsupported, wrong = run_kind(args.tenfold.resolve(), args.dir / kind)
        if good < REQUIRED.get(kind, 0):
            wrong.append(f"{kind}: {good} passed, expected at least {REQUIRED[kind]}")
        print(
            "\n".join([*wrong, f"{kind}: {good} passed, {len(wrong)} wrong, {unsupported} not supported"]), flush=True
        )
        passed, failed, skipped = passed + good, failed + len(wrong), skipped + unsupported
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
