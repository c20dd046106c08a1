// The plugin registry: creators by namespace, name and version, and resources that plugins share.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "NvInferRuntime.h"

namespace tenfold {

class PluginRegistry final : public nvinfer1::IPluginRegistry {
 public:
  // `parent` is searched where this registry has no match; null for none.
  explicit PluginRegistry(nvinfer1::IPluginRegistry* parent = nullptr) : parent_(parent) {}
  ~PluginRegistry() noexcept override;
  void setParent(nvinfer1::IPluginRegistry* parent) { parent_ = parent; }

  bool registerCreator(nvinfer1::IPluginCreator& creator, const char* space) noexcept override;
  bool registerCreator(nvinfer1::IPluginCreatorInterface& creator, const char* space) noexcept override;
  bool deregisterCreator(const nvinfer1::IPluginCreator& creator) noexcept override;
  bool deregisterCreator(const nvinfer1::IPluginCreatorInterface& creator) noexcept override;
  nvinfer1::IPluginCreator* const* getPluginCreatorList(int32_t* count) const noexcept override;
  nvinfer1::IPluginCreatorInterface* const* getAllCreators(int32_t* count) const noexcept override;
  nvinfer1::IPluginCreatorInterface* const* getAllCreatorsRecursive(int32_t* count) noexcept override;
  nvinfer1::IPluginCreator* getPluginCreator(const char* name, const char* version,
                                             const char* space) noexcept override;
  nvinfer1::IPluginCreatorInterface* getCreator(const char* name, const char* version,
                                                const char* space) noexcept override;
  void setErrorRecorder(nvinfer1::IErrorRecorder* recorder) noexcept override;
  nvinfer1::IErrorRecorder* getErrorRecorder() const noexcept override { return recorder_; }
  bool isParentSearchEnabled() const override { return searchParent_; }
  void setParentSearchEnabled(bool enabled) override { searchParent_ = enabled; }
  PluginLibraryHandle loadLibrary(const char* path) noexcept override;
  void deregisterLibrary(PluginLibraryHandle handle) noexcept override;
  nvinfer1::IPluginResource* acquirePluginResource(const char* key,
                                                   nvinfer1::IPluginResource* resource) noexcept override;
  int32_t releasePluginResource(const char* key) noexcept override;

 private:
  struct Entry {
    std::string space, name, version;
    nvinfer1::IPluginCreatorInterface* creator;
  };
  struct Library {
    void* handle;
    std::vector<nvinfer1::IPluginCreatorInterface*> creators;
  };
  struct Resource {
    nvinfer1::IPluginResource* resource;
    int users;
  };
  bool add(nvinfer1::IPluginCreatorInterface& creator, std::string name, std::string version,
           const char* space);
  bool remove(const nvinfer1::IPluginCreatorInterface* creator);
  void listCreators();
  bool report(nvinfer1::ErrorCode code, const std::string& message) const;

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  // What the list methods hand out.
  std::vector<nvinfer1::IPluginCreatorInterface*> all_, recursive_;
  std::vector<nvinfer1::IPluginCreator*> version2_;
  std::list<Library> libraries_;
  std::map<std::string, Resource> resources_;
  nvinfer1::IPluginRegistry* parent_;
  std::atomic<nvinfer1::IErrorRecorder*> recorder_{nullptr};
  std::atomic<bool> searchParent_{true};
};

// The process's own registry.
PluginRegistry& processPluginRegistry();

}  // namespace tenfold
