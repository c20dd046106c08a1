// The shapes of a plugin's outputs. A Plugin node keeps them as formulas over the shapes (and, of shape
// tensors, the elements) of its own inputs, so that they hold for any graph around it and without the plugin.
#pragma once

#include <string>
#include <vector>

#include "graph/ir/attributes.h"
#include "graph/ir/dim.h"

namespace tenfold {

// The variables of the formulas.
Dim pluginInputDim(size_t input, size_t dim);
Dim pluginInputElement(size_t input, size_t element);
// A dimension that output number `attrs "sizes"[size]` tells when the plugin has run.
Dim pluginSize(size_t size);

// The attribute "shapes": one text for each output.
std::string pluginShapeText(const SymShape& shape);
std::vector<SymShape> pluginShapeFormulas(const Attributes& attrs);

}  // namespace tenfold
