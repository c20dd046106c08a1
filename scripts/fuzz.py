#!/usr/bin/env python3
"""Runs every fuzzer of build-fuzz for some seconds, as many at a time as there are cores, from its kept corpus.

    fuzz.py [SECONDS] [--only NAME]    60 seconds each unless said otherwise
    fuzz.py --seed N                   the same inputs each time, from nothing but the kept corpus
    fuzz.py --keep                     adds to the kept corpus what reaches code that it does not reach

New inputs that reach new code go to build-fuzz/corpus/NAME; tests/fuzz/corpus/NAME
is only read, but for --keep. An input that crashes a fuzzer is kept as
build-fuzz/findings/NAME-* and fails it. What a fuzzer prints is in
build-fuzz/findings/NAME.log; its end is shown if it fails. Prints last
'N passed, N failed'.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build-fuzz"
FINDINGS = BUILD / "findings"
LIMITS = ["-timeout=20", "-rss_limit_mb=4096"]
MOST_BYTES, MOST_KEPT_BYTES = 65536, 2048
# As few inputs as reach every place, however often.
MERGE = ["-merge=1", "-set_cover_merge=1", "-use_counters=0", f"-max_len={MOST_KEPT_BYTES}"]
SHOWN_LINES = 40


def folders(program):
    """What the fuzzer found and what is kept; both exist then."""
    name = program.name.removesuffix("_fuzzer")
    found, kept = BUILD / "corpus" / name, ROOT / "tests" / "fuzz" / "corpus" / name
    for folder in (found, kept, FINDINGS):
        folder.mkdir(parents=True, exist_ok=True)
    return name, found, kept


def run(name, command):
    log = FINDINGS / f"{name}.log"
    with log.open("w") as out:
        passed = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False).returncode == 0
    return passed, log.read_text(errors="replace")


def fuzz(program, seconds, seed):
    """Whether the fuzzer ran to its end without a finding, and what to say of it."""
    name, found, kept = folders(program)
    limits = [*LIMITS, f"-max_len={MOST_BYTES}", f"-max_total_time={seconds}", f"-artifact_prefix={FINDINGS}/{name}-"]
    if seed:
        limits += [f"-seed={seed}", "-reload=0"]
        found = found.with_name(f"{name}-seeded")
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir()
    passed, text = run(name, [program, *limits, found, kept])
    runs = re.findall(r"^Done (\d+) runs in (\d+) second", text, re.MULTILINE)
    reached = re.findall(r"cov: (\d+) ft: (\d+)", text)
    if passed and runs and reached:
        told = f"{runs[-1][0]} runs in {runs[-1][1]} s, {reached[-1][0]} places reached, no finding"
    else:
        told = "FAILED, see build-fuzz/findings\n" + "\n".join(text.splitlines()[-SHOWN_LINES:])
    return passed, f"{name}: {told}"


def keep(program):
    name, found, kept = folders(program)
    before = len(list(kept.iterdir()))
    passed, text = run(name, [program, *LIMITS, *MERGE, kept, found])
    told = f"{len(list(kept.iterdir()))} inputs kept, {before} before" if passed else text[-2000:]
    return passed, f"{name}: {told}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", nargs="?", type=int, default=60)
    parser.add_argument("--only", metavar="NAME", default="*")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    programs = sorted((BUILD / "bin").glob(f"{options.only}_fuzzer"))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    work = keep if options.keep else lambda program: fuzz(program, options.seconds, options.seed)
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for passed, told in pool.map(work, programs):
            print(told, flush=True)
            failed += not passed
    print(f"{len(programs) - failed} passed, {failed} failed")
    return int(failed > 0 or not programs)


if __name__ == "__main__":
    sys.exit(main())
