#include "plan/format/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace tenfold {
namespace {

[[noreturn]] void failErrno(const char* what, const std::string& path) {
  fail("{} '{}': {}", what, path, std::strerror(errno));
}

// Writes everything and says whether that went well; errno tells why not.
bool writeAll(int file, std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    ssize_t n = write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return true;
}

// Closes the descriptor whatever happens, and keeps the first error.
bool closeAfter(bool good, int file) {
  int error = errno;
  bool closed = close(file) == 0;
  if (!good) errno = error;
  return good && closed;
}

void writeDevice(const std::string& path, std::span<const uint8_t> bytes) {
  int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0 || !closeAfter(writeAll(file, bytes), file)) failErrno("cannot write", path);
}

// The file itself where `path` is a link to it.
std::string behindLinks(const std::string& path) {
  std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), std::free);
  return real ? real.get() : path;
}

}  // namespace

void writeFileAtomically(const std::string& path, std::span<const uint8_t> bytes) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return writeDevice(path, bytes);
  const std::string target = behindLinks(path);
  std::string temporary = target + ".XXXXXX";
  int file = mkstemp(temporary.data());
  if (file < 0) failErrno("cannot create a file beside", path);
  fchmod(file, 0644);
  if (closeAfter(writeAll(file, bytes) && fsync(file) == 0, file) &&
      rename(temporary.c_str(), target.c_str()) == 0)
    return;
  int error = errno;
  unlink(temporary.c_str());
  errno = error;
  failErrno("cannot write", path);
}

}  // namespace tenfold
