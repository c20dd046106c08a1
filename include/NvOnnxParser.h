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

//! Kinds of errors of the parser.
enum class ErrorCode : int {
  kSUCCESS = 0,                     //!< no error
  kINTERNAL_ERROR = 1,              //!< a bug of the parser
  kMEM_ALLOC_FAILED = 2,            //!< not enough memory
  kMODEL_DESERIALIZE_FAILED = 3,    //!< the bytes are not a model
  kINVALID_VALUE = 4,               //!< an argument or attribute is out of range
  kINVALID_GRAPH = 5,               //!< the graph contradicts the standard
  kINVALID_NODE = 6,                //!< a node contradicts the standard
  kUNSUPPORTED_GRAPH = 7,           //!< valid, but the graph is not supported
  kUNSUPPORTED_NODE = 8,            //!< valid, but the operator is not supported
  kUNSUPPORTED_NODE_ATTR = 9,       //!< valid, but an attribute is not supported
  kUNSUPPORTED_NODE_INPUT = 10,     //!< valid, but an input is not supported
  kUNSUPPORTED_NODE_DATATYPE = 11,  //!< valid, but a type is not supported
  kUNSUPPORTED_NODE_DYNAMIC = 12,   //!< valid, but not supported with dynamic shapes
  kUNSUPPORTED_NODE_SHAPE = 13,     //!< valid, but a shape is not supported
  kREFIT_FAILED = 14,               //!< weights could not be refitted
};

template <>
constexpr inline int32_t EnumMax<ErrorCode>() noexcept {
  return 14;
}

//! A set of OnnxParserFlag values: bit 1 << value for each.
using OnnxParserFlags = uint32_t;

//! Options of the parser.
enum class OnnxParserFlag : int32_t {
  kNATIVE_INSTANCENORM = 0,  //!< instance normalization becomes a layer; set by default
  kENABLE_UINT8_AND_ASYMMETRIC_QUANTIZATION_DLA = 1,  //!< accept uint8 and zero points for DLA
  kREPORT_CAPABILITY_DLA = 2,                         //!< supportsModelV2() judges by what DLA can run
  kENABLE_PLUGIN_OVERRIDE = 3,  //!< a plugin of an operator's name is preferred to the built-in one
  kADJUST_FOR_DLA = 4,          //!< change the model so that DLA can run more of it
};

template <>
constexpr inline int32_t EnumMax<OnnxParserFlag>() noexcept {
  return 5;
}

//! An error of the parser. Belongs to the parser and is valid until clearErrors(); so are its strings.
class IParserError {
 public:
  //! Kind of the error.
  virtual ErrorCode code() const = 0;

  //! Description: what was expected and what was found.
  virtual const char* desc() const = 0;

  //! Source file of the parser.
  virtual const char* file() const = 0;

  //! Line in that file.
  virtual int line() const = 0;

  //! Function in that file.
  virtual const char* func() const = 0;

  //! Number of the node in its graph; -1 when the error is about no node.
  virtual int node() const = 0;

  //! Name of the node; "" when it has none.
  virtual const char* nodeName() const = 0;

  //! Operator of the node; "" when the error is about no node.
  virtual const char* nodeOperator() const = 0;

  //! Names of the local functions that the node is in, outermost first.
  virtual const char* const* localFunctionStack() const = 0;

  //! Number of those names.
  virtual int32_t localFunctionStackSize() const = 0;

 protected:
  virtual ~IParserError() {}
};

//! Adds the operators of an ONNX model to a network. Made by createParser(); release with delete, after the
//! engine is built. Errors are logged and kept for getError(). `modelPath` is where the model comes from:
//! files of external weights are looked for next to it.
class IParser {
 public:
  //! Reads a model of so many bytes. False on error, see getError(); the network is unusable then.
  virtual bool parse(const void* serialized_onnx_model, size_t serialized_onnx_model_size,
                     const char* model_path = nullptr) noexcept = 0;

  //! Reads a model file; `verbosity` is the least important ILogger::Severity to be logged. False on error.
  virtual bool parseFromFile(const char* onnxModelFile, int verbosity) noexcept = 0;

  //! As supportsModelV2(); the parts of the graph go to `sub_graph_collection`.
  TRT_DEPRECATED_BECAUSE("use supportsModelV2")
  virtual bool supportsModel(const void* serialized_onnx_model, size_t serialized_onnx_model_size,
                             SubGraphCollection_t& sub_graph_collection,
                             const char* model_path = nullptr) noexcept = 0;

  //! As parse().
  TRT_DEPRECATED_BECAUSE("use parse")
  virtual bool parseWithWeightDescriptors(const void* serialized_onnx_model,
                                          size_t serialized_onnx_model_size) noexcept = 0;

  //! Whether an operator, by name, is supported at all; some uses may still not be.
  virtual bool supportsOperator(const char* op_name) const noexcept = 0;

  //! Number of errors since clearErrors().
  virtual int getNbErrors() const noexcept = 0;

  //! Error `index`; null when out of range.
  virtual const IParserError* getError(int index) const noexcept = 0;

  //! Forgets all errors.
  virtual void clearErrors() noexcept = 0;

  virtual ~IParser() noexcept = default;

  //! Paths of the plugin libraries that a version-compatible engine of this model needs; their number goes to
  //! nbPluginLibs. Null when there are none.
  virtual const char* const* getUsedVCPluginLibraries(int64_t& nbPluginLibs) const noexcept = 0;

  //! Replaces all flags by a set of bits 1 << OnnxParserFlag.
  virtual void setFlags(OnnxParserFlags onnxParserFlags) noexcept = 0;

  //! All flags, as bits 1 << OnnxParserFlag.
  virtual OnnxParserFlags getFlags() const noexcept = 0;

  //! Clears a flag.
  virtual void clearFlag(OnnxParserFlag onnxParserFlag) noexcept = 0;

  //! Sets a flag.
  virtual void setFlag(OnnxParserFlag onnxParserFlag) noexcept = 0;

  //! Whether a flag is set.
  virtual bool getFlag(OnnxParserFlag onnxParserFlag) const noexcept = 0;

  //! Output `i` of the node `name`, after parsing; null when there is none.
  virtual const nvinfer1::ITensor* getLayerOutputTensor(const char* name, int64_t i) noexcept = 0;

  //! Whether all of a model is supported, without adding it to the network. Parts are then given by
  //! getNbSubgraphs() and the like, reasons by getError().
  virtual bool supportsModelV2(const void* serializedOnnxModel, size_t serializedOnnxModelSize,
                               const char* modelPath = nullptr) noexcept = 0;

  //! Number of parts that supportsModelV2() divided the model into.
  virtual int64_t getNbSubgraphs() noexcept = 0;

  //! Whether part `index` is supported.
  virtual bool isSubgraphSupported(const int64_t index) noexcept = 0;

  //! Numbers of the nodes in part `index`; how many goes to subgraphLength. Null when out of range.
  virtual int64_t* getSubgraphNodes(const int64_t index, int64_t& subgraphLength) noexcept = 0;

  //! Takes a model for parseModelProto(), without its external weights. False on error.
  virtual bool loadModelProto(const void* serializedOnnxModel, size_t serializedOnnxModelSize,
                              const char* modelPath = nullptr) noexcept = 0;

  //! Gives the bytes of a weight of the model that loadModelProto() took; they must stay valid until the
  //! engine is built. False on error.
  virtual bool loadInitializer(const char* name, const void* data, size_t size) noexcept = 0;

  //! Reads the model that loadModelProto() took. False on error.
  virtual bool parseModelProto() noexcept = 0;

  //! Tells the configuration that will be used, which some flags consult; null for none. True for success.
  virtual bool setBuilderConfig(const nvinfer1::IBuilderConfig* const builderConfig) noexcept = 0;

  // What versions 7 and 8 had.
#include "tenfold/legacy/destroy.inc"
};

//! Feeds an IRefitter with the weights of a model that has the structure of the engine's. Made by
//! createParserRefitter(); release with delete.
class IParserRefitter {
 public:
  //! Sets all weights from a model of so many bytes; call IRefitter::refitCudaEngine() afterwards. False on
  //! error.
  virtual bool refitFromBytes(const void* serializedOnnxModel, size_t serializedOnnxModelSize,
                              const char* modelPath = nullptr) noexcept = 0;

  //! Sets all weights from a model file; call IRefitter::refitCudaEngine() afterwards. False on error.
  virtual bool refitFromFile(const char* onnxModelFile) noexcept = 0;

  //! Number of errors since clearErrors().
  virtual int32_t getNbErrors() const noexcept = 0;

  //! Error `index`; null when out of range.
  virtual const IParserError* getError(int32_t index) const noexcept = 0;

  //! Forgets all errors.
  virtual void clearErrors() = 0;

  virtual ~IParserRefitter() noexcept = default;

  //! Takes a model for refitModelProto(), without its external weights. False on error.
  virtual bool loadModelProto(const void* serializedOnnxModel, size_t serializedOnnxModelSize,
                              const char* modelPath = nullptr) noexcept = 0;

  //! Gives the bytes of a weight of the model that loadModelProto() took. False on error.
  virtual bool loadInitializer(const char* name, const void* data, size_t size) noexcept = 0;

  //! Sets all weights from the model that loadModelProto() took. False on error.
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
