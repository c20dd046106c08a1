// An Attention, plain or in a region of kind "attention" with views before and behind it, as kernels see it:
// where queries, keys, values and the result lie in the node's inputs and outputs.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "graph/ir/graph.h"
#include "targets/strided_view.h"
#include "targets/target.h"

namespace tenfold::cuda {

struct AttentionNode {
  enum Input { kQuery, kKey, kValue, kMask, kPastKey, kPastValue, kValidKeys, kInputs };
  enum Output { kResult, kPresentKey, kPresentValue, kScores, kOutputs };

  // An operand as [batch, heads, length, size]; a mask has the strides of [batch, query heads, queries,
  // keys].
  struct Operand {
    int index = -1;  // of the node's input or output; -1: absent
    Shape extents;
    std::array<int64_t, 4> strides{};
    int64_t offset = 0;
    bool exists() const { return index >= 0; }
  };
  struct Operands {
    std::array<Operand, kInputs> in;
    std::array<Operand, kOutputs> out;
    int64_t batch() const { return in[kQuery].extents[0]; }
    int64_t heads() const { return in[kQuery].extents[1]; }
    int64_t queries() const { return in[kQuery].extents[2]; }
    int64_t size() const { return in[kQuery].extents[3]; }
    int64_t kvHeads() const { return in[kKey].extents[1]; }
    int64_t past() const { return in[kPastKey].exists() ? in[kPastKey].extents[2] : 0; }
    int64_t keys() const { return past() + in[kKey].extents[2]; }
    int64_t valueSize() const { return in[kValue].extents[3]; }
    int64_t maskKeys = 0;  // keys behind these are not seen, where there is a mask
  };

  // Throws Error (kUnsupported) where the node is something else. `node` must stay alive.
  explicit AttentionNode(const Node& node);
  // At concrete shapes.
  Operands operands(std::span<const TensorDesc> inputs, std::span<const TensorDesc> outputs) const;
  // Elements of a key and of a value, where they are the same for all shapes.
  std::optional<int64_t> headSize() const, valueSize() const;
  // Whether all queries surely share one row of the mask.
  bool maskIsOneRow() const;
  // 1 / sqrt(head size) where the model says nothing.
  double scale(int64_t headSize) const;
  // The probabilities of a query that sees no key: 0, or NaN.
  double withoutKeys() const;

  const Node* node = nullptr;
  const Node* anchor = nullptr;  // the Attention itself
};

}  // namespace tenfold::cuda
