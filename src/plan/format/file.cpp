#include "plan/format/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace tenfold {
namespace {

[[noreturn]] void failErrno(const char* what, const std::string& path) {
  fail("{} '{}': {}", what, path, std::strerror(errno));
}

// Writes everything or throws; the descriptor is closed either way.
void writeAll(int file, std::span<const uint8_t> bytes, const std::string& path) {
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n = write(file, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      int error = errno;
      close(file);
      unlink(path.c_str());
      errno = error;
      failErrno("cannot write", path);
    }
    done += static_cast<size_t>(n);
  }
  if (fsync(file) != 0 || close(file) != 0) {
    unlink(path.c_str());
    failErrno("cannot write", path);
  }
}

}  // namespace

void writeFileAtomically(const std::string& path, std::span<const uint8_t> bytes) {
  std::string temporary = path + ".XXXXXX";
  int file = mkstemp(temporary.data());
  if (file < 0) failErrno("cannot create a file beside", path);
  fchmod(file, 0644);
  writeAll(file, bytes, temporary);
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    unlink(temporary.c_str());
    failErrno("cannot write", path);
  }
}

}  // namespace tenfold
