#include "api/onnx_entry.h"

#include <new>

#include "api/onnx_parser.h"
#include "api/onnx_refitter.h"

using nvinfer1::ILogger;

// Releases differ in their third part only without changing the classes.
static bool versionFits(int32_t version, ILogger& logger) {
  bool fits = version / 100 == NV_ONNX_PARSER_VERSION / 100;
  if (!fits)
    logger.log(
        ILogger::Severity::kERROR,
        fmt::format("the program was compiled for version {} of the ONNX parser, the library has version {}",
                    version, NV_ONNX_PARSER_VERSION)
            .c_str());
  return fits;
}

extern "C" void* tenfold_createOnnxParser(void* network, void* logger, int32_t version) noexcept {
  auto* log = static_cast<ILogger*>(logger);
  if (!network || !log || !versionFits(version, *log)) return nullptr;
  auto* ours = dynamic_cast<tenfold::NetworkGraph*>(static_cast<nvinfer1::INetworkDefinition*>(network));
  if (!ours) {
    log->log(ILogger::Severity::kERROR,
             "the ONNX parser takes networks made by this library's IBuilder only");
    return nullptr;
  }
  return static_cast<nvonnxparser::IParser*>(new (std::nothrow) tenfold::OnnxParser(*ours, *log));
}

extern "C" void* tenfold_createOnnxRefitter(void* refitter, void* logger, int32_t version) noexcept {
  auto* log = static_cast<ILogger*>(logger);
  if (!refitter || !log || !versionFits(version, *log)) return nullptr;
  auto& target = *static_cast<nvinfer1::IRefitter*>(refitter);
  return static_cast<nvonnxparser::IParserRefitter*>(new (std::nothrow) tenfold::OnnxRefitter(target, *log));
}
