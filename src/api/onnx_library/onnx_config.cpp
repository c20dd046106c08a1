// nvonnxparser::IOnnxConfig: settings that programs keep for themselves.
#include "NvOnnxConfig.h"

#include <string>

namespace {

class OnnxConfig final : public nvonnxparser::IOnnxConfig {
 public:
  void setModelDtype(const nvinfer1::DataType type) noexcept override { type_ = type; }
  nvinfer1::DataType getModelDtype() const noexcept override { return type_; }
  const char* getModelFileName() const noexcept override { return model_.c_str(); }
  void setModelFileName(const char* name) noexcept override { set(model_, name); }
  Verbosity getVerbosityLevel() const noexcept override { return verbosity_; }
  void addVerbosity() noexcept override { ++verbosity_; }
  void reduceVerbosity() noexcept override { --verbosity_; }
  void setVerbosityLevel(Verbosity verbosity) noexcept override { verbosity_ = verbosity; }
  const char* getTextFileName() const noexcept override { return text_.c_str(); }
  void setTextFileName(const char* name) noexcept override { set(text_, name); }
  const char* getFullTextFileName() const noexcept override { return fullText_.c_str(); }
  void setFullTextFileName(const char* name) noexcept override { set(fullText_, name); }
  bool getPrintLayerInfo() const noexcept override { return printLayerInfo_; }
  void setPrintLayerInfo(bool print) noexcept override { printLayerInfo_ = print; }

 private:
  static void set(std::string& field, const char* value) { field = value ? value : ""; }
  nvinfer1::DataType type_ = nvinfer1::DataType::kFLOAT;
  std::string model_, text_, fullText_;
  Verbosity verbosity_ = static_cast<Verbosity>(nvinfer1::ILogger::Severity::kWARNING);
  bool printLayerInfo_ = false;
};

}  // namespace

TENSORRTAPI nvonnxparser::IOnnxConfig* nvonnxparser::createONNXConfig() { return new OnnxConfig(); }
