#include "api/network/faces.h"

#include <unordered_map>

namespace tenfold {
namespace {

// By LayerType.
constexpr std::string_view kTypeNames[] = {"Convolution",
                                           "Cast",
                                           "Activation",
                                           "Pooling",
                                           "LRN",
                                           "Scale",
                                           "SoftMax",
                                           "Deconvolution",
                                           "Concatenation",
                                           "ElementWise",
                                           "Plugin",
                                           "Unary",
                                           "Padding",
                                           "Shuffle",
                                           "Reduce",
                                           "TopK",
                                           "Gather",
                                           "Matrix Multiply",
                                           "Ragged SoftMax",
                                           "Constant",
                                           "Identity",
                                           "PluginV2",
                                           "Slice",
                                           "Shape",
                                           "Parametric ReLU",
                                           "Resize",
                                           "Trip Limit",
                                           "Recurrence",
                                           "Iterator",
                                           "Loop Output",
                                           "Select",
                                           "Fill",
                                           "Quantize",
                                           "Dequantize",
                                           "Condition",
                                           "Conditional Input",
                                           "Conditional Output",
                                           "Scatter",
                                           "Einsum",
                                           "Assertion",
                                           "OneHot",
                                           "NonZero",
                                           "GridSample",
                                           "NMS",
                                           "ReverseSequence",
                                           "Normalization",
                                           "PluginV3",
                                           "Squeeze",
                                           "Unsqueeze",
                                           "Cumulative",
                                           "Dynamic Quantize",
                                           "Attention Input",
                                           "Attention Output",
                                           "Rotary Embedding",
                                           "KVCache Update",
                                           "MoE",
                                           "Dist Collective"};
static_assert(std::size(kTypeNames) == static_cast<size_t>(nv::EnumMax<nv::LayerType>()));

std::unordered_map<std::string_view, const FaceEntry*> makeTable() {
  std::unordered_map<std::string_view, const FaceEntry*> table;
  for (auto family :
       {activationFaces, elementwiseFaces, convolutionFaces, poolingFaces, reductionFaces, matrixFaces,
        shapeFaces, sliceFaces, gatherFaces, generatorFaces, normalizationFaces, quantizationFaces,
        resizeFaces, detectionFaces, attentionFaces, expertFaces, loopFaces, conditionalFaces, pluginFaces})
    for (const FaceEntry& entry : family()) table[entry.op] = &entry;
  return table;
}

}  // namespace

std::string_view layerTypeName(nv::LayerType type) {
  auto i = static_cast<size_t>(type);
  return i < std::size(kTypeNames) ? kTypeNames[i] : "Unknown";
}

std::unique_ptr<LayerFace> makeFace(Network& network, Node* node) {
  static const auto table = makeTable();
  auto it = table.find(node->opName());
  const FaceEntry& entry = it != table.end() ? *it->second : *table.at("Plugin");
  return entry.make(network, node, entry.type);
}

}  // namespace tenfold
