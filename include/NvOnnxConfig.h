// SPDX-License-Identifier: Apache-2.0
// A bag of settings for programs that wrap the ONNX parser; the parser itself does not read it.
#ifndef NV_OnnxConfig_H
#define NV_OnnxConfig_H

#include "NvInfer.h"

namespace nvonnxparser {

//! Settings of a program around the parser. Strings are copied.
class IOnnxConfig {
 public:
  //! How much to report; more is greater.
  using Verbosity = int32_t;

  virtual ~IOnnxConfig() noexcept = default;

  //! Sets the type that weights are to be converted to.
  virtual void setModelDtype(const nvinfer1::DataType) noexcept = 0;

  //! The type that weights are to be converted to; kFLOAT by default.
  virtual nvinfer1::DataType getModelDtype() const noexcept = 0;

  //! The name of the model file; null by default.
  virtual const char* getModelFileName() const noexcept = 0;

  //! Sets the name of the model file.
  virtual void setModelFileName(const char* onnxFilename) noexcept = 0;

  //! The verbosity.
  virtual Verbosity getVerbosityLevel() const noexcept = 0;

  //! Raises the verbosity by one.
  virtual void addVerbosity() noexcept = 0;

  //! Lowers the verbosity by one.
  virtual void reduceVerbosity() noexcept = 0;

  //! Sets the verbosity.
  virtual void setVerbosityLevel(Verbosity) noexcept = 0;

  //! The name of a file for the model as text; null by default.
  virtual const char* getTextFileName() const noexcept = 0;

  //! Sets the name of a file for the model as text.
  virtual void setTextFileName(const char* textFileName) noexcept = 0;

  //! The name of a file for the model as text, with weights; null by default.
  virtual const char* getFullTextFileName() const noexcept = 0;

  //! Sets the name of a file for the model as text, with weights.
  virtual void setFullTextFileName(const char* fullTextFileName) noexcept = 0;

  //! Whether layers are listed; false by default.
  virtual bool getPrintLayerInfo() const noexcept = 0;

  //! Says whether layers are listed.
  virtual void setPrintLayerInfo(bool) noexcept = 0;

  // What versions 7 and 8 had.
#include "tenfold/legacy/destroy.inc"
};

//! Makes an empty configuration; release with delete.
TENSORRTAPI IOnnxConfig* createONNXConfig();

}  // namespace nvonnxparser

#endif  // NV_OnnxConfig_H
