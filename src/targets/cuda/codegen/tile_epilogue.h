// The host's side of kernels/tile_epilogue.cuh: the pointwise expression behind a matrix product or
// convolution as code, and where its operands lie at concrete shapes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "targets/fused_node.h"
#include "targets/tactic_support.h"

namespace tenfold::cuda {

// The Cast of the anchor's first operand, where nothing else precedes the anchor and only it reads that.
const Node* conversionBefore(const FusedNode& fused);
// The Mul of the anchor's images by one factor for each image and channel (scaling.h), likewise.
const Node* scalingBefore(const FusedNode& fused);
// The MaxPool that ends what is after the anchor, where nothing else leaves the region.
const Node* poolBehind(const FusedNode& fused);

class TileEpilogue {
 public:
  // A node that is one of `anchors`, or a region around one, of which a Split of the columns into equal parts
  // or a MaxPool, which is the kernel's own matter, may be the end. Throws Error (kUnsupported) where what
  // follows it is not pointwise, or more than a conversion or a scaling precedes it. `node` stays alive as
  // long as this.
  TileEpilogue(const Node& node, std::span<const std::string_view> anchors);

  const Node& anchor() const { return *fused_.anchor; }
  const FusedNode& fused() const { return fused_; }
  size_t operandCount() const { return inputs_.size() + outputs_.size(); }
  // struct Region, and `typedef Epilogue<N> E`. Include math.cuh and tile_epilogue.cuh before.
  std::string code() const;
  // The operand that is read at each element of the result, and the result, that the copy engine may move
  // (kernels/gemm_boxes.cuh): floats as wide as those that are multiplied. -1: there is none.
  int boxOperand() const { return boxOperand_; }
  int boxResult() const { return boxResult_; }
  DataType typeOf(size_t operand) const;
  // Whether every row of the result reads the same elements of all operands.
  bool readsColumnsOnly() const;

  // Epilogue<N> at concrete shapes.
  class Params {
   public:
    // Its address; valid as long as this, for the kernel's parameters.
    void* fill(const LaunchArgs& args);
    // Whether rows are one axis and every operand can be moved by vectors, as far as shapes tell.
    bool isMatrix() const { return vectors_ && rowAxes_ <= 1; }
    // Elements from one row of an operand to the next, where rows are one axis.
    uint32_t rowStride(size_t operand) const { return rowStrides_[operand]; }
    // Of the last fill(): where an operand lies, and whether all can be moved by vectors.
    const void* memory(size_t operand) const { return reinterpret_cast<const void*>(words_[operand]); }
    bool isWide() const;

   private:
    friend class TileEpilogue;
    std::vector<uint64_t> words_;
    std::vector<int> inputs_, outputs_;
    std::vector<uintptr_t> alignment_;  // of each operand, that vectors need
    std::vector<uint32_t> rowStrides_;
    bool vectors_ = false;
    int rowAxes_ = 0;
    size_t wideAt_ = 0;  // index of the 32-bit word `wide`
  };
  // `order`: the axes of the result from the slowest on; the last are the columns, the others together the
  // rows. `descs` are those of the node, or the same with axes of extent 1 inserted. Throws Error
  // (kUnsupported) where rows need too many axes.
  Params params(Descs inputs, Descs outputs, const std::vector<int>& order) const;

 private:
  bool isBias(size_t operand) const;
  // Whether every row of the result reads the same elements of it.
  bool isColumns(size_t operand) const;
  void findBoxes();
  std::string readCode(size_t operand, const char* at) const;
  // Where a part of the split begins, and how many columns each has.
  int64_t partColumns() const;
  int64_t partBegin(size_t operand) const;
  std::string storeCode(size_t operand) const;
  int passesAtOnce() const;
  Shape stridesOf(size_t operand, const TensorDesc& desc, const TensorDesc& result) const;

  FusedNode fused_;
  const Node *split_ = nullptr, *pool_ = nullptr;  // null: there is none
  int boxOperand_ = -1, boxResult_ = -1;
  int bias_ = -1;                         // which input of the node is the anchor's own bias (convolutions)
  std::vector<size_t> inputs_, outputs_;  // of the node
};

}  // namespace tenfold::cuda
