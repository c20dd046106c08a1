// Type and shape inference. The same function of an operator serves the build (symbolic dimensions, some
// constants known) and run time (every dimension and every integer input known), where it gives the shapes
// that depend on data.
#pragma once

#include <optional>

#include "base/error.h"
#include "graph/ir/graph.h"
#include "graph/ops/op_def.h"

namespace tenfold {

class InferContext {
 public:
  InferContext(Graph& graph, Node& node) : graph_(graph), node_(node) {}

  const Node& node() const { return node_; }
  Node& mutableNode() { return node_; }  // for bodies of control flow
  Graph& graph() { return graph_; }
  const Attributes& attrs() const { return node_.attrs; }
  size_t numInputs() const { return node_.inputs.size(); }
  size_t numOutputs() const { return node_.outputs.size(); }
  bool has(size_t i) const { return node_.hasInput(i); }
  // The operator's own complaint: throws Error with node, operator and message.
  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    failText(fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void require(bool ok, fmt::format_string<Args...> format, Args&&... args) const {
    if (!ok) failText(fmt::format(format, std::forward<Args>(args)...));
  }

  // Complains where input i is there and is known not to have this shape.
  void expectShape(size_t i, const SymShape& expected, const char* what) const;
  // Complains where two extents are known and differ.
  void expectEqual(const Dim& a, const Dim& b, const char* what) const;

  DataType type(size_t i) const;  // throws where the input is absent
  bool hasShape(size_t i) const { return has(i) && node_.inputs[i]->shape.has_value(); }
  // The shape; where not even the rank is known, inference of this node ends here (see inferNode).
  const SymShape& shape(size_t i) const;
  int rank(size_t i) const { return static_cast<int>(shape(i).size()); }
  const Tensor* constant(size_t i) const;  // null where the input is absent or no constant
  // Integer elements as expressions: from a constant or from shape arithmetic.
  std::optional<DimList> contents(size_t i) const;
  // The same as plain integers, if all are known.
  std::optional<std::vector<int64_t>> ints(size_t i) const;

  // Set the type first, then the shape: where the rank of an input is unknown the type still stands.
  void setType(size_t output, DataType type);
  void setShape(size_t output, SymShape shape);
  void set(size_t output, DataType type, SymShape shape) {
    setType(output, type);
    setShape(output, std::move(shape));
  }
  void setContents(size_t output, DimList contents);
  // A dimension that only run time reveals. Inference of the same node again gives the same symbol.
  // `upper` bounds it for memory planning, where a bound is known.
  Dim unknownDim(const std::string& hint, std::optional<Dim> upper = std::nullopt);

 private:
  [[noreturn]] void failText(const std::string& message) const;
  Graph& graph_;
  Node& node_;
};

// Infers one node's outputs. Where an input's rank is unknown, outputs get a type and no shape. Throws Error
// that names node and operator where the inputs do not fit.
void inferNode(Graph& graph, Node& node);
// Every node in order, bodies included.
void inferGraph(Graph& graph);

// Common inference functions.
void inferSameAsInput(InferContext& ctx);  // output 0 has the type and shape of input 0 (contents too)
void inferBroadcast(InferContext& ctx);    // the type of input 0, the broadcast shape of all inputs
void inferCompare(InferContext& ctx);      // the same with type bool

}  // namespace tenfold
