#include "targets/product_epilogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tenfold {
namespace {

std::optional<double> scalar(const Value* v) {
  if (!v || !v->isConstant() || v->constant.numel() != 1 || !isFloat(v->dtype)) return std::nullopt;
  return v->constant.getDouble(0);
}

class Parser {
 public:
  Parser(const Node& node, std::string_view anchor) : node_(node), region_(node.is("Region")) {
    const Node* found = region_ ? findAnchor(*node.bodies.at(0), anchor) : &node;
    if (!found || !found->is(anchor)) {
      refuse(fmt::format("there is not exactly one {}", anchor));
      return;
    }
    e_.anchor = found;
    parse();
  }
  ProductEpilogue result() && { return std::move(e_); }

 private:
  static const Node* findAnchor(const Graph& body, std::string_view anchor) {
    auto is = [&](const Node* n) { return n->is(anchor); };
    const auto& nodes = body.nodes();
    return std::count_if(nodes.begin(), nodes.end(), is) == 1 ? *std::find_if(nodes.begin(), nodes.end(), is)
                                                              : nullptr;
  }

  void refuse(std::string why) {
    if (e_.refusal.empty()) e_.refusal = std::move(why);
  }

  // Which input of the node the anchor or epilogue reads here, or -1.
  int inputIndex(const Value* v) const {
    const auto& inputs = region_ ? node_.bodies[0]->inputs : node_.inputs;
    auto it = std::find(inputs.begin(), inputs.end(), v);
    return v && it != inputs.end() ? static_cast<int>(it - inputs.begin()) : -1;
  }

  void parse() {
    value_ = e_.anchor->output();
    e_.left = inputIndex(e_.anchor->input(0));
    e_.right = inputIndex(e_.anchor->input(1));
    if (e_.left < 0 || e_.right < 0) refuse("an operand is computed inside the region");
    if (!value_ || !value_->shape) refuse("the product's rank is not known");
    if (!e_.refusal.empty()) return;
    if (!e_.anchor->is("MatMul") && e_.anchor->hasInput(2)) {
      e_.bias = inputIndex(e_.anchor->input(2));
      if (e_.bias < 0) refuse("the bias is not an input of the region");
    }
    if (region_) parseBody(*node_.bodies[0]);
  }

  void parseBody(const Graph& body) {
    size_t taken = 1;
    while (value_->uses.size() == 1 && !body.isOutput(value_) && e_.refusal.empty()) {
      take(*value_->uses[0]);
      ++taken;
    }
    if (!e_.refusal.empty()) return;
    if (body.outputs.size() != 1 || body.outputs[0] != value_ || taken != body.nodes().size())
      refuse("the region is not one chain that ends in its only output");
  }

  void take(const Node& n) {
    if (n.outputs.size() != 1 || !n.outputs[0] || n.outputs[0]->dtype != value_->dtype)
      return refuse(fmt::format("{} changes the type", n.opName()));
    if (e_.activation != Activation::kNone)
      return refuse(fmt::format("{} comes after the activation", n.opName()));
    if (n.is("Add"))
      takeAdd(n);
    else if (n.is("Mul"))
      takeMul(n);
    else
      takeActivation(n);
    value_ = n.outputs[0];
  }

  const Value* other(const Node& n) const { return n.input(n.input(0) == value_ ? 1 : 0); }

  void takeMul(const Node& n) {
    std::optional<double> factor = scalar(other(n));
    if (!factor) return refuse("Mul by what is no scalar constant");
    if (e_.bias >= 0 || e_.residual >= 0) return refuse("Mul comes after a sum");
    e_.alpha *= *factor;
  }

  void takeAdd(const Node& n) {
    const Value* added = other(n);
    int index = inputIndex(added);
    if (index < 0) return refuse("Add of what is no input of the region");
    if (added->dtype != value_->dtype) return refuse("Add of another type");
    if (e_.residual < 0 && added->shape && *added->shape == *value_->shape)
      e_.residual = index;
    else if (e_.bias < 0 && isBias(*added))
      e_.bias = index;
    else
      refuse("Add of what is neither a bias nor of the product's shape, or of one too many");
  }

  // One element for each position of the axis that the right operand makes.
  bool isBias(const Value& v) const {
    if (!v.shape || v.shape->size() > value_->shape->size()) return false;
    size_t rank = value_->shape->size(), axis = e_.anchor->is("MatMul") ? rank - 1 : 1;
    bool found = false;
    for (size_t i = 0; i < v.shape->size(); ++i) {
      size_t at = i + rank - v.shape->size();
      if (at == axis)
        found = (*v.shape)[i] == (*value_->shape)[axis];
      else if (!((*v.shape)[i] == Dim(1)))
        return false;
    }
    return found;
  }

  void takeActivation(const Node& n) {
    struct Row {
      std::string_view name;
      Activation activation;
      bool hasSlope = false;
    };
    static constexpr Row kRows[] = {
        {"Relu", Activation::kRelu}, {"Sigmoid", Activation::kSigmoid},   {"Tanh", Activation::kTanh},
        {"Clip", Activation::kClip}, {"Swish", Activation::kSwish, true}, {"Elu", Activation::kElu, true},
    };
    for (const Row& row : kRows)
      if (n.is(row.name)) {
        e_.activation = row.activation;
        if (row.hasSlope) e_.slope = n.attrs.real("alpha", 1);
        if (n.is("Clip")) takeBounds(n);
        return;
      }
    refuse(fmt::format("{} is no epilogue of a library", n.opName()));
  }

  void takeBounds(const Node& n) {
    for (size_t i : {1, 2}) {
      if (!n.hasInput(i)) continue;
      std::optional<double> bound = scalar(n.input(i));
      if (!bound) return refuse("Clip with bounds that are no constants");
      (i == 1 ? e_.low : e_.high) = *bound;
    }
    if (e_.low > e_.high) refuse("Clip with a lower bound above the upper one");
  }

  const Node& node_;
  const bool region_;
  const Value* value_ = nullptr;  // the chain's end so far
  ProductEpilogue e_;
};

}  // namespace

ProductEpilogue parseProductEpilogue(const Node& node, std::string_view anchor) {
  return Parser(node, anchor).result();
}

}  // namespace tenfold
