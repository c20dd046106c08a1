#include "targets/cuda/device.h"

#include "base/error.h"
#include "targets/cuda/driver/driver.h"

namespace tenfold::cuda {
namespace {

// Typical parts of each architecture, for the cost model where no device is at hand.
struct Row {
  int capability, multiprocessors;
  int sharedKib, l2Mib;
  double bandwidth, halfRate;
};
constexpr Row kRows[] = {
    {80, 108, 163, 40, 1.4e12, 2.6e14}, {86, 84, 99, 6, 0.85e12, 1.2e14},   {89, 128, 99, 72, 0.9e12, 2.8e14},
    {90, 132, 227, 60, 4.2e12, 7.5e14}, {100, 148, 227, 126, 7e12, 1.6e15}, {120, 170, 99, 96, 1.6e12, 4e14},
};

const Row& rowOf(int capability) {
  const Row* best = &kRows[0];
  for (const Row& row : kRows)
    if (row.capability <= capability) best = &row;
  return *best;
}

void setTypical(Device& device) {
  const Row& row = rowOf(device.capability());
  device.multiprocessors = row.multiprocessors;
  device.sharedBytes = static_cast<size_t>(row.sharedKib) << 10;
  device.l2Bytes = static_cast<size_t>(row.l2Mib) << 20;
  device.bandwidth = row.bandwidth;
  device.halfRate = row.halfRate;
}

int attribute(CUdevice device, CUdevice_attribute name) {
  int value = 0;
  check(driver().cuDeviceGetAttribute(&value, name, device), "cuDeviceGetAttribute");
  return value;
}

}  // namespace

std::string Device::architecture() const {
  return fmt::format("sm_{}{}", capability(), major >= 9 ? "a" : "");
}

Device readDevice(int ordinal) {
  Device device;
  device.ordinal = ordinal;
  CUdevice handle = 0;
  check(driver().cuDeviceGet(&handle, ordinal), "cuDeviceGet");
  device.major = attribute(handle, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
  device.minor = attribute(handle, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  require(device.major >= 8, "the GPU has compute capability {}.{}; Tenfold needs 8.0 or newer", device.major,
          device.minor);
  setTypical(device);
  device.multiprocessors = attribute(handle, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  device.sharedBytes =
      static_cast<size_t>(attribute(handle, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
  device.l2Bytes = static_cast<size_t>(attribute(handle, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE));
  char name[256] = {};
  check(driver().cuDeviceGetName(name, sizeof name, handle), "cuDeviceGetName");
  device.name = name;
  return device;
}

Device deviceOfArchitecture(const std::string& name) {
  for (const Row& row : kRows)
    if (name == fmt::format("sm_{}", row.capability)) {
      Device device;
      device.major = row.capability / 10;
      device.minor = row.capability % 10;
      device.name = name;
      setTypical(device);
      return device;
    }
  fail(ErrorKind::kUnsupported,
       "no architecture '{}'; kernels can be built for sm_80, 86, 89, 90, 100 and 120", name);
}

}  // namespace tenfold::cuda
