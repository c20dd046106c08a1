#include <algorithm>

#include "base/error.h"
#include "base/rounding.h"
#include "graph/ops/window.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

using Kernels = std::vector<std::string>;

constexpr int kWidth = 4;  // elements of a thread

struct Format {
  DataType type;
  const char* code;  // of kernels/quantization.cuh; {0}: saturate
  int perByte;
};
constexpr Format kFormats[] = {
    {DataType::kInt8, "Rounded<i8, -128, 127u>", 1},
    {DataType::kUInt8, "Rounded<u8, 0, 255u>", 1},
    {DataType::kInt16, "Rounded<i16, -32768, 32767u>", 1},
    {DataType::kUInt16, "Rounded<u16, 0, 65535u>", 1},
    {DataType::kInt32, "Rounded<i32, -2147483647 - 1, 2147483647u>", 1},
    {DataType::kUInt32, "Rounded<u32, 0, 4294967295u>", 1},
    {DataType::kInt4, "Nibble<true>", 2},
    {DataType::kUInt4, "Nibble<false>", 2},
    {DataType::kFloat8E4M3FN, "SmallFloat<4, 3, 7, true, false, {0}>", 1},
    {DataType::kFloat8E4M3FNUZ, "SmallFloat<4, 3, 8, true, true, {0}>", 1},
    {DataType::kFloat8E5M2, "SmallFloat<5, 2, 15, false, false, {0}>", 1},
    {DataType::kFloat8E5M2FNUZ, "SmallFloat<5, 2, 16, true, true, {0}>", 1},
    {DataType::kFloat4E2M1, "SmallFloat<2, 1, 1, true, false, {0}>", 2},
};

const Format& formatOf(DataType type) {
  for (const Format& f : kFormats)
    if (f.type == type) return f;
  fail(ErrorKind::kUnsupported, "quantized elements of type {}", typeName(type));
}

std::string codeOf(const Format& format, bool saturate) {
  return fmt::format(fmt::runtime(format.code), saturate);
}

// An axis of a quantized tensor: how many neighbours share a scale, and the scale's stride.
struct ScaledAxis {
  int64_t extent, block, stride;
};

void append(std::vector<ScaledAxis>& axes, const ScaledAxis& a) {
  if (a.extent == 1) return;
  if (!axes.empty() && axes.back().stride == 0 && a.stride == 0)
    axes.back().extent *= a.extent;
  else
    axes.push_back(a);
}

// The same meaning as that of ScaleMap in graph/ops/quantize.cpp. True where kWidth neighbours share a scale.
bool setScales(Call& call, const Attributes& attrs, const TensorDesc& x, const TensorDesc& scale) {
  std::vector<ScaledAxis> axes;
  int axis = scale.shape.numel() == 1 ? -1 : normalizeAxis(attrs.integer("axis", 1), x.shape.rank());
  int64_t size = attrs.integer("block_size", 0);
  bool isList = scale.shape.rank() == 1 && size == 0;
  if (axis >= 0 && !isList)
    require(scale.shape.rank() == x.shape.rank(), "the scale's shape {} does not fit {}", scale.shape.str(),
            x.shape.str());
  Shape strides = stridesOf(scale);
  for (int d = 0; d < x.shape.rank() && axis >= 0; ++d) {
    int64_t extent = x.shape[d];
    if (isList) {
      append(axes, {extent, 1, d == axis ? 1 : 0});
      continue;
    }
    int64_t scales = std::max<int64_t>(scale.shape[d], 1),
            block = d == axis && size > 0 ? size : ceilDiv(extent, scales);
    append(axes, {extent, std::max<int64_t>(block, 1), scale.shape[d] == 1 ? 0 : strides[d]});
  }
  constexpr size_t kMostAxes = 8;
  if (axes.size() > kMostAxes) fail(ErrorKind::kUnsupported, "scales along {} axes", axes.size());
  call.n[0] = static_cast<int32_t>(axes.size());
  for (size_t a = 0; a < axes.size(); ++a) {
    call.d[a] = divisorOf(axes[a].extent);
    call.n[8 + a] = static_cast<int32_t>(axes[a].block);
    call.n[16 + a] = static_cast<int32_t>(axes[a].stride);
  }
  return axes.empty() || (axes.back().stride == 0 && axes.back().extent % kWidth == 0);
}

const char* precisionOf(const Node& node) {
  DataType type = node.attrs.type("precision", DataType::kUndefined);
  return memoryType(type == DataType::kFloat16 || type == DataType::kBFloat16 ? type : DataType::kFloat32);
}

Kernels quantizeKernels(const Node& node, const TuningHint& hint) {
  DataType to = hint.outputs[0].dtype;
  const Format& format = formatOf(to);
  bool isByte = format.perByte > 1 || isFloat(to);
  Kernels kernels;
  for (int width : {1, kWidth})
    kernels.push_back(fmt::format("quantize<{}, {}, {}, {}, {}, {}>", memoryType(hint.inputs[0].dtype),
                                  memoryType(hint.inputs[1].dtype),
                                  codeOf(format, node.attrs.integer("saturate", 1) != 0), precisionOf(node),
                                  isByte ? "u8" : memoryType(to), width));
  return kernels;
}

// Items of one element, or of kWidth where these share their scale.
CallPlan planElements(const Node& node, const TensorDesc& x, const TensorDesc& scale) {
  Call call;
  bool shared = setScales(call, node.attrs, x, scale);
  int64_t count = x.shape.numel();
  bool wide = shared && count % kWidth == 0 && typeBits(x.dtype) <= 32;
  CallPlan plan = onePerItem(wide ? count / kWidth : count);
  uint32_t items = plan.call.count;
  plan.call = call;
  plan.call.count = items;
  plan.steps[0].kernel = wide;
  return plan;
}

CallPlan planQuantize(const Node& node, Descs in, Descs out) {
  int64_t count = out[0].shape.numel(), perByte = formatOf(out[0].dtype).perByte;
  if (perByte == 1) return planElements(node, in[0], in[1]);
  CallPlan plan = onePerItem(ceilDiv(count, perByte));
  plan.call.n[1] = static_cast<int32_t>(count);
  setScales(plan.call, node.attrs, in[0], in[1]);
  return plan;
}

Kernels dequantizeKernels(const Node& node, const TuningHint& hint) {
  DataType from = hint.inputs[0].dtype;
  const char *scale = memoryType(hint.inputs[1].dtype), *to = memoryType(hint.outputs[0].dtype);
  bool shifted = isInteger(from) && node.hasInput(2);
  if (isInteger(from) && typeBits(from) == 32)
    return {fmt::format("dequantizeWide<{}, {}, {}, {}>", memoryType(from), scale, to, shifted)};
  Kernels kernels;
  for (int width : {1, kWidth})
    kernels.push_back(fmt::format("dequantize<{}, {}, {}, {}, {}>", codeOf(formatOf(from), true), scale, to,
                                  shifted, width));
  return kernels;
}

CallPlan planDequantize(const Node& node, Descs in, Descs out) {
  if (!(isInteger(in[0].dtype) && typeBits(in[0].dtype) == 32)) return planElements(node, in[0], in[1]);
  CallPlan plan = onePerItem(out[0].shape.numel());
  setScales(plan.call, node.attrs, in[0], in[1]);
  return plan;
}

Kernels rangeKernels(const Node&, const TuningHint& hint) {
  const char* type = memoryType(hint.inputs[0].dtype);
  return {"clearRange", fmt::format("findRange<{}>", type), fmt::format("quantizeByRange<{}>", type)};
}

CallPlan planRange(const Node&, Descs in, Descs) {
  CallPlan plan = onePerItem(in[0].shape.numel());
  int64_t threads = std::max<int64_t>(plan.steps[0].threads, 1);
  plan.steps = {{0, 1}, {1, threads}, {2, threads}};
  plan.workspace = 2 * sizeof(uint32_t);
  return plan;
}

Kernels productKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("multiplyIntegers<{}, {}>", memoryType(hint.inputs[0].dtype),
                      memoryType(hint.inputs[1].dtype))};
}

CallPlan planProduct(const Node&, Descs in, Descs out) {
  const Shape &a = in[0].shape, &b = in[1].shape, &y = out[0].shape;
  if (a.rank() < 2 || b.rank() < 2) fail(ErrorKind::kUnsupported, "products of vectors");
  int batches = y.rank() - 2;
  constexpr int kMostBatches = 8;
  if (batches > kMostBatches) fail(ErrorKind::kUnsupported, "{} axes of batches", batches);
  CallPlan plan = onePerItem(y.numel());
  Call& call = plan.call;
  call.n[1] = static_cast<int32_t>(a.back());
  call.n[2] = static_cast<int32_t>(b.back());
  call.n[3] = batches;
  call.d[0] = divisorOf(b.back());
  call.d[1] = divisorOf(a[a.rank() - 2]);
  if (isPresent(in, 2)) call.n[4] = static_cast<int32_t>(in[2].shape.numel());
  if (isPresent(in, 3)) call.n[5] = static_cast<int32_t>(in[3].shape.numel());
  Shape batch(y.begin(), y.end() - 2);
  Shape as = broadcastStridesOf({DataType::kInt8, Shape(a.begin(), a.end() - 2)}, batch),
        bs = broadcastStridesOf({DataType::kInt8, Shape(b.begin(), b.end() - 2)}, batch);
  for (int d = 0; d < batches; ++d) {
    call.d[2 + d] = divisorOf(batch[d]);
    call.n[8 + d] = static_cast<int32_t>(as[d]);
    call.n[16 + d] = static_cast<int32_t>(bs[d]);
  }
  return plan;
}

Kernels convolutionKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("convolveIntegers<{}, {}>", memoryType(hint.inputs[0].dtype),
                      memoryType(hint.inputs[1].dtype))};
}

CallPlan planConvolution(const Node& node, Descs in, Descs out) {
  const Shape &x = in[0].shape, &w = in[1].shape;
  int spatial = x.rank() - 2;
  if (spatial < 1 || spatial > 3) fail(ErrorKind::kUnsupported, "{} spatial axes", spatial);
  SymShape extents, kernel;
  for (int i = 0; i < spatial; ++i) extents.emplace_back(x[2 + i]), kernel.emplace_back(w[2 + i]);
  Window window = slidingWindow(node.attrs, extents, kernel);
  CallPlan plan = onePerItem(out[0].shape.numel());
  Call& call = plan.call;
  int64_t groups = node.attrs.integer("group", 1);
  call.n[1] = static_cast<int32_t>(groups);
  call.n[2] = static_cast<int32_t>(w[1]);
  call.n[3] = static_cast<int32_t>(w[0] / groups);
  if (isPresent(in, 3)) call.n[4] = static_cast<int32_t>(in[3].shape.numel());
  for (int row : {8, 11, 14, 17})
    for (int a = 0; a < 3; ++a) call.n[row + a] = 1;
  call.d[0] = divisorOf(w[0]);
  for (int i = 0; i < spatial; ++i) {
    auto k = static_cast<size_t>(i);
    int a = i + 3 - spatial;
    call.n[8 + a] = static_cast<int32_t>(x[2 + i]);
    call.n[11 + a] = static_cast<int32_t>(w[2 + i]);
    call.n[14 + a] = static_cast<int32_t>(window.strides[k]);
    call.n[17 + a] = static_cast<int32_t>(window.dilations[k]);
    call.n[20 + a] = static_cast<int32_t>(window.padBegin[k].constant());
    call.d[1 + a] = divisorOf(out[0].shape[2 + i]);
  }
  return plan;
}

constexpr CallRow kRows[] = {
    {"ConvInteger", convolutionKernels, planConvolution},
    {"DequantizeLinear", dequantizeKernels, planDequantize},
    {"DynamicQuantizeLinear", rangeKernels, planRange},
    {"MatMulInteger", productKernels, planProduct},
    {"QuantizeLinear", quantizeKernels, planQuantize},
};

}  // namespace

const CallFamily kQuantization{"quantization", "quantization.cuh", kRows};

}  // namespace tenfold::cuda
