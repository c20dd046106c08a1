#include "optimize/precision/assign.h"

#include <algorithm>
#include <cmath>

#include "graph/ops/op_def.h"
#include "optimize/precision/convert.h"

namespace tenfold {
namespace {

constexpr double kLargestHalf = 65504, kSmallestHalf = 6.1e-5;  // of normal numbers

bool isData(const Value* v) { return v && v->dtype == DataType::kFloat32; }

// What carries large values on; everything else bounds or replaces them.
bool carriesMagnitude(const Node& node) {
  static constexpr std::string_view kOps[] = {"Add",   "Sub",  "Mul", "Div", "Neg",
                                              "Where", "Cast", "Max", "Min", "Abs"};
  return precisionPolicy(node).kind == PrecisionKind::kMoving ||
         std::any_of(std::begin(kOps), std::end(kOps), [&](std::string_view op) { return node.is(op); });
}

class Assigner {
 public:
  Assigner(const Graph& graph, DataType type) : graph_(graph), type_(type) {}

  PrecisionAssignment run() {
    for (const Node* n : graph_.nodes()) decide(*n);
    const auto& order = graph_.nodes();
    for (auto it = order.rbegin(); it != order.rend(); ++it) followReaders(**it);
    for (const Node* n : order) markLarge(*n);
    return std::move(result_);
  }

 private:
  void decide(const Node& n) {
    if (!hasData(n)) return;
    PrecisionPolicy policy = precisionPolicy(n);
    PrecisionChoice& choice = result_.choices[&n];
    DataType wanted = n.attrs.type(kWantedPrecision, DataType::kUndefined);
    if (wanted == DataType::kFloat32) {
      choice.why = n.attrs.text(kPrecisionReason, "the network asks for fp32");
      return;
    }
    DataType low = wanted != DataType::kUndefined ? wanted : type_;
    if (low == DataType::kUndefined) return;
    if (policy.kind == PrecisionKind::kAnyType) return;
    if (wanted == DataType::kUndefined) {
      if (policy.kind == PrecisionKind::kWide) {
        choice.why = policy.why;
        return;
      }
      if (policy.kind != PrecisionKind::kProduct && inputsAreWide(n)) {
        if (policy.kind == PrecisionKind::kFused) {
          choice.why = "what it reads is fp32";
          return;
        }
        wideMoves_.insert(&n);
      }
      if (low == DataType::kFloat16) choice.why = constantOutOfRange(n, policy);
      if (!choice.why.empty()) return;
    }
    choice.type = low;
  }

  // Where nobody wants 16 bits, they are of no use.
  void followReaders(const Node& n) {
    auto it = result_.choices.find(&n);
    if (it == result_.choices.end() || !it->second.isLow() || n.attrs.has(kWantedPrecision)) return;
    PrecisionKind kind = precisionPolicy(n).kind;
    // Behind a product its own kernel takes what is pointwise.
    bool may = kind == PrecisionKind::kFused ? !n.op->pointwise || !readsProduct(n)
                                             : kind == PrecisionKind::kMoving && wideMoves_.count(&n);
    if (!may || !readersAreWide(n, !n.op->pointwise)) return;
    it->second = {DataType::kUndefined, "what reads it is fp32"};
  }

  static bool hasData(const Node& n) {
    return n.bodies.empty() && (std::any_of(n.inputs.begin(), n.inputs.end(), isData) ||
                                std::any_of(n.outputs.begin(), n.outputs.end(), isData));
  }

  bool isWide(const Value& v) const {
    if (!v.producer) return true;
    auto it = result_.choices.find(v.producer);
    return it == result_.choices.end() || !it->second.isLow();
  }

  // Constants aside; a node that reads nothing else has what it moves from nowhere but its readers.
  bool inputsAreWide(const Node& n) const {
    return std::all_of(n.inputs.begin(), n.inputs.end(),
                       [&](const Value* v) { return !isData(v) || v->isConstant() || isWide(*v); });
  }

  bool readsProduct(const Node& n) const {
    return std::any_of(n.inputs.begin(), n.inputs.end(), [&](const Value* v) {
      return v && v->producer && !isWide(*v) && precisionPolicy(*v->producer).kind == PrecisionKind::kProduct;
    });
  }

  bool readersAreWide(const Node& n, bool outputsCount) const {
    bool any = false;
    for (const Value* v : n.outputs) {
      if (!isData(v)) continue;
      if (graph_.isOutput(v)) {
        if (!outputsCount) return false;
        any = true;
      }
      for (const Node* reader : v->uses) {
        if (precisionPolicy(*reader).kind == PrecisionKind::kAnyType) continue;
        auto it = result_.choices.find(reader);
        if (it != result_.choices.end() && it->second.isLow()) return false;
        any = true;
      }
    }
    return any;
  }

  // Large constants of any size, and scalars that are too small to keep their digits.
  std::string constantOutOfRange(const Node& n, const PrecisionPolicy& policy) {
    for (size_t i = 0; i < n.inputs.size(); ++i) {
      const Value* v = n.inputs[i];
      if (!isData(v) || !v->isConstant() || !policy.lowers(i)) continue;
      double largest = magnitude(*v);
      if (largest > kLargestHalf) return "a constant is beyond the range of fp16";
      bool isScalar = v->constant.numel() == 1 && n.op->pointwise;
      if (isScalar && largest > 0 && largest < kSmallestHalf) return "a constant is too small for fp16";
    }
    return "";
  }

  // The largest finite magnitude.
  double magnitude(const Value& v) {
    auto [it, fresh] = magnitudes_.emplace(&v, 0.0);
    if (!fresh) return it->second;
    return it->second = largestFinite(v.constant);
  }

  void markLarge(const Node& n) {
    auto it = result_.choices.find(&n);
    if (it == result_.choices.end() || it->second.isLow() || !carriesMagnitude(n)) return;
    bool large = std::any_of(n.inputs.begin(), n.inputs.end(), [&](const Value* v) {
      return isData(v) && (result_.large.count(v) || (v->isConstant() && magnitude(*v) > kLargestHalf));
    });
    if (!large) return;
    for (const Value* v : n.outputs)
      if (isData(v)) result_.large.insert(v);
  }

  const Graph& graph_;
  const DataType type_;
  PrecisionAssignment result_;
  std::unordered_set<const Node*> wideMoves_;  // kMoving, and all they move is wide
  std::unordered_map<const Value*, double> magnitudes_;
};

}  // namespace

PrecisionAssignment assignPrecision(const Graph& graph, DataType type) { return Assigner(graph, type).run(); }

}  // namespace tenfold
