// A graph of operations for cuDNN, built tensor by tensor and operation by operation; numbers are computed in
// f32.
#pragma once

#include <string>
#include <vector>

#include "base/dtype.h"
#include "base/shape.h"
#include "targets/cuda/cudnn/device_properties.h"

namespace tenfold::cuda {

// How a window moves over the spatial axes.
struct DnnWindow {
  std::vector<int64_t> strides, dilations, padBegin, padEnd;
};

struct DnnPointwise {
  cudnnPointwiseMode_t mode = CUDNN_POINTWISE_IDENTITY;
  // Of RELU_FWD: what is below `low` becomes low, what is above `high` high. Of ELU_FWD and SWISH_FWD:
  // `slope`.
  double low = 0, high = 0, slope = 1;
  bool hasHigh = false;
  int64_t axis = 0;  // of GEN_INDEX
};

class OperationGraph {
 public:
  using Tensor = size_t;

  explicit OperationGraph(const Device& device);

  // In device memory; strides in elements.
  Tensor tensor(DataType type, const Shape& shape, const Shape& strides);
  // Only between two operations: never in memory. `like`: with its extents, in f32.
  Tensor temporary(Tensor like);
  Tensor temporary(DataType type, const Shape& shape);
  // A number that is given along with the addresses.
  Tensor scalar(float value, int rank);

  // Transposed: y is what a convolution with this window and these weights would take to x.
  void convolution(const DnnWindow& window, bool transposed, Tensor x, Tensor w, Tensor y);
  void pointwise(const DnnPointwise& operation, Tensor x, Tensor y);
  void pointwise(cudnnPointwiseMode_t mode, Tensor a, Tensor b, Tensor y);
  // Matrix products over the last two axes.
  void matmul(Tensor a, Tensor b, Tensor y);
  // Along the axes of which y has extent 1.
  void reduction(cudnnReduceTensorOp_t kind, Tensor x, Tensor y);
  // y (i32): where each element of x stands along the axis.
  void index(Tensor x, int64_t axis, Tensor y);
  // y (bool): a >= b.
  void isNotLess(Tensor a, Tensor b, Tensor y);
  void select(Tensor condition, Tensor yes, Tensor no, Tensor y);
  // No more operations. Throws Error where cuDNN finds the graph wrong.
  void finish();

  const Descriptor& descriptor() const { return graph_; }
  // Null where the device is there.
  const Descriptor* absentDevice() const { return absent_; }
  // Equal for equal graphs: tensors and operations in words.
  const std::string& text() const { return text_; }
  // What the tensors are called to whoever gives their addresses.
  static int64_t idOf(Tensor t) { return static_cast<int64_t>(t) + 1; }
  struct Scalar {
    Tensor tensor;
    float value;
  };
  const std::vector<Scalar>& scalars() const { return scalars_; }

 private:
  Tensor add(DataType type, const Shape& shape, const Shape& strides, bool isVirtual, bool byValue);
  void spatial(Descriptor& convolution, const DnnWindow& window);
  Descriptor pointwiseKind(const DnnPointwise& operation, cudnnDataType_t precision = CUDNN_DATA_FLOAT);
  Descriptor& addPointwise(const Descriptor& kind, Tensor x, Tensor y);
  std::vector<Descriptor> tensors_, operations_;
  std::vector<Shape> shapes_, strides_;
  std::vector<Scalar> scalars_;
  const Descriptor* absent_;
  Descriptor graph_;
  std::string text_;
};

}  // namespace tenfold::cuda
