// What the CUDA target's kernels can take, for region formation and layouts.
#pragma once

#include "graph/ir/graph.h"

namespace tenfold::cuda {

bool acceptsChannelsLast(const Node& node);
// Pointwise nodes behind products and poolings, equal parts of a product's columns (few rows), views around
// Attention, and the Reorder of an image of few channels in front of a pointwise node or a first layer; the
// conversion of a first layer's image and of a product that is a result of the network; the MaxPool behind a
// first layer; the scaling of images in front of a 1x1 convolution; and the small 1x1 convolutions behind the
// mean of images.
bool fusesEpilogue(const Node& anchor, const Node& node);

}  // namespace tenfold::cuda
