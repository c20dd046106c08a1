// Speed of single kernels of the CPU target: what real networks spend their time in. Each row is a case in
// the graph's text form, run by the first tactic that accepts it; the counters are GFLOP/s, or GB/s read and
// written where a kernel is bound by memory.
//
//   build/bin/cpu_kernels --benchmark_filter=resnet50
#include <benchmark/benchmark.h>

#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "targets/target.h"

namespace tenfold {
namespace {

struct KernelCase {
  const char* name;
  const char* text;
  double gflop;  // of one run; 0: bound by memory
  bool channelsLast = false;
};

constexpr KernelCase kCases[] = {
    {"resnet50/stem",
     "x:f32[1,3,224,224] -> w = const f32[64,3,7,7] random(1); y = Conv(x, w) {strides=[2,2], "
     "pads=[3,3,3,3]}",
     0.236, true},
    {"resnet50/3x3_56",
     "x:f32[1,64,56,56] -> w = const f32[64,64,3,3] random(1); y = Conv(x, w) {pads=[1,1,1,1]}", 0.231, true},
    {"resnet50/1x1_56", "x:f32[1,64,56,56] -> w = const f32[256,64,1,1] random(1); y = Conv(x, w)", 0.103,
     true},
    {"resnet50/3x3_14",
     "x:f32[1,256,14,14] -> w = const f32[256,256,3,3] random(1); y = Conv(x, w) {pads=[1,1,1,1]}", 0.231,
     true},
    {"resnet50/1x1_7", "x:f32[1,512,7,7] -> w = const f32[2048,512,1,1] random(1); y = Conv(x, w)", 0.103,
     true},
    {"mobilenet/depthwise_56",
     "x:f32[1,144,56,56] -> w = const f32[144,1,3,3] random(1); y = Conv(x, w) {group=144, pads=[1,1,1,1]}",
     0.0081, true},
    {"bert/projection", "x:f32[1,128,768] -> w = const f32[768,768] random(1); y = MatMul(x, w)", 0.151},
    {"bert/feed_forward", "x:f32[1,128,768] -> w = const f32[768,3072] random(1); y = MatMul(x, w)", 0.604},
    {"gpt2/row", "x:f32[1,1,768] -> w = const f32[768,3072] random(1); y = MatMul(x, w)", 0},
    {"bert/attention", "q:f32[1,12,128,64], k:f32[1,12,128,64], v:f32[1,12,128,64] -> y = Attention(q, k, v)",
     0.0503},
    {"whisper/attention",
     "q:f32[1,6,1500,64], k:f32[1,6,1500,64], v:f32[1,6,1500,64] -> y = Attention(q, k, v)", 3.456},
    {"bert/layer_norm", "x:f32[1,128,768], s:f32[768], b:f32[768] -> y = LayerNormalization(x, s, b)", 0},
    {"bert/softmax", "x:f32[1,12,128,128] -> y = Softmax(x)", 0},
    {"pointwise/gelu", "x:f32[128,3072] -> y = Gelu(x)", 0},
    {"pointwise/add_relu",
     "a:f32[1,256,56,56], b:f32[1,256,56,56] -> y = Region(a, b) {kind=\"pointwise\"} graph "
     "body(a:f32[1,256,56,56], b:f32[1,256,56,56]) { p = Add(a, b) q = Relu(p) return q }",
     0},
    {"reduce/rows", "x:f32[1024,1024] -> y = ReduceMean(x, i64[1]{1})", 0},
    {"reduce/columns", "x:f32[1024,1024] -> y = ReduceMean(x, i64[1]{0})", 0},
    {"reduce/average_pool", "x:f32[1,1280,7,7] -> y = GlobalAveragePool(x)", 0, true},
    {"move/heads", "x:f32[1,128,12,64] -> y = Transpose(x) {perm=[0,2,1,3]}", 0},
    {"move/to_channels_last", "x:f32[1,256,56,56] -> y = Transpose(x) {perm=[0,2,3,1]}", 0},
    {"recurrent/lstm",
     "x:f32[50,1,256] -> w = const f32[1,1024,256] random(1); r = const f32[1,1024,256] random(2); "
     "y = LSTM(x, w, r) {hidden_size=256}",
     0.0524},
};

TensorDesc describe(const Value& v, const Tensor& t, bool channelsLast) {
  bool last = channelsLast && t.rank() == 4 && !v.isConstant();
  return {t.dtype(), t.shape(), last ? Layout::kChannelsLast : Layout::kPlain,
          v.isConstant() ? t.data() : nullptr};
}

void runCase(benchmark::State& state, const KernelCase& c) {
  Target& cpu = target("cpu");
  TextCase parsed = parseCase(c.text);
  const Node& node = *parsed.graph->nodes().back();
  TuningHint hint;
  std::vector<Tensor> tensors;
  for (const Value* v : node.inputs) {
    size_t i = 0;
    while (!v->isConstant() && parsed.graph->inputs[i] != v) ++i;
    tensors.push_back(v->isConstant() ? v->constant : parsed.inputs[i]);
    hint.inputs.push_back(describe(*v, tensors.back(), c.channelsLast));
  }
  for (const Value* v : node.outputs) {
    tensors.emplace_back(v->dtype, *constantShape(*v->shape));
    hint.outputs.push_back(describe(*v, tensors.back(), c.channelsLast));
  }
  const Tactic* chosen = nullptr;
  for (const Tactic* t : cpu.tactics())
    if (!chosen && t->refuses(node, hint).empty()) chosen = t;
  CompiledKernel compiled = chosen->compile(node, chosen->candidates(node, hint)[0].config, hint);
  auto kernel = chosen->load(node, compiled);
  auto launch = kernel->prepare(hint.inputs, hint.outputs);
  Tensor workspace(DataType::kUInt8, Shape{static_cast<int64_t>(launch->workspaceBytes())});
  std::vector<void*> addresses;
  double bytes = 0;
  for (Tensor& t : tensors) {
    addresses.push_back(t.data());
    bytes += static_cast<double>(t.bytes());
  }
  LaunchArgs args{addresses.data(), addresses.data() + node.inputs.size(), workspace.data(), nullptr,
                  nullptr};
  for (auto _ : state) launch->run(args);
  state.SetLabel(std::string(chosen->name()) + " " + compiled.config);
  auto rate = benchmark::Counter::kIsIterationInvariantRate;
  if (c.gflop > 0)
    state.counters["GFLOP/s"] = benchmark::Counter(c.gflop, rate);
  else
    state.counters["GB/s"] = benchmark::Counter(bytes * 1e-9, rate);
}

}  // namespace
}  // namespace tenfold

int main(int argc, char** argv) {
  for (const auto& c : tenfold::kCases)
    benchmark::RegisterBenchmark(c.name, [&c](benchmark::State& s) {
      tenfold::runCase(s, c);
    })->UseRealTime();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
