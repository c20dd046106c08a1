// SPDX-License-Identifier: Apache-2.0
// A bag of settings for programs that wrap the ONNX parser; the parser itself does not read it.
#ifndef NV_OnnxConfig_H
#define NV_OnnxConfig_H

#include "NvInfer.h"

namespace nvonnxparser {

class IOnnxConfig {
 public:
  using Verbosity = int32_t;

  virtual ~IOnnxConfig() noexcept = default;

  virtual void setModelDtype(const nvinfer1::DataType) noexcept = 0;

  virtual nvinfer1::DataType getModelDtype() const noexcept = 0;

  virtual const char* getModelFileName() const noexcept = 0;

  virtual void setModelFileName(const char* onnxFilename) noexcept = 0;

  virtual Verbosity getVerbosityLevel() const noexcept = 0;

  virtual void addVerbosity() noexcept = 0;

  virtual void reduceVerbosity() noexcept = 0;

  virtual void setVerbosityLevel(Verbosity) noexcept = 0;

  virtual const char* getTextFileName() const noexcept = 0;

  virtual void setTextFileName(const char* textFileName) noexcept = 0;

  virtual const char* getFullTextFileName() const noexcept = 0;

  virtual void setFullTextFileName(const char* fullTextFileName) noexcept = 0;

  virtual bool getPrintLayerInfo() const noexcept = 0;

  virtual void setPrintLayerInfo(bool) noexcept = 0;

  // What versions 7 and 8 had.
#include "tenfold/legacy/destroy.inc"
};

//! Makes an empty configuration; release with delete.
TENSORRTAPI IOnnxConfig* createONNXConfig();

}  // namespace nvonnxparser

#endif  // NV_OnnxConfig_H
