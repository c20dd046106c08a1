#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

using Kernels = std::vector<std::string>;

// The unsigned integer as wide as the elements.
const char* bytesOf(const TensorDesc& desc) {
  if (!isPlainBytes(desc.dtype) || typeBits(desc.dtype) > 64)
    fail(ErrorKind::kUnsupported, "elements are {}", typeName(desc.dtype));
  return bytesType(typeBits(desc.dtype) / 8);
}

CallPlan onePerElement(const Node&, Descs, Descs out) { return onePerItem(out[0].shape.numel()); }

void setBits(Call& call, int at, uint64_t bits) {
  call.n[at] = static_cast<int32_t>(bits);
  call.n[at + 1] = static_cast<int32_t>(bits >> 32);
}

uint64_t bitsOf(const Tensor& scalar) {
  uint64_t bits = 0;
  std::memcpy(&bits, scalar.data(), static_cast<size_t>(typeBits(scalar.dtype()) / 8));
  return bits;
}

Kernels rangeKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("range<{}>", memoryType(hint.inputs[0].dtype))};
}

Kernels fillKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("fillWith<{}>", bytesOf(hint.outputs[0]))};
}

CallPlan planFill(const Node& node, Descs in, Descs out) {
  CallPlan plan = onePerElement(node, in, out);
  Tensor value = node.attrs.tensor("value");
  if (value.defined()) setBits(plan.call, 1, bitsOf(value));
  return plan;
}

Kernels windowKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("cosineWindow<{}>", memoryType(hint.outputs[0].dtype))};
}

CallPlan planWindow(const Node& node, Descs, Descs out) {
  int64_t size = out[0].shape.numel();
  CallPlan plan = onePerItem(size);
  plan.call.n[1] = static_cast<int32_t>(node.attrs.integer("periodic", 1) ? size : size - 1);
  bool isHann = node.is("HannWindow"), isBlackman = node.is("BlackmanWindow");
  plan.call.f[0] = isHann ? 0.5f : isBlackman ? 0.42f : 25.0f / 46;
  plan.call.f[1] = isHann || isBlackman ? 0.5f : 21.0f / 46;
  plan.call.f[2] = isBlackman ? 0.08f : 0;
  return plan;
}

Kernels numberKernels(const Node&, const TuningHint&) { return {"writeNumbers"}; }

CallPlan planShape(const Node& node, Descs in, Descs) {
  const Shape& shape = in[0].shape;
  auto place = [&](const char* name, int64_t fallback) {
    int64_t at = node.attrs.integer(name, fallback);
    return std::clamp<int64_t>(at < 0 ? at + shape.rank() : at, 0, shape.rank());
  };
  int64_t from = place("start", 0), to = std::max(place("end", shape.rank()), from);
  CallPlan plan = onePerItem(to - from);
  for (int64_t d = from; d < to; ++d)
    plan.call.n[1 + d - from] = static_cast<int32_t>(shape[static_cast<int>(d)]);
  return plan;
}

CallPlan planSize(const Node&, Descs in, Descs) {
  CallPlan plan = onePerItem(1);
  plan.call.n[1] = static_cast<int32_t>(in[0].shape.numel());
  return plan;
}

Kernels eyeKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("eye<{}>", bytesOf(hint.outputs[0]))};
}

CallPlan planEye(const Node& node, Descs in, Descs out) {
  CallPlan plan = onePerElement(node, in, out);
  plan.call.n[1] = static_cast<int32_t>(node.attrs.integer("k", 0));
  Tensor one = Tensor::scalar(out[0].dtype, 1);
  if (out[0].dtype == DataType::kFloat64) fail(ErrorKind::kUnsupported, "elements are f64");
  setBits(plan.call, 2, bitsOf(one));
  plan.call.d[0] = divisorOf(out[0].shape.back());
  return plan;
}

Kernels triangleKernels(const Node& node, const TuningHint& hint) {
  return {fmt::format("triangle<{}, {}>", bytesOf(hint.inputs[0]), node.attrs.integer("upper", 1) != 0)};
}

CallPlan planTriangle(const Node& node, Descs in, Descs out) {
  CallPlan plan = onePerElement(node, in, out);
  const Shape& shape = in[0].shape;
  plan.call.d[0] = divisorOf(shape.back());
  plan.call.d[1] = divisorOf(shape[shape.rank() - 2]);
  return plan;
}

Kernels reverseKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("reverse<{}, {}>", bytesOf(hint.inputs[0]), memoryType(hint.inputs[1].dtype))};
}

CallPlan planReverse(const Node& node, Descs in, Descs out) {
  CallPlan plan = onePerElement(node, in, out);
  const Shape& shape = in[0].shape;
  Shape strides = stridesOf(in[0]);
  int batch = normalizeAxis(node.attrs.integer("batch_axis", 1), shape.rank()),
      time = normalizeAxis(node.attrs.integer("time_axis", 0), shape.rank());
  plan.call.d[0] = divisorOf(strides[batch]);
  plan.call.n[1] = static_cast<int32_t>(shape[batch]);
  plan.call.d[1] = divisorOf(strides[time]);
  plan.call.n[2] = static_cast<int32_t>(shape[time]);
  return plan;
}

Kernels replaceKernels(const Node& node, const TuningHint& hint) {
  return {fmt::format("replacePart<{}, {}>", bytesOf(hint.inputs[0]),
                      node.attrs.text("mode", "linear") == "circular")};
}

CallPlan planReplace(const Node& node, Descs in, Descs out) {
  CallPlan plan = onePerElement(node, in, out);
  const Shape& shape = in[0].shape;
  int axis = normalizeAxis(node.attrs.integer("axis", -2), shape.rank());
  plan.call.d[0] = divisorOf(shape.numel(axis + 1, shape.rank()));
  plan.call.d[1] = divisorOf(shape[axis]);
  plan.call.d[2] = divisorOf(shape.numel(1, axis));
  plan.call.n[1] = static_cast<int32_t>(in[1].shape[axis]);
  return plan;
}

Kernels cropKernels(const Node&, const TuningHint& hint) {
  requireInts(hint.inputs, 1);
  return {fmt::format("shifted<{}>", bytesOf(hint.inputs[0]))};
}

CallPlan planCrop(const Node& node, Descs in, Descs out) {
  CallPlan plan = onePerElement(node, in, out);
  const Shape &from = in[0].shape, &to = out[0].shape;
  constexpr int kMostAxes = 8;
  if (to.rank() > kMostAxes) fail(ErrorKind::kUnsupported, "{} axes", to.rank());
  Shape strides = stridesOf(in[0]);
  plan.call.n[1] = to.rank();
  for (int d = 0; d < to.rank(); ++d) {
    int64_t difference = to[d] - from[d];
    plan.call.d[d] = divisorOf(to[d]);
    plan.call.n[8 + d] = static_cast<int32_t>(from[d]);
    plan.call.n[16 + d] = static_cast<int32_t>(difference < 0 ? -(-difference / 2) : difference / 2);
    plan.call.n[24 + d] = static_cast<int32_t>(strides[d]);
  }
  return plan;
}

Kernels keepKernels(const Node& node, const TuningHint& hint) {
  auto training = knownInts(hint.inputs, 2);
  if (node.hasInput(2) && (!training || training->at(0) != 0))
    fail(ErrorKind::kUnsupported, "elements may be dropped");
  return {fmt::format("keepAll<{}>", bytesOf(hint.inputs[0]))};
}

// The key of the generator in graph/ops/random.cpp.
uint64_t keyOf(const Node& node) {
  auto mix = [](uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  };
  bool seeded = node.attrs.has("seed");
  float seed = seeded ? static_cast<float>(node.attrs.real("seed", 0)) : 0.0f;
  return mix(std::bit_cast<uint32_t>(seed) + (seeded ? 0 : static_cast<uint64_t>(node.id + 1) << 32));
}

CallPlan planKeep(const Node&, Descs in, Descs) { return onePerItem(in[0].shape.numel()); }

CallPlan planRandom(const Node& node, Descs in, Descs out) {
  CallPlan plan = onePerElement(node, in, out);
  setBits(plan.call, 1, keyOf(node));
  return plan;
}

Kernels uniformKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("randomReal<{}, false>", memoryType(hint.outputs[0].dtype))};
}

CallPlan planUniform(const Node& node, Descs in, Descs out) {
  CallPlan plan = planRandom(node, in, out);
  double low = node.attrs.real("low", 0);
  plan.call.f[0] = static_cast<float>(low);
  plan.call.f[1] = static_cast<float>(node.attrs.real("high", 1) - low);
  return plan;
}

Kernels normalKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("randomReal<{}, true>", memoryType(hint.outputs[0].dtype))};
}

CallPlan planNormal(const Node& node, Descs in, Descs out) {
  CallPlan plan = planRandom(node, in, out);
  plan.call.f[0] = static_cast<float>(node.attrs.real("mean", 0));
  plan.call.f[1] = static_cast<float>(node.attrs.real("scale", 1));
  return plan;
}

Kernels bernoulliKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("bernoulli<{}, {}>", memoryType(hint.inputs[0].dtype), bytesOf(hint.outputs[0]))};
}

CallPlan planBernoulli(const Node& node, Descs in, Descs out) {
  CallPlan plan = planRandom(node, in, out);
  setBits(plan.call, 3, bitsOf(Tensor::scalar(out[0].dtype, 1)));
  return plan;
}

Kernels multinomialKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("multinomial<{}, {}>", memoryType(hint.inputs[0].dtype),
                      memoryType(hint.outputs[0].dtype))};
}

CallPlan planMultinomial(const Node& node, Descs in, Descs out) {
  CallPlan plan = planRandom(node, in, out);
  plan.call.n[3] = static_cast<int32_t>(in[0].shape[1]);
  plan.call.d[0] = divisorOf(out[0].shape[1]);
  return plan;
}

constexpr CallRow kRows[] = {
    {"Bernoulli", bernoulliKernels, planBernoulli},
    {"BlackmanWindow", windowKernels, planWindow},
    {"CenterCropPad", cropKernels, planCrop},
    {"ConstantOfShape", fillKernels, planFill},
    {"Dropout", keepKernels, planKeep},
    {"EyeLike", eyeKernels, planEye},
    {"HammingWindow", windowKernels, planWindow},
    {"HannWindow", windowKernels, planWindow},
    {"Multinomial", multinomialKernels, planMultinomial},
    {"RandomNormal", normalKernels, planNormal},
    {"RandomNormalLike", normalKernels, planNormal},
    {"RandomUniform", uniformKernels, planUniform},
    {"RandomUniformLike", uniformKernels, planUniform},
    {"Range", rangeKernels, onePerElement},
    {"ReverseSequence", reverseKernels, planReverse},
    {"Shape", numberKernels, planShape},
    {"Size", numberKernels, planSize},
    {"TensorScatter", replaceKernels, planReplace},
    {"Trilu", triangleKernels, planTriangle},
};

}  // namespace

const CallFamily kPatterns{"patterns", "patterns.cuh", kRows};

}  // namespace tenfold::cuda
