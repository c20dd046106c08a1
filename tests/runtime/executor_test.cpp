#include "runtime/executor.h"

#include <gtest/gtest.h>

#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "plan/build/build.h"

namespace tenfold {
namespace {

// Keeps what a run writes.
struct Outputs : OutputMemory {
  explicit Outputs(const Graph& graph) : tensors(graph.outputs.size()) {
    for (const Value* v : graph.outputs) types.push_back(v->dtype);
  }
  void* provide(size_t index, const Shape& shape) override {
    tensors[index] = Tensor(types[index], shape);
    return tensors[index].data();
  }
  std::vector<DataType> types;
  std::vector<Tensor> tensors;
};

Profile profileFor(const Graph& graph, int64_t min, int64_t opt, int64_t max) {
  Profile profile;
  for (const Value* v : graph.inputs) {
    ProfileInput p;
    for (const Dim& d : *v->shape) {
      p.min.push_back(d.tryConstant().value_or(min));
      p.opt.push_back(d.tryConstant().value_or(opt));
      p.max.push_back(d.tryConstant().value_or(max));
    }
    profile.inputs.push_back(p);
  }
  return profile;
}

// Builds `text` for symbols in [1, 8] and compares runs at several extents with the reference evaluation.
void checkRuns(const std::string& text, const std::vector<std::vector<Tensor>>& runs) {
  auto reference = parseGraph(text);
  BuildOptions options;
  options.profiles.push_back(profileFor(*reference, 1, 4, 8));
  auto plan = buildPlan(parseGraph(text), target("cpu"), options);
  LoadedPlan loaded(*plan, target("cpu"));
  Executor executor(loaded, Executor::Role::kNetwork, &plan->memory[0]);
  Tensor arena(DataType::kUInt8, Shape{plan->memory[0].arenaBytes + 256});
  auto base = reinterpret_cast<uintptr_t>(arena.data());
  executor.setArena(reinterpret_cast<void*>((base + 255) / 256 * 256));
  for (const std::vector<Tensor>& inputs : runs) {
    std::vector<Tensor> expected = evalGraph(*reference, inputs);
    std::vector<Shape> shapes;
    std::vector<void*> addresses;
    for (const Tensor& t : inputs) {
      shapes.push_back(t.shape());
      addresses.push_back(const_cast<void*>(t.data()));
    }
    executor.setInputs(shapes, {});
    Outputs outputs(*plan->graph);
    executor.run({addresses, &outputs, nullptr, nullptr});
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(outputs.tensors[i].shape(), expected[i].shape());
      for (int64_t e = 0; e < expected[i].numel(); ++e)
        ASSERT_NEAR(outputs.tensors[i].getDouble(e), expected[i].getDouble(e), 1e-5)
            << text << " element " << e;
    }
  }
}

Tensor random(const Shape& shape, int seed) { return randomTensor(DataType::kFloat32, shape, seed); }

TEST(Executor, RunsAtEveryShapeOfTheProfile) {
  checkRuns(
      "graph g(x:f32[n,3], y:f32[n,5]) { a = Relu(x); b = Concat(a, y, a) {axis=1}; c = Relu(b); return c, a "
      "}",
      {{random({4, 3}, 1), random({4, 5}, 2)},
       {random({1, 3}, 3), random({1, 5}, 4)},
       {random({8, 3}, 5), random({8, 5}, 6)},
       {random({4, 3}, 7), random({4, 5}, 8)}});
}

TEST(Executor, OutputsMayBeInputsOrRepeated) {
  checkRuns("graph g(x:f32[n,3]) { a = Relu(x); return x, a, a }",
            {{random({2, 3}, 1)}, {random({5, 3}, 2)}});
}

TEST(Executor, ANodesFirstOutputMayBeUnused) {
  checkRuns(
      "graph g(x:f32[n,2,3], w:f32[1,6,3], r:f32[1,6,2]) { _, h = GRU(x, w, r) {hidden_size=2}; return h }",
      {{random({4, 2, 3}, 1), random({1, 6, 3}, 2), random({1, 6, 2}, 3)}});
}

TEST(Executor, RefusesContradictingShapes) {
  auto graph = parseGraph("graph g(x:f32[n,3], y:f32[n,3]) { a = Concat(x, y) {axis=1}; return a }");
  BuildOptions options;
  options.profiles.push_back(profileFor(*graph, 1, 2, 3));
  auto plan = buildPlan(std::move(graph), target("cpu"), options);
  LoadedPlan loaded(*plan, target("cpu"));
  Executor executor(loaded, Executor::Role::kNetwork, &plan->memory[0]);
  std::vector<Shape> different{{2, 3}, {3, 3}}, wrongRank{{2, 3, 1}, {2, 3}}, wrongExtent{{2, 4}, {2, 3}};
  EXPECT_THROW(executor.setInputs(different, {}), Error);
  EXPECT_THROW(executor.setInputs(wrongRank, {}), Error);
  EXPECT_THROW(executor.setInputs(wrongExtent, {}), Error);
}

TEST(Executor, RefusesViewsThatLoseElements) {
  auto graph = parseGraph("graph g(x:f32[n,3]) { a = Squeeze(x, i64[1] {0}); b = Relu(a); return b }");
  BuildOptions options;
  options.profiles.push_back(profileFor(*graph, 1, 1, 3));
  auto plan = buildPlan(std::move(graph), target("cpu"), options);
  LoadedPlan loaded(*plan, target("cpu"));
  Executor executor(loaded, Executor::Role::kNetwork, &plan->memory[0]);
  std::vector<Shape> one{{1, 3}}, two{{2, 3}};
  EXPECT_NO_THROW(executor.setInputs(one, {}));
  EXPECT_THROW(executor.setInputs(two, {}), Error);
}

TEST(Executor, RefusesJoiningWhatDiffersBesideTheAxis) {
  auto graph =
      parseGraph("graph g(x:f32[n,3], y:f32[m,3]) { a = Concat(x, y) {axis=1}; b = Relu(a); return b }");
  BuildOptions options;
  options.profiles.push_back(profileFor(*graph, 1, 1, 3));
  auto plan = buildPlan(std::move(graph), target("cpu"), options);
  LoadedPlan loaded(*plan, target("cpu"));
  Executor executor(loaded, Executor::Role::kNetwork, &plan->memory[0]);
  std::vector<Shape> same{{2, 3}, {2, 3}}, other{{2, 3}, {3, 3}};
  EXPECT_NO_THROW(executor.setInputs(same, {}));
  EXPECT_THROW(executor.setInputs(other, {}), Error);
}

}  // namespace
}  // namespace tenfold
