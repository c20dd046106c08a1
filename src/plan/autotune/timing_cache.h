// Measured tactic times, remembered by region signature and device.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tenfold {

// What one tactic configuration took for one region on one device.
struct Timing {
  std::string tactic, config;
  double seconds = 0;
  // Why it could not be compiled or run, else empty; without a config: why the tactic refuses the region.
  std::string failure = {};
};

// The fastest first, those that failed last; equal ones keep their order.
void sortTimings(std::vector<Timing>& timings);

class TimingCache {
 public:
  // The fastest known first, those that failed last; nothing where the region was never measured on this
  // device.
  std::optional<std::vector<Timing>> find(const std::string& device, const std::string& signature) const;
  void store(const std::string& device, const std::string& signature, std::vector<Timing> timings);
  // Entries of `other` that this cache lacks (or all, with `overwrite`).
  void combine(const TimingCache& other, bool overwrite);
  void clear();
  size_t size() const;
  // Every key, as 16 bytes of hash of device and signature, in order.
  std::vector<std::string> keys() const;
  std::optional<std::vector<Timing>> findKey(const std::string& key) const;
  bool storeKey(const std::string& key, std::vector<Timing> timings);

  // Bytes with magic, version and checksum; parse throws Error (kInvalidPlan) for anything else.
  std::vector<uint8_t> serialize() const;
  static TimingCache parse(const void* data, size_t size);

  TimingCache() = default;
  TimingCache(TimingCache&& other) noexcept : entries_(std::move(other.entries_)) {}

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Timing>> entries_;
};

// The 16-byte key of a region on a device.
std::string timingKey(const std::string& device, const std::string& signature);

}  // namespace tenfold
