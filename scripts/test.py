#!/usr/bin/env python3
"""Runs everything that must hold and counts it.

    test.py [STEP...]     the usual steps, or the named ones in the order of the table
    test.py --list        the steps

Each step is one or more commands. A step's checks are counted from what its
last command prints (ctest's, GoogleTest's or unittest's summary, or a line
'N passed, N failed'); a command that prints none of these counts as one check.
What a step prints goes to build/test-logs/STEP.log, and its end is shown if it
fails. A step whose files are not in the tree is skipped, with the reason. The
last line is the sum: 'N passed, N failed, N skipped'.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "build" / "test-logs"
PYTHON = sys.executable
MODELS, CONFORMANCE = ".cache/models", ".cache/conformance"
SHOWN_LINES = 40

ARCHER = "$(dirname $(readlink -f $(command -v clang)))/../lib/libarcher.so"  # knows OpenMP's order of events
CONCURRENT = f"OMP_TOOL_LIBRARIES={ARCHER} build-tsan/bin/concurrent_tests --gtest_brief=1"

ENVIRONMENT = {
    "TENFOLD_MODELS": str(ROOT / MODELS),
    "ASAN_OPTIONS": "allocator_may_return_null=1",  # tests ask for more memory than there is
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/sanitizers/leaks.supp:print_suppressions=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    # OpenMP's runtime and oneDNN are not instrumented: what they do to their own memory looks like a race. How
    # OpenMP orders our loops: ThreadSanitizer hears of it from libarcher (CONCURRENT).
    "TSAN_OPTIONS": "ignore_noninstrumented_modules=1:allocator_may_return_null=1",
}


@dataclass
class Step:
    name: str
    commands: list
    needs: tuple = ()  # files of the tree without which there is nothing to run
    vital: bool = False  # nothing after it makes sense if it fails
    usual: bool = True  # false: runs only when it is named


def built(preset, *targets):
    only = ["--target", *targets] if targets else []
    return [["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset, *only]]


UNIT = ["ctest", "--test-dir", "build", "-j2", "--output-on-failure", "--no-tests=error"]

STEPS = [
    Step("build", built("release"), vital=True),
    Step("lint", [[PYTHON, "scripts/lint.py"]]),
    Step("fetch", [[PYTHON, "tests/models/fetch.py", MODELS]]),
    Step("unit", [UNIT]),
    Step("models", [[PYTHON, "tests/models/check.py", MODELS]], ("tools/tenfold",)),
    Step("conformance", [[PYTHON, "tests/conformance/run.py", CONFORMANCE]], ("tools/tenfold",)),
    Step("python", [[PYTHON, "-m", "unittest", "discover", "-s", "tests/python", "-p", "*_test.py"]]),
    Step("example", [[PYTHON, "examples/ocr/run.py"]], ("tools/tenfold",)),
    Step(
        "address-sanitizer",
        [*built("fuzz", "unit_tests"), ["build-fuzz/bin/unit_tests", "--gtest_brief=1"]],
    ),
    Step("fuzz", [*built("fuzz", "fuzzers"), [PYTHON, "scripts/fuzz.py", "60", "--seed", "1"]]),
    Step(
        "thread-sanitizer",
        [*built("tsan", "concurrent_tests"), ["sh", "-c", CONCURRENT]],
        usual=False,  # compiles the core once more; to be run after changes to what threads share
    ),
    Step(
        "gpu-kernels",
        [["env", "TENFOLD_ALL_KERNELS=1", *UNIT, "-R", "Cuda"]],
        usual=False,  # 4,200 compilations, a quarter of an hour; to be run after changes to generated kernels
    ),
]

# How test programs sum up: what each prints for all, passed, failed and skipped tests. The last line of a kind
# counts; what a program does not print follows from the rest.
SUMMARIES = (
    {
        "passed": r"^(\d+) passed, \d+ failed",
        "failed": r"^\d+ passed, (\d+) failed",
        "skipped": r"failed, (\d+) skipped$",
    },
    {"all": r"^\d+% tests passed, \d+ tests failed out of (\d+)", "failed": r"^\d+% tests passed, (\d+) tests failed"},
    {
        "passed": r"^\[  PASSED  \] (\d+) test",
        "failed": r"^\[  FAILED  \] (\d+) test",
        "skipped": r"^\[  SKIPPED \] (\d+) test",
    },
    {
        "all": r"^Ran (\d+) tests? in",
        "failed": r"^FAILED \(.*?failures=(\d+)",
        "errors": r"^FAILED \(.*?errors=(\d+)",
        "skipped": r"skipped=(\d+)\)$",
    },
)


def count(text, exit_code):
    """(passed, failed, skipped) of a command that printed `text`; a bad exit code is at least one failure."""
    for summary in SUMMARIES:
        found = {name: re.findall(pattern, text, re.MULTILINE) for name, pattern in summary.items()}
        numbers = {name: int(matches[-1]) if matches else 0 for name, matches in found.items()}
        if found.get("all") or found.get("passed"):
            failed = numbers["failed"] + numbers.get("errors", 0)
            skipped = numbers.get("skipped", len(re.findall(r"\(Skipped\)$", text, re.MULTILINE)))
            passed = numbers.get("passed", numbers.get("all", 0) - failed - skipped)
            return passed, max(failed, int(exit_code != 0)), skipped
    return int(exit_code == 0), int(exit_code != 0), 0


def run(step):
    """Runs the commands of a step up to the first that fails; returns its counts and what it printed."""
    log = LOGS / f"{step.name}.log"
    for command in step.commands:
        with log.open("w") as out:
            done = subprocess.run(
                command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False
            )
        text = log.read_text(errors="replace")
        if done.returncode != 0:
            break
    return count(text, done.returncode), text


def missing(step):
    return [path for path in step.needs if not (ROOT / path).exists()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", metavar="STEP")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    names = [step.name for step in STEPS]
    if options.list:
        print("\n".join(names))
        return 0
    unknown = set(options.steps) - set(names)
    if unknown:
        parser.error(f"no step {', '.join(sorted(unknown))}; there are {', '.join(names)}")

    LOGS.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = f"{Path(PYTHON).parent}:{os.environ['PATH']}"
    os.environ.update(ENVIRONMENT)
    total = [0, 0, 0]
    for step in STEPS:
        if not step.vital and not (step.name in options.steps if options.steps else step.usual):
            continue
        if missing(step):
            print(f"{step.name:18} skipped: {', '.join(missing(step))} is not in the tree", flush=True)
            total[2] += 1
            continue
        started = time.monotonic()
        counts, text = run(step)
        total = [a + b for a, b in zip(total, counts)]
        print(
            f"{step.name:18} {counts[0]} passed, {counts[1]} failed, {counts[2]} skipped"
            f"  ({time.monotonic() - started:.0f} s)",
            flush=True,
        )
        if counts[1]:
            print("".join(f"    {line}\n" for line in text.splitlines()[-SHOWN_LINES:]), flush=True)
            if step.vital:
                break
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return int(total[1] > 0)


if __name__ == "__main__":
    sys.exit(main())
