#include "api/onnx_errors.h"

namespace tenfold {
namespace {

using nvonnxparser::ErrorCode;

ErrorCode codeOf(const ImportError& error) {
  using Where = ImportError::Where;
  if (error.kind == ErrorKind::kOutOfMemory) return ErrorCode::kMEM_ALLOC_FAILED;
  if (error.kind == ErrorKind::kInternal) return ErrorCode::kINTERNAL_ERROR;
  bool unsupported = error.kind == ErrorKind::kUnsupported;
  switch (error.where) {
    case Where::kModel:
      return unsupported ? ErrorCode::kUNSUPPORTED_GRAPH : ErrorCode::kMODEL_DESERIALIZE_FAILED;
    case Where::kGraph:
      return unsupported ? ErrorCode::kUNSUPPORTED_GRAPH : ErrorCode::kINVALID_GRAPH;
    case Where::kNode:
      return unsupported ? ErrorCode::kUNSUPPORTED_NODE : ErrorCode::kINVALID_NODE;
  }
  return ErrorCode::kINTERNAL_ERROR;
}

}  // namespace

void OnnxErrors::add(const ImportError& error) {
  log(nvinfer1::ILogger::Severity::kERROR, error.message);
  errors_.push_back(std::make_unique<OnnxParserError>(codeOf(error), error));
}

void OnnxErrors::add(ErrorCode code, const std::string& message) {
  log(nvinfer1::ILogger::Severity::kERROR, message);
  ImportError error;
  error.message = message;
  errors_.push_back(std::make_unique<OnnxParserError>(code, std::move(error)));
}

void OnnxErrors::addAll(const std::vector<ImportError>& errors) {
  for (const ImportError& e : errors) add(e);
}

void OnnxErrors::addException(const std::exception& e) {
  const auto* known = dynamic_cast<const Error*>(&e);
  ImportError error;
  error.kind = known ? known->kind() : ErrorKind::kInternal;
  error.message = e.what();
  add(error);
}

const nvonnxparser::IParserError* OnnxErrors::at(int index) const {
  return index >= 0 && index < size() ? errors_[static_cast<size_t>(index)].get() : nullptr;
}

}  // namespace tenfold
