// Steps whose integer inputs follow from the network's shapes: the host computes them before the launch, so
// they run on the GPU.
#include <gtest/gtest.h>

#include "cuda/compile_harness.h"
#include "plan/build/build.h"

namespace tenfold {
namespace {

std::string onHost(const Plan& plan) {
  std::string found;
  for (const Step& step : plan.steps)
    if (step.compiled.tactic == "host-reference") found += step.node->name + " " + step.node->op->name + "; ";
  return found;
}

constexpr const char* kGraphs[] = {
    R"(graph slice(x:f32[n,64], y:f32[m,64]) {
      s = Shape(y)
      e = Gather(s, i64[1] {0})
      o = Slice(x, i64[1] {0}, e, i64[1] {0})
      return o
    })",
    R"(graph expand(x:f32[1,64], y:f32[m,64]) {
      s = Shape(y)
      o = Expand(x, s)
      return o
    })",
    R"(graph tile(x:f32[n,64], y:f32[m,64]) {
      s = Shape(y)
      e = Gather(s, i64[1] {0})
      r = Concat(e, i64[1] {1}) {axis=0}
      o = Tile(x, r)
      return o
    })",
    R"(graph pad(x:f32[n,64], y:f32[m,64]) {
      s = Shape(y)
      e = Gather(s, i64[1] {0})
      p = Concat(i64[3] {0,0,0}, e) {axis=0}
      o = Pad(x, p)
      return o
    })",
    R"(graph resize(x:f32[1,3,8,9], y:f32[1,3,h,w]) {
      s = Shape(y)
      o = Resize(x, _, _, s) {mode="linear"}
      return o
    })",
    R"(graph both(x:f32[1,64], y:f32[m,64]) {
      s = Shape(y)
      t = Mul(s, i64[2] {2,1})
      o = Expand(x, t)
      return o, t
    })",
};

class ShapeArithmetic : public testing::TestWithParam<const char*> {};

TEST_P(ShapeArithmetic, StaysOnTheGpu) {
  Target* cuda = testing_util::compileTarget("sm_90");
  if (!cuda) GTEST_SKIP() << "the CUDA target cannot be loaded here";
  auto graph = parseGraph(GetParam());
  Profile profile;
  for (const Value* v : graph->inputs) {
    ProfileInput p;
    for (const Dim& d : *v->shape) {
      p.min.push_back(d.tryConstant().value_or(1));
      p.opt.push_back(d.tryConstant().value_or(4));
      p.max.push_back(d.tryConstant().value_or(8));
    }
    profile.inputs.push_back(p);
  }
  BuildOptions options;
  options.profiles = {profile};
  auto plan = buildPlan(std::move(graph), *cuda, options);
  EXPECT_EQ(onHost(*plan), "");
}

INSTANTIATE_TEST_SUITE_P(Graphs, ShapeArithmetic, testing::ValuesIn(kGraphs));

}  // namespace
}  // namespace tenfold
