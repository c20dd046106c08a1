// The copies of keys and values with their past that an attention hands out.
#pragma once

#include "targets/cuda/jit/module.h"
#include "targets/cuda/tactics/attention/node.h"
#include "targets/cuda/tactics/fast_divisor.h"

namespace tenfold::cuda {

// PresentParams of kernels/attention_present.cuh.
struct PresentParams {
  const void *past, *now;
  void* to;
  int32_t batchStride, headStride, rowStride;
  int32_t pastRows, nowRows;
  uint32_t count;
  FastDivisor size, rows, heads;
};

// Kernels for elements of these sizes in bytes; to follow #include "attention_present.cuh".
std::string presentCode(DataType keys, DataType values);

class PresentCopies {
 public:
  PresentCopies(const AttentionNode::Operands& operands, std::span<const TensorDesc> inputs,
                const Module& module);
  void run(const LaunchArgs& args);

 private:
  struct Copy {
    PresentParams params;
    Grid grid;
    CUfunction function;
    int past, now, to;
    int64_t offset;  // bytes, of `now`
  };
  std::vector<Copy> copies_;
};

}  // namespace tenfold::cuda
