// Any bytes with a right checksum either are a timing cache that is written as it was read, or give an Error.
#include <xxhash.h>

#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "plan/autotune/timing_cache.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using tenfold::TimingCache;
  // What every cache starts with: eight bytes of magic, eight of checksum.
  static const std::vector<uint8_t> start = TimingCache().serialize();
  std::vector<uint8_t> bytes(start.begin(), start.begin() + 16);
  bytes.insert(bytes.end(), data, data + size);
  uint64_t hash = XXH3_64bits(data, size);
  std::memcpy(bytes.data() + 8, &hash, sizeof hash);
  try {
    TimingCache cache = TimingCache::parse(bytes.data(), bytes.size());
    std::vector<uint8_t> written = cache.serialize();
    if (TimingCache::parse(written.data(), written.size()).serialize() != written) std::abort();
  } catch (const tenfold::Error& e) {
    if (e.kind() != tenfold::ErrorKind::kInvalidPlan) std::abort();
  }
  return 0;
}
