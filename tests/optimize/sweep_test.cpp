// Whatever the optimizer does, results stay: every operator's cases, and random graphs, optimized with all
// passes and with each pass left out.
#include <random>

#include "graph/ops/op_def.h"
#include "optimize/pass_test.h"
#include "optimize/pipeline.h"

namespace tenfold {
namespace {

bool hasRandomNode(const Graph& graph) {
  for (const Node* n : graph.nodes())
    if (n->op->isRandom) return true;
  return false;
}

void expectSameResults(const std::string& text, double tolerance, const std::vector<std::string>& disabled) {
  SCOPED_TRACE(text + (disabled.empty() ? "" : "  without " + disabled[0]));
  try {
    TextCase c = parseCase(text);
    if (hasRandomNode(*c.graph)) return;
    std::vector<Tensor> expected = evalGraph(*c.graph, c.inputs);
    optimize(*c.graph, {.disabled = disabled});
    std::vector<Tensor> found = evalGraph(*c.graph, c.inputs);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_LE(difference(expected[i], found[i]), tolerance);
  } catch (const std::exception& e) {
    ADD_FAILURE() << e.what();
  }
}

class OptimizerSweep : public testing::TestWithParam<const OpDef*> {};
TEST_P(OptimizerSweep, KeepsResults) {
  for (const OpCase& c : GetParam()->cases) {
    expectSameResults(c.text, c.tolerance, {});
    for (const std::string& pass : passNames()) expectSameResults(c.text, c.tolerance, {pass});
  }
}
INSTANTIATE_TEST_SUITE_P(Ops, OptimizerSweep, testing::ValuesIn(allOpDefs()),
                         [](const auto& info) { return std::string(info.param->name); });

// A random graph of statements over [2,3,4] and broadcast shapes, with repeated subexpressions.
std::string randomGraph(uint64_t seed) {
  static const char* const kStatements[] = {
      "Add({0}, {1})",
      "Sub({0}, {1})",
      "Mul({0}, {1})",
      "Add({0}, f32[]{{0}})",
      "Mul({0}, f32[1]{{1}})",
      "Mul({0}, f32[]{{0.5}})",
      "Div({0}, f32[]{{3}})",
      "Sub({0}, f32[4]{{1,2,3,4}})",
      "Neg({0})",
      "Relu({0})",
      "Sigmoid({0})",
      "Tanh({0})",
      "Mul({0}, {0})",
      "Identity({0})",
      "Max({0}, f32[]{{0}})",
      "Min({0}, f32[]{{1}})",
      "Transpose({0}) {{perm=[0,2,1]}}",
      "Reshape({0}, i64[3]{{2,-1,3}})",
      "Reshape({0}, i64[3]{{2,3,4}})",
      "Abs({0})",
      "Exp({2})",
      "Pow({2}, f32[]{{2}})",
      "Where({3}, {0}, {1})",
  };
  std::mt19937_64 random(seed);
  std::vector<std::string> wide{"a", "b"}, bounded{"t"};  // [2,3,4] values; those in [-1,1]
  std::string text = "a:f32[n=2,3,4], b:f32[2,3,4], c:bool[3,1] -> t = Tanh(a)";
  std::string last = "t";
  for (int i = 0; i < 12; ++i) {
    std::string statement = kStatements[random() % std::size(kStatements)];
    auto pick = [&] { return wide[random() % wide.size()]; };
    std::string name = fmt::format("v{}", i), x = pick(), y = pick();
    if (statement.rfind("Transpose", 0) == 0) statement = "Transpose(t{0}) {{perm=[0,2,1]}}", x = "";
    if (statement.rfind("Reshape({0}, i64[3]{{2,-1,3}}", 0) == 0) {
      // There and back, so that every value keeps its shape.
      text += fmt::format("; r{} = Reshape({}, i64[3]{{2,4,3}}); {} = Reshape(r{}, i64[3]{{2,3,4}})", i, x,
                          name, i);
    } else if (x.empty()) {
      text += fmt::format(
          "; s{0} = Transpose({1}) {{perm=[0,2,1]}}; u{0} = Abs(s{0}); {2} = Transpose(u{0}) "
          "{{perm=[0,2,1]}}",
          i, pick(), name);
    } else {
      text +=
          fmt::format("; {} = {}", name,
                      fmt::format(fmt::runtime(statement), x, y, bounded[random() % bounded.size()], "c"));
    }
    text += fmt::format("; m{0} = Tanh({1})", i, name);
    wide.push_back(name);
    bounded.push_back(fmt::format("m{}", i));
  }
  return text + fmt::format("; return {}, {}, m11", wide.back(), wide[wide.size() / 2]);
}

TEST(OptimizerRandom, KeepsResults) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    std::string text = randomGraph(seed);
    expectSameResults(text, 1e-4, {});
    std::vector<std::string> passes = passNames();
    expectSameResults(text, 1e-4, {passes[seed % passes.size()]});
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace tenfold
