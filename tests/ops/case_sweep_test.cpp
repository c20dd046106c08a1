// Every test case of every operator: it parses, infers, evaluates, and its results fit what was inferred.
#include <gtest/gtest.h>

#include "graph/ir/text.h"
#include "graph/ir/verify.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

bool isDocumented(const Node& node, const std::string& attribute) {
  if (attribute.find('.') != std::string::npos) return true;  // kept by inference: symbol.*, upper.*
  for (const AttrSpec& spec : node.op->attrs)
    if (attribute == spec.name) return true;
  return false;
}

class CaseSweep : public testing::TestWithParam<const OpDef*> {};

TEST_P(CaseSweep, ParsesInfersAndEvaluates) {
  const OpDef& op = *GetParam();
  // Operators without evaluation stand for something in networks under construction.
  EXPECT_EQ(op.cases.empty(), !op.eval) << op.name << " has no test case";
  for (const OpCase& c : op.cases) {
    SCOPED_TRACE(c.text);
    try {
      TextCase parsed = parseCase(c.text);
      verify(*parsed.graph);
      bool mentioned = false;
      for (const Node* n : parsed.graph->nodes()) {
        mentioned = mentioned || n->op == &op;
        for (const auto& [name, value] : n->attrs.all())
          EXPECT_TRUE(isDocumented(*n, name)) << n->opName() << " does not list attribute " << name;
      }
      EXPECT_TRUE(mentioned) << "the case does not use " << op.name;
      std::string text = printGraph(*parsed.graph);
      EXPECT_EQ(printGraph(*parseGraph(text)), text);
      std::vector<Tensor> results = evalGraph(*parsed.graph, parsed.inputs);
      ASSERT_FALSE(results.empty());
      for (size_t i = 0; i < results.size(); ++i) {
        const Value* v = parsed.graph->outputs[i];
        EXPECT_EQ(results[i].dtype(), v->dtype);
        if (!v->shape) continue;
        ASSERT_EQ(results[i].rank(), v->rank());
        for (int d = 0; d < v->rank(); ++d) {
          auto extent = (*v->shape)[static_cast<size_t>(d)].tryConstant();
          EXPECT_EQ(results[i].shape()[d], extent.value_or(results[i].shape()[d]))
              << "inferred " << v->typeStr();
        }
      }
    } catch (const std::exception& e) {
      ADD_FAILURE() << e.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, CaseSweep, testing::ValuesIn(allOpDefs()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace tenfold
