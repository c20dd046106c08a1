// If, Loop and Scan while they run. Bodies are plans of their own with an executor each; tensors stay in the
// target's memory, and only what decides (conditions, trip counts, shapes) is read by the host.
#pragma once

#include "runtime/executor.h"

namespace tenfold {

class ControlFlow {
 public:
  ControlFlow(Executor& outer, size_t step, const RunArgs& args);
  // Conventions of inputs, outputs and bodies: graph/ops/control_flow.cpp.
  void run();

 private:
  // A tensor in the target's memory; `value` where it is one of the graph around.
  struct Piece {
    DataType type = DataType::kUndefined;
    Shape shape;
    void* data = nullptr;
    const Value* value = nullptr;
    size_t bytes() const { return typeBytes(type, shape.numel()); }
  };
  // Rows that a body gives, one an iteration, one after the other.
  struct Rows {
    Shape row;
    int64_t count = 0;
    size_t capacity = 0;  // bytes
  };

  void runIf();
  void runLoop();
  void runScan();
  bool scansFirstAxes() const;
  void scanOnHost();
  // Runs body `b`; the results stay valid until the body runs again.
  std::vector<Piece> runBody(size_t b, const std::vector<Piece>& inputs);
  Piece input(size_t i) const;  // undefined where absent
  Piece upload(size_t slot, const Tensor& tensor);
  std::vector<int64_t> ints(const Piece& piece) const;  // waits for them
  // Buffer `slot` of this step, which lives as long as the executor.
  void* buffer(size_t slot, size_t bytes);
  Piece keep(size_t slot, const Piece& piece);
  void append(size_t slot, Rows& rows, const Piece& piece, int64_t expected);
  void* outputMemory(size_t i, const Shape& shape);  // null where it is unwanted
  void setOutput(size_t i, const Piece& piece);
  void copy(void* to, const void* from, size_t bytes);
  // The shape of `count` rows of a body's output; of a body that never ran, unknown extents are empty.
  static Shape stacked(const Value& output, int64_t count, const Shape* row);

  Executor& outer_;
  const Node& node_;
  const size_t step_;
  const RunArgs& args_;
};

}  // namespace tenfold
