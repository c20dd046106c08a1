#include "targets/cuda/cudnn/graph.h"

#include <limits>

#include "base/error.h"

namespace tenfold::cuda {
namespace {

constexpr int64_t kAlignment = 16;  // bytes, of every address

cudnnDataType_t dnnType(DataType type) {
  switch (type) {
    case DataType::kFloat32:
      return CUDNN_DATA_FLOAT;
    case DataType::kFloat16:
      return CUDNN_DATA_HALF;
    case DataType::kBFloat16:
      return CUDNN_DATA_BFLOAT16;
    default:
      fail(ErrorKind::kUnsupported, "cuDNN is given f32, f16 and bf16 only, not {}", typeName(type));
  }
}

std::span<const int64_t> extents(const Shape& shape) { return {shape.begin(), shape.size()}; }

void set(Descriptor& d, cudnnBackendAttributeName_t name, double value) { d.set(name, value); }

}  // namespace

OperationGraph::OperationGraph(const Device& device)
    : absent_(describeAbsent(device)), text_(fmt::format("sm_{} ", device.capability())) {}

OperationGraph::Tensor OperationGraph::add(DataType type, const Shape& shape, const Shape& strides,
                                           bool isVirtual, bool byValue) {
  Tensor index = tensors_.size();
  Descriptor& d = tensors_.emplace_back(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  d.set(CUDNN_ATTR_TENSOR_DATA_TYPE, dnnType(type));
  d.set(CUDNN_ATTR_TENSOR_DIMENSIONS, extents(shape));
  d.set(CUDNN_ATTR_TENSOR_STRIDES, extents(strides));
  d.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, idOf(index));
  d.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment);
  d.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, isVirtual);
  if (byValue) d.set(CUDNN_ATTR_TENSOR_IS_BY_VALUE, true);
  d.finalize();
  shapes_.push_back(shape);
  strides_.push_back(strides);
  text_ += fmt::format("{}{}{}{} ",
                       isVirtual ? "~"
                       : byValue ? "="
                                 : "",
                       typeName(type), shape.str(), strides.str());
  return index;
}

OperationGraph::Tensor OperationGraph::tensor(DataType type, const Shape& shape, const Shape& strides) {
  return add(type, shape, strides, false, false);
}

OperationGraph::Tensor OperationGraph::temporary(Tensor like) {
  return add(DataType::kFloat32, Shape(shapes_[like]), Shape(strides_[like]), true, false);
}

OperationGraph::Tensor OperationGraph::scalar(float value, int rank) {
  Shape one = Shape::filled(rank, 1);
  Tensor t = add(DataType::kFloat32, one, one, false, true);
  scalars_.push_back({t, value});
  text_ += fmt::format("({}) ", value);
  return t;
}

void OperationGraph::spatial(Descriptor& d, const DnnWindow& window) {
  d.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
  cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
  d.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode);
  d.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, static_cast<int64_t>(window.strides.size()));
  d.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, std::span<const int64_t>(window.strides));
  d.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, std::span<const int64_t>(window.dilations));
  d.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, std::span<const int64_t>(window.padBegin));
  d.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, std::span<const int64_t>(window.padEnd));
  d.finalize();
  for (const auto* values : {&window.strides, &window.dilations, &window.padBegin, &window.padEnd})
    text_ += Shape(values->begin(), values->end()).str();
}

void OperationGraph::convolution(const DnnWindow& window, Tensor x, Tensor w, Tensor y) {
  Descriptor kind(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  spatial(kind, window);
  Descriptor& d = operations_.emplace_back(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, kind);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, tensors_[x]);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, tensors_[w]);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, tensors_[y]);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1.0);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0.0);
  d.finalize();
  text_ += fmt::format("conv({},{},{}) ", x, w, y);
}

void OperationGraph::transposedConvolution(const DnnWindow& window, Tensor x, Tensor w, Tensor y) {
  Descriptor kind(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  spatial(kind, window);
  Descriptor& d = operations_.emplace_back(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, kind);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, tensors_[x]);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, tensors_[w]);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, tensors_[y]);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, 1.0);
  d.set(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, 0.0);
  d.finalize();
  text_ += fmt::format("transposed({},{},{}) ", x, w, y);
}

Descriptor OperationGraph::pointwiseKind(const DnnPointwise& operation) {
  Descriptor kind(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  kind.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &operation.mode);
  kind.set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
  if (operation.mode == CUDNN_POINTWISE_RELU_FWD) {
    set(kind, CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP, operation.low);
    if (operation.hasHigh) set(kind, CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, operation.high);
  }
  if (operation.mode == CUDNN_POINTWISE_ELU_FWD) set(kind, CUDNN_ATTR_POINTWISE_ELU_ALPHA, operation.slope);
  if (operation.mode == CUDNN_POINTWISE_SWISH_FWD)
    set(kind, CUDNN_ATTR_POINTWISE_SWISH_BETA, operation.slope);
  kind.finalize();
  text_ += fmt::format("pointwise{}", static_cast<int>(operation.mode));
  return kind;
}

void OperationGraph::pointwise(const DnnPointwise& operation, Tensor x, Tensor y) {
  Descriptor kind = pointwiseKind(operation);
  Descriptor& d = operations_.emplace_back(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kind);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, tensors_[x]);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, tensors_[y]);
  d.finalize();
  text_ += fmt::format("({},{},{},{},{}) ", x, y, operation.low, operation.hasHigh ? operation.high : 0,
                       operation.slope);
}

void OperationGraph::pointwise(cudnnPointwiseMode_t mode, Tensor a, Tensor b, Tensor y) {
  Descriptor kind = pointwiseKind({mode});
  Descriptor& d = operations_.emplace_back(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kind);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, tensors_[a]);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, tensors_[b]);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, tensors_[y]);
  d.finalize();
  text_ += fmt::format("({},{},{}) ", a, b, y);
}

void OperationGraph::finish() {
  graph_ = Descriptor(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph_.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, std::span<const Descriptor>(operations_));
  if (!absent_) graph_.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, cudnnThreadHandle());
  graph_.finalize();
}

}  // namespace tenfold::cuda
