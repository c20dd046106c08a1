// What a rows kernel reads and writes, and its rows at concrete shapes.
#pragma once

#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/loop_axes.h"
#include "targets/fused_node.h"

namespace tenfold::cuda {

// An operator that works on rows.
struct RowAnchor {
  enum class Axes { kInput, kOne, kTrailing, kSpatial };
  std::string_view name;
  const char* code;  // the class of kernels/rows.cuh
  Axes axes;
  bool reduces;  // one result a row; otherwise one an element
};

struct RowOperand {
  const Value* value;
  size_t index;  // of the node's input or output
  bool isOutput;
  bool isResult;    // has the shape of the anchor's result rather than that of its input
  bool perChannel;  // a list along axis 1
};

struct RowNode {
  // Throws Error (kUnsupported), saying why, where the node is no row operation.
  explicit RowNode(const Node& node);
  // Variables of the operands that are read in that shape: "a<operand>".
  bool isNormalization() const { return !anchor->reduces && anchor->axes != RowAnchor::Axes::kOne; }

  FusedNode fused;
  const RowAnchor* anchor;
  std::vector<RowOperand> operands;

 private:
  void addInputs();
};

struct RowPlan {
  RowPlan(const RowNode& node, Descs inputs, Descs outputs);
  LoopAxes rows, columns;
  // Threads that share a row, so that neighbours read neighbours.
  int lanes() const;

 private:
  struct Split {
    Shape shape;
    std::vector<int> rows, columns;  // axes from the slowest to the fastest
    std::vector<Shape> strides;
  };
  explicit RowPlan(const Split& split);
  static Split split(const RowNode& node, Descs inputs, Descs outputs);
};

}  // namespace tenfold::cuda
