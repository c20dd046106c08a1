// The files of kernels/, built into the library.
#pragma once

#include <span>

namespace tenfold::cuda {

struct DeviceSource {
  const char* name;
  const char* text;
};
std::span<const DeviceSource> deviceSources();

}  // namespace tenfold::cuda
