// NVTX: header-only; without a profiler that watches the process, a range costs a test of a pointer.
#include <nvtx3/nvToolsExt.h>

#include "targets/cuda/streams.h"

namespace tenfold::cuda {
namespace {

nvtxDomainHandle_t domain() {
  static const nvtxDomainHandle_t made = nvtxDomainCreateA("Tenfold");
  return made;
}

}  // namespace

void pushRange(const char* name) {
  nvtxEventAttributes_t attributes{};
  attributes.version = NVTX_VERSION;
  attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
  attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
  attributes.message.ascii = name;
  nvtxDomainRangePushEx(domain(), &attributes);
}

void popRange() { nvtxDomainRangePop(domain()); }

}  // namespace tenfold::cuda
