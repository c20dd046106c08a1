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
  bool isNormalization() const { return !anchor->reduces && anchor->axes != RowAnchor::Axes::kOne; }

  // Whether several blocks can share a row, each giving a part of the result.
  bool splits() const { return std::string_view(anchor->code).starts_with("Reduce<"); }

  FusedNode fused;
  const RowAnchor* anchor;
  std::vector<RowOperand> operands;

 private:
  void addInputs();
};

struct RowPlan {
  RowPlan(const RowNode& node, Descs inputs, Descs outputs);
  LoopAxes rows, columns;
  int64_t length = 0;  // elements of a row
  // Whether vectors lie along the rows' fastest axis rather than the columns': at first, whether neighbours
  // in memory belong to neighbouring rows.
  bool isMany = false;
  // Whether `width` elements along the fastest axis of the columns (the rows', where isMany) can be moved
  // at once.
  bool takesWidth(int width) const;
  // What lies along that axis is `width` elements from here on.
  void group(int width);
  std::vector<uint32_t> vectorStrides() const;  // of each operand, before it is grouped

 private:
  struct Split {
    Shape shape;
    std::vector<int> rows, columns;  // axes from the slowest to the fastest
    std::vector<Shape> strides;
  };
  RowPlan(const Split& split, const RowNode& node);
  LoopAxes& along() { return isMany ? rows : columns; }
  const LoopAxes& along() const { return isMany ? rows : columns; }
  std::vector<bool> isResult_;  // of each operand
  static Split split(const RowNode& node, Descs inputs, Descs outputs);
};

}  // namespace tenfold::cuda
