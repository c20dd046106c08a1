// The registry's libraries and shared resources.
#include <dlfcn.h>

#include "plugin/registry.h"

namespace tenfold {

namespace nv = nvinfer1;

PluginRegistry::PluginLibraryHandle PluginRegistry::loadLibrary(const char* path) noexcept {
  void* handle = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (!handle) {
    const char* reason = path ? dlerror() : "the path must not be null";
    report(nv::ErrorCode::kINVALID_ARGUMENT, std::string("cannot load the plugin library: ") + reason);
    return nullptr;
  }
  // What a plugin library exports, newest form first.
  auto creators =
      reinterpret_cast<nv::IPluginCreatorInterface* const* (*)(int32_t&)>(dlsym(handle, "getCreators"));
  auto version2 =
      reinterpret_cast<nv::IPluginCreator* const* (*)(int32_t&)>(dlsym(handle, "getPluginCreators"));
  if (!creators && !version2) {
    report(nv::ErrorCode::kINVALID_ARGUMENT,
           std::string("the plugin library ") + path + " exports neither getCreators nor getPluginCreators");
    dlclose(handle);
    return nullptr;
  }
  Library library{handle, {}};
  int32_t count = 0;
  if (creators) {
    auto* const* list = creators(count);
    library.creators.assign(list, list + count);
  } else {
    auto* const* list = version2(count);
    library.creators.assign(list, list + count);
  }
  for (nv::IPluginCreatorInterface* creator : library.creators) registerCreator(*creator, "");
  std::lock_guard lock(mutex_);
  libraries_.push_back(std::move(library));
  return &libraries_.back();
}

void PluginRegistry::deregisterLibrary(PluginLibraryHandle handle) noexcept {
  std::list<Library> removed;
  {
    std::lock_guard lock(mutex_);
    for (auto it = libraries_.begin(); it != libraries_.end(); ++it)
      if (&*it == handle) {
        removed.splice(removed.begin(), libraries_, it);
        break;
      }
  }
  for (Library& library : removed) {
    for (auto* creator : library.creators) remove(creator);
    dlclose(library.handle);
  }
}

nv::IPluginResource* PluginRegistry::acquirePluginResource(const char* key,
                                                           nv::IPluginResource* resource) noexcept {
  if (!key || !resource) return nullptr;
  std::lock_guard lock(mutex_);
  auto it = resources_.find(key);
  if (it == resources_.end()) {
    nv::IPluginResource* copy = resource->clone();
    if (!copy) return nullptr;
    it = resources_.emplace(key, Resource{copy, 0}).first;
  }
  ++it->second.users;
  return it->second.resource;
}

int32_t PluginRegistry::releasePluginResource(const char* key) noexcept {
  std::lock_guard lock(mutex_);
  auto it = key ? resources_.find(key) : resources_.end();
  if (it == resources_.end()) return -1;
  if (--it->second.users > 0) return 0;
  int32_t result = it->second.resource->release();
  resources_.erase(it);
  return result;
}

}  // namespace tenfold
