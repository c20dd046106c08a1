// A convolution, or transposed convolution, with its epilogue as a graph of operations for cuDNN.
#pragma once

#include <vector>

#include "graph/ir/graph.h"
#include "targets/cuda/cudnn/graph.h"
#include "targets/product_epilogue.h"
#include "targets/target.h"

namespace tenfold::cuda {

// Concrete extents as cuDNN wants them: one spatial axis becomes two, the first of extent 1.
struct DnnConvShape {
  Shape x, w, y;  // logical; w: [K, C / groups, spatial...] of the plain convolution in both directions
  DnnWindow window;
  bool isTransposed = false;
  bool isEmpty() const { return x.numel() == 0 || w.numel() == 0 || y.numel() == 0; }
};
// `conv`: a Conv or ConvTranspose; `rank`: of its input. Throws Error for other than 1 to 3 spatial axes and
// for pads below zero.
DnnConvShape dnnConvShape(const Node& conv, const Shape& x, const Shape& w);

// What memory each of the graph's tensors is, in their order.
enum class DnnConvOperand : uint8_t { kInput, kWeights, kBias, kResidual, kOutput };

struct DnnConvGraph {
  OperationGraph graph;
  std::vector<DnnConvOperand> operands;
  std::vector<OperationGraph::Tensor> tensors;
};

// `residual`: dtype kUndefined where there is none. `output` gives type and layout. `weightsLayout`: in
// kChannelsLast each filter's channels come last. `epilogue`: null for the bare product.
DnnConvGraph dnnConvGraph(const Device& device, const DnnConvShape& shape, const TensorDesc& input,
                          Layout weightsLayout, const TensorDesc& residual, const TensorDesc& output,
                          const ProductEpilogue* epilogue);

// Constant weights [K, C / groups, spatial...] brought into channels-last order.
Tensor packChannelsLast(const Tensor& weights);

}  // namespace tenfold::cuda
