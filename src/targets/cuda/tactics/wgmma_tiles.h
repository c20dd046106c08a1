// The kernels with wgmma (kernels/gemm_wgmma.cuh, gemm_boxes.cuh, gemm_quick.cuh), which matrix products and
// convolutions share: their variants, as code, and what each is expected to take.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "targets/cuda/device.h"
#include "targets/cuda/tactics/gemm_config.h"

namespace tenfold::cuda {

// Elements of K that a stage holds: 128 bytes.
inline int stepElements(DataType type) { return 1024 / typeBits(type); }

// Products of m x n matrices with so many stages along K.
struct WgmmaWork {
  double m = 0, n = 0, steps = 0, products = 1;
  double memorySeconds = 0;  // all operands, once
  bool boxes = false;        // the copy engine can move the results
};

// How the operands lie, as WgmmaConfig has it.
struct WgmmaOperands {
  const char* type;
  bool transA, transB, constantB;
};

// Every variant.
std::vector<GemmConfig> wgmmaConfigs();
// The configuration's type in generated code.
std::string wgmmaCode(const GemmConfig& config, const WgmmaOperands& operands);
// Dynamic shared memory of a block.
size_t wgmmaSharedBytes(const GemmConfig& config);
// Seconds; null where the configuration is wrong for the work, or too slow to be tried.
std::optional<double> estimateWgmma(const GemmConfig& config, const WgmmaWork& work, const Device& device);

}  // namespace tenfold::cuda
