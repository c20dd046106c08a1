#include <algorithm>
#include <optional>

#include "base/error.h"
#include "graph/ops/window.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

using Kernels = std::vector<std::string>;

const char* elements(const TuningHint& hint, size_t input = 0) {
  return memoryType(hint.inputs[input].dtype);
}
// Kernels that compute in float.
const char* floats(const TuningHint& hint, size_t input = 0) {
  DataType type = hint.inputs[input].dtype;
  if (!isFloat(type) || typeBits(type) > 32) fail(ErrorKind::kUnsupported, "elements are {}", typeName(type));
  return memoryType(type);
}
int32_t int32(int64_t n) { return static_cast<int32_t>(n); }

// The geometry of kernels/images.cuh for windows over the last axes of `x`.
struct Geometry {
  Geometry(Call& call, int axes) : call_(call), first_(3 - axes) {
    if (axes < 1 || axes > 3) fail(ErrorKind::kUnsupported, "{} spatial axes", axes);
    for (int row : {8, 11, 14, 17, 23})
      for (int a = 0; a < 3; ++a) call.n[row + a] = 1;
    for (int a = 0; a < 3; ++a) call.n[20 + a] = 0;
  }
  void set(int axis, int64_t in, int64_t kernel, int64_t stride, int64_t dilation, int64_t pad, int64_t out) {
    int a = first_ + axis;
    call_.n[8 + a] = int32(in);
    call_.n[11 + a] = int32(kernel);
    call_.n[14 + a] = int32(stride);
    call_.n[17 + a] = int32(dilation);
    call_.n[20 + a] = int32(pad);
    call_.d[a] = divisorOf(out);
  }
  void setAll(const Attributes& attrs, const Shape& x, const SymShape& kernel, const Shape& out) {
    SymShape extents;
    for (int i = 2; i < x.rank(); ++i) extents.emplace_back(x[i]);
    Window w = slidingWindow(attrs, extents, kernel);
    for (int i = 0; i + 2 < x.rank(); ++i) {
      auto k = static_cast<size_t>(i);
      set(i, x[i + 2], w.kernel[k].constant(), w.strides[k], w.dilations[k], w.padBegin[k].constant(),
          out[i + 2]);
    }
  }

 private:
  Call& call_;
  int first_;
};

SymShape kernelOf(const Node& node) {
  SymShape kernel;
  for (int64_t k : node.attrs.integers("kernel_shape")) kernel.emplace_back(k);
  return kernel;
}

// The pooled output may be unwanted: the first that is there tells the shape.
const Shape& firstShape(Descs out) {
  for (const TensorDesc& d : out)
    if (d.dtype != DataType::kUndefined) return d.shape;
  fail(ErrorKind::kUnsupported, "no output is wanted");
}

CallPlan planPool(const Node& node, Descs in, Descs out) {
  const Shape& shape = firstShape(out);
  CallPlan plan = onePerItem(shape.numel());
  int axes = in[0].shape.rank() - 2;
  Geometry(plan.call, axes).setAll(node.attrs, in[0].shape, kernelOf(node), shape);
  plan.call.n[1] = node.is("LpPool") ? int32(node.attrs.integer("p", 2)) : axes;
  return plan;
}

Kernels indexKernels(const Node& node, const TuningHint& hint) {
  if (!node.output(1)) fail(ErrorKind::kUnsupported, "no indices are wanted");
  return {
      fmt::format("poolWithIndices<{}, {}>", elements(hint), node.attrs.integer("storage_order", 0) == 1)};
}
Kernels normKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("poolNorm<{}>", floats(hint))};
}

CallPlan planGlobalNorm(const Node& node, Descs in, Descs out) {
  const Shape& x = in[0].shape;
  CallPlan plan = onePerItem(out[0].shape.numel());
  int64_t area = x.numel(2, x.rank());
  Geometry(plan.call, 1).set(0, area, area, 1, 1, 0, 1);
  plan.call.n[1] = int32(node.attrs.integer("p", 2));
  plan.call.d[0] = plan.call.d[1] = divisorOf(1);
  return plan;
}

Kernels unpoolKernels(const Node&, const TuningHint& hint) {
  if (hint.inputs[1].dtype != DataType::kInt64) fail(ErrorKind::kUnsupported, "indices of another type");
  return {fmt::format("clearOutput<{}>", bytesType(typeBits(hint.inputs[0].dtype) / 8)),
          fmt::format("unpool<{}>", bytesType(typeBits(hint.inputs[0].dtype) / 8))};
}

CallPlan planUnpool(const Node& node, Descs in, Descs out) {
  const Shape &x = in[0].shape, &y = out[0].shape;
  std::vector<int64_t> kernel = node.attrs.integers("kernel_shape"), pads = node.attrs.integers("pads"),
                       strides = node.attrs.integers("strides");
  size_t rank = kernel.size();
  pads.resize(2 * rank, 0);
  strides.resize(rank, 1);
  constexpr int kMostAxes = 8;
  if (x.rank() > kMostAxes || y.rank() != x.rank()) fail(ErrorKind::kUnsupported, "{} axes", y.rank());
  CallPlan plan = onePerItem(y.numel());
  plan.steps.push_back({1, onePerItem(x.numel()).steps[0].threads});
  plan.call.n[1] = x.rank();
  plan.call.n[2] = int32(x.numel());
  for (int d = 0; d < x.rank(); ++d) {
    auto i = static_cast<size_t>(d - 2);
    plan.call.n[8 + d] =
        d < 2 ? int32(x[d]) : int32((x[d] - 1) * strides[i] - pads[i] - pads[rank + i] + kernel[i]);
    plan.call.n[16 + d] = int32(y[d]);
  }
  return plan;
}

Kernels columnKernels(const Node&, const TuningHint& hint) {
  requireInts(hint.inputs, 2);
  return {fmt::format("columnsToImage<{}>", floats(hint))};
}

CallPlan planColumns(const Node& node, Descs in, Descs out) {
  const Shape& y = out[0].shape;
  std::vector<int64_t> block = requireInts(in, 2);
  size_t rank = block.size();
  std::vector<int64_t> strides = node.attrs.integers("strides", std::vector<int64_t>(rank, 1)),
                       pads = node.attrs.integers("pads", std::vector<int64_t>(2 * rank, 0)),
                       dilations = node.attrs.integers("dilations", std::vector<int64_t>(rank, 1));
  CallPlan plan = onePerItem(y.numel());
  Geometry geometry(plan.call, static_cast<int>(rank));
  for (size_t i = 0; i < rank; ++i) {
    int axis = static_cast<int>(i);
    int64_t image = y[axis + 2];
    geometry.set(axis, image, block[i], strides[i], dilations[i], pads[i], image);
    plan.call.n[23 + 3 - static_cast<int>(rank) + axis] =
        int32((image + pads[i] + pads[i + rank] - dilations[i] * (block[i] - 1) - 1) / strides[i] + 1);
  }
  return plan;
}

int placeIn(std::initializer_list<std::string_view> names, const std::string& name) {
  auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) fail(ErrorKind::kUnsupported, "'{}' is unknown", name);
  return static_cast<int>(it - names.begin());
}

Kernels sampleKernels(const Node& node, const TuningHint& hint) {
  int rank = hint.inputs[0].shape.rank() - 2;
  if (rank < 1 || rank > 3) fail(ErrorKind::kUnsupported, "{} spatial axes", rank);
  return {fmt::format("gridSample<{}, {}, {}, {}, {}, {}>", floats(hint), floats(hint, 1), rank,
                      placeIn({"linear", "nearest", "cubic"}, node.attrs.text("mode", "linear")),
                      placeIn({"zeros", "border", "reflection"}, node.attrs.text("padding_mode", "zeros")),
                      node.attrs.integer("align_corners", 0) != 0)};
}

CallPlan planSample(const Node&, Descs in, Descs out) {
  const Shape &x = in[0].shape, &y = out[0].shape;
  CallPlan plan = onePerItem(y.numel());
  plan.call.d[0] = divisorOf(y.numel(2, y.rank()));
  plan.call.d[1] = divisorOf(y[1]);
  for (int a = 2; a < x.rank(); ++a) plan.call.n[2 + a] = int32(x[a]);
  return plan;
}

Kernels affineKernels(const Node& node, const TuningHint& hint) {
  return {fmt::format("affineGrid<{}, {}, {}>", floats(hint), hint.outputs[0].shape.rank() - 2,
                      node.attrs.integer("align_corners", 0) != 0)};
}

CallPlan planAffine(const Node&, Descs, Descs out) {
  const Shape& y = out[0].shape;
  CallPlan plan = onePerItem(y.numel());
  plan.call.d[0] = divisorOf(y.rank() - 2);
  for (int a = 1; a + 1 < y.rank(); ++a) plan.call.d[a] = divisorOf(y[a]);
  return plan;
}

CallPlan planRegions(const Node& node, Descs in, Descs out) {
  const Shape &x = in[0].shape, &y = out[0].shape;
  CallPlan plan = onePerItem(y.numel());
  for (int a = 1; a < 4; ++a) plan.call.n[a] = int32(x[a]);
  plan.call.n[4] = int32(node.attrs.integer("sampling_ratio", 0));
  for (int a = 0; a < 3; ++a) plan.call.d[a] = divisorOf(y[3 - a]);
  plan.call.f[0] = static_cast<float>(node.attrs.real("spatial_scale", 1));
  return plan;
}

Kernels alignKernels(const Node& node, const TuningHint& hint) {
  if (hint.inputs[2].dtype != DataType::kInt64) fail(ErrorKind::kUnsupported, "indices of another type");
  return {fmt::format("roiAlign<{}, {}, {}>", floats(hint), node.attrs.text("mode", "avg") == "max",
                      node.attrs.text("coordinate_transformation_mode", "half_pixel") == "half_pixel")};
}
Kernels regionKernels(const Node&, const TuningHint& hint) {
  return {fmt::format("maxRoiPool<{}>", floats(hint))};
}

Kernels deformKernels(const Node&, const TuningHint& hint) {
  if (hint.inputs[0].shape.rank() != 4) fail(ErrorKind::kUnsupported, "images of rank 4 are expected");
  return {fmt::format("deformed<{}>", floats(hint))};
}

CallPlan planDeform(const Node& node, Descs in, Descs out) {
  const Shape &x = in[0].shape, &w = in[1].shape, &y = out[0].shape;
  CallPlan plan = onePerItem(y.numel());
  Geometry(plan.call, 2).setAll(node.attrs, x, {Dim(w[2]), Dim(w[3])}, y);
  plan.call.d[3] = divisorOf(w[0]);
  plan.call.n[1] = int32(x[1]);
  plan.call.n[2] = int32(w[1]);
  plan.call.n[3] = int32(w[0] / node.attrs.integer("group", 1));
  plan.call.n[4] = int32(node.attrs.integer("offset_group", 1));
  return plan;
}

constexpr CallRow kRows[] = {
    {"AffineGrid", affineKernels, planAffine}, {"Col2Im", columnKernels, planColumns},
    {"DeformConv", deformKernels, planDeform}, {"GlobalLpPool", normKernels, planGlobalNorm},
    {"GridSample", sampleKernels, planSample}, {"LpPool", normKernels, planPool},
    {"MaxPool", indexKernels, planPool},       {"MaxRoiPool", regionKernels, planRegions},
    {"MaxUnpool", unpoolKernels, planUnpool},  {"RoiAlign", alignKernels, planRegions},
};

}  // namespace

const CallFamily kImages{"images", "images.cuh", kRows};

}  // namespace tenfold::cuda
