// Runs one operator by its reference, for the tests.
#pragma once

#include <cmath>
#include <vector>

#include "graph/ir/graph.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

namespace tenfold::testing {

// Infers and evaluates `op` on the inputs (undefined tensors stand for absent ones). Throws Error where the
// inferred type or shape is not the evaluated one.
inline std::vector<Tensor> runOp(const char* op, const std::vector<Tensor>& inputs, Attributes attrs = {},
                                 size_t outputs = 1) {
  Graph graph;
  std::vector<Value*> values;
  for (const Tensor& t : inputs) {
    if (!t.defined())
      values.push_back(nullptr);
    else if (isInteger(t.dtype()) && t.numel() <= 16)
      values.push_back(graph.addConstant(t));
    else
      values.push_back(graph.addInput("", t.dtype(), symShape(t.shape())));
  }
  Node* node = graph.addNode(op, values, std::move(attrs), outputs, op);
  inferNode(graph, *node);
  std::vector<Tensor> results = evalNode(*node, inputs);
  for (size_t i = 0; i < outputs; ++i) {
    const Value& v = *node->outputs[i];
    require(v.dtype == results[i].dtype(), "{}: inferred {}, evaluated {}", op, v.typeStr(),
            typeName(results[i].dtype()));
    auto shape = v.shape ? constantShape(*v.shape) : std::nullopt;
    require(!shape || *shape == results[i].shape(), "{}: inferred {}, evaluated {}", op, v.typeStr(),
            results[i].shape().str());
  }
  return results;
}

inline std::vector<double> numbers(const Tensor& t) {
  std::vector<double> values;
  for (int64_t i = 0; i < t.numel(); ++i) values.push_back(t.getDouble(i));
  return values;
}

}  // namespace tenfold::testing
