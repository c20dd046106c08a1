// Pointwise operations, products and reductions of an OperationGraph.
#include "base/error.h"
#include "targets/cuda/cudnn/graph.h"

namespace tenfold::cuda {

Descriptor OperationGraph::pointwiseKind(const DnnPointwise& operation, cudnnDataType_t precision) {
  Descriptor kind(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  kind.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &operation.mode);
  kind.set(CUDNN_ATTR_POINTWISE_MATH_PREC, precision);
  if (operation.mode == CUDNN_POINTWISE_RELU_FWD) {
    kind.set(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP, operation.low);
    if (operation.hasHigh) kind.set(CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, operation.high);
  }
  if (operation.mode == CUDNN_POINTWISE_ELU_FWD) kind.set(CUDNN_ATTR_POINTWISE_ELU_ALPHA, operation.slope);
  if (operation.mode == CUDNN_POINTWISE_SWISH_FWD) kind.set(CUDNN_ATTR_POINTWISE_SWISH_BETA, operation.slope);
  if (operation.mode == CUDNN_POINTWISE_GEN_INDEX) kind.set(CUDNN_ATTR_POINTWISE_AXIS, operation.axis);
  kind.finalize();
  text_ += fmt::format("pointwise{}", static_cast<int>(operation.mode));
  return kind;
}

Descriptor& OperationGraph::addPointwise(const Descriptor& kind, Tensor x, Tensor y) {
  Descriptor& d = operations_.emplace_back(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, kind);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, tensors_[x]);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, tensors_[y]);
  return d;
}

void OperationGraph::pointwise(const DnnPointwise& operation, Tensor x, Tensor y) {
  addPointwise(pointwiseKind(operation), x, y).finalize();
  text_ += fmt::format("({},{},{},{},{}) ", x, y, operation.low, operation.hasHigh ? operation.high : 0,
                       operation.slope);
}

void OperationGraph::pointwise(cudnnPointwiseMode_t mode, Tensor a, Tensor b, Tensor y) {
  Descriptor& d = addPointwise(pointwiseKind({mode}), a, y);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, tensors_[b]);
  d.finalize();
  text_ += fmt::format("({},{},{}) ", a, b, y);
}

void OperationGraph::index(Tensor x, int64_t axis, Tensor y) {
  DnnPointwise operation{CUDNN_POINTWISE_GEN_INDEX};
  operation.axis = axis;
  addPointwise(pointwiseKind(operation, CUDNN_DATA_INT32), x, y).finalize();
  text_ += fmt::format("({},{},{}) ", x, axis, y);
}

void OperationGraph::isNotLess(Tensor a, Tensor b, Tensor y) {
  Descriptor& d = addPointwise(pointwiseKind({CUDNN_POINTWISE_CMP_GE}, CUDNN_DATA_BOOLEAN), a, y);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, tensors_[b]);
  d.finalize();
  text_ += fmt::format("({},{},{}) ", a, b, y);
}

void OperationGraph::select(Tensor condition, Tensor yes, Tensor no, Tensor y) {
  Descriptor& d = addPointwise(pointwiseKind({CUDNN_POINTWISE_BINARY_SELECT}), yes, y);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, tensors_[no]);
  d.set(CUDNN_ATTR_OPERATION_POINTWISE_TDESC, tensors_[condition]);
  d.finalize();
  text_ += fmt::format("({},{},{},{}) ", condition, yes, no, y);
}

void OperationGraph::matmul(Tensor a, Tensor b, Tensor y) {
  Descriptor kind(CUDNN_BACKEND_MATMUL_DESCRIPTOR);
  kind.set(CUDNN_ATTR_MATMUL_COMP_TYPE, CUDNN_DATA_FLOAT);
  kind.finalize();
  Descriptor& d = operations_.emplace_back(CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR);
  d.set(CUDNN_ATTR_OPERATION_MATMUL_ADESC, tensors_[a]);
  d.set(CUDNN_ATTR_OPERATION_MATMUL_BDESC, tensors_[b]);
  d.set(CUDNN_ATTR_OPERATION_MATMUL_CDESC, tensors_[y]);
  d.set(CUDNN_ATTR_OPERATION_MATMUL_DESC, kind);
  d.finalize();
  text_ += fmt::format("matmul({},{},{}) ", a, b, y);
}

void OperationGraph::reduction(cudnnReduceTensorOp_t how, Tensor x, Tensor y) {
  Descriptor kind(CUDNN_BACKEND_REDUCTION_DESCRIPTOR);
  kind.set(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_DATA_FLOAT);
  kind.set(CUDNN_ATTR_REDUCTION_OPERATOR, CUDNN_TYPE_REDUCTION_OPERATOR_TYPE, 1, &how);
  kind.finalize();
  Descriptor& d = operations_.emplace_back(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR);
  d.set(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, tensors_[x]);
  d.set(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, tensors_[y]);
  d.set(CUDNN_ATTR_OPERATION_REDUCTION_DESC, kind);
  d.finalize();
  text_ += fmt::format("reduction{}({},{}) ", static_cast<int>(how), x, y);
}

}  // namespace tenfold::cuda
