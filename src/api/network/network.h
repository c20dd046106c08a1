// INetworkDefinition: the face of a graph. Its layers are faces of nodes (and of constants), its tensors
// faces of values, made when they are first asked for: the ONNX parser writes into the graph directly. What a
// family of layers has to say is in a file of its own, with the network's add-methods for them.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "NvInfer.h"
#include "api/errors.h"
#include "api/network/tensor.h"
#include "api/network_graph.h"

namespace tenfold {

namespace nv = nvinfer1;

class LayerFace;
class LoopFace;
class ConditionalFace;
class AttentionFace;

// Makes the face of a node of the operator `op`; each family of layers has a table of them.
struct FaceEntry {
  const char* op;
  nv::LayerType type;
  std::unique_ptr<LayerFace> (*make)(Network&, Node*, nv::LayerType);
};

class Network final : public nv::INetworkDefinition,
                      public nv::apiv::VNetworkDefinition,
                      public NetworkGraph {
 public:
  Network(nv::IBuilder& builder, std::shared_ptr<const Reporter> maker,
          nv::NetworkDefinitionCreationFlags flags);
  ~Network() override;

  Graph& graph() override { return *graph_; }
  nv::ITensor* tensorOf(Value* value) override;
  Reporter& reporter() const { return reporter_; }
  TensorFace* faceOf(Value* value);
  // The value behind a tensor; throws Error where it belongs to another network.
  Value* valueOf(nv::ITensor& tensor) const;
  std::vector<Value*> valuesOf(nv::ITensor* const* tensors, int32_t count, const char* what) const;
  // By the number in a node's attributes; null for nodes that the parser made.
  LoopFace* loop(int64_t number) const;
  ConditionalFace* conditional(int64_t number) const;
  AttentionFace* attentionOf(Node* node);
  // The layer whose node this is.
  LayerFace* layerOf(const Node* node);
  // All layers in the order of adding.
  const std::vector<std::unique_ptr<LayerFace>>& layers();

  // Infers the node again and all that depends on it. What does not fit is kept until somebody asks
  // (complaint) or builds.
  void update(Node* node);
  void updateReaders(Value* value);
  // Why the shape of `value` is not known: the error of the first node that does not fit; empty if there is
  // none.
  std::string complaint(const Value* value) const;
  // A constant that views the program's bytes; `like` is the type that floats are converted to, if any.
  Value* addWeights(const nv::Weights& weights, const Shape& shape, DataType like = DataType::kUndefined);
  // Tensors of integers that decide shapes.
  bool isShapeTensor(const Value* value) const;
  bool isShapeOutput(const Value* value) const { return shapeOutputs_.count(value) != 0; }
  bool isDebugValue(const Value* value) const { return debugValues_.count(value) != 0; }
  bool allUnfusedAreDebug() const { return unfusedAreDebug_; }
  bool isBorrowed(const Value* value) const { return borrowed_.count(value) != 0; }
  const std::map<const Value*, std::string>& weightNames() const { return weightNames_; }
  const std::set<std::string>& refittableWeights() const { return refittable_; }
  const std::map<const Node*, std::string>& broken() const { return broken_; }

  // Adds the layer of class Face for the node that `make` adds. Where the node does not fit its inputs, it is
  // taken out again and null returned; `later` lets incomplete nodes pass.
  template <typename Face, typename Make>
  Face* addLayer(const char* entry, nv::LayerType type, Make make, bool later = false) noexcept;
  // Appends a node; tensors are those of this network.
  Node* addNode(std::string_view op, std::initializer_list<nv::ITensor*> inputs, Attributes attrs = {},
                size_t outputs = 1);
  Value* scalar(DataType type, double value) { return graph_->addConstant(Tensor::scalar(type, value)); }
  Value* ints(const std::vector<int64_t>& values);

  nv::ITensor* addInput(const char* name, nv::DataType type, const nv::Dims& dimensions) noexcept override;
  void markOutput(nv::ITensor& tensor) noexcept override;
  nv::IActivationLayer* addActivation(nv::ITensor& input, nv::ActivationType type) noexcept override;
  nv::ILRNLayer* addLRN(nv::ITensor& input, int64_t window, float alpha, float beta,
                        float k) noexcept override;
  nv::IScaleLayer* addScale(nv::ITensor& input, nv::ScaleMode mode, nv::Weights shift, nv::Weights scale,
                            nv::Weights power) noexcept override;
  nv::ISoftMaxLayer* addSoftMax(nv::ITensor& input) noexcept override;
  nv::IConcatenationLayer* addConcatenation(nv::ITensor* const* inputs, int32_t nbInputs) noexcept override;
  nv::IElementWiseLayer* addElementWise(nv::ITensor& input1, nv::ITensor& input2,
                                        nv::ElementWiseOperation op) noexcept override;
  nv::IUnaryLayer* addUnary(nv::ITensor& input, nv::UnaryOperation operation) noexcept override;
  nv::IShuffleLayer* addShuffle(nv::ITensor& input) noexcept override;
  int32_t getNbLayers() const noexcept override;
  nv::ILayer* getLayer(int32_t index) const noexcept override;
  int32_t getNbInputs() const noexcept override;
  nv::ITensor* getInput(int32_t index) const noexcept override;
  int32_t getNbOutputs() const noexcept override;
  nv::ITensor* getOutput(int32_t index) const noexcept override;
  nv::IReduceLayer* addReduce(nv::ITensor& input, nv::ReduceOperation operation, uint32_t reduceAxes,
                              bool keepDimensions) noexcept override;
  nv::ITopKLayer* addTopK(nv::ITensor& input, nv::TopKOperation op, int32_t k,
                          uint32_t reduceAxes) noexcept override;
  nv::IGatherLayer* addGather(nv::ITensor& data, nv::ITensor& indices, int32_t axis) noexcept override;
  nv::IRaggedSoftMaxLayer* addRaggedSoftMax(nv::ITensor& input, nv::ITensor& bounds) noexcept override;
  nv::IMatrixMultiplyLayer* addMatrixMultiply(nv::ITensor& input0, nv::MatrixOperation op0,
                                              nv::ITensor& input1, nv::MatrixOperation op1) noexcept override;
  nv::IConstantLayer* addConstant(const nv::Dims& dimensions, nv::Weights weights) noexcept override;
  nv::IIdentityLayer* addIdentity(nv::ITensor& input) noexcept override;
  void removeTensor(nv::ITensor& tensor) noexcept override;
  void unmarkOutput(nv::ITensor& tensor) noexcept override;
  nv::IPluginV2Layer* addPluginV2(nv::ITensor* const* inputs, int32_t nbInputs,
                                  nv::IPluginV2& plugin) noexcept override;
  nv::IPluginV3Layer* addPluginV3(nv::ITensor* const* inputs, int32_t nbInputs,
                                  nv::ITensor* const* shapeInputs, int32_t nbShapeInputs,
                                  nv::IPluginV3& plugin) noexcept override;
  nv::ISliceLayer* addSlice(nv::ITensor& input, const nv::Dims& start, const nv::Dims& size,
                            const nv::Dims& stride) noexcept override;
  void setName(const char* name) noexcept override;
  const char* getName() const noexcept override;
  nv::IShapeLayer* addShape(nv::ITensor& input) noexcept override;
  bool hasImplicitBatchDimension() const noexcept override;
  bool markOutputForShapes(nv::ITensor& tensor) noexcept override;
  bool unmarkOutputForShapes(nv::ITensor& tensor) noexcept override;
  nv::IParametricReLULayer* addParametricReLU(nv::ITensor& input, nv::ITensor& slope) noexcept override;
  nv::IConvolutionLayer* addConvolutionNd(nv::ITensor& input, int64_t nbOutputMaps,
                                          const nv::Dims& kernelSize, nv::Weights kernelWeights,
                                          nv::Weights biasWeights) noexcept override;
  nv::IPoolingLayer* addPoolingNd(nv::ITensor& input, nv::PoolingType type,
                                  const nv::Dims& windowSize) noexcept override;
  nv::IDeconvolutionLayer* addDeconvolutionNd(nv::ITensor& input, int64_t nbOutputMaps,
                                              const nv::Dims& kernelSize, nv::Weights kernelWeights,
                                              nv::Weights biasWeights) noexcept override;
  nv::IScaleLayer* addScaleNd(nv::ITensor& input, nv::ScaleMode mode, nv::Weights shift, nv::Weights scale,
                              nv::Weights power, int32_t channelAxis) noexcept override;
  nv::IResizeLayer* addResize(nv::ITensor& input) noexcept override;
  nv::ILoop* addLoop() noexcept override;
  nv::ISelectLayer* addSelect(nv::ITensor& condition, nv::ITensor& thenInput,
                              nv::ITensor& elseInput) noexcept override;
  nv::IFillLayer* addFill(const nv::Dims& dimensions, nv::FillOperation op) noexcept override;
  nv::IPaddingLayer* addPaddingNd(nv::ITensor& input, const nv::Dims& prePadding,
                                  const nv::Dims& postPadding) noexcept override;
  bool setWeightsName(nv::Weights weights, const char* name) noexcept override;
  void setErrorRecorder(nv::IErrorRecorder* recorder) noexcept override;
  nv::IErrorRecorder* getErrorRecorder() const noexcept override;
  nv::IDequantizeLayer* addDequantize(nv::ITensor& input, nv::ITensor& scale) noexcept override;
  nv::IQuantizeLayer* addQuantize(nv::ITensor& input, nv::ITensor& scale) noexcept override;
  nv::IGatherLayer* addGatherV2(nv::ITensor& data, nv::ITensor& indices,
                                nv::GatherMode mode) noexcept override;
  nv::IIfConditional* addIfConditional() noexcept override;
  nv::IScatterLayer* addScatter(nv::ITensor& data, nv::ITensor& indices, nv::ITensor& updates,
                                nv::ScatterMode mode) noexcept override;
  nv::IEinsumLayer* addEinsum(nv::ITensor* const* inputs, int32_t nbInputs,
                              const char* equation) noexcept override;
  nv::IAssertionLayer* addAssertion(nv::ITensor& condition, const char* message) noexcept override;
  nv::IOneHotLayer* addOneHot(nv::ITensor& indices, nv::ITensor& values, nv::ITensor& depth,
                              int32_t axis) noexcept override;
  nv::INonZeroLayer* addNonZero(nv::ITensor& input) noexcept override;
  nv::IGridSampleLayer* addGridSample(nv::ITensor& input, nv::ITensor& grid) noexcept override;
  nv::INMSLayer* addNMS(nv::ITensor& boxes, nv::ITensor& scores,
                        nv::ITensor& maxOutputBoxesPerClass) noexcept override;
  nv::IReverseSequenceLayer* addReverseSequence(nv::ITensor& input,
                                                nv::ITensor& sequenceLens) noexcept override;
  nv::INormalizationLayer* addNormalization(nv::ITensor& input, nv::ITensor& scale, nv::ITensor& bias,
                                            uint32_t axesMask) noexcept override;
  nv::ICastLayer* addCast(nv::ITensor& input, nv::DataType toType) noexcept override;
  nv::IBuilder& getBuilder() const noexcept override;
  nv::NetworkDefinitionCreationFlags getFlags() const noexcept override;
  bool getFlag(nv::NetworkDefinitionCreationFlag networkDefinitionCreationFlag) const noexcept override;
  nv::IQuantizeLayer* addQuantizeV2(nv::ITensor& input, nv::ITensor& scale,
                                    nv::DataType outputType) noexcept override;
  nv::IDequantizeLayer* addDequantizeV2(nv::ITensor& input, nv::ITensor& scale,
                                        nv::DataType outputType) noexcept override;
  nv::IFillLayer* addFillV2(const nv::Dims& dimensions, nv::FillOperation op,
                            nv::DataType outputType) noexcept override;
  bool markDebug(nv::ITensor& tensor) noexcept override;
  bool unmarkDebug(nv::ITensor& tensor) noexcept override;
  bool isDebugTensor(const nv::ITensor& tensor) const noexcept override;
  bool markWeightsRefittable(const char* name) noexcept override;
  bool unmarkWeightsRefittable(const char* name) noexcept override;
  bool areWeightsMarkedRefittable(const char* name) const noexcept override;
  nv::ISqueezeLayer* addSqueeze(nv::ITensor& input, nv::ITensor& axes) noexcept override;
  nv::IUnsqueezeLayer* addUnsqueeze(nv::ITensor& input, nv::ITensor& axes) noexcept override;
  nv::IDynamicQuantizeLayer* addDynamicQuantize(nv::ITensor& input, int32_t axis, int32_t blockSize,
                                                nv::DataType toType,
                                                nv::DataType scaleType) noexcept override;
  nv::ICumulativeLayer* addCumulative(nv::ITensor& input, nv::ITensor& axis,
                                      nv::CumulativeOperation operation, bool exclusive,
                                      bool reverse) noexcept override;
  bool markUnfusedTensorsAsDebugTensors() noexcept override;
  bool unmarkUnfusedTensorsAsDebugTensors() noexcept override;
  nv::ITopKLayer* addTopKV2(nv::ITensor& input, nv::TopKOperation op, int32_t k, uint32_t reduceAxes,
                            nv::DataType indicesType) noexcept override;
  nv::INonZeroLayer* addNonZeroV2(nv::ITensor& input, nv::DataType indicesType) noexcept override;
  nv::INMSLayer* addNMSV2(nv::ITensor& boxes, nv::ITensor& scores, nv::ITensor& maxOutputBoxesPerClass,
                          nv::DataType indicesType) noexcept override;
  nv::IAttention* addAttention(nv::ITensor& query, nv::ITensor& key, nv::ITensor& value,
                               nv::AttentionNormalizationOp normOp, bool isCausal) noexcept override;
  nv::IRotaryEmbeddingLayer* addRotaryEmbedding(nv::ITensor& input, nv::ITensor& cosCache,
                                                nv::ITensor& sinCache, bool interleaved,
                                                int32_t rotaryEmbeddingDim) noexcept override;
  nv::IDynamicQuantizeLayer* addDynamicQuantizeV2(nv::ITensor& input, const nv::Dims& blockShape,
                                                  nv::DataType toType,
                                                  nv::DataType scaleType) noexcept override;
  nv::IKVCacheUpdateLayer* addKVCacheUpdate(nv::ITensor& cache, nv::ITensor& update,
                                            nv::ITensor& writeIndices,
                                            nv::KVCacheMode cacheMode) noexcept override;
  nv::INormalizationLayer* addNormalizationV2(nv::ITensor& input, nv::ITensor& scale, nv::ITensor& bias,
                                              uint32_t axesMask) noexcept override;
  nv::IMoELayer* addMoE(nv::ITensor& hiddenStates, nv::ITensor& selectedExpertsForTokens,
                        nv::ITensor& scoresForSelectedExperts) noexcept override;
  nv::IDistCollectiveLayer* addDistCollective(nv::ITensor& input, nv::CollectiveOperation distCollectiveOp,
                                              nv::ReduceOperation reduceOp, int64_t root, int64_t* groups,
                                              int64_t groupSize) noexcept override;

 private:
  // Gives new nodes their faces, and forgets those whose nodes are gone.
  void sync();
  void keep(std::unique_ptr<LayerFace> layer);
  // The node that `make` adds; where that throws, what it has added goes again.
  template <typename Make>
  Node* addWhole(Make& make) {
    size_t before = graph_->nodes().size();
    try {
      return make();
    } catch (...) {
      while (graph_->nodes().size() > before) graph_->eraseNode(graph_->nodes().back());
      throw;
    }
  }
  // Takes the layer added last out again.
  void takeBack();
  void infer(Node* node);
  void inferAll(std::set<const Node*> affected);
  void nameLayer(LayerFace& layer);

  nv::IBuilder& builder_;
  mutable Reporter reporter_;
  nv::NetworkDefinitionCreationFlags flags_;
  std::unique_ptr<Graph> graph_ = std::make_unique<Graph>();
  std::vector<std::unique_ptr<LayerFace>> layers_;
  std::unordered_map<const Node*, LayerFace*> byNode_;
  std::unordered_map<const Value*, std::unique_ptr<TensorFace>> tensors_;
  std::vector<std::unique_ptr<LoopFace>> loops_;
  std::vector<std::unique_ptr<ConditionalFace>> conditionals_;
  std::vector<std::unique_ptr<AttentionFace>> attentions_;
  std::map<const Node*, std::string> broken_;
  std::set<const Value*> shapeOutputs_, debugValues_, borrowed_;
  std::map<const Value*, std::string> weightNames_;
  std::set<std::string> refittable_;
  bool unfusedAreDebug_ = false;
  size_t syncedNodes_ = 0;
  int nextLayer_ = 0;
};

template <typename Face, typename Make>
Face* Network::addLayer(const char* entry, nv::LayerType type, Make make, bool later) noexcept {
  return reporter_.guard(entry, [&]() -> Face* {
    sync();
    Node* node = addWhole(make);
    auto face = std::make_unique<Face>(*this, node, type);
    Face* added = face.get();
    keep(std::move(face));
    if (!node) return added;
    infer(node);
    auto complaint = broken_.find(node);
    if (complaint == broken_.end() || later) return added;
    std::string message = complaint->second;
    takeBack();
    fail("{}", message);
  });
}

}  // namespace tenfold
