// Which face a node gets, by its operator.
#pragma once

#include <span>
#include <string_view>

#include "api/network/layer.h"

namespace tenfold {

// Operators that no layer type stands for get the face of a plugin layer, without a plugin.
std::unique_ptr<LayerFace> makeFace(Network& network, Node* node);
// "Convolution" for kCONVOLUTION, ...
std::string_view layerTypeName(nv::LayerType type);

template <typename Face>
std::unique_ptr<LayerFace> makeFaceOf(Network& network, Node* node, nv::LayerType type) {
  return std::make_unique<Face>(network, node, type);
}

// The tables of the families.
std::span<const FaceEntry> activationFaces();
std::span<const FaceEntry> elementwiseFaces();
std::span<const FaceEntry> convolutionFaces();
std::span<const FaceEntry> poolingFaces();
std::span<const FaceEntry> reductionFaces();
std::span<const FaceEntry> matrixFaces();
std::span<const FaceEntry> shapeFaces();
std::span<const FaceEntry> sliceFaces();
std::span<const FaceEntry> gatherFaces();
std::span<const FaceEntry> generatorFaces();
std::span<const FaceEntry> normalizationFaces();
std::span<const FaceEntry> quantizationFaces();
std::span<const FaceEntry> resizeFaces();
std::span<const FaceEntry> detectionFaces();
std::span<const FaceEntry> attentionFaces();
std::span<const FaceEntry> expertFaces();
std::span<const FaceEntry> loopFaces();
std::span<const FaceEntry> conditionalFaces();
std::span<const FaceEntry> pluginFaces();

}  // namespace tenfold
