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
    case DataType::kInt32:
      return CUDNN_DATA_INT32;
    case DataType::kBool:
      return CUDNN_DATA_BOOLEAN;
    default:
      fail(ErrorKind::kUnsupported, "cuDNN is given no {}", typeName(type));
  }
}

std::span<const int64_t> extents(const Shape& shape) { return {shape.begin(), shape.size()}; }

// A convolution, and what takes its results back to its input.
struct ConvolutionForm {
  const char* name;
  cudnnBackendDescriptorType_t operation;
  cudnnBackendAttributeName_t kind, x, w, y, alpha, beta;
};
constexpr ConvolutionForm kPlain{"conv",
                                 CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                                 CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
constexpr ConvolutionForm kTransposed{"transposed",
                                      CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};

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

OperationGraph::Tensor OperationGraph::temporary(DataType type, const Shape& shape) {
  return add(type, shape, contiguousStrides(shape), true, false);
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

void OperationGraph::convolution(const DnnWindow& window, bool transposed, Tensor x, Tensor w, Tensor y) {
  const ConvolutionForm& form = transposed ? kTransposed : kPlain;
  Descriptor kind(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  spatial(kind, window);
  Descriptor& d = operations_.emplace_back(form.operation);
  d.set(form.kind, kind);
  d.set(form.x, tensors_[x]);
  d.set(form.w, tensors_[w]);
  d.set(form.y, tensors_[y]);
  d.set(form.alpha, 1.0F);
  d.set(form.beta, 0.0F);
  d.finalize();
  text_ += fmt::format("{}({},{},{}) ", form.name, x, w, y);
}

void OperationGraph::finish() {
  graph_ = Descriptor(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph_.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, std::span<const Descriptor>(operations_));
  if (!absent_) graph_.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, cudnnThreadHandle());
  graph_.finalize();
}

}  // namespace tenfold::cuda
