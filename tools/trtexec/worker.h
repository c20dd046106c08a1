// One context with its stream and buffers. Each tensor has two buffers: in host memory and on the device, so
// that the copies between them cost what they cost.
#pragma once

#include <array>
#include <deque>

#include "trtexec/inference.h"

namespace trtexec {

class Worker {
 public:
  // Fixes the shapes: those given, else the ones the profile is optimized for. Throws std::runtime_error.
  Worker(const Options& options, Device& device, nvinfer1::ICudaEngine& engine);

  nvinfer1::IExecutionContext& context() { return *context_; }
  // Enqueues a run behind those under way, at most kDepth. Throws std::runtime_error where that fails.
  static constexpr int kDepth = 2;
  void start();
  // Waits for the oldest run under way; times since `base`.
  RunTimes finish(void* base);
  // Runs are launched as a graph from now on. False where they cannot be.
  bool capture();
  void forgetGraph() { graph_.reset(); }
  void record(void* event) { device_.record(event, stream_.get()); }
  std::vector<OutputTensor> outputs();

 private:
  struct Buffer {
    std::string name;
    nvinfer1::DataType type{};
    size_t bytes = 0, capacity = 0;
    Handle host, device;
  };
  struct Output : nvinfer1::IOutputAllocator, Buffer {
    Output(Device& where, bool isShared) : device_(where), isShared_(isShared) {}
    void* reallocateOutputAsync(const char*, void*, uint64_t size, uint64_t, cudaStream_t) override;
    void notifyShape(const char*, const nvinfer1::Dims& d) noexcept override;
    nvinfer1::Dims dims{};

   private:
    Device& device_;
    const bool isShared_;
  };
  // Events of one run.
  struct Run {
    enum Mark { kStart, kInputsThere, kComputed, kOutputsThere, kMarks };
    std::array<Handle, kMarks> events;
    double startEnqueue = 0, endEnqueue = 0;
  };
  void addInput(const Options& options, nvinfer1::ICudaEngine& engine, const char* name);
  void addOutput(nvinfer1::ICudaEngine& engine, const char* name);
  // The memory that a context without its own needs for its shapes.
  void lendMemory(const Options& options);

  Device& device_;
  const bool transfers_, isShared_;
  const int sleep_;  // milliseconds
  Handle stream_;
  std::deque<Buffer> inputs_;
  std::deque<Output> outputs_;
  Handle memory_;
  std::unique_ptr<nvinfer1::IExecutionContext> context_;
  Handle graph_;
  std::array<Run, kDepth> runs_;
  size_t started_ = 0, finished_ = 0;
};

// Bytes of `count` elements.
size_t bytesOf(nvinfer1::DataType type, int64_t count);
int64_t elementsOf(const nvinfer1::Dims& dims);
// On the host's clock.
double milliseconds();

}  // namespace trtexec
