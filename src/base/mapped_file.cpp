#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace tenfold {

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(fd >= 0, "cannot open '{}': {}", path, std::strerror(errno));
  struct stat info = {};
  bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  size_t size = regular ? static_cast<size_t>(info.st_size) : 0;
  void* data = size ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0) : nullptr;
  int error = errno;
  close(fd);
  require(regular, "cannot read '{}': it is not a regular file", path);
  require(data != MAP_FAILED, "cannot map '{}': {}", path, std::strerror(error));
  return std::shared_ptr<const MappedFile>(new MappedFile(data, size));
}

MappedFile::~MappedFile() {
  if (data_) munmap(const_cast<void*>(data_), size_);
}

}  // namespace tenfold
