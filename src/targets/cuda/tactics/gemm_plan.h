// A matrix product as our own kernels want it: what the node says, and what its shapes say.
#pragma once

#include <memory>

#include "targets/cuda/codegen/tile_epilogue.h"
#include "targets/cuda/tactics/fast_divisor.h"

namespace tenfold::cuda {

// A MatMul or MatMulInteger, or a convolution with a 1x1 kernel in channels-last layout, whose images may be
// scaled before, with any pointwise epilogue. Throws Error (kUnsupported) for other nodes.
struct GemmNode {
  explicit GemmNode(const Node& node);

  // Whether the number of columns of the result is known.
  bool fixedColumns() const;

  TileEpilogue epilogue;
  size_t left = 0, right = 0;           // inputs of the node
  int factors = -1;                     // of each image and channel: what the left operand is scaled by
  int zeroLeft = -1, zeroRight = -1;    // zero points of integers
  bool transA = false, transB = false;  // as the kernel sees them
  bool isConv = false;
  bool constantRight = false;  // the right operand is there before anything runs
  DataType typeA, typeB, sum;  // of the operands, and in which the sums are kept
};

// Gemm of kernels/gemm.cuh, without the grid.
struct GemmParams {
  const void *a = nullptr, *b = nullptr, *factors = nullptr;
  uint32_t m = 0, n = 0, k = 0, lda = 0, ldb = 0;
  uint32_t accessA = 0, accessB = 0, accessFactors = 0;
  const void *zeroA = nullptr, *zeroB = nullptr;
  uint32_t zeroStrideA = 0, zeroStrideB = 0;
  uint32_t tilesM = 0, tilesN = 0;
  FastDivisor tiles;
  uint32_t allTiles = 0;
  uint32_t batchAxes = 0;
  FastDivisor batchExtent[4];
  uint32_t batchA[4] = {}, batchB[4] = {};
};

struct GemmShape {
  GemmParams params;
  int64_t batch = 1;
  TileEpilogue::Params epilogue;
  // Whether the copy engine can move the operands.
  bool movesOperands = false;
  // 16, 4 or 0 bytes that can be moved at once where the memory begins at a multiple of 16.
  uint32_t accessA = 0, accessB = 0;

  bool isEmpty() const { return params.m == 0 || params.n == 0 || batch == 0; }
  double operations() const { return 2.0 * params.m * params.n * params.k * static_cast<double>(batch); }
};

// Throws Error (kUnsupported) where a kernel cannot run these shapes.
GemmShape gemmShape(const GemmNode& node, Descs inputs, Descs outputs);

// What the copy engine, or vectors, can move at these shapes: the operands; and the results, with what the
// epilogue reads. And whether all is one product.
struct GemmMoves {
  bool operands = false, results = false, isSingle = false;
};
GemmMoves gemmMoves(const GemmNode& node, Descs inputs, Descs outputs);

}  // namespace tenfold::cuda
