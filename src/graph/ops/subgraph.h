// What the operators with bodies (If, Loop, Scan) share.
#pragma once

#include <set>

#include "graph/ir/symbols.h"
#include "graph/ops/eval.h"
#include "graph/ops/infer.h"

namespace tenfold {

// Makes the body's symbols differ from those of every other graph around it.
void nameSymbols(InferContext& ctx, size_t body);
// The body's inputs from `first` on stand for the node's inputs from `from` on, as they are: captured values.
void passCaptures(InferContext& ctx, Graph& body, size_t first, size_t from, size_t count);
// Symbols that mean something outside the node's bodies: those of its inputs.
std::set<std::string> outerSymbols(const InferContext& ctx);

// Collects one tensor per iteration and stacks them along a new axis.
class Stack {
 public:
  void push(Tensor t) { parts_.push_back(std::move(t)); }
  // `value` is the output it becomes: its type and shape serve where there was no iteration.
  Tensor build(const Value& value, int64_t axis, bool reversed) const;

 private:
  std::vector<Tensor> parts_;
};

}  // namespace tenfold
