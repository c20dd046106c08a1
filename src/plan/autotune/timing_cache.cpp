#include "plan/autotune/timing_cache.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace tenfold {
namespace {

constexpr char kMagic[8] = {'T', 'F', 'T', 'I', 'M', 'E', '0', '2'};

void putBytes(std::vector<uint8_t>& out, const void* data, size_t size) {
  const auto* p = static_cast<const uint8_t*>(data);
  out.insert(out.end(), p, p + size);
}
void putNumber(std::vector<uint8_t>& out, uint32_t n) { putBytes(out, &n, sizeof n); }
void putText(std::vector<uint8_t>& out, const std::string& text) {
  putNumber(out, static_cast<uint32_t>(text.size()));
  putBytes(out, text.data(), text.size());
}

// Reads what put* wrote and never past the end.
class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : at_(data), left_(size) {}
  void bytes(void* to, size_t size) {
    if (size > left_) fail(ErrorKind::kInvalidPlan, "the timing cache is truncated");
    std::memcpy(to, at_, size);
    at_ += size;
    left_ -= size;
  }
  template <typename T>
  T number() {
    T n;
    bytes(&n, sizeof n);
    return n;
  }
  std::string text() {
    uint32_t size = number<uint32_t>();
    if (size > left_) fail(ErrorKind::kInvalidPlan, "the timing cache is truncated");
    std::string s(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    left_ -= size;
    return s;
  }

 private:
  const uint8_t* at_;
  size_t left_;
};

}  // namespace

std::string timingKey(const std::string& device, const std::string& signature) {
  std::string all = device + '\n' + signature;
  XXH128_hash_t hash = XXH3_128bits(all.data(), all.size());
  std::string key(sizeof hash, '\0');
  std::memcpy(key.data(), &hash, sizeof hash);
  return key;
}

void sortTimings(std::vector<Timing>& timings) {
  std::stable_sort(timings.begin(), timings.end(), [](const Timing& a, const Timing& b) {
    return std::pair(!a.failure.empty(), a.seconds) < std::pair(!b.failure.empty(), b.seconds);
  });
}

std::optional<std::vector<Timing>> TimingCache::findKey(const std::string& key) const {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(key);
  if (it == entries_.end()) return std::nullopt;
  return it->second;
}

bool TimingCache::storeKey(const std::string& key, std::vector<Timing> timings) {
  sortTimings(timings);
  std::lock_guard lock(mutex_);
  return entries_.insert_or_assign(key, std::move(timings)).second;
}

std::optional<std::vector<Timing>> TimingCache::find(const std::string& device,
                                                     const std::string& signature) const {
  return findKey(timingKey(device, signature));
}

void TimingCache::store(const std::string& device, const std::string& signature,
                        std::vector<Timing> timings) {
  storeKey(timingKey(device, signature), std::move(timings));
}

void TimingCache::combine(const TimingCache& other, bool overwrite) {
  if (&other == this) return;
  std::scoped_lock lock(mutex_, other.mutex_);
  for (const auto& [key, timings] : other.entries_)
    if (overwrite)
      entries_[key] = timings;
    else
      entries_.try_emplace(key, timings);
}

void TimingCache::clear() {
  std::lock_guard lock(mutex_);
  entries_.clear();
}

size_t TimingCache::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

std::vector<std::string> TimingCache::keys() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  for (const auto& [key, timings] : entries_) keys.push_back(key);
  return keys;
}

std::vector<uint8_t> TimingCache::serialize() const {
  std::lock_guard lock(mutex_);
  std::vector<uint8_t> body;
  putNumber(body, static_cast<uint32_t>(entries_.size()));
  for (const auto& [key, timings] : entries_) {
    putText(body, key);
    putNumber(body, static_cast<uint32_t>(timings.size()));
    for (const Timing& t : timings) {
      putText(body, t.tactic);
      putText(body, t.config);
      putBytes(body, &t.seconds, sizeof t.seconds);
      putText(body, t.failure);
    }
  }
  std::vector<uint8_t> out;
  putBytes(out, kMagic, sizeof kMagic);
  uint64_t hash = XXH3_64bits(body.data(), body.size());
  putBytes(out, &hash, sizeof hash);
  putBytes(out, body.data(), body.size());
  return out;
}

TimingCache TimingCache::parse(const void* data, size_t size) {
  TimingCache cache;
  if (size == 0) return cache;
  Reader reader(static_cast<const uint8_t*>(data), size);
  char magic[8];
  reader.bytes(magic, sizeof magic);
  if (std::memcmp(magic, kMagic, sizeof magic) != 0)
    fail(ErrorKind::kInvalidPlan,
         "this is no timing cache of this version; delete it and it will be made anew");
  uint64_t hash = reader.number<uint64_t>();
  constexpr size_t kHeader = sizeof kMagic + sizeof hash;
  if (XXH3_64bits(static_cast<const uint8_t*>(data) + kHeader, size - kHeader) != hash)
    fail(ErrorKind::kInvalidPlan,
         "the timing cache is damaged (its checksum differs); delete it and it will be made anew");
  for (uint32_t n = reader.number<uint32_t>(); n > 0; --n) {
    std::string key = reader.text();
    std::vector<Timing> timings;
    for (uint32_t m = reader.number<uint32_t>(); m > 0; --m) {
      Timing t;
      t.tactic = reader.text();
      t.config = reader.text();
      t.seconds = reader.number<double>();
      t.failure = reader.text();
      timings.push_back(std::move(t));
    }
    cache.entries_[key] = std::move(timings);
  }
  return cache;
}

}  // namespace tenfold
