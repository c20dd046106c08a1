#!/usr/bin/env python3
"""Reads text from a picture with a real network, from model file to words.

    run.py [TEXT...] [--work DIR] [--tenfold PROGRAM]

Fetches the PP-OCRv4 text recogniser (10 MB, Apache-2.0, inside the Python
package rapidocr-onnxruntime), draws each TEXT as one line of a picture, builds
a plan with `tenfold build`, runs all lines as one batch with `tenfold run`,
and decodes the network's answer with the vocabulary that the model file itself
carries. Then it times the plan with `tenfold bench`, shows where the time
goes, and checks every number against ONNX Runtime.

Exit code 0 only if the words were read and ONNX Runtime agrees.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
LINES = ("Tenfold reads this", "with a network of 860 nodes", "Order 2026-11: 48,50 EUR")
HEIGHT = 48  # the network's input is this high and any number of pixels wide
ALLOWED = 1e-4  # largest difference from ONNX Runtime, relative to the largest output
SHOWN_REGIONS = 8


def draw(lines):
    """One grey picture with a line of text in each row of HEIGHT pixels."""
    font = ImageFont.load_default(size=30)
    width = max(int(font.getlength(line)) for line in lines) + 24
    image = Image.new("L", (width + -width % 8, HEIGHT * len(lines)), 255)
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        pen.text((12, row * HEIGHT + 6), line, 0, font)
    return image


def as_batch(image):
    """The picture's rows as a batch: [lines, 3, HEIGHT, width], white 1 and black -1."""
    grey = np.asarray(image, np.float32).reshape(-1, 1, HEIGHT, image.width) / 127.5 - 1
    return np.ascontiguousarray(np.repeat(grey, 3, axis=1))


def vocabulary(model):
    """What each class stands for: nothing, the characters in the file's metadata, a space."""
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    return ["", *metadata["character"].splitlines(), " "]


def decode(scores, characters):
    """Words from scores [lines, steps, classes]: the best class of each step, repeats merged (CTC)."""
    for line in scores.argmax(-1):
        kept = [step for i, step in enumerate(line) if i == 0 or step != line[i - 1]]
        yield "".join(characters[step] for step in kept)


def tenfold(program, *arguments):
    command = [str(program), *map(str, arguments)]
    print("$ tenfold " + " ".join(command[1:]), flush=True)
    subprocess.run(command, check=True)


def show_times(report):
    """Latency, and the regions that take the most of it."""
    print(f"latency: median {report['median_ms']:.2f} ms, p99 {report['p99_ms']:.2f} ms", end=" ")
    print(f"over {report['iterations']} runs; peak memory {report['peak_mb']:.0f} MB")
    regions = sorted(report["regions"], key=lambda region: -region["median_ms"])
    total = sum(region["median_ms"] for region in regions)
    print(f"where it goes ({len(regions)} regions, {total:.2f} ms when timed one by one):")
    for region in regions[:SHOWN_REGIONS]:
        share = 100 * region["median_ms"] / total
        print(f"  {region['median_ms']:7.3f} ms {share:3.0f}%  {region['tactic']:24} {region['name'][:60]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="*", metavar="TEXT", default=LINES)
    parser.add_argument("--models", type=Path, default=ROOT / ".cache" / "models", help="where the model is kept")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "ocr", help="where other files go")
    parser.add_argument("--tenfold", type=Path, default=ROOT / "build" / "bin" / "tenfold")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)

    fetch = [sys.executable, ROOT / "tests" / "models" / "fetch.py", args.models, "ppocrv4_rec"]
    subprocess.run(fetch, check=True)
    model_path, plan = args.models / "ppocrv4_rec.onnx", args.work / "ppocrv4_rec.plan"
    model = onnx.load(model_path)
    input_name, output_name = model.graph.input[0].name, model.graph.output[0].name

    image = draw(args.texts)
    image.save(args.work / "picture.png")
    batch = as_batch(image)
    np.save(args.work / "picture.npy", batch)
    print(f"drew {args.work / 'picture.png'}: {len(args.texts)} lines as one batch {list(batch.shape)}")

    given = f"{input_name}={args.work / 'picture.npy'}"
    tenfold(args.tenfold, "build", model_path, "-o", plan)
    tenfold(args.tenfold, "run", plan, "--input", given, "--output-dir", args.work)
    scores = np.load(args.work / f"{output_name}.npy")
    read = list(decode(scores, vocabulary(model)))
    for text, words in zip(args.texts, read):
        print(f"drawn: {text!r:40} read: {words!r}")

    report = args.work / "bench.json"
    tenfold(args.tenfold, "bench", plan, "--input", given, "--profile", "--json", report)
    show_times(json.loads(report.read_text()))

    session = onnxruntime.InferenceSession(str(model_path), providers=["CPUExecutionProvider"])
    wanted = session.run(None, {input_name: batch})[0]
    off = float(np.abs(scores - wanted).max() / np.abs(wanted).max()) if scores.shape == wanted.shape else np.inf
    agrees = off <= ALLOWED and read == list(decode(wanted, vocabulary(model)))
    print(f"ONNX Runtime {'reads the same' if agrees else 'DISAGREES'}: largest difference {off:.1e} of the output")
    right = [words.replace(" ", "") == text.replace(" ", "") for text, words in zip(args.texts, read)]
    print(f"{sum(right)} of {len(right)} lines read as drawn")
    return 0 if agrees and all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
