// The common part of convolutions by the tensor cores: weights packed at build time, results through a tile
// epilogue (codegen/tile_epilogue.h). Families plan launches and pack weights.
#pragma once

#include <cstring>
#include <functional>

#include "targets/cuda/tactics/conv/conv_node.h"
#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

inline constexpr std::string_view kConvolutions[] = {"Conv", "ConvTranspose"};
// What the extern "C" kernels are called.
inline constexpr const char* kConvFunction = "convolution";

// Where tensors lie. `operand`: that of the epilogue which the copy engine may move, or null.
struct ConvAddresses {
  const void *image = nullptr, *weights = nullptr, *result = nullptr, *operand = nullptr;
  bool operator==(const ConvAddresses&) const = default;
};

// A launch at concrete shapes.
struct ConvPlan {
  // `params` begins with the addresses of image and weights.
  template <typename Params>
  void setParams(const Params& params) {
    words.resize((sizeof params + 7) / 8);
    std::memcpy(words.data(), &params, sizeof params);
  }
  std::vector<uint64_t> words;
  // Where the kernel's parameters hold tensor maps: writes them there.
  std::function<void(std::vector<uint64_t>& words, const ConvAddresses& at)> writeMaps;
  // Results are a matrix, and everything that the epilogue touches must allow vectors (the copy engine moves
  // results, for one).
  bool vectors = false;
  Grid grid;
  bool goesRound = false;   // blocks do so over what there is: no more are launched than fit at a time
  unsigned alignment = 16;  // of the image, in bytes
};

// Throws Error (kUnsupported) with the reason where tensor cores do not take the types, weights or epilogue.
void requirePackable(const Node& node, const ConvNode& conv, const TuningHint& hint);

// Throws Error (kUnsupported) where the kernel does not fit the shapes.
using ConvPlanner = ConvPlan (*)(const Device& device, const ConvNode& conv, const std::string& config,
                                 Descs in, Descs out);
std::unique_ptr<Kernel> packedConvKernel(KernelParts parts, ConvPlanner plan);

// Whether, at all shapes that the node may see, the copy engine can move the result of the node's epilogue
// and everything the epilogue reads is the same for all pixels or can be read by vectors; and there is at
// most one output.
bool resultIsBox(const Node& node, const ConvNode& conv, const TuningHint& hint);
// Whether an operand of the epilogue is like the result.
bool hasBoxOperand(const Node& node);

// The translation unit around `types`, which names what `call` is instantiated with; `params` is the type of
// the kernel's own parameters.
std::string packedConvCode(const Node& node, const std::string& include, const std::string& types,
                           const std::string& attributes, const std::string& params, const std::string& call);

}  // namespace tenfold::cuda
