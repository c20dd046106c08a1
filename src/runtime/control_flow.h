// If, Loop and Scan while they run. Bodies are plans of their own with an executor each; results are copied
// out of a body's memory into the outer one's.
#pragma once

#include "runtime/executor.h"

namespace tenfold {

class ControlFlow {
 public:
  ControlFlow(Executor& outer, size_t step, const RunArgs& args);
  // Conventions of inputs, outputs and bodies: graph/ops/control_flow.cpp.
  void run();

 private:
  void runIf();
  void runLoop();
  void runScan();
  // Runs body `b` on the given tensors; the results stay valid until the body runs again.
  std::vector<Tensor> runBody(size_t b, const std::vector<Tensor>& inputs);
  Tensor input(size_t i) const;  // a view; undefined where absent
  void setOutput(size_t i, const Tensor& tensor);

  Executor& outer_;
  const Node& node_;
  const size_t step_;
  const RunArgs& args_;
};

}  // namespace tenfold
