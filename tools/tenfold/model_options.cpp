#include "tenfold/model_options.h"

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/mapped_file.h"
#include "common/nearest.h"
#include "common/npy.h"
#include "plan/format/file.h"

namespace tenfold {
namespace {

std::pair<std::string, std::string> split(const std::string& text, char at, const char* expected) {
  size_t where = text.rfind(at);
  require(where != std::string::npos && where > 0, "'{}' is not of the form {}", text, expected);
  return {text.substr(0, where), text.substr(where + 1)};
}

// NAME:1x3x224x224, as trtexec writes shapes.
std::map<std::string, Shape> parseShapes(const std::vector<std::string>& texts) {
  std::map<std::string, Shape> shapes;
  for (const std::string& text : texts) {
    auto [name, dims] = split(text, ':', "NAME:1x3x224x224");
    Shape shape;
    for (size_t at = 0; at <= dims.size();) {
      size_t end = std::min(dims.find('x', at), dims.size());
      std::string number = dims.substr(at, end - at);
      require(!number.empty() && number.size() < 12 &&
                  number.find_first_not_of("0123456789") == std::string::npos,
              "'{}' is not of the form NAME:1x3x224x224", text);
      shape.push_back(std::stoll(number));
      at = end + 1;
    }
    shapes[name] = shape;
  }
  return shapes;
}

void requirePasses(const std::vector<std::string>& names) {
  const std::vector<std::string> passes = buildPassNames();
  for (const std::string& name : names)
    require(std::find(passes.begin(), passes.end(), name) != passes.end(), "there is no pass '{}'{}", name,
            suggestion(name, passes));
}

bool showProgress(const char* phase, int done, int total) {
  if (isatty(2)) fmt::print(stderr, "\r{}: {} of {}{}", phase, done, total, done == total ? "\n" : "");
  return true;
}

}  // namespace

std::function<std::string(const std::string&)> atLeast(double least) {
  return [least](const std::string& text) -> std::string {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (end != text.c_str() && *end == 0 && value >= least) return "";
    return fmt::format("expected a number from {} on, found '{}'", least, text);
  };
}

void ModelOptions::addTo(CLI::App& command) {
  command.add_option("model", model, "a model (.onnx) or a plan")->required();
  command.add_option("--input", inputs, "an input: NAME=FILE.npy; may be repeated");
  command.add_option("--minShapes", minShapes,
                     "smallest shape of an input: NAME:1x3x224x224; may be repeated");
  command.add_option("--optShapes,--shapes", optShapes, "the shape to tune for");
  command.add_option("--maxShapes", maxShapes, "largest shape");
  command.add_option("--device", device,
                     "cpu, cuda, cuda:1, or cuda:sm_90 (80, 86, 89, 90, 100, 120) to build without a GPU; "
                     "default: the GPU where a driver is there, else the CPU");
  command.add_option("--disablePass", disabledPasses,
                     "leave out a pass of the optimizer, by name; may be repeated");
  command.add_option("--timingCacheFile", timingCache, "read and extend this file of measured tactics");
  command.add_flag("!--noTuning", measure,
                   "choose tactics by cost model alone; the build is then the same every time");
  command.add_flag("--fp16", fp16, "compute in 16-bit floats where that is safe");
  command.add_flag("--bf16", bf16, "the same in bfloat16");
  command.add_option("--errorBudget", errorBudget,
                     "keep what loses more than this in 16 bits, as a part of its values, in more bits");
  command.add_flag("--noTF32", noTf32, "products of 32-bit floats keep all their digits");
  command.add_option("--threads", threads, "number of CPU threads")->check(atLeast(1));
  command.add_flag("--quiet", quiet, "no progress");
}

Target& ModelOptions::target() const {
  if (threads > 0) omp_set_num_threads(threads);
  return tenfold::target(device);
}

std::map<std::string, Tensor> ModelOptions::givenInputs() const {
  std::map<std::string, Tensor> given;
  for (const std::string& text : inputs) {
    size_t at = text.rfind('=');
    require(at != std::string::npos && at > 0, "'{}' is not of the form NAME=FILE.npy", text);
    given[text.substr(0, at)] = readNpy(text.substr(at + 1));
  }
  return given;
}

ShapeRequest ModelOptions::shapes() const {
  return {parseShapes(minShapes), parseShapes(optShapes), parseShapes(maxShapes)};
}

std::unique_ptr<Plan> ModelOptions::plan() const {
  if (isPlanFile(model)) {
    require(
        minShapes.empty() && maxShapes.empty() && disabledPasses.empty() && !fp16 && !bf16 &&
            errorBudget == 0,
        "{} is built already: --minShapes, --maxShapes, --fp16, --bf16, --errorBudget and --disablePass go "
        "with a model",
        model);
    return loadPlan(model);
  }
  requirePasses(disabledPasses);
  BuildOptions options;
  options.disabledPasses = disabledPasses;
  options.tuner.measure = measure;
  require(!fp16 || !bf16, "--fp16 and --bf16 exclude each other");
  options.lowPrecision = fp16 ? DataType::kFloat16 : bf16 ? DataType::kBFloat16 : DataType::kUndefined;
  options.allowTf32 = !noTf32;
  if (!quiet) options.progress = showProgress;
  TimingCache cache;
  if (!timingCache.empty()) {
    if (std::filesystem::exists(timingCache)) {
      auto file = MappedFile::open(timingCache);
      auto bytes = file->bytes();
      cache.combine(TimingCache::parse(bytes.data(), bytes.size()), true);
    }
    options.tuner.cache = &cache;
  }
  require(errorBudget == 0 || fp16 || bf16, "--errorBudget goes with --fp16 or --bf16");
  auto plan = buildModel(model, target(), shapes(), givenInputs(), options, errorBudget);
  if (!timingCache.empty()) writeFileAtomically(timingCache, cache.serialize());
  return plan;
}

}  // namespace tenfold
