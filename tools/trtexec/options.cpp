#include "trtexec/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <climits>
#include <cstdlib>
#include <stdexcept>

#include "common/nearest.h"
#include "trtexec/builder_options.h"

namespace trtexec {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw std::runtime_error(message); }

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t from = 0; from <= text.size();) {
    size_t to = std::min(text.find(separator, from), text.size());
    if (to > from) parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

NamedList parseNamed(const std::string& text) {
  NamedList list;
  for (const std::string& item : split(text, ',')) {
    size_t colon = item.rfind(':');
    if (colon == std::string::npos || colon == 0) refuse("expected NAME:VALUE, found '" + item + "'");
    std::string name = item.substr(0, colon);
    if (name.size() > 1 && name.front() == '\'' && name.back() == '\'')
      name = name.substr(1, name.size() - 2);
    list.emplace_back(name, item.substr(colon + 1));
  }
  return list;
}

// An option of the command line, and the member that takes its value.
template <typename T>
struct Row {
  const char* name;
  T Options::*member;
  const char* help;
};

constexpr Row<bool> kFlags[] = {
    {"--fp16", &Options::fp16, "allow float16"},
    {"--bf16", &Options::bf16, "allow bfloat16"},
    {"--int8", &Options::int8, "allow int8"},
    {"--fp8", &Options::fp8, "allow float8"},
    {"--best", &Options::best, "allow every precision"},
    {"--stronglyTyped", &Options::stronglyTyped, "compute in the types that the model has"},
    {"--noTF32", &Options::noTf32, "do not use TF32"},
    {"--refit", &Options::refit, "build a refittable engine"},
    {"--skipInference,--buildOnly", &Options::skipInference, "end when the engine is built"},
    {"--threads", &Options::threads, "a thread for each stream, which is always so"},
    {"--noDataTransfers", &Options::noDataTransfers, "leave out the copies of inputs and outputs"},
    {"--separateProfileRun", &Options::separateProfileRun, "take the layers' times in runs of their own"},
    {"--useCudaGraph", &Options::useCudaGraph, "launch each run as one CUDA graph"},
    {"--useSpinWait", &Options::useSpinWait, "wait for the GPU without sleeping"},
    {"--exposeDMA", &Options::exposeDma, "let copies and runs not overlap"},
    {"--verbose", &Options::verbose, "log everything"},
    {"--dumpProfile", &Options::dumpProfile, "print the time of each layer"},
    {"--dumpLayerInfo", &Options::dumpLayerInfo, "print the engine's layers"},
    {"--dumpOutput", &Options::dumpOutput, "print the outputs of the last run"},
    {"--dumpRawBindingsToFile", &Options::dumpRawBindings, "write each output's bytes to a file of its name"},
    {"--dumpOptimizationProfile", &Options::dumpOptimizationProfile, "print the engine's profiles"},
    {"--useManagedMemory", &Options::useManagedMemory,
     "inputs and outputs in memory that host and GPU share"},
    {"--finishTuning", &Options::finishTuning,
     "measure here what a plan was built without; see --saveEngine"},
    {"--timeDeserialize", &Options::timeDeserialize, "tell how long loading the plan takes, and end"},
    {"--markUnfusedTensorsAsDebugTensors", &Options::markUnfused,
     "report tensors that no kernel keeps to itself"},
};

constexpr Row<std::string> kTexts[] = {
    {"--onnx", &Options::onnx, "the model to build an engine from"},
    {"--saveEngine", &Options::saveEngine, "write the plan to this file"},
    {"--loadEngine", &Options::loadEngine, "load a plan instead of building one"},
    {"--device", &Options::device, "number of the GPU, or cpu; default: the first GPU where there is one"},
    {"--timingCacheFile", &Options::timingCacheFile, "read the timing cache from this file, and write it"},
    {"--inputIOFormats", &Options::inputIOFormats, "types and formats of the inputs: fp32:chw,..."},
    {"--outputIOFormats", &Options::outputIOFormats, "types and formats of the outputs"},
    {"--tacticSources", &Options::tacticSources, "libraries to use or not: -CUDNN,+CUBLAS_LT"},
    {"--preview", &Options::previewFeatures, "preview features, by the names of PreviewFeature: +NAME,-NAME"},
    {"--exportOutput", &Options::exportOutput, "write the outputs as JSON"},
    {"--exportTimes", &Options::exportTimes, "write the times of each run as JSON"},
    {"--exportProfile", &Options::exportProfile, "write the time of each layer as JSON"},
    {"--exportLayerInfo", &Options::exportLayerInfo, "write the engine's layers as JSON"},
};

// Several values, by commas or by giving the option again.
constexpr Row<std::vector<std::string>> kNames[] = {
    {"--markDebug", &Options::markDebug, "tensors to report while running"},
    {"--setPluginsToSerialize", &Options::setPluginsToSerialize, "libraries to keep inside the plan"},
};

// Counts from 0 up.
constexpr Row<int> kCounts[] = {
    {"--maxAuxStreams", &Options::maxAuxStreams, "streams beside the caller's that an engine may use"},
    {"--sleepTime", &Options::sleepTime, "milliseconds between the start of a run and its first copy"},
    {"--idleTime", &Options::idleTime, "milliseconds between two runs"},
    {"--useProfile", &Options::useProfile, "the optimization profile to run with"},
};

constexpr Row<ShapeMap> kShapes[] = {
    {"--minShapes", &Options::minShapes, "least shapes of the profile: NAME:1x3x224x224,..."},
    {"--optShapes", &Options::optShapes, "shapes that the profile is optimized for"},
    {"--maxShapes", &Options::maxShapes, "greatest shapes of the profile"},
    {"--shapes", &Options::shapes, "shapes to run with; alone, also those of the profile"},
};

constexpr Row<NamedList> kLists[] = {
    {"--layerPrecisions", &Options::layerPrecisions, "precisions of layers: NAME:fp16,*:fp32"},
    {"--layerOutputTypes", &Options::layerOutputTypes, "types of layers' outputs: NAME:fp16,*:fp32"},
    {"--memPoolSize", &Options::memPoolSize, "limits of memory pools: workspace:1G,..."},
    {"--loadInputs", &Options::loadInputs, "raw values of inputs: NAME:FILE,..."},
};

void addTables(CLI::App& app, Options& o) {
  for (const auto& [name, member, help] : kTexts) app.add_option(name, o.*member, help);
  for (const auto& [name, member, help] : kFlags) app.add_flag(name, o.*member, help);
  for (const auto& [name, member, help] : kNames) app.add_option(name, o.*member, help)->delimiter(',');
  for (const auto& [name, member, help] : kCounts)
    app.add_option(name, o.*member, help)->check(CLI::NonNegativeNumber);
  auto addParsed = [&](const auto& row, auto parse) {
    app.add_option_function<std::string>(
        row.name, [&target = o.*row.member, parse](const std::string& text) { target = parse(text); },
        row.help);
  };
  for (const Row<ShapeMap>& row : kShapes) addParsed(row, parseShapes);
  for (const Row<NamedList>& row : kLists) addParsed(row, parseNamed);
}

std::vector<double> parsePercentiles(const std::string& text) {
  std::vector<double> percentiles;
  for (const std::string& p : split(text, ',')) {
    char* end = nullptr;
    percentiles.push_back(std::strtod(p.c_str(), &end));
    if (*end || !(percentiles.back() >= 0 && percentiles.back() <= 100))
      refuse(fmt::format("--percentile: expected 0 to 100, found {}", p));
  }
  return percentiles;
}

// Whole numbers from `least` on.
CLI::Validator atLeast(int least) {
  auto check = [least](const std::string& text) {
    char* end = nullptr;
    const long long value = std::strtoll(text.c_str(), &end, 10);
    bool fits = !text.empty() && !*end && value >= least && value <= INT_MAX;
    return fits ? std::string() : fmt::format("expected a whole number from {} on, found '{}'", least, text);
  };
  return CLI::Validator(check, fmt::format("{} or more", least));
}

// Options whose values have bounds or a meaning of their own.
void addChecked(CLI::App& app, Options& o) {
  app.add_option("--precisionConstraints", o.precisionConstraints, "obey, prefer or none")
      ->check(CLI::IsMember({"obey", "prefer", "none"}));
  app.add_option("--builderOptimizationLevel", o.builderOptimizationLevel, "0 to 5: how much is tried")
      ->check(CLI::Range(0, 5));
  app.add_option("--avgTiming", o.avgTiming, "time each kernel so many times while building (1)")
      ->check(atLeast(1));
  app.add_option("--maxTactics", o.maxTactics, "measure at most so many kernels for a layer")
      ->check(atLeast(0));
  app.add_option(
         "--errorBudget", o.errorBudget,
         "with --fp16 or --bf16: keep layers that lose more than this, as a part of their values (0.01), "
         "in more bits; measured on --loadInputs, else on random inputs")
      ->check(CLI::PositiveNumber);
  app.add_option("--profilingVerbosity", o.profilingVerbosity, "layer_names_only, detailed or none")
      ->check(CLI::IsMember({"layer_names_only", "detailed", "none"}));
  app.add_option("--sparsity", o.sparsity, "enable: use zeros among the weights; disable")
      ->check(CLI::IsMember({"enable", "disable"}));
  app.add_option("--hardwareCompatibilityLevel", o.hardwareCompatibility,
                 "none, ampere+, sameComputeCapability")
      ->check(CLI::IsMember({"none", "ampere+", "sameComputeCapability"}));
  app.add_option("--tilingOptimizationLevel", o.tilingLevel, "0 to 3")->check(CLI::Range(0, 3));
  app.add_option("--l2LimitForTiling", o.tilingL2Bytes, "bytes of the L2 cache that tiling may count on");
  app.add_option("--persistentCacheRatio", o.persistentCacheRatio,
                 "part of the L2 cache that may keep activations, of what the device lets persist")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option(
         "--allocationStrategy", o.allocationStrategy,
         "when contexts take memory: static (at once), profile or runtime (as much as the shapes need)")
      ->check(CLI::IsMember({"static", "profile", "runtime"}));
  app.add_option("--iterations", o.iterations, "run at least so many times (10)")->check(atLeast(0));
  app.add_option("--duration", o.duration, "run at least so many seconds (3)")
      ->check(CLI::Range(0.0, 1e9, "0 or more"));
  app.add_option("--warmUp", o.warmUp, "run so many milliseconds before measuring (200)")->check(atLeast(0));
  app.add_option("--avgRuns", o.avgRuns, "report averages of so many runs (10)")->check(atLeast(1));
  app.add_option("--infStreams,--streams", o.streams, "contexts that run at the same time (1)")
      ->check(atLeast(1));
  app.add_option("--dynamicPlugins", o.dynamicPlugins,
                 "register the plugins that this library lists (getCreators); once for each")
      ->take_all();
  app.add_option("--staticPlugins,--plugins", o.staticPlugins,
                 "load this library, which registers its plugins itself; once for each")
      ->take_all();
  app.add_option_function<std::string>(
      "--percentile", [&o](const std::string& text) { o.percentiles = parsePercentiles(text); },
      "percentiles to report (90,95,99)");
}

// What NVIDIA's program knows and there is nothing to do for here.
void addIgnored(CLI::App& app, Options& o) {
  for (const char* flag : {"--useRuntimeFull", "--pluginInstanceNorm,--pi", "--asyncFileReader",
                           "--uint8AsymmetricQuantizationDLA", "--ignoreParsedPluginLibs"})
    app.add_flag_callback(
        flag, [&o, flag] { o.withoutEffect.push_back(flag); }, "accepted without effect");
  for (const char* option : {"--tempdir", "--tempfileControls"})
    app.add_option_function<std::string>(
        option, [&o, option](const std::string&) { o.withoutEffect.push_back(option); },
        "accepted without effect");
}

struct Unavailable {
  const char *flag, *why;
};
// What it knows and there is not: why, and what to do instead.
constexpr Unavailable kUnavailable[] = {
    {"--useDLACore", "there is no DLA; leave it out to run on the GPU"},
    {"--buildDLAStandalone", "there is no DLA; leave it out to build for the GPU"},
    {"--layerDeviceTypes", "every layer runs on the engine's device"},
    {"--safe", "there is no safety runtime; leave it out for an ordinary engine"},
    {"--consistency", "there is no safety runtime and no checker of its engines"},
    {"--restricted", "there is no safety runtime; leave it out for an ordinary engine"},
    {"--calib", "networks are not calibrated; quantize the model with QuantizeLinear and DequantizeLinear"},
    {"--minShapesCalib", "networks are not calibrated; see --calib"},
    {"--optShapesCalib", "networks are not calibrated; see --calib"},
    {"--maxShapesCalib", "networks are not calibrated; see --calib"},
    {"--useRuntime", "there is one runtime, the whole one; leave it out"},
    {"--leanDLLPath", "there is no lean runtime; plans are loaded by this library"},
    {"--runtimePlatform", "plans run on the platform that they are built on; build there"},
    {"--profile", "one profile is built, from --minShapes, --optShapes and --maxShapes"},
    {"--weightStreamingBudget", "weights are not streamed: all are in the device's memory"},
    {"--timeRefit", "weights are exchanged through IRefitter, by a program of your own"},
    {"--dumpRefit", "weights are exchanged through IRefitter, whose getAllWeights() lists them"},
    {"--saveDebugTensors", "debug tensors go to the program's own listener; --exportOutput writes outputs"},
    {"--saveAllDebugTensors",
     "debug tensors go to the program's own listener; --exportOutput writes outputs"},
    {"--getPlanVersionOnly",
     "a plan's format is checked when it is loaded; use --loadEngine --skipInference"},
    {"--remoteAutoTuningConfig",
     "kernels are tuned on this machine; a timing cache brings times from another"},
};

std::vector<std::string> flagsOf(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  return flags;
}

}  // namespace

ShapeMap parseShapes(const std::string& text) {
  ShapeMap shapes;
  for (const auto& [name, shape] : parseNamed(text)) {
    Extents& extents = shapes[name];
    if (shape == "scalar") continue;
    for (const std::string& part : split(shape, 'x')) {
      size_t used = 0;
      try {
        extents.push_back(std::stoll(part, &used));
      } catch (const std::exception&) {
      }
      if (used != part.size()) refuse(fmt::format("'{}' is no shape; expected e.g. 1x3x224x224", shape));
    }
  }
  return shapes;
}

bool parseOptions(int argc, char** argv, Options& options) {
  CLI::App app("Builds an engine from an ONNX model, or loads a plan, and measures how fast it runs.",
               "trtexec");
  app.footer("Example: trtexec --onnx=model.onnx --saveEngine=model.plan --shapes=input:1x3x224x224");
  app.allow_extras();
  // As a script's own flags and those of its caller come one after the other, the last one counts.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  addTables(app, options);
  addChecked(app, options);
  addIgnored(app, options);
  for (const BuilderFlagRow& row : kBuilderFlags)
    app.add_flag_callback(
        row.name, [&options, &row] { options.builderFlags.emplace_back(row.name); }, row.help);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return false;
  } catch (const CLI::ParseError& e) {
    refuse(e.what());
  }
  for (const std::string& extra : app.remaining()) {
    std::string flag = extra.substr(0, extra.find('='));
    for (const auto& [name, why] : kUnavailable)
      if (flag == name) refuse(fmt::format("{} is not available: {}", flag, why));
    if (flag.empty() || flag[0] != '-')
      refuse(fmt::format("'{}' is no option: they begin with --; trtexec --help lists them", flag));
    refuse(fmt::format("unknown option '{}'{}", flag, suggestion(flag, flagsOf(app))));
  }
  if (options.onnx.empty() == options.loadEngine.empty())
    refuse("give either a model with --onnx or a plan with --loadEngine");
  return true;
}

}  // namespace trtexec
