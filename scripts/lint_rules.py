"""The rules of the tree that a look at the files can check. Each rule is a function of the tree's root and its
files that yields findings as 'FILE:LINE: what'; its first line of documentation says what it holds."""

import re

# What each folder of src may include, besides itself: the direction of dependencies in docs/architecture.md. The
# longest matching folder counts; a folder that is not here (src/api) may include everything.
# What tactics of several targets share.
SHARED = "fused_node fused_shapes moves reference_launch resize_plan strided_view strides tactic_support"
TACTICS = tuple(f"targets/{name}.h" for name in SHARED.split())
DEVICE = ("targets/target.h", "targets/fusion_limits.h")  # what the rest knows of a device
MAY_INCLUDE = {
    "base": (),
    "graph": ("base",),
    "frontend": ("base", "graph", "plugin"),
    "optimize": ("base", "graph", *DEVICE),
    "plan": ("base", "graph", "targets/strided_view.h", *DEVICE),
    "plan/format": ("base", "graph", "plan/plan.h", *DEVICE),
    "plan/build": ("base", "graph", "optimize", "plan", *DEVICE),
    "runtime": ("base", "graph", "plan/plan.h", "plan/memory", "plan/format", "targets/reference_launch.h", *DEVICE),
    "precision": ("base", "graph", "optimize", "plan", "runtime", *DEVICE),
    "targets": ("base", "graph", *DEVICE),
    "targets/cpu": ("base", "graph", "targets/plugin/tactic.h", *TACTICS, *DEVICE),
    "targets/plugin": ("base", "graph", "plugin", "api/data_type.h", *TACTICS, *DEVICE),
    "targets/null": ("base", "graph", *DEVICE),
    "targets/cuda": ("base", "graph", "targets/product_epilogue.h", *TACTICS, *DEVICE),
    "plugin": ("base", "graph", "api/data_type.h"),
}
# Libraries that only one part of the tree may see: a pattern of the included name, and the places.
OWNED = (
    (r"(cuda|cudnn|cublas|nvrtc|cufft|curand).*\.h|cub/", ("src/targets/cuda/", "include/")),
    (r"google/protobuf/|onnx\.pb\.h", ("src/frontend/onnx/",)),
    (r"(oneapi/dnnl/|dnnl)", ("src/targets/cpu/",)),
    (r"hwy/", ("src/targets/cpu/",)),
    (r"flatbuffers/|.*_generated\.h", ("src/plan/format/",)),
    (r"CLI/|nlohmann/", ("tools/",)),
)
MOST_LINES = 500
UNFINISHED = r"\b(TODO|FIXME|XXX|HACK)\b|\b[Pp]laceholder\b|[Ff]or now\b|[Nn]ot yet\b"
REGISTRY = r"(pypi|pythonhosted|debian|ubuntu)\.(org|com|net)"
CPP = (".h", ".cpp", ".cuh", ".cu")
TEXT = CPP + (".py", ".md", ".txt", ".cmake", ".sh", ".json", ".def", ".fbs", ".yaml", ".yml", ".map", ".in")


def lines_of(root, file):
    return enumerate((root / file).read_text(errors="replace").splitlines(), 1)


def includes_of(root, file):
    """(line number, included name) of each #include."""
    for number, line in lines_of(root, file):
        found = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if found:
            yield number, found[1]


def innermost(path, folders):
    """The longest of the folders that `path` lies in, or None."""
    inside = [folder for folder in folders if path == folder or path.startswith(folder + "/")]
    return max(inside, key=len, default=None)


def folder_directions(root, files):
    """A folder of src includes only itself and what MAY_INCLUDE lists."""
    folders = {file.removeprefix("src/").rsplit("/", 1)[0] for file in files if file.startswith("src/")}
    for file in files:
        folder = innermost(file.removeprefix("src/"), MAY_INCLUDE) if file.startswith("src/") else None
        if folder is None or not file.endswith(CPP):
            continue
        allowed = (*MAY_INCLUDE[folder], folder)
        for number, name in includes_of(root, file):
            in_src = "/" in name and innermost(name, folders) is not None
            if in_src and innermost(name, allowed) is None:
                yield f"{file}:{number}: src/{folder} may not include {name}"


def library_owners(root, files):
    """A library's headers are included only by the part of the tree that owns it."""
    for file in files:
        if not file.endswith(CPP) or not file.startswith(("src/", "include/", "tools/")):
            continue
        for number, name in includes_of(root, file):
            for pattern, owners in OWNED:
                if re.match(pattern, name) and not file.startswith(owners):
                    yield f"{file}:{number}: {name} belongs to {', '.join(owners)}"


def file_sizes(root, files):
    """No source file has more than MOST_LINES lines."""
    for file in files:
        if file.endswith((*CPP, ".py")):
            count = sum(1 for _ in lines_of(root, file))
            if count > MOST_LINES:
                yield f"{file}:{MOST_LINES}: {count} lines, at most {MOST_LINES}"


def find(root, files, pattern, what):
    for file in files:
        for number, line in lines_of(root, file):
            found = re.search(pattern, line)
            if found:
                yield f"{file}:{number}: {what}: {found[0]}"


def finished_work(root, files):
    """No word of unfinished work in the sources."""
    sources = [file for file in files if file.endswith((*CPP, ".py")) and not file.startswith("scripts/lint")]
    yield from find(root, sources, UNFINISHED, "a word of unfinished work")


def no_addresses(root, files):
    """No file names a package registry's address: the ordinary clients know them."""
    yield from find(root, [file for file in files if file.endswith(TEXT)], REGISTRY, "a registry's address")


RULES = (folder_directions, library_owners, file_sizes, finished_work, no_addresses)
