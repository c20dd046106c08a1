// What kind of recurrent cell a node is, and its activation functions as CUDA expressions.
#pragma once

#include <string>

#include "graph/ir/graph.h"

namespace tenfold::cuda {

enum class CellKind { kLstm, kGru, kRnn };

struct Cell {
  // Throws Error (kUnsupported) where the node is none, or asks for what kernels do not know.
  explicit Cell(const Node& node);

  CellKind kind = CellKind::kLstm;
  int gates = 4;
  int directions = 1;
  bool reverse = false, batchFirst = false;
  bool linearFirst = false, coupled = false;
  double clip = 0;
  // The members of struct C of kernels/recurrent.cuh that depend on the cell.
  std::string code;
};

}  // namespace tenfold::cuda
