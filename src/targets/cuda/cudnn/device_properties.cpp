#include "targets/cuda/cudnn/device_properties.h"

#include <map>
#include <mutex>

#include "base/error.h"

namespace tenfold::cuda {
namespace {

// The form is cuDNN's own (9.11 and newer), as it writes down a device that is there. What no field of Device
// says is the same on all architectures, or matters to no choice.
std::string properties(const Device& device) {
  bool large = device.major == 9 || device.capability() == 80 || device.capability() == 100;
  return fmt::format(
      R"({{"maxGridSize":[2147483647,65535,65535],"maxBlockSize":[1024,1024,64],"regsPerBlock":65536,)"
      R"("multiProcessorCount":{},"smClockRateKHz":1980000,"memClockRateKHz":{},"l2CacheSize":{},)"
      R"("warpSize":32,"maxSharedMemoryPerBlock":49152,"maxSharedMemoryPerBlockOptin":{},)"
      R"("reservedSharedMemoryPerBlock":1024,"maxRegistersPerSM":65536,"pciDeviceId":0,"maxCtasPerSM":{},)"
      R"("maxThreadsPerBlock":1024,"maxThreadsPerSM":{},"isTccDriver":0,"supportCoopLaunch":1,)"
      R"("deviceVer":{},"driverVer":13000,"cudaDeviceId":0,"totalGlobalMem":80000000000,)"
      R"("deviceName":"{}"}})",
      device.multiprocessors, static_cast<int64_t>(device.bandwidth / 1.5e6), device.l2Bytes,
      device.sharedBytes, large ? 32 : 16, large ? 2048 : 1536, 10 * device.capability(), device.name);
}

Descriptor describe(const Device& device) {
  std::string json = properties(device);
  Descriptor d(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  d.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, static_cast<int64_t>(json.size()),
        json.data());
  d.finalize();
  return d;
}

}  // namespace

const Descriptor* describeAbsent(const Device& device) {
  if (device.exists()) return nullptr;
  static std::mutex mutex;
  static auto* made = new std::map<int, Descriptor>;
  std::lock_guard lock(mutex);
  Descriptor& d = (*made)[device.capability()];
  if (!d) d = describe(device);
  return &d;
}

}  // namespace tenfold::cuda
