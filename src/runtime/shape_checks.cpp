#include "runtime/shape_checks.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ir/symbols.h"
#include "runtime/infer_concrete.h"

namespace tenfold {
namespace {

void collectSymbols(const Value& v, std::vector<std::string>& symbols) {
  if (v.shape)
    for (const Dim& d : *v.shape) d.collectSymbols(symbols);
  if (v.contents)
    for (const Dim& d : *v.contents) d.collectSymbols(symbols);
}

// Numbers for all symbols: different primes, times a factor, so that divisions are tried with and without a
// remainder and no two expressions agree by chance.
DimBindings trialNumbers(const Graph& graph, int64_t factor) {
  std::vector<std::string> symbols;
  for (const Value* v : graph.values()) collectSymbols(*v, symbols);
  DimBindings numbers;
  int64_t next = 100;
  auto isPrime = [](int64_t n) {
    for (int64_t d = 2; d * d <= n; ++d)
      if (n % d == 0) return false;
    return true;
  };
  for (const std::string& s : symbols) {
    do ++next;
    while (!isPrime(next));
    numbers.emplace(s, next * factor);
  }
  return numbers;
}

bool isFixed(const Value* v) {
  return !v || v->isConstant() || (v->shape && constantShape(*v->shape) && !v->contents);
}

bool fits(const Node& node, const DimBindings& numbers) {
  std::vector<TensorDesc> inputs;
  std::vector<Tensor> held;
  std::vector<void*> addresses;
  std::vector<std::optional<Shape>> outputs;
  for (const Value* v : node.inputs) {
    Shape shape = !v ? Shape{} : v->isConstant() ? v->constant.shape() : evalShape(*v->shape, numbers);
    inputs.push_back({v ? v->dtype : DataType::kUndefined, shape, Layout::kPlain});
    held.push_back(v ? knownElements(*v, shape, numbers) : Tensor());
    addresses.push_back(held.back().data());
  }
  for (const Value* v : node.outputs)
    outputs.push_back(v && v->shape ? std::optional(evalShape(*v->shape, numbers)) : std::nullopt);
  try {
    requireFit(node, inputs, addresses, outputs);
  } catch (const Error&) {
    return false;
  }
  return true;
}

std::string shapesOf(std::span<const TensorDesc> inputs) {
  std::string text;
  for (const TensorDesc& d : inputs) text += (text.empty() ? "" : ", ") + d.shape.str();
  return text;
}

}  // namespace

void requireFit(const Node& node, std::span<const TensorDesc> inputs, std::span<void* const> addresses,
                std::span<const std::optional<Shape>> outputs) {
  std::vector<std::optional<Shape>> found;
  try {
    found = inferConcrete(node, inputs, addresses);
  } catch (const Error& e) {
    fail(e.kind(), "{}; its inputs are {} for the shapes given", e.what(), shapesOf(inputs));
  }
  for (size_t i = 0; i < found.size(); ++i) {
    if (!outputs[i] || !found[i] || *found[i] == *outputs[i]) continue;
    fail(
        "node '{}' ({}): its inputs are {} for the shapes given, which make output {} {}; the network was "
        "built for {} there",
        node.name, node.opName(), shapesOf(inputs), i, found[i]->str(), outputs[i]->str());
  }
}

std::vector<bool> openSteps(const Plan& plan) {
  std::vector<bool> open(plan.steps.size());
  std::vector<DimBindings> trials;
  for (int64_t factor : {1, 2, 48}) trials.push_back(trialNumbers(*plan.graph, factor));
  for (size_t i = 0; i < open.size(); ++i) {
    const Node& node = *plan.steps[i].node;
    auto hasRank = [](const Value* v) { return !v || v->isConstant() || v->shape; };
    bool fixed = std::all_of(node.inputs.begin(), node.inputs.end(), isFixed) &&
                 std::all_of(node.outputs.begin(), node.outputs.end(), isFixed);
    if (fixed || plan.steps[i].kind == StepKind::kControl ||
        !std::all_of(node.inputs.begin(), node.inputs.end(), hasRank))
      continue;
    open[i] = !std::all_of(trials.begin(), trials.end(),
                           [&](const DimBindings& numbers) { return fits(node, numbers); });
  }
  return open;
}

}  // namespace tenfold
