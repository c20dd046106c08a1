#include "plugin/registry.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "impl/NvInferPythonPlugin.h"

namespace tenfold {

namespace nv = nvinfer1;

namespace {

bool isVersion2(const nv::IPluginCreatorInterface& creator) {
  return !std::strcmp(creator.getInterfaceInfo().kind, "PLUGIN CREATOR_V1");
}

// Name and version of a creator, whose interfaces share no base that tells them.
template <typename Creator>
std::pair<std::string, std::string> identity(nv::IPluginCreatorInterface& creator) {
  auto& typed = static_cast<Creator&>(creator);
  const char *name = typed.getPluginName(), *version = typed.getPluginVersion();
  return {name ? name : "", version ? version : ""};
}

std::pair<std::string, std::string> identity(nv::IPluginCreatorInterface& creator) {
  std::string kind = creator.getInterfaceInfo().kind;
  if (kind == "PLUGIN CREATOR_V1") return identity<nv::IPluginCreator>(creator);
  if (kind == "PLUGIN CREATOR_V3QUICK") return identity<nv::IPluginCreatorV3Quick>(creator);
  return identity<nv::IPluginCreatorV3One>(creator);
}

}  // namespace

PluginRegistry::~PluginRegistry() noexcept {
  for (auto& [key, shared] : resources_) shared.resource->release();
  for (Library& library : libraries_) dlclose(library.handle);
  setErrorRecorder(nullptr);
}

bool PluginRegistry::report(nv::ErrorCode code, const std::string& message) const {
  if (nv::ILogger* logger = getLogger()) logger->log(nv::ILogger::Severity::kERROR, message.c_str());
  if (nv::IErrorRecorder* recorder = recorder_) recorder->reportError(code, message.c_str());
  return false;
}

void PluginRegistry::listCreators() {
  all_.clear();
  version2_.clear();
  for (const Entry& e : entries_) {
    all_.push_back(e.creator);
    if (isVersion2(*e.creator)) version2_.push_back(static_cast<nv::IPluginCreator*>(e.creator));
  }
}

bool PluginRegistry::add(nv::IPluginCreatorInterface& creator, std::string name, std::string version,
                         const char* space) {
  std::lock_guard lock(mutex_);
  std::string in = space ? space : "";
  for (const Entry& e : entries_)
    if (e.space == in && e.name == name && e.version == version)
      return report(nv::ErrorCode::kINVALID_ARGUMENT, "a creator of plugin '" + name + "' version '" +
                                                          version + "' is registered in namespace '" + in +
                                                          "' already");
  entries_.push_back({in, std::move(name), std::move(version), &creator});
  listCreators();
  return true;
}

bool PluginRegistry::remove(const nv::IPluginCreatorInterface* creator) {
  std::lock_guard lock(mutex_);
  auto removed =
      std::remove_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.creator == creator; });
  bool found = removed != entries_.end();
  entries_.erase(removed, entries_.end());
  listCreators();
  return found;
}

bool PluginRegistry::registerCreator(nv::IPluginCreator& creator, const char* space) noexcept {
  creator.setPluginNamespace(space ? space : "");
  return registerCreator(static_cast<nv::IPluginCreatorInterface&>(creator), space);
}

bool PluginRegistry::registerCreator(nv::IPluginCreatorInterface& creator, const char* space) noexcept {
  auto [name, version] = identity(creator);
  return add(creator, std::move(name), std::move(version), space);
}

bool PluginRegistry::deregisterCreator(const nv::IPluginCreator& creator) noexcept {
  return remove(&creator);
}
bool PluginRegistry::deregisterCreator(const nv::IPluginCreatorInterface& creator) noexcept {
  return remove(&creator);
}

nv::IPluginCreator* const* PluginRegistry::getPluginCreatorList(int32_t* count) const noexcept {
  std::lock_guard lock(mutex_);
  if (count) *count = static_cast<int32_t>(version2_.size());
  return version2_.empty() ? nullptr : version2_.data();
}

nv::IPluginCreatorInterface* const* PluginRegistry::getAllCreators(int32_t* count) const noexcept {
  std::lock_guard lock(mutex_);
  if (count) *count = static_cast<int32_t>(all_.size());
  return all_.empty() ? nullptr : all_.data();
}

nv::IPluginCreatorInterface* const* PluginRegistry::getAllCreatorsRecursive(int32_t* count) noexcept {
  std::lock_guard lock(mutex_);
  recursive_ = all_;
  int32_t ofParent = 0;
  if (parent_ && searchParent_) {
    auto* const* list = parent_->getAllCreatorsRecursive(&ofParent);
    recursive_.insert(recursive_.end(), list, list + ofParent);
  }
  if (count) *count = static_cast<int32_t>(recursive_.size());
  return recursive_.empty() ? nullptr : recursive_.data();
}

nv::IPluginCreatorInterface* PluginRegistry::getCreator(const char* name, const char* version,
                                                        const char* space) noexcept {
  if (!name || !version) return nullptr;
  std::string in = space ? space : "";
  {
    std::lock_guard lock(mutex_);
    for (const Entry& e : entries_)
      if (e.space == in && e.name == name && e.version == version) return e.creator;
  }
  return parent_ && searchParent_ ? parent_->getCreator(name, version, in.c_str()) : nullptr;
}

nv::IPluginCreator* PluginRegistry::getPluginCreator(const char* name, const char* version,
                                                     const char* space) noexcept {
  nv::IPluginCreatorInterface* creator = getCreator(name, version, space);
  return creator && isVersion2(*creator) ? static_cast<nv::IPluginCreator*>(creator) : nullptr;
}

void PluginRegistry::setErrorRecorder(nv::IErrorRecorder* recorder) noexcept {
  if (recorder) recorder->incRefCount();
  if (nv::IErrorRecorder* former = recorder_.exchange(recorder)) former->decRefCount();
}

PluginRegistry& processPluginRegistry() {
  // Never destroyed: creators in other libraries may outlive any order of destruction.
  static auto* registry = new PluginRegistry;
  return *registry;
}

}  // namespace tenfold
