#include "runtime/executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "plan/build/build.h"
#include "runtime/shape_checks.h"

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

// Builds `text` for symbols in [0, 8] and compares runs at several extents with the reference evaluation.
void checkRuns(const std::string& text, const std::vector<std::vector<Tensor>>& runs) {
  auto reference = parseGraph(text);
  BuildOptions options;
  options.profiles.push_back(profileFor(*reference, 0, 4, 8));
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
        ASSERT_NEAR(outputs.tensors[i].getDouble(e), expected[i].getDouble(e),
                    1e-5 * std::max(1.0, std::abs(expected[i].getDouble(e))))
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

// Such pads and cuts are computed while running, which no kernel for the convolutions' layout takes.
TEST(Executor, PadsThatFollowFromShapesLieBetweenConvolutions) {
  checkRuns(
      "graph g(x:f32[1,8,n,8], k:f32[8,8,1,1]) { a = Conv(x, k); s = Shape(a) {start=2, end=3}; "
      "p = Concat(i64[6]{0,0,0,0,0,0}, s, i64[1]{0}) {axis=0}; b = Pad(a, p); c = Conv(b, k); "
      "d = Slice(c, i64[1]{1}, s, i64[1]{2}); e = Conv(d, k); return e }",
      {{random({1, 8, 4, 8}, 1), random({8, 8, 1, 1}, 2)},
       {random({1, 8, 7, 8}, 3), random({8, 8, 1, 1}, 4)}});
}

TEST(Executor, ConvolvesWhatOnlyRunningGivesChannels) {
  Tensor pads(DataType::kInt64, {8});
  for (int i = 0; i < 8; ++i) pads.setInt(i, i == 2 || i == 7);
  checkRuns(
      "graph g(x:f32[n,8,4,4], k:f32[8,8,1,1], p:i64[8]) { a = Conv(x, k); b = Pad(a, p); c = Conv(b, k); "
      "return c }",
      {{random({2, 8, 4, 4}, 1), random({8, 8, 1, 1}, 2), pads}});
}

TEST(Executor, RunsOnNothing) {
  Tensor none(DataType::kFloat32, {0, 4}), weights = random({4, 5}, 1),
                                           pictures(DataType::kFloat32, {0, 8, 4, 4});
  checkRuns("graph g(x:f32[n,4], w:f32[4,5]) { m = MatMul(x, w); r = Relu(m); s = Softmax(r); return s, r }",
            {{none, weights}, {random({3, 4}, 2), weights}});
  checkRuns(
      "graph g(x:f32[n,8,4,4], w:f32[8,8,3,3]) { c = Conv(x, w); r = Relu(c); p = GlobalAveragePool(r); "
      "return p }",
      {{pictures, random({8, 8, 3, 3}, 3)}, {random({2, 8, 4, 4}, 4), random({8, 8, 3, 3}, 5)}});
  checkRuns("graph g(x:f32[n,4]) { a = ReduceSum(x, i64[1]{0}); b = ReduceProd(x, i64[1]{0}); return a, b }",
            {{none}, {random({3, 4}, 6)}});
  checkRuns("graph g(x:f32[3,n], y:f32[n,2]) { m = MatMul(x, y); return m }",
            {{Tensor(DataType::kFloat32, {3, 0}), Tensor(DataType::kFloat32, {0, 2})}});
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

// Every network runs where its inputs' shapes fit, and says which node they do not fit where they do not.
struct Fit {
  const char* text;
  std::vector<Shape> fitting, other;
  const char* message;
};

TEST(Executor, RefusesShapesThatOnlyNumbersShowToBeWrong) {
  std::vector<Fit> cases{
      {"graph g(x:f32[n,3], y:f32[m,3]) { a = Add(x, y); return a }",
       {{3, 3}, {3, 3}},
       {{3, 3}, {4, 3}},
       "Add"},
      {"graph g(x:f32[n,3], y:f32[m,3]) { a = Mul(x, y); return a }",
       {{1, 3}, {4, 3}},
       {{3, 3}, {2, 3}},
       "Mul"},
      {"graph g(x:f32[n,m]) { a = Add(x, f32[3]{1,2,3}); b = Relu(a); return b }", {{2, 3}}, {{2, 4}}, "Add"},
      {"graph g(x:f32[2,n], y:f32[m,4]) { a = MatMul(x, y); return a }",
       {{2, 3}, {3, 4}},
       {{2, 3}, {4, 4}},
       "MatMul"},
      {"graph g(x:f32[n,2,3], y:f32[m,3,4]) { a = MatMul(x, y); b = Relu(a); return b }",
       {{4, 2, 3}, {4, 3, 4}},
       {{4, 2, 3}, {3, 3, 4}},
       "MatMul"},
      {"graph g(x:f32[1,n,4,4], y:f32[2,4,1,1]) { a = Conv(x, y); return a }",
       {{1, 4, 4, 4}, {2, 4, 1, 1}},
       {{1, 3, 4, 4}, {2, 4, 1, 1}},
       "Conv"},
      {"graph g(x:f32[n,3], y:f32[m,3], z:f32[k,3]) { c = Greater(x, y); a = Where(c, x, z); return a }",
       {{4, 3}, {4, 3}, {1, 3}},
       {{4, 3}, {4, 3}, {3, 3}},
       "Where"},
      {"graph g(x:f32[n,m]) { a = Reshape(x, i64[2]{4,-1}); b = Relu(a); return b }",
       {{2, 6}},
       {{2, 5}},
       "Reshape"},
      {"graph g(x:f32[3,n,2], w:f32[1,6,2], r:f32[1,6,2], h:f32[1,4,2]) { y, z = GRU(x, w, r, _, _, h) "
       "{hidden_size=2}; return y }",
       {{3, 4, 2}, {1, 6, 2}, {1, 6, 2}, {1, 4, 2}},
       {{3, 5, 2}, {1, 6, 2}, {1, 6, 2}, {1, 4, 2}},
       "GRU"},
      {"graph g(x:f32[3,n,2], w:f32[1,6,2], r:f32[1,6,2], h:f32[1,4,2]) { _, z = GRU(x, w, r, _, _, h) "
       "{hidden_size=2}; return z }",
       {{3, 4, 2}, {1, 6, 2}, {1, 6, 2}, {1, 4, 2}},
       {{3, 5, 2}, {1, 6, 2}, {1, 6, 2}, {1, 4, 2}},
       "GRU"},
      {"graph g(x:f32[n,3], y:f32[m,3]) { a = Concat(x, y) {axis=1}; b = Relu(a); return b }",
       {{2, 3}, {2, 3}},
       {{2, 3}, {3, 3}},
       "Concat"},
      {"graph g(x:f32[n]) { a = Squeeze(x, i64[1]{0}); b = Relu(a); return b }", {{1}}, {{2}}, "Squeeze"},
      {"graph g(x:f32[n,4], y:f32[m,4]) { s = Shape(y); a = Expand(x, s); return a }",
       {{1, 4}, {5, 4}},
       {{3, 4}, {4, 4}},
       "Expand"},
      {"graph g(x:f32[n,6]) { a, b = Split(x, i64[2]{2,3}) {axis=0}; return a, b }",
       {{5, 6}},
       {{6, 6}},
       "Split"},
  };
  for (const Fit& c : cases) {
    SCOPED_TRACE(c.text);
    auto graph = parseGraph(c.text);
    BuildOptions options;
    options.profiles.push_back(profileFor(*graph, 1, 4, 8));
    auto plan = buildPlan(std::move(graph), target("cpu"), options);
    LoadedPlan loaded(*plan, target("cpu"));
    Executor executor(loaded, Executor::Role::kNetwork, &plan->memory[0]);
    EXPECT_NO_THROW(executor.setInputs(c.fitting, {}));
    try {
      executor.setInputs(c.other, {});
      ADD_FAILURE() << "shapes that do not fit were taken";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(c.message), std::string::npos) << e.what();
      EXPECT_NE(std::string(e.what()).find("for the shapes given"), std::string::npos) << e.what();
    }
  }
}

// Nothing is left open where symbols agree, so new shapes cost no second inference.
TEST(ShapeChecks, OnlyStepsThatMayNotFitAreOpen) {
  auto openCount = [](const char* text) {
    auto graph = parseGraph(text);
    BuildOptions options;
    options.profiles.push_back(profileFor(*graph, 1, 4, 8));
    auto plan = buildPlan(std::move(graph), target("cpu"), options);
    std::vector<bool> open = openSteps(*plan);
    return std::count(open.begin(), open.end(), true);
  };
  EXPECT_EQ(
      openCount("graph g(x:f32[n,3], y:f32[n,3]) { a = Add(x, y); b = Concat(a, x) {axis=1}; return b }"), 0);
  EXPECT_EQ(openCount("graph g(x:f32[n,4,6]) { a = Reshape(x, i64[2]{0,24}); b = Softmax(a); return b }"), 0);
  EXPECT_EQ(openCount("graph g(x:f32[n,4,6], y:f32[6,m]) { a = MatMul(x, y); return a }"), 0);
  EXPECT_EQ(openCount("graph g(x:f32[n,3], y:f32[m,3]) { a = Add(x, y); return a }"), 1);
}

}  // namespace
}  // namespace tenfold
