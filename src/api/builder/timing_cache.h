// ITimingCache: the face of a TimingCache.
#pragma once

#include <memory>

#include "NvInfer.h"
#include "api/errors.h"
#include "plan/autotune/timing_cache.h"

namespace tenfold {

class TimingCacheFace final : public nvinfer1::ITimingCache, public nvinfer1::apiv::VTimingCache {
 public:
  TimingCacheFace(std::shared_ptr<const Reporter> maker, std::shared_ptr<TimingCache> cache)
      : reporter_(std::move(maker)), cache_(std::move(cache)) {
    mImpl = this;
  }
  const std::shared_ptr<TimingCache>& cache() const { return cache_; }

  nvinfer1::IHostMemory* serialize() const noexcept override;
  bool combine(const nvinfer1::ITimingCache& other, bool ignoreMismatch) noexcept override;
  bool reset() noexcept override;
  int64_t queryKeys(nvinfer1::TimingCacheKey* keys, int64_t capacity) const noexcept override;
  nvinfer1::TimingCacheValue query(const nvinfer1::TimingCacheKey& key) const noexcept override;
  bool update(const nvinfer1::TimingCacheKey& key, const nvinfer1::TimingCacheValue& value) noexcept override;

 private:
  Reporter reporter_;
  std::shared_ptr<TimingCache> cache_;
};

}  // namespace tenfold
