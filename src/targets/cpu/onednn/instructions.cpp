#include "targets/cpu/onednn/instructions.h"

#include <oneapi/dnnl/dnnl.h>

namespace tenfold::cpu {
namespace {

bool has(unsigned isa) { return (static_cast<unsigned>(dnnl_get_effective_cpu_isa()) & isa) == isa; }

}  // namespace

bool hasProductsOf(DataType type) {
  switch (type) {
    case DataType::kFloat16:
      return has(dnnl_cpu_isa_avx512_core_fp16);
    case DataType::kBFloat16:
      return has(dnnl_cpu_isa_avx512_core_bf16);
    case DataType::kInt8:
    case DataType::kUInt8:
      return has(dnnl_cpu_isa_avx512_core_vnni) || has(dnnl_cpu_isa_avx2_vnni);
    default:
      return true;
  }
}

}  // namespace tenfold::cpu
