// The pointwise part of a kernel: all outputs of a node, one loop for each distinct output shape.
#pragma once

#include "targets/cpu/pointwise/loop.h"
#include "targets/fused_node.h"
#include "targets/target.h"

namespace tenfold::cpu {

// A value inside a region that the kernel's other part computes into memory of its own.
struct Internal {
  const Value* value;
  TensorDesc desc;
};

class PointwisePasses {
 public:
  PointwisePasses() = default;
  // Computes those outputs of `fused` that `written` does not mark (empty: all), from the node's inputs and
  // the internal values, by `nodes`.
  PointwisePasses(const FusedNode& fused, std::span<const Node* const> nodes,
                  std::span<const TensorDesc> inputs, std::span<const TensorDesc> outputs,
                  std::span<const Internal> internals = {}, const std::vector<bool>& written = {});
  size_t workspaceBytes() const { return workspace_; }
  bool empty() const { return passes_.empty(); }
  // `internals`: where the internal values lie, in the order of the constructor.
  void run(const LaunchArgs& args, void* const* internals, void* workspace);

 private:
  struct Pass {
    Loop loop;
    std::vector<size_t> inputs, outputs;  // of the node
  };
  std::vector<Pass> passes_;
  std::vector<void*> memory_;
  size_t internals_ = 0, workspace_ = 0;
};

}  // namespace tenfold::cpu
