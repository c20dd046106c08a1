// What follows the sums of a convolution: the region's pointwise nodes as a device function, and its
// operands.
#pragma once

#include <string>
#include <vector>

#include "targets/cuda/jit/module.h"
#include "targets/cuda/tactics/conv/conv_node.h"
#include "targets/cuda/tactics/fast_divisor.h"

namespace tenfold::cuda {

// The includes and the function `finish` (contract: kernels/conv.cuh), then the alias Epilogue for its
// parameters. `reach`: what reachOfExtras() said.
std::string epilogueCode(const ConvNode& conv, const std::string& reach);

// The parameters of a convolution kernel as kernels/conv.cuh lays them out: the addresses of image and
// weights, the epilogue, then what the kernel's own plan appends.
class ConvParams {
 public:
  // Throws Error (kUnsupported) where operands do not vary as `reach` says.
  ConvParams(const ConvNode& conv, const std::string& reach, const ConvShape& shape, Descs in, Descs out);
  void number(int64_t value) { append(static_cast<int32_t>(value)); }
  void divisor(int64_t extent) { append(divisorOf(extent)); }
  // The kernel moves 16 bytes at once: at() throws Error for addresses that are no multiple of that.
  void requireAligned() { aligned_ = true; }
  // Sets the addresses for a launch; `weights` replaces the node's input where it is not null. Returns what
  // launch() takes.
  void** at(const LaunchArgs& args, const void* weights);

  Grid grid;

 private:
  template <typename T>
  void append(const T& value) {
    appendBytes(&value, sizeof value);
  }
  void appendBytes(const void* data, size_t bytes);
  const ConvNode& conv_;
  std::vector<uint64_t> words_;
  size_t bytes_ = 0;
  bool aligned_ = false;
  void* parameters_[1] = {};
};

// Launches `function` with these parameters; `weights` as for ConvParams::at().
std::unique_ptr<Launch> launchOf(ConvParams params, const void* weights, std::shared_ptr<const Module> module,
                                 const char* function);

}  // namespace tenfold::cuda
