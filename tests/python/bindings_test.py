"""NVIDIA's own Python bindings on Tenfold's libraries.

The bindings (tests/bindings-requirements.txt, installed with --no-deps) bring no
libraries: they load libnvinfer.so.10, libnvinfer_plugin.so.10 and
libnvonnxparser.so.10 from the library path. Everything here runs on the CPU
target, where device addresses are host addresses.
"""

import ctypes
import json
import tempfile
import unittest
from pathlib import Path

import numpy as np

LIBRARIES = Path(__file__).resolve().parents[2] / "build" / "lib"
trt = None


def setUpModule():
    global trt
    first = LIBRARIES / "libnvinfer.so.10"
    if not first.exists():
        raise unittest.SkipTest(f"{first} is not built")
    # What LD_LIBRARY_PATH does for a program that starts with it: the loader knows a library by its name.
    for name in ("nvinfer", "nvinfer_plugin", "nvonnxparser"):
        ctypes.CDLL(str(LIBRARIES / f"lib{name}.so.10"), mode=ctypes.RTLD_GLOBAL)
    try:
        import tensorrt_bindings
    except ImportError as error:
        raise unittest.SkipTest(f"the bindings are not installed: {error}") from error
    trt = tensorrt_bindings


def make_logger():
    class Collector(trt.ILogger):
        def __init__(self):
            trt.ILogger.__init__(self)
            self.lines = []

        def log(self, severity, text):
            self.lines.append((severity, text))

        def errors(self):
            return [text for severity, text in self.lines if severity <= trt.ILogger.Severity.ERROR]

    return Collector()


def run(context, inputs):
    """Runs on NumPy arrays; the outputs' shapes must follow from the inputs'."""
    engine = context.engine
    names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
    arrays = {}
    for name, array in inputs.items():
        arrays[name] = np.ascontiguousarray(array)
        assert context.set_input_shape(name, arrays[name].shape), name
    for name in names:
        if engine.get_tensor_mode(name) == trt.TensorIOMode.OUTPUT:
            shape = tuple(context.get_tensor_shape(name))
            arrays[name] = np.empty(shape, trt.nptype(engine.get_tensor_dtype(name)))
        assert context.set_tensor_address(name, arrays[name].ctypes.data), name
    assert context.execute_async_v3(0)
    return {name: arrays[name] for name in names if name not in inputs}


class BuiltByLayers(unittest.TestCase):
    """relu(x @ w + b), softmax over the last axis; the batch is dynamic."""

    def setUp(self):
        random = np.random.default_rng(0)
        self.weight = random.standard_normal((8, 5), np.float32)
        self.bias = random.standard_normal((1, 5), np.float32)
        self.logger = make_logger()
        self.builder = trt.Builder(self.logger)
        self.config = self.builder.create_builder_config()

    def network(self):
        network = self.builder.create_network(0)
        network.name = "by layers"
        x = network.add_input("x", trt.float32, (-1, 8))
        weight = network.add_constant((8, 5), self.weight).get_output(0)
        bias = network.add_constant((1, 5), self.bias).get_output(0)
        none = trt.MatrixOperation.NONE
        product = network.add_matrix_multiply(x, none, weight, none).get_output(0)
        total = network.add_elementwise(product, bias, trt.ElementWiseOperation.SUM).get_output(0)
        active = network.add_activation(total, trt.ActivationType.RELU).get_output(0)
        soft = network.add_softmax(active)
        soft.axes = 1 << 1
        soft.get_output(0).name = "y"
        network.mark_output(soft.get_output(0))
        return network

    def plan(self):
        network = self.network()
        profile = self.builder.create_optimization_profile()
        profile.set_shape("x", (1, 8), (4, 8), (16, 8))
        self.assertGreaterEqual(self.config.add_optimization_profile(profile), 0)
        plan = self.builder.build_serialized_network(network, self.config)
        self.assertIsNotNone(plan, self.logger.errors())
        return bytes(plan)

    def engine(self):
        self.runtime = trt.Runtime(self.logger)
        engine = self.runtime.deserialize_cuda_engine(self.plan())
        self.assertIsNotNone(engine, self.logger.errors())
        return engine

    def expected(self, x):
        active = np.maximum(x @ self.weight + self.bias, 0)
        powers = np.exp(active - active.max(1, keepdims=True))
        return powers / powers.sum(1, keepdims=True)

    def test_results_at_every_batch(self):
        engine = self.engine()
        context = engine.create_execution_context()
        for batch in (4, 1, 16, 3):
            x = np.random.default_rng(batch).standard_normal((batch, 8), np.float32)
            np.testing.assert_allclose(run(context, {"x": x})["y"], self.expected(x), rtol=1e-5, atol=1e-6)
        self.assertEqual(self.logger.errors(), [])

    def test_what_an_engine_tells(self):
        engine = self.engine()
        self.assertEqual([engine.get_tensor_name(i) for i in range(engine.num_io_tensors)], ["x", "y"])
        self.assertEqual(tuple(engine.get_tensor_shape("x")), (-1, 8))
        self.assertEqual(engine.get_tensor_dtype("y"), trt.float32)
        shapes = [tuple(s) for s in engine.get_tensor_profile_shape("x", 0)]
        self.assertEqual(shapes, [(1, 8), (4, 8), (16, 8)])
        self.assertEqual(engine.name, "by layers")
        self.assertEqual(engine.num_optimization_profiles, 1)

    def test_plan_saved_and_loaded(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.plan"
            path.write_bytes(self.plan())
            runtime = trt.Runtime(self.logger)
            engine = runtime.deserialize_cuda_engine(path.read_bytes())
            again = bytes(engine.serialize())
            self.assertEqual(again, path.read_bytes())
            self.assertIsNone(runtime.deserialize_cuda_engine(path.read_bytes()[:200]))

    def test_profiler(self):
        class Profiler(trt.IProfiler):
            def __init__(self):
                trt.IProfiler.__init__(self)
                self.times = {}

            def report_layer_time(self, layer_name, ms):
                self.times[layer_name] = ms

        engine = self.engine()
        context = engine.create_execution_context()
        profiler = Profiler()
        context.profiler = profiler
        run(context, {"x": np.ones((4, 8), np.float32)})
        self.assertEqual(len(profiler.times), engine.num_layers)
        self.assertTrue(all(ms >= 0 for ms in profiler.times.values()))

    def test_timing_cache(self):
        cache = self.config.create_timing_cache(b"")
        self.config.set_timing_cache(cache, False)
        first = self.plan()
        saved = bytes(self.config.get_timing_cache().serialize())
        self.assertGreater(len(saved), 0)
        self.config = self.builder.create_builder_config()
        self.assertTrue(self.config.set_timing_cache(self.config.create_timing_cache(saved), False))
        self.assertEqual(self.plan(), first)

    def test_inspector(self):
        self.config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
        engine = self.engine()
        inspector = engine.create_engine_inspector()
        context = engine.create_execution_context()
        context.set_input_shape("x", (3, 8))
        inspector.execution_context = context
        described = json.loads(inspector.get_engine_information(trt.LayerInformationFormat.JSON))
        self.assertEqual(described["Bindings"], ["x", "y"])
        self.assertEqual(len(described["Layers"]), engine.num_layers)
        self.assertEqual(described["Layers"][0]["Inputs"][0]["Dimensions"], [3, 8])
        self.assertIn("x", inspector.get_layer_information(0, trt.LayerInformationFormat.ONELINE))

    def test_error_recorder_and_logger(self):
        class Recorder(trt.IErrorRecorder):
            def __init__(self):
                trt.IErrorRecorder.__init__(self)
                self.errors = []

            def clear(self):
                self.errors = []

            def get_error_code(self, i):
                return self.errors[i][0]

            def get_error_desc(self, i):
                return self.errors[i][1]

            def has_overflowed(self):
                return False

            def num_errors(self):
                return len(self.errors)

            def report_error(self, code, text):
                self.errors.append((code, text))
                return True

        context = self.engine().create_execution_context()
        recorder = Recorder()
        context.error_recorder = recorder
        self.assertFalse(context.set_input_shape("x", (17, 8)))
        self.assertEqual(len(recorder.errors), 1)
        self.assertIn("17", recorder.errors[0][1])
        self.assertEqual(self.logger.errors(), [recorder.errors[0][1]])

    def test_progress_monitor(self):
        class Monitor(trt.IProgressMonitor):
            def __init__(self, steps):
                trt.IProgressMonitor.__init__(self)
                self.phases, self.open, self.steps = [], 0, steps

            def phase_start(self, phase_name, parent_phase, num_steps):
                self.phases.append(phase_name)
                self.open += 1

            def phase_finish(self, phase_name):
                self.open -= 1

            def step_complete(self, phase_name, step):
                self.steps -= 1
                return self.steps > 0

        monitor = Monitor(1000)
        self.config.progress_monitor = monitor
        self.plan()
        self.assertGreater(len(monitor.phases), 0)
        self.assertEqual(monitor.open, 0)
        self.config = self.builder.create_builder_config()
        self.config.progress_monitor = Monitor(1)
        self.assertIsNone(self.builder.build_serialized_network(self.network_with_profile(), self.config))

    def network_with_profile(self):
        profile = self.builder.create_optimization_profile()
        profile.set_shape("x", (1, 8), (4, 8), (16, 8))
        self.config.add_optimization_profile(profile)
        return self.network()


def make_cube():
    """A plugin of version 3, y = x ** 3, and its creator."""

    class Cube(trt.IPluginV3, trt.IPluginV3OneCore, trt.IPluginV3OneBuild, trt.IPluginV3OneRuntime):
        def __init__(self):
            for base in Cube.__bases__:
                base.__init__(self)
            self.plugin_name, self.plugin_version, self.plugin_namespace = "PythonCube", "1", ""
            self.num_outputs = 1

        def get_capability_interface(self, kind):
            return self

        def get_output_data_types(self, inputs):
            return [inputs[0]]

        def get_output_shapes(self, inputs, shape_inputs, builder):
            return [trt.DimsExprs(inputs[0])]

        def get_fields_to_serialize(self):
            return trt.PluginFieldCollection([])

        def configure_plugin(self, inputs, outputs):
            pass

        def on_shape_change(self, inputs, outputs):
            pass

        def supports_format_combination(self, position, tensors, inputs):
            desc = tensors[position].desc
            return desc.format == trt.TensorFormat.LINEAR and desc.type == trt.float32

        def attach_to_context(self, context):
            return self.clone()

        def enqueue(self, input_desc, output_desc, inputs, outputs, workspace, stream):
            kind = ctypes.c_float * int(np.prod(list(input_desc[0].dims)))
            x, y = (np.ctypeslib.as_array(kind.from_address(address)) for address in (inputs[0], outputs[0]))
            y[:] = x**3

        def clone(self):
            return Cube()

    class Creator(trt.IPluginCreatorV3One):
        def __init__(self):
            trt.IPluginCreatorV3One.__init__(self)
            self.name, self.plugin_version, self.plugin_namespace = "PythonCube", "1", ""
            self.field_names = trt.PluginFieldCollection([])

        def create_plugin(self, name, fields, phase):
            return Cube()

    return Cube(), Creator()


class Plugins(unittest.TestCase):
    def test_written_in_python(self):
        plugin, creator = make_cube()
        registry = trt.get_plugin_registry()
        self.assertTrue(registry.register_creator(creator, ""))
        self.addCleanup(registry.deregister_creator, creator)
        logger = make_logger()
        builder = trt.Builder(logger)
        network = builder.create_network(0)
        layer = network.add_plugin_v3([network.add_input("x", trt.float32, (2, 3))], [], plugin)
        self.assertEqual(tuple(layer.get_output(0).shape), (2, 3))
        layer.get_output(0).name = "y"
        network.mark_output(layer.get_output(0))
        plan = builder.build_serialized_network(network, builder.create_builder_config())
        self.assertIsNotNone(plan, logger.errors())
        runtime = trt.Runtime(logger)
        context = runtime.deserialize_cuda_engine(plan).create_execution_context()
        x = np.arange(6, dtype=np.float32).reshape(2, 3)
        np.testing.assert_array_equal(run(context, {"x": x})["y"], x**3)


class BuiltFromOnnx(unittest.TestCase):
    def test_results_against_onnx_runtime(self):
        import onnx
        import onnxruntime
        from onnx import TensorProto, helper, numpy_helper

        random = np.random.default_rng(1)
        weight = random.standard_normal((6, 3, 3, 3)).astype(np.float32)
        graph = helper.make_graph(
            [
                helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
                helper.make_node("Relu", ["c"], ["r"]),
                helper.make_node("GlobalAveragePool", ["r"], ["p"]),
                helper.make_node("Flatten", ["p"], ["y"]),
            ],
            "small",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 12, 12])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 6])],
            [numpy_helper.from_array(weight, "w")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        data = model.SerializeToString()

        logger = make_logger()
        builder = trt.Builder(logger)
        network = builder.create_network(0)
        parser = trt.OnnxParser(network, logger)
        self.assertTrue(parser.parse(data), logger.errors())
        config = builder.create_builder_config()
        profile = builder.create_optimization_profile()
        profile.set_shape("x", (1, 3, 12, 12), (4, 3, 12, 12), (8, 3, 12, 12))
        config.add_optimization_profile(profile)
        plan = builder.build_serialized_network(network, config)
        self.assertIsNotNone(plan, logger.errors())
        runtime = trt.Runtime(logger)
        context = runtime.deserialize_cuda_engine(plan).create_execution_context()
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        for batch in (1, 4, 8):
            x = random.standard_normal((batch, 3, 12, 12)).astype(np.float32)
            expected = session.run(None, {"x": x})[0]
            np.testing.assert_allclose(run(context, {"x": x})["y"], expected, rtol=1e-4, atol=1e-5)

    def test_refitted_from_another_model(self):
        from onnx import TensorProto, helper, numpy_helper

        def model(weight):
            graph = helper.make_graph(
                [helper.make_node("MatMul", ["x", "w"], ["y"])],
                "product",
                [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])],
                [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 4])],
                [numpy_helper.from_array(weight, "w")],
            )
            opsets = [helper.make_opsetid("", 17)]
            return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()

        random = np.random.default_rng(2)
        first, second = random.standard_normal((2, 3, 4)).astype(np.float32)
        x = random.standard_normal((2, 3)).astype(np.float32)
        logger = make_logger()
        builder = trt.Builder(logger)
        network = builder.create_network(0)
        self.assertTrue(trt.OnnxParser(network, logger).parse(model(first)))
        config = builder.create_builder_config()
        config.set_flag(trt.BuilderFlag.REFIT)
        runtime = trt.Runtime(logger)
        engine = runtime.deserialize_cuda_engine(builder.build_serialized_network(network, config))
        context = engine.create_execution_context()
        np.testing.assert_allclose(run(context, {"x": x})["y"], x @ first, rtol=1e-5, atol=1e-6)
        refitter = trt.Refitter(engine, logger)
        self.assertEqual(refitter.get_all_weights(), ["w"])
        self.assertTrue(trt.OnnxParserRefitter(refitter, logger).refit_from_bytes(model(second)), logger.errors())
        self.assertTrue(refitter.refit_cuda_engine(), logger.errors())
        np.testing.assert_allclose(run(context, {"x": x})["y"], x @ second, rtol=1e-5, atol=1e-6)

    def test_broken_model_is_refused(self):
        logger = make_logger()
        network = trt.Builder(logger).create_network(0)
        parser = trt.OnnxParser(network, logger)
        self.assertFalse(parser.parse(b"no model"))
        self.assertGreater(parser.num_errors, 0)


if __name__ == "__main__":
    unittest.main()
