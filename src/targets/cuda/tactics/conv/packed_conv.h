// The common part of convolutions by the tensor cores: weights packed at build time, results through a tile
// epilogue (codegen/tile_epilogue.h). A subclass plans launches and packs weights.
#pragma once

#include <cstring>

#include "targets/cuda/tactics/conv/conv_node.h"
#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

inline constexpr std::string_view kConvolutions[] = {"Conv", "ConvTranspose"};
// What the extern "C" kernels are called.
inline constexpr const char* kConvFunction = "convolution";

// A launch at concrete shapes.
struct ConvPlan {
  // `params` begins with the addresses of image and weights.
  template <typename Params>
  void setParams(const Params& params) {
    words.resize((sizeof params + 7) / 8);
    std::memcpy(words.data(), &params, sizeof params);
  }
  std::vector<uint64_t> words;
  Grid grid;
  unsigned alignment = 16;  // of the image, in bytes
};

class PackedConvTactic : public GeneratedTactic {
 public:
  using GeneratedTactic::GeneratedTactic;
  std::string refuses(const Node& node, const TuningHint& hint) const override;

  // Throws Error (kUnsupported) where the kernel does not fit the shapes.
  virtual ConvPlan plan(const ConvNode& conv, const std::string& config, Descs in, Descs out) const = 0;

 protected:
  // Throws Error (kUnsupported) with the reason.
  virtual void require(const ConvNode& conv, const TuningHint& hint) const = 0;
  virtual Tensor packWeights(const ConvNode& conv, const std::string& config, const TuningHint& hint,
                             const void* weights) const = 0;

  Packed pack(const Node& node, const std::string& config, const TuningHint& hint) const final;
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const final;
};

// The translation unit around `types`, which names what `call` is instantiated with; `params` is the type of
// the kernel's own parameters.
std::string packedConvCode(const Node& node, const std::string& include, const std::string& types,
                           const std::string& attributes, const std::string& params, const std::string& call);

}  // namespace tenfold::cuda
