// What the ONNX parser needs of a network: the class behind INetworkDefinition derives from this one too.
#pragma once

#include "NvInfer.h"
#include "graph/ir/graph.h"

namespace tenfold {

class NetworkGraph {
 public:
  // The graph that the network is a face of; the parser appends inputs, constants, nodes and outputs to it.
  virtual Graph& graph() = 0;
  // The tensor that is the face of a value of graph().
  virtual nvinfer1::ITensor* tensorOf(Value* value) = 0;

 protected:
  ~NetworkGraph() = default;
};

}  // namespace tenfold
