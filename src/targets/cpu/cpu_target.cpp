// The CPU target: memory, streams and the list of tactics.
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cpu/abilities.h"
#include "targets/cpu/attention/attention.h"
#include "targets/cpu/copy.h"
#include "targets/cpu/host_stream.h"
#include "targets/cpu/movement/gather.h"
#include "targets/cpu/movement/indexed.h"
#include "targets/cpu/movement/movement.h"
#include "targets/cpu/movement/pad.h"
#include "targets/cpu/onednn/convolution.h"
#include "targets/cpu/onednn/instructions.h"
#include "targets/cpu/onednn/matmul.h"
#include "targets/cpu/onednn/pooling.h"
#include "targets/cpu/onednn/signature.h"
#include "targets/cpu/pointwise/pointwise.h"
#include "targets/cpu/recurrent/recurrent.h"
#include "targets/cpu/reference.h"
#include "targets/cpu/resize/resize.h"
#include "targets/cpu/rows/integer_reduce.h"
#include "targets/cpu/rows/reduce.h"
#include "targets/cpu/rows/row_kernels.h"
#include "targets/cpu/sequence.h"
#include "targets/plugin/tactic.h"
#include "targets/target.h"

namespace tenfold {
namespace {

class CpuTarget final : public Target {
 public:
  CpuTarget()
      : tactics_{&cpu::convolutionTactic(), &cpu::deconvolutionTactic(), &cpu::matmulTactic(),
                 &cpu::poolingTactic(),     &cpu::attentionTactic(),     &cpu::recurrentTactic(),
                 &cpu::copyTactic(),        &cpu::pointwiseTactic(),     &cpu::rowsTactic(),
                 &cpu::reduceTactic(),      &cpu::movementTactic(),      &cpu::gatherTactic(),
                 &cpu::indexedTactic(),     &cpu::integerReduceTactic(), &cpu::padTactic(),
                 &cpu::resizeTactic(),      &cpu::sequenceTactic(),      &cpu::referenceTactic()} {
    tactics_.insert(tactics_.end() - 1, plugins_.get());
  }

  std::string_view name() const override { return "cpu"; }
  std::string deviceSignature() const override { return cpu::deviceSignature(); }
  const std::vector<const Tactic*>& tactics() const override { return tactics_; }
  bool acceptsChannelsLast(const Node& node) const override { return cpu::acceptsChannelsLast(node); }
  bool fusesEpilogue(const Node& anchor, const Node& node) const override {
    return cpu::fusesEpilogue(anchor, node);
  }

  bool profitsFrom(DataType type) const override {
    return type == DataType::kInt8 && cpu::hasProductsOf(type);
  }

  void* allocate(size_t bytes) override;
  void release(void* memory) override { std::free(memory); }
  void copy(void* to, const void* from, size_t bytes, StreamHandle stream) override {
    if (stream)
      HostStream::from(stream).copy(to, from, bytes);
    else if (bytes)
      std::memcpy(to, from, bytes);
  }
  bool hostAccessible() const override { return true; }

  void submit(StreamHandle stream, void (*task)(void*), void* data) override {
    if (stream)
      HostStream::from(stream).submit(task, data);
    else
      task(data);
  }
  void synchronize(StreamHandle stream) override {
    if (stream) HostStream::from(stream).synchronize();
  }

 private:
  const std::unique_ptr<Tactic> plugins_ = makePluginTactic(*this);
  std::vector<const Tactic*> tactics_;
};

void* CpuTarget::allocate(size_t bytes) {
  // Large blocks start on a huge page, which saves most of the page faults and address translations.
  constexpr size_t kHugePage = size_t{2} << 20, kAlignment = 256;
  size_t alignment = bytes >= 2 * kHugePage ? kHugePage : kAlignment;
  size_t size = roundUp(std::max<size_t>(bytes, 1), alignment);
  void* memory = size < bytes ? nullptr : std::aligned_alloc(alignment, size);
  if (!memory) fail(ErrorKind::kOutOfMemory, "out of memory: {} bytes for the CPU target", bytes);
  if (alignment == kHugePage) madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}

}  // namespace

Target& cpuTarget() {
  static CpuTarget target;
  return target;
}

}  // namespace tenfold
