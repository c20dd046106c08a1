// Runs the nodes of a graph by every tactic of a target that accepts them and compares with the reference
// evaluation.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <unordered_map>

#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"
#include "targets/target.h"

namespace tenfold::testing_util {

// How often each tactic ran a node, so that a test can insist that its tactic was there.
using TacticCounts = std::map<std::string, int>;

inline bool channelsLastRank(const Shape& s) { return s.rank() >= 3 && s.rank() <= 5; }

inline std::vector<int64_t> strides(const Shape& shape, Layout layout) {
  std::vector<int64_t> s(static_cast<size_t>(shape.rank()));
  std::vector<int> order;
  for (int i = 0; i < shape.rank(); ++i)
    if (layout == Layout::kPlain || i != 1) order.push_back(i);
  if (layout == Layout::kChannelsLast) order.push_back(1);
  int64_t stride = 1;
  for (size_t i = order.size(); i-- > 0; stride *= shape[order[i]]) s[static_cast<size_t>(order[i])] = stride;
  return s;
}

// A copy with the elements in another layout's order (the Tensor's own shape stays logical).
inline Tensor relayout(const Tensor& t, Layout from, Layout to) {
  if (from == to) return t;
  Tensor out(t.dtype(), t.shape());
  auto a = strides(t.shape(), from), b = strides(t.shape(), to), plain = strides(t.shape(), Layout::kPlain);
  size_t bytes = static_cast<size_t>(typeBits(t.dtype()) / 8);
  for (int64_t i = 0; i < t.numel(); ++i) {
    int64_t x = 0, y = 0;
    for (int d = 0; d < t.rank(); ++d) {
      int64_t index = i / plain[static_cast<size_t>(d)] % t.shape()[d];
      x += index * a[static_cast<size_t>(d)];
      y += index * b[static_cast<size_t>(d)];
    }
    std::memcpy(out.as<char>() + static_cast<size_t>(y) * bytes,
                t.as<char>() + static_cast<size_t>(x) * bytes, bytes);
  }
  return out;
}

inline void expectClose(const Tensor& got, const Tensor& want, double tolerance, const std::string& what) {
  ASSERT_EQ(got.dtype(), want.dtype()) << what;
  ASSERT_EQ(got.shape().str(), want.shape().str()) << what;
  if (!isFloat(want.dtype())) {
    for (int64_t i = 0; i < want.numel(); ++i)
      ASSERT_EQ(got.getInt(i), want.getInt(i)) << what << ", element " << i;
    return;
  }
  double largest = 1e-30;
  for (int64_t i = 0; i < want.numel(); ++i)
    if (std::isfinite(want.getDouble(i))) largest = std::max(largest, std::fabs(want.getDouble(i)));
  if (typeBits(want.dtype()) == 16)
    tolerance = std::max(tolerance, want.dtype() == DataType::kFloat16 ? 2e-3 : 1.6e-2);
  for (int64_t i = 0; i < want.numel(); ++i) {
    double g = got.getDouble(i), w = want.getDouble(i);
    if (std::isnan(w)) {
      ASSERT_TRUE(std::isnan(g)) << what << ", element " << i << ": " << g << ", expected NaN";
    } else if (std::isinf(w)) {
      ASSERT_EQ(g, w) << what << ", element " << i;
    } else {
      ASSERT_LE(std::fabs(g - w), tolerance * largest)
          << what << ", element " << i << ": " << g << ", expected " << w;
    }
  }
}

// Memory of the target, filled with a pattern so that unwritten outputs show.
struct AlignedBuffer {
  AlignedBuffer(Target& t, size_t bytes) : target(t), data(t.allocate(bytes)), size(bytes) {
    std::vector<char> pattern(bytes, static_cast<char>(0xA5));
    target.copy(data, pattern.data(), bytes, nullptr);
  }
  AlignedBuffer(Target& t, const Tensor& contents) : AlignedBuffer(t, contents.bytes()) {
    target.copy(data, contents.data(), size, nullptr);
  }
  ~AlignedBuffer() { target.release(data); }
  AlignedBuffer(const AlignedBuffer&) = delete;
  Tensor read(DataType type, const Shape& shape) const {
    Tensor copy(type, shape);
    target.copy(copy.data(), data, copy.bytes(), nullptr);
    return copy;
  }
  Target& target;
  void* data;
  size_t size;
};

class MapMemory final : public OutputMemory {
 public:
  explicit MapMemory(Target& t) : target(t) {}
  void* provide(size_t index, const Shape& shape) override {
    shapes[index] = shape;
    memory[index] = std::make_unique<AlignedBuffer>(target, static_cast<size_t>(shape.numel() + 1) * 16);
    return memory[index]->data;
  }
  Target& target;
  std::map<size_t, Shape> shapes;
  std::map<size_t, std::unique_ptr<AlignedBuffer>> memory;
};

inline TensorDesc descOf(const Tensor& t, Layout layout) { return {t.dtype(), t.shape(), layout, nullptr}; }

// The node by one tactic; `layout` is that of all inputs and outputs with 3 to 5 dimensions. False: refused.
inline bool runTactic(Target& target, const Tactic& tactic, const Node& node,
                      const std::vector<Tensor>& inputs, const std::vector<Tensor>& want, double tolerance,
                      Layout layout, bool staticShapes) {
  auto layoutOf = [&](const Tensor& t) {
    return t.defined() && channelsLastRank(t.shape()) ? layout : Layout::kPlain;
  };
  TuningHint hint;
  hint.staticShapes = staticShapes;
  hint.allowTf32 = false;
  bool changed = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    // Constants are weights: they stay plain.
    bool constant = node.inputs[i] && node.inputs[i]->isConstant();
    hint.inputs.push_back(descOf(inputs[i], constant ? Layout::kPlain : layoutOf(inputs[i])));
    if (constant || (inputs[i].defined() && isInteger(inputs[i].dtype())))
      hint.inputs.back().known = inputs[i].data();
    changed = changed || hint.inputs.back().layout == Layout::kChannelsLast;
  }
  for (const Tensor& t : want) {
    hint.outputs.push_back(descOf(t, layoutOf(t)));
    changed = changed || hint.outputs.back().layout == Layout::kChannelsLast;
  }
  if (layout == Layout::kChannelsLast && !changed) return false;
  std::string refusal = tactic.refuses(node, hint);
  if (std::getenv("TENFOLD_TEST_REFUSALS") && !refusal.empty())
    std::fprintf(stderr, "%s refuses %s: %s\n", std::string(tactic.name()).c_str(), node.op->name,
                 refusal.c_str());
  if (!refusal.empty()) return false;
  bool dynamic = node.op->dataDependentShape;
  for (const Candidate& candidate : tactic.candidates(node, hint)) {
    std::string what = std::string(tactic.name()) + " " + candidate.config +
                       (layout == Layout::kPlain ? "" : " channels-last");
    CompiledKernel compiled = tactic.compile(node, candidate.config, hint);
    std::unique_ptr<Kernel> kernel = tactic.load(node, compiled);
    std::unique_ptr<Launch> launch = kernel->prepare(hint.inputs, hint.outputs);
    for (int repeat = 0; repeat < 2; ++repeat) {
      AlignedBuffer workspace(target, launch->workspaceBytes());
      std::vector<std::unique_ptr<AlignedBuffer>> held;
      std::vector<void*> in, out;
      for (size_t i = 0; i < inputs.size(); ++i) {
        bool packed = i < compiled.packedInputs.size() && compiled.packedInputs[i];
        in.push_back(nullptr);
        if (!inputs[i].defined() || packed) continue;
        held.push_back(std::make_unique<AlignedBuffer>(
            target, relayout(inputs[i], Layout::kPlain, hint.inputs[i].layout)));
        in.back() = held.back()->data;
      }
      std::vector<std::unique_ptr<AlignedBuffer>> results;
      for (size_t o = 0; o < want.size(); ++o) {
        results.push_back(std::make_unique<AlignedBuffer>(target, want[o].bytes()));
        out.push_back(node.outputs[o] && !dynamic ? results.back()->data : nullptr);
      }
      MapMemory memory(target);
      launch->run({in.data(), out.data(), workspace.data, nullptr, dynamic ? &memory : nullptr});
      target.synchronize(nullptr);
      for (size_t o = 0; o < want.size(); ++o) {
        if (!node.outputs[o]) continue;
        Shape shape = dynamic ? memory.shapes.at(o) : want[o].shape();
        Tensor got = (dynamic ? *memory.memory.at(o) : *results[o]).read(want[o].dtype(), shape);
        expectClose(relayout(got, hint.outputs[o].layout, Layout::kPlain), want[o], tolerance,
                    what + ", output " + std::to_string(o));
      }
    }
  }
  return true;
}

// Every node of the case by every tactic, both layouts. Returns how often each tactic ran.
inline TacticCounts checkCase(const TextCase& c, double tolerance, Target& target) {
  TacticCounts counts;
  std::unordered_map<const Value*, Tensor> known;
  for (size_t i = 0; i < c.inputs.size(); ++i) known[c.graph->inputs[i]] = c.inputs[i];
  for (const Node* node : c.graph->nodes()) {
    std::vector<Tensor> inputs;
    for (const Value* v : node->inputs)
      inputs.push_back(!v ? Tensor() : v->isConstant() ? v->constant : known.at(v));
    std::vector<Tensor> want = evalNode(*node, inputs);
    for (const Tactic* tactic : target.tactics())
      for (Layout layout : {Layout::kPlain, Layout::kChannelsLast})
        for (bool staticShapes : {true, false}) {
          if (testing::Test::HasFatalFailure()) return counts;
          counts[std::string(tactic->name()) + (layout == Layout::kPlain ? "" : "@last")] +=
              runTactic(target, *tactic, *node, inputs, want, tolerance, layout, staticShapes);
        }
    for (size_t o = 0; o < want.size(); ++o)
      if (node->outputs[o]) known[node->outputs[o]] = want[o];
  }
  return counts;
}

inline TacticCounts checkText(const std::string& text, double tolerance = 1e-5,
                              std::string_view device = "cpu") {
  SCOPED_TRACE(text);
  try {
    return checkCase(parseCase(text), tolerance, target(device));
  } catch (const std::exception& e) {
    ADD_FAILURE() << text << ": " << e.what();
    return {};
  }
}

}  // namespace tenfold::testing_util
