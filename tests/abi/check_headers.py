#!/usr/bin/env python3
"""Compiles every public header by itself, without code, and fails on any warning.

    check_headers.py --compiler CXX --include DIR --facts api_facts.json [--cuda DIR]

Each public header alone and all together are tried with C++14, 17 and 20, with and without the CUDA toolkit
(when --cuda names one), and with and without the interface of versions 7 and 8; --compiler may be repeated.
Internal headers must refuse to be included.
"""

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

FLAGS = ["-x", "c++", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-pedantic"]
NO_CUDA = ["-DTENFOLD_USE_CUDA_HEADERS=0"]


def cases(args, facts):
    """Yields (what, flags, source, whether it must compile)."""
    cuda_ways = {"without CUDA": (NO_CUDA, "")}
    if args.cuda:
        cuda_ways["with CUDA"] = (["-isystem", args.cuda, "-DTENFOLD_USE_CUDA_HEADERS=1"], "")
        first = '#include "NvInfer.h"\n#include <cuda_runtime.h>\n'
        cuda_ways["CUDA after"] = (["-isystem", args.cuda, *NO_CUDA], first)
        cuda_ways["CUDA before"] = (["-isystem", args.cuda, *NO_CUDA], "#include <cuda_runtime.h>\n")
    legacy_ways = {"all": [], "current": ["-DTENFOLD_NO_LEGACY_API"]}
    everything = "".join(f'#include "{header}"\n' for header in facts["headers"])
    for std, (cuda, (flags, first)), (legacy, more) in itertools.product(
        ("c++14", "c++17", "c++20"), cuda_ways.items(), legacy_ways.items()
    ):
        yield f"{std}, {cuda}, {legacy}", [f"-std={std}", *flags, *more], first + everything, True
        for header in facts["headers"] if not first and not more else ():
            yield f"{header} alone, {std}, {cuda}", [f"-std={std}", *flags], f'#include "{header}"\n', True
    fragments = sorted(p.relative_to(args.include).as_posix() for p in args.include.glob("tenfold/**/*.h"))
    for header in fragments:
        yield f"{header} alone", ["-std=c++17", *NO_CUDA], f'#include "{header}"\n', True
    for header in facts["internal_headers"]:
        yield f"{header} alone", ["-std=c++17", *NO_CUDA], f'#include "{header}"\n', False


def run(args, compiler, case):
    what, flags, source, must_compile = case
    command = [compiler, *FLAGS, *flags, f"-I{args.include}", "-"]
    result = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
    ok = (result.returncode == 0) == must_compile
    return None if ok else f"{compiler}: {what}: {result.stderr.strip() or 'compiles, but must not'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", required=True, action="append", dest="compilers")
    parser.add_argument("--include", required=True, type=pathlib.Path)
    parser.add_argument("--facts", required=True, type=pathlib.Path)
    parser.add_argument("--cuda")
    args = parser.parse_args()
    once = cases(args, json.loads(args.facts.read_text(encoding="utf-8")))
    every = list(itertools.product(args.compilers, once))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [f for f in pool.map(lambda pair: run(args, *pair), every) if f]
    print("\n".join(failures))
    print(f"{len(every) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or not every else 0


if __name__ == "__main__":
    sys.exit(main())
