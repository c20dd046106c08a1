#include "trtexec/worker.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>
#include <span>
#include <stdexcept>
#include <thread>

#include "trtexec/network_options.h"

namespace trtexec {

using namespace nvinfer1;

static std::vector<std::string> inputsOf(const ICudaEngine& engine) {
  std::vector<std::string> names;
  for (int32_t i = 0; i < engine.getNbIOTensors(); ++i)
    if (const char* name = engine.getIOTensorName(i); engine.getTensorIOMode(name) == TensorIOMode::kINPUT)
      names.emplace_back(name);
  return names;
}

size_t bytesOf(DataType type, int64_t count) {
  auto n = static_cast<size_t>(count);
  switch (type) {
    case DataType::kINT64:
      return 8 * n;
    case DataType::kFLOAT:
    case DataType::kINT32:
      return 4 * n;
    case DataType::kHALF:
    case DataType::kBF16:
      return 2 * n;
    case DataType::kINT4:
    case DataType::kFP4:
      return (n + 1) / 2;
    default:
      return n;
  }
}

double milliseconds() {
  using Clock = std::chrono::steady_clock;
  static const Clock::time_point start = Clock::now();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int64_t elementsOf(const Dims& dims) {
  int64_t count = 1;
  for (int i = 0; i < dims.nbDims; ++i) count *= dims.d[i];
  return count;
}

namespace {

template <typename T>
void fill(std::span<char> bytes, T (*value)(std::mt19937&)) {
  std::mt19937 random(1);
  for (size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T element = value(random);
    std::memcpy(bytes.data() + i, &element, sizeof element);
  }
}

float uniform(std::mt19937& random) { return static_cast<float>(random()) / 2147483648.0F - 1; }

// Numbers in [-1, 1); integers are 0 or 1, which are valid indices for every model.
void fillRandom(std::span<char> bytes, DataType type) {
  switch (type) {
    case DataType::kFLOAT:
      return fill<float>(bytes, uniform);
    case DataType::kHALF:  // sign, exponent of 0.5 to 1, random digits
      return fill<uint16_t>(bytes, [](std::mt19937& r) -> uint16_t { return 0x3800 | (r() & 0x83ff); });
    case DataType::kBF16:
      return fill<uint16_t>(bytes, [](std::mt19937& r) -> uint16_t { return 0x3f00 | (r() & 0x807f); });
    case DataType::kINT32:
      return fill<int32_t>(bytes, [](std::mt19937& r) -> int32_t { return r() & 1; });
    case DataType::kINT64:
      return fill<int64_t>(bytes, [](std::mt19937& r) -> int64_t { return r() & 1; });
    default:
      return fill<uint8_t>(bytes, [](std::mt19937& r) -> uint8_t { return r() & 1; });
  }
}

const std::string* fileFor(const NamedList& files, const std::string& name) {
  for (const auto& [tensor, file] : files)
    if (tensor == name) return &file;
  return nullptr;
}

// Memory for a tensor on both sides.
template <typename Buffer>
void take(Device& device, bool isShared, Buffer& buffer, size_t bytes) {
  buffer.bytes = buffer.capacity = bytes;
  buffer.host = isShared ? device.sharedMemory(bytes) : device.hostMemory(bytes);
  buffer.device = isShared ? buffer.host : device.memory(bytes);
}

ExecutionContextAllocationStrategy strategyOf(const Options& options) {
  using Strategy = ExecutionContextAllocationStrategy;
  if (options.allocationStrategy == "profile") return Strategy::kON_PROFILE_CHANGE;
  return options.allocationStrategy == "runtime" ? Strategy::kUSER_MANAGED : Strategy::kSTATIC;
}

}  // namespace

Worker::Worker(const Options& options, Device& device, ICudaEngine& engine)
    : device_(device),
      transfers_(!options.noDataTransfers && !options.useManagedMemory),
      isShared_(options.useManagedMemory),
      sleep_(options.sleepTime),
      stream_(device.stream()),
      context_(engine.createExecutionContext(strategyOf(options))) {
  if (!context_) throw std::runtime_error("making an execution context failed; see the messages above");
  if (options.useProfile > 0 &&
      !context_->setOptimizationProfileAsync(options.useProfile, static_cast<cudaStream_t>(stream_.get())))
    throw std::runtime_error(
        fmt::format("the engine has no profile {}; see the message above", options.useProfile));
  context_->setPersistentCacheLimit(
      static_cast<size_t>(options.persistentCacheRatio * static_cast<double>(device.persistingBytes())));
  for (Run& run : runs_)
    for (Handle& event : run.events) event = device.event();
  requireInputs(options, inputsOf(engine));
  for (int i = 0; i < engine.getNbIOTensors(); ++i) {
    const char* name = engine.getIOTensorName(i);
    if (engine.getTensorIOMode(name) == TensorIOMode::kINPUT)
      addInput(options, engine, name);
    else
      addOutput(engine, name);
  }
  lendMemory(options);
}

void Worker::addInput(const Options& options, ICudaEngine& engine, const char* name) {
  auto given = options.shapes.find(name);
  const bool isShape = engine.isShapeInferenceIO(name);
  Dims dims = engine.getTensorShape(name);
  Buffer& input = inputs_.emplace_back();
  if (!isShape) {
    dims = given != options.shapes.end()
               ? toDims(given->second)
               : engine.getProfileShape(name, options.useProfile, OptProfileSelector::kOPT);
    if (!context_->setInputShape(name, dims))
      throw std::runtime_error(fmt::format(
          "the shape {} of input '{}' is not possible; see the message above", toText(dims), name));
  }
  DataType type = engine.getTensorDataType(name);
  take(device_, isShared_, input, bytesOf(type, elementsOf(dims)));
  char* host = static_cast<char*>(input.host.get());
  if (const std::string* file = fileFor(options.loadInputs, name)) {
    std::vector<char> values = readFile(*file);
    if (values.size() != input.bytes)
      throw std::runtime_error(fmt::format("{} has {} bytes, input '{}' of shape {} takes {}", *file,
                                           values.size(), name, toText(dims), input.bytes));
    std::memcpy(host, values.data(), values.size());
  } else if (isShape) {
    const int64_t* best = engine.getProfileTensorValuesV2(name, options.useProfile, OptProfileSelector::kOPT);
    for (int64_t e = 0; e < elementsOf(dims); ++e) {
      int64_t value = given != options.shapes.end() ? given->second.at(static_cast<size_t>(e))
                      : best                        ? best[e]
                                                    : 1;
      size_t width = type == DataType::kINT64 ? 8 : 4;  // both little-endian
      std::memcpy(host + static_cast<size_t>(e) * width, &value, width);
    }
  } else {
    fillRandom({host, input.bytes}, type);
  }
  // The values of shape tensors are read on the host.
  const bool onHost = engine.getTensorLocation(name) == TensorLocation::kHOST;
  context_->setTensorAddress(name, onHost ? input.host.get() : input.device.get());
  if (onHost)
    inputs_.back().bytes = 0;
  else
    device_.copyIn(input.device.get(), host, isShared_ ? 0 : input.bytes, stream_.get());
}

void Worker::addOutput(ICudaEngine& engine, const char* name) {
  Output& output = outputs_.emplace_back(device_, isShared_);
  output.name = name;
  output.type = engine.getTensorDataType(name);
  context_->setOutputAllocator(name, &output);
}

void Worker::lendMemory(const Options& options) {
  if (options.allocationStrategy != "runtime") return;
  const int64_t bytes = context_->updateDeviceMemorySizeForShapes();
  if (bytes <= 0) return;
  memory_ = device_.memory(static_cast<size_t>(bytes));
  context_->setDeviceMemoryV2(memory_.get(), bytes);
}

void* Worker::Output::reallocateOutputAsync(const char*, void*, uint64_t size, uint64_t, cudaStream_t) {
  if (size > capacity || !device) {
    take(device_, isShared_, *this, size);
  }
  return device.get();
}

void Worker::Output::notifyShape(const char*, const Dims& d) noexcept {
  dims = d;
  bytes = bytesOf(type, elementsOf(d));
}

bool Worker::capture() {
  auto stream = static_cast<cudaStream_t>(stream_.get());
  graph_ = device_.capture(stream, [&] { return context_->enqueueV3(stream); });
  return graph_ != nullptr;
}

void Worker::start() {
  Run& run = runs_[started_++ % kDepth];
  void* stream = stream_.get();
  device_.record(run.events[Run::kStart].get(), stream);
  if (sleep_) std::this_thread::sleep_for(std::chrono::milliseconds(sleep_));
  if (transfers_)
    for (Buffer& input : inputs_) device_.copyIn(input.device.get(), input.host.get(), input.bytes, stream);
  device_.record(run.events[Run::kInputsThere].get(), stream);
  run.startEnqueue = milliseconds();
  if (graph_)
    device_.launch(graph_.get(), stream);
  else if (!context_->enqueueV3(static_cast<cudaStream_t>(stream)))
    throw std::runtime_error("the run failed; see the message above");
  run.endEnqueue = milliseconds();
  device_.record(run.events[Run::kComputed].get(), stream);
  if (transfers_)
    for (Output& output : outputs_)
      device_.copyOut(output.host.get(), output.device.get(), output.bytes, stream);
  device_.record(run.events[Run::kOutputsThere].get(), stream);
}

RunTimes Worker::finish(void* base) {
  Run& run = runs_[finished_++ % kDepth];
  device_.wait(run.events[Run::kOutputsThere].get());
  auto at = [&](Run::Mark mark) { return device_.milliseconds(base, run.events[mark].get()); };
  RunTimes times;
  times.startH2d = at(Run::kStart);
  times.endH2d = times.startCompute = at(Run::kInputsThere);
  times.endCompute = times.startD2h = at(Run::kComputed);
  times.endD2h = at(Run::kOutputsThere);
  times.startEnqueue = run.startEnqueue;
  times.endEnqueue = run.endEnqueue;
  return times;
}

std::vector<OutputTensor> Worker::outputs() {
  std::vector<OutputTensor> all;
  for (Output& output : outputs_)
    if (output.host != output.device)
      device_.copyOut(output.host.get(), output.device.get(), output.bytes, stream_.get());
  Handle done = device_.event();
  device_.record(done.get(), stream_.get());
  device_.wait(done.get());
  for (const Output& output : outputs_) {
    const char* from = static_cast<const char*>(output.host.get());
    all.push_back({output.name, output.dims, output.type, {from, from + output.bytes}});
  }
  return all;
}

}  // namespace trtexec
