#include "trtexec/build.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "NvOnnxParser.h"
#include "tenfold/engine_target.h"
#include "trtexec/network_options.h"

namespace trtexec {

using namespace nvinfer1;

std::vector<char> readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code unknown;  // of a pipe
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  std::vector<char> bytes(unknown ? 0 : size);
  if (file && !unknown) file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file) throw std::runtime_error("cannot read '" + path + "'");
  bytes.insert(bytes.end(), std::istreambuf_iterator<char>(file), {});
  return bytes;
}

void writeFile(const std::string& path, const void* data, size_t bytes) {
  // A file that is there stays whole until the new one is: a full disk loses nothing. Devices and pipes are
  // written to.
  namespace fs = std::filesystem;
  std::error_code ignored;
  const bool isPlain = !fs::exists(path, ignored) || fs::is_regular_file(path, ignored);
  const std::string target =
      isPlain && fs::exists(path, ignored) ? fs::canonical(path, ignored).string() : path;
  const std::string written = isPlain ? fmt::format("{}.{}.part", target, getpid()) : path;
  std::ofstream file(written, std::ios::binary);
  file.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  file.close();
  std::error_code failed;
  const int reason = errno;
  if (file && isPlain) fs::rename(written, target, failed);
  if (file && !failed) return;
  if (isPlain) fs::remove(written, ignored);
  throw std::runtime_error(fmt::format("cannot write {} bytes to '{}': {}", bytes, path,
                                       failed ? failed.message() : std::strerror(reason)));
}

namespace {

template <typename T>
std::unique_ptr<T> made(T* object, const char* what) {
  if (!object) throw std::runtime_error(fmt::format("{} failed; see the messages above", what));
  return std::unique_ptr<T>(object);
}

std::vector<char> loadTimingCache(const std::string& path) {
  return !path.empty() && std::ifstream(path) ? readFile(path) : std::vector<char>();
}

void loadPlugins(const Options& options) {
  for (const std::string& library : options.dynamicPlugins)
    if (!getPluginRegistry()->loadLibrary(library.c_str()))
      throw std::runtime_error("cannot load the plugins of '" + library + "'");
  for (const std::string& library : options.staticPlugins)
    if (!dlopen(library.c_str(), RTLD_NOW))
      throw std::runtime_error(fmt::format("cannot load '{}': {}", library, dlerror()));
}

std::unique_ptr<IHostMemory> buildPlan(const Options& options, Logger& logger) {
  auto builder = made(createInferBuilder(logger), "making a builder");
  uint32_t flags =
      options.stronglyTyped ? 1U << static_cast<uint32_t>(NetworkDefinitionCreationFlag::kSTRONGLY_TYPED) : 0;
  auto network = made(builder->createNetworkV2(flags), "making a network");
  auto parser = made(nvonnxparser::createParser(*network, logger), "making a parser");
  logger.info("Start parsing network model.");
  if (!parser->parseFromFile(options.onnx.c_str(), static_cast<int>(ILogger::Severity::kWARNING)))
    throw std::runtime_error("Failed to parse ONNX model '" + options.onnx + "'");
  logger.info("Finished parsing network model.");
  auto config = made(builder->createBuilderConfig(), "making a builder configuration");
  applyOptions(options, *builder, *network, *config, logger);
  auto cacheBytes = loadTimingCache(options.timingCacheFile);
  auto cache =
      made(config->createTimingCache(cacheBytes.data(), cacheBytes.size()), "reading the timing cache");
  config->setTimingCache(*cache, false);
  auto plan = made(builder->buildSerializedNetwork(*network, *config), "building the engine");
  if (!options.timingCacheFile.empty()) {
    auto bytes = made(config->getTimingCache()->serialize(), "writing the timing cache");
    writeFile(options.timingCacheFile, bytes->data(), bytes->size());
  }
  return plan;
}

void finishTuning(const Options& options, ICudaEngine& engine, Logger& logger) {
  auto start = std::chrono::steady_clock::now();
  if (!tenfoldFinishTuning(&engine, true)) throw std::runtime_error("tuning failed; see the messages above");
  logger.info("Tuning finished in {:.5g} sec.",
              std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  if (options.saveEngine.empty()) return;
  auto plan = made(engine.serialize(), "writing the engine");
  writeFile(options.saveEngine, plan->data(), plan->size());
}

}  // namespace

Engine makeEngine(const Options& options, Logger& logger) {
  loadPlugins(options);
  auto start = std::chrono::steady_clock::now();
  auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  std::unique_ptr<IHostMemory> built;
  std::vector<char> loaded;
  std::string_view plan;
  if (options.loadEngine.empty()) {
    built = buildPlan(options, logger);
    plan = {static_cast<const char*>(built->data()), built->size()};
    logger.info("Engine built in {:.5g} sec.", seconds());
    logger.info("Created engine with size: {:.6g} MiB", static_cast<double>(plan.size()) / (1 << 20));
    if (!options.saveEngine.empty()) writeFile(options.saveEngine, plan.data(), plan.size());
  } else {
    loaded = readFile(options.loadEngine);
    plan = {loaded.data(), loaded.size()};
    logger.info("Engine loaded in {:.5g} sec.", seconds());
  }
  Engine result;
  const bool isShown = options.dumpLayerInfo || options.finishTuning || !options.exportLayerInfo.empty() ||
                       options.timeDeserialize || options.dumpOptimizationProfile;
  if (options.skipInference && !isShown) return result;
  result.runtime = made(createInferRuntime(logger), "making a runtime");
  start = std::chrono::steady_clock::now();
  result.engine =
      made(result.runtime->deserializeCudaEngine(plan.data(), plan.size()), "deserializing the engine");
  logger.info("Engine deserialized in {:.5g} sec.", seconds());
  if (options.finishTuning) finishTuning(options, *result.engine, logger);
  return result;
}

}  // namespace trtexec
