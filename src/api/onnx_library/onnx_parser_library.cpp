// libnvonnxparser.so: its exported functions lead to the core in libnvinfer.so.
#include "NvOnnxParser.h"
#include "api/onnx_entry.h"

extern "C" void* createNvOnnxParser_INTERNAL(void* network, void* logger, int version) noexcept {
  return tenfold_createOnnxParser(network, logger, version);
}

extern "C" void* createNvOnnxParserRefitter_INTERNAL(void* refitter, void* logger, int32_t version) noexcept {
  return tenfold_createOnnxRefitter(refitter, logger, version);
}

extern "C" int getNvOnnxParserVersion() noexcept { return NV_ONNX_PARSER_VERSION; }
