#include "trtexec/worker.h"

#include <cstring>
#include <random>
#include <stdexcept>

#include "trtexec/network_options.h"

namespace trtexec {

using namespace nvinfer1;

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

int64_t elementsOf(const Dims& dims) {
  int64_t count = 1;
  for (int i = 0; i < dims.nbDims; ++i) count *= dims.d[i];
  return count;
}

namespace {

template <typename T>
void fill(std::vector<char>& bytes, T (*value)(std::mt19937&)) {
  std::mt19937 random(1);
  for (size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T element = value(random);
    std::memcpy(bytes.data() + i, &element, sizeof element);
  }
}

float uniform(std::mt19937& random) { return static_cast<float>(random()) / 2147483648.0F - 1; }

// Numbers in [-1, 1); integers are 0 or 1, which are valid indices for every model.
void fillRandom(std::vector<char>& bytes, DataType type) {
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

}  // namespace

Worker::Worker(const Options& options, ICudaEngine& engine)
    : transfers_(!options.noDataTransfers), context_(engine.createExecutionContext()) {
  if (!context_) throw std::runtime_error("making an execution context failed; see the messages above");
  for (int i = 0; i < engine.getNbIOTensors(); ++i) {
    const char* name = engine.getIOTensorName(i);
    if (engine.getTensorIOMode(name) == TensorIOMode::kINPUT)
      addInput(options, engine, name);
    else
      addOutput(engine, name);
  }
}

void Worker::addInput(const Options& options, ICudaEngine& engine, const char* name) {
  auto given = options.shapes.find(name);
  const bool isShape = engine.isShapeInferenceIO(name);
  Dims dims = engine.getTensorShape(name);
  Input& input = inputs_.emplace_back();
  if (!isShape) {
    dims = given != options.shapes.end() ? toDims(given->second)
                                         : engine.getProfileShape(name, 0, OptProfileSelector::kOPT);
    if (!context_->setInputShape(name, dims))
      throw std::runtime_error(fmt::format(
          "the shape {} of input '{}' is not possible; see the message above", toText(dims), name));
  }
  DataType type = engine.getTensorDataType(name);
  input.host.resize(bytesOf(type, elementsOf(dims)));
  if (const std::string* file = fileFor(options.loadInputs, name)) {
    std::vector<char> values = readFile(*file);
    if (values.size() != input.host.size())
      throw std::runtime_error(fmt::format("{} has {} bytes, input '{}' of shape {} takes {}", *file,
                                           values.size(), name, toText(dims), input.host.size()));
    input.host = std::move(values);
  } else if (isShape) {
    const int64_t* best = engine.getProfileTensorValuesV2(name, 0, OptProfileSelector::kOPT);
    for (int64_t e = 0; e < elementsOf(dims); ++e) {
      int64_t value = given != options.shapes.end() ? given->second.at(static_cast<size_t>(e))
                      : best                        ? best[e]
                                                    : 1;
      size_t width = type == DataType::kINT64 ? 8 : 4;  // both little-endian
      std::memcpy(input.host.data() + static_cast<size_t>(e) * width, &value, width);
    }
  } else {
    fillRandom(input.host, type);
  }
  input.device = input.host;
  context_->setTensorAddress(name, input.device.data());
}

void Worker::addOutput(ICudaEngine& engine, const char* name) {
  Output& output = outputs_.emplace_back();
  output.name = name;
  output.type = engine.getTensorDataType(name);
  context_->setOutputAllocator(name, &output);
}

void* Worker::Output::reallocateOutputAsync(const char*, void*, uint64_t size, uint64_t, cudaStream_t) {
  if (size > device.size()) device.resize(size);
  return device.data();
}

RunTimes Worker::run(double (*now)()) {
  RunTimes times;
  times.startH2d = now();
  if (transfers_)
    for (Input& input : inputs_) std::memcpy(input.device.data(), input.host.data(), input.host.size());
  times.endH2d = times.startEnqueue = now();
  if (!context_->enqueueV3(nullptr)) throw std::runtime_error("the run failed; see the message above");
  times.endEnqueue = times.endCompute = times.startD2h = now();
  if (transfers_)
    for (Output& output : outputs_) {
      output.host.resize(bytesOf(output.type, elementsOf(output.dims)));
      std::memcpy(output.host.data(), output.device.data(), output.host.size());
    }
  times.endD2h = now();
  return times;
}

std::vector<OutputTensor> Worker::outputs() const {
  std::vector<OutputTensor> all;
  for (const Output& output : outputs_) {
    auto end = output.device.begin() + static_cast<int64_t>(bytesOf(output.type, elementsOf(output.dims)));
    all.push_back({output.name, output.dims, output.type, {output.device.begin(), end}});
  }
  return all;
}

}  // namespace trtexec
