#include "api/builder/timing_cache.h"

#include <algorithm>
#include <cstring>

#include "api/serialize.h"

namespace tenfold {
namespace {

using nvinfer1::TimingCacheKey;
using nvinfer1::TimingCacheValue;

std::string bytesOf(const TimingCacheKey& key) {
  return {reinterpret_cast<const char*>(key.data), sizeof key.data};
}

// FNV-1a of a tactic and its configuration.
uint64_t hashOf(const Timing& timing) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (char c : timing.tactic + "\n" + timing.config)
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ull;
  return hash;
}

}  // namespace

nvinfer1::IHostMemory* TimingCacheFace::serialize() const noexcept {
  return reporter_.guard("ITimingCache::serialize", [&] { return makeHostMemory(cache_->serialize()); });
}

bool TimingCacheFace::combine(const nvinfer1::ITimingCache& other, bool) noexcept {
  // Entries carry the device they were measured on: those of other devices are kept and do no harm.
  return reporter_.guard("ITimingCache::combine", [&] {
    const auto* face = dynamic_cast<const TimingCacheFace*>(&other);
    require(face != nullptr, "the cache was not made by this library");
    if (face != this) cache_->combine(*face->cache_, false);
    return true;
  });
}

bool TimingCacheFace::reset() noexcept {
  return reporter_.guard("ITimingCache::reset", [&] {
    cache_->clear();
    return true;
  });
}

int64_t TimingCacheFace::queryKeys(TimingCacheKey* keys, int64_t capacity) const noexcept {
  return reporter_.guard(
      "ITimingCache::queryKeys",
      [&] {
        require(capacity >= 0 && (keys || capacity == 0), "there must be a buffer for {} keys", capacity);
        std::vector<std::string> all = cache_->keys();
        auto count = static_cast<int64_t>(all.size());
        for (int64_t i = 0; i < std::min(capacity, count); ++i)
          std::memcpy(keys[i].data, all[static_cast<size_t>(i)].data(), sizeof keys[i].data);
        return count;
      },
      int64_t{-1});
}

TimingCacheValue TimingCacheFace::query(const TimingCacheKey& key) const noexcept {
  TimingCacheValue none{TimingCacheValue::kINVALID_TACTIC_HASH, 0};
  return reporter_.guard(
      "ITimingCache::query",
      [&] {
        auto timings = cache_->findKey(bytesOf(key));
        if (!timings || timings->empty()) return none;
        const Timing& best = timings->front();
        return TimingCacheValue{hashOf(best), static_cast<float>(best.seconds * 1e3)};
      },
      none);
}

bool TimingCacheFace::update(const TimingCacheKey& key, const TimingCacheValue& value) noexcept {
  return reporter_.guard("ITimingCache::update", [&] {
    auto timings = cache_->findKey(bytesOf(key));
    require(timings.has_value(), "the cache has no entry under this key");
    std::vector<Timing> kept;  // none: the region is measured anew
    if (value.tacticHash != TimingCacheValue::kINVALID_TACTIC_HASH) {
      auto chosen = std::find_if(timings->begin(), timings->end(), [&](const Timing& t) {
        return t.failure.empty() && hashOf(t) == value.tacticHash;
      });
      require(chosen != timings->end(), "no tactic that was measured for this entry has the hash {:#x}",
              value.tacticHash);
      kept = {{chosen->tactic, chosen->config, static_cast<double>(value.timingMSec) * 1e-3}};
    }
    cache_->storeKey(bytesOf(key), std::move(kept));
    return true;
  });
}

}  // namespace tenfold
