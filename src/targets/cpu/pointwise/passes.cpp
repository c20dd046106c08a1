#include "targets/cpu/pointwise/passes.h"

#include <algorithm>

#include "targets/cpu/parallel.h"
#include "targets/cpu/pointwise/pointwise.h"

namespace tenfold::cpu {

PointwisePasses::PointwisePasses(const FusedNode& fused, std::span<const Node* const> nodes,
                                 std::span<const TensorDesc> inputs, std::span<const TensorDesc> outputs,
                                 std::span<const Internal> internals, const std::vector<bool>& written)
    : internals_(internals.size()) {
  std::vector<bool> done = written;
  done.resize(outputs.size(), false);
  for (size_t o = 0; o < outputs.size(); ++o) {
    if (done[o] || !fused.outputs[o]) continue;
    std::vector<PointwiseOperand> ins, outs;
    std::vector<size_t> inIndex, outIndex;
    for (const Internal& i : internals) ins.push_back({i.value, i.desc});
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Value* v = fused.inputs[i];
      if (!v || inputs[i].dtype == DataType::kUndefined) continue;
      // A scalar constant of a plain node goes into the program.
      if (!fused.body && v->isConstant() && inputs[i].shape.numel() == 1) continue;
      ins.push_back({v, inputs[i]});
      inIndex.push_back(i);
    }
    for (size_t p = o; p < outputs.size(); ++p) {
      if (done[p] || !fused.outputs[p] || outputs[p].shape != outputs[o].shape) continue;
      outs.push_back({fused.outputs[p], outputs[p]});
      outIndex.push_back(p);
      done[p] = true;
    }
    Loop loop = makePointwiseLoop(nodes, ins, outs);
    workspace_ = std::max(workspace_, loop.scratchBytes() * static_cast<size_t>(threadLimit()));
    memory_.resize(std::max(memory_.size(), ins.size() + outs.size()));
    passes_.push_back({std::move(loop), std::move(inIndex), std::move(outIndex)});
  }
}

void PointwisePasses::run(const LaunchArgs& args, void* const* internals, void* workspace) {
  for (const Pass& pass : passes_) {
    size_t k = 0;
    for (size_t i = 0; i < internals_; ++i) memory_[k++] = internals[i];
    for (size_t i : pass.inputs) memory_[k++] = args.inputs[i];
    for (size_t o : pass.outputs) memory_[k++] = args.outputs[o];
    runLoop(pass.loop, memory_.data(), workspace);
  }
}

}  // namespace tenfold::cpu
