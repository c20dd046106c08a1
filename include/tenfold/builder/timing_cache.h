// SPDX-License-Identifier: Apache-2.0
// The timing cache, in which measured tactics are kept from build to build.
#ifndef TENFOLD_BUILDER_TIMING_CACHE_H_
#define TENFOLD_BUILDER_TIMING_CACHE_H_

#include "../abi/builder.h"
#include "../runtime/engine.h"

namespace nvinfer1 {

namespace v_1_0 {

struct TimingCacheKey {
  uint8_t data[16];
};

struct TimingCacheValue {
  static constexpr uint64_t kINVALID_TACTIC_HASH = UINT64_MAX;

  uint64_t tacticHash;
  float timingMSec;
};

}  // namespace v_1_0

class ITimingCache : public INoCopy {
 public:
  IHostMemory* serialize() const noexcept { return mImpl->serialize(); }

  bool combine(const ITimingCache& inputCache, bool ignoreMismatch) noexcept {
    return mImpl->combine(inputCache, ignoreMismatch);
  }

  bool reset() noexcept { return mImpl->reset(); }

  int64_t queryKeys(TimingCacheKey* keyBuffer, int64_t capacity) const noexcept {
    return mImpl->queryKeys(keyBuffer, capacity);
  }

  TimingCacheValue query(const TimingCacheKey& key) const noexcept { return mImpl->query(key); }

  bool update(const TimingCacheKey& key, const TimingCacheValue& value) noexcept {
    return mImpl->update(key, value);
  }

  virtual ~ITimingCache() noexcept = default;

 protected:
  apiv::VTimingCache* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_BUILDER_TIMING_CACHE_H_
