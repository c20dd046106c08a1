#include "targets/cuda/jit/kernel_cache.h"

#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tenfold::cuda {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  if (const char* given = std::getenv("TENFOLD_KERNEL_CACHE")) return given;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return fs::path(cache) / "tenfold/kernels";
  const char* home = std::getenv("HOME");
  return home && *home ? fs::path(home) / ".cache/tenfold/kernels" : fs::path();
}

}  // namespace

std::string kernelKey(const std::string& compiler, const std::string& flags, const std::string& code) {
  std::string all = compiler + '\0' + flags + '\0' + code;
  XXH128_hash_t hash = XXH3_128bits(all.data(), all.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::optional<std::vector<char>> findKernel(const std::string& key) {
  if (folder().empty()) return std::nullopt;
  std::ifstream file(folder() / (key + ".cubin"), std::ios::binary);
  if (!file) return std::nullopt;
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  // The hash of the contents follows them: a damaged file is a miss.
  XXH64_hash_t stored = 0;
  if (bytes.size() <= sizeof stored) return std::nullopt;
  std::copy(bytes.end() - sizeof stored, bytes.end(), reinterpret_cast<char*>(&stored));
  bytes.resize(bytes.size() - sizeof stored);
  if (XXH3_64bits(bytes.data(), bytes.size()) != stored) return std::nullopt;
  return bytes;
}

void storeKernel(const std::string& key, const std::vector<char>& cubin) {
  if (folder().empty()) return;
  static std::atomic<int> count{0};
  std::error_code failed;
  fs::create_directories(folder(), failed);
  fs::path part = folder() / fmt::format("{}.{}.{}", key, getpid(), count++);
  {
    std::ofstream file(part, std::ios::binary);
    XXH64_hash_t hash = XXH3_64bits(cubin.data(), cubin.size());
    file.write(cubin.data(), static_cast<std::streamsize>(cubin.size()));
    file.write(reinterpret_cast<const char*>(&hash), sizeof hash);
    if (!file.flush()) {
      fs::remove(part, failed);
      return;
    }
  }
  fs::rename(part, folder() / (key + ".cubin"), failed);
  if (failed) fs::remove(part, failed);
}

}  // namespace tenfold::cuda
