// Tensors of a model: initializers, constants and attribute values, in every way ONNX stores them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/tensor.h"
#include "frontend/onnx/importer.h"
#include "frontend/onnx/outside_data.h"

namespace onnx {
class SparseTensorProto;
class TensorProto;
}  // namespace onnx

namespace tenfold {
class MappedFile;
}

namespace tenfold::onnx_frontend {

// The element type of an ONNX number (TensorProto.DataType), or kUndefined.
DataType typeFromOnnx(int64_t onnxType);

class TensorReader {
 public:
  // `owner` keeps the protobuf message alive whose bytes the tensors view.
  TensorReader(const ImportOptions& options, std::shared_ptr<const void> owner, OutsideData outside = {});
  ~TensorReader();

  // Both throw Error where type, dimensions and data do not fit together.
  Tensor read(const onnx::TensorProto& proto);
  Tensor readSparse(const onnx::SparseTensorProto& proto);

 private:
  Tensor readExternal(const onnx::TensorProto& proto, DataType type, const Shape& shape);
  Tensor view(DataType type, const Shape& shape, const void* data, size_t bytes,
              std::shared_ptr<const void> owner);
  std::shared_ptr<const MappedFile> mapped(const std::string& location);

  const ImportOptions& options_;
  std::shared_ptr<const void> owner_;
  const OutsideData outside_;
  std::map<std::string, std::shared_ptr<const MappedFile>> files_;
};

}  // namespace tenfold::onnx_frontend
