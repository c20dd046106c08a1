// A file mapped into memory, read-only, for as long as the object lives.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace tenfold {

class MappedFile {
 public:
  // Throws Error with path and reason where it is no regular file that can be read.
  static std::shared_ptr<const MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  MappedFile(const void* data, size_t size) : data_(data), size_(size) {}
  const void* data_;
  size_t size_;
};

}  // namespace tenfold
