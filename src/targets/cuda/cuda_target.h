// The CUDA target: memory, streams, recordings and the list of tactics of one device.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "targets/cuda/device.h"
#include "targets/cuda/streams.h"
#include "targets/target.h"

namespace tenfold::cuda {

class CudaTarget final : public Target {
 public:
  // `plugins` makes the tactic for the program's plugins, which the core has to lend.
  CudaTarget(const Device& device, std::unique_ptr<Tactic> (*plugins)(Target&));
  ~CudaTarget() override;

  std::string_view name() const override { return name_; }
  std::string deviceSignature() const override;
  const std::vector<const Tactic*>& tactics() const override { return tactics_; }
  bool acceptsChannelsLast(const Node& node) const override;
  FusionLimits fusionLimits() const override;
  bool profitsFrom(DataType type) const override {
    return type == DataType::kFloat16 || type == DataType::kBFloat16;
  }
  int compileThreads() const override;
  size_t cacheBytes() const override { return device_.l2Bytes; }
  bool fusesEpilogue(const Node& anchor, const Node& node) const override;

  void* allocate(size_t bytes) override;
  void release(void* memory) override;
  void copy(void* to, const void* from, size_t bytes, StreamHandle stream) override;
  bool hostAccessible() const override { return false; }
  void submit(StreamHandle stream, void (*task)(void*), void* data) override;
  void synchronize(StreamHandle stream) override;
  double time(const std::function<void(StreamHandle)>& work, int iterations) override;
  std::unique_ptr<Recording> recordLaunches(const std::function<void(StreamHandle)>& work) override;
  bool mayRecord(StreamHandle stream) override;
  void setKernelMemory(DeviceMemory* memory) override;
  std::unique_ptr<StreamClock> makeClock(size_t marks) override;
  std::shared_ptr<void> makeStream() override;
  std::unique_ptr<StreamEvents> makeEvents(size_t count) override;
  void recordEvent(void* event, StreamHandle stream) override;
  void pushRange(const char* name) override { cuda::pushRange(name); }
  void popRange() override { cuda::popRange(); }

 private:
  void use();  // makes the device's context current in this thread
  const Device device_;
  std::string name_;
  CUcontext context_ = nullptr;
  CUstream recorder_ = nullptr;
  std::mutex recording_;
  std::vector<std::unique_ptr<Tactic>> owned_;
  std::vector<const Tactic*> tactics_;
};

// Best first; the last one accepts everything.
std::vector<std::unique_ptr<Tactic>> makeTactics(const Device& device);

}  // namespace tenfold::cuda
