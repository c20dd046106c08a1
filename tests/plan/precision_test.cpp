// 16-bit plans on the CPU, and the error budget that keeps them right.
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "graph/ir/text.h"
#include "plan/build/precision_notes.h"
#include "precision/error_budget.h"
#include "runtime/session.h"

namespace tenfold {
namespace {

// The second product is beyond fp16's range; what brings it back divides infinity by infinity.
constexpr const char* kOverflowing =
    "graph g(x:f32[4,64]) {\n"
    "  v = const f32[64,64] random(7,-60,60)\n"
    "  w = const f32[64,8] random(8)\n"
    "  a = MatMul(x, v) \"first\"\n"
    "  c = MatMul(a, v) \"large\"\n"
    "  m = ReduceMax(c, i64[1]{1}) \"top\"\n"
    "  d = Div(c, m) \"ratio\"\n"
    "  y = MatMul(d, w) \"last\"\n"
    "  return y }";
constexpr const char* kPlain =
    "graph g(x:f32[8,32]) {\n"
    "  v = const f32[32,32] random(7)\n"
    "  a = MatMul(x, v) \"first\"\n"
    "  s = Softmax(a) {axis=1} \"softmax\"\n"
    "  e = Exp(s) \"exp\"\n"
    "  y = MatMul(e, v) \"last\"\n"
    "  return y }";

BuildOptions options(DataType type) {
  BuildOptions options;
  options.tuner.measure = false;
  options.lowPrecision = type;
  return options;
}

struct Outcome {
  std::vector<Tensor> outputs;
  std::string precisions;  // "NAME TYPE; ..." in the order of the steps
};

Outcome run(std::unique_ptr<Graph> graph, const Tensor& x, DataType type) {
  Target& cpu = target("cpu");
  Session session(buildPlan(std::move(graph), cpu, options(type)), cpu);
  Outcome run;
  for (const Step& step : session.plan().steps) {
    PrecisionNote note = precisionOf(session.plan(), step);
    run.precisions += step.node->name + " " + std::string(typeName(note.type)) +
                      (note.why.empty() ? "" : " (" + note.why + ")") + "; ";
  }
  run.outputs = session.run({x});
  return run;
}

// In units of the largest magnitude; infinite where either is no number.
double difference(const Tensor& a, const Tensor& b) {
  double largest = 0, worst = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    double d = std::abs(a.getDouble(i) - b.getDouble(i));
    if (!std::isfinite(d)) return INFINITY;
    worst = std::max(worst, d);
    largest = std::max(largest, std::abs(a.getDouble(i)));
  }
  return worst / largest;
}

BudgetReport hold(Graph& graph, const Tensor& x, double budget, DataType type = DataType::kFloat16) {
  BudgetOptions options;
  options.type = type;
  options.budget = budget;
  options.profile = fixedProfile(graph);
  options.inputs = {x};
  return holdErrorBudget(graph, target("cpu"), options);
}

TEST(LoweredPlan, ComputesInHalfAndSaysWhereItDoesNot) {
  Tensor x = randomTensor(DataType::kFloat32, {8, 32}, 1);
  Outcome wide = run(parseGraph(kPlain), x, DataType::kUndefined);
  EXPECT_EQ(wide.precisions.find("f16"), std::string::npos) << wide.precisions;
  for (DataType type : {DataType::kFloat16, DataType::kBFloat16}) {
    Outcome low = run(parseGraph(kPlain), x, type);
    EXPECT_EQ(low.outputs[0].dtype(), DataType::kFloat32);
    double error = difference(wide.outputs[0], low.outputs[0]);
    EXPECT_LT(error, 2e-2);
    EXPECT_GT(error, 0);
    EXPECT_NE(low.precisions.find("first " + std::string(typeName(type))), std::string::npos)
        << low.precisions;
    EXPECT_NE(low.precisions.find("its results leave the range"), std::string::npos) << low.precisions;
  }
}

TEST(LoweredPlan, TheNotesAreNoPartOfTheGraph) {
  std::unique_ptr<Plan> plan = buildPlan(parseGraph(kPlain), target("cpu"), options(DataType::kFloat16));
  EXPECT_EQ(printGraph(*plan->graph).find("precision."), std::string::npos);
}

TEST(ErrorBudget, AnOverflowingNetworkIsRight) {
  Tensor x = randomTensor(DataType::kFloat32, {4, 64}, 1);
  Tensor wanted = run(parseGraph(kOverflowing), x, DataType::kUndefined).outputs[0];
  Tensor without = run(parseGraph(kOverflowing), x, DataType::kFloat16).outputs[0];
  EXPECT_TRUE(std::isnan(without.getDouble(0)));

  std::unique_ptr<Graph> graph = parseGraph(kOverflowing);
  BudgetReport report = hold(*graph, x, 1e-2);
  EXPECT_TRUE(std::isinf(report.errorBefore));
  EXPECT_LE(report.errorAfter, 1e-2);
  Outcome with = run(std::move(graph), x, DataType::kFloat16);
  EXPECT_LT(difference(wanted, with.outputs[0]), 1e-2) << report.text();
  EXPECT_GT(difference(wanted, with.outputs[0]), 0);  // the rest is still lowered
  EXPECT_NE(with.precisions.find("overflow f16"), std::string::npos) << with.precisions;
  EXPECT_NE(report.text().find("overflows"), std::string::npos) << report.text();
  EXPECT_NE(report.json().find("\"Overflows\": true"), std::string::npos) << report.json();
}

TEST(ErrorBudget, WhatIsWithinIsLeftAlone) {
  Tensor x = randomTensor(DataType::kFloat32, {8, 32}, 1);
  std::unique_ptr<Graph> graph = parseGraph(kPlain);
  BudgetReport report = hold(*graph, x, 1e-2);
  ASSERT_FALSE(report.nodes.empty());
  for (const NodeError& e : report.nodes) {
    EXPECT_EQ(e.kept, DataType::kUndefined) << e.name;
    EXPECT_GT(e.largest, 0) << e.name;
  }
  EXPECT_EQ(report.errorBefore, report.errorAfter);
}

TEST(ErrorBudget, ATightBudgetKeepsWhatLosesMost) {
  Tensor x = randomTensor(DataType::kFloat32, {8, 32}, 1);
  Tensor wanted = run(parseGraph(kPlain), x, DataType::kUndefined).outputs[0];
  std::unique_ptr<Graph> graph = parseGraph(kPlain);
  BudgetReport report = hold(*graph, x, 1e-6, DataType::kBFloat16);
  EXPECT_GT(report.errorBefore, 1e-4);
  EXPECT_LE(report.errorAfter, 1e-6);
  for (const NodeError& e : report.nodes) EXPECT_EQ(e.kept, DataType::kFloat32) << e.name;
  EXPECT_LE(difference(wanted, run(std::move(graph), x, DataType::kBFloat16).outputs[0]), 1e-5);
}

TEST(ErrorBudget, SamplesMustFit) {
  std::unique_ptr<Graph> graph = parseGraph(kPlain);
  EXPECT_THROW(hold(*graph, Tensor(DataType::kInt32, {8, 32}), 1e-2), Error);
  EXPECT_THROW(hold(*graph, {}, 0), Error);
}

}  // namespace
}  // namespace tenfold
