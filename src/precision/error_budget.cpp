#include "precision/error_budget.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"
#include "graph/ops/op_def.h"
#include "optimize/pipeline.h"
#include "optimize/precision/assign.h"
#include "precision/node_runner.h"
#include "runtime/session.h"

namespace tenfold {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

double largestOf(DataType type) { return type == DataType::kFloat16 ? 65504 : 3.38e38; }

// The worst over all float results; infinite where one has infinities or NaN that the other has not.
double errorOf(const std::vector<Tensor>& wanted, const std::vector<Tensor>& found) {
  double worst = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].defined() || !isFloat(wanted[i].dtype())) continue;
    double difference = 0, size = 0;
    for (int64_t k = 0; k < wanted[i].numel(); ++k) {
      double a = wanted[i].getDouble(k), b = found[i].getDouble(k);
      if (a == b || (std::isnan(a) && std::isnan(b))) continue;
      if (!std::isfinite(a)) continue;  // whatever 16 bits make of it
      if (!std::isfinite(b)) return kInfinite;
      difference += (a - b) * (a - b);
    }
    for (int64_t k = 0; k < wanted[i].numel(); ++k)
      if (double a = wanted[i].getDouble(k); std::isfinite(a)) size += a * a;
    if (difference > 0) worst = std::max(worst, std::sqrt(difference / std::max(size, 1e-60)));
  }
  return worst;
}

double largestIn(const std::vector<Tensor>& values) {
  double largest = 0;
  for (const Tensor& t : values)
    for (int64_t k = 0; t.defined() && isFloat(t.dtype()) && k < t.numel(); ++k)
      if (double size = std::abs(t.getDouble(k)); std::isfinite(size)) largest = std::max(largest, size);
  return largest;
}

class Measurement {
 public:
  Measurement(Graph& graph, Target& target, const BudgetOptions& options)
      : graph_(graph), target_(target), options_(options) {}

  BudgetReport run() {
    OptimizeOptions optimizer;
    optimizer.disabled = {"lower-precision"};
    optimize(graph_, optimizer);
    makeInputs();
    wanted_ = outputs(DataType::kUndefined);
    report_.errorBefore = report_.errorAfter = errorOf(wanted_, outputs(options_.type));
    measureNodes();
    for (size_t i = 0; i < report_.nodes.size(); ++i)
      if (report_.nodes[i].overflows || report_.nodes[i].error > options_.budget) keep(i);
    if (anyKept_) report_.errorAfter = errorOf(wanted_, outputs(options_.type));
    keepWorst();
    return std::move(report_);
  }

 private:
  void makeInputs() {
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      const Value& v = *graph_.inputs[i];
      bool given = i < options_.inputs.size() && options_.inputs[i].defined();
      require(!given || options_.inputs[i].dtype() == v.dtype,
              "input '{}' is {}, the sample given for it is {}", v.name, typeName(v.dtype),
              given ? typeName(options_.inputs[i].dtype()) : "");
      const Shape& shape = options_.profile.inputs.at(i).opt;
      inputs_.push_back(given                ? options_.inputs[i]
                        : isInteger(v.dtype) ? randomTensor(v.dtype, shape, i + 1, 0, 1)
                                             : randomTensor(v.dtype, shape, i + 1));
    }
  }

  // Of the whole network.
  std::vector<Tensor> outputs(DataType type) const {
    BuildOptions options;
    options.profiles = {options_.profile};
    options.tuner.measure = false;
    options.lowPrecision = type;
    return Session(buildPlan(graph_.clone(), target_, std::move(options)), target_).run(inputs_);
  }

  // One node after the other on float32 data, each that would be lowered both ways.
  void measureNodes() {
    PrecisionAssignment assignment = assignPrecision(graph_, options_.type);
    std::unordered_map<const Value*, Tensor> values;
    std::unordered_map<const Value*, size_t> left;
    for (size_t i = 0; i < graph_.inputs.size(); ++i) values[graph_.inputs[i]] = inputs_[i];
    for (Node* n : graph_.nodes())
      for (const Value* v : n->inputs)
        if (v) ++left[v];
    for (Node* n : graph_.nodes()) {
      std::vector<Tensor> given;
      for (const Value* v : n->inputs)
        given.push_back(!v ? Tensor{} : v->isConstant() ? v->constant : values.at(v));
      std::vector<Tensor> results = runNode(*n, given, DataType::kUndefined, target_);
      auto choice = assignment.choices.find(n);
      if (choice != assignment.choices.end() && choice->second.isLow())
        measure(*n, given, results, choice->second.type);
      for (const Value* v : n->inputs)
        if (v && --left[v] == 0) values.erase(v);
      for (size_t i = 0; i < n->outputs.size(); ++i)
        if (n->outputs[i] && left.count(n->outputs[i])) values[n->outputs[i]] = results[i];
    }
  }

  void measure(Node& n, const std::vector<Tensor>& given, const std::vector<Tensor>& wanted, DataType type) {
    NodeError e{n.name, std::string(n.opName())};
    e.error = errorOf(wanted, runNode(n, given, type, target_));
    e.largest = largestIn(wanted);
    e.overflows = std::isinf(e.error) || e.largest > largestOf(type);
    if (type == DataType::kFloat16 && (e.overflows || e.error > options_.budget)) {
      double other = errorOf(wanted, runNode(n, given, DataType::kBFloat16, target_));
      e.kept = other <= options_.budget ? DataType::kBFloat16 : DataType::kFloat32;
    } else if (e.overflows || e.error > options_.budget) {
      e.kept = DataType::kFloat32;
    }
    report_.nodes.push_back(std::move(e));
    nodes_.push_back(&n);
  }

  void keep(size_t i) {
    NodeError& e = report_.nodes[i];
    if (e.kept == DataType::kUndefined) e.kept = DataType::kFloat32;
    nodes_[i]->attrs.setType(kWantedPrecision, e.kept);
    nodes_[i]->attrs.set(kPrecisionReason,
                         e.overflows
                             ? fmt::format("values of {:.3g} overflow {}", e.largest, typeName(options_.type))
                             : fmt::format("its error of {:.2g} in {} is beyond the budget", e.error,
                                           typeName(options_.type)));
    anyKept_ = true;
  }

  // Small errors can add up: then the nodes with the largest ones are kept, twice as many each time.
  void keepWorst() {
    std::vector<size_t> order;
    for (size_t i = 0; i < nodes_.size(); ++i)
      if (report_.nodes[i].kept == DataType::kUndefined && report_.nodes[i].error > 0) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return report_.nodes[a].error > report_.nodes[b].error; });
    for (size_t from = 0, count = 1; report_.errorAfter > options_.budget && from < order.size();
         count *= 2) {
      for (size_t end = std::min(from + count, order.size()); from < end; ++from) keep(order[from]);
      report_.errorAfter = errorOf(wanted_, outputs(options_.type));
    }
  }

  Graph& graph_;
  Target& target_;
  const BudgetOptions& options_;
  std::vector<Tensor> inputs_, wanted_;
  std::vector<Node*> nodes_;  // as report_.nodes
  bool anyKept_ = false;
  BudgetReport report_;
};

// JSON has no infinity.
std::string number(double x) { return std::isfinite(x) ? fmt::format("{:.6g}", x) : "null"; }

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text)
    if (static_cast<unsigned char>(c) >= 0x20) (out += c == '"' || c == '\\' ? "\\" : "") += c;
  return out + "\"";
}

}  // namespace

std::string BudgetReport::json() const {
  std::string list;
  for (const NodeError& e : nodes)
    list += fmt::format(
        R"({}{{"Name": {}, "Operator": "{}", "Error": {}, "Largest": {}, "Overflows": {}, "Kept": "{}"}})",
        list.empty() ? "" : ", ", quoted(e.name), e.op, number(e.error), number(e.largest), e.overflows,
        e.kept == DataType::kUndefined ? "" : typeName(e.kept));
  return fmt::format(R"({{"ErrorBefore": {}, "ErrorAfter": {}, "Nodes": [{}]}})", number(errorBefore),
                     number(errorAfter), list);
}

std::string BudgetReport::text() const {
  std::string kept;
  size_t count = 0;
  for (const NodeError& e : nodes) {
    if (e.kept == DataType::kUndefined) continue;
    ++count;
    kept += fmt::format("\n  {} ({}) in {}: error {:.3g}, largest value {:.3g}{}", e.name, e.op,
                        typeName(e.kept), e.error, e.largest, e.overflows ? ", overflows" : "");
  }
  return fmt::format(
      "error budget: {} of {} nodes are kept in more bits; error {:.3g} before, {:.3g} after{}", count,
      nodes.size(), errorBefore, errorAfter, kept);
}

BudgetReport holdErrorBudget(Graph& graph, Target& target, const BudgetOptions& options) {
  require(options.budget > 0, "the error budget is {}, expected more than 0", options.budget);
  return Measurement(graph, target, options).run();
}

}  // namespace tenfold
