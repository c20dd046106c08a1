// Every test case of every operator with one thing wrong: an input of another shape or with other numbers,
// one that is not there or of unknown rank, an attribute that is missing or senseless. It gives a result or
// an Error and touches no memory that is not its own (which the sanitized run of these tests sees).
#include <gtest/gtest.h>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

struct Filling {
  Shape shape;
  double number;
};

std::vector<Filling> fillings() {
  std::vector<Filling> all;
  for (double number : {-1.0, 0.0, 2.0, 9.0}) all.push_back({Shape{}, number});
  for (double number : {-3.0, 0.0, 1.0}) {
    all.push_back({Shape{1}, number});
    all.push_back({Shape{5}, number});
    all.push_back({Shape{3, 2}, number});
  }
  all.push_back({Shape{0}, 0});
  all.push_back({Shape{2, 0, 3}, 0});
  all.push_back({Shape{1, 2, 1, 1, 1, 2}, 1});
  return all;
}

std::vector<Attribute> senseless(const Attribute& value) {
  if (std::holds_alternative<int64_t>(value)) return {int64_t{-1}, int64_t{0}, int64_t{3}, int64_t{77}};
  if (std::holds_alternative<double>(value)) return {-1.0, 0.0, 1e30};
  if (std::holds_alternative<std::string>(value)) return {std::string(), std::string("nothing of the kind")};
  if (std::holds_alternative<std::vector<int64_t>>(value))
    return {std::vector<int64_t>{}, std::vector<int64_t>{-1}, std::vector<int64_t>{0, 0},
            std::vector<int64_t>{3, 1, 2, 0, 4, 5}};
  return {};
}

// A case with the operator's node in it, parsed anew for each mistake.
struct Patient {
  explicit Patient(const OpDef& op, const OpCase& c) : parsed(parseCase(c.text)) {
    for (Node* n : parsed.graph->nodes())
      if (!node && n->op == &op) node = n;
  }
  // What is left must be a result or an Error.
  void examine() const {
    try {
      inferGraph(*parsed.graph);
      if (!node->is("Loop")) evalGraph(*parsed.graph, parsed.inputs);  // one without a limit need not end
    } catch (const Error&) {
    }
  }
  TextCase parsed;
  Node* node = nullptr;
};

void spoilInputs(const OpDef& op, const OpCase& c) {
  static const std::vector<Filling> kFillings = fillings();
  size_t count = Patient(op, c).node->inputs.size();
  for (size_t i = 0; i < count; ++i) {
    for (const Filling& filling : kFillings) {
      Patient patient(op, c);
      const Value* old = patient.node->input(i);
      if (!old || old->dtype == DataType::kString) break;
      Tensor tensor(old->dtype, filling.shape);
      for (int64_t e = 0; e < tensor.numel(); ++e) tensor.setDouble(e, filling.number);
      SCOPED_TRACE(fmt::format("input {} is {} of {}", i, filling.shape.str(), filling.number));
      patient.parsed.graph->setInput(patient.node, i, patient.parsed.graph->addConstant(tensor));
      EXPECT_NO_THROW(patient.examine());
    }
    SCOPED_TRACE(fmt::format("without input {}", i));
    Patient without(op, c), rankless(op, c);
    without.parsed.graph->setInput(without.node, i, nullptr);
    EXPECT_NO_THROW(without.examine());
    Value* input = rankless.node->input(i);
    if (!input || input->isConstant()) continue;
    input->shape.reset();
    input->contents.reset();
    EXPECT_NO_THROW(rankless.examine());
  }
}

void spoilAttributes(const OpDef& op, const OpCase& c) {
  const Attributes attributes = Patient(op, c).node->attrs;
  for (const auto& [name, value] : attributes.all()) {
    SCOPED_TRACE(name);
    Patient without(op, c);
    without.node->attrs.erase(name);
    EXPECT_NO_THROW(without.examine());
    for (const Attribute& wrong : senseless(value)) {
      Patient patient(op, c);
      patient.node->attrs.set(name, wrong);
      EXPECT_NO_THROW(patient.examine());
    }
  }
}

class Malformed : public testing::TestWithParam<const OpDef*> {};

TEST_P(Malformed, GivesAResultOrAnError) {
  const OpDef& op = *GetParam();
  for (const OpCase& c : op.cases) {
    SCOPED_TRACE(c.text);
    spoilInputs(op, c);
    spoilAttributes(op, c);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Malformed, testing::ValuesIn(allOpDefs()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace tenfold
