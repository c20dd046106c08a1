#include "targets/cpu/pointwise/pointwise.h"

#include <algorithm>

#include "base/error.h"
#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"
#include "targets/cpu/strides.h"

namespace tenfold::cpu {
namespace {

// One loop with the node inputs and outputs it reads and writes.
struct Pass {
  Loop loop;
  std::vector<size_t> inputs, outputs;
};

class PointwiseLaunch final : public Launch {
 public:
  PointwiseLaunch(const Node& node, Descs inputs, Descs outputs);
  size_t workspaceBytes() const override { return workspace_; }
  void run(const LaunchArgs& args) override;

 private:
  std::vector<Pass> passes_;
  std::vector<void*> memory_;
  size_t workspace_ = 0;
};

PointwiseLaunch::PointwiseLaunch(const Node& node, Descs inputs, Descs outputs) {
  FusedNode fused(node, {});
  std::vector<bool> done(outputs.size(), false);
  for (size_t o = 0; o < outputs.size(); ++o) {
    if (done[o] || !fused.outputs[o]) continue;
    std::vector<PointwiseOperand> ins, outs;
    std::vector<size_t> inIndex, outIndex;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!fused.inputs[i] || fused.inputs[i]->dtype == DataType::kUndefined) continue;
      // A scalar constant of a plain node goes into the program.
      if (!fused.body && fused.inputs[i]->isConstant() && inputs[i].shape.numel() == 1) continue;
      ins.push_back({fused.inputs[i], inputs[i]});
      inIndex.push_back(i);
    }
    for (size_t p = o; p < outputs.size(); ++p) {
      if (!fused.outputs[p] || outputs[p].shape != outputs[o].shape) continue;
      outs.push_back({fused.outputs[p], outputs[p]});
      outIndex.push_back(p);
      done[p] = true;
    }
    Loop loop = makePointwiseLoop(fused.after, ins, outs);
    workspace_ = std::max(workspace_, loop.scratchBytes() * static_cast<size_t>(threadLimit()));
    memory_.resize(std::max(memory_.size(), ins.size() + outs.size()));
    passes_.push_back({std::move(loop), std::move(inIndex), std::move(outIndex)});
  }
}

void PointwiseLaunch::run(const LaunchArgs& args) {
  for (const Pass& pass : passes_) {
    size_t k = 0;
    for (size_t i : pass.inputs) memory_[k++] = args.inputs[i];
    for (size_t o : pass.outputs) memory_[k++] = args.outputs[o];
    runLoop(pass.loop, memory_.data(), args.workspace);
  }
}

std::string refuses(const Node& node, const TuningHint& hint) {
  FusedNode fused(node, {});
  if (node.is("Identity")) return "is a view";
  for (const Node* n : fused.after)
    if (std::string why = refusesPointwise(*n); !why.empty()) return why;
  for (const TensorDesc& d : hint.inputs)
    if (d.dtype != DataType::kUndefined && !hasLane(d.dtype))
      return fmt::format("elements are {}", typeName(d.dtype));
  try {
    PointwiseLaunch(node, hint.inputs, hint.outputs);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
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
