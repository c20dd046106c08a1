// If, Loop and Scan through the executor of a target, against the reference evaluation.
#pragma once

#include "graph/ir/text.h"
#include "plan/build/build.h"
#include "runtime/executor.h"
#include "targets/tactic_harness.h"

namespace tenfold::testing_util {

inline const char* const kControlFlowCases[] = {
    // A body that exchanges what it carries.
    "a:f32[3], b:f32[3] -> x, y = Loop(i64[]{5}, _, a, b) graph body(i:i64[], c:bool[], a:f32[3], b:f32[3]) "
    "{ d = Add(a, b); return c, b, d }",
    // Ended by its condition, with more rows than were expected at first.
    "a:f32[2], n:i64[] {37} -> x, y = Loop(_, bool[]{1}, a, n) {captures=1} "
    "graph body(i:i64[], c:bool[], a:f32[2], n:i64[]) { b = Mul(a, f32[]{1.01}); g = Less(i, n); "
    "return g, b, b }",
    "a:f32[2] -> x, y = Loop(i64[]{100000}, _, a) graph body(i:i64[], c:bool[], a:f32[2]) "
    "{ b = Neg(a); g = Less(i, i64[]{3}); f = Cast(i) {to=f32}; return g, b, f }",
    // Never run.
    "a:f32[2] -> x, y = Loop(i64[]{0}, _, a) graph body(i:i64[], c:bool[], a:f32[2]) "
    "{ b = Neg(a); return c, b, b }",
    "s:f32[2], x:f32[7,2] -> y, z = Scan(s, x) {num_scan_inputs=1, scan_input_directions=[1]} "
    "graph body(s:f32[2], x:f32[2]) { a = Add(s, x); b = Mul(a, x); return a, b }",
    "s:f32[2], x:f32[4,2], w:f32[4,3] -> y, z, v = Scan(s, x, w) {num_scan_inputs=2, "
    "scan_output_directions=[1,0]} graph body(s:f32[2], x:f32[2], w:f32[3]) { a = Add(s, x); b = Neg(w); "
    "return a, a, b }",
    "s:f32[2], x:f32[2,5] -> y, z = Scan(s, x) {num_scan_inputs=1, scan_input_axes=[1], "
    "scan_output_axes=[1]} graph body(s:f32[2], x:f32[2]) { a = Add(s, x); return a, a }",
    "s:f32[2], x:f32[0,2] -> y, z = Scan(s, x) {num_scan_inputs=1} graph body(s:f32[2], x:f32[2]) "
    "{ a = Add(s, x); return a, a }",
    "c:bool[] {1}, x:f32[2,3] -> y = If(c, x) graph then(x:f32[2,3]) { a = Relu(x); return a } "
    "graph else(x:f32[2,3]) { a = Neg(x); return a }",
    "c:bool[] {0}, x:f32[2,3] -> z = Relu(x); y = If(c, z) graph then(x:f32[2,3]) { a = Abs(x); return a } "
    "graph else(x:f32[2,3]) { a = Sub(x, f32[]{1}); return a }",
};

// What a run writes, in the target's memory.
class TargetOutputs final : public OutputMemory {
 public:
  TargetOutputs(Target& t, const Graph& graph) : target_(t), graph_(graph), results_(graph.outputs.size()) {}
  void* provide(size_t index, const Shape& shape) override {
    results_[index] = {shape, std::make_unique<AlignedBuffer>(
                                  target_, typeBytes(graph_.outputs[index]->dtype, shape.numel()) + 16)};
    return results_[index].second->data;
  }
  Tensor read(size_t index) const {
    return results_[index].second->read(graph_.outputs[index]->dtype, results_[index].first);
  }

 private:
  Target& target_;
  const Graph& graph_;
  std::vector<std::pair<Shape, std::unique_ptr<AlignedBuffer>>> results_;
};

// Twice, so that what is kept between runs is used.
inline void checkControlFlow(const std::string& text, Target& target) {
  SCOPED_TRACE(text);
  TextCase c = parseCase(text);
  std::vector<Tensor> expected = evalGraph(*c.graph, c.inputs);
  BuildOptions options;
  auto plan = buildPlan(std::move(c.graph), target, options);
  LoadedPlan loaded(*plan, target);
  Executor executor(loaded, Executor::Role::kNetwork);
  std::vector<Shape> shapes;
  std::vector<void*> addresses;
  std::vector<std::vector<int64_t>> elements(c.inputs.size());
  std::vector<const int64_t*> values(c.inputs.size());
  std::vector<std::unique_ptr<AlignedBuffer>> held;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    shapes.push_back(c.inputs[i].shape());
    addresses.push_back(held.emplace_back(std::make_unique<AlignedBuffer>(target, c.inputs[i]))->data);
    if (!isInteger(c.inputs[i].dtype())) continue;
    elements[i] = c.inputs[i].ints();
    values[i] = elements[i].data();
  }
  executor.setInputs(shapes, values);
  for (int repeat = 0; repeat < 2; ++repeat) {
    TargetOutputs outputs(target, *plan->graph);
    executor.run({addresses, &outputs, nullptr, nullptr});
    target.synchronize(nullptr);
    for (size_t o = 0; o < expected.size(); ++o)
      expectClose(outputs.read(o), expected[o], 1e-5, "output " + std::to_string(o));
  }
}

}  // namespace tenfold::testing_util
