// SPDX-License-Identifier: Apache-2.0
// The timing cache, in which measured tactics are kept from build to build.
#ifndef TENFOLD_BUILDER_TIMING_CACHE_H_
#define TENFOLD_BUILDER_TIMING_CACHE_H_

#include "../abi/builder.h"
#include "../runtime/engine.h"

namespace nvinfer1 {

namespace v_1_0 {

//! Identifies an entry of the timing cache: a region of the network on a device.
struct TimingCacheKey {
  //! A hash.
  uint8_t data[16];
};

//! An entry of the timing cache.
struct TimingCacheValue {
  //! The tacticHash of no entry.
  static constexpr uint64_t kINVALID_TACTIC_HASH = UINT64_MAX;

  //! Hash of the tactic that won.
  uint64_t tacticHash;
  //! Its time in milliseconds.
  float timingMSec;
};

}  // namespace v_1_0

//! Remembers which tactic won for which region, so that later builds need not measure and choose the same.
//! Made by IBuilderConfig::createTimingCache(); release with delete.
class ITimingCache : public INoCopy {
 public:
  //! The cache as bytes for createTimingCache(); null on error. Release with delete.
  IHostMemory* serialize() const noexcept { return mImpl->serialize(); }

  //! Takes over the entries of another cache. One of another device or version is refused unless
  //! ignoreMismatch; false then.
  bool combine(const ITimingCache& inputCache, bool ignoreMismatch) noexcept {
    return mImpl->combine(inputCache, ignoreMismatch);
  }

  //! Removes all entries. True for success.
  bool reset() noexcept { return mImpl->reset(); }

  //! Writes up to `capacity` keys; returns the number of entries, -1 on error. keyBuffer may be null when
  //! capacity is 0.
  int64_t queryKeys(TimingCacheKey* keyBuffer, int64_t capacity) const noexcept {
    return mImpl->queryKeys(keyBuffer, capacity);
  }

  //! The entry under a key; tacticHash is kINVALID_TACTIC_HASH when there is none.
  TimingCacheValue query(const TimingCacheKey& key) const noexcept { return mImpl->query(key); }

  //! Changes the tactic of an entry, or removes the entry with kINVALID_TACTIC_HASH. Needs
  //! BuilderFlag::kEDITABLE_TIMING_CACHE. False on error.
  bool update(const TimingCacheKey& key, const TimingCacheValue& value) noexcept {
    return mImpl->update(key, value);
  }

  virtual ~ITimingCache() noexcept = default;

 protected:
  apiv::VTimingCache* mImpl{nullptr};
};

}  // namespace nvinfer1

#endif  // TENFOLD_BUILDER_TIMING_CACHE_H_
