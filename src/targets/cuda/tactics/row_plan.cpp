#include "targets/cuda/tactics/row_plan.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ops/op_def.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/fused_shapes.h"

namespace tenfold::cuda {
namespace {

using Axes = RowAnchor::Axes;
constexpr RowAnchor kAnchors[] = {
    {"Softmax", "Softmax", Axes::kOne, false},
    {"LogSoftmax", "LogSoftmax", Axes::kOne, false},
    {"LayerNormalization", "Normalize<true>", Axes::kTrailing, false},
    {"RMSNormalization", "Normalize<false>", Axes::kTrailing, false},
    {"InstanceNormalization", "Normalize<true>", Axes::kSpatial, false},
    {"GlobalAveragePool", "Reduce<Plus, Same, Average>", Axes::kSpatial, true},
    {"GlobalMaxPool", "Reduce<Largest, Same, Same>", Axes::kSpatial, true},
    {"ReduceSum", "Reduce<Plus, Same, Same>", Axes::kInput, true},
    {"ReduceMean", "Reduce<Plus, Same, Average>", Axes::kInput, true},
    {"ReduceMax", "Reduce<Largest, Same, Same>", Axes::kInput, true},
    {"ReduceMin", "Reduce<Smallest, Same, Same>", Axes::kInput, true},
    {"ReduceProd", "Reduce<Times, Same, Same>", Axes::kInput, true},
    {"ReduceL1", "Reduce<Plus, Magnitude, Same>", Axes::kInput, true},
    {"ReduceL2", "Reduce<Plus, Square, Root>", Axes::kInput, true},
    {"ReduceSumSquare", "Reduce<Plus, Square, Same>", Axes::kInput, true},
    {"ReduceLogSum", "Reduce<Plus, Same, Logarithm>", Axes::kInput, true},
    {"ReduceLogSumExp", "LogSumExp", Axes::kInput, true},
};

std::vector<std::string_view> anchorNames() {
  std::vector<std::string_view> names;
  for (const RowAnchor& a : kAnchors) names.push_back(a.name);
  return names;
}

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::kUnsupported, why); }

std::vector<bool> maskOf(const RowNode& node, Descs inputs, int rank) {
  Axes axes = node.anchor->axes;
  if (axes == Axes::kInput) return reducedAxes(node.fused, inputs, rank);
  std::vector<bool> mask(static_cast<size_t>(rank), false);
  if (axes == Axes::kSpatial) {
    std::fill(mask.begin() + std::min(rank, 2), mask.end(), true);
  } else {
    auto axis = mask.begin() + normalizeAxis(node.fused.anchor->attrs.integer("axis", -1), rank);
    std::fill(axis, axes == Axes::kOne ? axis + 1 : mask.end(), true);
  }
  return mask;
}

}  // namespace

RowNode::RowNode(const Node& node) : fused(node, anchorNames()) {
  if (!fused.anchor) refuse("it has no single reduction, softmax or normalization");
  anchor = std::find_if(std::begin(kAnchors), std::end(kAnchors),
                        [&](const RowAnchor& a) { return fused.anchor->is(a.name); });
  for (size_t o = 1; o < fused.anchor->outputs.size(); ++o)
    if (fused.anchor->outputs[o]) refuse("statistics are asked for");
  for (const auto* side : {&fused.before, &fused.after})
    for (const Node* n : *side) {
      if (!n->op->pointwise) refuse(fmt::format("{} is not pointwise", n->opName()));
      if (std::string why = refusesExpression(*n); !why.empty()) refuse(why);
    }
  for (const Value* v : {fused.anchor->inputs[0], fused.anchor->outputs[0]})
    if (!isFloat(v->dtype) || typeBits(v->dtype) > 32 || typeBits(v->dtype) < 16)
      refuse(fmt::format("rows of {}", typeName(v->dtype)));
  addInputs();
  for (size_t o = 0; o < fused.outputs.size(); ++o) {
    const Value* v = fused.outputs[o];
    if (!v) continue;
    memoryType(v->dtype);
    operands.push_back({v, o, true, anchor->reduces, false});
  }
  constexpr size_t kMostOperands = 24;  // parameters of a kernel are 4 KiB at most
  if (operands.size() > kMostOperands) refuse(fmt::format("it has {} operands", operands.size()));
}

void RowNode::addInputs() {
  for (size_t i = 0; i < fused.inputs.size(); ++i) {
    const Value* v = fused.inputs[i];
    if (!v || isLiteral(v)) continue;
    const auto& own = fused.anchor->inputs;
    size_t parameters = isNormalization() ? own.size() : 1;
    auto end = own.begin() + static_cast<long>(parameters);
    auto place = std::find(own.begin(), end, v);
    bool perChannel =
        isNormalization() && anchor->axes == Axes::kSpatial && place > own.begin() && place < end;
    bool isBefore = place != end || FusedNode::reads(fused.before, v);
    bool isAfter = FusedNode::reads(fused.after, v);
    if (perChannel && (isAfter || FusedNode::reads(fused.before, v))) refuse("scales have another use");
    if (isBefore || isAfter) memoryType(v->dtype);
    if (isBefore || (isAfter && !anchor->reduces)) operands.push_back({v, i, false, false, perChannel});
    if (isAfter && anchor->reduces) operands.push_back({v, i, false, true, false});
  }
}

RowPlan::Split RowPlan::split(const RowNode& node, Descs inputs, Descs outputs) {
  Split split;
  const Shape shape = split.shape = shapeInside(node.fused, node.fused.anchor->inputs[0], inputs);
  if (shape.rank() == 0) refuse("rows of a scalar");
  requireSmall(shape.numel());
  std::vector<bool> reduced = maskOf(node, inputs, shape.rank());
  bool keeps = node.anchor->axes == Axes::kSpatial || node.fused.anchor->attrs.integer("keepdims", 1) != 0;
  Shape result;
  for (int d = 0; d < shape.rank(); ++d)
    if (!reduced[static_cast<size_t>(d)] || keeps)
      result.push_back(reduced[static_cast<size_t>(d)] ? 1 : shape[d]);
  Layout layout = outputs[0].layout;
  for (const TensorDesc& d : inputs)
    if (d.shape == shape) layout = d.layout;
  for (int d : memoryOrder(shape.rank(), layout))
    (reduced[static_cast<size_t>(d)] ? split.columns : split.rows).push_back(d);
  for (const RowOperand& operand : node.operands) {
    TensorDesc desc = (operand.isOutput ? outputs : inputs)[operand.index];
    if (operand.perChannel)
      for (int d = 2; d < shape.rank(); ++d) desc.shape.push_back(1);
    const Shape& target = operand.isResult ? result : shape;
    if (operand.isOutput && !(desc.shape == target))
      refuse(fmt::format("an output has shape {}, its rows give {}", desc.shape.str(), target.str()));
    Shape strides = broadcastStridesOf(desc, target);
    if (target.rank() < shape.rank()) {
      Shape spread = Shape::filled(shape.rank(), 0);
      for (int d = 0, from = 0; d < shape.rank(); ++d)
        if (!reduced[static_cast<size_t>(d)]) spread[d] = strides[from++];
      strides = spread;
    }
    split.strides.push_back(strides);
  }
  return split;
}

RowPlan::RowPlan(const RowNode& node, Descs inputs, Descs outputs)
    : RowPlan(split(node, inputs, outputs), node) {}

RowPlan::RowPlan(const Split& s, const RowNode& node)
    : rows(s.shape, s.rows, s.strides), columns(s.shape, s.columns, s.strides), length(columns.numel()) {
  constexpr int kAxes = 8;  // kRowAxes of the kernel
  if (rows.rank() > kAxes || columns.rank() > kAxes) refuse("rows along more than 8 axes");
  isResult_.reserve(node.operands.size());
  for (const RowOperand& o : node.operands) isResult_.push_back(o.isResult);
  isMany = rows.extents.back() > 1 && rows.strides[0].back() == 1 && columns.strides[0].back() != 1;
}

bool RowPlan::takesWidth(int width) const {
  auto divides = [&](int64_t n) { return n % width == 0; };
  if (!divides(along().extents.back())) return false;
  for (size_t k = 0; k < isResult_.size(); ++k) {
    if (isResult_[k] && !isMany) continue;  // moved one by one
    if (along().strides[k].back() == 0) continue;
    if (along().strides[k].back() != 1) return false;
    std::vector<int64_t> others = isMany ? columns.strides[k] : rows.strides[k];
    others.insert(others.end(), along().strides[k].begin(), along().strides[k].end() - 1);
    if (!std::all_of(others.begin(), others.end(), divides)) return false;
  }
  return true;
}

void RowPlan::group(int width) {
  along().extents.back() /= width;
  for (auto& strides : along().strides) strides.back() *= width;
}

std::vector<uint32_t> RowPlan::vectorStrides() const {
  std::vector<uint32_t> strides;
  strides.reserve(isResult_.size());
  for (const auto& s : along().strides) strides.push_back(s.back() == 0 ? 0 : 1);
  return strides;
}

}  // namespace tenfold::cuda
