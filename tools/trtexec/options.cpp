#include "trtexec/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <stdexcept>

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

void addShapes(CLI::App& app, const char* flag, ShapeMap& target, const char* help) {
  app.add_option_function<std::string>(
      flag, [&target](const std::string& text) { target = parseShapes(text); }, help);
}

void addNamed(CLI::App& app, const char* flag, NamedList& target, const char* help) {
  app.add_option_function<std::string>(
      flag, [&target](const std::string& text) { target = parseNamed(text); }, help);
}

void addBuildOptions(CLI::App& app, Options& o) {
  app.add_option("--onnx", o.onnx, "the model to build an engine from");
  app.add_option("--saveEngine", o.saveEngine, "write the plan to this file");
  app.add_option("--loadEngine", o.loadEngine, "load a plan instead of building one");
  addShapes(app, "--minShapes", o.minShapes, "least shapes of the profile: NAME:1x3x224x224,...");
  addShapes(app, "--optShapes", o.optShapes, "shapes that the profile is optimized for");
  addShapes(app, "--maxShapes", o.maxShapes, "greatest shapes of the profile");
  addShapes(app, "--shapes", o.shapes, "shapes to run with; alone, also those of the profile");
  app.add_flag("--fp16", o.fp16, "allow float16");
  app.add_flag("--bf16", o.bf16, "allow bfloat16");
  app.add_flag("--int8", o.int8, "allow int8");
  app.add_flag("--fp8", o.fp8, "allow float8");
  app.add_flag("--best", o.best, "allow every precision");
  app.add_flag("--stronglyTyped", o.stronglyTyped, "compute in the types that the model has");
  app.add_flag("--noTF32", o.noTf32, "do not use TF32");
  app.add_flag("--refit", o.refit, "build a refittable engine");
  app.add_option("--inputIOFormats", o.inputIOFormats, "types and formats of the inputs: fp32:chw,...");
  app.add_option("--outputIOFormats", o.outputIOFormats, "types and formats of the outputs");
  app.add_option("--precisionConstraints", o.precisionConstraints, "obey, prefer or none")
      ->check(CLI::IsMember({"obey", "prefer", "none"}));
  addNamed(app, "--layerPrecisions", o.layerPrecisions, "precisions of layers: NAME:fp16,*:fp32");
  addNamed(app, "--layerOutputTypes", o.layerOutputTypes, "types of layers' outputs: NAME:fp16,*:fp32");
  addNamed(app, "--memPoolSize", o.memPoolSize, "limits of memory pools: workspace:1G,...");
  app.add_option("--builderOptimizationLevel", o.builderOptimizationLevel, "0 to 5: how much is tried")
      ->check(CLI::Range(0, 5));
  app.add_option("--profilingVerbosity", o.profilingVerbosity, "layer_names_only, detailed or none")
      ->check(CLI::IsMember({"layer_names_only", "detailed", "none"}));
  app.add_option("--timingCacheFile", o.timingCacheFile,
                 "read the timing cache from this file, and write it");
  app.add_flag("--skipInference,--buildOnly", o.skipInference, "end when the engine is built");
}

void addInferenceOptions(CLI::App& app, Options& o) {
  app.add_option("--iterations", o.iterations, "run at least so many times (10)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--duration", o.duration, "run at least so many seconds (3)");
  app.add_option("--warmUp", o.warmUp, "run so many milliseconds before measuring (200)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--avgRuns", o.avgRuns, "report averages of so many runs (10)")->check(CLI::PositiveNumber);
  app.add_option("--infStreams,--streams", o.streams, "contexts that run at the same time (1)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--threads", o.threads, "a thread for each stream, which is always so");
  app.add_flag("--noDataTransfers", o.noDataTransfers, "leave out the copies of inputs and outputs");
  app.add_flag("--separateProfileRun", o.separateProfileRun, "take the layers' times in runs of their own");
  addNamed(app, "--loadInputs", o.loadInputs, "raw values of inputs: NAME:FILE,...");
  app.add_option_function<std::string>(
      "--percentile",
      [&o](const std::string& text) {
        o.percentiles.clear();
        for (const std::string& p : split(text, ',')) o.percentiles.push_back(std::stod(p));
        for (double p : o.percentiles)
          if (p < 0 || p > 100) refuse(fmt::format("--percentile: expected 0 to 100, found {}", p));
      },
      "percentiles to report (90,95,99)");
  for (const char* flag : {"--useCudaGraph", "--useSpinWait", "--useManagedMemory", "--exposeDMA",
                           "--noBuilderCache", "--useRuntimeFull"})
    app.add_flag_callback(
        flag, [&o, flag] { o.withoutEffect.push_back(flag); }, "accepted; no effect without a GPU");
  app.add_option_function<int>(
      "--device", [&o](int) { o.withoutEffect.push_back("--device"); }, "accepted; no effect without a GPU");
}

void addReportOptions(CLI::App& app, Options& o) {
  app.add_flag("--verbose", o.verbose, "log everything");
  app.add_flag("--dumpProfile", o.dumpProfile, "print the time of each layer");
  app.add_flag("--dumpLayerInfo", o.dumpLayerInfo, "print the engine's layers");
  app.add_flag("--dumpOutput", o.dumpOutput, "print the outputs of the last run");
  app.add_option("--exportOutput", o.exportOutput, "write the outputs as JSON");
  app.add_option("--exportTimes", o.exportTimes, "write the times of each run as JSON");
  app.add_option("--exportProfile", o.exportProfile, "write the time of each layer as JSON");
  app.add_option("--exportLayerInfo", o.exportLayerInfo, "write the engine's layers as JSON");
}

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

std::string nearest(const std::string& text, const std::vector<std::string>& candidates) {
  std::string best;
  size_t least = SIZE_MAX;
  for (const std::string& c : candidates) {
    // Levenshtein's distance, one row at a time.
    std::vector<size_t> row(c.size() + 1);
    for (size_t j = 0; j <= c.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= text.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j <= c.size(); ++j) {
        size_t replaced = diagonal + (std::tolower(text[i - 1]) != std::tolower(c[j - 1]));
        diagonal = row[j];
        row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
      }
    }
    if (row.back() < least) least = row.back(), best = c;
  }
  return best;
}

bool parseOptions(int argc, char** argv, Options& options) {
  CLI::App app("Builds an engine from an ONNX model, or loads a plan, and measures how fast it runs.",
               "trtexec");
  app.footer("Example: trtexec --onnx=model.onnx --saveEngine=model.plan --shapes=input:1x3x224x224");
  app.allow_extras();
  addBuildOptions(app, options);
  addInferenceOptions(app, options);
  addReportOptions(app, options);
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
    refuse(fmt::format("unknown option '{}'; did you mean '{}'?", flag, nearest(flag, flagsOf(app))));
  }
  if (options.onnx.empty() == options.loadEngine.empty())
    refuse("give either a model with --onnx or a plan with --loadEngine");
  return true;
}

}  // namespace trtexec
