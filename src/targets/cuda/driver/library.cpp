#include "targets/cuda/driver/library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <sstream>
#include <vector>

#include "base/error.h"

namespace tenfold::cuda {
namespace {

// Where libraries may lie that the loader does not know of.
std::vector<std::string> folders() {
  std::vector<std::string> found;
  if (const char* given = std::getenv("TENFOLD_CUDA_LIBRARIES")) {
    std::stringstream list(given);
    for (std::string folder; std::getline(list, folder, ':');) found.push_back(folder);
  }
  found.emplace_back("/usr/local/cuda/lib64");
  return found;
}

}  // namespace

Library::Library(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    name_ = name;
    handle_ = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle_) return;
    error_ = dlerror();
    for (const std::string& folder : folders()) {
      handle_ = dlopen((folder + "/" + name).c_str(), RTLD_NOW | RTLD_LOCAL);
      if (handle_) return;
    }
  }
}

void* Library::find(const char* symbol) const { return handle_ ? dlsym(handle_, symbol) : nullptr; }

void* Library::get(const char* symbol) const {
  if (!handle_)
    fail(ErrorKind::kUnsupported,
         "{} cannot be loaded ({}); install it, or name its folder in TENFOLD_CUDA_LIBRARIES", name_, error_);
  void* address = dlsym(handle_, symbol);
  if (!address) fail(ErrorKind::kUnsupported, "{} has no {}; a newer version is needed", name_, symbol);
  return address;
}

}  // namespace tenfold::cuda
