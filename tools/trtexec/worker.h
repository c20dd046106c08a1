// One context with its buffers. Each tensor has two: what a program would call host and device memory, so
// that the copies between them cost what they cost. Without a GPU both are ordinary memory.
#pragma once

#include <deque>

#include "trtexec/inference.h"

namespace trtexec {

class Worker {
 public:
  // Fixes the shapes: those given, else the ones the profile is optimized for. Throws std::runtime_error.
  Worker(const Options& options, nvinfer1::ICudaEngine& engine);

  nvinfer1::IExecutionContext& context() { return *context_; }
  // Throws std::runtime_error where the run fails.
  RunTimes run(double (*now)());
  std::vector<OutputTensor> outputs() const;

 private:
  struct Output : nvinfer1::IOutputAllocator {
    void* reallocateOutputAsync(const char*, void*, uint64_t size, uint64_t, cudaStream_t) override;
    void notifyShape(const char*, const nvinfer1::Dims& d) noexcept override { dims = d; }
    std::string name;
    nvinfer1::DataType type{};
    nvinfer1::Dims dims{};
    std::vector<char> device, host;
  };
  struct Input {
    std::vector<char> host, device;
  };
  void addInput(const Options& options, nvinfer1::ICudaEngine& engine, const char* name);
  void addOutput(nvinfer1::ICudaEngine& engine, const char* name);

  bool transfers_;
  std::unique_ptr<nvinfer1::IExecutionContext> context_;
  std::deque<Input> inputs_;
  std::deque<Output> outputs_;
};

// Bytes of `count` elements.
size_t bytesOf(nvinfer1::DataType type, int64_t count);
int64_t elementsOf(const nvinfer1::Dims& dims);

}  // namespace trtexec
