#!/usr/bin/env python3
"""Checks what can be read off the files: formatting, clang-tidy, and the rules of the folders.

    lint.py [--all]     clang-tidy on the files that changed since main, or on all

The rules are functions in scripts/lint_rules.py. Prints 'FILE:LINE: what' for
each finding and last 'N passed, N failed', counting checks.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lint_rules

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
TIDY = BUILD / "tidy"
os.environ["PATH"] = f"{ROOT}/.venv/bin:{os.environ['PATH']}"  # the formatters of one version everywhere
CPP = (".h", ".cpp", ".cuh", ".cu")
RECENT = 10
MOST_TIDIED = 40  # clang-tidy takes some five seconds a file: in a change of everything the largest files are left out


def run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def git(*arguments):
    done = run("git", *arguments)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else []


def check_format(files):
    """Files that clang-format would change, each with the first line."""
    done = run("clang-format", "--dry-run", "-Werror", *files)
    first = {}
    for line in done.stderr.splitlines():
        if ": error: " in line:
            first.setdefault(line.split(":")[0], line.split(": error: ")[0] + ": ./dev format changes this file")
    return list(first.values())


def check_python():
    """What ruff finds in the Python files, by ruff.toml, and the files that it would lay out otherwise."""
    done = run("ruff", "check", "--quiet", "--output-format=concise"), run("ruff", "format", "--check")
    return [line for result in done if result.returncode for line in (result.stdout + result.stderr).splitlines()]


def changed_files():
    """Files that differ from where this branch left main; on main itself, those of the last RECENT commits."""
    base = git("merge-base", "HEAD", "origin/main") or git("merge-base", "HEAD", "main")
    if not base or base == git("rev-parse", "HEAD"):
        base = git("rev-parse", f"HEAD~{RECENT}") or git("rev-list", "--max-parents=0", "HEAD")
    return git("diff", "--name-only", "--diff-filter=d", base[0]) if base else []


def tidy(file):
    done = run("clang-tidy", "-p", TIDY, "--quiet", file)
    found = [line for line in done.stdout.splitlines() if ": warning: " in line or ": error: " in line]
    if done.returncode != 0 and not found:
        found = [f"{file}:1: clang-tidy failed: {(done.stderr or 'no message').strip().splitlines()[-1]}"]
    return found


def plain_commands():
    """The build's commands without precompiled headers: Clang cannot read GCC's, and each file shows its own includes."""
    text = (BUILD / "compile_commands.json").read_text()
    text = re.sub(r"-Winvalid-pch -include \S+/cmake_pch\.hxx |-fpch-preprocess ", "", text)
    TIDY.mkdir(exist_ok=True)
    (TIDY / "compile_commands.json").write_text(text)
    return json.loads(text)


def check_tidy(files):
    """clang-tidy's findings in those of the files that the build compiles."""
    commands = plain_commands()
    compiled = {
        str(Path(command["file"]).relative_to(ROOT))
        for command in commands
        if Path(command["file"]).is_relative_to(ROOT)
    }
    chosen = sorted((file for file in files if file in compiled), key=lambda file: (ROOT / file).stat().st_size)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [line for found in pool.map(tidy, chosen[:MOST_TIDIED]) for line in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    files = git("ls-files", "--cached", "--others", "--exclude-standard")
    files = [file for file in files if (ROOT / file).is_file()]
    cpp = [file for file in files if file.endswith(CPP)]
    checks = {
        "format": lambda: check_format(cpp),
        "clang-tidy": lambda: check_tidy(cpp if options.all else changed_files()),
        "python": check_python,
    }
    for rule in lint_rules.RULES:
        checks[rule.__name__] = lambda rule=rule: list(rule(ROOT, files))

    failed = 0
    for name, check in checks.items():
        found = check()
        failed += bool(found)
        print("\n".join([f"{name}: {'FAILED' if found else 'ok'}", *found]), flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
