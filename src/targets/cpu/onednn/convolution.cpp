#include "targets/cpu/onednn/convolution.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ops/window.h"
#include "targets/cpu/onednn/contraction.h"
#include "targets/strides.h"

namespace tenfold::cpu {
namespace {

using dnnl::memory;

struct Geometry {
  memory::dims strides, dilations, padBegin, padEnd;
};

memory::dims constants(const SymShape& dims) {
  memory::dims values;
  for (const Dim& d : dims) values.push_back(d.constant());
  return values;
}

SymShape spatial(const Shape& shape) {
  SymShape all = symShape(shape);
  return {all.begin() + 2, all.end()};
}

// Spatial axes that hold one element at every shape, now and after: leaving them out turns pictures of width
// 1 into lines, which primitives run much faster. At least one axis stays. Packed weights depend on the
// choice, so it must not depend on the shape at hand.
std::vector<bool> trivialAxes(const Value& input, const Window& w) {
  std::vector<bool> trivial;
  for (size_t i = 0; i < w.in.size(); ++i)
    trivial.push_back(input.shape && (*input.shape)[i + 2] == Dim(1) && w.kernel[i] == Dim(1) &&
                      w.out[i] == Dim(1) && w.padBegin[i] == Dim(0) && w.padEnd[i] == Dim(0));
  if (std::find(trivial.begin(), trivial.end(), false) == trivial.end()) trivial[0] = false;
  return trivial;
}

template <typename List>
void dropSpatial(List& list, const std::vector<bool>& trivial) {
  size_t first = list.size() - trivial.size();
  for (size_t i = trivial.size(); i-- > 0;)
    if (trivial[i]) list.erase(list.begin() + static_cast<long>(first + i));
}

memory::desc dropSpatial(const memory::desc& desc, const std::vector<bool>& trivial) {
  memory::dims dims = desc.get_dims(), strides = desc.get_strides();
  dropSpatial(dims, trivial);
  dropSpatial(strides, trivial);
  return {dims, desc.get_data_type(), strides};
}

size_t inputOf(const FusedNode& fused, size_t i) {
  int index = fused.inputIndex(fused.anchor->inputs[i]);
  if (index < 0)
    fail(ErrorKind::kUnsupported, "input {} of {} lies inside the region", i, fused.anchor->opName());
  return static_cast<size_t>(index);
}

// Weights as oneDNN sees them, [groups,] output channels, input channels, kernel.
memory::desc describeWeights(const TensorDesc& w, int64_t groups, bool transposed) {
  memory::dims dims = dnnlDims(w.shape), strides = dnnlDims(stridesOf(w));
  int64_t perGroup = dims[0] / groups;
  if (groups == 1) {
    if (transposed) std::swap(dims[0], dims[1]), std::swap(strides[0], strides[1]);
    return {dims, dnnlType(w.dtype), strides};
  }
  int64_t groupStride = perGroup * strides[0];
  dims[0] = perGroup;
  if (transposed) std::swap(dims[0], dims[1]), std::swap(strides[0], strides[1]);
  dims.insert(dims.begin(), groups);
  strides.insert(strides.begin(), groupStride);
  return {dims, dnnlType(w.dtype), strides};
}

Contraction describeCommon(const FusedNode& fused, std::span<const TensorDesc> inputs,
                           std::span<const TensorDesc> outputs, const std::vector<bool>& trivial,
                           bool transposed) {
  Contraction op;
  op.srcInput = inputOf(fused, 0);
  op.weightsInput = inputOf(fused, 1);
  const TensorDesc &x = inputs[op.srcInput], &w = inputs[op.weightsInput];
  TensorDesc y = outputs[0];
  y.dtype = fused.anchor->outputs[0]->dtype;
  if (x.shape.rank() < 3 || x.shape.rank() > 5)
    fail(ErrorKind::kUnsupported, "oneDNN convolves 1 to 3 spatial axes");
  if (x.shape.numel() == 0) fail(ErrorKind::kUnsupported, "the input is empty");
  op.src = dropSpatial(describe(x), trivial);
  op.dst = dropSpatial(describe(y), trivial);
  op.weights = dropSpatial(describeWeights(w, fused.anchor->attrs.integer("group", 1), transposed), trivial);
  // Each element of the side that the kernel walks over meets the weights of its channel.
  const Shape& walked = transposed ? x.shape : y.shape;
  op.multiplications = static_cast<double>(walked.numel() * (w.shape.numel() / walked[1]));
  if (fused.anchor->is("ConvInteger")) {
    addZeroPoint(op, fused, inputs);
  } else if (fused.anchor->hasInput(2)) {
    const Value* bias = fused.anchor->inputs[2];
    if (fused.inputIndex(bias) < 0 && bias->isConstant()) {
      op.biasData = bias->constant.data();
      op.bias = describePlain(bias->dtype, bias->constant.shape());
    } else {
      op.biasInput = inputOf(fused, 2);
      op.bias = describe(inputs[op.biasInput]);
    }
  }
  op.operand = [shape = y.shape, trivial](const TensorDesc& d) -> memory::desc {
    for (int i = 1; i <= d.shape.rank(); ++i) {
      if (i > shape.rank()) return {};
      int64_t own = d.shape[d.shape.rank() - i], whole = shape[shape.rank() - i];
      if (own != 1 && own != whole) return {};
    }
    return dropSpatial(describe(d, shape.rank()), trivial);
  };
  op.asBias = [shape = y.shape](const TensorDesc& d) -> std::optional<memory::desc> {
    int axis = d.shape.rank() - (shape.rank() - 1);  // where the channels are
    if (axis < 0 || d.shape[axis] != shape[1] || d.shape.numel() != shape[1]) return std::nullopt;
    return memory::desc({shape[1]}, dnnlType(d.dtype), memory::dims{1});
  };
  return op;
}

Geometry geometryOf(const Window& w) {
  Geometry g;
  g.strides.assign(w.strides.begin(), w.strides.end());
  for (int64_t d : w.dilations) g.dilations.push_back(d - 1);
  g.padBegin = constants(w.padBegin);
  g.padEnd = constants(w.padEnd);
  return g;
}

Contraction describeConvolution(const FusedNode& fused, std::span<const TensorDesc> inputs,
                                std::span<const TensorDesc> outputs) {
  Window window = slidingWindow(fused.anchor->attrs, spatial(inputs[inputOf(fused, 0)].shape),
                                spatial(inputs[inputOf(fused, 1)].shape));
  std::vector<bool> trivial = trivialAxes(*fused.anchor->inputs[0], window);
  Contraction op = describeCommon(fused, inputs, outputs, trivial, false);
  Geometry g = geometryOf(window);
  for (memory::dims* list : {&g.strides, &g.dilations, &g.padBegin, &g.padEnd}) dropSpatial(*list, trivial);
  op.make = [g](const Contraction& c, const memory::desc& weights,
                const dnnl::primitive_attr& attr) -> dnnl::primitive_desc {
    return dnnl::convolution_forward::primitive_desc(
        dnnlEngine(), dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, c.src, weights,
        c.bias.value_or(memory::desc()), c.dst, g.strides, g.dilations, g.padBegin, g.padEnd, attr);
  };
  return op;
}

Contraction describeDeconvolution(const FusedNode& fused, std::span<const TensorDesc> inputs,
                                  std::span<const TensorDesc> outputs) {
  size_t axes = static_cast<size_t>(inputs[inputOf(fused, 0)].shape.rank() - 2);
  Contraction op = describeCommon(fused, inputs, outputs, std::vector<bool>(axes, false), true);
  Geometry g = geometryOf(transposedWindow(fused.anchor->attrs, spatial(inputs[op.srcInput].shape),
                                           spatial(inputs[op.weightsInput].shape)));
  // oneDNN derives the end from the output's extent; output_padding means cutting less off.
  const Shape &in = inputs[op.srcInput].shape, &w = inputs[op.weightsInput].shape, &out = outputs[0].shape;
  for (size_t i = 0; i < g.strides.size(); ++i) {
    int d = static_cast<int>(i) + 2;
    g.padEnd[i] = (in[d] - 1) * g.strides[i] + (w[d] - 1) * (g.dilations[i] + 1) + 1 - g.padBegin[i] - out[d];
  }
  op.make = [g](const Contraction& c, const memory::desc& weights,
                const dnnl::primitive_attr& attr) -> dnnl::primitive_desc {
    return dnnl::deconvolution_forward::primitive_desc(
        dnnlEngine(), dnnl::prop_kind::forward_inference, dnnl::algorithm::deconvolution_direct, c.src,
        weights, c.bias.value_or(memory::desc()), c.dst, g.strides, g.dilations, g.padBegin, g.padEnd, attr);
  };
  return op;
}

}  // namespace

const Tactic& convolutionTactic() {
  static const ContractionTactic tactic("onednn_convolution", {"Conv", "ConvInteger"}, describeConvolution);
  return tactic;
}

const Tactic& deconvolutionTactic() {
  static const ContractionTactic tactic("onednn_deconvolution", {"ConvTranspose"}, describeDeconvolution);
  return tactic;
}

}  // namespace tenfold::cpu
