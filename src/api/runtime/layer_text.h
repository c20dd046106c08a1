// One layer of an engine in words.
#pragma once

#include <string>

#include "NvInferRuntime.h"
#include "graph/ir/dim.h"
#include "plan/plan.h"

namespace tenfold {

// What `verbosity` allows to tell: nothing, the name, or everything (operator, tensors with the extents that
// `bindings` give, tactic, precision and why). JSON is one value: a string for a name, else an object.
std::string layerText(const Plan& plan, const Step& step, nvinfer1::ProfilingVerbosity verbosity,
                      nvinfer1::LayerInformationFormat format, const DimBindings& bindings);
// `text` in quotes.
std::string jsonString(const std::string& text);

}  // namespace tenfold
