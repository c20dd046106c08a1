// Where engines run and their tensors lie: a GPU through the driver, or this machine's own memory, where
// streams and events are nothing and everything is done when a call returns. Methods throw
// std::runtime_error.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace trtexec {

using Handle = std::shared_ptr<void>;

class Device {
 public:
  virtual ~Device() = default;
  virtual bool isGpu() const = 0;
  virtual std::string description() = 0;  // lines for the report
  // Makes the device the one that this thread works with.
  virtual void use() = 0;
  virtual Handle memory(size_t bytes) = 0;        // that kernels work on
  virtual Handle hostMemory(size_t bytes) = 0;    // that copies are fast from and to
  virtual Handle sharedMemory(size_t bytes) = 0;  // that both work on
  // Bytes of the L2 cache that can be told to keep what they hold.
  virtual size_t persistingBytes() = 0;
  virtual Handle stream() = 0;
  virtual void copyIn(void* device, const void* host, size_t bytes, void* stream) = 0;
  virtual void copyOut(void* host, const void* device, size_t bytes, void* stream) = 0;
  virtual Handle event() = 0;
  virtual void record(void* event, void* stream) = 0;
  virtual void wait(void* event) = 0;  // spinning or sleeping, as chosen
  virtual double milliseconds(void* from, void* to) = 0;
  // What `enqueue` puts on the stream, to be launched as one; null where that cannot be.
  virtual Handle capture(void* stream, const std::function<bool()>& enqueue) = 0;
  virtual void launch(void* graph, void* stream) = 0;
};

// The device that the text names: "" (the GPU where there is one, unless TENFOLD_TARGET says otherwise), a
// GPU's number, "cpu", or a name of TENFOLD_TARGET's.
std::unique_ptr<Device> openDevice(const std::string& name, bool spins);
// This machine's own memory.
std::unique_ptr<Device> openHost();
// Null where there is no driver or no device.
std::unique_ptr<Device> openGpu(int ordinal, bool spins);

}  // namespace trtexec
