#include "trtexec/network_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "common/nearest.h"
#include "tenfold/error_budget.h"
#include "trtexec/build.h"
#include "trtexec/builder_options.h"

// Precision flags and types of layers are deprecated, but what this program is asked for.
TENFOLD_BEGIN_DEPRECATED

namespace trtexec {

using namespace nvinfer1;

Dims toDims(const Extents& extents) {
  if (extents.size() > Dims::MAX_DIMS) throw std::runtime_error("a shape has more than 8 dimensions");
  Dims dims{};
  for (int64_t e : extents) dims.d[dims.nbDims++] = e;
  return dims;
}

std::string toText(const Dims& dims) {
  std::string text;
  for (int i = 0; i < dims.nbDims; ++i) text += (i ? "x" : "") + std::to_string(dims.d[i]);
  return text.empty() ? "scalar" : text;
}

namespace {

template <typename T>
struct Named {
  const char* name;
  T value;
};

constexpr Named<DataType> kTypes[] = {
    {"fp32", DataType::kFLOAT}, {"fp16", DataType::kHALF},   {"bf16", DataType::kBF16},
    {"int8", DataType::kINT8},  {"int32", DataType::kINT32}, {"int64", DataType::kINT64},
    {"bool", DataType::kBOOL},  {"uint8", DataType::kUINT8}, {"fp8", DataType::kFP8},
};
constexpr Named<TensorFormat> kFormats[] = {
    {"chw", TensorFormat::kLINEAR},  {"chw2", TensorFormat::kCHW2},     {"chw4", TensorFormat::kCHW4},
    {"hwc8", TensorFormat::kHWC8},   {"chw16", TensorFormat::kCHW16},   {"chw32", TensorFormat::kCHW32},
    {"dhwc8", TensorFormat::kDHWC8}, {"cdhw32", TensorFormat::kCDHW32}, {"hwc", TensorFormat::kHWC},
    {"dhwc", TensorFormat::kDHWC},
};
constexpr Named<MemoryPoolType> kPools[] = {
    {"workspace", MemoryPoolType::kWORKSPACE},
    {"dlaSRAM", MemoryPoolType::kDLA_MANAGED_SRAM},
    {"dlaLocalDRAM", MemoryPoolType::kDLA_LOCAL_DRAM},
    {"dlaGlobalDRAM", MemoryPoolType::kDLA_GLOBAL_DRAM},
    {"tacticSharedMem", MemoryPoolType::kTACTIC_SHARED_MEMORY},
};
constexpr Named<ProfilingVerbosity> kVerbosities[] = {
    {"layer_names_only", ProfilingVerbosity::kLAYER_NAMES_ONLY},
    {"detailed", ProfilingVerbosity::kDETAILED},
    {"none", ProfilingVerbosity::kNONE},
};

template <typename T, size_t N>
T find(const Named<T> (&table)[N], const std::string& name, const char* what) {
  std::vector<std::string> names;
  for (const auto& entry : table) {
    if (name == entry.name) return entry.value;
    names.push_back(entry.name);
  }
  throw std::runtime_error(fmt::format("there is no {} '{}'{}", what, name, suggestion(name, names)));
}

// "512", "1.5G", "64M", "16K"; a bare number is MiB, as in NVIDIA's trtexec.
size_t bytesOf(const std::string& text) {
  char* unit = nullptr;
  double value = std::strtod(text.c_str(), &unit);
  constexpr std::string_view kUnits = "BKMG";
  size_t power = *unit ? kUnits.find(static_cast<char>(std::toupper(*unit))) : 2;
  if (unit == text.c_str() || power == std::string_view::npos)
    throw std::runtime_error("expected a size such as 512M or 1.5G, found '" + text + "'");
  return static_cast<size_t>(value * static_cast<double>(size_t{1} << (10 * power)));
}

void setFormats(const std::string& text, int count, bool inputs, INetworkDefinition& network) {
  auto given = text.empty() ? 0 : 1 + std::count(text.begin(), text.end(), ',');
  if (given > 1 && given != count)
    throw std::runtime_error(
        fmt::format("the network has {} {}, {} formats were given: one for each, or one for all", count,
                    inputs ? "inputs" : "outputs", given));
  size_t from = 0;
  for (int i = 0; i < count && from < text.size(); ++i) {
    size_t to = std::min(text.find(',', from), text.size());
    std::string item = text.substr(from, to - from);
    // One format for all tensors may be given.
    if (to < text.size() || i > 0) from = to + 1;
    size_t colon = item.find(':');
    if (colon == std::string::npos) throw std::runtime_error("expected TYPE:FORMAT, found '" + item + "'");
    ITensor* tensor = inputs ? network.getInput(i) : network.getOutput(i);
    tensor->setType(find(kTypes, item.substr(0, colon), "type"));
    TensorFormats formats = 0;
    std::string rest = item.substr(colon + 1);
    for (size_t at = 0; at < rest.size();) {
      size_t end = std::min(rest.find('+', at), rest.size());
      formats |= 1U << static_cast<uint32_t>(find(kFormats, rest.substr(at, end - at), "format"));
      at = end + 1;
    }
    tensor->setAllowedFormats(formats);
  }
}

constexpr Named<TacticSource> kSources[] = {
    {"CUBLAS", TacticSource::kCUBLAS},
    {"CUBLAS_LT", TacticSource::kCUBLAS_LT},
    {"CUDNN", TacticSource::kCUDNN},
    {"EDGE_MASK_CONVOLUTIONS", TacticSource::kEDGE_MASK_CONVOLUTIONS},
    {"JIT_CONVOLUTIONS", TacticSource::kJIT_CONVOLUTIONS},
};

// "-CUDNN,+CUBLAS_LT": what is not named is used.
void setTacticSources(const std::string& text, IBuilderConfig& config) {
  TacticSources sources = 0;
  for (const auto& source : kSources) sources |= 1U << static_cast<uint32_t>(source.value);
  for (size_t from = 0; from < text.size();) {
    size_t to = std::min(text.find(',', from), text.size());
    std::string item = text.substr(from, to - from);
    from = to + 1;
    if (item.empty() || (item[0] != '-' && item[0] != '+'))
      throw std::runtime_error("expected -NAME or +NAME, found '" + item + "'");
    uint32_t bit = 1U << static_cast<uint32_t>(find(kSources, item.substr(1), "tactic source"));
    sources = item[0] == '-' ? sources & ~bit : sources | bit;
  }
  config.setTacticSources(sources);
}

void setErrorBudget(const Options& options, IBuilderConfig& config) {
  tenfoldSetErrorBudget(&config, options.errorBudget);
  for (const auto& [name, path] : options.loadInputs) {
    std::vector<char> bytes = readFile(path);
    tenfoldSetErrorBudgetInput(&config, name.c_str(), bytes.data(), static_cast<int64_t>(bytes.size()));
  }
}

template <typename Apply>
void forLayers(const NamedList& list, INetworkDefinition& network, Apply apply) {
  for (const auto& [name, type] : list) {
    bool found = name == "*";
    for (int i = 0; i < network.getNbLayers(); ++i) {
      ILayer* layer = network.getLayer(i);
      if (name != "*" && name != layer->getName()) continue;
      found = true;
      apply(*layer, find(kTypes, type, "type"));
    }
    if (found) continue;
    std::vector<std::string> names;
    for (int i = 0; i < network.getNbLayers(); ++i) names.emplace_back(network.getLayer(i)->getName());
    throw std::runtime_error("the network has no layer '" + name + "'" + suggestion(name, names));
  }
}

const Extents* shapeFor(const ShapeMap& shapes, const std::string& name) {
  auto it = shapes.find(name);
  return it == shapes.end() ? nullptr : &it->second;
}

void setProfile(IOptimizationProfile& profile, const ITensor& input, OptProfileSelector select,
                const Extents& extents) {
  bool ok = input.isShapeTensor() ? profile.setShapeValuesV2(input.getName(), select, extents.data(),
                                                             static_cast<int32_t>(extents.size()))
                                  : profile.setDimensions(input.getName(), select, toDims(extents));
  if (!ok)
    throw std::runtime_error(fmt::format("the shape given for input '{}' is not valid", input.getName()));
}

// The shapes given, each standing in for the others that are not; for none, 1 in place of every dynamic
// extent.
void addProfile(const Options& options, IBuilder& builder, INetworkDefinition& network,
                IBuilderConfig& config, Logger& logger) {
  bool needed = false;
  IOptimizationProfile* profile = builder.createOptimizationProfile();
  for (int i = 0; i < network.getNbInputs(); ++i) {
    const ITensor& input = *network.getInput(i);
    Dims dims = input.getDimensions();
    if (std::all_of(dims.d, dims.d + std::max(dims.nbDims, 0), [](int64_t d) { return d >= 0; }) &&
        !input.isShapeTensor())
      continue;
    needed = true;
    const Extents *min = shapeFor(options.minShapes, input.getName()),
                  *opt = shapeFor(options.optShapes, input.getName()),
                  *max = shapeFor(options.maxShapes, input.getName());
    if (!min && !opt && !max) opt = shapeFor(options.shapes, input.getName());
    Extents ones;
    if (!min && !opt && !max) {
      for (int d = 0; d < dims.nbDims; ++d) ones.push_back(std::max<int64_t>(dims.d[d], 1));
      opt = &ones;
      logger.log(ILogger::Severity::kWARNING,
                 fmt::format("Dynamic dimensions required for input: {}, but no shapes were provided. "
                             "Automatically overriding shape to: {}",
                             input.getName(), toText(toDims(ones)))
                     .c_str());
    }
    if (!opt) opt = max ? max : min;
    setProfile(*profile, input, OptProfileSelector::kMIN, min ? *min : *opt);
    setProfile(*profile, input, OptProfileSelector::kOPT, *opt);
    setProfile(*profile, input, OptProfileSelector::kMAX, max ? *max : *opt);
  }
  if (needed && config.addOptimizationProfile(profile) < 0)
    throw std::runtime_error("the shapes given form no optimization profile; see the messages above");
}

std::vector<std::string> inputsOf(const INetworkDefinition& network) {
  std::vector<std::string> names;
  for (int i = 0; i < network.getNbInputs(); ++i) names.emplace_back(network.getInput(i)->getName());
  return names;
}

}  // namespace

void requireInputs(const Options& options, const std::vector<std::string>& inputs) {
  auto check = [&](const char* flag, const auto& given) {
    for (const auto& [name, value] : given)
      if (std::find(inputs.begin(), inputs.end(), name) == inputs.end())
        throw std::runtime_error(fmt::format("{}: there is no input '{}'; the inputs are: {}", flag, name,
                                             fmt::join(inputs, ", ")));
  };
  check("--minShapes", options.minShapes);
  check("--optShapes", options.optShapes);
  check("--maxShapes", options.maxShapes);
  check("--shapes", options.shapes);
  check("--loadInputs", options.loadInputs);
}

void applyOptions(const Options& options, IBuilder& builder, INetworkDefinition& network,
                  IBuilderConfig& config, Logger& logger) {
  requireInputs(options, inputsOf(network));
  auto allow = [&](bool wanted, BuilderFlag flag) {
    if (wanted) config.setFlag(flag);
  };
  allow(options.fp16 || options.best, BuilderFlag::kFP16);
  allow(options.bf16 || options.best, BuilderFlag::kBF16);
  allow(options.int8 || options.best, BuilderFlag::kINT8);
  allow(options.fp8, BuilderFlag::kFP8);
  allow(options.refit, BuilderFlag::kREFIT);
  allow(options.precisionConstraints == "obey", BuilderFlag::kOBEY_PRECISION_CONSTRAINTS);
  allow(options.precisionConstraints == "prefer", BuilderFlag::kPREFER_PRECISION_CONSTRAINTS);
  if (options.noTf32) config.clearFlag(BuilderFlag::kTF32);
  config.setProfilingVerbosity(find(kVerbosities, options.profilingVerbosity, "profiling verbosity"));
  if (options.builderOptimizationLevel >= 0)
    config.setBuilderOptimizationLevel(options.builderOptimizationLevel);
  config.setAvgTimingIterations(options.avgTiming);
  if (options.maxTactics >= 0) config.setMaxNbTactics(options.maxTactics);
  if (!options.tacticSources.empty()) setTacticSources(options.tacticSources, config);
  if (options.errorBudget > 0) setErrorBudget(options, config);
  for (const auto& [pool, size] : options.memPoolSize)
    config.setMemoryPoolLimit(find(kPools, pool, "memory pool"), bytesOf(size));
  setFormats(options.inputIOFormats, network.getNbInputs(), true, network);
  setFormats(options.outputIOFormats, network.getNbOutputs(), false, network);
  forLayers(options.layerPrecisions, network, [](ILayer& layer, DataType t) { layer.setPrecision(t); });
  forLayers(options.layerOutputTypes, network, [](ILayer& layer, DataType t) {
    for (int i = 0; i < layer.getNbOutputs(); ++i) layer.setOutputType(i, t);
  });
  applyBuilderOptions(options, builder, network, config);
  addProfile(options, builder, network, config, logger);
}

}  // namespace trtexec

TENFOLD_END_DEPRECATED
