// The run-time half of the cuDNN convolutions.
#pragma once

#include <memory>
#include <string>

#include "targets/cuda/cudnn/plan_book.h"
#include "targets/cuda/jit/module.h"
#include "targets/cuda/tactics/cudnn_conv_graph.h"
#include "targets/cuda/tactics/product_tail.h"

namespace tenfold::cuda {

// A configuration of the tactic, in its printed form and in parts.
struct DnnConvConfig {
  bool fused = true, tf32 = false;
  std::string engine;
  static DnnConvConfig parse(const std::string& text);  // throws Error (kInvalidPlan)
  std::string str() const;
};

// What node, types and layouts say of the convolution. Throws Error (kUnsupported) for what it is not.
struct DnnConvNode {
  DnnConvNode(const Node& node, bool fused);
  ProductEpilogue epilogue;  // of a bare product: its operands alone
  const Node& anchor() const { return *epilogue.anchor; }
  DataType type() const { return anchor().input(0)->dtype; }
  const ProductEpilogue* fusedEpilogue() const { return fused ? &epilogue : nullptr; }
  bool fused;
  DnnConvShape shape(std::span<const TensorDesc> inputs) const;
  // `packed`: the weights lie in the order of the input.
  DnnConvGraph graph(const Device& device, std::span<const TensorDesc> inputs,
                     std::span<const TensorDesc> outputs, bool packed) const;
  // The product's description where the node's outputs are these.
  TensorDesc product(std::span<const TensorDesc> inputs, std::span<const TensorDesc> outputs) const;
};

struct DnnConvParts {
  std::unique_ptr<PlanBook> plans;
  bool isPacked = false;  // the weights are `weights`, not an input
  DeviceBuffer weights;
  ProductTail tail;  // of a bare product
  std::unique_ptr<Kernel> tailKernel;
};

class DnnConvKernel final : public Kernel {
 public:
  DnnConvKernel(const Device& device, const Node& node, bool fused, DnnConvParts parts);
  std::unique_ptr<Launch> prepare(std::span<const TensorDesc> inputs,
                                  std::span<const TensorDesc> outputs) const override;

 private:
  const Device& device_;
  const DnnConvNode node_;
  const DnnConvParts parts_;
};

}  // namespace tenfold::cuda
