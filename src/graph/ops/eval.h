// Reference evaluation on the host: the meaning of every operator. Constant folding, the tests and the CPU
// target's last-resort tactic use it.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/tensor.h"
#include "graph/ir/graph.h"

namespace tenfold {

class EvalContext {
 public:
  // `outputShapes` are the inferred ones, where known. `allocate` gives the memory of output i.
  using Allocate = std::function<Tensor(size_t i, DataType, const Shape&)>;
  EvalContext(const Node& node, std::vector<Tensor> inputs, Allocate allocate = {});

  const Node& node() const { return node_; }
  const Attributes& attrs() const { return node_.attrs; }
  size_t numInputs() const { return inputs_.size(); }
  size_t numOutputs() const { return node_.outputs.size(); }
  bool has(size_t i) const { return i < inputs_.size() && inputs_[i].defined(); }
  bool wants(size_t output) const { return node_.output(output) != nullptr; }
  // Throws Error where the input is absent.
  const Tensor& input(size_t i) const;
  // Allocates output i with this type and shape and returns it; contents are undefined until written.
  // For an output that nobody wants, a scratch tensor.
  Tensor& output(size_t i, DataType type, const Shape& shape);
  // With the type of the node's output value.
  Tensor& output(size_t i, const Shape& shape);
  // Makes output i share `tensor`'s bytes (views, bodies' results) where the caller's memory allows, else
  // copies.
  void setOutput(size_t i, Tensor tensor);
  std::vector<Tensor>& results() { return outputs_; }

  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    failText(fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void require(bool ok, fmt::format_string<Args...> format, Args&&... args) const {
    if (!ok) failText(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  [[noreturn]] void failText(const std::string& message) const;
  const Node& node_;
  std::vector<Tensor> inputs_, outputs_;
  Allocate allocate_;
};

// Evaluates one node: a tensor for each output; absent inputs are undefined. Throws Error naming the node.
std::vector<Tensor> evalNode(const Node& node, const std::vector<Tensor>& inputs);
// Evaluates a whole graph; the interpreter behind If, Loop, Scan and regions, and the tests' oracle.
std::vector<Tensor> evalGraph(const Graph& graph, const std::vector<Tensor>& inputs);

}  // namespace tenfold
