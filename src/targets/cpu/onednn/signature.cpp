#include "targets/cpu/onednn/signature.h"

#include <cpuid.h>
#include <fmt/format.h>

#include <oneapi/dnnl/dnnl.h>
#include <cstring>

namespace tenfold::cpu {
namespace {

std::string processorModel() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(0, &a, &b, &c, &d)) return "x86-64";
  char vendor[13] = {};
  std::memcpy(vendor, &b, 4);
  std::memcpy(vendor + 4, &d, 4);
  std::memcpy(vendor + 8, &c, 4);
  __get_cpuid(1, &a, &b, &c, &d);
  unsigned family = (a >> 8) & 15, model = (a >> 4) & 15;
  if (family == 6 || family == 15) model += (a >> 12) & 0xF0;
  if (family == 15) family += (a >> 20) & 0xFF;
  return fmt::format("{} family {} model {}", vendor, family, model);
}

}  // namespace

std::string deviceSignature() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("cpu {} isa {:#x} onednn {}.{}.{}", processorModel(),
                     static_cast<unsigned>(dnnl_get_effective_cpu_isa()), v->major, v->minor, v->patch);
}

}  // namespace tenfold::cpu
