// Precisions, formats, profiles and limits of a build.
#pragma once

#include "trtexec/build.h"

namespace trtexec {

// Throws std::runtime_error, with the names that there are, where a shape or a file is given for another one.
void requireInputs(const Options& options, const std::vector<std::string>& inputs);
// Throws std::runtime_error that names what does not exist.
void applyOptions(const Options& options, nvinfer1::IBuilder& builder, nvinfer1::INetworkDefinition& network,
                  nvinfer1::IBuilderConfig& config, Logger& logger);
nvinfer1::Dims toDims(const Extents& extents);
std::string toText(const nvinfer1::Dims& dims);  // "1x3x224x224"

}  // namespace trtexec
