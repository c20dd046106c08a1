"""Measures one row of the GPU benchmark, in the process it is called in."""

import importlib
import statistics
import time
import warnings

import gpu_engine
import gpu_models

# With torch.compile's options, but for the first.
PEERS = {
    "eager": None,
    "compile": {},
    "max-autotune": {"mode": "max-autotune-no-cudagraphs"},
}
SCRIPT_OPSET = 17
PROFILED_MS = 100  # of runs with a profiler, at least two
FEWEST_ROUNDS = 3
# What a part reaches: operations per second in products by precision, bytes per second of device memory.
CEILINGS = {"H200": {"fp16": 752e12, "tf32": 395e12, "bytes": 4306e9}}
# The largest root mean square of the difference from float32, relative to that of the output.
TOLERANCE = {"fp16": 4e-2, "tf32": 4e-2}  # both keep ten bits behind the point


def import_modules(rows):
    """Imports once, for the processes to come; nothing of it may touch the GPU."""
    names = ["torch", "torch.onnx", "torch.utils.flop_counter", "onnx"]
    names += ["transformers"] if any(gpu_models.is_text(row) for row in rows) else []
    names += ["torchvision"] if not all(gpu_models.is_text(row) for row in rows) else []
    warnings.filterwarnings("ignore")
    for name in names:
        importlib.import_module(name)


def export(model, data, path, exporter):
    import torch

    common = {"input_names": ["input"], "output_names": ["output"], "dynamo": exporter == "dynamo"}
    common |= {"opset_version": SCRIPT_OPSET} if exporter == "script" else {"external_data": False, "verbose": False}
    torch.onnx.export(model, (data,), str(path), **common)


def error_of(found, wanted):
    """The root mean square of the difference, relative to that of what is wanted; NaN counts as no answer."""
    found, wanted = found.double(), wanted.double()
    return float((found - wanted).square().mean().sqrt() / wanted.square().mean().sqrt())


def captured(run):
    """A function that replays `run` from a CUDA graph."""
    import torch

    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        run()
    return graph.replay


def burst(run, count):
    """Milliseconds of one call, the mean of so many one after the other."""
    import torch

    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    for _ in range(count):
        run()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / count


def in_turns(contenders, seconds, burst_ms=4):
    """{name: median and spread} of functions that enqueue one run each; they take turns.

    The spread is from the tenth to the ninetieth percentile, relative to the median.
    """
    counts = {}
    for name, run in contenders.items():
        burst(run, 1)
        counts[name] = max(1, round(burst_ms / burst(run, 1)))
    times = {name: [] for name in contenders}
    end = time.monotonic() + seconds * len(contenders)
    while time.monotonic() < end or len(times[name]) < FEWEST_ROUNDS:
        for name, run in contenders.items():
            times[name].append(burst(run, counts[name]))
    tenths = {name: statistics.quantiles(values, n=10) for name, values in times.items()}
    return {
        name: {"median_ms": statistics.median(values), "spread": (tenths[name][-1] - tenths[name][0]) / tenths[name][4]}
        for name, values in times.items()
    }


def floor_ms(row, model, data, output, device):
    """The least time that arithmetic, or reading the weights and moving input and output, takes on this part."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    ceilings = next((numbers for part, numbers in CEILINGS.items() if part in device), None)
    if not ceilings:
        return None
    with FlopCounterMode(display=False) as counter:
        model(data)
    width = 2 if row.precision == "fp16" else 4
    looked_up = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.Embedding)}
    weights = sum(p.numel() for p in model.parameters() if id(p) not in looked_up)
    moved = width * (weights + output.numel() + (data.numel() if data.is_floating_point() else 0))
    return 1e3 * max(counter.get_total_flops() / ceilings[row.precision], moved / ceilings["bytes"])


def measure_tenfold(row, path, data, wanted, args):
    """(result, function that runs it in a CUDA graph or None, engine)."""
    plan, cache = path.with_suffix(".plan"), path.with_suffix(".timing")
    flags = args.build_flags.split()
    if row.precision == "fp16":
        flags += ["--fp16", "--outputIOFormats=fp16:chw"]
        flags += [] if gpu_models.is_text(row) else ["--inputIOFormats=fp16:chw"]
    result = {"build_s": gpu_engine.build(args.programs, path, plan, flags, cache)}
    result["plan_mb"] = plan.stat().st_size / 2**20
    if args.rebuild:
        again = path.with_suffix(".again.plan")
        result["rebuild_s"] = gpu_engine.build(args.programs, path, again, flags, cache)
        result["same_bytes"] = again.read_bytes() == plan.read_bytes()
    engine = gpu_engine.Engine(args.programs, plan, data)
    engine.run()
    result["error"] = error_of(engine.outputs[0], wanted)
    names = gpu_engine.layers(args.programs, plan)
    runs = min(max(2, round(PROFILED_MS / burst(engine.run, 1))), 20)
    steps = [[ms, *names.get(name, ("", "")), name] for ms, name in engine.profile(runs)]
    result |= {"steps": len(steps), "steps_ms": sum(step[0] for step in steps)}
    result["slowest"] = sorted(steps, reverse=True)[: args.steps]
    try:
        replay = captured(engine.run)
    except Exception as error:  # noqa: BLE001 then it is timed in a stream alone
        result["no_graph"] = str(error)[:200]
        replay = None
    return result, replay, engine


def make_peers(row, model, data, wanted, args):
    """({name: result}, {name: function that replays it})."""
    import torch

    torch.backends.mha.set_fastpath_enabled(True)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    model, data = gpu_models.in_precision(row, model, data)
    results, replays = {}, {}
    for peer in args.peers:
        started = time.monotonic()
        try:
            torch.compiler.reset()  # each peer compiles anew
            run = model if PEERS[peer] is None else torch.compile(model, **PEERS[peer])
            error = error_of(run(data), wanted)
            replays[peer] = captured(lambda run=run: run(data))
            results[peer] = {"error": error, "build_s": time.monotonic() - started}
        except Exception as problem:  # noqa: BLE001 a peer that fails leaves the row to the others
            results[peer] = {"failed": str(problem)[:200]}
    return results, replays


def measure(row, args, folder):
    """The row's result; raises what Tenfold or PyTorch raise."""
    import torch

    begun = time.monotonic()
    warnings.filterwarnings("ignore")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    # Attention layers' one fused operation has no ONNX form and is not counted.
    torch.backends.mha.set_fastpath_enabled(False)
    device = torch.cuda.get_device_name()
    with torch.no_grad():
        model, data = gpu_models.make_model(row), gpu_models.make_input(row)
        wanted = model(data)
        result = {"row": row.name, "device": device, "floor_ms": floor_ms(row, model, data, wanted, device)}
        path = folder / f"{row.name}.onnx"
        started = time.monotonic()
        export(model, data, path, args.exporter)
        result["export_s"] = time.monotonic() - started
        try:
            tenfold, replay, engine = measure_tenfold(row, path, data, wanted, args)
        except gpu_engine.EngineError as error:
            result["error"], tenfold, replay, engine = str(error), {}, None, None
        peers, contenders = make_peers(row, model, data, wanted, args)
        if replay:
            contenders["tenfold"] = replay
        if engine:
            contenders["stream"] = engine.run
        times = in_turns(contenders, args.seconds)
    if engine:
        tenfold["stream_ms"] = times["stream"]["median_ms"]
        tenfold |= times.get("tenfold", times["stream"])
        if not tenfold["error"] <= TOLERANCE[row.precision]:
            result["error"] = f"differs from float32 by {tenfold['error']:.2g} (allowed {TOLERANCE[row.precision]:g})"
    result |= {peer: {**results, **times.get(peer, {})} for peer, results in peers.items()}
    return {**result, "tenfold": tenfold, "took_s": time.monotonic() - begun}
