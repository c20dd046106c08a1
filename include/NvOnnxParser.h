// SPDX-License-Identifier: Apache-2.0
// The ONNX parser: it adds the operators of an ONNX model to a network definition, or refits an engine from
// a model with new weights.
#ifndef NV_ONNX_PARSER_H
#define NV_ONNX_PARSER_H

#include <stddef.h>

#include <string>
#include <utility>
#include <vector>

#include "NvInfer.h"

// Version of the parser's interface.
#define NV_ONNX_PARSER_MAJOR 0
#define NV_ONNX_PARSER_MINOR 1
#define NV_ONNX_PARSER_PATCH 0

//! The parts in one number; the factories pass it on.
static constexpr int32_t NV_ONNX_PARSER_VERSION =
    ((NV_ONNX_PARSER_MAJOR * 10000) + (NV_ONNX_PARSER_MINOR * 100) + NV_ONNX_PARSER_PATCH);

//! Nodes of a model, by index, and whether all of them are supported.
typedef std::pair<std::vector<size_t>, bool> SubGraph_t;

//! The parts that a model falls into when its supported nodes are grouped.
typedef std::vector<SubGraph_t> SubGraphCollection_t;

//! The ONNX parser.
namespace nvonnxparser {

//! Number of values of an enumeration of this namespace.
template <typename T>
constexpr int32_t EnumMax() noexcept = delete;

enum class ErrorCode : int {
  kSUCCESS = 0,
  kINTERNAL_ERROR = 1,
  kMEM_ALLOC_FAILED = 2,
  kMODEL_DESERIALIZE_FAILED = 3,
  kINVALID_VALUE = 4,
  kINVALID_GRAPH = 5,
  kINVALID_NODE = 6,
  kUNSUPPORTED_GRAPH = 7,
  kUNSUPPORTED_NODE = 8,
  kUNSUPPORTED_NODE_ATTR = 9,
  kUNSUPPORTED_NODE_INPUT = 10,
  kUNSUPPORTED_NODE_DATATYPE = 11,
  kUNSUPPORTED_NODE_DYNAMIC = 12,
  kUNSUPPORTED_NODE_SHAPE = 13,
  kREFIT_FAILED = 14,
};

template <>
constexpr inline int32_t EnumMax<ErrorCode>() noexcept {
  return 14;
}

using OnnxParserFlags = uint32_t;

enum class OnnxParserFlag : int32_t {
  kNATIVE_INSTANCENORM = 0,
  kENABLE_UINT8_AND_ASYMMETRIC_QUANTIZATION_DLA = 1,
  kREPORT_CAPABILITY_DLA = 2,
  kENABLE_PLUGIN_OVERRIDE = 3,
  kADJUST_FOR_DLA = 4,
};

template <>
constexpr inline int32_t EnumMax<OnnxParserFlag>() noexcept {
  return 5;
}

class IParserError {
 public:
  virtual ErrorCode code() const = 0;

  virtual const char* desc() const = 0;

  virtual const char* file() const = 0;

  virtual int line() const = 0;

  virtual const char* func() const = 0;

  virtual int node() const = 0;

  virtual const char* nodeName() const = 0;

  virtual const char* nodeOperator() const = 0;

  virtual const char* const* localFunctionStack() const = 0;

  virtual int32_t localFunctionStackSize() const = 0;

 protected:
  virtual ~IParserError() {}
};

class IParser {
 public:
  virtual bool parse(const void* serialized_onnx_model, size_t serialized_onnx_model_size,
                     const char* model_path = nullptr) noexcept = 0;

  virtual bool parseFromFile(const char* onnxModelFile, int verbosity) noexcept = 0;

  TRT_DEPRECATED virtual bool supportsModel(const void* serialized_onnx_model,
                                            size_t serialized_onnx_model_size,
                                            SubGraphCollection_t& sub_graph_collection,
                                            const char* model_path = nullptr) noexcept = 0;

  TRT_DEPRECATED virtual bool parseWithWeightDescriptors(const void* serialized_onnx_model,
                                                         size_t serialized_onnx_model_size) noexcept = 0;

  virtual bool supportsOperator(const char* op_name) const noexcept = 0;

  virtual int getNbErrors() const noexcept = 0;

  virtual const IParserError* getError(int index) const noexcept = 0;

  virtual void clearErrors() noexcept = 0;

  virtual ~IParser() noexcept = default;

  virtual const char* const* getUsedVCPluginLibraries(int64_t& nbPluginLibs) const noexcept = 0;

  virtual void setFlags(OnnxParserFlags onnxParserFlags) noexcept = 0;

  virtual OnnxParserFlags getFlags() const noexcept = 0;

  virtual void clearFlag(OnnxParserFlag onnxParserFlag) noexcept = 0;

  virtual void setFlag(OnnxParserFlag onnxParserFlag) noexcept = 0;

  virtual bool getFlag(OnnxParserFlag onnxParserFlag) const noexcept = 0;

  virtual const nvinfer1::ITensor* getLayerOutputTensor(const char* name, int64_t i) noexcept = 0;

  virtual bool supportsModelV2(const void* serializedOnnxModel, size_t serializedOnnxModelSize,
                               const char* modelPath = nullptr) noexcept = 0;

  virtual int64_t getNbSubgraphs() noexcept = 0;

  virtual bool isSubgraphSupported(const int64_t index) noexcept = 0;

  virtual int64_t* getSubgraphNodes(const int64_t index, int64_t& subgraphLength) noexcept = 0;

  virtual bool loadModelProto(const void* serializedOnnxModel, size_t serializedOnnxModelSize,
                              const char* modelPath = nullptr) noexcept = 0;

  virtual bool loadInitializer(const char* name, const void* data, size_t size) noexcept = 0;

  virtual bool parseModelProto() noexcept = 0;

  virtual bool setBuilderConfig(const nvinfer1::IBuilderConfig* const builderConfig) noexcept = 0;

  // What versions 7 and 8 had.
#include "tenfold/legacy/destroy.inc"
};

class IParserRefitter {
 public:
  virtual bool refitFromBytes(const void* serializedOnnxModel, size_t serializedOnnxModelSize,
                              const char* modelPath = nullptr) noexcept = 0;

  virtual bool refitFromFile(const char* onnxModelFile) noexcept = 0;

  virtual int32_t getNbErrors() const noexcept = 0;

  virtual const IParserError* getError(int32_t index) const noexcept = 0;

  virtual void clearErrors() = 0;

  virtual ~IParserRefitter() noexcept = default;

  virtual bool loadModelProto(const void* serializedOnnxModel, size_t serializedOnnxModelSize,
                              const char* modelPath = nullptr) noexcept = 0;

  virtual bool loadInitializer(const char* name, const void* data, size_t size) noexcept = 0;

  virtual bool refitModelProto() noexcept = 0;
};

}  // namespace nvonnxparser

//! Makes an IParser for the INetworkDefinition at `network`; call nvonnxparser::createParser() instead.
extern "C" TENSORRTAPI void* createNvOnnxParser_INTERNAL(void* network, void* logger, int version) noexcept;

//! Makes an IParserRefitter for the IRefitter at `refitter`; call nvonnxparser::createParserRefitter()
//! instead.
extern "C" TENSORRTAPI void* createNvOnnxParserRefitter_INTERNAL(void* refitter, void* logger,
                                                                 int32_t version) noexcept;

//! Version of the parser library that is loaded, in the form of NV_ONNX_PARSER_VERSION.
extern "C" TENSORRTAPI int getNvOnnxParserVersion() noexcept;

namespace nvonnxparser {
namespace {

//! Makes a parser that adds to `network` and reports to `logger`; both must outlive it. The parser must live
//! until the engine is built, as the network refers to weights that it owns. Release with delete.
inline IParser* createParser(nvinfer1::INetworkDefinition& network, nvinfer1::ILogger& logger) noexcept {
  return static_cast<IParser*>(createNvOnnxParser_INTERNAL(&network, &logger, NV_ONNX_PARSER_VERSION));
}

//! Makes an object that feeds `refitter` with the weights of ONNX models. Release with delete.
inline IParserRefitter* createParserRefitter(nvinfer1::IRefitter& refitter,
                                             nvinfer1::ILogger& logger) noexcept {
  return static_cast<IParserRefitter*>(
      createNvOnnxParserRefitter_INTERNAL(&refitter, &logger, NV_ONNX_PARSER_VERSION));
}

}  // namespace
}  // namespace nvonnxparser

#endif  // NV_ONNX_PARSER_H
