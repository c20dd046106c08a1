#include "targets/cpu/pointwise/pointwise.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"
#include "targets/cpu/pointwise/passes.h"
#include "targets/strides.h"

namespace tenfold::cpu {
namespace {

// Lists of scales and zero points lie along an axis: as tensors that broadcast, they have 1s behind it.
void alignScales(const Node& node, std::vector<TensorDesc>& inputs) {
  if (!node.is("QuantizeLinear") && !node.is("DequantizeLinear")) return;
  int rank = inputs[0].shape.rank();
  for (size_t i = 1; i < inputs.size(); ++i)
    if (inputs[i].shape.rank() == 1 && inputs[i].shape[0] != 1)
      for (int d = normalizeAxis(node.attrs.integer("axis", 1), rank) + 1; d < rank; ++d)
        inputs[i].shape.push_back(1);
}

class PointwiseLaunch final : public Launch {
 public:
  PointwiseLaunch(const Node& node, Descs inputs, Descs outputs) {
    FusedNode fused(node, {});
    std::vector<TensorDesc> aligned(inputs.begin(), inputs.end());
    alignScales(node, aligned);
    passes_ = PointwisePasses(fused, fused.after, aligned, outputs);
  }
  size_t workspaceBytes() const override { return passes_.workspaceBytes(); }
  void run(const LaunchArgs& args) override { passes_.run(args, nullptr, args.workspace); }

 private:
  PointwisePasses passes_;
};

std::string refuses(const Node& node, const TuningHint& hint) {
  FusedNode fused(node, {});
  if (node.is("Identity")) return "is a view";
  for (const Node* n : fused.after)
    if (std::string why = refusesPointwise(*n); !why.empty()) return why;
  for (const TensorDesc& d : hint.inputs)
    if (d.dtype != DataType::kUndefined && !hasLane(d.dtype))
      return fmt::format("elements are {}", typeName(d.dtype));
  return reasonOf([&] { PointwiseLaunch(node, hint.inputs, hint.outputs); });
}

std::unique_ptr<Launch> prepare(const Node& node, Descs inputs, Descs outputs) {
  return std::make_unique<PointwiseLaunch>(node, inputs, outputs);
}

}  // namespace

Loop makePointwiseLoop(std::span<const Node* const> nodes, std::span<const PointwiseOperand> inputs,
                       std::span<const PointwiseOperand> outputs) {
  std::vector<const Value*> ins, outs;
  std::vector<Loop::Operand> operands;
  const Shape& shape = outputs[0].desc.shape;
  std::vector<int> order = memoryOrder(shape.rank(), outputs[0].desc.layout);
  // Inputs that no needed node reads may have any shape.
  for (const PointwiseOperand& in : inputs) ins.push_back(in.value);
  for (const PointwiseOperand& out : outputs) outs.push_back(out.value);
  Program program = compilePointwise(nodes, ins, outs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    bool used = program.inputs[i].reg >= 0;
    // Internal values may lie in memory wider than their type: f32 for f16.
    program.inputs[i].type = inputs[i].desc.dtype;
    operands.push_back(
        {permuted(used ? broadcastStridesOf(inputs[i].desc, shape) : Shape::filled(shape.rank(), 0), order)});
  }
  for (const PointwiseOperand& out : outputs)
    operands.push_back({permuted(broadcastStridesOf(out.desc, shape), order)});
  return Loop(std::move(program), permuted(shape, order), std::move(operands));
}

void runLoop(const Loop& loop, void* const* memory, void* scratch) {
  if (loop.size() == 0) return;
  int threads = threadsFor(loop.size(), loop.grain());
  onThreads(threads, [&](int t) {
    int64_t from = loop.size() * t / threads, to = loop.size() * (t + 1) / threads;
    // Cuts at cache lines keep threads from writing the same one.
    if (t > 0) from = from / 64 * 64;
    if (t + 1 < threads) to = to / 64 * 64;
    if (from < to)
      loop.run(from, to, memory, static_cast<char*>(scratch) + static_cast<size_t>(t) * loop.scratchBytes());
  });
}

const Tactic& pointwiseTactic() {
  static const LaunchTactic tactic("pointwise", refuses, prepare);
  return tactic;
}

}  // namespace tenfold::cpu
