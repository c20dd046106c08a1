// Tactics for operators whose kernels take one form of parameters (kernels/call.cuh): each is a row of a
// table, with the names of its kernels and a plan of their launches.
#pragma once

#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

// Call of kernels/call.cuh.
struct Call {
  const void* in[8] = {};
  void* out[4] = {};
  void* workspace = nullptr;
  uint32_t count = 0;
  int32_t n[40] = {};
  float f[8] = {};
  FastDivisor d[12];
};

struct CallPlan {
  struct Step {
    size_t kernel = 0;
    int64_t threads = 0;   // in the whole grid
    int32_t argument = 0;  // c.n[39]
  };
  Call call;
  std::vector<Step> steps;  // those without threads are left out
  size_t workspace = 0;     // bytes
  // Output 0 begins as a copy of input 0.
  size_t copyBytes = 0;
};

struct CallRow {
  std::string_view op;
  // The kernels as names of functions that take a Call: "argReduce<float, true>". Throws Error
  // (kUnsupported).
  std::vector<std::string> (*kernels)(const Node& node, const TuningHint& hint);
  CallPlan (*plan)(const Node& node, Descs inputs, Descs outputs);
  // Where data decides the shape: the outputs' shapes after the steps have left a count in the workspace's
  // first word. The last kernel then runs over the elements of output 0 with the count as c.n[0].
  std::vector<Shape> (*shapes)(const Node& node, Descs inputs, int64_t count) = nullptr;
};

struct CallFamily {
  const char* name;
  const char* header;  // in kernels/
  std::span<const CallRow> rows;
};

class CallTactic final : public GeneratedTactic {
 public:
  CallTactic(const Device& device, const CallFamily& family) : GeneratedTactic(device), family_(family) {}
  std::string_view name() const override { return family_.name; }
  std::string refuses(const Node& node, const TuningHint& hint) const override;
  std::string generate(const Node& node, const std::string& config, const TuningHint& hint) const override;

 protected:
  std::unique_ptr<Kernel> makeKernel(const Node& node, const std::string& config,
                                     std::shared_ptr<const Module> module,
                                     std::vector<DeviceBuffer> weights) const override;

 private:
  const CallFamily& family_;
};

// One launch with a thread for each item, or as many as keep the device busy.
CallPlan onePerItem(int64_t count);
FastDivisor divisorOf(int64_t n);
// An axis as lanes: c.n[1] its extent, c.n[2] and c.d[0] the elements of one position.
void setLanes(Call& call, const Shape& shape, int axis);

// ArgMax, ArgMin, Hardmax, TopK, CumSum, CumProd, NonZero, Compress, NonMaxSuppression.
extern const CallFamily kSelection;
// Tensors made from positions: Range, ConstantOfShape, EyeLike, Trilu, Shape, Size, random numbers, ...
extern const CallFamily kPatterns;
// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, MatMulInteger, ConvInteger.
extern const CallFamily kQuantization;
// GridSample, RoiAlign and other operators that look at a neighbourhood of images.
extern const CallFamily kImages;
// Reductions of integers and doubles, DFT, STFT, Det, RotaryEmbedding.
extern const CallFamily kSums;
// BatchNormalization, GroupNormalization, LayerNormalization with its statistics, LpNormalization, losses.
extern const CallFamily kNormalization;

}  // namespace tenfold::cuda
