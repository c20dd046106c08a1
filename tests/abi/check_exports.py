#!/usr/bin/env python3
"""Checks that the shared libraries export the functions of the interface under the right names.

    check_exports.py FACTS.json LIBRARY_DIR

Exits with 77 when none of the libraries has been built.
"""

import json
import pathlib
import re
import subprocess
import sys

NOT_BUILT = 77


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in lines.stdout.splitlines()}


def soname(library):
    dynamic = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
    found = re.search(r"SONAME.*\[(.*)\]", dynamic)
    return found.group(1) if found else None


def main():
    facts = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = pathlib.Path(sys.argv[2])
    if not any((folder / name).exists() for name in facts["exports"]):
        print(f"no libraries in {folder}")
        return NOT_BUILT
    problems = []
    for name, symbols in facts["exports"].items():
        library = folder / name
        if not library.exists():
            problems.append(f"{name}: not built")
            continue
        if soname(library) != name:
            problems.append(f"{name}: its soname is {soname(library)}")
        problems += [f"{name}: {symbol} is not exported" for symbol in sorted(set(symbols) - exported(library))]
    print("\n".join(problems) or "all functions are exported")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
