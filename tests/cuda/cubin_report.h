// What machine code says of its kernels: a cubin is an ELF file with a section of attributes.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/tensor.h"

namespace tenfold::testing_util {

// Bytes of local memory of the kernel that needs most: spilled registers, or arrays that are indexed at run
// time. -1 where this is no cubin.
inline int frameBytes(const Tensor& cubin) {
  auto at = [&]<typename T>(size_t offset, T value) {
    std::memcpy(&value, cubin.as<char>() + offset, sizeof value);
    return value;
  };
  if (cubin.bytes() < 64 || at(0, uint32_t{}) != 0x464c457f) return -1;
  auto sections = at(0x28, uint64_t{});
  auto size = at(0x3a, uint16_t{}), count = at(0x3c, uint16_t{}), names = at(0x3e, uint16_t{});
  auto namesAt = at(sections + size_t{names} * size + 0x18, uint64_t{});
  int most = 0;
  for (size_t i = 0; i < count; ++i) {
    size_t header = sections + i * size;
    std::string_view name(cubin.as<char>() + namesAt + at(header, uint32_t{}));
    if (name != ".nv.info") continue;
    size_t from = at(header + 0x18, uint64_t{}), end = from + at(header + 0x20, uint64_t{});
    constexpr uint8_t kSized = 4, kFrameSize = 0x11;
    while (from + 4 <= end) {
      auto format = at(from, uint8_t{}), attribute = at(from + 1, uint8_t{});
      auto bytes = at(from + 2, uint16_t{});
      if (format == kSized && attribute == kFrameSize)
        most = std::max(most, static_cast<int>(at(from + 8, uint32_t{})));
      from += 4 + (format == kSized ? bytes : 0);
    }
  }
  return most;
}

// Registers and bytes of spilled registers of the kernel that needs most, as the compiler reports them.
inline bool readReport(const std::string& code, const std::string& architecture, int& registers,
                       int& spills) {
  void* library = dlopen("libtenfold_cuda.so.10", RTLD_NOW | RTLD_NOLOAD);
  auto* report = reinterpret_cast<bool (*)(const std::string&, const std::string&, int*, int*)>(
      library ? dlsym(library, "tenfoldCudaReport") : nullptr);
  return report && report(code, architecture, &registers, &spills);
}

}  // namespace tenfold::testing_util
