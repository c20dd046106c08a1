// Options of the command line that IBuilderConfig takes as they are.
#pragma once

#include "NvInfer.h"
#include "trtexec/options.h"

namespace trtexec {

struct BuilderFlagRow {
  const char* name;  // the option's names, separated by commas
  nvinfer1::BuilderFlag flag;
  const char* help;
};
// Some flags are deprecated, but what this program is asked for.
TENFOLD_BEGIN_DEPRECATED
constexpr BuilderFlagRow kBuilderFlags[] = {
    {"--noBuilderCache", nvinfer1::BuilderFlag::kDISABLE_TIMING_CACHE, "do not use a timing cache"},
    {"--noCompilationCache", nvinfer1::BuilderFlag::kDISABLE_COMPILATION_CACHE, "compile every kernel anew"},
    {"--errorOnTimingCacheMiss", nvinfer1::BuilderFlag::kERROR_ON_TIMING_CACHE_MISS,
     "fail where the timing cache lacks an entry"},
    {"--versionCompatible,--vc", nvinfer1::BuilderFlag::kVERSION_COMPATIBLE,
     "build a plan for other versions of the library"},
    {"--excludeLeanRuntime", nvinfer1::BuilderFlag::kEXCLUDE_LEAN_RUNTIME,
     "with --versionCompatible: without the runtime inside"},
    {"--stripWeights,--stripAllWeights", nvinfer1::BuilderFlag::kSTRIP_PLAN,
     "leave refittable weights out of the plan"},
    {"--allowWeightStreaming", nvinfer1::BuilderFlag::kWEIGHT_STREAMING, "weights may stay in host memory"},
    {"--monitorMemory", nvinfer1::BuilderFlag::kMONITOR_MEMORY, "log memory while building"},
    {"--allowGPUFallback", nvinfer1::BuilderFlag::kGPU_FALLBACK, "run on the GPU what DLA cannot"},
    {"--directIO", nvinfer1::BuilderFlag::kDIRECT_IO, "no conversions at inputs and outputs"},
    {"--int4", nvinfer1::BuilderFlag::kINT4, "allow int4"},
};
TENFOLD_END_DEPRECATED

// Everything above and beside it: sparsity, streams, tiling, compatibility, preview features, plugins. Throws
// std::runtime_error.
void applyBuilderOptions(const Options& options, nvinfer1::IBuilder& builder,
                         nvinfer1::INetworkDefinition& network, nvinfer1::IBuilderConfig& config);

}  // namespace trtexec
